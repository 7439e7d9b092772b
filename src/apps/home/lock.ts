import { link, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { fail } from '#error'
import { readProcess } from '#services/postgres'
import { explain } from './layout.ts'

/** Who works in a home, and how to reach it. Others attach by this. */
export interface LockContent {
  readonly pid: number
  /** The process's start in ticks since boot: a pid is used again, this pair is not. */
  readonly started: string
  readonly host: string
  readonly command: string
  /** A server stays; a passing command is waited for. */
  readonly lasting: boolean
  readonly since: string
  /** Set once the database takes connections. */
  readonly connectionString?: string
  /** Set once the site answers: `http://127.0.0.1:8080`. */
  readonly address?: string
}

export interface HomeLock {
  /** Tells others what is up by now. */
  publish(news: Pick<LockContent, 'connectionString'> | Pick<LockContent, 'address'>): Promise<void>
  release(): Promise<void>
}

const lockPath = (dir: string): string => join(dir, 'home.lock')

/** Takes the home's lock, or tells who has it. The lock of a process that is gone is taken over. */
export async function takeLock(dir: string, command: string, lasting: boolean): Promise<HomeLock | LockContent> {
  const started = readProcess(process.pid)?.started ?? ''
  let content: LockContent = { pid: process.pid, started, host: hostname(), command, lasting, since: new Date().toISOString() }
  const path = lockPath(dir)
  const own = `${path}.${process.pid}`
  try {
    await writeLock(own, content)
    // link(2) is the one step that cannot succeed twice
    while (!(await linkOnce(own, path))) {
      const holder = await readLock(dir)
      if (holder !== undefined) return holder
      await removeStale(dir)
    }
  } catch (error) {
    throw explain(error, dir)
  } finally {
    await rm(own, { force: true })
  }
  return {
    publish: async news => {
      content = { ...content, ...news }
      await writeLock(own, content)
      await rename(own, path)
    },
    release: () => rm(path, { force: true }),
  }
}

/** The living holder of a home's lock; undefined when no one works there. */
export async function readLock(dir: string): Promise<LockContent | undefined> {
  const content = await readContent(lockPath(dir))
  return content && isAlive(content) ? content : undefined
}

export const isLock = (taken: HomeLock | LockContent): taken is HomeLock => 'release' in taken

/** A holder on another machine (a shared folder, a container) cannot be looked at from here, so it counts as living. */
function isAlive(content: LockContent): boolean {
  if (content.host !== hostname()) return true
  if (content.started !== '') return readProcess(content.pid)?.started === content.started
  try {
    return process.kill(content.pid, 0)
  } catch {
    return false
  }
}

/** Two processes may find the same stale lock: whoever moved away the other's fresh one puts it back. */
async function removeStale(dir: string): Promise<void> {
  const path = lockPath(dir)
  const aside = `${path}.stale.${process.pid}`
  try {
    await rename(path, aside)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
    throw error
  }
  const moved = await readContent(aside)
  if (moved !== undefined && isAlive(moved) && !(await linkOnce(aside, path))) {
    fail('home/lock-race', `several commands take ${dir} at the same moment: try again`, { dir })
  }
  await rm(aside, { force: true })
}

async function readContent(path: string): Promise<LockContent | undefined> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
  try {
    const content = JSON.parse(text) as LockContent
    return typeof content.pid === 'number' && typeof content.started === 'string' ? content : undefined
  } catch {
    // half a lock: its writer fell with the machine
    return undefined
  }
}

async function linkOnce(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

const writeLock = (path: string, content: LockContent): Promise<void> =>
  writeFile(path, `${JSON.stringify(content, undefined, 2)}\n`, { mode: 0o600 })
