import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { SdcError } from '#error'
import type { Begin } from './local.ts'
import type { ProgramEnd } from './port.ts'
import type { Ask, StartError, Tell } from './starter.ts'

const program = fileURLToPath(new URL('./starter.ts', import.meta.url))

interface Open {
  readonly begun: (pid: number | undefined) => void
  readonly ended: (end: ProgramEnd) => void
  readonly failed: (error: Error) => void
}

interface Starter {
  readonly child: ChildProcess
  readonly open: Map<number, Open>
}

let starter: Starter | undefined
let last = 0

/**
 * Lets a small process of this worker's start its programs (one for all of them). To start a process, the memory map of the one that starts it is
 * copied, for which it stands still: a worker of 150 MB for several times as long as this one.
 */
export const beginApart: Begin = async (confinement, order) => {
  const { child, open } = (starter ??= openStarter())
  const id = ++last
  const [begun, ended] = [Promise.withResolvers<number | undefined>(), Promise.withResolvers<ProgramEnd>()]
  const failed = (error: Error): void => (begun.reject(error), ended.reject(error))
  ended.promise.catch(() => undefined)
  open.set(id, { begun: begun.resolve, ended: ended.resolve, failed })
  hold(child, true)
  ask(child, { kind: 'begin', id, confinement, order })
  return { pid: await begun.promise, folder: order.folder, end: ended.promise, cancel: () => ask(child, { kind: 'cancel', id }) }
}

function openStarter(): Starter {
  const child = fork(program, { execArgv: [], serialization: 'advanced', stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  const open = new Map<number, Open>()
  child.on('message', (word: Tell) => {
    const one = open.get(word.id)
    if (word.kind === 'begun') return one?.begun(word.pid)
    open.delete(word.id)
    if (open.size === 0) hold(child, false)
    if (word.kind === 'ended') one?.ended(word.end)
    else one?.failed(errorOf(word.error))
  })
  const gone = (): void => {
    if (starter?.child === child) starter = undefined
    for (const one of open.values()) {
      one.begun(undefined)
      one.ended(lost)
    }
    open.clear()
  }
  child.once('exit', gone)
  child.once('error', gone)
  return { child, open }
}

/** The programs ended with their parent, which says nothing about them. */
const lost: ProgramEnd = {
  exitCode: undefined,
  signal: 'SIGKILL',
  cut: undefined,
  lastLine: '',
  usage: { wallSeconds: 0, cpuSeconds: 0, peakMemory: 0 },
  lost: 'the process that started it on this machine ended',
}

/** A starter without programs keeps nobody from ending. */
function hold(child: ChildProcess, keep: boolean): void {
  if (keep) child.ref()
  else child.unref()
  if (keep) child.channel?.ref()
  else child.channel?.unref()
}

const ask = (child: ChildProcess, word: Ask): void => {
  // Where it is gone, `exit` tells all who wait.
  if (child.connected) child.send(word, () => undefined)
}

function errorOf({ message, code, syscall, path, ours }: StartError): Error {
  return ours ? new SdcError(code ?? 'executor/start', message) : Object.assign(new Error(message), { code, syscall, path })
}
