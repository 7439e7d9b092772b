import { execFile } from 'node:child_process'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { SdcError } from '#error'
import type { ConfinementChoice } from './confinement.ts'
import type { Executor, PlacedProgram, ProgramEnd, ProgramOrder } from './port.ts'

export interface SlurmSettings {
  /** Further words for sbatch: `--partition=main`, `--account=science`. */
  readonly submit: readonly string[]
  /** How programs are confined on the node. */
  readonly confinement: ConfinementChoice
}

/** What runs on the node: the local executor with the order it finds beside the program's folder. */
const step = fileURLToPath(new URL('./slurm-step.ts', import.meta.url))
const run = promisify(execFile)

/** Between two looks for the end of a program, in milliseconds. */
const lookPause = 500
/** What another host wrote on a file server may come into view this much later. */
const viewDelay = 5000
/** A job whose step is over is done with by its node, which may be busy, this much later. */
const completingDelay = 60_000
/** The step's own share beside the program's. */
const stepMemory = 256e6
const stepSeconds = 60

/** Runs programs as jobs of a Slurm cluster that shares this machine's folders. They go on when their worker ends. */
export function slurmExecutor(settings: SlurmSettings): Executor {
  const listActive = remember(1000, readActive)
  const cancelled = new Set<string>()
  return {
    name: 'slurm',
    confinement: `on a node of the cluster, confined there by ${settings.confinement === 'best' ? 'what it has (bwrap, another user, or limits only)' : settings.confinement}`,
    lasting: true,
    start: order => submit(settings, order),
    wait: async (handle, order, leave) => {
      for (let missing = 0; !leave.aborted;) {
        const end = await readEnd(order)
        if (end !== undefined) {
          const sure = end.cut !== undefined || (end.signal === undefined && !cancelled.has(handle))
          return sure ? end : doubt(handle, order, end).finally(() => cancelled.delete(handle))
        }
        const active = await listActive()
        missing = active === undefined || active.some(p => p.handle === handle) ? 0 : missing + lookPause
        if (missing > viewDelay || (missing > 0 && (await readState(handle))?.startsWith('CANCELLED')))
          return (await readEnd(order)) ?? endWithoutWord(handle, order)
        await pause(lookPause, undefined, { signal: leave }).catch(() => undefined)
      }
      return undefined
    },
    cancel: async handle => {
      cancelled.add(handle)
      await run('scancel', [idOf(handle)]).catch((error: unknown) => {
        if (!/Invalid job id|already completing|completed/.test(String(error))) throw explain('scancel', error)
      })
    },
    list: async () => (await listActive()) ?? [],
  }
}

const idOf = (handle: string): string => handle.replace(/^slurm:/, '')

async function submit(settings: SlurmSettings, order: ProgramOrder): Promise<string> {
  const beside = dirname(order.folder)
  await rm(join(beside, 'end.json'), { force: true })
  await writeFile(join(beside, 'order.json'), JSON.stringify({ ...order, confinement: settings.confinement }))
  const own = join(beside, 'slurm.log')
  const words = [
    '--parsable',
    '--no-requeue',
    `--job-name=apsis-${order.name}`,
    `--chdir=${order.folder}`,
    `--output=${own}`,
    `--error=${own}`,
    '--export=PATH',
    '--ntasks=1',
    `--mem=${Math.ceil((order.limits.memory + stepMemory) / 2 ** 20)}`,
    `--time=${Math.ceil((order.limits.seconds + stepSeconds) / 60)}`,
    ...settings.submit,
    `--wrap=exec ${[process.execPath, step, beside].map(quote).join(' ')}`,
  ]
  try {
    const { stdout } = await run('sbatch', words)
    return `slurm:${stdout.trim().split(';')[0]}`
  } catch (error) {
    throw explain('sbatch', error)
  }
}

const quote = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`

function explain(command: string, error: unknown): SdcError {
  const { code, stderr } = error as { readonly code?: string | number; readonly stderr?: string }
  const said = code === 'ENOENT' ? 'it is not installed here' : (stderr ?? String(error)).trim().split('\n')[0]
  return new SdcError('executor/cluster', `${command} did not work: ${said}`, { command }, error)
}

/** What JSON leaves out. */
const unsaid = { exitCode: undefined, signal: undefined, cut: undefined }

const readEnd = (order: ProgramOrder): Promise<ProgramEnd | undefined> =>
  readFile(join(dirname(order.folder), 'end.json'), 'utf8').then(
    text => ({ ...unsaid, ...(JSON.parse(text) as ProgramEnd) }),
    () => undefined,
  )

/** Jobs that wait or run; undefined where the controller does not answer, which says nothing about them. */
async function readActive(): Promise<readonly PlacedProgram[] | undefined> {
  try {
    const { stdout } = await run('squeue', ['--me', '--noheader', '--format=%A %Z'])
    return stdout.split('\n').map(line => {
      const [id = '', ...folder] = line.split(' ')
      return { handle: `slurm:${id}`, folder: folder.join(' ') }
    })
  } catch {
    return undefined
  }
}

/** The state of a job that is over: the controller remembers it for minutes, the accounting (where there is one) for good. */
async function readState(handle: string): Promise<string | undefined> {
  const id = idOf(handle)
  const shown = await run('scontrol', ['--oneliner', 'show', 'job', id]).catch(() => undefined)
  const state = /\bJobState=(\S+)/.exec(shown?.stdout ?? '')?.[1]
  if (state !== undefined) return state
  const counted = await run('sacct', ['--noheader', '--parsable2', '--allocations', '--format=State', `--jobs=${id}`]).catch(
    () => undefined,
  )
  return counted?.stdout.trim() || undefined
}

/**
 * A signal may have come from the program, or from who cancelled its job behind our back; and of one that was cancelled, the program may
 * have ended in good order because its children were gone first. The job's last state tells.
 */
async function doubt(handle: string, order: ProgramOrder, end: ProgramEnd): Promise<ProgramEnd> {
  for (let waited = 0; waited < completingDelay; waited += lookPause) {
    const state = await readState(handle)
    if (state?.startsWith('CANCELLED') || state === 'NODE_FAIL' || state === 'PREEMPTED') return endWithoutWord(handle, order)
    if (state !== 'RUNNING' && state !== 'COMPLETING') return end
    await pause(lookPause)
  }
  return end
}

/** The job is over and its step left no word: what Slurm says of it decides. */
async function endWithoutWord(handle: string, order: ProgramOrder): Promise<ProgramEnd> {
  const state = (await readState(handle)) ?? 'unknown to it'
  const usage = { wallSeconds: 0, cpuSeconds: 0, peakMemory: 0 }
  const end = { exitCode: undefined, signal: 'SIGKILL', cut: undefined, lastLine: '', usage }
  if (state === 'TIMEOUT') return { ...end, cut: 'time' }
  if (state === 'OUT_OF_MEMORY') return { ...end, cut: 'memory' }
  const said = await readFile(join(dirname(order.folder), 'slurm.log'), 'utf8').catch(() => '')
  const last = said.trim().split('\n').at(-1)?.slice(0, 300)
  return { ...end, lost: `Slurm ended its job ${idOf(handle)} without the program's own end: ${state}${last ? ` (${last})` : ''}` }
}

/** Asks once for all who want to know at about the same time. */
function remember<T>(milliseconds: number, ask: () => Promise<T>): () => Promise<T> {
  let asked = 0
  let answer: Promise<T> | undefined
  return () => {
    if (answer === undefined || Date.now() - asked > milliseconds) {
      asked = Date.now()
      answer = ask()
    }
    return answer
  }
}
