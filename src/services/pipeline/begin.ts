import { sql } from 'kysely'
import type { Selectable } from 'kysely'
import { activeReason } from '#domain/plan'
import { withTx } from '#services/db'
import type { AttemptTable, Tx } from '#services/db'
import type { PipelineContext } from './context.ts'
import { acquire } from './holdings.ts'
import { releaseVersions } from './jobs.ts'
import type { JobRow } from './sql.ts'

/** One try at a job, as the worker holds it. The token fences off tries that were given up for dead. */
export interface Attempt {
  readonly job: JobRow
  readonly number: number
  readonly token: string
  /** Set where its program runs already: another worker started it on a cluster. */
  readonly handle: string | undefined
}

/** Who wants to begin a try, and under which terms. */
export interface Claimant {
  readonly worker: string
  readonly token: string
  readonly executor: string
  /** What the job's program is kept from, in words. */
  readonly confinement: (job: JobRow) => string
  /** Whether a program that another worker started can be waited for. */
  readonly lasting: boolean
  /** What a job holds while it runs, by resource, and how often its worker may be lost. */
  readonly terms: (job: JobRow) => Terms
  /** How much there is of each resource; of one that is not named, enough. */
  readonly capacity: Readonly<Record<string, number>>
  /** Where what its program says is written. */
  readonly logOf: (job: number, number: number) => string
  /** Completes the claim in the transaction where no try begins. */
  readonly settle: (tx: Tx) => Promise<unknown>
}

export interface Terms {
  readonly holds: Readonly<Record<string, number>>
  readonly losses: number
}

/** Until a job that lacks a resource is offered again, in milliseconds. */
const shortPause = 2000

/**
 * Begins a try, or takes over one whose program goes on without its worker. Undefined where there is nothing to run now: the job is
 * cancelled or done, was lost too often, or what it must hold is held by others; then the claim is settled and the job says why.
 */
export const startAttempt = (context: PipelineContext, id: number, claimant: Claimant): Promise<Attempt | undefined> =>
  withTx(context.db, async tx => {
    const job = await lockActive(tx, id)
    if (job === undefined) {
      await claimant.settle(tx)
      return undefined
    }
    const terms = claimant.terms(job)
    const open = await tx.selectFrom('attempt').selectAll().where('job', '=', id).where('ended_at', 'is', null).executeTakeFirst()
    if (open !== undefined && claimant.lasting && open.handle !== null && open.executor === claimant.executor)
      return takeOver(tx, job, open, claimant)
    const uncounted = job.uncounted + (open === undefined ? 0 : 1)
    if (open !== undefined && (await markLost(context, tx, job, open, uncounted)) > terms.losses) {
      await giveUpLost(context, tx, job, terms.losses)
      await claimant.settle(tx)
      return undefined
    }
    const lack = await acquire(tx, id, terms.holds, claimant.capacity)
    if (lack !== undefined) {
      await postpone(context, tx, job, uncounted, lack)
      await claimant.settle(tx)
      return undefined
    }
    return begin(context, tx, { ...job, uncounted }, claimant)
  })

const lockActive = (tx: Tx, id: number): Promise<JobRow | undefined> =>
  tx.selectFrom('job').selectAll().where('id', '=', id).where('state', 'in', ['ready', 'running']).forUpdate().executeTakeFirst()

async function begin(context: PipelineContext, tx: Tx, job: JobRow, claimant: Claimant): Promise<Attempt> {
  const { worker, token, executor, confinement } = claimant
  const number = job.tries + 1
  await tx.updateTable('job').set({ state: 'running', tries: number, uncounted: job.uncounted }).where('id', '=', job.id).execute()
  await tx
    .insertInto('attempt')
    .values({
      job: job.id,
      number,
      worker,
      token,
      executor,
      confinement: confinement(job),
      log: claimant.logOf(job.id, number),
      started_at: new Date(context.clock()),
    })
    .execute()
  const running: JobRow = { ...job, state: 'running', tries: number }
  await showActive(tx, running, context.clock())
  return { job: running, number, token, handle: undefined }
}

/** What a look would write, without looking: for those who depend on these cells, running is no other than ready. */
async function showActive(tx: Tx, job: JobRow, now: number): Promise<void> {
  const reason = activeReason(job.process, { ...job, message: job.message ?? undefined, notBefore: job.not_before })
  const next = job.state === 'running' ? 'running' : 'ready'
  await tx
    .updateTable('cell')
    .set({ next, reason: JSON.stringify(reason), changed_at: new Date(now) })
    .where('mission', '=', job.mission)
    .where(
      'dataset',
      'in',
      job.outputs.map(o => o.dataset),
    )
    .where('partition', '=', job.partition)
    .where(e => e.or([e('next', '<>', next), e(sql`reason->>'text'`, '<>', reason.text)]))
    .execute()
}

async function takeOver(tx: Tx, job: JobRow, open: Selectable<AttemptTable>, { worker, token }: Claimant): Promise<Attempt> {
  await tx.updateTable('attempt').set({ worker, token }).where('id', '=', open.id).execute()
  return { job, number: open.number, token, handle: open.handle ?? undefined }
}

/** Returns how many tries of the job were lost by now. */
async function markLost(context: PipelineContext, tx: Tx, job: JobRow, open: Selectable<AttemptTable>, uncounted: number): Promise<number> {
  const message = `its worker ${open.worker} was heard of no more`
  await tx
    .updateTable('attempt')
    .set({ ended_at: new Date(context.clock()), outcome: 'lost', message })
    .where('id', '=', open.id)
    .execute()
  await tx.updateTable('job').set({ uncounted }).where('id', '=', job.id).execute()
  await tx.deleteFrom('holding').where('job', '=', job.id).execute()
  return countLost(tx, job.id)
}

/** How many tries of a job were lost with their worker or machine. */
export async function countLost(tx: Tx, job: number): Promise<number> {
  const { lost } = await tx
    .selectFrom('attempt')
    .select(e => e.fn.countAll<number>().as('lost'))
    .where('job', '=', job)
    .where('outcome', '=', 'lost')
    .executeTakeFirstOrThrow()
  return lost
}

async function giveUpLost(context: PipelineContext, tx: Tx, job: JobRow, losses: number): Promise<void> {
  const message = `its worker was lost more than ${losses} ${losses === 1 ? 'time' : 'times'}: the program may be what ends it`
  await tx
    .updateTable('job')
    .set({ state: 'failed', ended_at: new Date(context.clock()), message })
    .where('id', '=', job.id)
    .execute()
  await releaseVersions(tx, job.id)
}

async function postpone(context: PipelineContext, tx: Tx, job: JobRow, uncounted: number, lack: string): Promise<void> {
  const not_before = new Date(context.clock() + shortPause)
  await tx.updateTable('job').set({ state: 'ready', uncounted, not_before, message: lack }).where('id', '=', job.id).execute()
  await showActive(tx, { ...job, state: 'ready', not_before: not_before.getTime(), message: lack }, context.clock())
  await context.dispatch(tx, job.id, { priority: job.priority, delay: shortPause })
}

/** Notes what a running program is called outside of its worker; false where the try is no longer this worker's. */
export async function noteHandle(context: PipelineContext, attempt: Attempt, handle: string): Promise<boolean> {
  const { numUpdatedRows } = await context.db
    .updateTable('attempt')
    .set({ handle })
    .where('job', '=', attempt.job.id)
    .where('number', '=', attempt.number)
    .where('token', '=', attempt.token)
    .where('ended_at', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows === 1n
}

/** Of these tries, those that are over. One that the ledger does not know is none of ours. */
export async function endedTries<T extends { readonly job: number; readonly number: number }>(
  context: PipelineContext,
  tries: readonly T[],
): Promise<readonly T[]> {
  if (tries.length === 0) return []
  const { rows } = await sql<{ job: number; number: number }>`
    select job, number from attempt where ended_at is not null
      and (job, number) in (select * from unnest(${tries.map(t => t.job)}::bigint[], ${tries.map(t => t.number)}::int[]))`.execute(
    context.db,
  )
  const ended = new Set(rows.map(r => `${r.job} ${r.number}`))
  return tries.filter(t => ended.has(`${t.job} ${t.number}`))
}

/** Of these tokens, those whose try is no longer open: cancelled, or given to another. */
export async function closedTokens(context: PipelineContext, tokens: readonly string[]): Promise<readonly string[]> {
  if (tokens.length === 0) return []
  const { rows } = await sql<{ token: string }>`
    select token from attempt where ended_at is null and token = any(${[...tokens]}::text[])`.execute(context.db)
  const open = new Set(rows.map(r => r.token))
  return tokens.filter(token => !open.has(token))
}
