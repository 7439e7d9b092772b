import { open, rm } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import type { ExecutorContext } from './context.ts'

/** Room that a folder must have for work to be begun: a job file, a log, a little of an output. */
const probeSize = 1 << 18

/** What is wrong with a worker itself, in a sentence; undefined where it can work. */
export async function findFault(context: Pick<ExecutorContext, 'staging' | 'logs' | 'ingest' | 'worker'>): Promise<string | undefined> {
  for (const folder of [context.staging, context.logs, context.ingest.incoming]) {
    const fault = await probe(folder, context.worker)
    if (fault !== undefined) return fault
  }
  return undefined
}

async function probe(folder: string, worker: string): Promise<string | undefined> {
  const path = join(folder, `.probe-${worker.replaceAll(/\W/g, '-')}`)
  try {
    const file = await open(path, 'w')
    try {
      await file.writeFile(Buffer.alloc(probeSize))
      await file.sync()
    } finally {
      await file.close()
      await rm(path, { force: true })
    }
    return undefined
  } catch (error) {
    return describeFault(folder, error as NodeJS.ErrnoException)
  }
}

const words: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota is used up',
  EROFS: 'the file system is read-only',
  EACCES: 'it may not be written',
  EPERM: 'it may not be written',
  ENOENT: 'it is not there',
  ENOTDIR: 'it is no folder',
  EIO: 'the disk fails',
  ESTALE: 'the file server has lost it',
}

const describeFault = (folder: string, error: NodeJS.ErrnoException): string =>
  `${folder} on ${hostname()} cannot be worked in: ${words[error.code ?? ''] ?? error.message}`

/** Errors that are the machine's, wherever they appear: disks full or failing, no more files or memory to be had. */
const machineErrors = new Set(['ENOSPC', 'EDQUOT', 'EROFS', 'EIO', 'ESTALE', 'EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN'])

/** The worker's own fault behind an error, or undefined where the error is another's. */
export async function faultBehind(context: ExecutorContext, error: unknown): Promise<string | undefined> {
  const { code, path, syscall } = error as NodeJS.ErrnoException
  if (code === undefined || syscall === undefined) return undefined
  if (machineErrors.has(code)) return describeFault(path ?? `a file (${syscall})`, error as NodeJS.ErrnoException)
  return path === undefined ? undefined : findFault(context)
}
