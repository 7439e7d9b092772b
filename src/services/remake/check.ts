import { join } from 'node:path'
import { findProduct } from '#domain/mission'
import { SdcError, fail } from '#error'
import { findFile, scienceOf } from '#services/catalog'
import type { FileRow } from '#services/catalog'
import { findEnvironment, readEnvironment } from '#services/code'
import { formerCode, programEnvironment, runInRoom } from '#services/executor'
import type { ExecutorContext, RoomRun } from '#services/executor'
import { findMission, madeBy, readJob } from '#services/pipeline'
import { diffFiles } from './compare.ts'
import type { ComparedOutput } from './compare.ts'
import { judgeRoom, readOutput } from './outputs.ts'

/** What came of making a file again from its record. */
export interface RemakeCheck {
  readonly file: string
  readonly process: string
  readonly package: string
  readonly code: string
  /** What its process promises: equal bits, or equal content where it is declared not to be deterministic. */
  readonly promised: 'bits' | 'content'
  readonly result: 'bits' | 'content' | 'differs' | 'failed'
  readonly kept: boolean
  readonly message: string | undefined
  /** `key: then -> now` for what changed of the environment. */
  readonly environment: readonly string[]
  readonly difference: Pick<ComparedOutput, 'attributes' | 'variables'> | undefined
}

/**
 * Makes a file again in a clean room, from nothing but its record: code, inputs, parameters, times, seed. Publishes nothing. Throws
 * `remake/no-such-file`, `remake/not-made-here` and `remake/no-record`.
 */
export async function checkRemake(context: ExecutorContext, missionId: string, name: string): Promise<RemakeCheck> {
  const { db, missions } = context.pipeline
  const mission = findMission(missions, missionId)
  const file = (await findFile(db, mission.id, name)) ?? fail('remake/no-such-file', `there is no file ${name} of ${mission.id}`)
  if (file.job === null)
    throw new SdcError('remake/not-made-here', `${name} was delivered by ${file.actor}: there is nothing to remake it with`)
  const made = (await madeBy(db, file.job)) ?? fail('remake/no-record', `${name} was made before Apsis kept what is needed to remake it`)
  const job = await readJob(db, file.job)
  const rule =
    mission.processes.find(p => p.id === made.process) ??
    fail('remake/no-record', `${mission.id} no longer has the process ${made.process}`)
  const output = job.outputs.find(o => o.name === name) ?? fail('remake/no-record', `job ${job.id} does not name ${name}`)
  const code = await formerCode(mission, rule, made.code, await context.code.folderOf(made.code))
  const { process } = code
  const promised = process.deterministic === false ? ('content' as const) : ('bits' as const)
  const about = { file: name, process: process.id, package: made.package, code: made.code, promised }
  return runInRoom(context, { name: `remake-file-${file.id}`, code, process, jobFile: made.jobFile }, async run => {
    const environment = await changesOf(context, run, made.environment)
    const ended = judgeRoom(process, run)
    const read = ended.outcome === 'made' ? await readOutput(context, mission, output, run.work) : (ended.message ?? ended.outcome)
    if (typeof read === 'string') return { ...about, result: 'failed', kept: false, message: read, environment, difference: undefined }
    const result = resultOf(file, read.file)
    const kept = result === 'bits' || (result === 'content' && promised === 'content')
    const cdf = result === 'differs' && findProduct(mission, file.product).format === 'cdf'
    const difference = cdf ? await diffFiles(context, findProduct(mission, file.product), file, join(run.work, name)) : undefined
    return { ...about, result, kept, message: undefined, environment, difference }
  })
}

function resultOf(
  file: FileRow,
  again: { readonly sha256: string; readonly science?: string | undefined },
): 'bits' | 'content' | 'differs' {
  if (file.sha256 === again.sha256) return 'bits'
  return scienceOf(file) === scienceOf(again) ? 'content' : 'differs'
}

async function changesOf(context: ExecutorContext, run: RoomRun, fingerprint: string): Promise<readonly string[]> {
  const apsis = `${context.software.version} ${await context.code.apsis()}`
  const now = await readEnvironment(run.order.command, programEnvironment, apsis)
  if (now.fingerprint === fingerprint) return []
  const then = await findEnvironment(context.pipeline.db, fingerprint)
  return Object.entries(now.detail).flatMap(([key, value]) =>
    then?.detail[key] === value ? [] : [`${key}: ${then?.detail[key]} -> ${value}`],
  )
}
