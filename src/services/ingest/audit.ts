import { opendir, readdir, rm, stat } from 'node:fs/promises'
import { basename, join, relative, sep } from 'node:path'
import { recordRefusal } from '#services/catalog'
import type { Db } from '#services/db'
import { hashFile, moveFile } from '#services/store'
import type { IngestContext } from './context.ts'

/** What an audit of the archive found and did. */
export interface ArchiveAudit {
  /** Bytes without a row, older than the grace period: moved to quarantine. */
  readonly orphans: readonly string[]
  /** Rows whose bytes are gone or of another size: now `lost`. */
  readonly lost: readonly string[]
  /** Rows that were `lost` and whose bytes are back. */
  readonly found: readonly string[]
  /** Unfinished copies of dead processes, removed. */
  readonly unfinished: number
}

const batch = 1000

/**
 * Compares ledger and archive in both directions (invariant 1). A crash between store and commit leaves bytes without a row; the next
 * ingest of the same bytes adopts them, else they leave the archive for quarantine after `grace` milliseconds. Nothing is deleted but
 * unfinished copies. `root` is the archive's folder.
 */
export async function auditArchive(context: IngestContext, root: string, grace: number): Promise<ArchiveAudit> {
  const before = Date.now() - grace
  const unfinished = await removeUnfinished(context.incoming, before)
  const orphans = await moveOrphans(context, root, before)
  const { lost, found } = await compareRows(context.db, root)
  return { orphans, lost, found, unfinished }
}

async function removeUnfinished(incoming: string, before: number): Promise<number> {
  let count = 0
  for (const name of await readdir(incoming)) {
    const path = join(incoming, name)
    if (!(await isOlder(path, before))) continue
    await rm(path, { force: true, recursive: true })
    count++
  }
  return count
}

const isOlder = (path: string, before: number): Promise<boolean> =>
  stat(path).then(
    found => found.ctimeMs < before,
    () => false,
  )

async function moveOrphans(context: IngestContext, root: string, before: number): Promise<readonly string[]> {
  const orphans: string[] = []
  for await (const paths of batchesOf(filesBelow(root, context.incoming))) {
    const keys = paths.map(path => relative(root, path).split(sep).join('/'))
    const rows = await context.db
      .selectFrom('file')
      .select('path')
      .where(
        'name',
        'in',
        paths.map(p => basename(p)),
      )
      .where('path', 'in', keys)
      .execute()
    const known = new Set(rows.map(row => row.path))
    for (const [i, key] of keys.entries()) {
      const path = paths[i] ?? ''
      if (known.has(key) || !(await isOlder(path, before))) continue
      await moveAside(context, path, key)
      orphans.push(key)
    }
  }
  return orphans
}

async function moveAside(context: IngestContext, path: string, key: string): Promise<void> {
  const { sha256, size } = await hashFile(path)
  const kept = join(context.quarantine, `${sha256.slice(0, 12)}-${basename(path)}`)
  await moveFile(path, kept)
  const reason = `${key} lay in the archive without a row in the ledger (a process ended between the two); deliver it again if it is wanted`
  const refusal = { mission: undefined, name: basename(path), size, sha256, path: kept, code: 'ingest/orphan', reason, actor: 'audit' }
  await recordRefusal(context.db, refusal, context.clock())
}

async function* filesBelow(root: string, except: string): AsyncGenerator<string> {
  for await (const entry of await opendir(root, { recursive: true })) {
    const path = join(entry.parentPath, entry.name)
    if (entry.isFile() && !path.startsWith(except + sep)) yield path
  }
}

async function* batchesOf(paths: AsyncGenerator<string>): AsyncGenerator<readonly string[]> {
  let full: string[] = []
  for await (const path of paths) {
    full.push(path)
    if (full.length < batch) continue
    yield full
    full = []
  }
  if (full.length > 0) yield full
}

async function compareRows(db: Db, root: string): Promise<Pick<ArchiveAudit, 'lost' | 'found'>> {
  const [lost, found]: [string[], string[]] = [[], []]
  let last = 0
  for (;;) {
    const rows = await db
      .selectFrom('file')
      .select(['id', 'name', 'path', 'size', 'state'])
      .where('id', '>', last)
      .where('state', 'in', ['held', 'lost'])
      .orderBy('id')
      .limit(batch)
      .execute()
    for (const row of rows) {
      const there = await stat(join(root, row.path)).catch(() => undefined)
      const state = there?.size === row.size ? 'held' : 'lost'
      if (state === row.state) continue
      await db.updateTable('file').set({ state }).where('id', '=', row.id).execute()
      ;(state === 'lost' ? lost : found).push(row.name)
    }
    const end = rows.at(-1)
    if (end === undefined) return { lost, found }
    last = end.id
  }
}
