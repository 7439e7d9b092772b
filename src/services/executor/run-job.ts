import { hostname } from 'node:os'
import type { Mission, Process } from '#domain/mission'
import { judgeExit } from '#domain/process'
import type { FailureClass } from '#domain/process'
import { SdcError, fail } from '#error'
import type { Prepared } from '#services/ingest'
import { findMission, noteHandle } from '#services/pipeline'
import type { Attempt, Ending, EndingFacts } from '#services/pipeline'
import { chooseCode, recordMaking } from './code.ts'
import { collect } from './collect.ts'
import type { ExecutorContext } from './context.ts'
import { faultBehind, findFault } from './fault.ts'
import { buildJobFile } from './job-file.ts'
import { adoptOutputs, keepOwnLogs } from './legacy.ts'
import { foldersOf } from './folders.ts'
import type { TryFolders } from './folders.ts'
import { listLeft, prepareTry, removeFolder, removeOtherTries } from './order.ts'
import type { Executor, ProgramEnd, ProgramOrder } from './port.ts'

export interface JobRun {
  readonly ending: Ending
  readonly facts: EndingFacts
}

/** How a running job is stopped from outside. */
export interface Stops {
  /** The job is cancelled, or no longer ours: its program is ended. */
  readonly end: AbortSignal
  /** The worker goes. A program that goes on without it is left alone. */
  readonly leave: AbortSignal
}

const processOf = (mission: Mission, id: string): Process =>
  mission.processes.find(p => p.id === id) ??
  fail('executor/unknown-process', `mission ${mission.id} no longer has the process ${id}`, { process: id })

/**
 * Runs one try of a job in folders of its own and brings its outputs as far as the store. Nothing is recorded yet. Undefined where the
 * try was stopped; a program that goes on by itself then waits for the next worker, folders and all.
 */
export async function runJob(context: ExecutorContext, attempt: Attempt, stops: Stops): Promise<JobRun | undefined> {
  const { job } = attempt
  const mission = findMission(context.pipeline.missions, job.mission)
  let process_ = processOf(mission, job.process)
  const folders = foldersOf(context, job.id, attempt.number)
  let keep = false
  let order: ProgramOrder | undefined
  try {
    await removeOtherTries(context.staging, attempt)
    if (attempt.handle === undefined) await removeFolder(folders.folder)
    const code = await chooseCode(context, mission, process_, job.code)
    process_ = code.process
    const jobFile = await buildJobFile(context, code.told, process_, attempt, folders.scratch)
    order = await prepareTry(context, { folders, mission: code.programs, process: process_ }, jobFile)
    if (attempt.handle === undefined) await recordMaking(context, attempt, code, order, jobFile)
    const end = await follow(context, attempt, order, stops)
    if (end === undefined) {
      keep = !stops.end.aborted && context.executor.lasting
      return undefined
    }
    if (isLegacy(process_)) await keepOwnLogs(folders)
    const ending = await judge(context, mission, process_, attempt, end, folders)
    return { ending, facts: await factsOf(context, order, end, folders, ending) }
  } catch (error) {
    const detail = order === undefined ? {} : { detail: detailOf(order) }
    const facts: EndingFacts = { exitCode: undefined, signal: undefined, log: order === undefined ? undefined : folders.log, ...detail }
    const fault = await faultBehind(context, error)
    if (fault !== undefined) return { ending: { outcome: 'fault', message: fault }, facts }
    if (!(error instanceof SdcError)) throw error
    // On a shared file system what another host wrote may come into view later.
    if (error.code === 'executor/adopt') return { ending: { outcome: 'refused', message: error.message }, facts }
    const outcome = error.code === 'store/absent' ? 'try-again' : error.code === 'executor/cluster' ? 'fault' : 'failed'
    return { ending: { outcome, message: error.message }, facts }
  } finally {
    if (!keep) await removeFolder(folders.folder).catch(() => undefined)
  }
}

const never = new AbortController().signal
const isStopped = (stops: Stops, executor: Executor): boolean => stops.end.aborted || (stops.leave.aborted && !executor.lasting)

/** Starts the program, or finds the one that another worker started, and waits for its end. */
async function follow(context: ExecutorContext, attempt: Attempt, order: ProgramOrder, stops: Stops): Promise<ProgramEnd | undefined> {
  const { executor } = context
  if (stops.end.aborted || stops.leave.aborted) return undefined
  const handle = attempt.handle ?? (await executor.start(order))
  const cancel = (): void =>
    void executor
      .cancel(handle)
      .catch(error => context.log.warn({ act: 'cancel', handle, error: String(error) }, 'a program could not be ended; tried again'))
  stops.end.addEventListener('abort', cancel, { once: true })
  if (!executor.lasting) stops.leave.addEventListener('abort', cancel, { once: true })
  try {
    if (executor.lasting && attempt.handle === undefined && !(await noteHandle(context.pipeline, attempt, handle))) {
      await executor.cancel(handle)
      return undefined
    }
    if (isStopped(stops, executor)) cancel()
    const end = await executor.wait(handle, order, executor.lasting ? stops.leave : never)
    return isStopped(stops, executor) ? undefined : end
  } finally {
    stops.end.removeEventListener('abort', cancel)
    stops.leave.removeEventListener('abort', cancel)
  }
}

async function judge(
  context: ExecutorContext,
  mission: Mission,
  process_: Process,
  attempt: Attempt,
  end: ProgramEnd,
  folders: TryFolders,
): Promise<Ending> {
  if (end.lost !== undefined) return { outcome: 'lost', message: end.lost }
  const ending = await judgeEnd(context, mission, process_, attempt, end, folders)
  // A program that failed on a full disk says so in words of its own, if at all.
  const fault = ending.outcome === 'failed' ? await findFault(context) : undefined
  return fault === undefined ? ending : { outcome: 'fault', message: `${fault} (the program ended with: ${describeEnd(end, process_)})` }
}

async function judgeEnd(
  context: ExecutorContext,
  mission: Mission,
  process_: Process,
  attempt: Attempt,
  end: ProgramEnd,
  folders: TryFolders,
): Promise<Ending> {
  const { exitCode } = end
  const message = describeEnd(end, process_)
  if (end.cut !== undefined || exitCode === undefined) return { outcome: 'failed', message, failure: failureOfCut(end.cut) }
  const verdict = judgeExit(process_.exits, exitCode)
  if (verdict === 'noData') return { outcome: 'no-data', message: end.lastLine }
  if (verdict === 'tryAgain') return { outcome: 'try-again', message: end.lastLine || `exit ${exitCode}: try again` }
  if (verdict === 'error' || verdict === 'fatal') return { outcome: 'failed', message, failure: verdict }
  const outputs = isLegacy(process_) ? await adoptOutputs(mission, attempt.job, folders.work) : attempt.job.outputs
  const ending = await collect(context, mission, { ...attempt, job: { ...attempt.job, outputs } }, folders.work)
  return verdict === 'warning' && ending.outcome === 'made'
    ? { ...ending, files: ending.files.map(file => withFinding(file, message)) }
    : ending
}

const isLegacy = ({ program }: Process): boolean => program.kind === 'run' && program.style === 'legacy'

const failureOfCut = (cut: ProgramEnd['cut']): FailureClass =>
  cut === 'time' || cut === 'cpu' ? 'timeout' : cut === 'memory' ? 'memory' : 'error'

const withFinding = (prepared: Prepared, message: string): Prepared => ({
  ...prepared,
  file: { ...prepared.file, findings: [...prepared.file.findings, `its program warned: ${message}`] },
})

function describeEnd(end: ProgramEnd, process_: Process): string {
  const words = end.lastLine === '' ? '' : `; last words: ${end.lastLine}`
  if (end.cut === 'time') return `ended after its limit of ${process_.limits.seconds} s${words}`
  if (end.cut !== undefined) return `ended by its limit of ${end.cut}${words}`
  if (end.exitCode !== undefined) return `exit ${end.exitCode}: ${end.lastLine}`
  return end.signal === undefined ? end.lastLine : `ended by signal ${end.signal}${words}`
}

const detailOf = (order: ProgramOrder): NonNullable<EndingFacts['detail']> => ({
  host: hostname(),
  command: order.command,
  limits: { ...order.limits },
})

async function factsOf(
  context: ExecutorContext,
  order: ProgramOrder,
  end: ProgramEnd,
  folders: TryFolders,
  ending: Ending,
): Promise<EndingFacts> {
  const usage = { usage: { ...end.usage } }
  const cut = end.cut === undefined ? {} : { cut: end.cut }
  const left = ending.outcome === 'made' || ending.outcome === 'no-data' ? {} : { left: await listLeft(folders.work) }
  const detail = { ...detailOf(order), ...usage, ...cut, ...left }
  return { exitCode: end.exitCode, signal: end.signal, log: folders.log, detail }
}
