import { formatDoy, tai1958FromTt2000, tt2000, type Tt2000 } from '#formats/time'
import { parseHeaderMoment, parseMoment } from './day-time.ts'
import { attitudeHead } from './defatt-head.ts'
import { failAt, parseEntries, parseNumber, splitFields, splitLines } from './lines.ts'

/** How a record was found: star tracker filter, not yet converged, Sun sensor only, interpolated, nothing to go by. */
export const attitudeFlags = ['EKF', 'CNV', 'SUN', 'INT', 'BAD'] as const
export type AttitudeFlag = (typeof attitudeFlags)[number]

export interface DefattHeader {
  /** As written, in upper case. */
  readonly spacecraft: string
  /** International designator, e.g. `2015-011B`. */
  readonly objectId: string
  readonly originator: string
  /** What `COMMENT  REPORT SOURCE =` says; simulated files say so here. */
  readonly source: string
  /** Name of the inertia tensor calibration, or `none`. */
  readonly inertia: string
  /** To the second. */
  readonly created: Tt2000
  /** Major principal axis of inertia in the body frame, unit vector. */
  readonly principalAxis: readonly [number, number, number]
  /** Start and stop of the span the file speaks of; records lie inside. */
  readonly start: Tt2000
  readonly stop: Tt2000
}

/** Keys of {@link Defatt.columns}. */
export type AttitudeColumn = (typeof attitudeColumns)[number]
export const attitudeColumns = [
  'q1',
  'q2',
  'q3',
  'qc',
  'wX',
  'wY',
  'wZ',
  'wPhase',
  'zRa',
  'zDec',
  'zPhase',
  'lRa',
  'lDec',
  'lPhase',
  'pRa',
  'pDec',
  'pPhase',
  'nutation',
] as const

// One table for both directions: key, digits after the point, width. Order of the file.
const columns: readonly (readonly [AttitudeColumn, number, number])[] = [
  ['q1', 5, 9],
  ['q2', 5, 9],
  ['q3', 5, 9],
  ['qc', 5, 9],
  ['wX', 3, 7],
  ['wY', 3, 7],
  ['wZ', 3, 7],
  ['wPhase', 3, 8],
  ['zRa', 3, 8],
  ['zDec', 3, 8],
  ['zPhase', 3, 8],
  ['lRa', 3, 8],
  ['lDec', 3, 8],
  ['lPhase', 3, 8],
  ['pRa', 3, 8],
  ['pDec', 3, 8],
  ['pPhase', 3, 8],
  ['nutation', 3, 8],
]

/**
 * Attitude as columns of equal length. q1 q2 q3 qc: quaternion J2000 to body, scalar last. wX wY wZ: rates, degrees/s.
 * The rest in degrees: right ascension, declination and phase (Sun to body X about the axis) of body Z, of the angular
 * momentum L and of the principal axis P.
 */
export interface Defatt {
  readonly header: DefattHeader
  /** TT2000. */
  readonly time: BigInt64Array
  readonly columns: Readonly<Record<AttitudeColumn, Float64Array>>
  readonly flags: readonly AttitudeFlag[]
}

const FIRST = 'CCSDS_AEM_VERS'
const FOOTER = 'DATA_STOP'

/**
 * Reads DEFATT text: header to DATA_START, then UTC, TAI in *seconds* since 1958 and 19 columns, then DATA_STOP. With
 * `whole: false` the end may be missing (a specimen). Throws as `readDefeph` does.
 */
export function readDefatt(text: string, { whole = true }: { readonly whole?: boolean } = {}): Defatt {
  const lines = splitLines(text)
  if (lines[0]?.startsWith(FIRST) !== true)
    failAt('ephemeris/not-this-kind', 1, `"${(lines[0] ?? '').slice(0, 60)}" where "${FIRST} = 1.0" is expected`)
  const begin = lines.indexOf('DATA_START')
  if (begin < 0) failAt('ephemeris/cut-short', lines.length, 'the file ends within its header: there is no DATA_START')
  const from = lines[begin + 1]?.startsWith('COMMENT') === true ? begin + 2 : begin + 1
  const stopped = lines.at(-1)?.trim() === FOOTER
  if (whole && !stopped) failAt('ephemeris/cut-short', lines.length, `the last line is not ${FOOTER}`)
  const count = lines.length - from - (stopped ? 1 : 0)
  const table = makeTable(count)
  for (let i = 0; i < count; i++) readRecord(lines[from + i] ?? '', from + i + 1, i, table)
  return { header: readHeader(lines.slice(0, begin), begin), ...table }
}

interface Table {
  readonly time: BigInt64Array
  readonly columns: Record<AttitudeColumn, Float64Array>
  readonly flags: AttitudeFlag[]
}

function makeTable(count: number): Table {
  const entries = columns.map(([key]) => [key, new Float64Array(count)] as const)
  return { time: new BigInt64Array(count), columns: Object.fromEntries(entries) as Record<AttitudeColumn, Float64Array>, flags: [] }
}

function readRecord(line: string, number: number, i: number, { time, columns: into, flags }: Table): void {
  const fields = splitFields(line, number, columns.length + 3)
  time[i] = parseMoment(fields[0] ?? '', parseNumber(fields[1], number, 'TAI'), 1, number)
  if (i > 0 && (time[i] ?? 0n) <= (time[i - 1] ?? 0n))
    failAt('ephemeris/bad-line', number, `time ${fields[0]} is not after the line before`)
  columns.forEach(([key], at) => {
    into[key][i] = parseNumber(fields[at + 2], number, key)
  })
  const flag = attitudeFlags.find(known => known === fields[columns.length + 2])
  if (flag === undefined)
    failAt('ephemeris/bad-line', number, `quality flag "${fields[columns.length + 2]}" is none of ${attitudeFlags.join(' ')}`)
  flags.push(flag as AttitudeFlag)
}

function readHeader(lines: readonly string[], end: number): DefattHeader {
  const entries = parseEntries(lines)
  const need = (key: string): string => entries.get(key) ?? failAt('ephemeris/bad-line', end, `the header has no line "${key} ="`)
  const moment = (key: string): Tt2000 => {
    const line = lines.findIndex(text => text.startsWith(key)) + 1
    return parseHeaderMoment(need(key), line)
  }
  const said = (words: string): string =>
    lines
      .find(line => line.startsWith('COMMENT') && line.includes(words))
      ?.replace(/^.*=/, '')
      .trim() ?? ''
  const axis = said('Major principal axis').split(/\s+/).map(Number)
  return {
    spacecraft: need('OBJECT_NAME'),
    objectId: need('OBJECT_ID'),
    originator: need('ORIGINATOR'),
    source: said('REPORT SOURCE'),
    inertia: said('inertia tensor calibration'),
    created: moment('CREATION_DATE'),
    principalAxis: [axis[0] ?? 0, axis[1] ?? 0, axis[2] ?? 1],
    start: moment('START_TIME'),
    stop: moment('STOP_TIME'),
  }
}

/** Writes DEFATT text in the layout of {@link readDefatt}; numbers are rounded to the digits of the layout. */
export function writeDefatt({ header, time, columns: values, flags }: Defatt): string {
  const lines = attitudeHead(header)
  for (let i = 0; i < time.length; i++) {
    const t = tt2000(time[i] ?? 0n)
    let line = `${formatDoy(t, 3)} ${tai1958FromTt2000(t).toFixed(3)}`
    for (const [key, digits, width] of columns) line += (values[key][i] ?? 0).toFixed(digits).padStart(width)
    lines.push(`${line}  ${flags[i] ?? 'BAD'}`)
  }
  lines.push(FOOTER)
  return `${lines.join('\n')}\n`
}
