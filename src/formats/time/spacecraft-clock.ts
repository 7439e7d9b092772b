import { fail } from '#error'
import { parseUtc, tt2000, type Tt2000 } from './tt2000.ts'
import { tt2000FromUtcMs, utcMsFromTt2000 } from './unix.ts'

/** The moment at which a spacecraft's clock shows `seconds` and `parts` of a second (0 to 1). Throws `time/out-of-range`. */
export type SpacecraftClock = (seconds: number | bigint, parts?: number) => Tt2000

const SECOND_NS = 1_000_000_000n

const nanoseconds = (seconds: number): bigint => BigInt(Math.round(seconds * 1e9))

/**
 * A clock that counts SI seconds since `zero` (UTC text). `correction` (seconds) is added: what a team's software is off by, or
 * what a clock is known to be fast or slow.
 */
export function elapsedClock(zero: string, correction = 0): SpacecraftClock {
  const start = parseUtc(zero)
  return (seconds, parts = 0) => tt2000(start + BigInt(seconds) * SECOND_NS + nanoseconds(parts + correction))
}

/** A clock that counts seconds since `zero` as UTC clocks do, every day having 86,400 of them: leap seconds are skipped. */
export function utcClock(zero: string, correction = 0): SpacecraftClock {
  const start = utcMsFromTt2000(parseUtc(zero))
  return (seconds, parts = 0) => tt2000(tt2000FromUtcMs(start + Number(seconds) * 1000) + nanoseconds(parts + correction))
}

/** One line of a correlation table: from `ticks` on the clock runs at `rate` seconds of TT (or TDB) per second of its own. */
interface Correlation {
  readonly ticks: number
  /** Nanoseconds since J2000 in the kernel's time system. */
  readonly at: bigint
  readonly rate: number
}

/** What a spacecraft clock kernel says of one clock. */
export interface ClockKernel {
  readonly spacecraft: string
  readonly ticksPerSecond: number
  /** What the count of seconds starts with: its value stands for 0. */
  readonly offset: number
  readonly scale: 'TT' | 'TDB'
  readonly correlations: readonly Correlation[]
}

/** Assignments between \begindata and \begintext of a text kernel: NAIF, "Kernel Required Reading". */
function readAssignments(text: string): ReadonlyMap<string, readonly string[]> {
  const values = new Map<string, readonly string[]>()
  const blocks = text.split(/^[ \t]*\\begindata[ \t]*$/m).slice(1)
  const data = blocks.map(block => block.split(/^[ \t]*\\begintext[ \t]*$/m)[0]).join('\n')
  for (const [, name = '', list, single] of data.matchAll(/^[ \t]*(\w+)[ \t]*\+?=[ \t]*(?:\(([^)]*)\)|(\S+))/gm))
    values.set(name, [...(values.get(name) ?? []), ...(list ?? single ?? '').split(/[\s,]+/).filter(word => word !== '')])
  return values
}

const number = (word: string): number => Number(word.replace(/[dD]/, 'e'))

/** `@24-SEP-2025-22:31:35.831485` or plain seconds since J2000, in the kernel's own uniform time. */
function readMoment(word: string): bigint {
  const [, day, month = '', year, clock] = /^@(\d{1,2})-([A-Za-z]{3})-(\d{4})[-/](\d\d:\d\d:\d\d(?:\.\d+)?)$/.exec(word) ?? []
  if (clock === undefined) return nanoseconds(number(word))
  const place = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'].indexOf(month.toLowerCase())
  const days = (Date.UTC(Number(year), place, Number(day)) - Date.UTC(2000, 0, 1)) / 86_400_000
  const [hours = 0, minutes = 0, seconds = 0] = clock.split(':').map(Number)
  return BigInt(days * 86_400 + hours * 3600 + minutes * 60 - 43_200) * SECOND_NS + nanoseconds(seconds)
}

/**
 * Reads a spacecraft clock kernel of type 1 (NAIF, "SCLK Required Reading"): text with the clock's moduli and triples of ticks,
 * time and rate, in TDT or TDB. Clocks of one partition and at most two fields. Throws `time/clock-kernel`.
 */
export function parseClockKernel(text: string): ClockKernel {
  const values = readAssignments(text)
  const id = [...values.keys()].map(key => /^SCLK01_COEFFICIENTS_(\d+)$/.exec(key)?.[1]).find(found => found !== undefined)
  const refuse = (why: string): never => fail('time/clock-kernel', `this is no spacecraft clock kernel that can be read: ${why}`)
  if (id === undefined) return refuse('there are no SCLK01_COEFFICIENTS')
  const list = (name: string): readonly string[] => values.get(`${name}_${id}`) ?? []
  const moduli = list('SCLK01_MODULI').map(number)
  if (moduli.length < 1 || moduli.length > 2) return refuse(`its clock has ${moduli.length} fields, 1 or 2 can be read`)
  if (list('SCLK_PARTITION_START').length > 1) return refuse('its clock was reset: it has several partitions')
  const words = list('SCLK01_COEFFICIENTS')
  const correlations: Correlation[] = []
  for (let i = 0; i + 2 < words.length; i += 3)
    correlations.push({ ticks: number(words[i]!), at: readMoment(words[i + 1]!), rate: number(words[i + 2]!) })
  const sound = correlations.every((c, i) => c.rate > 0 && Number.isFinite(c.ticks) && c.ticks > (correlations[i - 1]?.ticks ?? -1))
  if (words.length === 0 || words.length % 3 !== 0 || !sound) return refuse('its coefficients are no rising triples')
  const offset = number(list('SCLK01_OFFSETS')[0] ?? '0')
  const scale = list('SCLK01_TIME_SYSTEM')[0] === '2' ? 'TT' : 'TDB'
  return { spacecraft: id, ticksPerSecond: moduli[1] ?? 1, offset, scale, correlations }
}

/** TDB minus TT in seconds, to 30 µs: NAIF's leap-second kernels, K sin(M + EB sin M). */
function tdbMinusTt(seconds: number): number {
  const anomaly = 6.239996 + 1.99096871e-7 * seconds
  return 1.657e-3 * Math.sin(anomaly + 1.671e-2 * Math.sin(anomaly))
}

/** The clock of a kernel: each stretch is a straight line; before the first and behind the last ticks the nearest one goes on. */
export function kernelClock({ ticksPerSecond, offset, scale, correlations }: ClockKernel): SpacecraftClock {
  return (seconds, parts = 0) => {
    const ticks = (Number(seconds) - offset) * ticksPerSecond + parts * ticksPerSecond
    let low = 0
    let high = correlations.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (correlations[middle]!.ticks <= ticks) low = middle + 1
      else high = middle
    }
    const stretch = correlations[Math.max(0, low - 1)]!
    const since = (ticks - stretch.ticks) / ticksPerSecond
    const whole = Math.floor(since)
    // Whole seconds and their deviation apart: a product of years with the rate would lose nanoseconds.
    const at = stretch.at + BigInt(whole) * SECOND_NS + nanoseconds(since - whole + since * (stretch.rate - 1))
    return tt2000(scale === 'TT' ? at : at - nanoseconds(tdbMinusTt(Number(at) / 1e9)))
  }
}
