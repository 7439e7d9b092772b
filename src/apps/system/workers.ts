import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Logger } from 'pino'
import type { Home } from '#apps/home'

const program = fileURLToPath(new URL('../worker/main.ts', import.meta.url))

export interface Workers {
  stop(): Promise<void>
}

export interface WorkersOptions {
  readonly home: Home
  readonly connectionString: string
  readonly count: number
  readonly slots: number
  readonly log: Logger
}

/** Starts worker processes and replaces one that ends by itself. */
export function startWorkers(options: WorkersOptions): Workers {
  const children = new Map<number, ChildProcess>()
  let stopping = false
  const start = (index: number): void => {
    const child = spawn(process.execPath, [program], {
      env: {
        ...process.env,
        APSIS_WORKER: JSON.stringify({
          home: options.home.dir,
          kind: options.home.kind,
          connectionString: options.connectionString,
          slots: options.slots,
        }),
      },
      stdio: ['pipe', 'ignore', 'inherit'],
    })
    children.set(index, child)
    child.once('exit', (code, signal) => {
      if (stopping) return
      options.log.warn({ act: 'worker', index, code, signal }, 'a worker ended by itself and is replaced')
      setTimeout(() => !stopping && start(index), 1000)
    })
  }
  for (let i = 0; i < options.count; i++) start(i)
  return {
    stop: async () => {
      stopping = true
      await Promise.all([...children.values()].map(endChild))
    },
  }
}

async function endChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  const timer = setTimeout(() => child.kill('SIGKILL'), 5000)
  await ended
  clearTimeout(timer)
}
