import type { Process } from '#domain/mission'
import type { JobRow } from '#services/pipeline'
import type { ExecutorContext } from './context.ts'
import type { Claim } from './queue.ts'

/** A claim and the places of its worker that it takes while it runs. */
export interface Weighed {
  readonly claim: Claim
  readonly weight: number
}

/**
 * The claims that begin now, in order of claiming: while one waits for its places, nothing overtakes it, or light jobs would keep a heavy
 * one out for ever. A job that is heavier than its worker takes it whole.
 */
export function admit(waiting: readonly Weighed[], slots: number, taken: number): readonly Weighed[] {
  let free = slots - taken
  const begun: Weighed[] = []
  for (const next of waiting) {
    const places = Math.min(next.weight, slots)
    if (places > free) break
    free -= places
    begun.push({ ...next, weight: places })
  }
  return begun
}

/** What each claim weighs: the `weight` of its process, 1 where that is not configured any more. */
export async function weigh(context: ExecutorContext, claims: readonly Claim[]): Promise<readonly Weighed[]> {
  const { db, missions } = context.pipeline
  if (claims.length === 0 || missions.every(m => m.processes.every(p => p.weight === 1))) return claims.map(claim => ({ claim, weight: 1 }))
  const jobs = await db
    .selectFrom('job')
    .select(['id', 'mission', 'process'])
    .where(
      'id',
      'in',
      claims.map(c => c.job),
    )
    .execute()
  const weights = new Map(jobs.map(job => [job.id, configured(context, job)?.weight ?? 1]))
  return claims.map(claim => ({ claim, weight: weights.get(claim.job) ?? 1 }))
}

/** The process of a job, where its mission's folder still has it. */
export const configured = (context: ExecutorContext, job: Pick<JobRow, 'mission' | 'process'>): Process | undefined =>
  context.pipeline.missions.find(m => m.id === job.mission)?.processes.find(p => p.id === job.process)
