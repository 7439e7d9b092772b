import { sql } from 'kysely'
import { recordAllPrepared } from '#services/ingest'
import type { Prepared } from '#services/ingest'
import type { FailureClass, Less } from '#domain/process'
import { SdcError } from '#error'
import { perDatabase, together, withTx } from '#services/db'
import type { AttemptDetail, Came, Tx } from '#services/db'
import { countLost } from './begin.ts'
import type { Attempt } from './begin.ts'
import type { PipelineContext, Settle } from './context.ts'
import { holdOutputs, setMade, supersedeHeld } from './held.ts'
import { releaseVersions } from './jobs.ts'
import { recordVerdicts } from './verdicts.ts'
import type { OutputVerdict } from './verdicts.ts'
import type { JobRow } from './sql.ts'

/** How a try ended. */
export type Ending =
  /** What is new, and for outputs whose science content did not change the files that stay. */
  | { readonly outcome: 'made'; readonly files: readonly Prepared[]; readonly kept?: readonly KeptFile[] }
  | { readonly outcome: 'held'; readonly message: string; readonly outputs: readonly HeldOutput[] }
  | { readonly outcome: 'no-data'; readonly message: string }
  | { readonly outcome: 'try-again' | 'failed' | 'refused'; readonly message: string; readonly failure?: FailureClass }
  /** The worker's own doing, or that of the machine the program ran on: it says nothing about the program, and no try is counted. */
  | { readonly outcome: 'fault' | 'lost'; readonly message: string }

export interface KeptFile {
  readonly dataset: string
  readonly file: number
}

/** An output that the regression guard laid aside, with what it has less of than the file it would replace. */
export interface HeldOutput {
  readonly name: string
  readonly dataset: string
  readonly path: string
  readonly size: number
  readonly sha256: string
  readonly replaces: number | undefined
  readonly less: readonly Less[]
}

export interface EndingFacts {
  readonly exitCode: number | undefined
  readonly signal: string | undefined
  /** undefined where no program was started. */
  readonly log: string | undefined
  readonly detail?: AttemptDetail
}

export interface RetryPolicy {
  /** How many tries a job has, by the way in which the last one failed. Those that say nothing about the program do not count. */
  readonly tries: Readonly<Record<FailureClass, number>>
  /** First pause in milliseconds; doubles with each try. */
  readonly pause: number
}

/**
 * Ends a try: outputs, verdicts, the job's state and the transport's completion are one transaction (invariant 3), which tries that end
 * with files at the same time share. `settle` completes the transport's row and answers whether it was still ours; if not, nothing is
 * kept of the try and it throws `pipeline/fenced`.
 */
export const finishAttempt = (
  context: PipelineContext,
  attempt: Attempt,
  ending: Ending,
  facts: EndingFacts,
  retry: RetryPolicy,
  settle: Settle,
): Promise<readonly number[]> => {
  if (ending.outcome === 'made') return finishMade(context.db)({ context, attempt, ending, facts, settle })
  return withTx(context.db, async tx => {
    const now = context.clock()
    const { size } = await settle(tx, [attempt.token])
    if (size !== 1 || (await endTries(tx, [{ attempt, ending, facts }], now)).length !== 1) failFenced(attempt)
    const { job } = attempt
    if (ending.outcome === 'no-data') return closeEmpty(tx, job, ending.message, now)
    if (ending.outcome === 'held') return holdOutputs(tx, job, ending, now)
    const free = ending.outcome === 'fault' || ending.outcome === 'lost'
    const uncounted = job.uncounted + (free ? 1 : 0)
    const counted = attempt.number - uncounted
    const again =
      ending.outcome === 'fault' || (free ? (await countLost(tx, job.id)) <= retry.tries.lost : counted < retry.tries[classOf(ending)])
    const delay = retry.pause * 2 ** Math.min(10, free ? 0 : counted - 1)
    const change = again
      ? { state: 'ready' as const, not_before: new Date(now + delay), message: ending.message, uncounted }
      : { state: 'failed' as const, ended_at: new Date(now), message: ending.message }
    await tx.updateTable('job').set(change).where('id', '=', job.id).execute()
    if (again) await context.dispatch(tx, [{ job: job.id, priority: job.priority, delay }])
    else await releaseVersions(tx, job.id)
    return []
  })
}

interface Finish {
  readonly context: PipelineContext
  readonly attempt: Attempt
  readonly ending: Extract<Ending, { outcome: 'made' }>
  readonly facts: EndingFacts
  readonly settle: Settle
}

const finishMade = perDatabase(() =>
  together(async (ends: readonly Finish[]): Promise<readonly Came<readonly number[]>[]> => {
    const { context } = ends[0] as Finish
    return withTx(context.db, async tx => {
      const now = context.clock()
      const ours = await settleAll(tx, ends)
      const ended = new Set(await endTries(tx, ours, now))
      // The transport says that it is ours and the ledger that it is not: nothing of this is kept.
      for (const { attempt } of ours) if (!ended.has(attempt.job.id)) failFenced(attempt)
      const made = await closeMade(tx, ours, now)
      return ends.map(end => (ours.includes(end) ? { result: made.get(end) ?? [] } : { error: fencedError(end.attempt) }))
    })
  }),
)

async function settleAll(tx: Tx, ends: readonly Finish[]): Promise<readonly Finish[]> {
  const ours: Finish[] = []
  for (const settle of new Set(ends.map(e => e.settle))) {
    const asked = ends.filter(e => e.settle === settle)
    const settled = await settle(
      tx,
      asked.map(e => e.attempt.token),
    )
    ours.push(...asked.filter(e => settled.has(e.attempt.token)))
  }
  return ours
}

const classOf = (ending: Ending): FailureClass => {
  if (ending.outcome === 'try-again' || ending.outcome === 'refused') return ending.outcome
  return ending.outcome === 'failed' ? (ending.failure ?? 'error') : 'error'
}

/** Keeps a try from being given up for dead until the transaction ends. Throws `pipeline/fenced` where it was already. */
export async function holdAttempt(tx: Tx, attempt: Attempt): Promise<void> {
  await tx.selectFrom('job').select('id').where('id', '=', attempt.job.id).forUpdate().execute()
  const open = await tx
    .selectFrom('attempt')
    .select('id')
    .where('job', '=', attempt.job.id)
    .where('number', '=', attempt.number)
    .where('token', '=', attempt.token)
    .where('ended_at', 'is', null)
    .executeTakeFirst()
  if (open === undefined) failFenced(attempt)
}

const fencedError = ({ job, number }: Attempt): SdcError =>
  new SdcError('pipeline/fenced', `try ${number} of job ${job.id} was given up for dead; its outputs are dropped`, { job: job.id })

function failFenced(attempt: Attempt): never {
  throw fencedError(attempt)
}

/** Closes tries that are open under their tokens and gives back what their jobs held; answers the jobs of those it closed. */
async function endTries(
  tx: Tx,
  ends: readonly { readonly attempt: Attempt; readonly ending: Ending; readonly facts: EndingFacts }[],
  now: number,
): Promise<readonly number[]> {
  if (ends.length === 0) return []
  const rows = ends.map(({ attempt, ending, facts }) => ({
    job: attempt.job.id,
    number: attempt.number,
    token: attempt.token,
    outcome: ending.outcome,
    exit_code: facts.exitCode ?? null,
    signal: facts.signal ?? null,
    message: ending.outcome === 'made' ? null : ending.message,
    log: facts.log ?? null,
    detail: facts.detail ?? {},
  }))
  const { rows: closed } = await sql<{ job: number }>`
    with ending as (select * from jsonb_populate_recordset(null::attempt, ${JSON.stringify(rows)}::jsonb)),
      closed as (
        update attempt a set ended_at = ${new Date(now)}, outcome = e.outcome, exit_code = e.exit_code, signal = e.signal,
          message = e.message, log = e.log, detail = e.detail, handle = null
        from ending e where a.job = e.job and a.number = e.number and a.token = e.token and a.ended_at is null returning a.job),
      freed as (delete from holding h using closed c where h.job = c.job)
    select job from closed`.execute(tx)
  return closed.map(c => c.job)
}

async function closeEmpty(tx: Tx, job: JobRow, message: string, now: number): Promise<readonly number[]> {
  const ended_at = new Date(now)
  await tx.updateTable('job').set({ state: 'no-data', ended_at, message }).where('id', '=', job.id).execute()
  await releaseVersions(tx, job.id)
  await supersedeHeld(tx, job)
  await recordVerdicts(
    tx,
    job.outputs.map(({ dataset }) => ({ job, dataset, outcome: 'no-data', file: undefined })),
    now,
  )
  return []
}

/** Files of each end, by the end. */
async function closeMade(tx: Tx, ends: readonly Finish[], now: number): Promise<ReadonlyMap<Finish, readonly number[]>> {
  if (ends.length === 0) return new Map()
  const jobs = ends.map(e => e.attempt.job.id)
  await setMade(tx, jobs, now)
  for (const { attempt, ending } of ends)
    if ((ending.kept ?? []).length > 0)
      await releaseVersions(
        tx,
        attempt.job.id,
        ending.kept?.map(k => k.dataset),
      )
  // Files after all that others may wait for: the event counter's lock is held until the transaction ends.
  const files = ends.flatMap(e => e.ending.files)
  const ids = await recordAllPrepared(tx, files, now)
  const idOf = new Map(files.map((file, i) => [file, ids[i] as number]))
  const verdicts = ends.flatMap(({ attempt, ending }) => verdictsOf(attempt.job, ending, idOf))
  await recordVerdicts(tx, verdicts, now)
  return new Map(ends.map(end => [end, end.ending.files.map(file => idOf.get(file) as number)]))
}

function verdictsOf(job: JobRow, { files, kept = [] }: Finish['ending'], idOf: ReadonlyMap<Prepared, number>): readonly OutputVerdict[] {
  return job.outputs.map(({ dataset }) => {
    const same = kept.find(k => k.dataset === dataset)
    const file = files.find(f => f.file.dataset === dataset)
    if (same !== undefined) return { job, dataset, outcome: 'kept', file: same.file }
    return { job, dataset, outcome: 'made', file: file === undefined ? undefined : idOf.get(file) }
  })
}
