import { withTx } from '#services/db'
import type { PipelineContext } from './context.ts'

/**
 * Hands jobs again to a transport that has forgotten them (its rows were pruned, or lost): they are hints, and losing all of them loses
 * nothing. Returns how many there were.
 */
export async function remindTransport(context: PipelineContext): Promise<number> {
  const active = await context.db.selectFrom('job').select('id').where('state', 'in', ['ready', 'running']).execute()
  if (active.length === 0) return 0
  let reminded = 0
  for (const id of await context.findForgotten(active.map(j => j.id))) if (await remindOf(context, id)) reminded++
  if (reminded > 0) context.log.warn({ act: 'remind', jobs: reminded }, 'jobs that the transport had forgotten are handed to it again')
  return reminded
}

/** Looks again while the job is held: it may have ended, or begun another try, since the first look. */
const remindOf = (context: PipelineContext, id: number): Promise<boolean> =>
  withTx(context.db, async tx => {
    const job = await tx
      .selectFrom('job')
      .select(['priority', 'not_before'])
      .where('id', '=', id)
      .where('state', 'in', ['ready', 'running'])
      .forUpdate()
      .executeTakeFirst()
    if (job === undefined || (await context.findForgotten([id])).length === 0) return false
    await context.dispatch(tx, [{ job: id, priority: job.priority, delay: Math.max(0, job.not_before - context.clock()) }])
    return true
  })
