import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { lstat, readdir, readlink } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { fail } from '#error'

/** One file of a folder of code. */
export interface TreeEntry {
  /** Relative to the folder, with `/`. */
  readonly path: string
  readonly kind: 'file' | 'executable'
  readonly sha256: string
  readonly size: number
}

/** A folder of code by content: equal folders have equal digests, wherever and whenever. */
export interface Tree {
  /** SHA-256 over kind, hash and path of every file, in order of path. */
  readonly digest: string
  readonly entries: readonly TreeEntry[]
  readonly bytes: number
}

/** What work in a folder leaves behind and no program needs. */
const litter = /^(?:\.git|node_modules|__pycache__|\.DS_Store)$|\.pyc$/

/** Reads a folder whole. Links and special files are refused: what they lead to would not be in the digest. */
export async function readTree(folder: string): Promise<Tree> {
  const entries: TreeEntry[] = []
  for (const path of await listPaths(folder)) {
    const at = join(folder, path)
    const { mode, size } = await lstat(at)
    entries.push({ path, kind: (mode & 0o100) === 0 ? 'file' : 'executable', sha256: await hashOf(at), size })
  }
  if (entries.length === 0) fail('code/empty', `${folder} holds no files`, { folder })
  const digest = createHash('sha256')
  for (const { path, kind, sha256 } of entries) digest.update(`${kind} ${sha256} ${path}\n`)
  return { digest: digest.digest('hex'), entries, bytes: entries.reduce((sum, e) => sum + e.size, 0) }
}

/** Something that changes whenever a folder's files do, without reading them: names, sizes, times. */
export async function stampTree(folder: string): Promise<string> {
  const stamp = createHash('sha256')
  for (const path of await listPaths(folder)) {
    const { mtimeMs, size, mode } = await lstat(join(folder, path))
    stamp.update(`${path} ${mtimeMs} ${size} ${mode}\n`)
  }
  return stamp.digest('hex')
}

async function listPaths(folder: string): Promise<readonly string[]> {
  const paths: string[] = []
  const walk = async (inside: string): Promise<void> => {
    const found = await readdir(join(folder, inside), { withFileTypes: true }).catch((cause: unknown) =>
      fail('code/unreadable', `${join(folder, inside)} cannot be read`, {}, cause),
    )
    for (const entry of found) {
      if (litter.test(entry.name)) continue
      const path = inside === '' ? entry.name : `${inside}/${entry.name}`
      if (entry.isDirectory()) await walk(path)
      else if (entry.isFile()) paths.push(path)
      else fail('code/not-a-file', await sayWhat(join(folder, path)), { path })
    }
  }
  await walk('')
  return paths.toSorted()
}

async function sayWhat(path: string): Promise<string> {
  const target = await readlink(path).catch(() => undefined)
  return target === undefined
    ? `${path} is no regular file: code consists of files`
    : `${path} is a link to ${target}: put the file itself there, or its bytes would be outside of the digest`
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}
