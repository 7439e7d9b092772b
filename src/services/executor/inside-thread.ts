import { appendFileSync, closeSync, openSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { parentPort } from 'node:worker_threads'
import { endOf, runInside } from '#doors/job'
import type { JobFile } from '#doors/job'

/** What a thread is to do, and how it went. */
export interface InsideOrder {
  readonly module: string
  readonly jobFile: string
  readonly folder: string
  readonly log: string
}

export interface InsideEnd {
  readonly exitCode: number
  readonly lastLine: string
  readonly cpuSeconds: number
}

type Program = { readonly default: (job: JobFile) => Promise<void> | void }

let said: { log: number; out: string; err: string } | undefined

// What the program writes belongs to its own log; the last line that is not empty is what people read first.
for (const [name, stream] of [
  ['out', process.stdout],
  ['err', process.stderr],
] as const)
  stream.write = (chunk: string | Uint8Array): boolean => {
    if (said === undefined) return true
    const text = typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString()
    said[name] = text.split('\n').findLast(line => line.trim() !== '') ?? said[name]
    appendFileSync(said.log, chunk)
    return true
  }

async function run({ module, jobFile, folder, log }: InsideOrder): Promise<InsideEnd> {
  const began = process.threadCpuUsage()
  said = { log: openSync(log, 'a'), out: '', err: '' }
  let exitCode = 0
  try {
    const program = (await import(pathToFileURL(module).href)) as Program
    await runInside(program.default, jobFile, folder)
  } catch (error) {
    const end = endOf(error)
    exitCode = end.exitCode
    process.stderr.write(`${end.words}\n`)
  }
  const { user, system } = process.threadCpuUsage(began)
  const { out, err } = said
  closeSync(said.log)
  said = undefined
  return { exitCode, lastLine: (err || out).trim().slice(0, 500), cpuSeconds: (user + system) / 1e6 }
}

parentPort?.on('message', (order: InsideOrder) => void run(order).then(end => parentPort?.postMessage(end, [])))
