import { SdcError } from '#error'
import { parseUtc, type Tt2000 } from '#formats/time'
import type { SpacecraftSet } from '../types.ts'
import type { RawLine } from './decode.ts'
import { isNumber, LONGEST_TIME, type LaidOut } from './lay-out.ts'
import { snapSpan } from './snap.ts'
import type { ListedLine, ListedSegment, ListOptions, Remark, RemarkCode } from './types.ts'

const DAY_NS = 86_400_000_000_000n
const COLUMNS = 'start and end, with FOM, source and text behind them'

/** A line that has been laid out, as a segment or in quarantine; every remark is a sentence. */
export function readLine(raw: RawLine, laidOut: LaidOut | undefined, options: ListOptions): ListedLine {
  const remarks: Remark[] = []
  const remark = (code: RemarkCode, message: string): void => void remarks.push({ code, message })
  if (!raw.isUtf8) remark('not-utf8', 'its bytes are no UTF-8; they were read as Windows-1252')
  if (laidOut === undefined) {
    remark('no-form', `it has no form of a list: ${COLUMNS} are looked for`)
    return quarantine(raw, remarks)
  }
  const span = readSpan(laidOut, options, remark)
  const fom = readFom(laidOut.fom, options, remark)
  const spacecraft = readSpacecraft(laidOut.spacecraft, options, remark)
  const comment = readComment(laidOut, remark)
  if (span === undefined || fom === undefined || spacecraft === null) return quarantine(raw, remarks)
  const source = laidOut.source ?? ''
  const segment: ListedSegment = { ...span.at, fom, source: source === '' ? (options.source ?? 'list') : source, comment, spacecraft }
  return { line: raw.line, fate: span.moved ? 'snapped' : 'taken', form: laidOut.form, segment, remarks }
}

export const quarantine = (raw: Pick<RawLine, 'line' | 'text'>, remarks: readonly Remark[]): ListedLine => ({
  line: raw.line,
  fate: 'quarantined',
  text: raw.text,
  remarks,
})

type Say = (code: RemarkCode, message: string) => void

function readSpan(laidOut: LaidOut, options: ListOptions, remark: Say): { at: { start: number; end: number }; moved: boolean } | undefined {
  const start = readTime('start', laidOut.start, remark)
  const given = readTime('end', laidOut.end, remark)
  if (start === undefined || given === undefined) return undefined
  // Lists with one date for both times mean the next day where the end comes first.
  const end = laidOut.form === 'dated' && given < start ? ((given + DAY_NS) as Tt2000) : given
  const seconds = Number(end - start) / 1e9
  const longest = options.longest ?? 3600
  if (seconds === 0) remark('zero-length', `it starts and ends at ${laidOut.start}: 0 s long`)
  else if (seconds < 0) remark('negative', `it ends ${-seconds} s before it starts`)
  else if (seconds >= longest) remark('too-long', `it lasts ${seconds} s; ${longest} s and more are too long for one segment`)
  else {
    const { moved, ...at } = snapSpan(start, end, options.step ?? 10)
    if (moved !== undefined) remark('off-grid', moved)
    return { at, moved: moved !== undefined }
  }
  return undefined
}

function readTime(what: string, text: string, remark: Say): Tt2000 | undefined {
  if (text === '') {
    remark('missing-column', `it has no ${what}`)
    return undefined
  }
  if (text.length > LONGEST_TIME) {
    remark('bad-time', `its ${what} is no time but a text of ${text.length} characters`)
    return undefined
  }
  const clean = text.replaceAll(/\s*([-/:])\s*/gu, '$1').replaceAll(/\s+/gu, ' ')
  const padded = clean.replace(/([T/ ])(\d):/u, '$10$2:')
  try {
    const time = parseUtc(padded)
    if (clean !== text) remark('blanks-in-time', `blanks within its ${what} "${text}" were left out`)
    return time
  } catch (error) {
    if (!(error instanceof SdcError)) throw error
    remark('bad-time', `its ${what} is no time: ${error.message}`)
    return undefined
  }
}

function readFom(text: string | undefined, options: ListOptions, remark: Say): number | undefined {
  if (text === undefined) {
    const fom = options.fom ?? 150
    remark('no-fom', `it has no figure of merit; ${fom} was put in its place`)
    return fom
  }
  const fom = Number(text)
  if (isNumber(text) && fom >= 0 && fom <= 255) return fom
  remark('bad-fom', isNumber(text) ? `its figure of merit is ${text}, outside of 0 to 255` : `its figure of merit "${text}" is no number`)
  return undefined
}

/** A bit mask, names with commas or blanks between, or ALL; null where it is none of them. */
function readSpacecraft(text: string | undefined, options: ListOptions, remark: Say): SpacecraftSet | undefined | null {
  const names = options.spacecraft ?? []
  if (text === undefined || text === '' || /^all$/iu.test(text)) return undefined
  const all = names.length > 0 ? (1 << names.length) - 1 : 15
  if (/^\d+$/u.test(text)) {
    const mask = Number(text)
    if (mask > 0 && mask <= all) return mask
    remark('bad-spacecraft', `its spacecraft are ${text}, a sum of bits from 1 to ${all} is wanted`)
    return null
  }
  const places = text.split(/[\s,;+]+/u).map(word => names.findIndex(name => name.toLowerCase() === word.toLowerCase()))
  if (!places.includes(-1)) return places.reduce((set, place) => set | (1 << place), 0)
  remark('bad-spacecraft', `its spacecraft "${text}" are not among ${names.join(', ') || 'those of a mission: none was named'}`)
  return null
}

function readComment({ comment, commas, extra }: LaidOut, remark: Say): string {
  if (extra > 0) remark('extra-columns', `it has ${extra} more columns than the header; they were taken as part of the text`)
  else if (commas > 0) remark('comma-in-text', `${commas} ${commas === 1 ? 'comma belongs' : 'commas belong'} to its text`)
  // oxlint-disable-next-line no-control-regex -- they are what is looked for
  const clean = comment.replaceAll(/[\u0000-\u001f\u007f]+/gu, ' ').trim()
  if (clean !== comment) remark('control-characters', 'control characters in its text became blanks')
  return clean
}
