import { sql } from 'kysely'
import type { Span } from '#domain/partition'
import type { Version } from '#domain/version'
import type { ContactFact, EventFact } from '#domain/plan'
import { tt2000FromUtcMs } from '#formats/time'
import { listOf } from '#services/db'
import type { Db, Tx } from '#services/db'
import type { FileRow } from './files.ts'

/** What planning asks about many places at once: each of these is one statement, with an answer for every question, in their order. */

export interface FileQuestion {
  readonly mission: string
  readonly product: string
  readonly spacecraft: string
  readonly window: Span
  /** Also files whose content touches the window: raw deliveries bear any name. */
  readonly also?: boolean
  /** Only files whose content may touch this time. */
  readonly touching?: Span
}

/** What of a file planning reads. */
export type PlannedFile = Pick<
  FileRow,
  | 'id'
  | 'name'
  | 'dataset'
  | 'product'
  | 'partition'
  | 'version'
  | 'science'
  | 'sha256'
  | 'kind'
  | 'start_time'
  | 'stop_time'
  | 'coverage_start'
  | 'coverage_stop'
  | 'content'
  | 'arrived_at'
>

const texts = (values: readonly string[]): unknown => listOf('text', values)
const instants = (values: readonly number[]): unknown =>
  listOf(
    'timestamptz',
    values.map(ms => new Date(ms).toISOString()),
  )
const nanoseconds = (values: readonly (number | undefined)[]): unknown =>
  listOf(
    'bigint',
    values.map(ms => (ms === undefined ? null : String(tt2000FromUtcMs(ms)))),
  )

/** Answers of rows that say which question they are for, from 1 on. */
export function sortOut<Row extends { readonly asked: number }>(questions: number, rows: readonly Row[]): readonly (readonly Row[])[] {
  const answers: Row[][] = Array.from({ length: questions }, () => [])
  for (const row of rows) answers[row.asked - 1]?.push(row)
  return answers
}

const columns = sql`f.id, f.name, f.dataset, f.product, f.partition, f.version, f.science, f.sha256, f.kind, f.start_time, f.stop_time,
  f.coverage_start, f.coverage_stop, f.arrived_at, case when f.kind = 'telemetry' then jsonb_build_object('spans', f.content -> 'spans') else '{}' end as content`

/** Latest held files of a product and spacecraft whose nominal time touches the window, in order of start. */
export async function latestFiles(db: Db | Tx, questions: readonly FileQuestion[]): Promise<readonly (readonly PlannedFile[])[]> {
  const windows = questions.map(q => q.window)
  const touching = questions.map(q => q.touching)
  const { rows } = await sql<PlannedFile & { readonly asked: number }>`
    with longest as (
      select mission, product, make_interval(secs => coalesce(max(longest), 0) + 1) as longest from file_tally
      where mission = any(${texts(questions.map(q => q.mission))}) and product = any(${texts(questions.map(q => q.product))}) group by 1, 2)
    select q.asked::int, ${columns}
    from unnest(${texts(questions.map(q => q.mission))}, ${texts(questions.map(q => q.product))}, ${texts(questions.map(q => q.spacecraft))},
        ${instants(windows.map(w => w.start))}, ${instants(windows.map(w => w.stop))},
        ${nanoseconds(windows.map(w => w.start))}, ${nanoseconds(windows.map(w => w.stop))}, ${listOf(
          'boolean',
          questions.map(q => q.also === true),
        )},
        -- content is told to the nanosecond, times of partitions to the millisecond
        ${nanoseconds(touching.map(t => (t === undefined ? undefined : t.start - 1)))},
        ${nanoseconds(touching.map(t => (t === undefined ? undefined : t.stop + 1)))})
      with ordinality as q (mission, product, spacecraft, start, stop, first, last, also, from_content, to_content, asked)
    left join longest l using (mission, product)
    cross join lateral (
      -- Nothing that overlaps begins earlier than the longest file of the product before it: a bound that an index understands.
      select * from file where mission = q.mission and product = q.product and spacecraft = q.spacecraft and latest and state = 'held'
        and start_time < q.stop and stop_time > q.start and start_time >= q.start - coalesce(l.longest, interval '1 second')
        and (q.from_content is null or coverage_start is null or (coverage_start < q.to_content and coverage_stop > q.from_content))
      union all
      -- What content touches is told by an index of content alone: with the product in its reach the planner would read all that has it.
      select * from (
        select * from file where q.also and kind = 'telemetry' and coverage_start is not null
          and int8range(coverage_start, greatest(coverage_start, coverage_stop), '[]') && int8range(q.first, q.last) offset 0
      ) touched
      where mission = q.mission and product = q.product and spacecraft = q.spacecraft and latest and state = 'held'
        and not (start_time < q.stop and stop_time > q.start)
    ) f
    order by q.asked, f.start_time, f.id`.execute(db)
  return sortOut(questions.length, rows)
}

export interface NameQuestion {
  readonly mission: string
  readonly dataset: string
  readonly partition: string
}

/** What tells the highest version of a partition. */
export interface NewestFile {
  readonly id: number
  readonly version: Version
  readonly arrived: number
}

/** The highest versions of partitions in the ledger, retired ones included. */
export async function newestFiles(db: Db | Tx, questions: readonly NameQuestion[]): Promise<readonly (NewestFile | undefined)[]> {
  const { rows } = await sql<NewestFile & { readonly asked: number }>`
    select q.asked::int, f.id, f.version, f.arrived_at as arrived
    from unnest(${texts(questions.map(q => q.mission))}, ${texts(questions.map(q => q.dataset))}, ${texts(questions.map(q => q.partition))})
      with ordinality as q (mission, dataset, partition, asked)
    cross join lateral (
      select id, version, arrived_at from file where mission = q.mission and dataset = q.dataset and partition = q.partition
      order by version desc limit 1
    ) f`.execute(db)
  return sortOut(questions.length, rows).map(([row]) => row)
}

/** The held and retired parents of files, each once. */
export async function parentFiles(
  db: Db | Tx,
  children: readonly number[],
): Promise<readonly (Pick<FileRow, 'dataset' | 'partition' | 'version' | 'product'> & { readonly child: number })[]> {
  if (children.length === 0) return []
  const { rows } = await sql<Pick<FileRow, 'dataset' | 'partition' | 'version' | 'product'> & { readonly child: number }>`
    select distinct p.child, f.id, f.dataset, f.partition, f.version, f.product
    from file_parent p join file f on f.id = p.parent where p.child = any(${listOf('bigint', children)})`.execute(db)
  return rows
}

export interface EventQuestion {
  readonly mission: string
  readonly spacecraft: string
  readonly window: Span
}

const eventWindows = (questions: readonly EventQuestion[]): unknown => sql`
  unnest(${texts(questions.map(q => q.mission))}, ${texts(questions.map(q => q.spacecraft))},
    ${instants(questions.map(q => q.window.start))}, ${instants(questions.map(q => q.window.stop))})
  with ordinality as q (mission, spacecraft, start, stop, asked)`

type EventRow = Omit<EventFact, 'span' | 'reason'> & {
  readonly asked: number
  readonly start: number
  readonly stop: number
  readonly reason: string | null
}

/** Events of a spacecraft (also those of all) that touch a time, or once began with it, in order of their begin. */
export async function missionEventsIn(db: Db | Tx, questions: readonly EventQuestion[]): Promise<readonly (readonly EventFact[])[]> {
  const { rows } = await sql<EventRow>`
    select q.asked::int, kind, key, name, e.spacecraft, state, reason,
      coalesce(data_start, start_time) as start, coalesce(data_stop, stop_time) as stop,
      to_json(array(select round(extract(epoch from f) * 1000)::float8 from unnest(former) f)) as former
    from ${eventWindows(questions)}
    join mission_event e on e.mission = q.mission and e.spacecraft in (q.spacecraft, q.mission)
      and (tstzrange(coalesce(data_start, start_time), coalesce(data_stop, stop_time)) && tstzrange(q.start, q.stop)
        or former && array[q.start])
    order by asked, start, kind, key, e.spacecraft`.execute(db)
  return sortOut(questions.length, rows).map(found =>
    found.map(({ kind, key, name, spacecraft, state, start, stop, reason, former }) => ({
      kind,
      key,
      name,
      spacecraft,
      state,
      span: { start, stop },
      reason: reason ?? undefined,
      former,
    })),
  )
}

/** Contacts of a spacecraft whose data touch a time, in order of their data. */
export async function contactsIn(db: Db | Tx, questions: readonly EventQuestion[]): Promise<readonly (readonly ContactFact[])[]> {
  const { rows } = await sql<ContactRow>`
    select q.asked::int, key, e.spacecraft, start_time, stop_time, data_start, data_stop, state, reason
    from ${eventWindows(questions)}
    join mission_event e on e.mission = q.mission and e.kind = 'contact' and e.spacecraft = q.spacecraft
      and tstzrange(coalesce(data_start, start_time), coalesce(data_stop, stop_time)) && tstzrange(q.start, q.stop)
      and data_start < q.stop and data_stop > q.start
    order by asked, data_start, key`.execute(db)
  return sortOut(questions.length, rows).map(found =>
    found.map(r => ({
      key: r.key,
      spacecraft: r.spacecraft,
      span: { start: r.start_time, stop: r.stop_time },
      data: { start: r.data_start, stop: r.data_stop },
      state: r.state,
      reason: r.reason ?? undefined,
    })),
  )
}

interface ContactRow {
  readonly asked: number
  readonly key: string
  readonly spacecraft: string
  readonly start_time: number
  readonly stop_time: number
  readonly data_start: number
  readonly data_stop: number
  readonly state: ContactFact['state']
  readonly reason: string | null
}
