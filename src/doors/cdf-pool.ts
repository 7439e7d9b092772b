import { Worker } from 'node:worker_threads'
import type { InflateJob } from '#formats/cdf'

/** Threads that inflate side by side: give `inflate` as `inflateAside` of the platform. */
export interface InflatePool {
  readonly inflate: (job: InflateJob) => Promise<Uint8Array>
  readonly close: () => Promise<void>
}

interface Waiting {
  readonly resolve: (bytes: Uint8Array) => void
  readonly reject: (error: Error) => void
}

interface Answer {
  readonly id: number
  readonly out?: Uint8Array
  readonly fault?: string
}

/**
 * Starts threads for large gzip reads; they do not keep the program alive.
 *
 *     const pool = startInflatePool(2)
 *     const cdf = await openCdfFile(path, { platform: { ...nodePlatform, inflateAside: pool.inflate } })
 */
export function startInflatePool(threads: number): InflatePool {
  const waiting = new Map<number, Waiting>()
  // The packed door runs as JavaScript, the sources as they are.
  const entry = new URL(import.meta.url.endsWith('.ts') ? './cdf-worker.ts' : './cdf-worker.js', import.meta.url)
  const workers = Array.from({ length: threads }, () => startWorker(entry, waiting))
  let count = 0
  return {
    inflate: job =>
      new Promise((resolve, reject) => {
        const id = count++
        waiting.set(id, { resolve, reject })
        workers[id % threads]?.postMessage({ id, ...job })
      }),
    close: async () => {
      await Promise.all(workers.map(worker => worker.terminate()))
    },
  }
}

function startWorker(entry: URL, waiting: Map<number, Waiting>): Worker {
  const worker = new Worker(entry)
  worker.unref()
  worker.on('message', ({ id, out, fault }: Answer) => {
    const job = waiting.get(id)
    waiting.delete(id)
    if (out === undefined) job?.reject(new Error(fault ?? 'a thread gave nothing'))
    else job?.resolve(out)
  })
  // A dead thread answers nothing any more: whoever waits goes on without it.
  worker.on('error', error => {
    for (const { reject } of waiting.values()) reject(error)
    waiting.clear()
  })
  return worker
}
