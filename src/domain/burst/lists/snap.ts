import { formatUtc, tai1958NsFromTt2000, tt2000FromTai1958, type Tt2000 } from '#formats/time'

/** A span on the grid, TAI seconds, and how the times were moved; undefined where they were on it. */
export interface Snapped {
  readonly start: number
  readonly end: number
  readonly moved: string | undefined
}

const SECOND = 1_000_000_000n

/**
 * The cycles that [start, end) touches. A time within a second of the grid is taken to be on it: clocks and leap seconds
 * stray by that much in real lists, and a cycle more on each side would be wrong.
 */
export function snapSpan(start: Tt2000, end: Tt2000, step: number): Snapped {
  const cycle = BigInt(step) * SECOND
  const from = tai1958NsFromTt2000(start)
  const to = tai1958NsFromTt2000(end)
  const near = (time: bigint): bigint | undefined => {
    const nearest = floorTo(time + cycle / 2n, cycle)
    return abs(nearest - time) <= SECOND ? nearest : undefined
  }
  const first = near(from) ?? floorTo(from, cycle)
  const wanted = near(to) ?? floorTo(to + cycle - 1n, cycle)
  const last = wanted > first ? wanted : first + cycle
  const moves = [describeMove('start', from, first), describeMove('end', to, last)].filter(move => move !== '')
  return { start: Number(first / SECOND), end: Number(last / SECOND), moved: moves.length === 0 ? undefined : moves.join(', ') }
}

const abs = (ns: bigint): bigint => (ns < 0n ? -ns : ns)
const floorTo = (ns: bigint, cycle: bigint): bigint => ns - (((ns % cycle) + cycle) % cycle)

function describeMove(what: string, was: bigint, is: bigint): string {
  if (was === is) return ''
  const seconds = Number(abs(is - was) / 1_000_000n) / 1000
  return `${what} moved ${seconds} s ${is > was ? 'on' : 'back'} to ${formatUtc(tt2000FromTai1958(Number(is / SECOND)), 0, '')}`
}
