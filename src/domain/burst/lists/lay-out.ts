import { joinRest, splitCells, type Cell } from './cells.ts'
import type { ListForm } from './types.ts'

/** The parts of a line as text, before any is understood. */
export interface LaidOut {
  readonly form: ListForm
  readonly start: string
  readonly end: string
  /** Undefined where the line has none. */
  readonly fom: string | undefined
  readonly source: string | undefined
  readonly comment: string
  /** Commas that are part of the comment. */
  readonly commas: number
  readonly spacecraft: string | undefined
  /** Cells beyond those that the header names. */
  readonly extra: number
}

type Column = 'start' | 'end' | 'fom' | 'source' | 'comment' | 'spacecraft'

/** The words for columns that lists have used, without case, blanks and underscores. */
const columnWords: Readonly<Record<Column, readonly string[]>> = {
  start: ['start', 'starttime', 'starttimeutc', 'fomstart', 'begin', 'taistarttime'],
  end: ['end', 'endtime', 'endtimeutc', 'stop', 'stoptime', 'fomstop', 'taiendtime'],
  fom: ['fom', 'figureofmerit'],
  source: ['sourceid', 'source', 'id', 'who'],
  comment: ['discussion', 'comment', 'comments', 'description', 'text', 'note'],
  spacecraft: ['obsset', 'obs', 'observatoryid', 'spacecraft', 'scid'],
}
const wordOf: ReadonlyMap<string, Column> = new Map(
  Object.entries(columnWords).flatMap(([column, words]) => words.map(word => [word, column as Column] as const)),
)

/** A header: what each column is, or undefined for one that is not known. */
export interface Header {
  readonly columns: readonly (Column | undefined)[]
  readonly names: readonly string[]
}

/** The header of a list, where the line is one: it names a start and an end. */
export function readHeader(line: string): Header | 'report' | undefined {
  const names = splitCells(line).map(cell => cell.text)
  if (/^start\s*time\s+-\s+end\s*time$/iu.test(names[0] ?? '')) return 'report'
  while (names.at(-1) === '') names.pop()
  const columns = names.map(name => wordOf.get(name.toLowerCase().replaceAll(/[\s_]/gu, '')))
  return columns.includes('start') && columns.includes('end') ? { columns, names } : undefined
}

/** Longer than any time; patterns need not look at what is no time anyway. */
export const LONGEST_TIME = 100

const DATE = /^\d{4}\s*-\s*\d{2}\s*-\s*\d{2}$/u
const CLOCK = /^\d{1,2}\s*:\s*\d{2}(\s*:\s*\d{2}(\.\d+)?)?$/u
const MOMENT = /^\d{4}\s*-\s*\d/u
const NUMBER = /^[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?$/u

/** The parts of a line, by the header or by what its cells look like; undefined where no form fits. */
export function layOut(line: string, header: Header | undefined): LaidOut | undefined {
  const cells = splitCells(line)
  const [first = '', second = '', third = ''] = cells.slice(0, 3).map(({ text }) => (text.length <= LONGEST_TIME ? text : ''))
  const both = /^(\d.*?)\s+-\s*(\d{4}\s*-\s*\d{2}\s*-.*)$/u.exec(first)
  if (both !== null) return rest('report', line, cells, both[1] ?? '', both[2] ?? '', 1)
  if (header !== undefined) return byColumns(line, cells, header)
  if (DATE.test(first) && CLOCK.test(second) && CLOCK.test(third))
    return rest('dated', line, cells, `${first}T${second}`, `${first}T${third}`, 3)
  if (MOMENT.test(first) && cells.length > 1) return rest('spans', line, cells, first, second, 2)
  return undefined
}

/** What follows the times: a figure of merit at `index`, a source in reports, then the text. */
function rest(form: ListForm, line: string, cells: readonly Cell[], start: string, end: string, index: number): LaidOut {
  const given = cells[index]?.text
  // The first lists of the ground loop have a text where later ones have the figure of merit.
  const hasNone = form === 'spans' && given !== undefined && given !== '' && !NUMBER.test(given)
  const source = form === 'report' ? cells[index + 1]?.text : undefined
  const { text, commas } = joinRest(line, cells, index + (hasNone ? 0 : 1) + (form === 'report' ? 1 : 0))
  return {
    form,
    start,
    end,
    fom: hasNone || given === '' ? undefined : given,
    source,
    comment: text,
    commas,
    spacecraft: undefined,
    extra: 0,
  }
}

/** Cells under their names. What is more than the header names belongs to the text: its commas were not quoted. */
function byColumns(line: string, cells: readonly Cell[], { columns }: Header): LaidOut {
  let count = cells.length
  while (count > columns.length && cells[count - 1]?.text === '') count--
  const extra = Math.max(0, count - columns.length)
  const text = columns.indexOf('comment')
  const place = (column: Column): string | undefined => {
    const index = columns.indexOf(column)
    return index < 0 ? undefined : cells[index > text && text >= 0 ? index + extra : index]?.text
  }
  const comment = text < 0 ? { text: '', commas: 0 } : joinRest(line, cells, text, text + 1 + extra)
  const fom = place('fom')
  return {
    form: 'columns',
    start: place('start') ?? '',
    end: place('end') ?? '',
    fom: fom === '' ? undefined : fom,
    source: place('source'),
    comment: comment.text,
    commas: comment.commas,
    spacecraft: place('spacecraft'),
    extra,
  }
}

export const isNumber = (text: string): boolean => NUMBER.test(text)
