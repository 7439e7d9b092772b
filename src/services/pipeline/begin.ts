import { sql } from 'kysely'
import type { RawBuilder, Selectable } from 'kysely'
import { activeReason } from '#domain/plan'
import { listOf, perDatabase, rowsInto, together, withTx } from '#services/db'
import type { AttemptTable, Came, Tx } from '#services/db'
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

interface Ask {
  readonly context: PipelineContext
  readonly id: number
  readonly claimant: Claimant
}

type Open = Selectable<AttemptTable>

/** A try that begins, where its job can hold what it must. */
interface Start {
  readonly ask: Ask
  readonly job: JobRow
  readonly terms: Terms
}

/**
 * Begins a try, or takes over one whose program goes on without its worker. Undefined where there is nothing to run now: the job is
 * cancelled or done, was lost too often, or what it must hold is held by others; then the claim is settled and the job says why. Tries that
 * begin at the same time share a transaction.
 */
export const startAttempt = (context: PipelineContext, id: number, claimant: Claimant): Promise<Attempt | undefined> =>
  beginTogether(context.db)({ context, id, claimant })

const beginTogether = perDatabase(() =>
  together(async (asks: readonly Ask[]): Promise<readonly Came<Attempt | undefined>[]> => {
    const ids = asks.map(a => a.id)
    if (new Set(ids).size < ids.length) throw new Error('two claims of one job go one after the other')
    const { context } = asks[0] as Ask
    return withTx(context.db, async tx => {
      const jobs = await lockActive(tx, ids)
      const open = await openTries(tx, [...jobs.keys()])
      const came = new Map<Ask, Attempt>()
      const starts: Start[] = []
      for (const ask of asks) {
        const next = await lookAtJob(tx, ask, jobs.get(ask.id), open.get(ask.id))
        if (next !== undefined && 'token' in next) came.set(ask, next)
        else if (next !== undefined) starts.push(next)
      }
      for (const [ask, attempt] of await beginAll(tx, starts)) came.set(ask, attempt)
      return asks.map(ask => ({ result: came.get(ask) }))
    })
  }),
)

async function lockActive(tx: Tx, ids: readonly number[]): Promise<ReadonlyMap<number, JobRow>> {
  const rows = await tx
    .selectFrom('job')
    .selectAll()
    .where(sql<boolean>`id = any(${listOf('bigint', ids)})`)
    .where('state', 'in', ['ready', 'running'])
    .orderBy('id')
    .forUpdate()
    .execute()
  return new Map(rows.map(job => [job.id, job]))
}

async function openTries(tx: Tx, jobs: readonly number[]): Promise<ReadonlyMap<number, Open>> {
  const rows = await tx
    .selectFrom('attempt')
    .selectAll()
    .where(sql<boolean>`job = any(${listOf('bigint', jobs)})`)
    .where('ended_at', 'is', null)
    .execute()
  return new Map(rows.map(open => [open.job, open]))
}

/** What comes of one claim but for what its job must hold. */
async function lookAtJob(tx: Tx, ask: Ask, job: JobRow | undefined, open: Open | undefined): Promise<Attempt | Start | undefined> {
  const { context, claimant } = ask
  if (job === undefined) {
    await claimant.settle(tx)
    return undefined
  }
  const terms = claimant.terms(job)
  if (open !== undefined && claimant.lasting && open.handle !== null && open.executor === claimant.executor)
    return takeOver(tx, job, open, claimant)
  const uncounted = job.uncounted + (open === undefined ? 0 : 1)
  if (open !== undefined && (await markLost(context, tx, job, open, uncounted)) > terms.losses) {
    await giveUpLost(context, tx, job, terms.losses)
    await claimant.settle(tx)
    return undefined
  }
  return { ask, job: { ...job, uncounted }, terms }
}

async function beginAll(tx: Tx, starts: readonly Start[]): Promise<ReadonlyMap<Ask, Attempt>> {
  const lacks = await acquire(
    tx,
    starts.map(({ ask, job, terms }) => ({ job: job.id, holds: terms.holds, capacity: ask.claimant.capacity })),
  )
  const begun = new Map<Ask, Attempt>()
  for (const { ask, job } of starts) {
    const lack = lacks.get(job.id)
    if (lack === undefined) {
      const tries = job.tries + 1
      begun.set(ask, { job: { ...job, state: 'running', tries }, number: tries, token: ask.claimant.token, handle: undefined })
    } else {
      await postpone(ask.context, tx, job, job.uncounted, lack)
      await ask.claimant.settle(tx)
    }
  }
  await recordBegun(tx, begun)
  return begun
}

async function recordBegun(tx: Tx, begun: ReadonlyMap<Ask, Attempt>): Promise<void> {
  const [first] = begun.keys()
  if (first === undefined) return
  const now = first.context.clock()
  const jobs = [...begun.values()].map(({ job }) => job)
  const rows = [...begun].map(([{ claimant }, { job, number, token }]) => {
    const { worker, executor, confinement, logOf } = claimant
    const log = logOf(job.id, number)
    return { job: job.id, number, worker, token, executor, confinement: confinement(job), log, started_at: new Date(now) }
  })
  await sql`
    with running as (
      update job j set state = 'running', tries = b.tries, uncounted = b.uncounted
      from jsonb_to_recordset(${JSON.stringify(jobs.map(({ id, tries, uncounted }) => ({ id, tries, uncounted })))}::jsonb)
        as b (id bigint, tries int, uncounted int) where j.id = b.id),
    begun as (insert into ${rowsInto('attempt', rows)})
    ${showActive(jobs, now)}`.execute(tx)
}

/** What a look would write, without looking: for those who depend on these cells, running is no other than ready. */
function showActive(jobs: readonly JobRow[], now: number): RawBuilder<unknown> {
  const cells = jobs.flatMap(job => {
    const reason = activeReason(job.process, { ...job, message: job.message ?? undefined, notBefore: job.not_before })
    const next = job.state === 'running' ? 'running' : 'ready'
    return job.outputs.map(({ dataset }) => ({ mission: job.mission, dataset, partition: job.partition, next, reason }))
  })
  return sql`
    update cell c set next = a.next, reason = a.reason, changed_at = ${new Date(now)}
    from jsonb_populate_recordset(null::cell, ${JSON.stringify(cells)}::jsonb) a
    where c.mission = a.mission and c.dataset = a.dataset and c.partition = a.partition
      and (c.next <> a.next or c.reason ->> 'text' <> a.reason ->> 'text')`
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
  await showActive([{ ...job, state: 'ready', not_before: not_before.getTime(), message: lack }], context.clock()).execute(tx)
  await context.dispatch(tx, [{ job: job.id, priority: job.priority, delay: shortPause }])
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
    select token from attempt where ended_at is null and token = any(${listOf('text', tokens)})`.execute(context.db)
  const open = new Set(rows.map(r => r.token))
  return tokens.filter(token => !open.has(token))
}
