import { sql } from 'kysely'
import type { Shown } from '#domain/plan'
import { countHeld } from '#services/catalog'
import type { Db } from '#services/db'
import { countCells } from '#services/pipeline'
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
  const held = await countHeld(db, mission, sight === 'public')
  const newest = await db
    .selectFrom('file')
    .select('arrived_at')
    .where('mission', '=', mission)
    .where(seen(sight))
    .orderBy('arrived_at', 'desc')
    .limit(1)
    .executeTakeFirst()
  const made = await db
    .selectFrom('cell')
    .select('stop_time')
    .where('mission', '=', mission)
    .where('have', '=', 'full')
    .orderBy('start_time', 'desc')
    .limit(1)
    .executeTakeFirst()
  const rows = await db
    .selectFrom('job')
    .select(['state', sql<number>`count(*)`.as('count')])
    .where('mission', '=', mission)
    .where('state', 'in', ['ready', 'running', 'failed'])
    .groupBy('state')
    .execute()
  const count = (state: string): number => rows.find(r => r.state === state)?.count ?? 0
  const jobs = { ready: count('ready'), running: count('running'), failed: count('failed') }
  return {
    mission,
    ...held,
    newestArrival: newest?.arrived_at ?? null,
    cells: await countCells(db, mission, now),
    madeThrough: made?.stop_time ?? null,
    jobs,
  }
}
