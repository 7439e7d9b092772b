import { sql } from 'kysely'
import { heldBefore, missionEventsFrom } from '#services/catalog'
import { instant } from '#services/db'
import type { Db } from '#services/db'
import type { Change } from './spots.ts'
import { cutSlice } from './sweep.ts'
import type { Slice, Sweep } from './sweep.ts'

/** A slice of everything: files, cells and mission events that start before a time. */
export async function sliceOf(db: Db, mission: string, before: number | undefined, rows: number): Promise<Slice> {
  const [files, cells] = [await heldBefore(db, mission, before, rows), await cellsBefore(db, mission, before, rows)]
  return cutSlice(files, cells, rows, from => missionEventsFrom(db, mission, { start: from, stop: before }))
}

/** Rows of the oldest start are all there, however many. */
async function cellsBefore(db: Db, mission: string, before: number | undefined, rows: number): Promise<readonly Change[]> {
  const found = await sql<Change>`
    select product, spacecraft, partition, start_time as start, stop_time as stop from cell
    where mission = ${mission} ${before === undefined ? sql`` : sql`and start_time < ${instant(before)}`}
    order by start_time desc fetch first ${sql.lit(rows)} rows with ties`.execute(db)
  return found.rows
}

export async function sweepOf(db: Db, mission: string): Promise<Sweep | undefined> {
  const row = await db.selectFrom('sweep').selectAll().where('mission', '=', mission).executeTakeFirst()
  if (row === undefined) return undefined
  const { rules, began_at: began, back_to: backTo, partitions, ended_at: ended } = row
  return { rules, began, backTo: backTo ?? undefined, partitions, ended: ended ?? undefined }
}

export async function noteSweep(db: Db, mission: string, { rules, began, backTo, partitions, ended }: Sweep): Promise<void> {
  const date = (ms: number | undefined): Date | null => (ms === undefined ? null : new Date(ms))
  const place = { rules, began_at: new Date(began), back_to: date(backTo), partitions, ended_at: date(ended) }
  await db
    .insertInto('sweep')
    .values({ mission, ...place })
    .onConflict(c => c.column('mission').doUpdateSet(place))
    .execute()
}
