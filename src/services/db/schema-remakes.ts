import type { Generated } from 'kysely'
import type { CampaignState, ItemState, Less, ReleaseState } from '#domain/process'
import type { Count, DefaultJson, Instant, Json, NullableCount, NullableInstant, NullableJson, NullableText } from './columns.ts'

export interface HeldOutputTable {
  job: Count
  name: string
  dataset: string
  path: string
  size: Count
  sha256: string
  replaces: NullableCount
  less: Json<readonly Less[]>
  at: Instant
}

export interface EnvironmentTable {
  fingerprint: string
  detail: Json<Record<string, unknown>>
  first_seen: Instant
}

export interface CodeReleaseTable {
  package: string
  digest: string
  state: ReleaseState
  rise: 'revision' | 'quality'
  source: string
  note: string
  files: number
  bytes: Count
  registered_at: Instant
  registered_by: string
}

export interface CodeMoveTable {
  id: Generated<number>
  package: string
  digest: string
  before: string
  after: string
  at: Instant
  actor: string
  reason: string
}

/** One output of a staged run beside the file that is published; `base` is null where nothing is. */
export interface StagedOutput {
  readonly role: string
  readonly name: string
  readonly product: string
  readonly base: number | null
  readonly sha256: string
  readonly science: string
}

export interface StagedRunTable {
  id: Generated<number>
  package: string
  digest: string
  job: Count
  outcome: string
  message: NullableText
  folder: string
  outputs: DefaultJson<readonly StagedOutput[]>
  environment: NullableText
  seconds: number
  at: Instant
  actor: string
}

export interface CodeReportTable {
  id: Generated<number>
  package: string
  digest: string
  at: Instant
  actor: string
  report: Json<Record<string, unknown>>
}

export interface CampaignTable {
  id: Generated<number>
  mission: string
  title: string
  state: CampaignState
  cause: Json<CampaignCause>
  scope: Json<Record<string, unknown>>
  forecast: Json<Record<string, unknown>>
  report: NullableJson<Record<string, unknown>>
  proposed_at: Instant
  proposed_by: string
  approved_at: NullableInstant
  approved_by: NullableText
  started_at: NullableInstant
  ended_at: NullableInstant
}

/** What a campaign is for. */
export type CampaignCause =
  | { readonly kind: 'person' }
  | { readonly kind: 'code'; readonly package: string; readonly digest: string }
  | { readonly kind: 'input'; readonly file: number; readonly name: string }

export interface CampaignMoveTable {
  id: Generated<number>
  campaign: Count
  before: string
  after: string
  at: Instant
  actor: string
  reason: string
}

export interface CampaignItemTable {
  campaign: Count
  process: string
  spacecraft: string
  partition: string
  partition_kind: string
  start_time: Instant
  stop_time: Instant
  rank: number
  state: ItemState
  job: NullableCount
  message: NullableText
}

export interface RemakeTables {
  held_output: HeldOutputTable
  environment: EnvironmentTable
  code_release: CodeReleaseTable
  code_move: CodeMoveTable
  staged_run: StagedRunTable
  code_report: CodeReportTable
  campaign: CampaignTable
  campaign_move: CampaignMoveTable
  campaign_item: CampaignItemTable
}
