import { sql } from 'kysely'
import type { ContactFact } from '#domain/plan'
import { instant } from '#services/db'
import type { Db, Tx } from '#services/db'

/** A contact as a report tells it; times in UTC milliseconds. */
export interface ReportedContact {
  readonly key: string
  readonly spacecraft: string
  readonly start: number
  readonly stop: number
  readonly dataStart: number
  readonly dataStop: number
  readonly state: ContactFact['state']
  readonly reason: string | undefined
}

/**
 * Takes a report's contacts. Of the same contact the report of the later time counts, of the same time the higher version: in whatever
 * order they arrive. Within a report the last line counts.
 */
export async function recordContacts(tx: Tx, mission: string, file: number, contacts: readonly ReportedContact[]): Promise<void> {
  if (contacts.length === 0) return
  const distinct = new Map(contacts.map(c => [`${c.spacecraft} ${c.key}`, c]))
  const rows = [...distinct.values()].map(c => ({
    mission,
    kind: 'contact',
    key: c.key,
    spacecraft: c.spacecraft,
    start_time: new Date(c.start),
    stop_time: new Date(c.stop),
    data_start: new Date(c.dataStart),
    data_stop: new Date(c.dataStop),
    state: c.state,
    reason: c.reason ?? null,
    file,
  }))
  await tx
    .insertInto('mission_event')
    .values(rows)
    .onConflict(c =>
      c
        .columns(['mission', 'kind', 'key', 'spacecraft'])
        .doUpdateSet({
          start_time: sql`excluded.start_time`,
          stop_time: sql`excluded.stop_time`,
          data_start: sql`excluded.data_start`,
          data_stop: sql`excluded.data_stop`,
          state: sql`excluded.state`,
          reason: sql`excluded.reason`,
          file: sql`excluded.file`,
        })
        .where(notOlder),
    )
    .execute()
}

const notOlder = sql<boolean>`not exists (select from file told, file tells where told.id = mission_event.file and tells.id = excluded.file
  and (told.start_time, told.version) > (tells.start_time, tells.version))`

/** Contacts of a spacecraft whose data touch [start, stop), in order of their data. */
export async function contactsOf(
  db: Db | Tx,
  mission: string,
  spacecraft: string | undefined,
  window?: { readonly start: number; readonly stop: number },
): Promise<readonly ContactFact[]> {
  let query = db.selectFrom('mission_event').selectAll().where('mission', '=', mission).where('kind', '=', 'contact')
  if (spacecraft !== undefined) query = query.where('spacecraft', '=', spacecraft)
  if (window !== undefined) query = query.where('data_start', '<', instant(window.stop)).where('data_stop', '>', instant(window.start))
  const rows = await query.orderBy('data_start').orderBy('spacecraft').execute()
  return rows.map(r => ({
    key: r.key,
    spacecraft: r.spacecraft,
    span: { start: r.start_time, stop: r.stop_time },
    data: { start: r.data_start ?? r.start_time, stop: r.data_stop ?? r.stop_time },
    state: r.state as ContactFact['state'],
    reason: r.reason ?? undefined,
  }))
}
