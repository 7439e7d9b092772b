import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Mission, Process } from '#domain/mission'
import { SdcError, fail } from '#error'
import { findMission } from '#services/pipeline'
import type { Attempt, Ending, EndingFacts } from '#services/pipeline'
import { collect } from './collect.ts'
import type { ExecutorContext } from './context.ts'
import { buildJobFile } from './job-file.ts'
import { commandOf, runProgram } from './run-program.ts'
import type { ProgramEnd } from './run-program.ts'

export interface JobRun {
  readonly ending: Ending
  readonly facts: EndingFacts
}

const processOf = (mission: Mission, id: string): Process =>
  mission.processes.find(p => p.id === id) ??
  fail('executor/unknown-process', `mission ${mission.id} no longer has the process ${id}`, { process: id })

/** Runs one try of a job in folders of its own and brings its outputs as far as the store. Nothing is recorded yet. */
export async function runJob(context: ExecutorContext, attempt: Attempt, stop: AbortSignal): Promise<JobRun> {
  const { job } = attempt
  const mission = findMission(context.pipeline.missions, job.mission)
  const process_ = processOf(mission, job.process)
  const folder = join(context.staging, `job-${job.id}-try-${attempt.number}-${attempt.token.slice(0, 8)}`)
  const [work, scratch] = [join(folder, 'work'), join(folder, 'scratch')]
  const log = join(context.logs, `job-${job.id}-try-${attempt.number}.log`)
  await removeTries(context.staging, job.id)
  await mkdir(work, { recursive: true })
  await mkdir(scratch, { recursive: true })
  try {
    const file = join(folder, 'job.json')
    await writeFile(file, JSON.stringify(await buildJobFile(context, mission, process_, attempt, scratch), null, 1))
    const environment = {
      PATH: process.env['PATH'] ?? '/usr/bin:/bin',
      HOME: scratch,
      TMPDIR: scratch,
      LANG: 'C.UTF-8',
      TZ: 'UTC',
      NODE_COMPILE_CACHE: context.compileCache,
      APSIS_JOB: file,
    }
    const command = commandOf(process_, mission, context.builtins)
    const end = await runProgram({ command, folder: work, environment, log, seconds: process_.limits.seconds, stop })
    const ending = await judge(context, mission, process_, attempt, end, work)
    return { ending, facts: { exitCode: end.exitCode, signal: end.signal, log } }
  } catch (error) {
    if (!(error instanceof SdcError)) throw error
    return { ending: { outcome: 'failed', message: error.message }, facts: { exitCode: undefined, signal: undefined, log } }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Folders of tries whose worker was killed: they are given up for dead, and nobody else would clear up after them. */
async function removeTries(staging: string, job: number): Promise<void> {
  for (const name of await readdir(staging))
    if (name.startsWith(`job-${job}-try-`)) await rm(join(staging, name), { recursive: true, force: true }).catch(() => undefined)
}

async function judge(
  context: ExecutorContext,
  mission: Mission,
  process_: Process,
  attempt: Attempt,
  end: ProgramEnd,
  work: string,
): Promise<Ending> {
  if (end.timedOut) return { outcome: 'failed', message: `ended after its limit of ${process_.limits.seconds} s` }
  if (end.exitCode === undefined)
    return {
      outcome: 'failed',
      message: end.signal === undefined ? end.lastLine : `ended by signal ${end.signal}; last words: ${end.lastLine}`,
    }
  if (process_.exits.noData.includes(end.exitCode)) return { outcome: 'no-data', message: end.lastLine }
  if (process_.exits.tryAgain.includes(end.exitCode))
    return { outcome: 'try-again', message: end.lastLine || `exit ${end.exitCode}: try again` }
  if (end.exitCode !== 0) return { outcome: 'failed', message: `exit ${end.exitCode}: ${end.lastLine}` }
  return collect(context, mission, attempt, work)
}
