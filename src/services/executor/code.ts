import { packageOf } from '#domain/mission'
import type { Mission, Process } from '#domain/mission'
import { readEnvironment } from '#services/code'
import { noteMaking } from '#services/pipeline'
import type { Attempt } from '#services/pipeline'
import type { JobFile } from '#domain/process'
import type { ExecutorContext } from './context.ts'
import { programEnvironment } from './order.ts'
import type { ProgramOrder } from './port.ts'

/** The code that a job runs with. */
export interface ChosenCode {
  readonly package: string
  readonly digest: string
  /** The mission, with its folder there where the program's relative paths begin. */
  readonly programs: Mission
  /** The mission that the job file names: the mission's own package is its whole folder. */
  readonly told: Mission
}

/**
 * The release that was chosen with the job's versions; where its package has none in production, the mission's folder as it is now. Its
 * content is kept either way, so that what it makes can be made again.
 */
export async function chooseCode(context: ExecutorContext, mission: Mission, process: Process, digest: string | null): Promise<ChosenCode> {
  const name = packageOf(mission, process)
  if (digest === null) return { package: name, digest: await context.code.snapshot(mission.folder), programs: mission, told: mission }
  const programs = { ...mission, folder: await context.code.folderOf(digest) }
  return { package: name, digest, programs, told: name === mission.id ? programs : mission }
}

/** Writes down all that is needed to make a try's outputs again, before its program starts. */
export async function recordMaking(
  context: ExecutorContext,
  attempt: Attempt,
  code: ChosenCode,
  order: ProgramOrder,
  jobFile: JobFile,
): Promise<void> {
  const environment = await readEnvironment(order.command, programEnvironment, `${context.software.version} ${await context.code.apsis()}`)
  await noteMaking(context.pipeline, attempt, { package: code.package, code: code.digest, environment, jobFile })
}
