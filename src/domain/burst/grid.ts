import { fail } from '#error'

/** A stretch of cycles without a gap; both ends inclusive. */
export interface Run {
  readonly first: number
  readonly last: number
}

/** The cycles of one window: slots of burst recording that all spacecraft share. Times are whole TAI seconds since 1958. */
export interface CycleGrid {
  /** Starts of the cycles, ascending. Steps are usually `step`; longer ones are gaps. */
  readonly starts: readonly number[]
  /** Length of one cycle (one buffer) in seconds. */
  readonly step: number
  readonly runs: readonly Run[]
}

/** A grid of any cycle starts. Throws `burst/grid` where they do not ascend or are no whole seconds. */
export function makeGrid(starts: ArrayLike<number>, step: number): CycleGrid {
  if (!(step > 0)) fail('burst/grid', `a cycle must last longer than ${step} s`, { step })
  const own = Array.from(starts)
  const runs: { first: number; last: number }[] = []
  for (const [i, start] of own.entries()) {
    if (!Number.isSafeInteger(start)) fail('burst/grid', `cycle ${i} starts at ${start}, which is no whole TAI second`, { cycle: i })
    const before = own[i - 1]
    if (before !== undefined && start <= before)
      fail('burst/grid', `cycle ${i} starts at ${start}, not after cycle ${i - 1} at ${before}`, { cycle: i })
    // Real starts stray from the grid by a second now and then; a gap lacks at least half a cycle.
    const last = runs.at(-1)
    if (last === undefined || before === undefined || start - before >= 1.5 * step) runs.push({ first: i, last: i })
    else last.last = i
  }
  return { starts: own, step, runs }
}

/** `count` cycles without a gap. */
export const regularGrid = (start: number, count: number, step: number): CycleGrid =>
  makeGrid(
    Array.from({ length: count }, (_, i) => start + i * step),
    step,
  )

/** Index of the last cycle that starts at or before `tai`; -1 before the first. */
function lastCycleFrom(grid: CycleGrid, tai: number): number {
  let low = 0
  let high = grid.starts.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((grid.starts[middle] as number) <= tai) low = middle + 1
    else high = middle
  }
  return low - 1
}

/** When cycle `index` begins; NaN outside of the grid. */
export const cycleStart = (grid: CycleGrid, index: number): number => grid.starts[index] ?? Number.NaN

/** When cycle `index` is over; NaN outside of the grid. */
export const cycleEnd = (grid: CycleGrid, index: number): number => (grid.starts[index] ?? Number.NaN) + grid.step

/** The cycle in which `tai` lies, or undefined in a gap and outside of the grid. */
export function cycleAt(grid: CycleGrid, tai: number): number | undefined {
  const index = lastCycleFrom(grid, tai)
  return index >= 0 && tai < cycleEnd(grid, index) ? index : undefined
}

/** The cycles that [from, to) touches, or undefined where there is none. */
export function cyclesWithin(grid: CycleGrid, from: number, to: number): Run | undefined {
  const before = lastCycleFrom(grid, from)
  const first = before >= 0 && from < cycleEnd(grid, before) ? before : before + 1
  // Half-open: a cycle that starts at `to` is not touched.
  const touched = lastCycleFrom(grid, to)
  const last = touched >= 0 && grid.starts[touched] === to ? touched - 1 : touched
  return first <= last ? { first, last } : undefined
}

/** The stretch without gaps around cycle `index`; undefined outside of the grid. */
export function runAround(grid: CycleGrid, index: number): Run | undefined {
  let low = 0
  let high = grid.runs.length - 1
  while (low <= high) {
    const middle = (low + high) >> 1
    const run = grid.runs[middle] as Run
    if (index < run.first) high = middle - 1
    else if (index > run.last) low = middle + 1
    else return Number.isInteger(index) ? run : undefined
  }
  return undefined
}

/** The parts of [first, last] that lie in the grid, cut at its gaps. */
export const cutAtGaps = (grid: CycleGrid, first: number, last: number): readonly Run[] =>
  (first <= last ? grid.runs : [])
    .filter(run => run.first <= last && run.last >= first)
    .map(run => ({ first: Math.max(run.first, first), last: Math.min(run.last, last) }))
