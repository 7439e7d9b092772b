import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, readdirSync } from 'node:fs'
import { constants } from 'node:os'
import { dirname } from 'node:path'
import { confine, handOver } from './confinement.ts'
import type { Confinement } from './confinement.ts'
import { keepWords } from './keep-words.ts'
import type { Cut, ProgramEnd, ProgramOrder } from './port.ts'
import { watchTree } from './watch-tree.ts'

/** A program that is on its way. */
export interface Running {
  readonly pid: number | undefined
  readonly folder: string
  readonly end: Promise<ProgramEnd>
  readonly cancel: () => void
}

/** Starts a program as a child of this process, in a process group of its own. Throws where the fault is ours. */
export function beginProgram(confinement: Confinement, order: ProgramOrder): Running {
  handOver(confinement, order)
  if (confinement.kind !== 'bwrap') endEarlier(order)
  const [file = '', ...rest] = [...confine(confinement, order), ...order.command]
  const began = Date.now()
  const child = spawn(file, rest, { cwd: order.folder, env: { ...order.environment }, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  let cut: Cut | undefined
  const endAll = (limit?: Cut): void => {
    cut ??= limit
    endGroup(child)
    if (confinement.kind !== 'bwrap') endStrays(order)
  }
  const timer = setTimeout(() => endAll('time'), order.limits.seconds * 1000)
  const watch = child.pid === undefined ? undefined : watchTree(child.pid, order.limits, endAll)
  // What a program leaves running would write into folders that are gone, and hold its streams open.
  child.once('exit', () => endAll())
  const said = keepWords(child, order.log)
  const finish = async (): Promise<ProgramEnd> => {
    const how = await outcome(child, order, confinement.kind === 'bwrap')
    clearTimeout(timer)
    watch?.stop()
    await said.written()
    const usage = { wallSeconds: (Date.now() - began) / 1000, cpuSeconds: watch?.cpuSeconds() ?? 0, peakMemory: watch?.peakMemory() ?? 0 }
    return { ...how, cut: cut ?? cutOfSignal(how.signal), lastLine: how.lastLine ?? said.lastLine(), usage }
  }
  return { pid: child.pid, folder: order.folder, end: finish(), cancel: () => endAll() }
}

type How = Pick<ProgramEnd, 'exitCode' | 'signal'> & { readonly lastLine?: string }

async function outcome(child: ChildProcess, order: ProgramOrder, inSandbox: boolean): Promise<How> {
  try {
    const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null]
    if (signal !== null) return { exitCode: undefined, signal }
    // A sandbox tells the death of what is inside as a shell does: 128 and the signal's number.
    const inside = inSandbox && code !== null && !order.exitCodes.includes(code) ? signalNamed(code - 128) : undefined
    return inside === undefined ? { exitCode: code ?? undefined, signal: undefined } : { exitCode: undefined, signal: inside }
  } catch (error) {
    return { exitCode: undefined, signal: undefined, lastLine: `${order.command[0]} could not be started: ${(error as Error).message}` }
  }
}

/** Ordinary signals only: programs use codes above 159 for themselves. */
const signalNamed = (number: number): string | undefined =>
  number > 0 && number < 32 ? Object.entries(constants.signals).find(([, n]) => n === number)?.[0] : undefined

const cutOfSignal = (signal: string | undefined): Cut | undefined =>
  signal === 'SIGXCPU' ? 'cpu' : signal === 'SIGXFSZ' ? 'file size' : undefined

function endGroup(child: ChildProcess): void {
  // The group is named by its leader; it may be gone already, or never have begun.
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
  } catch {}
}

/** Without a sandbox a program can leave its group; it is still known by the job file in its environment. */
function endStrays(order: ProgramOrder): void {
  const job = order.environment['APSIS_JOB']
  if (job !== undefined) endThoseWith(value => value === job)
}

/** What earlier tries of the same job left behind on this machine when their worker was killed. */
function endEarlier(order: ProgramOrder): void {
  const [, stem, number] = /^(.*-try-)(\d+)$/.exec(dirname(order.environment['APSIS_JOB'] ?? '')) ?? []
  if (stem !== undefined && number !== '1') endThoseWith(value => value.startsWith(stem))
}

function endThoseWith(isTheirs: (job: string) => boolean): void {
  for (const pid of readdirSync('/proc')) {
    if (!/^\d+$/.test(pid)) continue
    try {
      const [, job] = /(?:^|\0)APSIS_JOB=([^\0]*)/.exec(readFileSync(`/proc/${pid}/environ`, 'latin1')) ?? []
      if (job !== undefined && isTheirs(job)) process.kill(Number(pid), 'SIGKILL')
    } catch {
      // gone, or not ours to look at
    }
  }
}
