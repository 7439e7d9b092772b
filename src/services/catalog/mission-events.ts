import { sql } from 'kysely'
import type { Insertable, RawBuilder } from 'kysely'
import type { EventKind } from '#domain/mission'
import type { ContactFact, EventFact } from '#domain/plan'
import { instant } from '#services/db'
import type { Db, MissionEventTable, Tx } from '#services/db'
import { appendEvents } from './events.ts'

/** An event as a report or a list tells it; times in UTC milliseconds. */
export interface ReportedEvent {
  readonly kind: EventKind
  readonly key: string
  /** Of a region its word, of a mode the instrument and the mode; else empty. */
  readonly name: string
  readonly spacecraft: string
  readonly start: number
  readonly stop: number
  /** For contacts: the recorded data that they bring down. */
  readonly data?: { readonly start: number; readonly stop: number }
  readonly state: EventFact['state']
  readonly reason: string | undefined
}

/** The file that tells events, just recorded. */
export interface Telling {
  readonly id: number
  readonly mission: string
  readonly name: string
  readonly dataset: string
  readonly partition: string
  readonly version: readonly number[]
  /** A list says all there is in its time: what an earlier version of it told and it does not is cancelled. */
  readonly complete: boolean
}

/**
 * Takes the events that a file tells. Of the same event the file of the later time counts, of the same time the higher version: in whatever
 * order they arrive. Within a file the last line counts.
 */
export async function recordMissionEvents(tx: Tx, file: Telling, events: readonly ReportedEvent[]): Promise<void> {
  if (file.complete) {
    if (await isOutdone(tx, file)) return
    await cancelOmitted(tx, file, events)
  }
  if (events.length === 0) return
  const distinct = new Map(events.map(e => [`${e.kind} ${e.spacecraft} ${e.key}`, e]))
  const rows = [...distinct.values()].map(e => ({
    mission: file.mission,
    kind: e.kind,
    key: e.key,
    name: e.name,
    spacecraft: e.spacecraft,
    start_time: new Date(e.start),
    stop_time: new Date(e.stop),
    data_start: e.data === undefined ? null : new Date(e.data.start),
    data_stop: e.data === undefined ? null : new Date(e.data.stop),
    state: e.state,
    reason: e.reason ?? null,
    file: file.id,
  }))
  // Statements hold 65,535 parameters at the most.
  for (let from = 0; from < rows.length; from += 2000) await upsert(tx, rows.slice(from, from + 2000))
}

/**
 * Takes events that no file tells but the ledger itself knows (bursts that were selected here), and appends to the log what is new, so that
 * planning looks. Call it last in the transaction, as {@link appendEvents}.
 */
export async function tellMissionEvents(
  tx: Tx,
  at: number,
  mission: string,
  actor: string,
  events: readonly Omit<ReportedEvent, 'data'>[],
): Promise<void> {
  if (events.length === 0) return
  const rows = events.map(({ start, stop, reason, ...event }) => ({
    ...event,
    mission,
    start_time: new Date(start),
    stop_time: new Date(stop),
    reason: reason ?? null,
    file: null,
  }))
  for (let from = 0; from < rows.length; from += 2000) await upsert(tx, rows.slice(from, from + 2000))
  const kinds = Map.groupBy(events, ({ kind }) => kind)
  await appendEvents(
    tx,
    at,
    [...kinds].map(([kind, own]) => ({
      kind: 'mission-events',
      mission,
      file: null,
      actor,
      detail: { kind, keys: [...new Set(own.map(({ key }) => key))] },
    })),
  )
}

const upsert = (tx: Tx, rows: readonly Insertable<MissionEventTable>[]): Promise<unknown> =>
  tx
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
          name: sql`excluded.name`,
          state: sql`excluded.state`,
          reason: sql`excluded.reason`,
          file: sql`excluded.file`,
          former: sql`case when ${begin('mission_event')} = ${begin('excluded')} then mission_event.former
            else array_append(mission_event.former, ${begin('mission_event')}) end`,
        } as object)
        .where(notOlder),
    )
    .execute()

const begin = (table: string): RawBuilder<unknown> => sql.raw(`coalesce(${table}.data_start, ${table}.start_time)`)

/** A higher version of the same list is held already. */
async function isOutdone(tx: Tx, file: Telling): Promise<boolean> {
  const { rows } = await sql`select 1 from file where mission = ${file.mission} and dataset = ${file.dataset}
    and partition = ${file.partition} and version > ${file.version}::int[] limit 1`.execute(tx)
  return rows.length > 0
}

const cancelOmitted = (tx: Tx, file: Telling, events: readonly ReportedEvent[]): Promise<unknown> =>
  sql`update mission_event e set state = 'cancelled', reason = ${`no longer in ${file.name}`}, file = ${file.id}
    from file told where told.id = e.file and told.mission = ${file.mission} and told.dataset = ${file.dataset}
      and told.partition = ${file.partition} and told.id <> ${file.id} and e.state <> 'cancelled'
      and not (e.kind || ' ' || e.spacecraft || ' ' || e.key = any(${events.map(e => `${e.kind} ${e.spacecraft} ${e.key}`)}::text[]))`.execute(
    tx,
  )

const notOlder = sql<boolean>`not exists (select from file told, file tells where told.id = mission_event.file and tells.id = excluded.file
  and (told.start_time, told.version) > (tells.start_time, tells.version))`

/** What a file was the last to tell. */
export const missionEventsOf = (db: Db | Tx, file: number): Promise<readonly EventFact[]> => selectEvents(db, sql`file = ${file}`)

/** Events of a kind by their keys, on every spacecraft. */
export const missionEventsNamed = (db: Db | Tx, mission: string, kind: string, keys: readonly string[]): Promise<readonly EventFact[]> =>
  selectEvents(db, sql`mission = ${mission} and kind = ${kind} and key = any(${keys}::text[])`)

/** Every event of a mission that begins in a time, which may be open at either end. */
export function missionEventsFrom(
  db: Db | Tx,
  mission: string,
  { start, stop }: { readonly start: number | undefined; readonly stop: number | undefined },
): Promise<readonly EventFact[]> {
  const [from, to] = [start ?? null, stop ?? null].map(ms => sql`${ms === null ? null : new Date(ms)}::timestamptz`)
  const begins = sql`coalesce(data_start, start_time)`
  return selectEvents(
    db,
    sql`mission = ${mission} and tstzrange(${begins}, coalesce(data_stop, stop_time)) && tstzrange(${from}, ${to})
      and (${from} is null or ${begins} >= ${from}) and (${to} is null or ${begins} < ${to})`,
  )
}

async function selectEvents(db: Db | Tx, condition: RawBuilder<unknown>): Promise<readonly EventFact[]> {
  const { rows } = await sql<EventRow>`select kind, key, name, spacecraft, state, reason,
      coalesce(data_start, start_time) as start, coalesce(data_stop, stop_time) as stop,
      to_json(array(select round(extract(epoch from f) * 1000)::float8 from unnest(former) f)) as former
    from mission_event where ${condition} order by 7, kind, key, spacecraft`.execute(db)
  return rows.map(({ start, stop, reason, ...row }) => ({ ...row, span: { start, stop }, reason: reason ?? undefined }))
}

type EventRow = Omit<EventFact, 'span' | 'reason'> & { readonly start: number; readonly stop: number; readonly reason: string | null }

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
