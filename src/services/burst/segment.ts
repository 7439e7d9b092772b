import { advanceRecord, isFinished, type RecordEvent, type SegmentRecord } from '#domain/burst'
import { fail } from '#error'
import { withTx, type Db, type Tx } from '#services/db'

export interface SegmentSearch {
  /** TAI seconds: segments that overlap [from, to). */
  readonly from?: number
  readonly to?: number
  readonly window?: number
  readonly pending?: boolean
  readonly limit?: number
}

/** Stored segments by time. */
export async function listSegments(db: Db | Tx, mission: string, search: SegmentSearch = {}): Promise<readonly SegmentRecord[]> {
  let query = db.selectFrom('burst_segment').select(['id', 'record']).where('mission', '=', mission)
  if (search.from !== undefined) query = query.where('end_tai', '>', search.from)
  if (search.to !== undefined) query = query.where('start_tai', '<', search.to)
  if (search.window !== undefined) query = query.where('burst_window', '=', search.window)
  if (search.pending === true) query = query.where('finished', '=', false)
  const rows = await query
    .orderBy('start_tai')
    .orderBy('id')
    .limit(search.limit ?? 10_000)
    .execute()
  return rows.map(({ id, record }) => ({ ...record, id }))
}

/** Records an event of a stored segment. Throws `burst/no-segment`, and `burst/refused` where the event cannot be. */
export const actOnStored = (db: Db, mission: string, id: number, event: RecordEvent): Promise<SegmentRecord> =>
  withTx(db, tx => actOnStoredIn(tx, mission, id, event))

/** The same inside of a transaction. */
export async function actOnStoredIn(tx: Tx, mission: string, id: number, event: RecordEvent): Promise<SegmentRecord> {
  const row = await tx
    .selectFrom('burst_segment')
    .selectAll()
    .where('mission', '=', mission)
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst()
  if (row === undefined) return fail('burst/no-segment', `${mission} has no segment ${id}`)
  const { record, refused } = advanceRecord({ ...row.record, id }, event)
  if (refused !== undefined) return fail('burst/refused', refused)
  await tx
    .updateTable('burst_segment')
    .set({ finished: isFinished(record.status.state), record: JSON.stringify(record) })
    .where('id', '=', id)
    .execute()
  return record
}
