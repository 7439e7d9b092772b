import { sql } from 'kysely'
import type { Shown } from '#domain/plan'
import { listCells } from '#services/access'
import { countFilesByDataset } from '#services/catalog'
import type { FileCount } from '#services/catalog'
import { countCells } from '#services/pipeline'
import type { Db } from '#services/db'
import { countLetters, type LetterCount } from '#services/mail'
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
  /** Letters to people that were not sent. */
  readonly letters: LetterCount
  /** What running jobs hold of licences and memory. */
  readonly holdings: readonly Held[]
  /** Events the planner has not read yet, and when the oldest of them happened (UTC milliseconds): it reads them within seconds. */
  readonly planner: { readonly behind: number; readonly since: number | undefined }
  /** How far the rolling look at everything has come: from what is newest back in time, by mission. */
  readonly sweeps: readonly {
    readonly mission: string
    /** UTC milliseconds. */
    readonly began: number
    readonly ended: number | undefined
    readonly backTo: number | undefined
    readonly partitions: number
  }[]
}

const eyeCatching: readonly Shown[] = ['failed', 'late', 'held', 'lost']

export async function readStatus(db: Db, now: number): Promise<Status> {
  const held = await countFilesByDataset(db)
  const jobs = await sql<{ state: string; n: number }>`select state, count(*) as n from job group by state`.execute(db)
  const jobCount = (state: string): number => jobs.rows.find(r => r.state === state)?.n ?? 0
  const refused = await sql<{ n: number }>`select count(*) as n from quarantine`.execute(db)
  const newest = await db.selectFrom('file').select(['name', 'arrived_at']).orderBy('arrived_at', 'desc').limit(1).executeTakeFirst()
  const lag = await sql<{ n: number; since: number | null }>`
    select count(*) as n, min(at) as since from event
    where sequence > coalesce((select sequence from cursor where follower = 'planner'), 0)`.execute(db)
  return {
    files: held.reduce((sum, c) => sum + c.files, 0),
    bytes: held.reduce((sum, c) => sum + c.bytes, 0),
    byKind: sumByKind(held.filter(c => c.latest)),
    cells: await countCells(db, undefined, now),
    jobs: {
      waiting: jobCount('ready'),
      running: jobCount('running'),
      failed: jobCount('failed'),
      made: jobCount('made') + jobCount('no-data'),
    },
    quarantined: refused.rows[0]?.n ?? 0,
    newest: newest === undefined ? undefined : { name: newest.name, arrived: newest.arrived_at },
    unusual: await listUnusual(db, now),
    workers: await listWorkers(db),
    letters: await countLetters(db, now),
    holdings: await listHoldings(db),
    planner: { behind: lag.rows[0]?.n ?? 0, since: lag.rows[0]?.since ?? undefined },
    sweeps: await listSweeps(db),
  }
}

async function listSweeps(db: Db): Promise<Status['sweeps']> {
  const rows = await db.selectFrom('sweep').selectAll().orderBy('mission').execute()
  return rows.map(({ mission, began_at: began, ended_at, back_to, partitions }) => ({
    mission,
    began,
    ended: ended_at ?? undefined,
    backTo: back_to ?? undefined,
    partitions,
  }))
}

/** By level, or by kind where there is no level. */
function sumByKind(counts: readonly FileCount[]): Status['byKind'] {
  const sums = new Map<string, Status['byKind'][number]>()
  for (const { mission, kind: plain, product, files, bytes } of counts) {
    const [, , level] = product.split(' ')
    const kind = level === undefined ? plain : `${plain} ${level}`
    const known = sums.get(`${mission} ${kind}`)
    sums.set(`${mission} ${kind}`, { mission, kind, files: (known?.files ?? 0) + files, bytes: (known?.bytes ?? 0) + bytes })
  }
  return [...sums].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, sum]) => sum)
}

/** Cells that want an eye, newest first in each state. */
async function listUnusual(db: Db, now: number): Promise<Status['unusual']> {
  const found: Status['unusual'][number][] = []
  for (const state of eyeCatching) {
    if (found.length >= 20) break
    const cells = await listCells(db, { states: [state], limit: 20 - found.length }, now)
    found.push(...cells.map(c => ({ mission: c.mission, dataset: c.dataset, partition: c.partition, state, text: c.reason.text })))
  }
  return found
}
