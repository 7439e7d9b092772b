import { fail } from '#error'
import { withTx } from '#services/db'
import { recordAct } from '#services/people'
import type { PipelineContext } from './context.ts'
import { release } from './holdings.ts'
import { releaseVersions } from './jobs.ts'
import type { JobRow } from './sql.ts'

/**
 * Ends a job that waits or runs, for good: its try is closed at once, so that nothing of it is published any more, and whoever runs its
 * program ends it within seconds. The same work is planned again when an input changes. Throws `pipeline/no-such-job`,
 * `pipeline/job-over`.
 */
export const cancelJob = (context: PipelineContext, id: number, by: { readonly actor: string; readonly reason: string }): Promise<JobRow> =>
  withTx(context.db, async tx => {
    const job = await tx.selectFrom('job').selectAll().where('id', '=', id).forUpdate().executeTakeFirst()
    if (job === undefined) return fail('pipeline/no-such-job', `there is no job ${id}`, { job: id })
    if (job.state !== 'ready' && job.state !== 'running')
      fail('pipeline/job-over', `job ${id} is over (${job.state}): there is nothing to cancel`, { job: id, state: job.state })
    const now = context.clock()
    const message = `cancelled by ${by.actor}${by.reason === '' ? '' : `: ${by.reason}`}`
    await tx
      .updateTable('job')
      .set({ state: 'cancelled', ended_at: new Date(now), message })
      .where('id', '=', id)
      .execute()
    await tx
      .updateTable('attempt')
      .set({ ended_at: new Date(now), outcome: 'cancelled', message })
      .where('job', '=', id)
      .where('ended_at', 'is', null)
      .execute()
    await release(tx, id)
    await releaseVersions(tx, id)
    await recordAct(tx, { at: now, actor: by.actor, act: 'job.cancel', object: String(id), detail: { reason: by.reason } })
    return { ...job, state: 'cancelled' as const, message }
  })
