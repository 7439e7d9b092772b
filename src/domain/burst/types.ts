import type { CycleGrid } from './grid.ts'

/** Which spacecraft: bit i stands for the mission's i-th. */
export type SpacecraftSet = number

/** What a segment says beside its place. */
export interface SegmentContent {
  /** Figure of merit, 0 to 255. */
  readonly fom: number
  readonly spacecraft: SpacecraftSet
  readonly comment: string
  /** Words from the mission's list, for catalogues. */
  readonly tags: readonly string[]
  /** Who last edited it with what, e.g. `ABS` or `jdoe(desk)`. */
  readonly source: string
}

/** A run of consecutive cycles that is worth its downlink. */
export interface Segment extends SegmentContent {
  /** Unique in its selection; given anew only by {@link Selection.next}. */
  readonly id: number
  /** Indices into the grid, both inclusive. */
  readonly start: number
  readonly stop: number
}

/** Counts that a file states beside its segments; ours are always derived. */
export interface DeclaredCounts {
  readonly segments: number
  readonly buffers: number
  readonly lengths: readonly number[]
}

/** What a selection says about its window as a whole. */
export interface Frame {
  readonly note: string
  /** Identity of the metadata evaluation that it answers, `YYYY-DOYThh:mm:ss`. */
  readonly evaluation: string
  /** When the window closes and the next begins, TAI seconds; null while nobody has set it. */
  readonly close: number | null
  /** Final: closes the window; else a draft. */
  readonly final: boolean
  /** Only in a selection that came from a file. */
  readonly declared?: DeclaredCounts | undefined
}

/**
 * The segments of one window. What edits have made is by time, without overlap and without a segment across a gap; what came
 * from a file may be anything until validation has seen it.
 */
export interface Selection {
  readonly grid: CycleGrid
  readonly frame: Frame
  readonly segments: readonly Segment[]
  /** The id that the next new segment gets. */
  readonly next: number
}

/** Buffers of a segment on one of its spacecraft. */
export const segmentLength = (segment: Pick<Segment, 'start' | 'stop'>): number => segment.stop - segment.start + 1

/** Buffers of all segments. */
export const totalLength = (segments: readonly Pick<Segment, 'start' | 'stop'>[]): number =>
  segments.reduce((sum, segment) => sum + segmentLength(segment), 0)

/** All of `count` spacecraft. */
export const everySpacecraft = (count: number): SpacecraftSet => (1 << count) - 1

/** Positions of the set's spacecraft, ascending. */
export function membersOf(set: SpacecraftSet): readonly number[] {
  const members: number[] = []
  for (let i = 0, rest = set; rest > 0; i++, rest >>>= 1) if ((rest & 1) === 1) members.push(i)
  return members
}

const emptyFrame: Frame = { note: '', evaluation: '', close: null, final: false }

/** A selection of these segments as they are, numbered in their order. Nothing is mended: that is what edits and mends do. */
export function makeSelection(grid: CycleGrid, segments: readonly Omit<Segment, 'id'>[] = [], frame: Partial<Frame> = {}): Selection {
  return {
    grid,
    frame: { ...emptyFrame, ...frame },
    segments: segments.map((segment, i) => ({ ...segment, id: i + 1 })),
    next: segments.length + 1,
  }
}
