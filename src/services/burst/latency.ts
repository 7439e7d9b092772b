import { sql } from 'kysely'
import type { BurstTables } from '#domain/burst'
import { instant, type Db } from '#services/db'

/** How long it takes from a file of telemetry to what it brings about, in seconds. */
export interface Latency {
  /** A product, or `window`. */
  readonly to: string
  readonly count: number
  readonly median: number
  readonly p95: number
}

/** Files of some products with the telemetry that they were made of, however far back. */
const made = (mission: string, products: readonly string[], since: number) => sql`made (file, parent) as (
    select f.id, p.parent from file f join file_parent p on p.child = f.id
    where f.mission = ${mission} and f.product = any(${products}::text[]) and f.arrived_at >= ${instant(since)}
    union
    select made.file, p.parent from made join file_parent p on p.child = made.parent
  )`

const quantiles = sql`count(*) as count, percentile_cont(0.5) within group (order by seconds) as median,
    percentile_cont(0.95) within group (order by seconds) as p95`

/**
 * From the registration of survey telemetry to the first publication of each product of selection that holds it, per dataset and telemetry
 * file; and from the last telemetry of a region to its window. Since a moment, UTC milliseconds. What had to wait for something else
 * (attitude, a later contact) counts too.
 */
export async function measureLatency(db: Db, { loop }: BurstTables, mission: string, since: number): Promise<readonly Latency[]> {
  if (loop === undefined) return []
  const products = await sql<Latency>`with recursive ${made(mission, loop.sitl, since)},
    pairs as (
      select f.product, extract(epoch from min(f.arrived_at) - t.arrived_at) as seconds
      from made join file f on f.id = made.file join file t on t.id = made.parent and t.kind = 'telemetry'
      group by f.product, f.dataset, t.id
    )
    select product as to, ${quantiles} from pairs group by product order by product`.execute(db)
  const windows = await sql<Latency>`with recursive ${made(mission, [loop.evaluation], since)},
    pairs as (
      select extract(epoch from w.opened_at - max(t.arrived_at)) as seconds
      from burst_window w join file f on f.mission = w.mission and f.product = ${loop.evaluation} and f.partition = w.region
        join made on made.file = f.id join file t on t.id = made.parent and t.kind = 'telemetry' and t.arrived_at <= w.opened_at
      where w.mission = ${mission}
      group by w.id
    )
    select 'window' as to, ${quantiles} from pairs having count(*) > 0`.execute(db)
  return [...products.rows, ...windows.rows]
}
