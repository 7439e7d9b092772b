import type { ColumnType, Generated } from 'kysely'
import type { JobFile, JobState } from '#domain/process'
import type {
  Count,
  DefaultJson,
  Instant,
  Json,
  Nanoseconds,
  NullableCount,
  NullableInstant,
  NullableJson,
  NullableText,
} from './columns.ts'
import type { BurstSchema } from './schema-burst.ts'
import type { RemakeTables } from './schema-remakes.ts'

export interface FileTable {
  id: Generated<number>
  mission: string
  name: string
  product: string
  dataset: string
  spacecraft: string
  kind: string
  partition: string
  start_time: Instant
  stop_time: Instant
  version: ColumnType<number[], readonly number[], readonly number[]>
  version_text: string
  size: Count
  sha256: string
  path: string
  state: ColumnType<'held' | 'retired' | 'lost', 'held' | 'retired' | 'lost' | undefined, 'held' | 'retired' | 'lost'>
  latest: boolean
  public: boolean
  withheld: ColumnType<boolean, boolean | undefined, boolean>
  simulated: boolean
  coverage_start: Nanoseconds
  coverage_stop: Nanoseconds
  records: ColumnType<number | null, number | null | undefined, number | null>
  content: DefaultJson<Record<string, unknown>>
  findings: DefaultJson<readonly string[]>
  arrived_at: Instant
  modified_at: Instant
  actor: string
  job: ColumnType<number | null, number | null | undefined, number | null>
  recipe: ColumnType<string | null, string | null | undefined, string | null>
  science: NullableText
}

export interface FileParentTable {
  child: Count
  parent: ColumnType<number | null, number | null, number | null>
  role: string
  name: string
}

export interface EventTable {
  sequence: Count
  at: Instant
  kind: string
  mission: string
  file: ColumnType<number | null, number | null, number | null>
  actor: string
  detail: DefaultJson<Record<string, unknown>>
}

export interface LetterTable {
  id: Generated<number>
  mission: string
  recipients: ColumnType<string[], readonly string[], readonly string[]>
  subject: string
  body: string
  written_at: Instant
  tries: Generated<number>
  next_at: Instant
  sent_at: NullableInstant
  given_up_at: NullableInstant
  error: NullableText
}

export interface QuarantineTable {
  id: Generated<number>
  at: Instant
  mission: string | null
  name: string
  size: Count
  sha256: string | null
  path: string | null
  code: string
  reason: string
  actor: string
}

export interface MissionEventTable {
  mission: string
  kind: string
  key: string
  spacecraft: string
  start_time: Instant
  stop_time: Instant
  data_start: NullableInstant
  data_stop: NullableInstant
  state: string
  reason: string | null
  name: ColumnType<string, string | undefined, string>
  file: ColumnType<number | null, number | null, number | null>
}

export type CellHave = 'none' | 'partial' | 'full' | 'no-data'
export type CellNext = 'none' | 'waiting' | 'ready' | 'running' | 'held' | 'failed' | 'lost'

export interface CellTable {
  mission: string
  dataset: string
  partition: string
  product: string
  spacecraft: string
  process: string | null
  start_time: Instant
  stop_time: Instant
  due_at: NullableInstant
  have: CellHave
  next: CellNext
  reason: DefaultJson<Record<string, unknown>>
  file: number | null
  recipe: string | null
  changed_at: Instant
}

export interface WaiverTable {
  id: Generated<number>
  mission: string
  dataset: string
  partition: string
  reason: string
  actor: string
  at: Instant
  revoked_at: NullableInstant
  revoked_by: string | null
}

/** Kept by triggers; who wants a count sums over the rows. `longest` in seconds. */
export interface CellTallyTable {
  mission: string
  product: string
  dataset: string
  have: CellHave
  next: CellNext
  kind: string
  cells: number
  longest: number
}

export interface SweepTable {
  mission: string
  rules: string
  began_at: Instant
  back_to: NullableInstant
  day: NullableInstant
  digest: NullableText
  partitions: Count
  ended_at: NullableInstant
}

export interface SweptTable {
  mission: string
  start_time: Instant
  rules: string
  digest: string
  at: Instant
}

/** Kept by triggers, as {@link CellTallyTable}. */
export interface FileTallyTable {
  mission: string
  product: string
  dataset: string
  spacecraft: string
  kind: string
  latest: boolean
  public: boolean
  state: 'held' | 'retired' | 'lost'
  files: number
  bytes: string
  longest: number
}

export type { JobState } from '#domain/process'

export interface JobTable {
  id: Generated<number>
  mission: string
  process: string
  spacecraft: string
  partition: string
  start_time: Instant
  stop_time: Instant
  partition_kind: string
  recipe: string
  generation: Generated<number>
  state: JobState
  inputs: Json<readonly JobInputRow[]>
  outputs: Json<readonly JobOutputRow[]>
  tries: Generated<number>
  uncounted: Generated<number>
  priority: number
  created_at: Instant
  not_before: Instant
  ended_at: NullableInstant
  message: NullableText
  campaign: NullableCount
  code: NullableText
}

/** Exact inputs of a job: fixed when it is made. */
export interface JobInputRow {
  readonly role: string
  readonly file: number
  readonly name: string
}

/** Outputs with their reserved names. */
export interface JobOutputRow {
  readonly role: string
  readonly product: string
  readonly dataset: string
  readonly name: string
  readonly version: readonly number[]
}

export type Outcome = 'made' | 'no-data' | 'try-again' | 'failed' | 'lost' | 'refused' | 'held' | 'cancelled' | 'fault'

export interface AttemptTable {
  id: Generated<number>
  job: number
  number: number
  worker: string
  token: string
  started_at: Instant
  ended_at: NullableInstant
  outcome: ColumnType<Outcome | null, Outcome | null | undefined, Outcome | null>
  exit_code: ColumnType<number | null, number | null | undefined, number | null>
  signal: ColumnType<string | null, string | null | undefined, string | null>
  message: ColumnType<string | null, string | null | undefined, string | null>
  log: NullableText
  job_file: NullableJson<JobFile>
  package: NullableText
  code: NullableText
  environment: NullableText
  recipe: NullableText
  executor: NullableText
  confinement: NullableText
  handle: NullableText
  detail: DefaultJson<AttemptDetail>
}

/** For people who look for a cause. */
export interface AttemptDetail {
  readonly host?: string
  readonly command?: readonly string[]
  readonly limits?: Readonly<Record<string, number>>
  readonly usage?: Readonly<Record<string, number>>
  /** The limit that ended it. */
  readonly cut?: string
  /** Files in its working folder at the end, with their sizes in bytes; the first hundred. */
  readonly left?: readonly { readonly name: string; readonly size: number }[]
}

export interface HoldingTable {
  job: Count
  resource: string
  amount: Count
}

export interface WorkerTable {
  name: string
  host: string
  executor: string
  confinement: string
  slots: number
  started_at: Instant
  seen_at: Instant
  fault: NullableText
  fault_at: NullableInstant
}

export interface ReservedVersionTable {
  mission: string
  dataset: string
  partition: string
  version: ColumnType<number[], readonly number[], readonly number[]>
  job: number
}

export interface VerifiedTable {
  mission: string
  dataset: string
  partition: string
  recipe: string
  outcome: Verdict
  job: number
  at: Instant
  file: NullableCount
}

/** What is known of a recipe: it made a file, gave the content of one that stays, found nothing, or a person kept the file before it. */
export type Verdict = 'made' | 'kept' | 'no-data' | 'rejected'

export const roles = ['viewer', 'team', 'instrument', 'operator', 'admin'] as const
export type Role = (typeof roles)[number]

export interface TokenTable {
  name: string
  role: Role
  hash: string
  created_at: Instant
  last_used_at: NullableInstant
  once: ColumnType<boolean, boolean | undefined, boolean>
  expires_at: NullableInstant
}

export interface SessionTable {
  hash: string
  actor: string
  role: Role
  created_at: Instant
  expires_at: Instant
}

export interface AuditTable {
  id: Generated<number>
  at: Instant
  actor: string
  act: string
  object: string
  detail: DefaultJson<Record<string, unknown>>
}

export interface Schema extends BurstSchema, RemakeTables {
  file: FileTable
  file_parent: FileParentTable
  event_counter: { one: Generated<boolean>; last: number }
  event: EventTable
  letter: LetterTable
  quarantine: QuarantineTable
  mission_event: MissionEventTable
  cell: CellTable
  waiver: WaiverTable
  cell_tally: CellTallyTable
  file_tally: FileTallyTable
  job: JobTable
  attempt: AttemptTable
  holding: HoldingTable
  worker: WorkerTable
  reserved_version: ReservedVersionTable
  verified: VerifiedTable
  cursor: { follower: string; sequence: number }
  sweep: SweepTable
  swept: SweptTable
  token: TokenTable
  session: SessionTable
  audit: AuditTable
}
