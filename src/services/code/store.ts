import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chmod, copyFile, lstat, mkdir, readFile, readlink, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { fail } from '#error'
import { together } from '#services/db'
import { readTree, stampTree } from './tree.ts'
import type { Tree } from './tree.ts'

/** Folders of code under their digests, for ever. Files are read-only, and looked at again before a process first uses them. */
export interface CodeStore {
  /** Copies a folder in; the same content again is a no-op. */
  put(folder: string): Promise<Tree>
  /** Where the code of a digest lies. Throws `code/absent`, and `code/damaged` where it is not what it was. */
  folderOf(digest: string): Promise<string>
  /** The digest of a folder as it is now, with its content in the store. Read again only where its files changed. */
  snapshot(folder: string): Promise<string>
  /** The digest of the sources of Apsis, which built-in programs are and others may use. */
  apsis(): Promise<string>
  /** What code in the store reads beside itself. */
  readonly common: readonly string[]
}

const source = fileURLToPath(new URL('../../../', import.meta.url))

/** Programs may use the modules of Apsis by the names that they have in this repository, wherever the code lies. */
const names = {
  '#formats/*': 'apsis/src/formats/*/index.ts',
  '#source': 'apsis/src/formats/source.ts',
  '#error': 'apsis/src/formats/error.ts',
  '#domain/*': 'apsis/src/domain/*/index.ts',
  '#doors/*': 'apsis/src/doors/*.ts',
}

export function codeStore(root: string): CodeStore {
  const seen = new Map<string, { readonly stamp: string; readonly digest: string }>()
  const checked = new Set<string>()
  let own: Promise<string> | undefined
  let prepared: Promise<void> | undefined
  const prepare = (): Promise<void> => (prepared ??= prepareRoot(root))
  const put = async (folder: string): Promise<Tree> => {
    await prepare()
    const tree = await readTree(folder)
    if (!existsSync(join(root, tree.digest))) await copyTree(root, folder, tree)
    return tree
  }
  const snapshotOf = async (folder: string): Promise<string> => {
    const stamp = await stampTree(folder)
    const known = seen.get(folder)
    if (known?.stamp === stamp) return known.digest
    const { digest } = await put(folder)
    seen.set(folder, { stamp, digest })
    return digest
  }
  // Jobs that begin while one looks at the folder share the next look.
  const askers = new Map<string, (ask: true) => Promise<string>>()
  return {
    put,
    apsis: () => (own ??= readTree(join(source, 'src')).then(tree => tree.digest)),
    common: [join(root, 'package.json'), join(root, 'node_modules')],
    folderOf: async digest => {
      await prepare()
      const folder = join(root, digest)
      if (!existsSync(folder)) fail('code/absent', `the code ${digest.slice(0, 12)} is not in ${root}`, { digest })
      if (!checked.has(digest)) await checkTree(folder, digest)
      checked.add(digest)
      return folder
    },
    snapshot: folder => {
      const ask =
        askers.get(folder) ?? together((asked: readonly true[]) => snapshotOf(folder).then(result => asked.map(() => ({ result }))))
      askers.set(folder, ask)
      return ask(true)
    },
  }
}

async function checkTree(folder: string, digest: string): Promise<void> {
  const there = await readTree(folder)
  if (there.digest !== digest)
    fail('code/damaged', `${folder} is not what it was registered as: its digest is ${there.digest.slice(0, 12)}`)
}

/** Written beside and renamed, so that a folder under a digest is always whole. */
async function copyTree(root: string, folder: string, tree: Tree): Promise<void> {
  const fresh = join(root, `.new-${randomUUID()}`)
  for (const { path, kind } of tree.entries) {
    const target = join(fresh, path)
    await mkdir(dirname(target), { recursive: true })
    await copyFile(join(folder, path), target)
    await chmod(target, kind === 'executable' ? 0o555 : 0o444)
  }
  await checkTree(fresh, tree.digest).catch((cause: unknown) =>
    fail('code/changing', `${folder} changed while it was copied: try again`, {}, cause),
  )
  try {
    await rename(fresh, join(root, tree.digest))
  } catch (error) {
    await rm(fresh, { recursive: true, force: true })
    if (!existsSync(join(root, tree.digest))) throw error
  }
}

/** Beside the code: a package `apsis` that is this installation's sources, wherever they lie now. */
async function prepareRoot(root: string): Promise<void> {
  const own = join(root, 'node_modules', 'apsis')
  const wanted = join(source, 'src')
  const texts = [
    [join(own, 'package.json'), { name: 'apsis', type: 'module', private: true }],
    [join(root, 'package.json'), { type: 'module', private: true, imports: names }],
  ] as const
  if (
    await lstat(own).then(
      s => s.isSymbolicLink(),
      () => false,
    )
  )
    await rm(own)
  await mkdir(own, { recursive: true })
  if ((await readlink(join(own, 'src')).catch(() => undefined)) !== wanted) await replace(join(own, 'src'), fresh => symlink(wanted, fresh))
  for (const [path, content] of texts) {
    const text = `${JSON.stringify(content, undefined, 2)}\n`
    if ((await readFile(path, 'utf8').catch(() => undefined)) !== text) await replace(path, fresh => writeFile(fresh, text))
  }
}

/** Written beside and renamed: other processes find the old one or the new one. */
async function replace(path: string, write: (fresh: string) => Promise<void>): Promise<void> {
  const fresh = `${path}.${randomUUID()}`
  await write(fresh)
  await rename(fresh, path)
}
