import type { EventKind, Process, ProcessInput, Product } from '#domain/mission'
import type { Partition, Span } from '#domain/partition'
import type { JobState } from '#domain/process'
import type { Foreseen } from './expected.ts'

/** Half-open spans in UTC milliseconds. What is known of one held file; `covers` comes from its content where that tells, else from its name. */
export interface FileFact {
  readonly id: number
  readonly name: string
  readonly dataset: string
  readonly product: string
  readonly partition: string
  readonly version: readonly number[]
  /** SHA-256 of its science content, else of its bytes: what recipes compare, so that chains end where nothing changed. */
  readonly science: string
  readonly covers: Span
  /** Where the content does not fill what it covers: the stretches that it has. */
  readonly spans?: readonly Span[]
  readonly arrived: number
}

export type Have = 'none' | 'partial' | 'full' | 'no-data'
export type Next = 'none' | 'waiting' | 'ready' | 'running' | 'held' | 'failed' | 'lost'

/** Identity of a cell in text: `sc1_mag_srvy_l2 2026-11-23`. */
export interface CellName {
  readonly dataset: string
  readonly partition: string
}

/** What a cell blames: another cell; or, with the words for it, a file that nobody expects and that is wanted all the same. */
export interface Cause extends CellName {
  readonly wanted?: string
}

/** Why there is nothing and nothing will come, for known reasons: not to be counted as missing. */
export const absences = ['off', 'not-in-mode', 'not-downlinked', 'cancelled', 'waived'] as const
export type Absence = (typeof absences)[number]

/** Why a cell is as it is: a sentence, and the cells it blames, most important first. `settling` is looked at again at `until`; `not-planned`: a fault keeps it from being planned. */
export interface Reason {
  readonly kind:
    | 'complete'
    | 'in-progress'
    | 'inputs'
    | 'settling'
    | 'upstream'
    | 'queued'
    | 'running'
    | 'failed'
    | 'held'
    | 'no-data'
    | 'lost'
    | 'not-arrived'
    | 'not-covered'
    | 'not-due'
    | 'delivered'
    | 'provisional'
    | 'holding'
    | 'gave-up'
    | 'scheduled'
    | 'not-planned'
    | Absence
  readonly text: string
  readonly causes?: readonly Cause[]
  readonly job?: number
  /** UTC milliseconds: when to look again. */
  readonly until?: number
}

/** Kinds of reason that name the moment of the next look. */
export const promises: readonly Reason['kind'][] = ['settling', 'holding', 'scheduled']

export interface CellState {
  readonly have: Have
  readonly next: Next
  readonly reason: Reason
}

/** A cell that an input comes from, as it stands. */
export interface SourceCell extends CellName {
  readonly product: string
  readonly span: Span
  readonly have: Have
  readonly next: Next
  readonly reason: Reason
}

/** One contact as the mission events tell it. `data`: the recorded time that it brings down. */
export interface ContactFact {
  readonly key: string
  readonly spacecraft: string
  readonly span: Span
  readonly data: Span
  readonly state: 'planned' | 'done' | 'lost'
  readonly reason: string | undefined
}

/** A mission event: what the newest list that names it says. */
export interface EventFact {
  readonly kind: EventKind
  readonly key: string
  /** Of a region its word, of a mode the instrument and the mode (`fpi fast`, `fpi off`); else empty. */
  readonly name: string
  readonly spacecraft: string
  readonly span: Span
  readonly state: 'planned' | 'done' | 'lost' | 'cancelled' | 'not-downlinked'
  readonly reason: string | undefined
  /** Starts that earlier lists gave it. */
  readonly former: readonly number[]
}

export interface RoleFacts {
  readonly input: ProcessInput
  /** Those that {@link chooseFiles} takes. */
  readonly files: readonly FileFact[]
  /** Cells of the input's datasets in the window, those made and those not. */
  readonly cells: readonly SourceCell[]
  /** The datasets of its products that it may come from, best product first. */
  readonly sources: readonly Source[]
}

/** A dataset that an input may come from. */
export interface Source {
  readonly product: string
  readonly dataset: string
}

export interface JobFact {
  readonly id: number
  readonly state: JobState
  readonly recipe: string
  readonly tries: number
  readonly notBefore: number
  /** When it was made, UTC milliseconds. */
  readonly created: number
  readonly message: string | undefined
}

/** Everything that decides about one process on one spacecraft and partition. */
export interface WorkFacts {
  readonly process: Process
  readonly partition: Partition
  readonly roles: readonly RoleFacts[]
  /** Recipe of what exists: of the outputs' newest files, or of a `no data` verdict; undefined where nothing was made. */
  readonly madeRecipe: string | undefined
  /** `delivered`: files came from outside, and none was made here. */
  readonly made: 'none' | 'files' | 'no-data' | 'delivered'
  /** The newest job. */
  readonly job: JobFact | undefined
  /** UTC milliseconds; undefined where nothing says when the outputs are due. */
  readonly due: number | undefined
  /** What mission events say about the partition. */
  readonly foreseen: Foreseen
  /** Ended events that start the process (`on`), touching the partition. */
  readonly events: readonly EventFact[]
}

/** Everything that decides about a cell whose files come from outside. */
export interface ArrivalFacts {
  readonly product: Product
  readonly partition: Partition
  readonly contacts: readonly ContactFact[]
  /** Those of the partition, and parts of it that came by themselves. */
  readonly files: readonly FileFact[]
  readonly foreseen: Foreseen
}

export interface Settings {
  /** Wait this long after an input arrived for others of its kind, in milliseconds. */
  readonly settle: number
  /** More remakes than this for one input wait for a person's approval, as a campaign. */
  readonly remakeLimit?: number
  /** Jobs of campaigns at a time; absent = half of the workers' slots. */
  readonly backlog?: number
}
