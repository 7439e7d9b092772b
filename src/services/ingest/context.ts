import type { Logger } from 'pino'
import type { Identify, Mission } from '#domain/mission'
import type { Db } from '#services/db'
import type { Store } from '#services/store'
import type { VerifyThreads } from './verify/index.ts'

export interface LoadedMission {
  readonly mission: Mission
  /** Recognises raw deliveries whose names fit no template. */
  readonly identify?: Identify
}

/** What ingest works with. */
export interface IngestContext {
  readonly db: Db
  readonly store: Store
  readonly missions: readonly LoadedMission[]
  /** Folder on the archive's file system where bytes are written before they are published. */
  readonly incoming: string
  /** Folder for refused files. */
  readonly quarantine: string
  /** Files of this home come from a simulated mission. */
  readonly simulated: boolean
  readonly clock: () => number
  readonly log: Logger
  /** Where large files are verified; absent = in this thread. */
  readonly threads?: VerifyThreads
}
