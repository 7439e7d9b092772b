import { sql } from 'kysely'
import type { Flow } from './open-flow.ts'

/** The server keeps account of its statements. */
export const countStatements = {
  shared_preload_libraries: 'pg_stat_statements',
  'pg_stat_statements.track_planning': 'on',
  'pg_stat_statements.max': '2000',
  'pg_stat_statements.track': 'all',
  track_io_timing: 'on',
}

interface Counted {
  readonly calls: number
  readonly ms: number
  readonly plan_ms: number
  readonly rows: number
  readonly blocks: number
  readonly wal: number
  readonly query: string
}

export const beginStatements = async ({ system: { db } }: Flow): Promise<void> => {
  await sql`create extension if not exists pg_stat_statements`.execute(db)
  await sql`select pg_stat_statements_reset()`.execute(db)
}

/** Statements by what they cost a product, dearest first. */
export async function describeStatements({ system: { db } }: Flow, products: number): Promise<string> {
  const { rows } = await sql<Counted>`
    select calls, total_exec_time as ms, total_plan_time as plan_ms, rows, shared_blks_hit + shared_blks_read as blocks, wal_bytes::float8 as wal, query
    from pg_stat_statements order by total_exec_time + total_plan_time desc`.execute(db)
  const per = (value: number, digits = 3): string => (value / products).toFixed(digits)
  const sum = (pick: (row: Counted) => number): number => rows.reduce((all, row) => all + pick(row), 0)
  const lines = rows
    .slice(0, 60)
    .map(r =>
      [
        per(r.ms),
        per(r.plan_ms),
        per(r.calls),
        per(r.rows, 2),
        per(r.blocks, 1),
        per(r.wal, 0),
        r.query.replaceAll(/\s+/g, ' ').slice(0, 150),
      ].join('\t'),
    )
  const all = [
    per(sum(r => r.ms)),
    per(sum(r => r.plan_ms)),
    per(sum(r => r.calls)),
    per(
      sum(r => r.rows),
      2,
    ),
    per(
      sum(r => r.blocks),
      1,
    ),
    per(
      sum(r => r.wal),
      0,
    ),
    'all',
  ].join('\t')
  const tables = await sql<Record<string, number | string>>`
    select relname as name, n_tup_ins::float8 as ins, n_tup_upd::float8 as upd, n_tup_hot_upd::float8 as hot, n_tup_del::float8 as del,
      n_live_tup::float8 as live, n_dead_tup::float8 as dead, seq_scan::float8 as scans, seq_tup_read::float8 as scanned,
      pg_total_relation_size(relid)::float8 / 1e6 as mb, autovacuum_count::float8 as vacuums, autoanalyze_count::float8 as analyses
    from pg_stat_user_tables where n_tup_ins + n_tup_upd > 100 order by n_tup_ins + n_tup_upd desc limit 20`.execute(db)
  const heads = Object.keys(tables.rows[0] ?? {})
  const table = [heads.join('\t'), ...tables.rows.map(row => heads.map(head => row[head]).join('\t'))]
  return [...table, '', 'exec ms\tplan ms\tcalls\trows\tblocks\tWAL\tof a product', all, ...lines].join('\n')
}
