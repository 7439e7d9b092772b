import type { CycleGrid, Run } from './grid.ts'
import { cutAtGaps } from './grid.ts'
import type { MeritShape } from './merit.ts'
import { meritOf, slidingQuality } from './merit.ts'

/** Everything the automated selection depends on. Lengths in buffers, which are cycles. */
export interface AutomaticParameters {
  readonly targetBuffs: number
  /** Running mean of figures of merit below which nothing more is taken; 0 = off. */
  readonly fomAve: number
  /** How far the total may stray from the target, as a factor. */
  readonly targetRatio: number
  readonly minSegmentSize: number
  /** 0 = none. */
  readonly maxSegmentSize: number
  readonly pad: number
  /** How often the pad is applied; the operational revision behaves like 2, the published one like 1. */
  readonly padPasses: number
  /** `remainder-first`: equal parts, the first ones longer by one; `clamped`: one size within the bounds, a rest is dropped. */
  readonly split: 'remainder-first' | 'clamped'
  /** How many buffers are looked at, as a factor of the target. */
  readonly searchRatio: number
  readonly fomWindowSize: number
  readonly fomSlope: number
  readonly fomSkew: number
  readonly fomBias: number
}

export const meritShape = (p: AutomaticParameters): MeritShape => ({
  window: p.fomWindowSize,
  slope: p.fomSlope,
  skew: p.fomSkew,
  bias: p.fomBias,
})

export interface AutomaticSegment {
  readonly start: number
  readonly stop: number
  readonly fom: number
}

/** Why the taking stopped: the mean or the size was reached, the best count was found, or nothing was left. */
export type StopReason = 'mean' | 'size' | 'nearest' | 'exhausted'

export type AutomaticSelection =
  | {
      readonly valid: true
      /** By time. */
      readonly segments: readonly AutomaticSegment[]
      readonly buffers: number
      readonly stoppedBy: StopReason
      /** The best candidate that was left. */
      readonly next: AutomaticSegment | undefined
    }
  /** The numbers and words that the selection file carries. */
  | { readonly valid: false; readonly errno: 1 | 2 | 3; readonly error: string }

/**
 * Automated burst selection: candidates around the cycles of highest sliding quality, the best of them up to the target
 * (public algorithm of 2010, with the operational revision's pad and split as parameters). No segment crosses a gap.
 */
export function selectAutomatically(grid: CycleGrid, mdq: ArrayLike<number>, p: AutomaticParameters): AutomaticSelection {
  if (mdq.length === 0) return { valid: false, errno: 1, error: 'no mission data quality: no cycle was evaluated' }
  if (p.targetBuffs <= 0) return { valid: false, errno: 2, error: `no target: ${p.targetBuffs} buffers are wanted` }
  const shape = meritShape(p)
  const sliding = slidingQuality(mdq, shape)
  const candidates = findCandidates(grid, mdq.length, sliding, p)
    .map(run => ({ start: run.first, stop: run.last, fom: meritOf(mdq, sliding, run.first, run.last, shape) }))
    .sort((a, b) => b.fom - a.fom || a.start - b.start)
  if (candidates.length === 0) return { valid: false, errno: 3, error: `no valid buffers in ${mdq.length} cycles` }
  const { count, stoppedBy } = p.fomAve > 0 ? countByMean(candidates, p) : countNearest(candidates, p)
  const kept = candidates.slice(0, count)
  return {
    valid: true,
    segments: kept.sort((a, b) => a.start - b.start),
    buffers: kept.reduce((sum, segment) => sum + lengthOf(segment), 0),
    stoppedBy,
    next: candidates[count],
  }
}

const lengthOf = ({ start, stop }: AutomaticSegment): number => stop - start + 1
const sizeOf = ({ first, last }: Run): number => last - first + 1

/** Candidates by time, within bounds of size, inside of the data and cut at gaps. */
function findCandidates(grid: CycleGrid, cycles: number, sliding: ArrayLike<number>, p: AutomaticParameters): readonly Run[] {
  const limit = p.maxSegmentSize > 0 ? p.maxSegmentSize : Infinity
  const padded = widenRuns(eligibleRuns(sliding, Math.floor(p.searchRatio * p.targetBuffs)), p.pad * p.padPasses)
  const large = padded.map(run => {
    const lack = Math.max(0, p.minSegmentSize - sizeOf(run))
    return { first: run.first - Math.floor(lack / 2), last: run.last + Math.ceil(lack / 2) }
  })
  const inside = (run: Run): readonly Run[] => cutAtGaps(grid, Math.max(run.first, 0), Math.min(run.last, cycles - 1))
  return joinTouching(mergeOverlaps(large), limit)
    .flatMap(run => breakUp(run, p.minSegmentSize, limit, p.split))
    .flatMap(inside)
}

/** Each run longer by `pad` at both ends; where two would meet, they share what lies between. */
function widenRuns(runs: readonly Run[], pad: number): readonly Run[] {
  const between = (i: number): number => (runs[i + 1]?.first ?? Infinity) - (runs[i]?.last ?? -Infinity) - 1
  return runs.map((run, i) => ({
    first: run.first - Math.min(pad, Math.floor(between(i - 1) / 2)),
    last: run.last + Math.min(pad, Math.ceil(between(i) / 2)),
  }))
}

/** Runs of the `count` cycles of highest quality; of equals the earlier. Cycles of no quality at all are never eligible. */
function eligibleRuns(sliding: ArrayLike<number>, count: number): readonly Run[] {
  const best = Array.from(sliding, (_, i) => i)
    .filter(i => (sliding[i] as number) > 0)
    .sort((a, b) => (sliding[b] as number) - (sliding[a] as number) || a - b)
    .slice(0, count)
    .sort((a, b) => a - b)
  return mergeOverlaps(
    best.map(i => ({ first: i, last: i })),
    1,
  )
}

/** Unites runs that overlap, or lie `reach` apart. */
function mergeOverlaps(runs: readonly Run[], reach = 0): readonly Run[] {
  const merged: { first: number; last: number }[] = []
  for (const run of runs) {
    const before = merged.at(-1)
    if (before !== undefined && run.first <= before.last + reach) before.last = Math.max(before.last, run.last)
    else merged.push({ ...run })
  }
  return merged
}

/** Unites neighbours that touch, where both together keep the limit. */
function joinTouching(runs: readonly Run[], limit: number): readonly Run[] {
  const joined: Run[] = []
  for (const run of runs) {
    const before = joined.at(-1)
    if (before !== undefined && run.first === before.last + 1 && sizeOf(before) + sizeOf(run) <= limit)
      joined[joined.length - 1] = { first: before.first, last: run.last }
    else joined.push(run)
  }
  return joined
}

/** A run above the limit in min(floor(L / max) + 1, floor(L / min)) parts. */
function breakUp(run: Run, least: number, most: number, split: AutomaticParameters['split']): readonly Run[] {
  const size = sizeOf(run)
  if (size <= most) return [run]
  const count = Math.max(1, Math.min(Math.floor(size / most) + 1, Math.floor(size / Math.max(1, least))))
  if (split === 'remainder-first') return partsOf(run, count)
  const part = Math.min(most, Math.max(least, Math.floor(size / count)))
  return Array.from({ length: count }, (_, k) => ({ first: run.first + k * part, last: run.first + (k + 1) * part - 1 }))
}

/** Equal parts; where it does not divide, the first ones have one cycle more. */
export function partsOf(run: Run, count: number): readonly Run[] {
  const size = Math.floor(sizeOf(run) / count)
  const longer = sizeOf(run) % count
  return Array.from({ length: count }, (_, k) => {
    const first = run.first + k * size + Math.min(k, longer)
    return { first, last: first + size + (k < longer ? 1 : 0) - 1 }
  })
}

interface Stop {
  readonly count: number
  readonly stoppedBy: StopReason
}

/** In order of merit, until there is enough and the next is below the mean, or there is too much. */
function countByMean(candidates: readonly AutomaticSegment[], p: AutomaticParameters): Stop {
  let buffers = 0
  for (const [count, next] of candidates.entries()) {
    if (buffers >= p.targetBuffs / p.targetRatio && next.fom < p.fomAve) return { count, stoppedBy: 'mean' }
    if (buffers > p.targetBuffs * p.targetRatio) return { count, stoppedBy: 'size' }
    buffers += lengthOf(next)
  }
  return { count: candidates.length, stoppedBy: 'exhausted' }
}

/** The count whose total is nearest to the target; of equals the smaller. */
function countNearest(candidates: readonly AutomaticSegment[], p: AutomaticParameters): Stop {
  let buffers = 0
  let best = { count: 0, off: p.targetBuffs }
  for (const [i, segment] of candidates.entries()) {
    buffers += lengthOf(segment)
    const off = Math.abs(buffers - p.targetBuffs)
    if (off < best.off || best.count === 0) best = { count: i + 1, off }
  }
  return { count: best.count, stoppedBy: best.count === candidates.length ? 'exhausted' : 'nearest' }
}
