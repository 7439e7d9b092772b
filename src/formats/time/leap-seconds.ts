import { daysFromCivil } from './calendar.ts'

/** From this UTC date on, TAI - UTC is `offset` seconds, plus `drift` seconds per day counted from `base` (MJD) where drift is not 0. */
export interface LeapEntry {
  /** `yyyy-mm-dd`, UTC. */
  readonly date: string
  /** TAI - UTC in nanoseconds. */
  readonly offsetNs: number
  /** Modified Julian day from which the drift counts; 0 since 1972. */
  readonly base: number
  /** Nanoseconds per day; 0 since 1972. */
  readonly driftNs: number
}

/** One line of a table prepared for look-up. All `bigint` are nanoseconds. */
export interface LeapStep extends LeapEntry {
  /** Days since 1970-01-01 of `date`. */
  readonly day: number
  /** TT2000 of 00:00:00 UTC on `date`. */
  readonly start: bigint
}

export interface LeapTable {
  readonly steps: readonly LeapStep[]
  /** Date until which the issuing body vouches for the table. */
  readonly expires: string
  /** `yyyymmdd` of the last entry, as CDF files state it in LeapSecondLastUpdated. */
  readonly lastUpdated: number
}

/** 2000-01-01T12:00:00 as nanoseconds since 1970-01-01, all counted as days of 86,400 s. */
export const J2000_LABEL_NS = 946_728_000_000_000_000n
/** TT - TAI, exact by definition. */
export const TT_MINUS_TAI_NS = 32_184_000_000n
export const DAY_NS = 86_400_000_000_000n

const MJD_OF_1970 = 40_587

/** TAI - UTC in nanoseconds on a day (days since 1970-01-01); 0 before 1960, as in NASA's library. */
export function taiMinusUtcNs(table: LeapTable, day: number): bigint {
  const step = table.steps.findLast(s => s.day <= day)
  return step === undefined ? 0n : offsetOn(step, day)
}

/**
 * TAI - UTC in nanoseconds on a day within one step. NASA's library takes the drift at noon, holds it over the whole day,
 * and cuts the product in doubles to nanoseconds: four of its published conversions show the lost one.
 */
export function offsetOn(step: LeapEntry, day: number): bigint {
  if (step.driftNs === 0) return BigInt(step.offsetNs)
  const days = day + MJD_OF_1970 + 0.5 - step.base
  return BigInt(Math.trunc((step.offsetNs / 1e9 + days * (step.driftNs / 1e9)) * 1e9))
}

/** Prepares a table from its lines, which must be in order of date. */
export function makeLeapTable(entries: readonly LeapEntry[], expires: string): LeapTable {
  const steps = entries.map(entry => {
    const [year, month, day] = entry.date.split('-').map(Number) as [number, number, number]
    const days = daysFromCivil(year, month, day)
    const start = BigInt(days) * DAY_NS - J2000_LABEL_NS + TT_MINUS_TAI_NS + offsetOn(entry, days)
    return { ...entry, day: days, start }
  })
  const last = entries.at(-1)
  return { steps, expires, lastUpdated: last === undefined ? 0 : Number(last.date.replaceAll('-', '')) }
}

// date, TAI-UTC in seconds, MJD base, drift in s/day: USNO tai-utc.dat. Whole seconds since 1972 (IERS Bulletin C).
const RUBBER: readonly (readonly [string, number, number, number])[] = [
  ['1960-01-01', 1.417818, 37300, 0.001296],
  ['1961-01-01', 1.422818, 37300, 0.001296],
  ['1961-08-01', 1.372818, 37300, 0.001296],
  ['1962-01-01', 1.845858, 37665, 0.0011232],
  ['1963-11-01', 1.945858, 37665, 0.0011232],
  ['1964-01-01', 3.24013, 38761, 0.001296],
  ['1964-04-01', 3.34013, 38761, 0.001296],
  ['1964-09-01', 3.44013, 38761, 0.001296],
  ['1965-01-01', 3.54013, 38761, 0.001296],
  ['1965-03-01', 3.64013, 38761, 0.001296],
  ['1965-07-01', 3.74013, 38761, 0.001296],
  ['1965-09-01', 3.84013, 38761, 0.001296],
  ['1966-01-01', 4.31317, 39126, 0.002592],
  ['1968-02-01', 4.21317, 39126, 0.002592],
]
const WHOLE =
  '1972-01 1972-07 1973-01 1974-01 1975-01 1976-01 1977-01 1978-01 1979-01 1980-01 1981-07 1982-07 1983-07 1985-07 ' +
  '1988-01 1990-01 1991-01 1992-07 1993-07 1994-07 1996-01 1997-07 1999-01 2006-01 2009-01 2012-07 2015-07 2017-01'

/** The built-in table: UTC from 1960 to the leap second at the end of 2016, none announced since (IERS Bulletin C 72). */
export const builtInLeapTable: LeapTable = makeLeapTable(
  [
    ...RUBBER.map(([date, offset, base, drift]) => ({
      date,
      offsetNs: Math.round(offset * 1e9),
      base,
      driftNs: Math.round(drift * 1e9),
    })),
    ...WHOLE.split(' ').map((month, i) => ({ date: `${month}-01`, offsetNs: (10 + i) * 1e9, base: 0, driftNs: 0 })),
  ],
  '2027-06-28',
)

let current = builtInLeapTable

/** The table that conversions use when none is passed to them. */
export const leapTable = (): LeapTable => current

/** Replaces the table for the whole process (a new leap second was announced) and returns the one before. */
export function replaceLeapTable(table: LeapTable): LeapTable {
  const before = current
  current = table
  return before
}
