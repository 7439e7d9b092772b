import { civilFromDays, pad } from './calendar.ts'
import { leapTable, type LeapTable } from './leap-seconds.ts'
import { TT2000_FILL, parseUtc, utcLabel, type Tt2000 } from './tt2000.ts'
import { tt2000FromUtcMs, utcMsFromTt2000 } from './unix.ts'
import { parseUtcParts } from './utc-text.ts'

/** EPOCH (ms since 0000-01-01T00:00:00, no leap seconds) of 1970-01-01. */
export const EPOCH_OF_1970_MS = 62_167_219_200_000
/** CDF's fill value of EPOCH, and of each half of EPOCH16. */
export const EPOCH_FILL = -1e31

/** EPOCH16: whole seconds since year 0 and picoseconds within the second. */
export type Epoch16 = readonly [seconds: number, picoseconds: number]

const DAYS_TO_1970 = EPOCH_OF_1970_MS / 86_400_000

/** `1999-12-31T23:59:59.999`; EPOCH has no leap seconds. Negative values are mirrored at 0, as NASA's library does. */
export function formatEpoch(epoch: number, suffix: 'Z' | '' = 'Z'): string {
  if (epoch === EPOCH_FILL || !Number.isFinite(epoch)) return `9999-12-31T23:59:59.999${suffix}`
  const ms = Math.floor(Math.abs(epoch))
  const seconds = Math.floor(ms / 1000)
  return `${dateAndClock(seconds)}.${pad(ms - seconds * 1000, 3)}${suffix}`
}

/** `1999-12-31T23:59:59.999999999999`, twelve digits. */
export function formatEpoch16(epoch: Epoch16, suffix: 'Z' | '' = 'Z'): string {
  const [seconds, ps] = epoch
  if (seconds === EPOCH_FILL || !Number.isFinite(seconds) || !Number.isFinite(ps)) return `9999-12-31T23:59:59.999999999999${suffix}`
  return `${dateAndClock(Math.floor(Math.abs(seconds)))}.${pad(Math.floor(Math.abs(ps)), 12)}${suffix}`
}

function dateAndClock(seconds: number): string {
  const days = Math.floor(seconds / 86_400)
  const rest = seconds - days * 86_400
  const { year, month, day } = civilFromDays(days - DAYS_TO_1970)
  const date = `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`
  return `${date}T${pad(Math.floor(rest / 3600), 2)}:${pad(Math.floor(rest / 60) % 60, 2)}:${pad(rest % 60, 2)}`
}

/** EPOCH of UTC text; digits beyond milliseconds are cut; a leap second is the last millisecond before it ends. */
export function parseEpoch(text: string): number {
  const { day, second, ps } = parseUtcParts(text)
  return (day + DAYS_TO_1970) * 86_400_000 + second * 1000 + Math.floor(ps / 1e9)
}

/** EPOCH16 of UTC text. */
export function parseEpoch16(text: string): Epoch16 {
  const { day, second, ps } = parseUtcParts(text)
  return [(day + DAYS_TO_1970) * 86_400 + second, ps]
}

/** UTC ms since 1970 (as `Date`) of an EPOCH; NaN for the fill value. */
export const utcMsFromEpoch = (epoch: number): number => (epoch === EPOCH_FILL ? Number.NaN : epoch - EPOCH_OF_1970_MS)

/** UTC ms since 1970 of an EPOCH16; NaN for the fill value. */
export const utcMsFromEpoch16 = ([seconds, ps]: Epoch16): number =>
  seconds === EPOCH_FILL ? Number.NaN : seconds * 1000 - EPOCH_OF_1970_MS + ps / 1e9

/** TT2000 of an EPOCH. Fill and non-finite values become {@link TT2000_FILL}; throws `time/out-of-range` outside 1707 to 2292. */
export const tt2000FromEpoch = (epoch: number, table: LeapTable = leapTable()): Tt2000 =>
  epoch === EPOCH_FILL || !Number.isFinite(epoch) ? TT2000_FILL : tt2000FromUtcMs(epoch - EPOCH_OF_1970_MS, table)

/** EPOCH of a TT2000, to the microsecond; fill and pad become {@link EPOCH_FILL}. */
export function epochFromTt2000(t: Tt2000, table: LeapTable = leapTable()): number {
  const ms = utcMsFromTt2000(t, table)
  return Number.isNaN(ms) ? EPOCH_FILL : ms + EPOCH_OF_1970_MS
}

/** TT2000 of an EPOCH16, picoseconds cut to nanoseconds. */
export function tt2000FromEpoch16(epoch: Epoch16, table: LeapTable = leapTable()): Tt2000 {
  const [seconds, ps] = epoch
  if (seconds === EPOCH_FILL || !Number.isFinite(seconds) || !Number.isFinite(ps)) return TT2000_FILL
  return parseUtc(formatEpoch16(epoch), table)
}

/** EPOCH16 of a TT2000, exact; fill becomes the fill pair. */
export function epoch16FromTt2000(t: Tt2000, table: LeapTable = leapTable()): Epoch16 {
  if (t === TT2000_FILL) return [EPOCH_FILL, EPOCH_FILL]
  const { day, nano } = utcLabel(t, table)
  const second = nano / 1_000_000_000n
  return [(day + DAYS_TO_1970) * 86_400 + Number(second), Number(nano - second * 1_000_000_000n) * 1000]
}
