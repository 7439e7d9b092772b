import { hostname } from 'node:os'
import type { Process } from '#domain/mission'
import type { Terms } from '#services/pipeline'
import type { Executor, Limits } from './port.ts'

/** What a process has that declares no memory, bytes: enough for a day of the largest products that come with Apsis. */
const usualMemory = 2e9
const largestFile = 20e9
const mostProcesses = 500
/** Programs may use several processors; none of them more than this many times its wall time. */
const processors = 4
/** For jobs whose process is no longer configured. */
const usualLosses = 10

export const limitsOf = (process: Process): Limits => ({
  seconds: process.limits.seconds,
  cpuSeconds: process.limits.seconds * processors,
  memory: process.resources.memory === undefined ? usualMemory : process.resources.memory * 1e6,
  fileSize: largestFile,
  processes: mostProcesses,
})

/** A host's memory as a resource. On a cluster memory is the cluster's to give. */
const memoryOf = (host: string): string => `memory (MB) of ${host}`

/** A thread of the worker takes one such program after the other: their memory is the thread's, however many wait for it. */
export const runsInside = ({ program }: Process): boolean => program.kind === 'builtin' && program.inside === true

/** What a job of a process holds while it runs here. */
export function termsOf(process: Process | undefined, executor: Pick<Executor, 'name'>): Terms {
  if (process === undefined) return { holds: {}, losses: usualLosses }
  const memory =
    executor.name === 'local' && !runsInside(process) ? { [memoryOf(hostname())]: Math.ceil(limitsOf(process).memory / 1e6) } : {}
  return { holds: { ...process.resources.tokens, ...memory }, losses: process.retry.lost }
}

/** How much there is: tokens by the installation's settings, memory (bytes) of this host. */
export function capacityOf(tokens: Readonly<Record<string, number>>, memoryBytes: number): Readonly<Record<string, number>> {
  return { ...tokens, [memoryOf(hostname())]: Math.floor(memoryBytes / 1e6) }
}
