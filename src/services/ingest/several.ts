import { availableParallelism } from 'node:os'
import type { IngestContext } from './context.ts'
import { isNamed } from './identify.ts'

/** Files that are on their way at once: while some wait for the disk, others are verified. */
const atOnce = 4 * availableParallelism()

/**
 * Takes files in, several at once, and tells of them in their order. What is recognised by its content goes one after the other, because
 * its version is that of its turn. Where one fails, those behind it are not begun.
 */
export async function* ingestEach<T extends { readonly path: string }, R>(
  context: Pick<IngestContext, 'missions'>,
  files: readonly T[],
  take: (file: T) => Promise<R>,
): AsyncGenerator<R> {
  const taken = files.map(() => Promise.withResolvers<R>())
  // Whoever asks hears of a failure when its turn has come.
  for (const { promise } of taken) promise.catch(() => undefined)
  let [next, turn] = [0, Promise.resolve<unknown>(undefined)]
  const halt = new AbortController()
  const work = async (): Promise<void> => {
    for (let i = next++; i < files.length && !halt.signal.aborted; i = next++) {
      const [file, told] = [files[i], taken[i]]
      if (file === undefined || told === undefined) continue
      const named = isNamed(context.missions, file.path)
      const going = named ? take(file) : turn.then(() => take(file))
      const ended = going.then(told.resolve, (error: unknown) => {
        halt.abort()
        told.reject(error)
      })
      if (!named) turn = ended
      await ended
    }
  }
  const lanes = Promise.all(Array.from({ length: atOnce }, work))
  try {
    for (const { promise } of taken) yield await promise
  } finally {
    halt.abort()
    await lanes
  }
}
