import { sql } from 'kysely'
import type { Db } from '#services/db'

/** One worker as it was last heard of. Times in UTC milliseconds of the database's clock. */
export interface WorkerEntry {
  readonly name: string
  readonly host: string
  readonly executor: string
  readonly confinement: string
  readonly slots: number
  readonly running: number
  readonly started: number
  readonly seen: number
  /** Not heard of for longer than a lease lasts. */
  readonly missing: boolean
  readonly fault: { readonly text: string; readonly since: number } | undefined
}

/** Leases last ten seconds; a worker reports every three. */
const leaseSeconds = 12

/** What running jobs hold of what is scarce, by resource. */
export interface Held {
  readonly resource: string
  readonly amount: number
  readonly jobs: number
}

export async function listWorkers(db: Db): Promise<readonly WorkerEntry[]> {
  const { rows } = await sql<Omit<WorkerEntry, 'fault'> & { fault: string | null; since: number | null }>`
    select name, host, executor, confinement, slots, started_at as started, seen_at as seen, fault, fault_at as since,
      seen_at < now() - make_interval(secs => ${leaseSeconds}) as missing,
      (select count(*) from attempt where ended_at is null and attempt.worker = worker.name) as running
    from worker order by name`.execute(db)
  return rows.map(({ fault, since, ...rest }) => ({ ...rest, fault: fault === null ? undefined : { text: fault, since: since ?? 0 } }))
}

export async function listHoldings(db: Db): Promise<readonly Held[]> {
  const { rows } = await sql<Held>`
    select resource, sum(amount)::bigint as amount, count(*) as jobs from holding group by resource order by resource`.execute(db)
  return rows
}
