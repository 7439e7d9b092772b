import { jobMoves, mayMove } from '#domain/process'
import { compareVersions } from '#domain/version'
import { fail } from '#error'
import { latestOf } from '#services/catalog'
import { withTx } from '#services/db'
import type { Tx } from '#services/db'
import { recordAct } from '#services/people'
import { spotOfJob } from './cell-spots.ts'
import type { PipelineContext } from './context.ts'
import { reconcile } from './reconcile.ts'
import type { JobRow } from './sql.ts'

/**
 * Gives a job that failed or was cancelled its tries again, with the inputs and output names it had: what was broken was not in them. Throws
 * `pipeline/no-such-job`, `pipeline/not-retried` where it did not fail, or where something newer was made of the same work.
 */
export async function retryJob(context: PipelineContext, id: number, by: Word): Promise<JobRow> {
  const job = await withTx(context.db, tx => reopen(context, tx, id, by))
  await reconcile(context, [spotOfJob(job)])
  return job
}

interface Word {
  readonly actor: string
  readonly reason: string
}

async function reopen(context: PipelineContext, tx: Tx, id: number, by: Word): Promise<JobRow> {
  const job = await tx.selectFrom('job').selectAll().where('id', '=', id).forUpdate().executeTakeFirst()
  if (job === undefined) return fail('pipeline/no-such-job', `there is no job ${id}`, { job: id })
  if (job.state === 'running' || !mayMove(jobMoves, job.state, 'ready')) return refuse(id, `it is ${job.state}, not failed or cancelled`)
  if (!context.missions.some(m => m.id === job.mission && m.processes.some(p => p.id === job.process)))
    refuse(id, `mission ${job.mission} no longer has the process ${job.process}`)
  await refuseSucceeded(tx, job)
  const now = context.clock()
  const message = `retried by ${by.actor}${by.reason === '' ? '' : `: ${by.reason}`}`
  const change = { state: 'ready' as const, uncounted: job.tries, not_before: new Date(now), ended_at: null, message }
  await tx.updateTable('job').set(change).where('id', '=', id).execute()
  await tx
    .insertInto('reserved_version')
    .values(job.outputs.map(o => ({ mission: job.mission, dataset: o.dataset, partition: job.partition, version: o.version, job: id })))
    .execute()
  await context.dispatch(tx, [{ job: id, priority: job.priority, delay: 0 }])
  await recordAct(tx, { at: now, actor: by.actor, act: 'job.retry', object: String(id), detail: { reason: by.reason, was: job.message } })
  return { ...job, ...change, not_before: now }
}

const refuse = (id: number, because: string): never => fail('pipeline/not-retried', `job ${id} is not retried: ${because}`, { job: id })

/** Names are given once: what came after the job has taken its place. */
async function refuseSucceeded(tx: Tx, job: JobRow): Promise<void> {
  const later = await tx
    .selectFrom('job')
    .select(['id', 'state'])
    .where('mission', '=', job.mission)
    .where('process', '=', job.process)
    .where('spacecraft', '=', job.spacecraft)
    .where('partition', '=', job.partition)
    .where('id', '>', job.id)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
  if (later !== undefined) refuse(job.id, `job ${later.id} (${later.state}) came after it, with other inputs or by a campaign`)
  for (const output of job.outputs) {
    const latest = await latestOf(tx, job.mission, output.dataset, job.partition)
    if (latest !== undefined && compareVersions(latest.version, output.version) >= 0)
      refuse(job.id, `${latest.name} is there by now, where it would write ${output.name}`)
  }
}
