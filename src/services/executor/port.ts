/** What a program may use up. The wall clock counts from its start; on a cluster, from when it left the queue. */
export interface Limits {
  /** Wall time in seconds. */
  readonly seconds: number
  /** Processor time in seconds, of each process. */
  readonly cpuSeconds: number
  /** Bytes in memory that the whole tree of processes holds for itself. */
  readonly memory: number
  /** Bytes of one file. */
  readonly fileSize: number
  /** Processes and threads at a time. */
  readonly processes: number
}

/** One program to run. All paths are absolute and, where programs run elsewhere, the same there. */
export interface ProgramOrder {
  /** For lists that people read: `job-12-try-1`. */
  readonly name: string
  readonly command: readonly string[]
  /** The module that may do the command's work in a thread of the worker. Absent: a process is started. */
  readonly module?: string
  /** The empty folder in which the program starts and writes. */
  readonly folder: string
  /** Its folder for temporary files. */
  readonly scratch: string
  /** Files and folders that it may read beside the system's own. */
  readonly reads: readonly string[]
  /** Further folders that it may write. */
  readonly writes: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  /** Both its streams, whole. */
  readonly log: string
  readonly limits: Limits
  /** Exit codes that mean something to this program, so that none of them is taken for a signal. */
  readonly exitCodes: readonly number[]
  /** True where it must reach others, e.g. a licence server. */
  readonly network: boolean
}

/** The limit that ended a program. */
export type Cut = 'time' | 'cpu' | 'memory' | 'file size' | 'processes'

/** What a program used, as far as it was seen. */
export interface Usage {
  readonly wallSeconds: number
  readonly cpuSeconds: number
  /** Bytes; 0 where it ended before anybody looked. */
  readonly peakMemory: number
}

export interface ProgramEnd {
  readonly exitCode: number | undefined
  readonly signal: string | undefined
  readonly cut: Cut | undefined
  /** The last line on the error stream, else on the output stream: what people read first. */
  readonly lastLine: string
  readonly usage: Usage
  /** Set where the program's end is not its own doing: its machine died, a third party cancelled it. It says nothing about the program. */
  readonly lost?: string
}

/** A program where programs run: its handle, and the folder that its order named. */
export interface PlacedProgram {
  readonly handle: string
  readonly folder: string
}

/**
 * Where programs run. A program is named by its handle, a text that outlives the process that started it; `start` returns once the program
 * is on its way, and throws where the fault is ours.
 */
export interface Executor {
  readonly name: 'local' | 'slurm'
  /** What programs are kept from, in words. */
  readonly confinement: string
  /** Whether programs go on when the worker that started them ends: another may then wait for the same handle. */
  readonly lasting: boolean
  start(order: ProgramOrder): Promise<string>
  /** Its end, or undefined when `leave` is aborted before. */
  wait(handle: string, order: ProgramOrder, leave: AbortSignal): Promise<ProgramEnd | undefined>
  /** Ends the program and all it started. One that has ended already is no error. */
  cancel(handle: string): Promise<void>
  /** Programs that run or wait there, whoever started them, as far as it can tell. */
  list(): Promise<readonly PlacedProgram[]>
}
