import { formatDoy, type Tt2000 } from '#formats/time'
import { parseHeaderMoment } from './day-time.ts'
import { failAt, parseEntries, splitLines } from './lines.ts'

/** What became of a contact. */
export const contactStates = ['planned', 'done', 'lost'] as const
export type ContactState = (typeof contactStates)[number]

/** One pass of one spacecraft over a ground station: everything recorded in [dataFrom, dataTo) comes down in [start, stop). */
export interface Contact {
  /** Unique per spacecraft, e.g. `2026326-03`. */
  readonly id: string
  /** As the mission writes it in file names, in lower case. */
  readonly spacecraft: string
  readonly start: Tt2000
  readonly stop: Tt2000
  readonly dataFrom: Tt2000
  readonly dataTo: Tt2000
  readonly state: ContactState
  /** Why it was lost, else empty. */
  readonly reason: string
}

/** The report of one UTC day. */
export interface Contacts {
  readonly mission: string
  /** Simulated files say so here. */
  readonly source: string
  readonly created: Tt2000
  readonly contacts: readonly Contact[]
}

const TITLE = 'Contact Report'
const COLUMNS =
  'Contact       Spacecraft  Start                  Stop                   Data from              Data to                State    Reason'

/** Writes the report: six header lines, a blank, the column names, one line per contact and spacecraft; times to the ms. */
export function writeContacts({ mission, source, created, contacts }: Contacts): string {
  const time = (t: Tt2000): string => formatDoy(t, 3, '/').padEnd(23)
  const lines = contacts.map(c =>
    `${c.id.padEnd(13)} ${c.spacecraft.padEnd(12)}${time(c.start)}${time(c.stop)}${time(c.dataFrom)}${time(c.dataTo)}${c.state.padEnd(9)}${c.reason}`.trimEnd(),
  )
  const head = [
    TITLE,
    `Mission = ${mission}`,
    `Contacts = ${contacts.length}`,
    'TimeSystem = UTC',
    `Source = ${source}`,
    `FileCreationDate = ${formatDoy(created, 3, '/')}`,
    '',
    COLUMNS,
  ]
  return `${[...head, ...lines].join('\n')}\n`
}

/** Reads what {@link writeContacts} writes. Throws `ephemeris/not-this-kind`, `ephemeris/bad-line`, `ephemeris/cut-short`. */
export function readContacts(text: string): Contacts {
  const lines = splitLines(text)
  if (lines[0]?.trim() !== TITLE) failAt('ephemeris/not-this-kind', 1, `"${(lines[0] ?? '').slice(0, 60)}" where "${TITLE}" is expected`)
  const head = lines.findIndex(line => line.startsWith('Contact  '))
  if (head < 0) failAt('ephemeris/cut-short', lines.length, 'the file ends within its header: there is no line of column names')
  const entries = parseEntries(lines.slice(0, head))
  const need = (key: string): string => entries.get(key) ?? failAt('ephemeris/bad-line', head, `the header has no line "${key} ="`)
  const contacts = lines.slice(head + 1).map((line, i) => readContact(line, head + 2 + i))
  if (contacts.length !== Number(need('Contacts')))
    failAt('ephemeris/cut-short', lines.length, `the header announces ${need('Contacts')} contacts, ${contacts.length} follow`)
  const created = parseHeaderMoment(need('FileCreationDate'), head)
  return { mission: need('Mission'), source: need('Source'), created, contacts }
}

function readContact(line: string, number: number): Contact {
  const match = /^(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s+(\S+)\s+(\S+)(?:\s+(.*))?$/.exec(line)
  if (match === null) return failAt('ephemeris/bad-line', number, 'a contact has id, spacecraft, four times, state and reason')
  const [, id = '', spacecraft = '', ...rest] = match
  const [start, stop, dataFrom, dataTo] = rest.slice(0, 4).map(text => parseHeaderMoment(text, number)) as [Tt2000, Tt2000, Tt2000, Tt2000]
  const state = contactStates.find(known => known === rest[4])
  if (state === undefined) return failAt('ephemeris/bad-line', number, `state "${rest[4]}" is none of ${contactStates.join(' ')}`)
  return { id, spacecraft, start, stop, dataFrom, dataTo, state, reason: rest[5] ?? '' }
}
