import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { packageOf } from '#domain/mission'
import type { Mission, Process } from '#domain/mission'
import { SdcError, fail } from '#error'
import { readEnvironment } from '#services/code'
import { readRules } from '#services/missions'
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
  /** The rule: the mission's, with how to run as a release says that brings a `processes.yaml` of its own. */
  readonly process: Process
}

/**
 * The release that was chosen with the job's versions; where its package has none in production, the mission's folder as it is now. Its
 * content is kept either way, so that what it makes can be made again.
 */
export async function chooseCode(context: ExecutorContext, mission: Mission, process: Process, digest: string | null): Promise<ChosenCode> {
  const name = packageOf(mission, process)
  if (digest === null)
    return { package: name, digest: await context.code.snapshot(mission.folder), programs: mission, told: mission, process }
  return releasedCode(mission, process, digest, await context.code.folderOf(digest))
}

/** A release of the package of a process, in its folder. Throws `code/bad-rules`, `code/other-rule`. */
export async function releasedCode(mission: Mission, process: Process, digest: string, folder: string): Promise<ChosenCode> {
  return { ...placedCode(mission, process, digest, folder), process: await ruleOf(mission, process, digest, folder) }
}

/** The same for what is made again as it was: rules that have changed since do not matter. */
export async function formerCode(mission: Mission, process: Process, digest: string, folder: string): Promise<ChosenCode> {
  const rule = await ruleOf(mission, process, digest, folder).catch((error: unknown) => {
    if (error instanceof SdcError) return process
    throw error
  })
  return { ...placedCode(mission, process, digest, folder), process: rule }
}

function placedCode(mission: Mission, process: Process, digest: string, folder: string): Omit<ChosenCode, 'process'> {
  const name = packageOf(mission, process)
  const programs = { ...mission, folder }
  const told = name === mission.id ? programs : mission
  return { package: name, digest, programs, told }
}

/** Rules by release: its content never changes. */
const rules = new Map<string, Promise<readonly Process[]>>()

/**
 * What a release's own `processes.yaml` says of how to run: program, parameters, exits, limits, resources, retry. From what and what for is the
 * mission's to say, for it is planned by that.
 */
async function ruleOf(mission: Mission, process: Process, digest: string, folder: string): Promise<Process> {
  if (!existsSync(join(folder, 'processes.yaml'))) return process
  const key = `${mission.folder} ${digest}`
  const known = rules.get(key) ?? readRules(mission.folder, folder)
  rules.set(key, known)
  const own = (await known).find(p => p.id === process.id)
  if (own === undefined) return process
  const graph = (p: Process): string => JSON.stringify([p.inputs, p.outputs])
  if (graph(own) !== graph(process))
    fail('code/other-rule', `the release's processes.yaml gives ${process.id} other inputs or outputs: change the mission's folder first`, {
      process: process.id,
    })
  const { program, parameters, exits, limits, resources, retry, deterministic } = own
  return { ...process, program, parameters, exits, limits, resources, retry, ...(deterministic === undefined ? {} : { deterministic }) }
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
