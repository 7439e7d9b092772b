import { sql } from 'kysely'
import { isFinished, type BurstTables, type CraftShare, type SegmentRecord } from '#domain/burst'
import { tellMissionEvents, type ReportedEvent } from '#services/catalog'
import { withTx, type Db } from '#services/db'
import { utcOf } from './clock.ts'

const batch = 500

/**
 * Makes mission events of stored segments, one per spacecraft, so that burst products follow them. Looks at what has changed since it was told
 * last; again, or by two processes at once, it tells nothing twice. Gives the count of segments.
 */
export const tellSegments = (db: Db, tables: BurstTables, mission: string, now: number): Promise<number> =>
  withTx(db, async tx => {
    const rows = await tx
      .selectFrom('burst_segment')
      .select(['id', 'record'])
      .where('mission', '=', mission)
      .where(sql<boolean>`told is distinct from md5(record::text)`)
      .orderBy('id')
      .limit(batch)
      .forUpdate()
      .skipLocked()
      .execute()
    if (rows.length === 0) return 0
    const ids = rows.map(({ id }) => id)
    await sql`update burst_segment set told = md5(record::text) where id = any(${ids}::bigint[])`.execute(tx)
    const events = rows.flatMap(({ id, record }) => eventsOf({ ...record, id }, tables))
    await tellMissionEvents(tx, now, mission, 'BDM', events)
    return rows.length
  })

function eventsOf(record: SegmentRecord, { spacecraft, cycleSeconds }: BurstTables): readonly ReportedEvent[] {
  const place = { start: utcOf(record.start), stop: utcOf(record.end + cycleSeconds) }
  return record.craft.flatMap((share, i): readonly ReportedEvent[] =>
    share.buffers === 0
      ? []
      : [{ kind: 'segment', key: String(record.id), name: '', spacecraft: spacecraft[i] ?? '', ...place, ...fateOf(record, share) }],
  )
}

/** What came is there whatever became of the rest. */
function fateOf({ status }: SegmentRecord, share: CraftShare): Pick<ReportedEvent, 'state' | 'reason'> {
  if (share.received === share.buffers) return { state: 'done', reason: undefined }
  if (share.received > 0) return { state: 'done', reason: `${share.received} of ${share.buffers} buffers` }
  if (share.lost === 'DEMOTED') return { state: 'not-downlinked', reason: 'its memory went to segments of higher merit' }
  if (share.lost === 'DERELICT') return { state: 'not-downlinked', reason: 'it was not in memory any more' }
  return isFinished(status.state)
    ? { state: 'cancelled', reason: `the segment was ${status.state}` }
    : { state: 'planned', reason: share.held > 0 ? 'held in memory, not played back yet' : 'chosen, not confirmed to be held yet' }
}
