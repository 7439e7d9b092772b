import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { SdcError } from '#error'
import type { Subject, Verified } from './verified.ts'

/** Verifies contents beside this thread: large files keep nobody waiting, and as many as there are processors go at once. */
export interface VerifyThreads {
  /** As {@link Verify}. */
  verify(subject: Subject): Promise<Verified>
  close(): Promise<void>
}

/** What a thread answers. The code is empty where the failure was none of the file's; the detail is JSON. */
export type Told =
  | { readonly verified: Verified }
  | { readonly refused: { readonly code: string; readonly message: string; readonly detail: string } }

interface Waiting {
  readonly subject: Subject
  readonly resolve: (verified: Verified) => void
  readonly reject: (error: Error) => void
}

/** Threads start with the first files that need them, end with the program, and do not keep it alive while they have nothing to do. */
export function startVerifyThreads(most: number = availableParallelism()): VerifyThreads {
  const queue: Waiting[] = []
  const idle: Worker[] = []
  const busy = new Map<Worker, Waiting>()
  const next = (): void => {
    const [job] = queue
    if (job === undefined) return
    const worker = idle.pop() ?? (busy.size < most ? start() : undefined)
    if (worker === undefined) return
    queue.shift()
    busy.set(worker, job)
    worker.ref()
    worker.postMessage(job.subject, [])
  }
  const start = (): Worker => {
    const worker = new Worker(new URL('thread.ts', import.meta.url))
    worker.on('message', (told: Told) => {
      const job = busy.get(worker)
      busy.delete(worker)
      worker.unref()
      idle.push(worker)
      if ('verified' in told) job?.resolve(told.verified)
      else job?.reject(failureOf(told.refused))
      next()
    })
    worker.on('error', error => {
      // It is dead; the next file gets another thread.
      busy.get(worker)?.reject(error)
      busy.delete(worker)
      next()
    })
    return worker
  }
  return {
    verify: subject =>
      new Promise((resolve, reject) => {
        queue.push({ subject, resolve, reject })
        next()
      }),
    close: async () => {
      await Promise.all([...idle, ...busy.keys()].map(worker => worker.terminate()))
    },
  }
}

const failureOf = ({ code, message, detail }: Extract<Told, { refused: unknown }>['refused']): Error =>
  code === '' ? new Error(message) : new SdcError(code, message, JSON.parse(detail) as Record<string, unknown>)
