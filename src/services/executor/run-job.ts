import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { findProduct, identifyName, isPublic } from '#domain/mission'
import type { Mission, Process } from '#domain/mission'
import { SdcError, fail } from '#error'
import { landBytes, prepareFile } from '#services/ingest'
import type { Identity, Prepared } from '#services/ingest'
import { findMission } from '#services/pipeline'
import type { Attempt, Ending, EndingFacts } from '#services/pipeline'
import type { ExecutorContext } from './context.ts'
import { buildJobFile } from './job-file.ts'
import { commandOf, runProgram } from './run-program.ts'
import type { ProgramEnd } from './run-program.ts'

export interface JobRun {
  readonly ending: Ending
  readonly facts: EndingFacts
}

export const processOf = (mission: Mission, id: string): Process =>
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
  await rm(folder, { recursive: true, force: true })
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

/** Exactly the declared outputs, each verified by content; anything else is refused, so that nothing is silently left behind. */
async function collect(context: ExecutorContext, mission: Mission, attempt: Attempt, work: string): Promise<Ending> {
  const { job } = attempt
  const there = await readdir(work)
  const names = job.outputs.map(o => o.name)
  const absent = names.filter(n => !there.includes(n))
  if (absent.length > 0) return { outcome: 'refused', message: `exit 0, but ${absent.join(', ')} was not written` }
  const stray = there.filter(n => !names.includes(n))
  if (stray.length > 0) return { outcome: 'refused', message: `exit 0, but undeclared files were written: ${stray.join(', ')}` }
  const files: Prepared[] = []
  for (const output of job.outputs) {
    const identity = identifyOutput(mission, output)
    const landed = await landBytes(join(work, output.name), context.ingest.incoming)
    try {
      const parents = job.inputs.map(i => ({ role: i.role, name: i.name, file: i.file }))
      files.push(
        await prepareFile(context.ingest, identity, landed, { actor: `process ${job.process}`, job: job.id, recipe: job.recipe, parents }),
      )
    } catch (error) {
      if (error instanceof SdcError) return { outcome: 'refused', message: `${output.name}: ${error.message}` }
      throw error
    } finally {
      await rm(landed.temporary, { force: true })
    }
  }
  return { outcome: 'made', files }
}

function identifyOutput(mission: Mission, output: Attempt['job']['outputs'][number]): Identity {
  const found = identifyName(mission, output.name)
  if (found.product === undefined) return fail('executor/bad-output-name', found.reason)
  const product = findProduct(mission, output.product)
  return {
    mission,
    product,
    dataset: output.dataset,
    spacecraft: found.spacecraft,
    start: found.start,
    stop: found.stop,
    version: output.version,
    name: output.name,
    public: isPublic(product),
    adopted: false,
  }
}
