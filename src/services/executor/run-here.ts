import { mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { findProduct } from '#domain/mission'
import type { Mission, Process } from '#domain/mission'
import { judgeExit } from '#domain/process'
import type { JobFile } from '#domain/process'
import { parseVersion } from '#domain/version'
import { SdcError, fail } from '#error'
import { landBytes, verifyFile } from '#services/ingest'
import type { JobRow } from '#services/pipeline'
import type { ProgramContext } from './context.ts'
import type { TryFolders } from './folders.ts'
import { adoptOutputs, keepOwnLogs } from './legacy.ts'
import { listLeft, prepareTry } from './order.ts'
import { identifyOutput } from './output.ts'
import type { Executor, ProgramEnd } from './port.ts'

/** What a run without a data center needs of one. */
export interface Here {
  readonly executor: Executor
  readonly programs: ProgramContext
  /** An empty folder: outputs, log and job file stay in it. */
  readonly folder: string
  readonly stop: AbortSignal
}

export interface HereEnd {
  readonly outcome: 'made' | 'no-data' | 'try-again' | 'failed' | 'refused'
  readonly message: string
  readonly end: ProgramEnd
  /** Outputs that were made, with what the checks noted. */
  readonly outputs: readonly { readonly name: string; readonly path: string; readonly findings: readonly string[] }[]
  readonly log: string
}

/**
 * Runs a job's program on this machine under the same contract, confinement and checks as a worker would, and keeps what it made in a
 * folder. Nothing is published.
 */
export async function runHere(here: Here, mission: Mission, process: Process, jobFile: JobFile): Promise<HereEnd> {
  const { folder, executor } = here
  const at = (name: string): string => join(folder, name)
  const folders: TryFolders = {
    name: 'local',
    folder,
    work: at('work'),
    scratch: at('scratch'),
    jobFile: at('job.json'),
    log: at('program.log'),
  }
  const order = await prepareTry(
    here.programs,
    { folders, mission, process },
    { ...jobFile, missionFolder: mission.folder, scratch: folders.scratch },
  )
  const handle = await executor.start(order)
  const cancel = (): void => void executor.cancel(handle)
  here.stop.addEventListener('abort', cancel, { once: true })
  const end = await executor.wait(handle, order, new AbortController().signal)
  here.stop.removeEventListener('abort', cancel)
  if (end === undefined) throw new SdcError('executor/left', 'the program was left')
  const { program } = process
  const legacy = program.kind === 'run' && program.style === 'legacy'
  if (legacy) await keepOwnLogs(folders)
  await rm(folders.scratch, { recursive: true, force: true })
  const told = (outcome: HereEnd['outcome'], message: string): HereEnd => ({ outcome, message, end, outputs: [], log: folders.log })
  if (end.cut !== undefined) return told('failed', `ended by its limit of ${end.cut}`)
  if (end.exitCode === undefined) return told('failed', `ended by signal ${end.signal ?? '?'}`)
  const verdict = judgeExit(process.exits, end.exitCode)
  if (verdict === 'noData') return told('no-data', end.lastLine)
  if (verdict === 'tryAgain') return told('try-again', end.lastLine)
  if (verdict === 'error' || verdict === 'fatal') return told('failed', `exit ${end.exitCode}`)
  try {
    const wanted = wantedOf(mission, process, jobFile)
    const outputs = await check(mission, legacy ? await adoptOutputs(mission, wanted, folders.work) : wanted.outputs, folders)
    return { ...told('made', verdict === 'warning' ? `warned with exit ${end.exitCode}: ${end.lastLine}` : ''), outputs }
  } catch (error) {
    if (error instanceof SdcError) return told('refused', error.message)
    throw error
  }
}

/** What a job file says of its outputs, as the ledger would. */
const wantedOf = (mission: Mission, process: Process, jobFile: JobFile): Pick<JobRow, 'outputs' | 'spacecraft' | 'partition'> => ({
  outputs: jobFile.outputs.map(({ role, dataset, name, version }) => {
    const product = findProduct(mission, process.outputs.find(o => o.role === role)?.product ?? role)
    const parsed = parseVersion(product.scheme, version) ?? fail('executor/version', `${version} is no version of ${product.id} here`)
    return { role, product: product.id, dataset, name, version: parsed }
  }),
  spacecraft: jobFile.spacecraft,
  partition: jobFile.partition.key,
})

/** Exactly the declared outputs, each verified by content and brought to the top of the folder. */
async function check(mission: Mission, wanted: JobRow['outputs'], folders: TryFolders): Promise<HereEnd['outputs']> {
  const left = (await listLeft(folders.work)).map(f => f.name)
  const absent = wanted.filter(o => !left.includes(o.name)).map(o => o.name)
  if (absent.length > 0) throw new SdcError('executor/absent', `exit 0, but ${absent.join(', ')} was not written`)
  const stray = left.filter(name => !wanted.some(o => o.name === name))
  if (stray.length > 0) throw new SdcError('executor/stray', `exit 0, but undeclared files were written: ${stray.join(', ')}`)
  const checking = join(folders.folder, 'checking')
  await mkdir(checking, { recursive: true })
  const outputs: HereEnd['outputs'][number][] = []
  for (const output of wanted) {
    const landed = await landBytes(join(folders.work, output.name), checking)
    const { file } = await verifyFile({ simulated: false }, identifyOutput(mission, output), landed, { actor: 'run --local' })
    const path = join(folders.folder, output.name)
    await rename(landed.temporary, path)
    outputs.push({ name: output.name, path, findings: file.findings })
  }
  for (const folder of [checking, folders.work]) await rm(folder, { recursive: true, force: true })
  return outputs
}
