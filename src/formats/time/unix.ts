import { fail } from '#error'
import { DAY_NS, J2000_LABEL_NS, TT_MINUS_TAI_NS, leapTable, taiMinusUtcNs, type LeapTable } from './leap-seconds.ts'
import { TT2000_FILL, TT2000_PAD, tt2000, utcLabel, type Tt2000 } from './tt2000.ts'

const DAY_MS = 86_400_000

/** TT2000 of milliseconds since 1970-01-01 UTC without leap seconds (what `Date` counts); fractions to the microsecond. */
export function tt2000FromUtcMs(ms: number, table: LeapTable = leapTable()): Tt2000 {
  if (!Number.isFinite(ms)) fail('time/out-of-range', `${ms} ms is no moment`, { ms })
  const day = Math.floor(ms / DAY_MS)
  const rest = ms - day * DAY_MS
  const whole = Math.floor(rest)
  const nano = BigInt(whole) * 1_000_000n + BigInt(Math.round((rest - whole) * 1e6))
  return tt2000(BigInt(day) * DAY_NS + nano - J2000_LABEL_NS + TT_MINUS_TAI_NS + taiMinusUtcNs(table, day))
}

/**
 * Milliseconds since 1970-01-01 UTC as `Date` counts them, to about 0.2 µs; a leap second repeats the first second of
 * the next day. NaN for CDF's fill and pad values.
 */
export function utcMsFromTt2000(t: Tt2000, table: LeapTable = leapTable()): number {
  if (t === TT2000_FILL || t === TT2000_PAD) return Number.NaN
  const { day, nano } = utcLabel(t, table)
  const whole = nano / 1_000_000n
  return day * DAY_MS + Number(whole) + Number(nano - whole * 1_000_000n) / 1e6
}

/**
 * {@link utcMsFromTt2000} for a whole array, without a bigint per value: about the speed of a copy.
 * `target`, if given, must be as long as `times`.
 */
export function utcMsFromTt2000Array(
  times: BigInt64Array,
  target: Float64Array = new Float64Array(times.length),
  table: LeapTable = leapTable(),
): Float64Array {
  const doubles = new Float64Array(times.buffer, times.byteOffset, times.length)
  for (let i = 0; i < times.length;) {
    const time = times[i] as Tt2000
    const span = findSpan(table, time)
    if (span === undefined) target[i++] = utcMsFromTt2000(time, table)
    else i = convertSpan(doubles, i, span, target)
  }
  return target
}

/**
 * Times of one leap second offset whose upper 12 bits are equal. Read as a double such a time is ±2^(e-1023) (1 + m / 2^52),
 * e being its exponent bits and m its lower 52: two multiplications by powers of two give 2^52 + m, exactly, where the
 * conversion of an integer would cost more than all the rest.
 */
interface Span {
  /** Least and greatest time, as doubles. */
  readonly low: number
  readonly high: number
  /** Powers of two; their product alone may be beyond all doubles. */
  readonly scaleA: number
  readonly scaleB: number
  /** Nanoseconds to take away so that whole milliseconds remain, and the whole milliseconds to add. */
  readonly nano: number
  readonly milli: number
}

function convertSpan(doubles: Float64Array, from: number, span: Span, target: Float64Array): number {
  const { low, high, scaleA, scaleB, nano, milli } = span
  const end = doubles.length
  let i = from
  for (; i < end; i++) {
    const d = doubles[i] as number
    if (!(d >= low && d <= high)) break
    // The product with 1e-6 is off by less than 2e-6 ms, and doubles of times since 1972 are at least 7e-6 ms apart: whole
    // milliseconds stay whole.
    target[i] = milli + (d * scaleA * scaleB - nano) * 1e-6
  }
  return i
}

const EXPONENT = 1n << 52n

function findSpan(table: LeapTable, time: bigint): Span | undefined {
  const at = table.steps.findLastIndex(step => step.start <= time)
  const step = table.steps[at]
  // Numbers whose exponent is 0 or 2047 are not of that form: 52 days on either side of J2000, and CDF's fill.
  const upper = time >> 52n
  const exponent = Number(upper & 2047n)
  if (step === undefined || step.driftNs !== 0 || exponent === 0 || exponent === 2047) return undefined
  const block = upper << 52n
  const first = step.start > block ? step.start : block
  const next = table.steps[at + 1]?.start
  const last = (next !== undefined && next < block + EXPONENT ? next : block + EXPONENT) - 1n
  const [a, b] = [doubleOf(first), doubleOf(last)]
  const power = 1075 - exponent
  // UTC ms of the time 2^52 before the block, which is what 2^52 + m counts from; whole, and what is over.
  const zero = block - EXPONENT + J2000_LABEL_NS - TT_MINUS_TAI_NS - BigInt(step.offsetNs)
  const nano = ((-zero % 1_000_000n) + 1_000_000n) % 1_000_000n
  return {
    low: Math.min(a, b),
    high: Math.max(a, b),
    scaleA: 2 ** (power >> 1) * (time < 0n ? -1 : 1),
    scaleB: 2 ** (power - (power >> 1)),
    nano: Number(nano),
    milli: Number((zero + nano) / 1_000_000n),
  }
}

/** The double with the same bits. */
const doubleOf = (bits: bigint): number => new Float64Array(BigInt64Array.of(bits).buffer)[0] as number
