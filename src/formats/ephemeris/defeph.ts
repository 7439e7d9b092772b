import { formatDoy, tai1958FromTt2000, tt2000, type Tt2000 } from '#formats/time'
import { parseMoment } from './day-time.ts'
import { failAt, parseEntries, parseNumber, splitFields, splitLines } from './lines.ts'

/** What the header says beside times and units. */
export interface DefephHeader {
  /** As written, in upper case. */
  readonly spacecraft: string
  /** Name of the time scale of the second column: the mission's word and `TAI`. */
  readonly scale: string
  readonly project: string
  /** Who made it; simulated files say so here. */
  readonly source: string
  /** As written, e.g. `Jan 29 2019 08:39:20.303 UTC`. */
  readonly created: string
}

/** Orbit in Earth-centred mean equator and equinox of J2000. Element i of `time` goes with elements 3i to 3i+2 of the others. */
export interface Defeph {
  readonly header: DefephHeader
  /** TT2000. */
  readonly time: BigInt64Array
  /** km */
  readonly position: Float64Array
  /** km/s */
  readonly velocity: Float64Array
}

const TITLE = 'Definitive Orbit Ephemeris'
const HEADER_LINES = 14
const DAY_S = 86_400

// One table for both directions: name, unit, width.
const columns = [
  ['Epoch (UTC)', '', 24],
  ['Epoch TAI', '', 22],
  ['X', 'Km', 24],
  ['Y', 'Km', 24],
  ['Z', 'Km', 24],
  ['VX', 'Km/Sec', 24],
  ['VY', 'Km/Sec', 24],
  ['VZ', 'Km/Sec', 24],
  ['Mass', 'Kg', 17],
] as const

/**
 * Reads DEFEPH text: 14 header lines, then UTC, TAI in *days* since 1958, km and km/s. Throws `ephemeris/not-this-kind`,
 * `ephemeris/bad-line`, `ephemeris/times-disagree`, and `ephemeris/cut-short` where the last record is not the header's StopTime.
 */
export function readDefeph(text: string): Defeph {
  const lines = splitLines(text)
  if (lines[0]?.trim() !== TITLE) failAt('ephemeris/not-this-kind', 1, `"${(lines[0] ?? '').slice(0, 60)}" where "${TITLE}" is expected`)
  if (lines.length < HEADER_LINES) failAt('ephemeris/cut-short', lines.length, `the file ends within its header of ${HEADER_LINES} lines`)
  const entries = parseEntries(lines.slice(0, HEADER_LINES))
  const count = lines.length - HEADER_LINES
  const orbit = {
    time: new BigInt64Array(count),
    position: new Float64Array(3 * count),
    velocity: new Float64Array(3 * count),
  }
  for (let i = 0; i < count; i++) readRecord(lines[HEADER_LINES + i] ?? '', HEADER_LINES + i + 1, i, orbit)
  checkStop(entries.get('StopTime') ?? '', orbit.time, lines.length)
  const need = (key: string): string => entries.get(key) ?? failAt('ephemeris/bad-line', HEADER_LINES, `the header has no line "${key} ="`)
  const header = {
    spacecraft: need('Spacecraft'),
    scale: findScale([...entries.keys()]),
    project: need('Project'),
    source: need('Source'),
    created: need('FileCreationDate'),
  }
  return { header, ...orbit }
}

const REFERENCE = ' Reference Epoch'

const findScale = (keys: readonly string[]): string =>
  keys.find(key => key.endsWith(REFERENCE))?.slice(0, -REFERENCE.length) ??
  failAt('ephemeris/bad-line', HEADER_LINES, `the header has no line "… TAI${REFERENCE} ="`)

function readRecord(line: string, number: number, i: number, into: Omit<Defeph, 'header'>): void {
  const fields = splitFields(line, number, 8)
  into.time[i] = parseMoment(fields[0] ?? '', parseNumber(fields[1], number, 'TAI'), DAY_S, number)
  if (i > 0 && (into.time[i] ?? 0n) <= (into.time[i - 1] ?? 0n))
    failAt('ephemeris/bad-line', number, `time ${fields[0]} is not after the line before`)
  for (let axis = 0; axis < 3; axis++) {
    into.position[3 * i + axis] = parseNumber(fields[2 + axis], number, 'position')
    into.velocity[3 * i + axis] = parseNumber(fields[5 + axis], number, 'velocity')
  }
}

function checkStop(stop: string, time: BigInt64Array, line: number): void {
  const last = time.at(-1)
  const have = last === undefined ? 'no record' : formatDoy(tt2000(last), 3, '/')
  if (last === undefined || !stop.startsWith(have))
    failAt('ephemeris/cut-short', line, `the header announces records to ${stop.slice(0, 21)}, the last line is ${have}`)
}

/** Writes DEFEPH text in the layout of {@link readDefeph}; times to the millisecond, at least one record. */
export function writeDefeph({ header, time, position, velocity }: Defeph): string {
  const bound = (i: number): string => {
    const t = tt2000(time.at(i) ?? 0n)
    return `${formatDoy(t, 3, '/')} UTC  (${header.scale}: ${(tai1958FromTt2000(t) / DAY_S).toFixed(9)})`
  }
  const lines = [
    TITLE,
    `Spacecraft = ${header.spacecraft}`,
    `StartTime = ${bound(0)}`,
    `StopTime = ${bound(-1)}`,
    `${header.scale}${REFERENCE} = 1958-001/00:00:00 UTC`,
    'CentralBody = Earth',
    'ReferenceFrame = Mean of J2000',
    'PrincipalPlane = Equatorial',
    `Project = ${header.project}`,
    `Source = ${header.source}`,
    `FileCreationDate = ${header.created}`,
    '',
    columns.map(([name, , width]) => name.replace('TAI', header.scale).padEnd(width)).join(''),
    columns.map(([, unit, width]) => unit.padEnd(width)).join(''),
  ]
  for (let i = 0; i < time.length; i++) lines.push(writeRecord(tt2000(time[i] ?? 0n), position, velocity, i))
  return `${lines.join('\n')}\n`
}

function writeRecord(time: Tt2000, position: Float64Array, velocity: Float64Array, i: number): string {
  const numbers = [...position.subarray(3 * i, 3 * i + 3), ...velocity.subarray(3 * i, 3 * i + 3)]
  const fields = [formatDoy(time, 3, '/'), (tai1958FromTt2000(time) / DAY_S).toFixed(9), ...numbers.map(n => n.toFixed(9))]
  // Real lines end 7 blanks short of the announced Mass column.
  return fields.map((field, at) => field.padEnd(at === fields.length - 1 ? 17 : (columns[at]?.[2] ?? 0))).join('')
}
