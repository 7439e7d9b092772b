import { hostname } from 'node:os'
import { fail } from '#error'
import { beginInside } from './begin-inside.ts'
import { describeConfinement } from './confinement.ts'
import type { Confinement } from './confinement.ts'
import type { Executor, ProgramOrder } from './port.ts'
import { beginProgram } from './program.ts'
import type { Running } from './program.ts'

/** How a program is started: by this process, or by one that is kept small for it. */
export type Begin = (confinement: Confinement, order: ProgramOrder) => Running | Promise<Running>

/** Runs programs on this machine, each in a process group of its own. They end with the process that started them. */
export function localExecutor(confinement: Confinement, begin: Begin = beginProgram): Executor {
  const running = new Map<string, Running>()
  return {
    name: 'local',
    confinement: describeConfinement(confinement),
    lasting: false,
    start: async order => {
      const { module } = order
      const program = module === undefined ? await begin(confinement, order) : beginInside({ ...order, module })
      const handle = `local:${hostname()}:${program.pid ?? (module === undefined ? 'unborn' : 'inside')}:${order.name}`
      running.set(handle, program)
      return handle
    },
    wait: async (handle, _order, leave) => {
      const program = running.get(handle) ?? fail('executor/unknown-program', `${handle} was not started here`, { handle })
      const end = await beforeAbort(program.end, leave)
      if (end !== undefined) running.delete(handle)
      return end
    },
    cancel: async handle => running.get(handle)?.cancel(),
    list: async () => [...running].map(([handle, { folder }]) => ({ handle, folder })),
  }
}

/** What comes of a promise, or undefined where the signal is aborted before. */
async function beforeAbort<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  const { promise: aborted, resolve } = Promise.withResolvers<undefined>()
  const onAbort = (): void => resolve(undefined)
  signal.addEventListener('abort', onAbort, { once: true })
  if (signal.aborted) onAbort()
  try {
    return await Promise.race([promise, aborted])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
