import { open, stat } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'

const chunk = 1 << 18
const lookPause = 250

/**
 * The bytes of a growing file, from its start or from its last `tail` bytes on, until `isOver` has said so and the rest is read. A file that
 * is not there yet is waited for.
 */
export async function* followLog(
  path: string,
  options: { readonly isOver: () => Promise<boolean>; readonly stop: AbortSignal; readonly tail?: number },
): AsyncGenerator<Uint8Array> {
  let at = 0
  if (options.tail !== undefined) at = Math.max(0, (await sizeOf(path)) - options.tail)
  while (!options.stop.aborted) {
    // Asked first: what was written before the end is in the file by then.
    const over = await options.isOver()
    for (let part = await readAt(path, at); part.length > 0; part = await readAt(path, at)) {
      at += part.length
      yield part
    }
    if (over) return
    await pause(lookPause, undefined, { signal: options.stop }).catch(() => undefined)
  }
}

const sizeOf = (path: string): Promise<number> =>
  stat(path).then(
    s => s.size,
    () => 0,
  )

async function readAt(path: string, position: number): Promise<Uint8Array> {
  const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (file === undefined) return new Uint8Array()
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(chunk), 0, chunk, position)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}

/** The last lines of a file, at the most so many bytes; empty where there is none. */
export async function lastLines(path: string, most: number): Promise<string> {
  const at = Math.max(0, (await sizeOf(path)) - most)
  const parts: Uint8Array[] = []
  for await (const part of followLog(path, { isOver: () => Promise.resolve(true), stop: new AbortController().signal, tail: most }))
    parts.push(part)
  const text = Buffer.concat(parts).toString('utf8')
  return at === 0 ? text : text.slice(text.indexOf('\n') + 1)
}
