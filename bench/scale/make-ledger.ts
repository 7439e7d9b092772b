import { readFile } from 'node:fs/promises'
import { sql } from 'kysely'
import { openDb } from '#services/db'
import type { Db, DbConfig } from '#services/db'
import { datasetId } from '#domain/mission'
import type { Mission } from '#domain/mission'
import { dropIndexes, indexTasks, refreshTallies, restoreKeys, tables } from './rebuild.ts'
import type { Task } from './rebuild.ts'

/** A ledger as a mission has it after eleven years: files with parents and events, and a cell for each partition. */
export interface MadeLedger {
  readonly files: number
  readonly parents: number
  readonly cells: number
  readonly events: number
  readonly gigabytes: number
  /** By the clock, and processor time of the database. */
  readonly seconds: Readonly<Record<'rows' | 'together' | 'processor', number>>
}

export interface LedgerSize {
  readonly files: number
  /** The table of files alone, without parents, cells and events. */
  readonly alone: boolean
}

/** The first day after the ledger's last: UTC milliseconds. */
export const ledgerEnds: number = Date.parse('2026-09-01T00:00:00Z')
/** Eleven years; less where so few files are asked for that those of each day fill them. */
const mostDays = (ledgerEnds - Date.parse('2015-09-01T00:00:00Z')) / 86_400_000

/** Sessions that work side by side: as many as a small machine has cores. */
const lanes = 2

/**
 * Fills an empty ledger by generate_series, without indexes and triggers, which are built afterwards; all of it in {@link lanes} sessions.
 * Products of a mission, in their numbers: one file per day or hours, and bursts for all the rest, in the order of arrival. One partition
 * in ten has an older version too. Of the last 30 days one in fifty is open and blames a lost contact.
 */
export async function makeLedger(
  config: DbConfig,
  serverPid: number | undefined,
  mission: Mission,
  size: LedgerSize,
  say: (line: string) => void,
): Promise<MadeLedger> {
  const began = performance.now()
  const since = (): number => Math.round((performance.now() - began) / 1000)
  const before = await processorSeconds(serverPid)
  const db = openDb(config, 1)
  const sessions = Array.from({ length: lanes }, () => openDb(config, 1))
  const run = (tasks: readonly Task[]): Promise<void> => runTasks(sessions, tasks, say)
  try {
    const dropped = await dropIndexes(db)
    const days = await writeSeries(db, mission, Math.round(size.files / 1.1))
    await run(await fileTasks(db, mission.id, days))
    const made = await countOf(db, 'file')
    say(`${made.toLocaleString('en-US')} files after ${since()} s`)
    await sql`select setval(pg_get_serial_sequence('file', 'id'), ${made})`.execute(db)
    const others = size.alone ? [] : otherTasks(mission.id, made)
    // What reads the files runs beside the building of their indexes.
    await run([...others, ...indexTasks(dropped, table => table === 'file')])
    const rows = since()
    say(`parents, events, cells and the files' indexes after ${rows} s`)
    await run(indexTasks(dropped, table => table !== 'file'))
    await restoreKeys(db, dropped)
    await run(tables.map(t => ({ name: `vacuum ${t}`, statements: [`vacuum (analyze) ${t}`] })))
    await refreshTallies(db)
    await sql`drop table bench_series`.execute(db)
    const [{ gigabytes } = { gigabytes: 0 }] = (
      await sql<{ gigabytes: number }>`select round(pg_database_size(current_database()) / 1e9, 1)::float8 as gigabytes`.execute(db)
    ).rows
    const [parents, cells, events] = [await countOf(db, 'file_parent'), await countOf(db, 'cell'), await countOf(db, 'event')]
    for (const session of sessions) await session.destroy()
    const processor = Math.round((await processorSeconds(serverPid)) - before)
    return { files: made, parents, cells, events, gigabytes, seconds: { rows, together: since(), processor } }
  } finally {
    await db.destroy()
    for (const session of sessions) await session.destroy()
  }
}

/** Each session takes the next task as soon as it is free. */
async function runTasks(sessions: readonly Db[], tasks: readonly Task[], say: (line: string) => void): Promise<void> {
  const queue = [...tasks]
  await Promise.all(
    sessions.map(async session => {
      for (let task = queue.shift(); task !== undefined; task = queue.shift()) {
        const began = performance.now()
        for (const statement of task.statements) await sql.raw(statement).execute(session)
        const seconds = (performance.now() - began) / 1000
        if (seconds > 5) say(`  ${task.name} ${seconds.toFixed(0)} s`)
      }
    }),
  )
}

const countOf = async (db: Db, table: (typeof tables)[number]): Promise<number> =>
  (await sql<{ count: number }>`select count(*) as count from ${sql.table(table)}`.execute(db)).rows[0]?.count ?? 0

/** User and system time of a server and of its sessions that have ended (proc(5), stat: fields 14 to 17 in ticks of 10 ms). */
async function processorSeconds(pid: number | undefined): Promise<number> {
  const text = pid === undefined ? '' : await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks) / 100, 0)
}

/** One row a dataset: how many files a day (`rate`), and how long each is. Returns how many days they last. */
async function writeSeries(db: Db, mission: Mission, partitions: number): Promise<number> {
  const all = mission.products.flatMap(product =>
    product.spacecraft.map(spacecraft => {
      const rule = product.partition
      const perDay = rule.kind === 'hours' ? 24 / rule.hours : ['day', 'span', 'contact', 'orbit', 'region'].includes(rule.kind) ? 1 : 0
      return { product, spacecraft, perDay, kind: rule.kind }
    }),
  )
  const isBurst = (kind: string): boolean => kind === 'tag' || kind === 'segment'
  const regular = all.reduce((sum, s) => sum + s.perDay, 0)
  const bursts = all.filter(s => isBurst(s.kind)).length
  const days = Math.max(1, Math.min(mostDays, Math.floor(partitions / (regular + bursts))))
  const each = Math.max(0, partitions / days - regular) / Math.max(1, bursts)
  const series = all
    .filter(s => s.perDay > 0 || isBurst(s.kind))
    .map(({ product, spacecraft, perDay, kind }) => ({
      product: product.id,
      dataset: datasetId(product, spacecraft),
      spacecraft,
      kind: product.kind,
      public: product.public,
      rate: perDay === 0 ? each : perDay,
      seconds: perDay === 0 || kind === 'contact' ? 60 : 86_400 / perDay,
      key: perDay === 0 || kind === 'contact' ? 'YYYYMMDDHH24MISS' : kind === 'hours' ? 'YYYY-MM-DD"T"HH24' : 'YYYY-MM-DD',
    }))
  await sql`drop table if exists bench_series`.execute(db)
  await sql`create table bench_series as select * from jsonb_to_recordset(${JSON.stringify(series)}::jsonb) as s (product text,
    dataset text, spacecraft text, kind text, public boolean, rate double precision, seconds double precision, key text)`.execute(db)
  return days
}

/** Day after day, as they arrived; the days in equal parts, whose first numbers are known beforehand. */
async function fileTasks(db: Db, mission: string, days: number): Promise<readonly Task[]> {
  const parts = lanes * 4
  const begins = new Date(ledgerEnds - days * 86_400_000).toISOString()
  const tasks: Task[] = []
  for (let part = 0; part < parts; part++) {
    const [first, next] = [Math.floor((part * days) / parts), Math.floor(((part + 1) * days) / parts)]
    // Of m files that came before, every tenth had an older version, the first one too.
    const { rows } = await sql<{ id: number }>`
      select coalesce(sum(m + ceil(m / 10)), 0)::bigint as id from (select floor(rate * ${first}::int) as m from bench_series) as before`.execute(
      db,
    )
    tasks.push({ name: `files, part ${part + 1} of ${parts}`, statements: [fileRows(mission, begins, first, next, rows[0]?.id ?? 0)] })
  }
  return tasks
}

const fileRows = (mission: string, begins: string, first: number, next: number, before: number): string => `
  insert into file (id, mission, name, product, dataset, spacecraft, kind, partition, start_time, stop_time, version, version_text, size,
    sha256, path, latest, public, simulated, arrived_at, modified_at, actor)
  overriding system value
  select ${before} + row_number() over (), '${mission}', stem || '.cdf', product, dataset, spacecraft, kind, partition, t,
    t + make_interval(secs => seconds), array[1, v, 0], '1.' || v || '.0', 1000000,
    md5(stem) || md5(tag || dataset), '${mission}/data/' || dataset || '/' || stem || '.cdf', v = 1, public, true,
    t + interval '1 day', t + interval '1 day', 'bench'
  from generate_series(${first}, ${next - 1}) as day, lateral (select * from bench_series where rate * day >= 0 offset 0) as s,
    lateral generate_series(floor(rate * day)::int, floor(rate * (day + 1))::int - 1) as n,
    lateral (select '${begins}'::timestamptz + make_interval(secs => floor(n * (86400 / rate))) as t offset 0) as at,
    lateral (select to_char(t, 'YYYYMMDDHH24MISS') as tag, to_char(t, key) as partition offset 0) as named,
    lateral generate_series(case when n % 10 = 0 then 0 else 1 end, 1) as v,
    lateral (select dataset || '_' || tag || '_v1.' || v || '.0' as stem offset 0) as called`

const recent = new Date(ledgerEnds - 30 * 86_400_000).toISOString()

const causes = `jsonb_build_object('kind', 'inputs', 'text', 'waits for what was lost', 'causes', jsonb_build_array(jsonb_build_object(
  'dataset', 'bench_root', 'partition', to_char(date_trunc('day', start_time), 'YYYY-MM-DD'))))`

function otherTasks(mission: string, files: number): readonly Task[] {
  const open = `(start_time >= '${recent}' and id % 50 = 0)`
  const cells = `
    insert into cell (mission, dataset, partition, product, spacecraft, process, start_time, stop_time, due_at, have, next, reason, file, recipe, changed_at)
    select mission, dataset, partition, product, spacecraft, null, start_time, stop_time, start_time + interval '1 day',
      case when ${open} then 'none' else 'full' end, case when ${open} then 'waiting' else 'none' end,
      case when ${open} then ${causes} else '{"kind": "complete", "text": "made from everything expected"}' end,
      case when ${open} then null else id end, null, arrived_at
    from file where latest`
  const roots = `
    insert into cell (mission, dataset, partition, product, spacecraft, start_time, stop_time, have, next, reason, changed_at)
    select '${mission}', 'bench_root', to_char(t, 'YYYY-MM-DD'), 'bench root', 'none', t, t + interval '1 day', 'none', 'lost',
      '{"kind": "lost", "text": "the contact was lost"}', t
    from generate_series('${recent}'::timestamptz, '${new Date(ledgerEnds).toISOString()}', interval '1 day') as t`
  const parents = `insert into file_parent (child, parent, role, name) select id, before, 'input', name
    from (select id, lag(id) over by_id as before, lag(name) over by_id as name from file window by_id as (order by id)) as f where before > 0`
  const events = `insert into event (sequence, at, kind, mission, file, actor) select id, arrived_at, 'file', mission, id, 'bench' from file`
  const heads = [
    `update event_counter set last = ${files}`,
    `insert into cursor (follower, sequence) values ('planner', ${files}) on conflict (follower) do update set sequence = ${files}`,
  ]
  return [
    { name: 'cells', statements: [cells, roots] },
    { name: 'parents', statements: [parents] },
    { name: 'events', statements: [events, ...heads] },
  ]
}
