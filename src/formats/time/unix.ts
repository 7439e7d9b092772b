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
  const halves = machineIsLittle ? new Int32Array(times.buffer, times.byteOffset, times.length * 2) : undefined
  for (let i = 0; i < times.length;) {
    const span = halves === undefined ? undefined : findSpan(table, halves[2 * i + 1] as number)
    if (halves === undefined || span === undefined) {
      target[i] = utcMsFromTt2000(times[i] as Tt2000, table)
      i++
    } else i = convertSpan(halves, i, span, target)
  }
  return target
}

// Typed arrays have the order of the machine, and the loop below wants the low half first. No other machine is left.
const machineIsLittle = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1

/** High words strictly between `above` and `below` are of one offset; `shift` = UTC ms of J2000 by that offset. */
interface Span {
  readonly above: number
  readonly below: number
  readonly shift: number
}

function convertSpan(halves: Int32Array, from: number, { above, below, shift }: Span, target: Float64Array): number {
  const end = target.length
  let i = from
  while (i < end) {
    const h = halves[2 * i + 1] as number
    if (h <= above || h >= below) break
    // h * 2^32 ns = h * 4294 ms + h * 967,296 ns, exact in a double. The product with 1e-6 is off by less than 1e-6 ms, and
    // doubles of times since 1972 are at least 7e-6 ms apart: whole milliseconds stay whole.
    const ms = h * 4294 + shift
    const ns = h * 967_296 + 2_147_483_648
    // The low half is unsigned; flipping its sign bit and adding 2^31 above is cheaper than the conversion.
    do {
      target[i] = ms + (ns + ((halves[2 * i] as number) ^ 0x80000000)) * 1e-6
      i++
    } while (i < end && halves[2 * i + 1] === h)
  }
  return i
}

function findSpan(table: LeapTable, high: number): Span | undefined {
  const at = table.steps.findLastIndex(step => Number(step.start >> 32n) < high)
  const step = table.steps[at]
  const below = table.steps[at + 1] === undefined ? 2 ** 31 : Number((table.steps[at + 1]?.start ?? 0n) >> 32n) - 1
  if (step === undefined || step.driftNs !== 0 || high >= below) return undefined
  const shift = Number((J2000_LABEL_NS - TT_MINUS_TAI_NS - BigInt(step.offsetNs)) / 1_000_000n)
  return { above: Number(step.start >> 32n), below, shift }
}
