import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { compareVersions } from '#domain/version'
import { SdcError, fail } from '#error'
import { latestOf } from '#services/catalog'
import type { Db } from '#services/db'
import { landBytes, verifyFile } from '#services/ingest'
import type { Prepared } from '#services/ingest'
import { findMission, readHeld, rejectHeld, releaseHeld, settledJobs } from '#services/pipeline'
import type { HeldJob } from '#services/pipeline'
import type { ExecutorContext } from './context.ts'
import { identifyOutput, originOf } from './output.ts'

/** A person's word on a held job. */
export interface HeldAct {
  readonly job: number
  readonly actor: string
  readonly reason: string
}

/**
 * Publishes what the regression guard held. Throws `held/no-such-job`, `held/no-reason`, `held/overtaken` where something newer was
 * delivered meanwhile, `held/bytes` where the bytes that lie aside are not those that were held.
 */
export async function releaseHeldJob(context: ExecutorContext, act: HeldAct): Promise<readonly number[]> {
  const held = await readHeld(context.pipeline.db, act)
  const files = await publishHeld(context, held)
  const ids = await releaseHeld(context.pipeline, held.job, files, act)
  await clearHeld(context)
  return ids
}

/** Keeps the old files: their recipe counts as settled, and what was held is removed. Throws as {@link releaseHeldJob}. */
export async function rejectHeldJob(context: ExecutorContext, act: HeldAct): Promise<void> {
  const held = await readHeld(context.pipeline.db, act)
  await rejectHeld(context.pipeline, held.job, act)
  await clearHeld(context)
}

async function publishHeld(context: ExecutorContext, { job, outputs }: HeldJob): Promise<readonly Prepared[]> {
  const mission = findMission(context.pipeline.missions, job.mission)
  const files: Prepared[] = []
  for (const output of outputs.filter(o => o.replaces === null || o.less.length > 0)) {
    const planned = job.outputs.find(o => o.name === output.name) ?? fail('held/no-such-job', `job ${job.id} makes no ${output.name}`)
    await refuseOvertaken(context.pipeline.db, job.mission, job.partition, planned)
    const landed = await landBytes(output.path, context.ingest.incoming).catch((cause: unknown) =>
      fail('held/bytes', `${output.path} cannot be read`, {}, cause),
    )
    try {
      if (landed.sha256 !== output.sha256) fail('held/bytes', `${output.path} has other bytes than those that were held`)
      const prepared = await verifyFile(context.ingest, identifyOutput(mission, planned), landed, originOf(job))
      await context.ingest.store.put(prepared.file.path, landed.temporary, landed.sha256)
      files.push(prepared)
    } finally {
      await rm(landed.temporary, { force: true })
    }
  }
  return files
}

async function refuseOvertaken(db: Db, mission: string, partition: string, planned: HeldJob['job']['outputs'][number]): Promise<void> {
  const latest = await latestOf(db, mission, planned.dataset, partition)
  if (latest !== undefined && compareVersions(planned.version, latest.version) <= 0)
    throw new SdcError('held/overtaken', `${latest.name} is newer than ${planned.name}: reject what is held`)
}

/** Removes bytes of jobs that are held no more: released, rejected, or given way to something newer. */
export async function clearHeld(context: ExecutorContext): Promise<void> {
  const names = await readdir(join(context.aside, 'held')).catch((): string[] => [])
  const jobs = names.map(name => Number(name.replace('job-', '')))
  for (const job of await settledJobs(context.pipeline.db, jobs)) await rm(heldFolder(context, job), { recursive: true, force: true })
}

/** Where what a job made lies while it is held. */
export const heldFolder = (context: Pick<ExecutorContext, 'aside'>, job: number): string => join(context.aside, 'held', `job-${job}`)
