import type { JobView } from '#apps/web'
import { fail } from '#error'
import { datasetId, findProduct } from '#domain/mission'
import { findJob, hideInAttempt, hideInJob } from '#services/access'
import type { PageAsk } from './frame.ts'

/** One job: what it is for, its tries, and for the team the files it reads. */
export async function viewJob(ask: PageAsk, text: string): Promise<JobView> {
  const id = Number(text)
  const found = Number.isSafeInteger(id) ? await findJob(ask.parts.db, id) : undefined
  const mission = ask.parts.missions.find(m => m.id === found?.job.mission)
  if (found === undefined || mission === undefined) return fail('access/no-such-job', `There is no job ${text}.`)
  const { job, attempts } = found
  const process = mission.processes.find(p => p.id === job.process)
  const all = ask.sight === 'all'
  const outputs = process?.outputs ?? []
  return {
    page: 'job',
    title: `Job ${job.id}`,
    job: hideInJob(mission, job, ask.sight),
    process: process?.title ?? job.process,
    attempts: attempts.map(a => hideInAttempt(mission, a, ask.sight)),
    cells: outputs.map(o => ({ dataset: datasetId(findProduct(mission, o.product), job.spacecraft), partition: job.partition })),
    ...(all ? { files: { inputs: job.inputs } } : {}),
  }
}
