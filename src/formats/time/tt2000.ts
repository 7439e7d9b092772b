import { fail } from '#error'
import { civilFromDays, daysFromCivil, pad } from './calendar.ts'
import {
  DAY_NS,
  J2000_LABEL_NS,
  TT_MINUS_TAI_NS,
  leapTable,
  offsetOn,
  taiMinusUtcNs,
  type LeapStep,
  type LeapTable,
} from './leap-seconds.ts'
import { parseDoyParts, parseUtcParts, type UtcParts } from './utc-text.ts'

declare const unit: unique symbol
/** Nanoseconds since J2000 (2000-01-01T12:00:00 TT) on the scale TT: continuous, no leap seconds inside. */
export type Tt2000 = bigint & { readonly [unit]: 'ns since J2000, TT' }

/** CDF's fill value of TT2000, printed as 9999-12-31T23:59:59.999999999. */
export const TT2000_FILL: Tt2000 = -(2n ** 63n) as Tt2000
/** CDF's default pad value of TT2000, printed as 0000-01-01T00:00:00.000000000. */
export const TT2000_PAD: Tt2000 = (-(2n ** 63n) + 1n) as Tt2000

const SECOND_NS = 1_000_000_000n

/** Brands nanoseconds since J2000 TT; throws `time/out-of-range` outside 64 bits (years 1707 to 2292). */
export function tt2000(ns: bigint): Tt2000 {
  if (BigInt.asIntN(64, ns) !== ns)
    fail('time/out-of-range', `${ns} ns from J2000 does not fit TT2000, which spans 1707 to 2292`, { ns: String(ns) })
  return ns as Tt2000
}

/** A moment broken into what a clock shows. `nano` also holds the leap second: then `second` of the text is 60. */
export interface UtcLabel {
  /** Days since 1970-01-01. */
  readonly day: number
  /** Nanoseconds since that midnight, up to 86,401e9 - 1 within a leap second. */
  readonly nano: bigint
}

/** Day and time of day that UTC clocks show at `t`. */
export function utcLabel(t: bigint, table: LeapTable = leapTable()): UtcLabel {
  const tai = t - TT_MINUS_TAI_NS + J2000_LABEL_NS
  const at = findStep(table, t)
  const step = table.steps[at]
  if (step === undefined || step.driftNs === 0) {
    const label = tai - (step === undefined ? 0n : BigInt(step.offsetNs))
    const next = table.steps[at + 1]
    // Past midnight by the old offset but before the new one starts: the inserted second.
    if (step !== undefined && next !== undefined && label >= BigInt(next.day) * DAY_NS)
      return { day: next.day - 1, nano: label - BigInt(next.day - 1) * DAY_NS }
    return splitDay(label)
  }
  return driftingLabel(tai, step, table.steps[at + 1])
}

// The offset holds over a UTC day; before the next step the last day's goes on, past midnight too.
function driftingLabel(tai: bigint, step: LeapStep, next: LeapStep | undefined): UtcLabel {
  const guess = splitDay(tai - offsetOn(step, splitDay(tai).day)).day
  const day = Math.min(Math.max(guess, step.day), (next?.day ?? Infinity) - 1)
  return splitDay(tai - offsetOn(step, day))
}

function splitDay(label: bigint): UtcLabel {
  const day = label >= 0n ? label / DAY_NS : -((-label + DAY_NS - 1n) / DAY_NS)
  return { day: Number(day), nano: label - day * DAY_NS }
}

function findStep(table: LeapTable, t: bigint): number {
  let low = 0
  let high = table.steps.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((table.steps[middle]?.start ?? 0n) <= t) low = middle + 1
    else high = middle
  }
  return low - 1
}

function fromParts(parts: UtcParts, table: LeapTable): Tt2000 {
  const nano = BigInt(Math.floor(parts.ps / 1000))
  if (parts.day === LAST_DAY && parts.second === 86_399 && nano === 999_999_999n) return TT2000_FILL
  if (parts.day === FIRST_DAY && parts.second === 0 && nano === 0n) return TT2000_PAD
  const label = BigInt(parts.day) * DAY_NS + BigInt(parts.second) * SECOND_NS + nano
  if (parts.second === 86_400 && !endsWithLeapSecond(table, parts.day))
    fail('time/no-such-moment', `no leap second ends day ${isoDate(parts.day)}`, { day: isoDate(parts.day) })
  return tt2000(label - J2000_LABEL_NS + TT_MINUS_TAI_NS + taiMinusUtcNs(table, parts.day))
}

const endsWithLeapSecond = (table: LeapTable, day: number): boolean => table.steps.some(step => step.day === day + 1)

const LAST_DAY = daysFromCivil(9999, 12, 31)
const FIRST_DAY = daysFromCivil(0, 1, 1)

function isoDate(days: number): string {
  const { year, month, day } = civilFromDays(days)
  return `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`
}

function clock(nano: bigint, digits: number): string {
  const leap = nano >= DAY_NS
  const second = Number((leap ? nano - SECOND_NS : nano) / SECOND_NS)
  const text = `${pad(Math.floor(second / 3600), 2)}:${pad(Math.floor(second / 60) % 60, 2)}:${pad((second % 60) + (leap ? 1 : 0), 2)}`
  return digits === 0 ? text : `${text}.${pad(nano % SECOND_NS, 9).slice(0, digits)}`
}

/**
 * Parses UTC text: `2015-09-01`, `2015-09-01T12:30`, `2015-09-01T12:30:00.123456789Z`, `2015-244T12:30:00`, a blank or
 * slash for the `T`, `:60` in a leap second. Digits beyond nanoseconds are cut. Throws `time/malformed`,
 * `time/no-such-moment`, `time/out-of-range`.
 */
export const parseUtc = (text: string, table: LeapTable = leapTable()): Tt2000 => fromParts(parseUtcParts(text), table)

/** Parses the day-of-year form only: `2015-244`, `2015-244T12:30:00.5`, `2015-244/12:30:00`. */
export const parseDoy = (text: string, table: LeapTable = leapTable()): Tt2000 => fromParts(parseDoyParts(text), table)

/**
 * UTC as `2015-09-01T12:30:00.123456789Z`. `digits` (0 to 9) of the fraction are cut, never rounded, so that a second is
 * never carried; `suffix` is `Z` unless `''` is asked for.
 */
export function formatUtc(t: Tt2000, digits = 9, suffix: 'Z' | '' = 'Z', table: LeapTable = leapTable()): string {
  const { day, nano } = labelOrSentinel(t, table)
  return `${isoDate(day)}T${clock(nano, digits)}${suffix}`
}

/** UTC by day of year: `2015-244T12:30:00.123`. `digits` 0 to 9 as in {@link formatUtc}; `undefined` gives `2015-244` alone. */
export function formatDoy(t: Tt2000, digits?: number, separator: 'T' | '/' | ' ' = 'T', table: LeapTable = leapTable()): string {
  const { day, nano } = labelOrSentinel(t, table)
  const { year } = civilFromDays(day)
  const date = `${pad(year, 4)}-${pad(day - daysFromCivil(year, 1, 1) + 1, 3)}`
  return digits === undefined ? date : `${date}${separator}${clock(nano, digits)}`
}

function labelOrSentinel(t: Tt2000, table: LeapTable): UtcLabel {
  if (t === TT2000_FILL) return { day: LAST_DAY, nano: DAY_NS - 1n }
  if (t === TT2000_PAD) return { day: FIRST_DAY, nano: 0n }
  return utcLabel(t, table)
}
