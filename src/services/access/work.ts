import type { Selectable } from 'kysely'
import type { AttemptTable, Db, JobInputRow, JobOutputRow, JobState, JobTable, Outcome } from '#services/db'

/** One planned run with its exact inputs. Times in UTC milliseconds. */
export interface JobEntry {
  readonly id: number
  readonly mission: string
  readonly process: string
  readonly spacecraft: string
  readonly partition: string
  readonly recipe: string
  readonly generation: number
  readonly state: JobState
  readonly inputs: readonly JobInputRow[]
  readonly outputs: readonly JobOutputRow[]
  readonly tries: number
  readonly created: number
  readonly notBefore: number
  readonly ended: number | null
  readonly message: string | null
}

/** One try at a job. */
export interface AttemptEntry {
  readonly number: number
  readonly worker: string
  readonly started: number
  readonly ended: number | null
  readonly outcome: Outcome | null
  readonly exitCode: number | null
  readonly signal: string | null
  readonly message: string | null
  readonly log: string | null
  readonly executor: string | null
  /** What the program was kept from, in words. */
  readonly confinement: string | null
}

export interface JobSearch {
  readonly mission?: string
  readonly states?: readonly JobState[]
  readonly limit: number
}

/** The newest jobs first. */
export async function listJobs(db: Db, search: JobSearch): Promise<readonly JobEntry[]> {
  let query = db.selectFrom('job').selectAll()
  if (search.mission !== undefined) query = query.where('mission', '=', search.mission)
  if (search.states !== undefined) query = query.where('state', 'in', search.states)
  const rows = await query.orderBy('created_at', 'desc').orderBy('id', 'desc').limit(search.limit).execute()
  return rows.map(readJob)
}

export async function findJob(
  db: Db,
  id: number,
): Promise<{ readonly job: JobEntry; readonly attempts: readonly AttemptEntry[] } | undefined> {
  const row = await db.selectFrom('job').selectAll().where('id', '=', id).executeTakeFirst()
  if (row === undefined) return undefined
  const attempts = await db.selectFrom('attempt').selectAll().where('job', '=', id).orderBy('number').execute()
  return { job: readJob(row), attempts: attempts.map(readAttempt) }
}

/** One try of a job, by its number or the newest. */
export async function findAttempt(db: Db, job: number, number?: number): Promise<AttemptEntry | undefined> {
  let query = db.selectFrom('attempt').selectAll().where('job', '=', job)
  if (number !== undefined) query = query.where('number', '=', number)
  const row = await query.orderBy('number', 'desc').limit(1).executeTakeFirst()
  return row && readAttempt(row)
}

const readJob = (row: Selectable<JobTable>): JobEntry => ({
  id: row.id,
  mission: row.mission,
  process: row.process,
  spacecraft: row.spacecraft,
  partition: row.partition,
  recipe: row.recipe,
  generation: row.generation,
  state: row.state,
  inputs: row.inputs,
  outputs: row.outputs,
  tries: row.tries,
  created: row.created_at,
  notBefore: row.not_before,
  ended: row.ended_at,
  message: row.message,
})

const readAttempt = (row: Selectable<AttemptTable>): AttemptEntry => ({
  number: row.number,
  worker: row.worker,
  started: row.started_at,
  ended: row.ended_at,
  outcome: row.outcome,
  exitCode: row.exit_code,
  signal: row.signal,
  message: row.message,
  log: row.log,
  executor: row.executor,
  confinement: row.confinement,
})

/** A delivery that was refused, and why. */
export interface Refused {
  readonly id: number
  readonly at: number
  readonly mission: string | null
  readonly name: string
  readonly size: number
  readonly sha256: string | null
  readonly code: string
  readonly reason: string
  readonly actor: string
}

export async function listRefused(db: Db, limit: number): Promise<readonly Refused[]> {
  const columns = ['id', 'at', 'mission', 'name', 'size', 'sha256', 'code', 'reason', 'actor'] as const
  return db.selectFrom('quarantine').select(columns).orderBy('at', 'desc').orderBy('id', 'desc').limit(limit).execute()
}
