import type { Mission } from '#domain/mission'
import type { JobFile } from '#domain/process'
import { fail } from '#error'
import type { ExecutorContext } from './context.ts'
import { buildJobFile } from './job-file.ts'

/** Which work is asked for; without a spacecraft, the only one that has a job of it. */
export interface WorkName {
  readonly process: string
  readonly spacecraft: string | undefined
  readonly partition: string
}

/**
 * The job file of the newest job of a work, as its next try would read it: exact inputs, names to write, parameters. Throws
 * `executor/unknown-process`, `executor/no-job`, `executor/which-spacecraft`.
 */
export async function describeJob(context: ExecutorContext, mission: Mission, work: WorkName): Promise<JobFile> {
  const process = mission.processes.find(p => p.id === work.process)
  if (process === undefined) {
    const known = mission.processes.map(p => p.id).join(', ')
    return fail('executor/unknown-process', `${mission.id} has no process ${work.process}; there are ${known}`)
  }
  const jobs = await context.pipeline.db
    .selectFrom('job')
    .selectAll()
    .distinctOn('spacecraft')
    .where('mission', '=', mission.id)
    .where('process', '=', process.id)
    .where('partition', '=', work.partition)
    .$if(work.spacecraft !== undefined, q => q.where('spacecraft', '=', work.spacecraft ?? ''))
    .orderBy('spacecraft')
    .orderBy('id', 'desc')
    .execute()
  const [job] = jobs
  const what = [process.id, work.spacecraft, work.partition].filter(Boolean).join(' ')
  if (job === undefined)
    return fail(
      'executor/no-job',
      `no job of ${what} was planned yet: its inputs are not there, or nobody expects it (apsis why says which)`,
    )
  if (jobs.length > 1)
    return fail('executor/which-spacecraft', `${what} has jobs of ${jobs.map(j => j.spacecraft).join(', ')}: say which spacecraft`)
  return buildJobFile(context, mission, process, { job, number: 1, token: '', handle: undefined }, '')
}
