import { mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { packageOf } from '#domain/mission'
import type { Mission, Process } from '#domain/mission'
import { fail } from '#error'
import { latestOf, scienceOf } from '#services/catalog'
import { moveRelease, readEnvironment, recordEnvironment } from '#services/code'
import type { Release } from '#services/code'
import { instant, withTx } from '#services/db'
import type { StagedOutput } from '#services/db'
import { programEnvironment, releasedCode, runInRoom } from '#services/executor'
import type { ChosenCode, ExecutorContext, RoomRun } from '#services/executor'
import { findMission, madeBy } from '#services/pipeline'
import type { JobRow, Made } from '#services/pipeline'
import { judgeRoom, readOutput } from './outputs.ts'

/** Which works a release is tried on. */
export interface StageScope {
  readonly mission: string
  readonly processes?: readonly string[]
  readonly spacecraft?: string
  /** UTC milliseconds, half-open. */
  readonly from?: number
  readonly to?: number
  /** The newest so many. */
  readonly limit: number
}

export interface StagedResult {
  readonly job: number
  readonly process: string
  readonly spacecraft: string
  readonly partition: string
  readonly outcome: 'made' | 'no-data' | 'failed'
  readonly message: string | undefined
  readonly seconds: number
}

/**
 * Runs a release on the real inputs of jobs that made what is published. What it makes goes to a side area that nobody downloads from, and
 * is written down for {@link compareRelease}. Throws `code/nothing-to-stage`.
 */
export async function* stageRelease(
  context: ExecutorContext,
  release: Release,
  scope: StageScope,
  actor: string,
): AsyncGenerator<StagedResult> {
  const { db } = context.pipeline
  const mission = findMission(context.pipeline.missions, scope.mission)
  const jobs = await chooseJobs(context, mission, release, scope)
  if (jobs.length === 0)
    fail('code/nothing-to-stage', `nothing that ${release.package} makes was made in this scope: there is nothing to try it on`)
  if (release.state === 'registered' || release.state === 'retired')
    await withTx(db, tx => moveRelease(tx, release, 'staging', { actor, reason: '' }, context.pipeline.clock()))
  const folder = await context.code.folderOf(release.digest)
  for (const job of jobs) {
    const process = mission.processes.find(p => p.id === job.process)
    const made = await madeBy(db, job.id)
    if (process === undefined || made === undefined) continue
    const code = await releasedCode(mission, process, release.digest, folder)
    yield await stageJob(context, {
      release,
      mission,
      process: code.process,
      job,
      made: withRule(made, process, code.process),
      code,
      actor,
    })
  }
}

async function chooseJobs(context: ExecutorContext, mission: Mission, release: Release, scope: StageScope): Promise<readonly JobRow[]> {
  const own = mission.processes.filter(p => packageOf(mission, p) === release.package).map(p => p.id)
  const processes = scope.processes?.filter(p => own.includes(p)) ?? own
  if (processes.length === 0) return []
  const { from, to, spacecraft } = scope
  const newest = await context.pipeline.db
    .selectFrom('job')
    .distinctOn(['process', 'spacecraft', 'partition'])
    .selectAll()
    .where('mission', '=', mission.id)
    .where('state', '=', 'made')
    .where('process', 'in', processes)
    .$if(from !== undefined, q => q.where('stop_time', '>', instant(from ?? 0)))
    .$if(to !== undefined, q => q.where('start_time', '<', instant(to ?? 0)))
    .$if(spacecraft !== undefined, q => q.where('spacecraft', '=', spacecraft ?? ''))
    .orderBy('process')
    .orderBy('spacecraft')
    .orderBy('partition')
    .orderBy('id', 'desc')
    .execute()
  return newest.toSorted((a, b) => b.start_time - a.start_time || a.id - b.id).slice(0, scope.limit)
}

/** The job file as it was, with the parameters that the release declares where it declares others. */
const withRule = (made: Made, before: Process, now: Process): Made =>
  before === now ? made : { ...made, jobFile: { ...made.jobFile, parameters: { ...made.jobFile.parameters, ...now.parameters } } }

interface Staging {
  readonly release: Release
  readonly mission: Mission
  readonly process: Process
  readonly job: JobRow
  readonly made: Made
  readonly code: ChosenCode
  readonly actor: string
}

async function stageJob(context: ExecutorContext, s: Staging): Promise<StagedResult> {
  const { release, process, job } = s
  const folder = join(context.aside, 'staged', release.package, release.digest.slice(0, 12), `job-${job.id}`)
  await rm(folder, { recursive: true, force: true })
  await mkdir(join(folder, '..'), { recursive: true })
  const name = `stage-${release.digest.slice(0, 12)}-job-${job.id}`
  return runInRoom(context, { name, code: s.code, process, jobFile: s.made.jobFile }, async run => {
    const ended = judgeRoom(process, run)
    const read = ended.outcome === 'made' ? await readOutputs(context, s, run) : { outputs: [], faults: [] }
    const { outcome, message } = read.faults.length > 0 ? { outcome: 'failed' as const, message: read.faults.join('; ') } : ended
    await rename(run.work, folder)
    const seconds = run.end.usage.cpuSeconds > 0 ? run.end.usage.cpuSeconds : run.end.usage.wallSeconds
    await recordRun(context, s, { outcome, message, folder, outputs: read.outputs, seconds }, run)
    return { job: job.id, process: job.process, spacecraft: job.spacecraft, partition: job.partition, outcome, message, seconds }
  })
}

async function readOutputs(
  context: ExecutorContext,
  { mission, job }: Staging,
  run: RoomRun,
): Promise<{ readonly outputs: readonly StagedOutput[]; readonly faults: readonly string[] }> {
  const outputs: StagedOutput[] = []
  const faults: string[] = []
  for (const output of job.outputs) {
    const read = await readOutput(context, mission, output, run.work)
    if (typeof read === 'string') {
      faults.push(read)
      continue
    }
    const base = await latestOf(context.pipeline.db, mission.id, output.dataset, job.partition)
    const { role, name, product } = output
    outputs.push({ role, name, product, base: base?.id ?? null, sha256: read.file.sha256, science: scienceOf(read.file) })
  }
  return { outputs, faults }
}

interface StagedFacts {
  readonly outcome: string
  readonly message: string | undefined
  readonly folder: string
  readonly outputs: readonly StagedOutput[]
  readonly seconds: number
}

async function recordRun(context: ExecutorContext, { release, job, actor }: Staging, facts: StagedFacts, run: RoomRun): Promise<void> {
  const { db, clock } = context.pipeline
  const apsis = `${context.software.version} ${await context.code.apsis()}`
  const environment = await readEnvironment(run.order.command, programEnvironment, apsis)
  await recordEnvironment(db, environment, clock())
  await db
    .insertInto('staged_run')
    .values({
      package: release.package,
      digest: release.digest,
      job: job.id,
      outcome: facts.outcome,
      message: facts.message ?? null,
      folder: facts.folder,
      outputs: JSON.stringify(facts.outputs),
      environment: environment.fingerprint,
      seconds: facts.seconds,
      at: new Date(clock()),
      actor,
    })
    .execute()
}
