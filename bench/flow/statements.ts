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
  return ['exec ms\tplan ms\tcalls\trows\tblocks\tWAL\tof a product', all, ...lines].join('\n')
}
