import type { Edit } from './edit.ts'
import { cycleEnd, cycleStart } from './grid.ts'
import type { BurstTables, ValidationLimits } from './tables.ts'
import { utcOf } from './utc.ts'
import { segmentLength, type Segment, type Selection, type SpacecraftSet } from './types.ts'

/** error: cannot be submitted. orange: only with a Super-SITL's approval. yellow: only with a justification. */
export type FindingClass = 'error' | 'orange' | 'yellow'

/** An edit that would end a finding, and what it does in words. */
export interface Mend {
  readonly label: string
  readonly edit: Edit
}

export interface Finding {
  readonly rule: string
  readonly class: FindingClass
  /** Ids of the segments it is about; none where it is about the window. */
  readonly segments: readonly number[]
  readonly sentence: string
  readonly mend: Mend
}

/** A science region of one spacecraft; TAI seconds. */
export interface Region {
  /** Position of the spacecraft. */
  readonly spacecraft: number
  readonly start: number
  readonly stop: number
}

/** What is known about a window beside the selection. What is absent cannot be checked, and the verdict says so. */
export interface WindowFacts {
  /** When the window was made, TAI seconds: the tables of that moment hold. */
  readonly madeAt: number
  readonly automatic?: Selection | undefined
  readonly regions?: readonly Region[] | undefined
  /** Start of the oldest burst still in memory, per spacecraft; null: nothing. */
  readonly oldest?: readonly (number | null)[] | undefined
  /** Percent of the trigger metadata that was received, per spacecraft. */
  readonly received?: readonly number[] | undefined
  /** A final selection for this evaluation was accepted before. */
  readonly finalAccepted?: boolean | undefined
}

/** What every check sees. */
export interface Context {
  readonly tables: BurstTables
  readonly limits: ValidationLimits
  readonly facts: WindowFacts
  readonly selection: Selection
  /** Segments whose bounds are cycles of the grid in order; what is not has its own finding. */
  readonly sound: readonly Segment[]
  /** Names of segments in sentences, and regions of sets of spacecraft: made once. */
  readonly names: Map<Segment, string>
  readonly united: Map<SpacecraftSet, readonly Stretch[]>
}

/** [start, stop) in TAI seconds. */
export interface Stretch {
  readonly start: number
  readonly stop: number
}

export type Found = Omit<Finding, 'rule' | 'class'>

export interface Rule {
  readonly id: string
  readonly class: FindingClass
  readonly title: string
  /** Findings, or a sentence that says why the check cannot be made. */
  readonly check: (context: Context) => readonly Found[] | string
}

/** A rule that looks at one segment after the other. */
export const perSegment = (
  id: string,
  kind: FindingClass,
  title: string,
  check: (segment: Segment, context: Context) => Omit<Found, 'segments'> | undefined,
  of: 'all' | 'sound' = 'all',
): Rule => ({
  id,
  class: kind,
  title,
  check: context => {
    const all: Found[] = []
    for (const segment of of === 'all' ? context.selection.segments : context.sound) {
      const found = check(segment, context)
      if (found !== undefined) all.push({ segments: [segment.id], sentence: found.sentence, mend: found.mend })
    }
    return all
  },
})

export const isSound = ({ grid }: Selection, { start, stop }: Segment): boolean =>
  Number.isSafeInteger(start) && Number.isSafeInteger(stop) && start >= 0 && start <= stop && stop < grid.starts.length

/** `segment 3 (2015-06-12T17:20:05, 12 buffers)`. */
export function nameSegment({ selection: { grid }, names }: Context, segment: Segment): string {
  const known = names.get(segment)
  if (known !== undefined) return known
  const from = grid.starts[segment.start] === undefined ? `cycle ${segment.start}` : utcOf(cycleStart(grid, segment.start))
  const name = `segment ${segment.id} (${from}, ${segmentLength(segment)} buffers)`
  names.set(segment, name)
  return name
}

/** Starts of the first cycle and end of the last, TAI seconds. */
export const spanOf = (
  { grid }: Selection,
  { start, stop }: Pick<Segment, 'start' | 'stop'>,
): { readonly from: number; readonly to: number } => ({
  from: cycleStart(grid, start),
  to: cycleEnd(grid, stop),
})

export const drop = (id: number, label = 'delete it'): Mend => ({ label, edit: { kind: 'delete', ids: [id] } })

/** The ids to take out, the least worth first, until `enough` says so of the rest. */
export function leastWorth(segments: readonly Segment[], enough: (rest: readonly Segment[]) => boolean): readonly number[] {
  const rest = [...segments].sort((a, b) => b.fom - a.fom || a.start - b.start)
  const out: number[] = []
  while (rest.length > 0 && !enough(rest)) out.push((rest.pop() as Segment).id)
  return out
}
