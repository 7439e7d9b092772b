import { readCsv } from '#formats/csv'
import { failAt } from './lines.ts'

/** What became of an event, or is known of it. */
export const eventStates = ['planned', 'done', 'lost', 'cancelled', 'not-downlinked'] as const
export type EventState = (typeof eventStates)[number]

/** One event of a list. Times in milliseconds of UTC since 1970. */
export interface ListedEvent {
  /** As the list writes it: `orbit`, `SROI`, `mode`. */
  readonly type: string
  readonly name: string
  /** Unique per type and spacecraft; a later list names the same event by it. */
  readonly key: string
  /** Its word, or its number in the mission. */
  readonly spacecraft: string
  readonly start: number
  readonly stop: number
  readonly state: EventState
  /** Empty where none is given. */
  readonly reason: string
}

/** Columns of our own list, and those of a service's table of events (`start_time_utc (unit)`, …) that mean the same. */
const columns: Readonly<Record<string, readonly string[]>> = {
  type: ['kind', 'event_type'],
  name: ['name'],
  key: ['key', 'id'],
  spacecraft: ['spacecraft', 'sc_id'],
  start: ['start', 'start_time_utc'],
  stop: ['stop', 'end_time_utc'],
  state: ['state'],
  reason: ['reason'],
}
const required = ['type', 'key', 'spacecraft', 'start', 'stop'] as const

/**
 * Reads a list of mission events: CSV (RFC 4180) with a line of column names; lines that begin with `#` are remarks. Columns: kind, key,
 * spacecraft, start, stop and, where wanted, name, state, reason; or event_type, id, sc_id, start_time_utc, end_time_utc among others, as
 * tables of mission events have them. Throws `ephemeris/not-this-kind`, `ephemeris/bad-line`.
 */
export function readEventList(text: string): readonly ListedEvent[] {
  const rows = readCsv(text.replace(/^#.*\n?/gm, ''))
  const head = (rows[0] ?? []).map(cell => cell.replace(/\s*\(.*$/, '').toLowerCase())
  const at = (column: string): number => head.findIndex(name => columns[column]?.includes(name))
  const absent = required.filter(column => at(column) < 0)
  if (absent.length > 0)
    failAt('ephemeris/not-this-kind', 1, `a list of events needs the columns ${absent.map(c => columns[c]?.join(' or ')).join(', ')}`)
  return rows.slice(1).map((row, i) => readRow(name => (at(name) < 0 ? '' : (row[at(name)] ?? '')), i + 2))
}

function readRow(cell: (column: string) => string, row: number): ListedEvent {
  for (const column of required) if (cell(column) === '') failAt('ephemeris/bad-line', row, `row ${row} has no ${columns[column]?.[0]}`)
  const [start, end] = [readTime(cell('start'), row), readTime(cell('stop'), row)]
  if (end < start) failAt('ephemeris/bad-line', row, `${cell('key')} ends at ${cell('stop')}, before its start ${cell('start')}`)
  // A moment (an apogee) is written with one time twice; half-open, it lasts a millisecond.
  const stop = Math.max(end, start + 1)
  const word = cell('state') || 'planned'
  const state = eventStates.find(known => known === word)
  if (state === undefined) return failAt('ephemeris/bad-line', row, `state "${word}" is none of ${eventStates.join(', ')}`)
  const spacecraft = cell('spacecraft').toLowerCase()
  return { type: cell('type'), name: cell('name'), key: cell('key'), spacecraft, start, stop, state, reason: cell('reason') }
}

/** `2026-11-22T03:00:00[.fff][Z]`, UTC. */
function readTime(text: string, row: number): number {
  const ms = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?Z?$/.test(text)
    ? Date.parse(`${text.replace(' ', 'T').replace(/Z$/, '')}Z`)
    : Number.NaN
  return Number.isNaN(ms) ? failAt('ephemeris/bad-line', row, `"${text}" is no time: write 2026-11-22T03:00:00Z`) : ms
}
