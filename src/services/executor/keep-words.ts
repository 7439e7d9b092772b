import type { ChildProcess } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import type { Readable, Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { StringDecoder } from 'node:string_decoder'

/** What a program says while it runs. */
export interface Words {
  /** The last line on the error stream, else on the output stream, cut to 500 letters. */
  lastLine(): string
  /** Resolves when the log is whole, or cannot be. */
  written(): Promise<void>
}

const longest = 500

/** Writes both streams of a program to its log, as fast as the disk takes them. A log that cannot be written (a full disk) is given up, not the program. */
export function keepWords(child: ChildProcess, path: string): Words {
  const log = createWriteStream(path)
  const streams = [child.stdout, child.stderr].filter(s => s !== null)
  log.on('error', () => streams.forEach(s => s.resume()))
  const [out, err] = [openTail(), openTail()]
  child.stdout?.on('data', (chunk: Buffer) => (out.take(chunk), keep(log, child.stdout, chunk)))
  child.stderr?.on('data', (chunk: Buffer) => (err.take(chunk), keep(log, child.stderr, chunk)))
  child.once('error', () => log.end())
  return {
    lastLine: () => (err.last() || out.last()).slice(0, longest),
    written: () => finished(log.end()).catch(() => undefined),
  }
}

function keep(log: Writable, stream: Readable | null, chunk: Buffer): void {
  if (log.destroyed || log.write(chunk)) return
  stream?.pause()
  log.once('drain', () => stream?.resume())
}

interface Tail {
  take(chunk: Buffer): void
  last(): string
}

/** The last line with something in it, put together from pieces that break anywhere. */
function openTail(): Tail {
  const decoder = new StringDecoder('utf8')
  let whole = ''
  let open = ''
  return {
    take: chunk => {
      const lines = (open + decoder.write(chunk)).split('\n')
      open = (lines.pop() ?? '').slice(0, 2 * longest)
      whole = lines.findLast(l => l.trim() !== '')?.trim() ?? whole
    },
    last: () => open.trim() || whole,
  }
}
