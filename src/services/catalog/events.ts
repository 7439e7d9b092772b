import { sql } from 'kysely'
import { rowsInto } from '#services/db'
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
  const { last } = await tx
    .updateTable('event_counter')
    .set({ last: sql<number>`last + ${events.length}` })
    // Whoever listens need not wait for its next look; heard at the commit.
    .returning(['last', sql`pg_notify(${eventChannel}, '')`.as('told')])
    .executeTakeFirstOrThrow()
  const rows = events.map((e, i) => ({
    sequence: last - events.length + 1 + i,
    at: new Date(at),
    kind: e.kind,
    mission: e.mission,
    file: e.file,
    actor: e.actor,
    detail: e.detail ?? {},
  }))
  await sql`insert into ${rowsInto('event', rows)}`.execute(tx)
  return last
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
