import { readFile } from 'node:fs/promises'
import { fail } from '#error'
import { readList, type ListedLine, type ListReport } from '#domain/burst/lists'
import { burstDocumentOf, type BurstDocument } from '#domain/burst/files'
import { formatUtc, tt2000FromTai1958 } from '#formats/time'
import { readSaveFile } from '#doors/idlsave-node'
import { say, sayJson, shorten } from './cdf-format.ts'
import { readBurstJson } from './sav-make.ts'

interface ImportFlags {
  readonly step: number
  readonly longest: number
  readonly fom: number
  readonly source: string
  readonly spacecraft: string
  readonly all: boolean
  readonly json: boolean
}

/** `sitl import FILE` */
export async function importList(path: string, flags: ImportFlags): Promise<void> {
  if (/\.sav$/iu.test(path)) return tellDocument(path, burstDocumentOf(await readSaveFile(path)), flags.json)
  if (/\.json$/iu.test(path)) return tellDocument(path, await readBurstJson(path), flags.json)
  const bytes = await readFile(path).catch((cause: Error) =>
    fail('file/not-read', `${path} cannot be read: ${cause.message}`, { path }, cause),
  )
  const spacecraft = flags.spacecraft === '' ? [] : flags.spacecraft.split(',').map(name => name.trim())
  const report = readList(bytes, { ...flags, spacecraft })
  if (report.counts.quarantined > 0) process.exitCode = 1
  if (flags.json) return void sayJson(report)
  tellReport(path, report, flags.all)
}

/** Save files and JSON have no lines; what they hold is told, or given in our own form. */
function tellDocument(path: string, document: BurstDocument, json: boolean): void {
  if (json) return void sayJson(document)
  if (document.form === 'segment-changes/1') say(`${path}: ${document.changes.length} changes of segments`)
  else if (document.form === 'back-structure/1') say(`${path}: back structure of ${document.segments.length} segments`)
  else if (!document.valid) say(`${path}: FOM structure without selections: ${document.error} (${document.errno})`)
  else {
    const buffers = document.segments.reduce((sum, { start, stop }) => sum + stop - start + 1, 0)
    const { timestamps } = document.cycles
    say(
      `${path}: FOM structure of ${timestamps.length} cycles from ${utc(timestamps[0] ?? 0)}: ${document.segments.length} segments, ${buffers} buffers`,
    )
  }
  if ('declared' in document) say('its own counts contradict its segments; validation will say where')
}

function tellReport(path: string, { lines, counts, remarks }: ListReport, all: boolean): void {
  say(
    `${path}: ${lines.length} lines: ${counts.taken} taken as they are, ${counts.snapped} snapped to the grid, ` +
      `${counts.quarantined} quarantined, ${counts.passed} passed over`,
  )
  for (const remark of remarks) say(remark)
  for (const line of lines) if (all || ('remarks' in line && line.remarks.length > 0)) say(describe(line))
}

function describe(line: ListedLine): string {
  const head = `line ${line.line}: ${line.fate}`
  if (line.fate === 'passed') return `${head} over (${line.why})`
  const why = line.remarks.map(remark => remark.message).join('; ')
  if (line.fate === 'quarantined') return `${head}: ${why}: ${shorten(line.text.trim(), 80)}`
  const { start, end, fom } = line.segment
  return `${head}, ${utc(start)} to ${utc(end)}, FOM ${fom}${why === '' ? '' : `: ${why}`}`
}

const utc = (tai: number): string => formatUtc(tt2000FromTai1958(tai), 0, '')
