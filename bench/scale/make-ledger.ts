import { sql } from 'kysely'
import { datasetId } from '#domain/mission'
import type { Mission } from '#domain/mission'
import type { Db } from '#services/db'

/** A ledger as a mission has it after eleven years: files with parents and events, and a cell for each partition. */
export interface MadeLedger {
  readonly files: number
  readonly parents: number
  readonly cells: number
  readonly events: number
  readonly seconds: Readonly<Record<'rows' | 'indexes' | 'together', number>>
}

const begins = '2015-09-01T00:00:00Z'
/** The first day after the ledger's last: UTC milliseconds. */
export const ledgerEnds: number = Date.parse('2026-09-01T00:00:00Z')
const days = (ledgerEnds - Date.parse(begins)) / 86_400_000
const tables = ['file', 'file_parent', 'event', 'cell'] as const

interface Series {
  readonly product: string
  readonly dataset: string
  readonly spacecraft: string
  readonly kind: string
  readonly public: boolean
  readonly process: string | null
  /** Partitions, and how long each is in seconds. */
  readonly count: number
  readonly seconds: number
  readonly key: string
}

/**
 * Fills an empty ledger by generate_series, without indexes and triggers, which are built afterwards. Products of a mission, in their
 * numbers: one file per day or hours, and bursts for all the rest. One partition in ten has an older version too. Of the last 30 days one
 * in fifty is open and blames a lost contact.
 */
export async function makeLedger(db: Db, mission: Mission, files: number, say: (line: string) => void): Promise<MadeLedger> {
  const began = performance.now()
  const since = (from: number): number => (performance.now() - from) / 1000
  const dropped = await dropIndexes(db)
  const series = seriesOf(mission, Math.round(files / 1.1))
  await sql`set synchronous_commit = off`.execute(db)
  let id = 1
  for (const one of series) id = await fillSeries(db, mission.id, one, id)
  const made = id - 1
  say(`${made.toLocaleString('en-US')} files after ${since(began).toFixed(0)} s`)
  await sql`insert into file_parent (child, parent, role, name) select id, id - 1, 'input', name from file where id > 1`.execute(db)
  await sql`insert into event (sequence, at, kind, mission, file, actor) select id, arrived_at, 'file', mission, id, 'bench' from file`.execute(
    db,
  )
  await sql`update event_counter set last = ${made}`.execute(db)
  await sql`insert into cursor (follower, sequence) values ('planner', ${made}) on conflict (follower) do update set sequence = ${made}`.execute(
    db,
  )
  await fillCells(db, mission.id)
  await sql`select setval(pg_get_serial_sequence('file', 'id'), ${made})`.execute(db)
  const rows = since(began)
  say(`parents, events and cells after ${rows.toFixed(0)} s; indexes follow`)
  const indexing = performance.now()
  await rebuild(db, dropped, say)
  const { rows: counted } = await sql<{ parents: number; cells: number }>`
    select (select count(*) from file_parent) as parents, (select count(*) from cell) as cells`.execute(db)
  const [{ parents, cells } = { parents: 0, cells: 0 }] = counted
  return { files: made, parents, cells, events: made, seconds: { rows, indexes: since(indexing), together: since(began) } }
}

function seriesOf(mission: Mission, partitions: number): readonly Series[] {
  const all = mission.products.flatMap(product =>
    product.spacecraft.map(spacecraft => {
      const rule = product.partition
      const perDay = rule.kind === 'hours' ? 24 / rule.hours : ['day', 'span', 'contact', 'orbit', 'region'].includes(rule.kind) ? 1 : 0
      return { product, spacecraft, perDay, kind: rule.kind }
    }),
  )
  const regular = all.reduce((sum, s) => sum + s.perDay * days, 0)
  const bursts = all.filter(s => s.perDay === 0 && (s.kind === 'tag' || s.kind === 'segment'))
  const each = Math.floor(Math.max(0, partitions - regular) / Math.max(1, bursts.length))
  return all.flatMap(({ product, spacecraft, perDay, kind }) => {
    const burst = perDay === 0
    if (burst && kind !== 'tag' && kind !== 'segment') return []
    const maker = mission.processes.find(p => p.outputs.some(o => o.product === product.id))
    return [
      {
        product: product.id,
        dataset: datasetId(product, spacecraft),
        spacecraft,
        kind: product.kind,
        public: product.public,
        process: maker?.id ?? null,
        count: burst ? each : days * perDay,
        seconds: burst ? Math.floor((days * 86_400) / Math.max(1, each)) : 86_400 / perDay,
        key: burst || kind === 'contact' ? 'YYYYMMDDHH24MISS' : kind === 'hours' ? 'YYYY-MM-DD"T"HH24' : 'YYYY-MM-DD',
      },
    ]
  })
}

async function fillSeries(db: Db, mission: string, s: Series, from: number): Promise<number> {
  const length = s.key === 'YYYYMMDDHH24MISS' ? Math.min(60, s.seconds) : s.seconds
  const { numAffectedRows } = await sql`
    insert into file (id, mission, name, product, dataset, spacecraft, kind, partition, start_time, stop_time, version, version_text, size,
        sha256, path, latest, public, simulated, arrived_at, modified_at, actor)
    overriding system value
    select ${from}::bigint + row_number() over () - 1, ${mission}, ${s.dataset} || '_' || tag || '_v1.' || v || '.0.cdf', ${s.product},
      ${s.dataset}, ${s.spacecraft}, ${s.kind}, key, t, t + make_interval(secs => ${length}), array[1, v, 0], '1.' || v || '.0', 1000000,
      md5(${s.dataset} || tag || v) || md5(v || tag), ${`${mission}/data/${s.dataset}/`} || tag || '_v1.' || v || '.0.cdf', v = 1, ${s.public},
      true, t + interval '1 day', t + interval '1 day', 'bench'
    from generate_series(0, ${s.count - 1}::int) as n,
      lateral (select ${begins}::timestamptz + n * make_interval(secs => ${s.seconds}) as t) as at,
      lateral (select to_char(t, 'YYYYMMDDHH24MISS') as tag, to_char(t, ${s.key}) as key) as named,
      generate_series(case when n % 10 = 0 then 0 else 1 end, 1) as v`.execute(db)
  return from + Number(numAffectedRows ?? 0)
}

const causes = `jsonb_build_object('kind', 'inputs', 'text', 'waits for what was lost', 'causes', jsonb_build_array(jsonb_build_object(
  'dataset', 'bench_root', 'partition', to_char(date_trunc('day', start_time), 'YYYY-MM-DD'))))`

async function fillCells(db: Db, mission: string): Promise<void> {
  const recent = new Date(ledgerEnds - 30 * 86_400_000)
  const open = sql`(start_time >= ${recent} and id % 50 = 0)`
  await sql`
    insert into cell (mission, dataset, partition, product, spacecraft, process, start_time, stop_time, due_at, have, next, reason, file, recipe, changed_at)
    select mission, dataset, partition, product, spacecraft, null, start_time, stop_time, start_time + interval '1 day',
      case when ${open} then 'none' else 'full' end, case when ${open} then 'waiting' else 'none' end,
      case when ${open} then ${sql.raw(causes)} else '{"kind": "complete", "text": "made from everything expected"}' end,
      case when ${open} then null else id end, null, arrived_at
    from file where latest`.execute(db)
  await sql`
    insert into cell (mission, dataset, partition, product, spacecraft, start_time, stop_time, have, next, reason, changed_at)
    select ${mission}, 'bench_root', to_char(t, 'YYYY-MM-DD'), 'bench root', 'none', t, t + interval '1 day', 'none', 'lost',
      '{"kind": "lost", "text": "the contact was lost"}', t
    from generate_series(${recent}::timestamptz, ${new Date(ledgerEnds)}::timestamptz, interval '1 day') as t`.execute(db)
}

interface Dropped {
  readonly constraints: readonly { readonly table: string; readonly name: string; readonly definition: string; readonly type: string }[]
  readonly indexes: readonly { readonly name: string; readonly definition: string }[]
}

async function dropIndexes(db: Db): Promise<Dropped> {
  const list = sql.join(tables.map(t => sql`${t}::regclass`))
  const { rows: constraints } = await sql<Dropped['constraints'][number]>`
    select conrelid::regclass::text as table, conname as name, pg_get_constraintdef(oid) as definition, contype as type
    from pg_constraint where (conrelid in (${list}) or confrelid in (${list})) and contype in ('p', 'u', 'f')
    order by contype = 'f' desc`.execute(db)
  for (const c of constraints) await sql.raw(`alter table ${c.table} drop constraint ${c.name}`).execute(db)
  const { rows: indexes } = await sql<Dropped['indexes'][number]>`
    select indexname as name, indexdef as definition from pg_indexes
    where schemaname = 'public' and tablename in (${sql.join(tables)})`.execute(db)
  for (const i of indexes) await sql.raw(`drop index ${i.name}`).execute(db)
  for (const t of tables) await sql.raw(`alter table ${t} disable trigger user`).execute(db)
  return { constraints, indexes }
}

/** Keys between tables come back unchecked: the rows are ours, and checking them all is not what a bench is about. */
async function rebuild(db: Db, { constraints, indexes }: Dropped, say: (line: string) => void): Promise<void> {
  for (const t of tables) await sql.raw(`alter table ${t} enable trigger user`).execute(db)
  await sql`set maintenance_work_mem = '1GB'`.execute(db)
  const timed = async (name: string, statement: string): Promise<void> => {
    const began = performance.now()
    await sql.raw(statement).execute(db)
    const seconds = (performance.now() - began) / 1000
    if (seconds > 5) say(`  ${name} ${seconds.toFixed(0)} s`)
  }
  for (const c of constraints.toReversed())
    await timed(c.name, `alter table ${c.table} add constraint ${c.name} ${c.definition}${c.type === 'f' ? ' not valid' : ''}`)
  for (const i of indexes) await timed(i.name, i.definition)
  await sql`truncate file_tally, cell_tally`.execute(db)
  await sql`insert into file_tally
    select mission, product, dataset, spacecraft, kind, latest, public, state, count(*), sum(size),
      max(extract(epoch from stop_time - start_time)) from file group by 1, 2, 3, 4, 5, 6, 7, 8`.execute(db)
  await sql`insert into cell_tally
    select mission, product, dataset, have, next, coalesce(reason ->> 'kind', 'inputs'), count(*),
      max(extract(epoch from stop_time - start_time)) from cell group by 1, 2, 3, 4, 5, 6`.execute(db)
  for (const t of tables) await timed(`analyze ${t}`, `vacuum (analyze) ${t}`)
}
