import type { Logger } from 'pino'
import type { Mission } from '#domain/mission'
import type { Partition } from '#domain/partition'
import type { Settings } from '#domain/plan'
import type { Db, Tx } from '#services/db'

/** Hands jobs to the workers' transport in the transaction that makes or re-opens them; each not before `delay` milliseconds from now. */
export type Dispatch = (
  tx: Tx,
  jobs: readonly { readonly job: number; readonly priority: number; readonly delay: number }[],
) => Promise<void>

/** Of these jobs, those that no worker will ever be handed: the transport has forgotten them. */
export type FindForgotten = (jobs: readonly number[]) => Promise<readonly number[]>

/** Completes the transport's rows of tries, by their tokens; answers which of them were still the caller's. */
export type Settle = (tx: Tx, tokens: readonly string[]) => Promise<ReadonlySet<string>>

export interface PipelineContext {
  readonly db: Db
  readonly missions: readonly Mission[]
  readonly dispatch: Dispatch
  readonly findForgotten: FindForgotten
  readonly settings: Settings
  readonly clock: () => number
  readonly log: Logger
}

/** One place to look at: a process on one spacecraft and partition, or a dataset whose files arrive. */
export type Spot =
  | {
      readonly kind: 'work'
      readonly mission: string
      readonly process: string
      readonly spacecraft: string
      readonly partition: Partition
    }
  | {
      readonly kind: 'arrival'
      readonly mission: string
      readonly product: string
      readonly spacecraft: string
      readonly partition: Partition
    }

export const spotKey = (spot: Spot): string =>
  `${spot.mission}|${spot.kind}|${spot.kind === 'work' ? spot.process : spot.product}|${spot.spacecraft}|${spot.partition.key}`
