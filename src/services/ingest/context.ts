import type { Logger } from 'pino'
import type { Mission } from '#domain/mission'
import type { Db } from '#services/db'
import type { Store } from '#services/store'

/** A file whose name fits no template, as the mission's adapter recognised it. */
export interface AdapterIdentity {
  readonly product: string
  readonly spacecraft: string
  /** UTC milliseconds. */
  readonly start: number
  readonly stop?: number
}

/** The hook `identify` of a mission: from a name and the whole or the first part of the content; undefined = not mine. */
export type IdentifyHook = (name: string, head: Uint8Array) => AdapterIdentity | undefined

export interface LoadedMission {
  readonly mission: Mission
  readonly identify?: IdentifyHook
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
}
