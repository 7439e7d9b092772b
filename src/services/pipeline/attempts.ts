import { recordPrepared } from '#services/ingest'
import type { Prepared } from '#services/ingest'
import type { FailureClass, Less } from '#domain/process'
import { fail } from '#error'
import { withTx } from '#services/db'
import type { AttemptDetail, Outcome, Tx } from '#services/db'
import { countLost } from './begin.ts'
import type { Attempt } from './begin.ts'
import type { PipelineContext } from './context.ts'
import { holdOutputs, supersedeHeld } from './held.ts'
import { release } from './holdings.ts'
import { releaseVersions } from './jobs.ts'
import { recordVerdicts } from './verdicts.ts'
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
 * Ends a try: outputs, verdicts, the job's state and the transport's completion are one transaction (invariant 3). `settle` completes the
 * transport's row and answers whether it was still ours; if not, everything is rolled back with `pipeline/fenced`.
 */
export const finishAttempt = (
  context: PipelineContext,
  attempt: Attempt,
  ending: Ending,
  facts: EndingFacts,
  retry: RetryPolicy,
  settle: (tx: Tx) => Promise<boolean>,
): Promise<readonly number[]> =>
  withTx(context.db, async tx => {
    const now = context.clock()
    if (!(await settle(tx)) || !(await closeAttempt(tx, attempt, ending, facts, now))) failFenced(attempt)
    const { job } = attempt
    await release(tx, job.id)
    if (ending.outcome === 'made' || ending.outcome === 'no-data') return close(tx, job, ending, now)
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
    if (again) await context.dispatch(tx, job.id, { priority: job.priority, delay })
    else await releaseVersions(tx, job.id)
    return []
  })

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

const failFenced = (attempt: Attempt): never =>
  fail('pipeline/fenced', `try ${attempt.number} of job ${attempt.job.id} was given up for dead; its outputs are dropped`, {
    job: attempt.job.id,
  })

async function closeAttempt(tx: Tx, attempt: Attempt, ending: Ending, facts: EndingFacts, now: number): Promise<boolean> {
  const outcome: Outcome = ending.outcome
  const closed = await tx
    .updateTable('attempt')
    .set({
      ended_at: new Date(now),
      outcome,
      exit_code: facts.exitCode ?? null,
      signal: facts.signal ?? null,
      message: ending.outcome === 'made' ? null : ending.message,
      log: facts.log ?? null,
      detail: JSON.stringify(facts.detail ?? {}),
      handle: null,
    })
    .where('job', '=', attempt.job.id)
    .where('number', '=', attempt.number)
    .where('token', '=', attempt.token)
    .where('ended_at', 'is', null)
    .executeTakeFirst()
  return closed.numUpdatedRows === 1n
}

async function close(
  tx: Tx,
  job: JobRow,
  ending: Extract<Ending, { outcome: 'made' } | { outcome: 'no-data' }>,
  now: number,
): Promise<readonly number[]> {
  const message = ending.outcome === 'no-data' ? ending.message : null
  await tx
    .updateTable('job')
    .set({ state: ending.outcome, ended_at: new Date(now), message })
    .where('id', '=', job.id)
    .execute()
  if (ending.outcome === 'no-data') await releaseVersions(tx, job.id)
  const kept = new Map(ending.outcome === 'made' ? ending.kept?.map(k => [k.dataset, k.file]) : [])
  if (kept.size > 0) await releaseVersions(tx, job.id, [...kept.keys()])
  await supersedeHeld(tx, job)
  // Files after all that others may wait for: each takes the event counter, whose lock is held until the transaction ends.
  const made = new Map<string, number>()
  for (const file of ending.outcome === 'made' ? ending.files : []) made.set(file.file.dataset, await recordPrepared(tx, file, now))
  await recordVerdicts(
    tx,
    job,
    job.outputs.map(({ dataset }) => {
      const same = kept.get(dataset)
      if (ending.outcome === 'no-data') return { dataset, outcome: 'no-data', file: undefined }
      return same === undefined ? { dataset, outcome: 'made', file: made.get(dataset) } : { dataset, outcome: 'kept', file: same }
    }),
    now,
  )
  return [...made.values()]
}
