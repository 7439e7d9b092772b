import { createReadStream } from 'node:fs'
import { chmod, link, mkdir, open, rm, stat, unlink } from 'node:fs/promises'
import { dirname, resolve, sep } from 'node:path'
import { fail } from '#error'
import { hashFile } from './hash.ts'
import type { Store } from './store.ts'

/** The archive as a folder, local or NFS. `link` refuses an existing name, so two publishers cannot replace each other. */
export function localStore(root: string): Store {
  const base = resolve(root)
  const pathOf = (key: string): string => {
    const path = resolve(base, key)
    return path.startsWith(base + sep) ? path : fail('store/bad-key', `the key ${key} leaves the archive`, { key })
  }
  const present = (key: string): Promise<string> =>
    stat(pathOf(key)).then(
      () => pathOf(key),
      error => fail('store/absent', `${key} is not in the archive`, { key }, error),
    )
  return {
    put: async (key, file, sha256) => {
      const target = pathOf(key)
      const outcome = await publish(file, target, key, sha256)
      await syncFolder(dirname(target))
      return outcome
    },
    read: async (key, range) => {
      const path = await present(key)
      const bounds = range === undefined ? {} : { start: range.start, end: range.end - 1 }
      return createReadStream(path, { highWaterMark: 1 << 20, ...bounds })
    },
    stat: async key => {
      const found = await stat(pathOf(key)).catch(() => undefined)
      return found === undefined ? undefined : { size: found.size }
    },
    localPath: present,
    remove: async key => {
      await rm(pathOf(key), { force: true })
    },
  }
}

async function publish(file: string, target: string, key: string, sha256: string): Promise<'stored' | 'present'> {
  try {
    await linkInto(file, target)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    const there = await hashFile(target)
    if (there.sha256 !== sha256)
      fail('store/taken', `${key} is in the archive with other bytes (sha256 ${there.sha256.slice(0, 12)}…)`, { key, sha256, there }, error)
    await unlink(file)
    return 'present'
  }
  await unlink(file)
  await chmod(target, 0o444).catch(() => undefined)
  return 'stored'
}

/** The folder is there but for the first file of it. */
async function linkInto(file: string, target: string): Promise<void> {
  try {
    await link(file, target)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    await mkdir(dirname(target), { recursive: true })
    await link(file, target)
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
