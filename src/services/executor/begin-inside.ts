import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { InsideEnd, InsideOrder } from './inside-thread.ts'
import type { Cut, ProgramEnd, ProgramOrder } from './port.ts'
import type { Running } from './program.ts'

const program = new URL('./inside-thread.ts', import.meta.url)

/** Threads that have nothing to do, and programs that wait for one: no more threads than processors. */
const free: Worker[] = []
const waiting: { readonly memory: number; readonly take: (thread: Worker) => void }[] = []
let threads = 0

function takeThread(memory: number): Worker | Promise<Worker> {
  const idle = free.pop()
  if (idle !== undefined) return idle
  if (threads < availableParallelism()) return openThread(memory)
  return new Promise(take => waiting.push({ memory, take }))
}

function openThread(memory: number): Worker {
  threads++
  const thread = new Worker(program, { execArgv: [], resourceLimits: { maxOldGenerationSizeMb: memory / 1e6 } })
  // What fails while nothing runs in it concerns nobody; without a listener it would end this process.
  thread.on('error', () => undefined)
  thread.once('exit', () => {
    threads--
    if (free.includes(thread)) free.splice(free.indexOf(thread), 1)
    const next = waiting.shift()
    next?.take(openThread(next.memory))
  })
  return thread
}

function giveThread(thread: Worker): void {
  const next = waiting.shift()
  if (next !== undefined) return next.take(thread)
  thread.unref()
  free.push(thread)
}

/**
 * Runs a built-in program in a thread of this process: no process is started for it, and nothing keeps it from what this process may do. Its
 * memory limit is that of the thread that takes it, and counts what JavaScript holds.
 */
export function beginInside(order: ProgramOrder & { readonly module: string }): Running {
  const { promise: end, resolve } = Promise.withResolvers<ProgramEnd>()
  const began = Date.now()
  let over = false
  const finish = (how: Partial<ProgramEnd>, cpuSeconds = 0): void => {
    over = true
    const usage = { wallSeconds: (Date.now() - began) / 1000, cpuSeconds, peakMemory: 0 }
    resolve({ exitCode: undefined, signal: undefined, cut: undefined, lastLine: '', usage, ...how })
  }
  let stop = (cut?: Cut): void => finish({ signal: 'SIGKILL', cut })
  const { memory, seconds } = order.limits
  const run = async (): Promise<void> => {
    const thread = await takeThread(memory)
    if (over) return giveThread(thread)
    const timer = setTimeout(() => stop('time'), seconds * 1000)
    const leave = (): void => {
      clearTimeout(timer)
      thread.off('message', handlers.message).off('error', handlers.error).off('exit', handlers.exit)
    }
    const handlers = {
      message: ({ exitCode, lastLine, cpuSeconds }: InsideEnd): void => (
        leave(),
        giveThread(thread),
        finish({ exitCode, lastLine }, cpuSeconds)
      ),
      error: (error: NodeJS.ErrnoException): void => {
        const full = error.code === 'ERR_WORKER_OUT_OF_MEMORY'
        leave()
        finish(full ? { signal: 'SIGKILL', cut: 'memory' } : { exitCode: 1, lastLine: error.message })
      },
      exit: (exitCode: number): void => (leave(), finish({ exitCode, lastLine: 'the program ended its thread' })),
    }
    thread.on('message', handlers.message).on('error', handlers.error).on('exit', handlers.exit)
    stop = cut => {
      if (over) return
      finish({ signal: 'SIGKILL', cut })
      leave()
      void thread.terminate()
    }
    thread.ref()
    thread.postMessage(workOf(order), [])
  }
  void run()
  return { pid: undefined, folder: order.folder, end, cancel: () => stop() }
}

const workOf = ({ module, folder, log, environment }: ProgramOrder & { readonly module: string }): InsideOrder => ({
  module,
  jobFile: environment['APSIS_JOB'] ?? '',
  folder,
  log,
})
