import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { once } from 'node:events'
import { join } from 'node:path'
import { fail } from '#error'
import type { Mission, Process } from '#domain/mission'
import { keepWords } from './keep-words.ts'

export interface ProgramRun {
  readonly command: readonly string[]
  /** The empty folder in which the program starts. */
  readonly folder: string
  readonly environment: Readonly<Record<string, string>>
  readonly log: string
  /** Wall-clock limit; the whole process group is ended after it. */
  readonly seconds: number
  /** Ends the program when aborted (cancelled, or the lease was lost). */
  readonly stop: AbortSignal
}

export interface ProgramEnd {
  readonly exitCode: number | undefined
  readonly signal: string | undefined
  readonly timedOut: boolean
  /** The last line on the error stream, else on the output stream: what people read first. */
  readonly lastLine: string
}

/** The command line of a process: built-in programs by their source file, others relative to the mission's folder. */
export function commandOf(process_: Process, mission: Mission, builtins: Readonly<Record<string, string>>): readonly string[] {
  const { program } = process_
  if (program.kind === 'builtin')
    return [
      process.execPath,
      builtins[program.name] ?? fail('executor/unknown-builtin', `there is no built-in program ${program.name}`, { name: program.name }),
    ]
  return program.command.map((word, i) => {
    if (i === 0 && word === 'node') return process.execPath
    const inside = join(mission.folder, word)
    return existsSync(inside) ? inside : word
  })
}

/** The program dies with its worker, and cannot fill the disk or use up all processor time. No memory limit by address space: it kills Node (stack note 5). */
const confine = (seconds: number): readonly string[] => [
  ...'setpriv --pdeathsig KILL --'.split(' '),
  ...`prlimit --cpu=${seconds * 4} --fsize=20000000000 --core=0 --`.split(' '),
]

export async function runProgram(run: ProgramRun): Promise<ProgramEnd> {
  const [file = '', ...rest] = [...confine(run.seconds), ...run.command]
  const child = spawn(file, rest, { cwd: run.folder, env: { ...run.environment }, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  const endGroup = (): void => {
    // The group is named by its leader; it may be gone already, or never have begun.
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
    } catch {}
  }
  let timedOut = false
  const timer = setTimeout(() => {
    timedOut = true
    endGroup()
  }, run.seconds * 1000)
  run.stop.addEventListener('abort', endGroup, { once: true })
  if (run.stop.aborted) endGroup()
  // What a program leaves running would write into folders that are gone, and hold its streams open.
  child.once('exit', endGroup)
  const said = keepWords(child, run.log)
  const ended = (change: Partial<ProgramEnd>): ProgramEnd => ({
    exitCode: undefined,
    signal: undefined,
    timedOut,
    lastLine: said.lastLine(),
    ...change,
  })
  try {
    const [exitCode, signal] = (await once(child, 'close')) as [number | null, string | null]
    await said.written()
    return ended({ exitCode: exitCode ?? undefined, signal: signal ?? undefined })
  } catch (error) {
    return ended({ lastLine: `${run.command[0]} could not be started: ${(error as Error).message}` })
  } finally {
    clearTimeout(timer)
    run.stop.removeEventListener('abort', endGroup)
  }
}
