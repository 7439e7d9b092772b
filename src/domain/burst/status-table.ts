import { parseUtc, tai1958FromTt2000 } from '#formats/time'
import type { CraftShare, SegmentRecord } from './record.ts'
import { formatStatus, isFinished, parseStatus } from './status.ts'
import { utcOf } from './utc.ts'

const unit = ' (TAI seconds since 1958-01-01)'
const perCraft = ['NUMBUFS', 'ALLOCBUFS', 'REMFILES'] as const
const leading =
  'DATASEGMENTID TAISTARTTIME TAIENDTIME PARAMETERSETID FOM ISPENDING INPLAYLIST STATUS NUMEVALCYCLES SOURCEID CREATETIME FINISHTIME'.split(
    ' ',
  )

/** Columns of the segment status table for `count` spacecraft: 25 for four. */
export const statusColumns = (count: number): readonly string[] => [
  ...leading,
  ...perCraft.flatMap(kind => Array.from({ length: count }, (_, i) => `OBS${i + 1}${kind}`)),
  'DISCUSSION',
]

/** `YYYY-MM-DD hh:mm:ss` UTC, as the table writes times of its own. */
const clock = (tai: number | null): string => (tai === null ? '' : utcOf(tai).replace('T', ' '))

/** The values of one row, in the order of {@link statusColumns}, as text. */
export function statusRow(record: SegmentRecord): readonly string[] {
  const { craft, status } = record
  const flag = (yes: boolean): string => (yes ? '1' : '0')
  return [
    String(record.id),
    String(record.start),
    String(record.end),
    record.parameterSet,
    // Deleted segments are shown with the figure of merit 0.
    String(status.state === 'deleted' ? 0 : record.fom),
    flag(!isFinished(status.state)),
    flag(record.inPlaylist),
    formatStatus(status),
    String(record.evaluations),
    record.source,
    clock(record.createdAt),
    clock(record.finishedAt),
    ...craft.map(({ buffers }) => String(buffers)),
    ...craft.map(({ held }) => String(held)),
    ...craft.map(({ files }) => String(files)),
    record.comment,
  ]
}

/** The segment status table as CSV: sorted by start, quoted (RFC 4180) only where needed, no blank line, a newline at the end. */
export function printStatusTable(records: readonly SegmentRecord[], spacecraft: number): string {
  const head = statusColumns(spacecraft).map(name => (name.startsWith('TAI') ? name + unit : name))
  const rows = [...records].sort((a, b) => a.start - b.start || a.id - b.id).map(statusRow)
  return [head, ...rows].map(row => `${row.map(quote).join(',')}\n`).join('')
}

// A line break inside of a cell would be a second line to the readers of this table, which work line by line.
const quote = (text: string): string => {
  const line = text.replaceAll(/[\r\n]+/g, ' ')
  return /[",]/.test(line) ? `"${line.replaceAll('"', '""')}"` : line
}

export interface TableFault {
  /** From 1, the header included. */
  readonly line: number
  readonly sentence: string
}

/** Reads a segment status table as CSV. A line that makes no segment becomes a fault with its reason; commas in comments need no quotes. */
export function parseStatusTable(text: string): { readonly records: readonly SegmentRecord[]; readonly faults: readonly TableFault[] } {
  const [head = '', ...lines] = text.split(/\r?\n/)
  const names = splitLine(head).map(name =>
    name
      .replace(/ *\(.*\)$/, '')
      .trim()
      .toUpperCase(),
  )
  const count = names.filter(name => /^OBS\d+NUMBUFS$/.test(name)).length
  const missing = statusColumns(count).find(name => !names.includes(name))
  if (count === 0 || missing !== undefined)
    return { records: [], faults: [{ line: 1, sentence: `the header has no column ${missing ?? 'OBS1NUMBUFS'}` }] }
  const records: SegmentRecord[] = []
  const faults: TableFault[] = []
  for (const [i, line] of lines.entries()) {
    if (line.trim() === '') continue
    const read = readRow(line, names, count)
    if (typeof read === 'string') faults.push({ line: i + 2, sentence: read })
    else records.push(read)
  }
  return { records, faults }
}

function readRow(line: string, names: readonly string[], count: number): SegmentRecord | string {
  const cells = splitLine(line)
  if (cells.length < names.length) return `${cells.length} cells, ${names.length} are wanted`
  const at = (name: string): string => {
    const column = names.indexOf(name)
    return column === names.length - 1 ? cells.slice(column).join(',') : (cells[column] ?? '').trim()
  }
  const bad = names.find(name => /^(DATASEGMENTID|TAI|FOM$|NUMEVAL|OBS)/.test(name) && !Number.isFinite(Number(at(name) || Number.NaN)))
  if (bad !== undefined) return `${bad} is "${at(bad)}", no number`
  const number = (name: string): number => Number(at(name))
  const start = number('TAISTARTTIME')
  const end = number('TAIENDTIME')
  if (end < start) return `the segment ends at ${end}, before it starts at ${start}: a broken row`
  const status = parseStatus(at('STATUS'))
  if (typeof status === 'string') return status
  const createdAt = readClock(at('CREATETIME'))
  const finishedAt = readClock(at('FINISHTIME'))
  if (createdAt === undefined || finishedAt === undefined) return `"${at('CREATETIME')}" or "${at('FINISHTIME')}" is no time`
  return {
    id: number('DATASEGMENTID'),
    start,
    end,
    parameterSet: at('PARAMETERSETID'),
    fom: number('FOM'),
    inPlaylist: at('INPLAYLIST') === '1',
    status,
    evaluations: number('NUMEVALCYCLES'),
    source: at('SOURCEID'),
    createdAt: createdAt ?? 0,
    finishedAt,
    craft: Array.from({ length: count }, (_, i): CraftShare => {
      const [buffers, held, files] = perCraft.map(kind => number(`OBS${i + 1}${kind}`)) as [number, number, number]
      const done = isFinished(status.state) && files === 0
      const lost = status.losses.at(-1) ?? (status.state === 'demoted' ? 'DEMOTED' : status.state === 'derelict' ? 'DERELICT' : 'none')
      return { buffers, held, files, received: done ? buffers : Math.max(0, buffers - Math.max(held, files)), lost: done ? 'none' : lost }
    }),
    comment: at('DISCUSSION'),
    history: [],
  }
}

/** TAI seconds; null where empty, undefined where it is no time. */
function readClock(text: string): number | null | undefined {
  if (text === '') return null
  try {
    return Math.round(tai1958FromTt2000(parseUtc(text.replace(' ', 'T'))))
  } catch {
    return undefined
  }
}

/** Cells of one line; a quote inside of a bare cell is text. */
function splitLine(line: string): readonly string[] {
  const cells: string[] = []
  for (const match of line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"(?=,|$)|([^,]*))/g))
    cells.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '')
  return cells
}
