import { sql } from 'kysely'
import { shownState } from '#domain/plan'
import type { Reason, Shown } from '#domain/plan'
import type { CellTable, Db } from '#services/db'
import { seen } from './viewer.ts'
import type { Sight } from './viewer.ts'

/** How a mission stands, in counts. Times in UTC milliseconds. */
export interface MissionStatus {
  readonly mission: string
  readonly files: number
  readonly bytes: number
  readonly newestArrival: number | null
  readonly cells: Readonly<Partial<Record<Shown, number>>>
  /** Expected by now: due, or made. */
  readonly madeThrough: number | null
  readonly jobs: { readonly ready: number; readonly running: number; readonly failed: number }
}

export interface Status {
  readonly now: number
  readonly missions: readonly MissionStatus[]
  readonly refused: number
  /** Sequence of the newest event. */
  readonly sequence: number
}

export async function readStatus(db: Db, missions: readonly string[], sight: Sight, now: number): Promise<Status> {
  const each: MissionStatus[] = []
  for (const mission of missions) each.push(await readMissionStatus(db, mission, sight, now))
  const { refused } = await db
    .selectFrom('quarantine')
    .select(sql<number>`count(*)`.as('refused'))
    .executeTakeFirstOrThrow()
  const counter = await db.selectFrom('event_counter').select('last').executeTakeFirst()
  return { now, missions: each, refused, sequence: counter?.last ?? 0 }
}

async function readMissionStatus(db: Db, mission: string, sight: Sight, now: number): Promise<MissionStatus> {
  const totals = await db
    .selectFrom('file')
    .select([sql<number>`count(*)`.as('files'), sql<string | null>`sum(size)`.as('bytes')])
    .select(sql<number | null>`max(arrived_at)`.as('newest'))
    .where('mission', '=', mission)
    .where(seen(sight))
    .executeTakeFirstOrThrow()
  const { cells, madeThrough } = await countCells(db, mission, now)
  const rows = await db
    .selectFrom('job')
    .select(['state', sql<number>`count(*)`.as('count')])
    .where('mission', '=', mission)
    .where('state', 'in', ['ready', 'running', 'failed'])
    .groupBy('state')
    .execute()
  const count = (state: string): number => rows.find(r => r.state === state)?.count ?? 0
  const jobs = { ready: count('ready'), running: count('running'), failed: count('failed') }
  return { mission, files: totals.files, bytes: Number(totals.bytes ?? 0), newestArrival: totals.newest, cells, madeThrough, jobs }
}

/** Cells by what people see of them, grouped in the database by what decides about that. */
async function countCells(db: Db, mission: string, now: number): Promise<Pick<MissionStatus, 'cells' | 'madeThrough'>> {
  const rows = await db
    .selectFrom('cell')
    .select(['have', 'next', sql<Reason['kind']>`coalesce(reason->>'kind', 'inputs')`.as('kind')])
    .select([sql<boolean>`coalesce(due_at < ${new Date(now)}::timestamptz, false)`.as('over'), sql<number>`count(*)`.as('count')])
    .select(sql<number>`max(stop_time)`.as('stop'))
    .where('mission', '=', mission)
    .groupBy(['have', 'next', sql`3`, sql`4`])
    .execute()
  const cells: Partial<Record<Shown, number>> = {}
  let madeThrough: number | null = null
  for (const row of rows) {
    const cell: Pick<CellTable, 'have' | 'next'> = row
    const shown = shownState({ ...cell, due: row.over ? now - 1 : undefined, reason: { kind: row.kind } }, now)
    cells[shown] = (cells[shown] ?? 0) + row.count
    if (shown === 'made') madeThrough = Math.max(madeThrough ?? 0, row.stop)
  }
  return { cells, madeThrough }
}
