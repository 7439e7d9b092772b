import type { CycleGrid } from './grid.ts'

/** Which spacecraft: bit i stands for the mission's i-th. */
export type SpacecraftSet = number

/** A run of consecutive cycles that is worth its downlink. */
export interface Segment {
  /** Unique in its selection; given anew only by {@link Selection.next}. */
  readonly id: number
  /** Indices into the grid, both inclusive. */
  readonly start: number
  readonly stop: number
  /** Figure of merit, 0 to 255. */
  readonly fom: number
  readonly spacecraft: SpacecraftSet
  readonly comment: string
  /** Words from the mission's list, for catalogues. */
  readonly tags: readonly string[]
  /** Who last edited it with what, e.g. `ABS` or `jdoe(desk)`. */
  readonly source: string
}

/** What a segment says beside its place. */
export type SegmentContent = Omit<Segment, 'id' | 'start' | 'stop'>

/** The segments of one window, by time, without overlap, none across a gap. Only edits change it, so this always holds. */
export interface Selection {
  readonly grid: CycleGrid
  readonly segments: readonly Segment[]
  /** The id that the next new segment gets. */
  readonly next: number
}

/** Buffers of a segment: cycles on each of its spacecraft. */
export const segmentLength = (segment: Pick<Segment, 'start' | 'stop'>): number => segment.stop - segment.start + 1

/** All of `count` spacecraft. */
export const everySpacecraft = (count: number): SpacecraftSet => (1 << count) - 1

/** Positions of the set's spacecraft, ascending. */
export const membersOf = (set: SpacecraftSet): readonly number[] =>
  Array.from({ length: 31 }, (_, i) => i).filter(i => ((set >> i) & 1) === 1)
