import { sql } from 'kysely'
import { fail } from '#error'
import type { Db, Tx } from '#services/db'

export interface LedgerEvent {
  readonly kind: 'file' | 'policy' | 'burst' | 'mission-events'
  readonly mission: string
  readonly file: number | null
  readonly actor: string
  readonly detail?: Readonly<Record<string, unknown>>
}

/** Notified with every transaction that appends to the log. */
export const eventChannel = 'apsis_event'

/**
 * Appends to the log. Call it last in the transaction: the counter's row lock orders commits, so that a follower never sees number n
 * before n - 1 is visible, and a rolled back transaction leaves no hole.
 */
export async function appendEvents(tx: Tx, at: number, events: readonly LedgerEvent[]): Promise<number> {
  if (events.length === 0) return 0
  const rows = events.map(({ kind, mission, file, actor, detail = {} }, i) => ({ behind: i + 1, kind, mission, file, actor, detail }))
  // Whoever listens need not wait for its next look; heard at the commit.
  const { rows: counted } = await sql<{ last: number }>`
    with counted as (
      update event_counter set last = last + ${events.length}::int returning last, pg_notify(${eventChannel}, '') as told),
    added as (
      insert into event (sequence, at, kind, mission, file, actor, detail)
      select counted.last - ${events.length}::int + e.behind, ${new Date(at)}::timestamptz, e.kind, e.mission, e.file, e.actor, e.detail
      from counted, jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        as e (behind int, kind text, mission text, file bigint, actor text, detail jsonb))
    select last from counted`.execute(tx)
  return counted[0]?.last ?? fail('catalog/no-counter', 'the counter of events is gone')
}

/** Events after a sequence number, in order, at the most `limit`. */
export const eventsAfter = (
  db: Db,
  sequence: number,
  limit: number,
): Promise<readonly { sequence: number; kind: string; mission: string; file: number | null; detail: unknown }[]> =>
  db
    .selectFrom('event')
    .select(['sequence', 'kind', 'mission', 'file', 'detail'])
    .where('sequence', '>', sequence)
    .orderBy('sequence')
    .limit(limit)
    .execute()
