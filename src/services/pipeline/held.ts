import { sql } from 'kysely'
import type { Selectable } from 'kysely'
import { jobMoves, statesBefore } from '#domain/process'
import { SdcError, fail } from '#error'
import { listOf, withTx } from '#services/db'
import type { Db, HeldOutputTable, Tx } from '#services/db'
import { recordPrepared } from '#services/ingest'
import type { Prepared } from '#services/ingest'
import { recordAct } from '#services/people'
import type { Ending } from './attempts.ts'
import type { PipelineContext } from './context.ts'
import { releaseVersions } from './jobs.ts'
import { reconcile } from './reconcile.ts'
import { spotOfJob } from './spots.ts'
import type { JobRow } from './sql.ts'
import { recordVerdicts } from './verdicts.ts'

/** Writes down what the regression guard laid aside. The job keeps its reserved versions until a person decides. */
export async function holdOutputs(
  tx: Tx,
  job: JobRow,
  ending: Extract<Ending, { outcome: 'held' }>,
  now: number,
): Promise<readonly number[]> {
  const at = new Date(now)
  await supersedeHeld(tx, job)
  await tx.updateTable('job').set({ state: 'held', ended_at: at, message: ending.message }).where('id', '=', job.id).execute()
  await tx
    .insertInto('held_output')
    .values(ending.outputs.map(o => ({ ...o, job: job.id, replaces: o.replaces ?? null, less: JSON.stringify(o.less), at })))
    .execute()
  return []
}

/** Something newer was made of the same work: what is held of it can no longer be wanted. */
export async function supersedeHeld(tx: Tx, job: JobRow): Promise<void> {
  const { mission, process, spacecraft, partition } = job
  const rows = await tx
    .updateTable('job')
    .set({ state: 'superseded', message: `job ${job.id} made something newer` })
    .where(e => e.and({ mission, process, spacecraft, partition }))
    .where('state', '=', 'held')
    .returning('id')
    .execute()
  for (const { id } of rows) await releaseVersions(tx, id)
}

/** Jobs are made, by their ids, and supersede what is held of the same works. */
export async function setMade(tx: Tx, jobs: readonly number[], now: number): Promise<void> {
  await sql`
    with made as (
      update job set state = 'made', ended_at = ${new Date(now)}, message = null where id = any(${listOf('bigint', jobs)})
      returning id, mission, process, spacecraft, partition),
    outdone as (
      update job h set state = 'superseded', message = 'job ' || made.id || ' made something newer'
      from made where h.state = 'held' and h.mission = made.mission and h.process = made.process
        and h.spacecraft = made.spacecraft and h.partition = made.partition returning h.id)
    delete from reserved_version v using outdone o where v.job = o.id`.execute(tx)
}

/** A job that waits for a person's word, with what it made and what each would replace. */
export interface HeldJob {
  readonly job: JobRow
  readonly outputs: readonly (Selectable<HeldOutputTable> & { readonly old: string | null })[]
}

/** Held jobs, the oldest first. */
export async function listHeld(db: Db, mission?: string): Promise<readonly HeldJob[]> {
  const jobs = await db
    .selectFrom('job')
    .selectAll()
    .where('state', '=', 'held')
    .$if(mission !== undefined, q => q.where('mission', '=', mission ?? ''))
    .orderBy('id')
    .limit(1000)
    .execute()
  if (jobs.length === 0) return []
  const rows = await db
    .selectFrom('held_output')
    .leftJoin('file', 'file.id', 'held_output.replaces')
    .selectAll('held_output')
    .select('file.name as old')
    .where(
      'held_output.job',
      'in',
      jobs.map(j => j.id),
    )
    .orderBy('held_output.name')
    .execute()
  return jobs.map(job => ({ job, outputs: rows.filter(r => r.job === job.id) }))
}

/** Of these jobs, those that neither are held nor may yet be. */
export async function settledJobs(db: Db, jobs: readonly number[]): Promise<readonly number[]> {
  if (jobs.length === 0) return []
  const rows = await db
    .selectFrom('job')
    .select('id')
    .where('id', 'in', jobs)
    .where('state', 'not in', ['held', 'running', 'ready'])
    .execute()
  return rows.map(r => r.id)
}

/** Throws `held/no-such-job`, and `held/no-reason` where the word has none. */
export async function readHeld(db: Db, word: { readonly job: number; readonly reason: string }): Promise<HeldJob> {
  if (word.reason.trim() === '') throw new SdcError('held/no-reason', 'a release or rejection needs a reason: people will ask for it')
  const found = (await listHeld(db)).find(h => h.job.id === word.job)
  return found ?? fail('held/no-such-job', `job ${word.job} is not held; apsis held ls shows those that are`, { job: word.job })
}

interface Word {
  readonly actor: string
  readonly reason: string
}

/** Records files whose bytes are in the store already; the job counts as made. */
export async function releaseHeld(
  context: PipelineContext,
  job: JobRow,
  files: readonly Prepared[],
  word: Word,
): Promise<readonly number[]> {
  const ids = await withTx(context.db, async tx => {
    const now = context.clock()
    const kept = await leaveHeld(tx, job, 'made', word, now)
    const made = new Map<string, number>()
    for (const file of files) made.set(file.file.dataset, await recordPrepared(tx, file, now))
    const verdicts = job.outputs.map(({ dataset }) =>
      made.has(dataset)
        ? { job, dataset, outcome: 'made' as const, file: made.get(dataset) }
        : { job, dataset, outcome: 'kept' as const, file: kept.get(dataset) },
    )
    await recordVerdicts(tx, verdicts, now)
    return [...made.values()]
  })
  await reconcile(context, [spotOfJob(job)])
  return ids
}

/** The files that are there stay; the recipe is settled for them and not run again. */
export async function rejectHeld(context: PipelineContext, job: JobRow, word: Word): Promise<void> {
  await withTx(context.db, async tx => {
    const now = context.clock()
    const kept = await leaveHeld(tx, job, 'rejected', word, now)
    await releaseVersions(tx, job.id)
    await recordVerdicts(
      tx,
      job.outputs.map(({ dataset }) => ({ job, dataset, outcome: 'rejected', file: kept.get(dataset) })),
      now,
    )
  })
  await reconcile(context, [spotOfJob(job)])
}

/** Moves the job on, unless somebody else was faster, and answers which file each output would have replaced. */
async function leaveHeld(tx: Tx, job: JobRow, to: 'made' | 'rejected', word: Word, now: number): Promise<ReadonlyMap<string, number>> {
  const done = to === 'made' ? 'released' : 'rejected'
  const moved = await tx
    .updateTable('job')
    .set({ state: to, message: `${done} by ${word.actor}: ${word.reason}` })
    .where('id', '=', job.id)
    .where('state', '=', 'held')
    .where('state', 'in', statesBefore(jobMoves, to))
    .executeTakeFirst()
  if (moved.numUpdatedRows === 0n) fail('held/no-such-job', `job ${job.id} is not held any more`, { job: job.id })
  const detail = { reason: word.reason, message: job.message }
  await recordAct(tx, { at: now, actor: word.actor, act: `held.${done}`, object: `job ${job.id}`, detail })
  const rows = await tx.deleteFrom('held_output').where('job', '=', job.id).returning(['dataset', 'replaces']).execute()
  return new Map(rows.flatMap(r => (r.replaces === null ? [] : [[r.dataset, r.replaces] as const])))
}
