import type { Logger } from 'pino'
import type { CodeStore } from '#services/code'
import type { IngestContext } from '#services/ingest'
import type { PipelineContext, RetryPolicy } from '#services/pipeline'
import type { Executor } from './port.ts'

/** What programs need of Apsis, wherever they run. */
export interface ProgramContext {
  /** Folder where Node keeps compiled modules between programs: starting one costs a third of it. */
  readonly compileCache: string
  /** Source files of the built-in programs by their name. */
  readonly builtins: Readonly<Record<string, string>>
  /** Folders that programs may read beside their inputs: Apsis itself, for those that use its modules. */
  readonly sources: readonly string[]
  /** Processes whose programs may use the network. */
  readonly open: readonly string[]
  /** Code of releases, and what it reads beside itself. */
  readonly code: Pick<CodeStore, 'common'>
}

/** What a worker works with. */
export interface ExecutorContext extends ProgramContext {
  readonly pipeline: PipelineContext
  readonly ingest: IngestContext
  /** Where its programs run. */
  readonly executor: Executor
  /** How much there is of what is scarce, by name: licence tokens, memory of this host. What is not named is not counted. */
  readonly capacity: Readonly<Record<string, number>>
  /** Folder for attempts' working folders, on the archive's file system. */
  readonly staging: string
  /** Folder for outputs that are made and not published: held ones, and those of code in staging. On the archive's file system. */
  readonly aside: string
  /** Code of releases, and of what was run without one. */
  readonly code: CodeStore
  /** Folder for attempts' logs. */
  readonly logs: string
  readonly software: { readonly name: string; readonly version: string }
  /** Pause before the first retry, in milliseconds. */
  readonly retryPause: number
  /** Parameters laid over those of a process, by process: the demo's scripted faults. */
  readonly overlays: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  /** Names this worker in attempts. */
  readonly worker: string
  readonly log: Logger
}

export type { RetryPolicy }
