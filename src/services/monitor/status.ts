import { sql } from 'kysely'
import { shownState } from '#domain/plan'
import type { Reason, Shown } from '#domain/plan'
import type { Db } from '#services/db'
import { listHoldings, listWorkers } from './workers.ts'
import type { Held, WorkerEntry } from './workers.ts'

/** How the installation stands, in counts. */
export interface Status {
  readonly files: number
  readonly bytes: number
  /** Latest files by level (or kind where there is no level), in order of name. */
  readonly byKind: readonly { readonly mission: string; readonly kind: string; readonly files: number; readonly bytes: number }[]
  /** Cells by what people see of them. */
  readonly cells: Readonly<Partial<Record<Shown, number>>>
  readonly jobs: { readonly waiting: number; readonly running: number; readonly failed: number; readonly made: number }
  readonly quarantined: number
  readonly newest: { readonly name: string; readonly arrived: number } | undefined
  /** Cells that want a person's eye, worst first, then what is lost for ever; at the most twenty. */
  readonly unusual: readonly {
    readonly mission: string
    readonly dataset: string
    readonly partition: string
    readonly state: Shown
    readonly text: string
  }[]
  readonly workers: readonly WorkerEntry[]
  /** What running jobs hold of licences and memory. */
  readonly holdings: readonly Held[]
  /** Events the planner has not read yet, and when the oldest of them happened (UTC milliseconds): it reads them within seconds. */
  readonly planner: { readonly behind: number; readonly since: number | undefined }
}

const eyeCatching: readonly Shown[] = ['failed', 'late', 'held', 'lost']

export async function readStatus(db: Db, now: number): Promise<Status> {
  const totals = await sql<{
    files: number
    bytes: number
  }>`select count(*) as files, coalesce(sum(size), 0)::bigint as bytes from file`.execute(db)
  const jobs = await sql<{ state: string; n: number }>`select state, count(*) as n from job group by state`.execute(db)
  const jobCount = (state: string): number => jobs.rows.find(r => r.state === state)?.n ?? 0
  const refused = await sql<{ n: number }>`select count(*) as n from quarantine`.execute(db)
  const newest = await db.selectFrom('file').select(['name', 'arrived_at']).orderBy('arrived_at', 'desc').limit(1).executeTakeFirst()
  const lag = await sql<{ n: number; since: number | null }>`
    select count(*) as n, min(at) as since from event
    where sequence > coalesce((select sequence from cursor where follower = 'planner'), 0)`.execute(db)
  const cells = await shownCells(db, now)
  const counts: Partial<Record<Shown, number>> = {}
  for (const c of cells) counts[c.state] = (counts[c.state] ?? 0) + 1
  return {
    files: totals.rows[0]?.files ?? 0,
    bytes: totals.rows[0]?.bytes ?? 0,
    byKind: await countByKind(db),
    cells: counts,
    jobs: {
      waiting: jobCount('ready'),
      running: jobCount('running'),
      failed: jobCount('failed'),
      made: jobCount('made') + jobCount('no-data'),
    },
    quarantined: refused.rows[0]?.n ?? 0,
    newest: newest === undefined ? undefined : { name: newest.name, arrived: newest.arrived_at },
    unusual: cells
      .filter(c => eyeCatching.includes(c.state))
      .toSorted((a, b) => eyeCatching.indexOf(a.state) - eyeCatching.indexOf(b.state))
      .slice(0, 20),
    workers: await listWorkers(db),
    holdings: await listHoldings(db),
    planner: { behind: lag.rows[0]?.n ?? 0, since: lag.rows[0]?.since ?? undefined },
  }
}

async function countByKind(db: Db): Promise<Status['byKind']> {
  const { rows } = await sql<{ mission: string; kind: string; files: number; bytes: number }>`
    select mission, kind || coalesce(' ' || substring(product from '^\\S+ \\S+ (\\S+)'), '') as kind, count(*) as files, sum(size)::bigint as bytes
    from file where latest group by 1, 2 order by 1, 2`.execute(db)
  return rows
}

async function shownCells(db: Db, now: number): Promise<Status['unusual']> {
  const rows = await db
    .selectFrom('cell')
    .select(['mission', 'dataset', 'partition', 'have', 'next', 'reason', 'due_at'])
    .orderBy('start_time')
    .orderBy('dataset')
    .execute()
  return rows.map(r => {
    const reason = r.reason as unknown as Reason
    const state = shownState({ have: r.have, next: r.next, due: r.due_at ?? undefined, reason }, now)
    return { mission: r.mission, dataset: r.dataset, partition: r.partition, state, text: reason.text }
  })
}
