import type { AutomaticParameters } from './automatic.ts'
import type { TriggerTable } from './quality.ts'

/** Entries that hold from a moment (TAI seconds since 1958) until the next one's, by time. */
export type Dated<T> = readonly { readonly from: number; readonly value: T }[]

/** What holds at `tai`; the first entry also holds for all time before it. A table is never empty. */
export function inForce<T>(dated: Dated<T>, tai: number): T {
  let found = dated[0]
  for (const entry of dated) if (entry.from <= tai) found = entry
  // The reader of tables refuses empty ones.
  return (found as { readonly value: T }).value
}

/** A category of segments: figures of merit in [low, high). */
export interface Category {
  readonly category: number
  readonly low: number
  readonly high: number
  readonly use: string
}

/** Which figure of merit is usual for what, in one season. */
export interface Guideline {
  readonly fom: number
  readonly text: string
  readonly tags: readonly string[]
}

/** Limits of the checks of a selection (`fom_validation`), and which checks are switched off. */
export interface ValidationLimits {
  readonly fomBounds: readonly [number, number]
  /** Above it a Super-SITL must approve. */
  readonly fomGmax: number
  /** Buffers of one segment: allowed, and usual. */
  readonly segBounds: readonly [number, number]
  readonly nominalSegRange: readonly [number, number]
  /** Buffers of the whole selection. */
  readonly buffMax: number
  /** Percent of the selection's buffers that may be of category 1. */
  readonly p1Percent: number
  /** Deleting a stored segment above this figure of merit asks for a reason. */
  readonly fomDelMax: number
  /** So does changing it by more than this share. */
  readonly fomModPercent: number
  /** So does giving this or more. */
  readonly fomJustify: number
  readonly fomFpiMin: number
  readonly fpiSegBounds: readonly [number, number]
  /** Characters of a comment; from which figure of merit on an empty one is an error. */
  readonly commentMax: number
  readonly commentNeededFrom: number
  /** Above this many segments a Super-SITL must approve. */
  readonly segmentsMax: number
  /** Ids of checks that are not made. */
  readonly off: readonly string[]
}

/** The weights of one season: one trigger table per spacecraft, in the mission's order. */
export interface TriggerSeason {
  readonly parameterSet: string
  /** Names of the trigger terms, in the order of the numbers. */
  readonly terms: readonly string[]
  readonly spacecraft: readonly TriggerTable[]
}

/** Which of two segments with the same figure of merit is played back first; the other one is demoted first. */
export const tieRules = ['oldest-first', 'newest-first', 'shortest-first'] as const
export type TieRule = (typeof tieRules)[number]

/** The order of playback. */
export interface PlaybackRules {
  readonly ties: TieRule
  /** Points of merit that a day of waiting adds, for playback only. */
  readonly ageingPerDay: number
  /** A file that was sent but not released is sent again after so many seconds. */
  readonly retransmitAfter: number
}

/** What the ground loop runs on. Products and regions are words of the mission's folder. */
export interface BurstLoop {
  /** The product that holds evaluations of trigger data, one per region of the constellation. */
  readonly evaluation: string
  /** The product of burst telemetry: what comes of it fills segments. */
  readonly telemetry: string
  /** The regions of single spacecraft in which burst is recorded. */
  readonly regions: string
  /** How long a window stays open after its first evaluation, milliseconds. */
  readonly open: number
  /** Products that selecting is done with; how soon they are there is measured. */
  readonly sitl: readonly string[]
}

/** Everything about burst that a mission declares. */
export interface BurstTables {
  readonly spacecraft: readonly string[]
  /** Length of a cycle in seconds, and the octets of one buffer at the most. */
  readonly cycleSeconds: number
  readonly bufferBytes: number
  /** Buffers per spacecraft, and how many of them are kept for coming recordings. */
  readonly memory: number
  readonly reserved: Dated<number>
  /** Buffers that a contact brings down where nothing better is known: what forecasts reckon with. */
  readonly contactBuffers: number
  readonly playback: Dated<PlaybackRules>
  /** Weights of the sorted cycle qualities in the mission's. */
  readonly missionWeights: readonly number[]
  readonly triggers: Dated<TriggerSeason>
  readonly automatic: Dated<AutomaticParameters>
  readonly categories: Dated<readonly Category[]>
  readonly guidelines: Dated<readonly Guideline[]>
  readonly validation: Dated<ValidationLimits>
  /** Absent: windows are opened by hand. */
  readonly loop?: BurstLoop
  /** Words for segments, with what they mean. */
  readonly tags: Readonly<Record<string, string>>
}

/** The category of a figure of merit under the table that held when the segment was created; undefined outside of all. */
export const categoryOf = (tables: Pick<BurstTables, 'categories'>, fom: number, createdTai: number): Category | undefined =>
  inForce(tables.categories, createdTai).find(({ low, high }) => fom >= low && fom < high)
