import { sql } from 'kysely'
import type { RawBuilder } from 'kysely'
import { beginsIn, heldIn, missionEventsFrom } from '#services/catalog'
import { instant } from '#services/db'
import type { Db } from '#services/db'
import type { Change } from './spots.ts'
import { cutSlice } from './sweep.ts'
import type { Day, Seen, Slice, Sweep } from './sweep.ts'
import { sha256Text } from './text.ts'

/** A slice of everything: files, cells and mission events that start before a time, and not before another. */
export async function sliceOf(
  db: Db,
  mission: string,
  before: number | undefined,
  rows: number,
  since: number | undefined,
): Promise<Slice> {
  const begins = beginsIn({ start: since, stop: before })
  const [files, cells] = [await heldIn(db, mission, begins, rows), await cellsIn(db, mission, begins, rows)]
  return cutSlice(files, cells, rows, since, from => missionEventsFrom(db, mission, { start: from, stop: before }))
}

/** Rows of the oldest start are all there, however many. */
async function cellsIn(db: Db, mission: string, begins: RawBuilder<unknown>, rows: number): Promise<readonly Change[]> {
  const found = await sql<Change>`
    select product, spacecraft, partition, start_time as start, stop_time as stop from cell where mission = ${mission} and ${begins}
    order by start_time desc fetch first ${sql.lit(rows)} rows with ties`.execute(db)
  return found.rows
}

/** The newest day of which anything starts before a time, and what all that starts since then says. */
export async function dayBefore(db: Db, mission: string, before: number | undefined): Promise<Day | undefined> {
  const older = beginsIn({ start: undefined, stop: before })
  const { rows } = await sql<{ start: number | null }>`
    select date_trunc('day', greatest(
      (select start_time from file where mission = ${mission} and ${older} order by start_time desc limit 1),
      (select start_time from cell where mission = ${mission} and ${older} order by start_time desc limit 1))) as start`.execute(db)
  const start = rows[0]?.start ?? undefined
  if (start === undefined) return undefined
  const [begins, events] = [beginsIn({ start, stop: before }), await missionEventsFrom(db, mission, { start, stop: before })]
  const digest = await sql<{ files: string; cells: string }>`
    select (select concat(count(*), ' ', bit_xor(hash_record_extended(row(id, state), 0)))
        from file where mission = ${mission} and latest and ${begins}) as files,
      (select concat(count(*), ' ', bit_xor(hash_record_extended(row(dataset, partition, have, next, file, recipe, due_at, reason), 0)))
        from cell where mission = ${mission} and ${begins}) as cells`.execute(db)
  return { start, digest: sha256Text(JSON.stringify([digest.rows, events])) }
}

export async function seenOf(db: Db, mission: string, start: number): Promise<Seen | undefined> {
  const query = db.selectFrom('swept').select(['rules', 'digest', 'at']).where('mission', '=', mission)
  return query.where('start_time', '=', instant(start)).executeTakeFirst()
}

export async function noteSeen(db: Db, mission: string, start: number, { rules, digest, at }: Seen): Promise<void> {
  const seen = { rules, digest, at: new Date(at) }
  await db
    .insertInto('swept')
    .values({ mission, start_time: new Date(start), ...seen })
    .onConflict(c => c.columns(['mission', 'start_time']).doUpdateSet(seen))
    .execute()
}

export async function sweepOf(db: Db, mission: string): Promise<Sweep | undefined> {
  const row = await db.selectFrom('sweep').selectAll().where('mission', '=', mission).executeTakeFirst()
  if (row === undefined) return undefined
  const { rules, began_at: began, back_to: backTo, day: start, digest, partitions, ended_at: ended } = row
  const day = start === null || digest === null ? undefined : { start, digest }
  return { rules, began, backTo: backTo ?? undefined, day, partitions, ended: ended ?? undefined }
}

export async function noteSweep(db: Db, mission: string, { rules, began, backTo, day, partitions, ended }: Sweep): Promise<void> {
  const date = (ms: number | undefined): Date | null => (ms === undefined ? null : new Date(ms))
  const within = { day: date(day?.start), digest: day?.digest ?? null }
  const place = { rules, began_at: new Date(began), back_to: date(backTo), ...within, partitions, ended_at: date(ended) }
  await db
    .insertInto('sweep')
    .values({ mission, ...place })
    .onConflict(c => c.column('mission').doUpdateSet(place))
    .execute()
}
