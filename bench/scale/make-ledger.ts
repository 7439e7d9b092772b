import { readFile } from 'node:fs/promises'
import { sql } from 'kysely'
import { openDb } from '#services/db'
import type { Db, DbConfig } from '#services/db'
import { tt2000FromUtcMs } from '#formats/time'
import { archivePath, datasetId, makerOf } from '#domain/mission'
import type { Mission } from '#domain/mission'
import { dropIndexes, indexTasks, restoreKeys, tables, tallyTasks } from './rebuild.ts'
import type { Task } from './rebuild.ts'

/** A ledger as a mission has it after eleven years: files with parents and events, and a cell for each partition. */
export interface MadeLedger {
  readonly files: number
  readonly parents: number
  readonly cells: number
  readonly events: number
  readonly gigabytes: number
  /** Until all rows were there, together, and processor time of the database's two sessions. */
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
export async function makeLedger(config: DbConfig, mission: Mission, size: LedgerSize, say: (line: string) => void): Promise<MadeLedger> {
  const began = performance.now()
  const since = (): number => Math.round((performance.now() - began) / 1000)
  const sessions = Array.from({ length: lanes }, () => openDb(config, 1))
  const [db] = sessions as [Db]
  let processor = 0
  const run = async (tasks: readonly Task[]): Promise<void> => {
    processor += await runTasks(sessions, tasks, say)
  }
  try {
    const dropped = await dropIndexes(db)
    const rows = rowsOf(mission.id, await writeSeries(db, mission, Math.round(size.files / 1.1)))
    await run(size.alone ? [fileTask(rows, mission.id)] : [fileTask(rows, mission.id), ...tellingTasks(rows, mission.id)])
    const filled = since()
    say(`${size.alone ? 'files' : 'files, parents and events'} after ${filled} s`)
    // What reads the files runs beside the building of indexes.
    await run([...(size.alone ? [] : [cellTask(mission)]), ...indexTasks(dropped, table => table !== 'cell')])
    await run([...indexTasks(dropped, table => table === 'cell'), vacuum('file')])
    await restoreKeys(db, dropped)
    await run([vacuum('cell'), vacuum('event'), vacuum('file_parent'), ...tallyTasks])
    await settleNumbers(db)
    const counts = await countRows(db)
    return { ...counts, seconds: { rows: filled, together: since(), processor: Math.round(processor) } }
  } finally {
    for (const session of sessions) await session.destroy()
  }
}

const vacuum = (table: (typeof tables)[number]): Task => ({
  name: `vacuum and analyze ${table}`,
  statements: [`vacuum (analyze) ${table}`],
})

/** Each session takes the next task as soon as it is free. Returns the processor time of all. */
async function runTasks(sessions: readonly Db[], tasks: readonly Task[], say: (line: string) => void): Promise<number> {
  const queue = [...tasks]
  let together = 0
  await Promise.all(
    sessions.map(async session => {
      for (let task = queue.shift(); task !== undefined; task = queue.shift()) {
        const [began, before] = [performance.now(), await processorSeconds(session)]
        for (const statement of task.statements) await sql.raw(statement).execute(session)
        const [seconds, processor] = [(performance.now() - began) / 1000, (await processorSeconds(session)) - before]
        together += processor
        if (seconds > 1) say(`  ${task.name}: ${seconds.toFixed(1)} s, processor ${processor.toFixed(1)} s`)
      }
    }),
  )
  return together
}

/** User and system time of a session's server process (proc(5), stat: fields 14 and 15 in ticks of 10 ms). */
async function processorSeconds(session: Db): Promise<number> {
  const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(session)
  const text = await readFile(`/proc/${rows[0]?.pid}/stat`, 'utf8').catch(() => '')
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / 100
}

async function countRows(db: Db): Promise<Omit<MadeLedger, 'seconds'>> {
  const countOf = async (table: (typeof tables)[number]): Promise<number> =>
    (await sql<{ count: number }>`select count(*) as count from ${sql.table(table)}`.execute(db)).rows[0]?.count ?? 0
  const { rows } = await sql<{ gigabytes: number }>`
    select round(pg_database_size(current_database()) / 1e9, 1)::float8 as gigabytes`.execute(db)
  return {
    files: await countOf('file'),
    parents: await countOf('file_parent'),
    cells: await countOf('cell'),
    events: await countOf('event'),
    gigabytes: rows[0]?.gigabytes ?? 0,
  }
}

/** How partitions are called that are not called by the second of their begin. */
const keys: Readonly<Record<string, string>> = { hours: 'YYYY-MM-DD"T"HH24', day: 'YYYY-MM-DD', span: 'YYYY-MM-DD' }

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
      folder: archivePath(product, spacecraft, ledgerEnds, '').replace(/\/$/, ''),
      spacecraft,
      process: makerOf(mission, product.id)?.id ?? null,
      first: String(tt2000FromUtcMs(ledgerEnds - days * 86_400_000)),
      kind: product.kind,
      public: product.public,
      rate: perDay === 0 ? each : perDay,
      seconds: perDay === 0 || kind === 'contact' ? 60 : 86_400 / perDay,
      key: keys[kind] ?? 'YYYYMMDDHH24MISS',
    }))
    // One spacecraft after the other, in each what is made from something behind it.
    .toSorted((a, b) => (a.spacecraft < b.spacecraft ? -1 : a.spacecraft > b.spacecraft ? 1 : 0))
  await sql`drop table if exists bench_series`.execute(db)
  // first: TT2000 of the ledger's begin, whose difference to UTC did not change in these years but for one second.
  await sql`create table bench_series as select * from jsonb_to_recordset(${JSON.stringify(series)}::jsonb) as s (product text,
    dataset text, folder text, spacecraft text, process text, kind text, public boolean, rate double precision, seconds double precision, key text,
    first bigint)`.execute(db)
  return days
}

/**
 * All files in the order of their arrival, each with its number: day after day, in each the datasets in their order. Several statements ask
 * for the same rows, which is quicker than to read back what was written.
 */
function rowsOf(mission: string, days: number): string {
  const begins = new Date(ledgerEnds - days * 86_400_000).toISOString()
  return `(select row_number() over () as id, '${mission}' as mission, s.*, t, seconds_before, partition, v, stem, digest
  from generate_series(0, ${days - 1}) as day,
    lateral (select * from bench_series where rate * day >= 0 offset 0) as s,
    lateral (select generate_series(floor(rate * day)::int, floor(rate * (day + 1))::int - 1) as n offset 0) as counted,
    lateral (select floor(n * (86400 / rate)) as seconds_before offset 0) as placed,
    lateral (select '${begins}'::timestamptz + make_interval(secs => seconds_before) as t offset 0) as at,
    lateral (select to_char(t, 'YYYYMMDDHH24MISS') as tag, to_char(t, key) as partition offset 0) as named,
    lateral (select generate_series(case when n % 10 = 0 then 0 else 1 end, 1) as v offset 0) as versions,
    lateral (select dataset || '_' || tag || '_v1.' || v || '.0' as stem offset 0) as called,
    lateral (select md5(stem) as digest offset 0) as hashed) as r`
}

/** A statement that fills a table from nothing: in one transaction with the emptying it needs no log. */
const fill = (table: string, ...statements: readonly string[]): readonly string[] => ['begin', `truncate ${table}`, ...statements, 'commit']

/** What verification writes of a CDF. */
const content = `{"majority": "row", "timeAxis": "Epoch", "variables": 23, "attributes": 61, "cdfVersion": "3.8.0", "checksum": "none"}`

const fileTask = (rows: string, mission: string): Task => ({
  name: 'files',
  statements: fill(
    'file',
    `insert into file (id, mission, name, product, dataset, spacecraft, kind, partition, start_time, stop_time, version, version_text, size,
      sha256, path, latest, public, simulated, coverage_start, coverage_stop, records, content, arrived_at, modified_at, actor, recipe, science)
    overriding system value
    select id, mission, stem || '.cdf', product, dataset, spacecraft, kind, partition, t, t + make_interval(secs => seconds), array[1, v, 0],
      '1.' || v || '.0', 20000 + id * 7919 % 20000000, digest || digest, '${mission}/data/' || folder || '/' || stem || '.cdf', v = 1, public,
      true, first + seconds_before::bigint * 1000000000, first + (seconds_before + seconds)::bigint * 1000000000 - 1, 86400 + id % 1000,
      case when kind = 'science' then '${content}'::jsonb else '{}' end, t + interval '24 hours', t + interval '24 hours', 'bench',
      case when process is null then null else digest || digest end, case when kind = 'science' then digest || digest end
    from ${rows}`,
  ),
})

/** What is told of files beside them: who was made from what (the file before it, mostly of the same spacecraft), and that it came. */
const tellingTasks = (rows: string, mission: string): readonly Task[] => [
  {
    name: 'parents',
    statements: fill(
      'file_parent',
      `insert into file_parent (child, parent, role, name) select id, id - 1, 'input', before
      from (select id, lag(stem) over () || '.cdf' as before from ${rows}) as f where before is not null`,
    ),
  },
  {
    name: 'events',
    statements: fill(
      'event',
      `insert into event (sequence, at, kind, mission, file, actor) select id, t + interval '24 hours', 'file', '${mission}', id, 'bench' from ${rows}`,
    ),
  },
]

const recent = new Date(ledgerEnds - 30 * 86_400_000).toISOString()

const causes = `jsonb_build_object('kind', 'inputs', 'text', 'waits for what was lost', 'causes', jsonb_build_array(jsonb_build_object(
  'dataset', 'bench_root', 'partition', to_char(date_trunc('day', start_time), 'YYYY-MM-DD'))))`

function cellTask(mission: Mission): Task {
  const open = `(start_time >= '${recent}' and id % 50 = 0)`
  return {
    name: 'cells',
    statements: fill(
      'cell',
      `insert into cell (mission, dataset, partition, product, spacecraft, process, start_time, stop_time, due_at, have, next, reason, file, recipe, changed_at)
      select mission, f.dataset, partition, f.product, f.spacecraft, process, start_time, stop_time, start_time + interval '24 hours',
        case when ${open} then 'none' else 'full' end, case when ${open} then 'waiting' else 'none' end,
        case when ${open} then ${causes} else '{"kind": "complete", "text": "made from everything expected"}' end,
        case when ${open} then null else id end, case when ${open} then null else recipe end, arrived_at
      from file as f join bench_series using (dataset) where latest`,
      `insert into cell (mission, dataset, partition, product, spacecraft, start_time, stop_time, have, next, reason, changed_at)
      select '${mission.id}', 'bench_root', to_char(t, 'YYYY-MM-DD'), 'bench root', 'none', t, t + interval '1 day', 'none', 'lost',
        '{"kind": "lost", "text": "the contact was lost"}', t
      from generate_series('${recent}'::timestamptz, '${new Date(ledgerEnds).toISOString()}', interval '1 day') as t`,
    ),
  }
}

/** The numbers that the next file and event get; the planner has seen all there is. */
async function settleNumbers(db: Db): Promise<void> {
  await sql`drop table bench_series`.execute(db)
  await sql`select setval(pg_get_serial_sequence('file', 'id'), max(id)) from file`.execute(db)
  await sql`update event_counter set last = (select coalesce(max(sequence), 0) from event)`.execute(db)
  await sql`insert into cursor (follower, sequence) select 'planner', last from event_counter
    on conflict (follower) do update set sequence = excluded.sequence`.execute(db)
}
