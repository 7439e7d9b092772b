import { fail } from '#error'
import { formatUtc, type Tt2000 } from './tt2000.ts'

/** A span of time, half-open: `start` is inside, `stop` is not. An interval with start = stop is empty. */
export interface Interval {
  readonly start: Tt2000
  readonly stop: Tt2000
}

/** Builds an interval; throws `time/backward` when stop is before start. */
export function interval(start: Tt2000, stop: Tt2000): Interval {
  if (stop < start) fail('time/backward', `the interval ends (${formatUtc(stop)}) before it starts (${formatUtc(start)})`)
  return { start, stop }
}

/** Whether two intervals share a moment; touching ends do not count. */
export const overlaps = (a: Interval, b: Interval): boolean => a.start < b.stop && b.start < a.stop && a.start < a.stop && b.start < b.stop

/** Whether `t` lies inside. */
export const contains = (a: Interval, t: Tt2000): boolean => a.start <= t && t < a.stop

/** The shared part, or undefined where there is none. */
export function intersect(a: Interval, b: Interval): Interval | undefined {
  if (!overlaps(a, b)) return undefined
  return { start: a.start > b.start ? a.start : b.start, stop: a.stop < b.stop ? a.stop : b.stop }
}

/** The union as sorted, disjoint intervals; touching ones become one, empty ones vanish. */
export function merge(list: readonly Interval[]): Interval[] {
  const sorted = list.filter(i => i.start < i.stop).sort((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0))
  const merged: Interval[] = []
  for (const next of sorted) {
    const last = merged.at(-1)
    if (last === undefined || next.start > last.stop) merged.push(next)
    else if (next.stop > last.stop) merged[merged.length - 1] = { start: last.start, stop: next.stop }
  }
  return merged
}

/** The parts of `want` that no interval of `have` covers, in order. */
export function gaps(have: readonly Interval[], want: Interval): Interval[] {
  const missing: Interval[] = []
  let from = want.start
  for (const covered of merge(have)) {
    if (covered.stop <= from) continue
    if (covered.start >= want.stop) break
    if (covered.start > from) missing.push({ start: from, stop: covered.start })
    from = covered.stop
  }
  if (from < want.stop) missing.push({ start: from, stop: want.stop })
  return missing
}
