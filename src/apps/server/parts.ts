import type { FastifyBaseLogger } from 'fastify'
import type { Mission } from '#domain/mission'
import type { CampaignState, JobFile } from '#domain/process'
import type { Db } from '#services/db'
import type { CampaignAct, CampaignRow, CampaignScope, Proposal, WaiverAct } from '#services/pipeline'
import type { HeldAct, WorkName } from '#services/executor'
import type { CodeComparison, StagedResult, StageScope } from '#services/remake'
import type { Store } from '#services/store'

/** What the server is made of. It owns none of it: who builds the server closes them. */
export interface ServerParts {
  readonly db: Db
  readonly missions: readonly Mission[]
  readonly store: Store
  readonly home: HomeInfo
  readonly log?: FastifyBaseLogger
  /** UTC milliseconds. */
  readonly clock: () => number
  /** Takes a finished temporary file in; absent = this server takes no uploads. */
  readonly ingest?: Ingest
  /** The newest job of a work as its next try would read it; absent = this server tells none. */
  readonly describeJob?: (mission: Mission, work: WorkName) => Promise<JobFile>
  /** Ends a job that waits or runs, or tries one that failed again; absent = this server changes nothing. */
  readonly jobActs?: Readonly<Record<'cancel' | 'retry', JobAct>>
  /** Waives expectations; absent = this server changes nothing. */
  readonly waivers?: {
    add(act: WaiverAct & { readonly reason: string }): Promise<void>
    revoke(act: WaiverAct): Promise<void>
  }
  /** Acts on what is remade; absent = this server changes nothing. */
  readonly remakes?: RemakeActs
}

type JobAct = (job: number, by: { readonly actor: string; readonly reason: string }) => Promise<unknown>

/** What people decide about remakes. */
export interface RemakeActs {
  release(act: HeldAct): Promise<readonly number[]>
  reject(act: HeldAct): Promise<void>
  propose(scope: CampaignScope, words: { readonly title: string; readonly actor: string }): Promise<Proposal>
  move(act: CampaignAct, to: CampaignState): Promise<CampaignRow>
  promote(name: string, digest: string, word: { readonly actor: string; readonly reason: string }): Promise<Proposal | undefined>
  stage(name: string, digest: string, scope: Omit<StageScope, 'mission'>, actor: string): Promise<readonly StagedResult[]>
  compare(name: string, digest: string, actor: string): Promise<CodeComparison>
  rollBack(name: string, word: { readonly actor: string; readonly reason: string }): Promise<Proposal | undefined>
}

export interface HomeInfo {
  readonly title: string
  /** Everything here is simulated: every page says so. */
  readonly simulated: boolean
  /** Where uploads are written before ingest takes them: on the archive's file system. */
  readonly incoming: string
}

export type Ingest = (path: string, arrival: { readonly name: string; readonly actor: string }) => Promise<IngestAnswer>

export interface IngestAnswer {
  readonly outcome: 'stored' | 'present' | 'quarantined'
  readonly file?: string
  readonly reason?: string
}
