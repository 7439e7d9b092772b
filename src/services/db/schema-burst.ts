import type { ColumnType, Generated } from 'kysely'
import type { Edit, Frame, Region, Segment, SegmentRecord, SelectorRole, SubmissionState, Verdict } from '#domain/burst'
import type { StatusMessage } from '#domain/downlink'
import type { FomStructure } from '#domain/burst/files'
import type { Count, DefaultJson, Instant, Json, NullableCount, NullableInstant, NullableText } from './columns.ts'

/** What is stored of a selection; its grid is the window's. */
export interface StoredSelection {
  readonly frame: Frame
  readonly segments: readonly Segment[]
  readonly next: number
}

export interface BurstWindowTable {
  id: Generated<number>
  mission: string
  evaluation: string
  opened_at: Instant
  deadline: Instant
  automatic: Json<FomStructure>
  regions: DefaultJson<readonly Region[]>
  state: Generated<'open' | 'closed'>
  warned: Generated<number>
  closed_at: NullableInstant
  decided_by: NullableCount
  region: NullableText
  file: NullableCount
  evaluated: Generated<number>
}

export interface BurstCycleTable {
  mission: string
  spacecraft: number
  tai: Count
  numbers: ColumnType<number[] | null, readonly number[] | null, readonly number[] | null>
  cdq: number | null
  mdq: number
  evaluation: string
}

export interface BurstSelectorTable {
  mission: string
  person: string
  role: SelectorRole
  mail: NullableText
}

export interface BurstDutyTable {
  mission: string
  person: string
  place: 'duty' | 'deck'
  starts_at: Instant
  ends_at: Instant
}

export interface BurstDraftTable {
  id: Generated<number>
  burst_window: Count
  name: string
  selection: Json<StoredSelection>
  edits: DefaultJson<readonly Edit[]>
  actor: string
  at: Instant
}

export interface BurstSubmissionTable {
  id: Generated<number>
  burst_window: Count
  sha256: string
  final: boolean
  selection: Json<StoredSelection>
  justifications: Json<Readonly<Record<string, string>>>
  verdict: Json<Verdict>
  state: SubmissionState
  actor: string
  on_behalf: NullableText
  at: Instant
  decided_by: NullableText
  decided_at: NullableInstant
  reason: NullableText
}

export interface BurstSegmentTable {
  id: Generated<number>
  mission: string
  burst_window: NullableCount
  start_tai: Count
  end_tai: Count
  finished: Generated<boolean>
  record: Json<Omit<SegmentRecord, 'id'>>
  told: NullableText
  sought: Generated<boolean>
}

export interface BurstOrderTable {
  segment: Count
  mission: string
  burst_window: string
  revision: number
  wanted: boolean
  fom: number
  spacecraft: ColumnType<number[], readonly number[], readonly number[]>
  shown: ColumnType<number[], readonly number[], readonly number[]>
  received: Json<readonly (readonly number[])[]>
  settled: Generated<boolean>
}

export interface BurstReportTable {
  mission: string
  spacecraft: number
  sequence: Count
  at: Instant
  report: Json<StatusMessage>
}

export interface BurstFileTable {
  id: Generated<number>
  mission: string
  type: string
  name: string
  made_at: Instant
  actor: string
  taken_at: Instant
  sha256: string
  bytes: Uint8Array
  outcome: Json<Readonly<Record<string, unknown>>>
}

export interface BurstSchema {
  burst_file: BurstFileTable
  burst_cycle: BurstCycleTable
  burst_order: BurstOrderTable
  burst_report: BurstReportTable
  burst_window: BurstWindowTable
  burst_selector: BurstSelectorTable
  burst_duty: BurstDutyTable
  burst_draft: BurstDraftTable
  burst_submission: BurstSubmissionTable
  burst_segment: BurstSegmentTable
}
