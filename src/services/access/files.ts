import { sql } from 'kysely'
import type { Selectable, SelectQueryBuilder } from 'kysely'
import { countFilesByDataset } from '#services/catalog'
import type { FileCount } from '#services/catalog'
import { instant } from '#services/db'
import type { Db, FileTable, Schema } from '#services/db'
import { readEntry } from './entry.ts'
import type { FileEntry } from './entry.ts'
import { beganLongBefore, beginsNear, pageFrom } from './overlap.ts'
import type { Among } from './overlap.ts'
import { newestSeen, seen } from './viewer.ts'
import type { Sight } from './viewer.ts'

/** A search through the files. `from` and `to` (UTC milliseconds) mean overlap with what the file spans, not its start alone. */
export interface FileSearch {
  readonly mission?: string
  readonly product?: string
  readonly dataset?: string
  readonly spacecraft?: string
  readonly kind?: string
  readonly partition?: string
  readonly from?: number
  readonly to?: number
  /** All versions; default the highest that is seen. */
  readonly versions?: boolean
  readonly order?: 'start' | 'arrived'
  readonly limit: number
  readonly offset?: number
}

/** Files that answer a search, newest first by start (or by arrival). */
export async function searchFiles(db: Db, search: FileSearch, sight: Sight): Promise<readonly FileEntry[]> {
  const { from, limit, offset = 0 } = search
  const page = (among: Among, count: number, skipped = 0): Promise<readonly Selectable<FileTable>[]> => {
    const query = filesOf(db, search, sight).where(among)
    const ordered =
      search.order === 'arrived' ? query.orderBy('arrived_at', 'desc').orderBy('id', 'desc') : query.orderBy('start_time', 'desc')
    return ordered.orderBy('dataset').orderBy('version', 'desc').limit(count).offset(skipped).selectAll().execute()
  }
  if (from === undefined || search.order === 'arrived') return (await page(sql`true`, limit, offset)).map(readEntry)
  return (await pageFrom('file', from, offset + limit, page)).slice(offset).map(readEntry)
}

type FileQuery = SelectQueryBuilder<Schema, 'file', object>

/** How many files answer a search, whatever its limit. */
export async function countFiles(db: Db, search: FileSearch, sight: Sight): Promise<number> {
  const { mission, product, dataset, spacecraft, kind, partition, from, to, versions } = search
  if (partition === undefined && from === undefined && to === undefined && versions !== true && mission !== undefined) {
    const counts = await countDatasets(db, mission, sight, product)
    const fits = (wanted: string | undefined, own: string): boolean => wanted === undefined || wanted === own
    return counts
      .filter(c => fits(product, c.product) && fits(dataset, c.dataset) && fits(spacecraft, c.spacecraft) && fits(kind, c.kind))
      .reduce((sum, c) => sum + c.files, 0)
  }
  const count = async (among: Among): Promise<number> => {
    const query = filesOf(db, search, sight).where(among)
    return (await query.select(sql<number>`count(*)`.as('total')).executeTakeFirstOrThrow()).total
  }
  return from === undefined ? count(sql`true`) : (await count(beginsNear(from))) + (await count(beganLongBefore('file', from)))
}

function filesOf(db: Db, search: FileSearch, sight: Sight): FileQuery {
  let query = db.selectFrom('file').where(search.versions === true ? seen(sight) : newestSeen(sight))
  for (const field of ['mission', 'product', 'dataset', 'spacecraft', 'kind', 'partition'] as const) {
    const value = search[field]
    if (value !== undefined) query = query.where(field, '=', value)
  }
  if (search.to !== undefined) query = query.where('start_time', '<', instant(search.to))
  if (search.from !== undefined) query = query.where('stop_time', '>', instant(search.from))
  return query
}

/** One file by its name; undefined where there is none that this sight shows. */
export async function readFile(db: Db, mission: string, name: string, sight: Sight): Promise<FileEntry | undefined> {
  const query = db.selectFrom('file').selectAll().where('mission', '=', mission).where('name', '=', name).where(seen(sight))
  const row = await query.executeTakeFirst()
  return row === undefined ? undefined : readEntry(row)
}

/**
 * A parent or child of a file. `file` is absent where it is not held, or hidden from this sight: then its name is hidden too, and `hidden`
 * says which expectation it answers, which everybody may know.
 */
export interface Relative {
  readonly role: string
  readonly name: string | undefined
  readonly file: FileEntry | undefined
  readonly hidden: { readonly id: number; readonly dataset: string; readonly partition: string } | undefined
}

export async function listParents(db: Db, file: number, sight: Sight): Promise<readonly Relative[]> {
  const links = await db.selectFrom('file_parent').selectAll().where('child', '=', file).orderBy('role').orderBy('name').execute()
  const held = await readByIds(
    db,
    links.flatMap(l => (l.parent === null ? [] : [l.parent])),
  )
  return links.map(l => {
    const entry = l.parent === null ? undefined : held.get(l.parent)
    if (entry !== undefined && (sight === 'all' || entry.public)) return { role: l.role, name: entry.name, file: entry, hidden: undefined }
    const hidden = entry === undefined ? undefined : { id: entry.id, dataset: entry.dataset, partition: entry.partition }
    return { role: l.role, name: sight === 'all' ? l.name : undefined, file: undefined, hidden }
  })
}

export async function listChildren(db: Db, file: number, sight: Sight): Promise<readonly Relative[]> {
  const links = await db.selectFrom('file_parent').select(['child', 'role']).where('parent', '=', file).orderBy('child').execute()
  const held = await readByIds(
    db,
    links.map(l => l.child),
  )
  return links.flatMap(l => {
    const entry = held.get(l.child)
    return entry === undefined || !(sight === 'all' || entry.public)
      ? []
      : [{ role: l.role, name: entry.name, file: entry, hidden: undefined }]
  })
}

async function readByIds(db: Db, ids: readonly number[]): Promise<ReadonlyMap<number, FileEntry>> {
  if (ids.length === 0) return new Map()
  const rows = await db.selectFrom('file').selectAll().where('id', 'in', ids).where(seen('all')).execute()
  return new Map(rows.map(row => [row.id, readEntry(row)]))
}

/** What there is of a dataset: newest seen files, their bytes, and the newest start. */
export interface DatasetCount {
  readonly mission: string
  readonly product: string
  readonly dataset: string
  readonly spacecraft: string
  readonly kind: string
  readonly files: number
  readonly bytes: number
  readonly newest: number
}

export async function countDatasets(db: Db, mission: string, sight: Sight, product?: string): Promise<readonly DatasetCount[]> {
  const counts = await countFilesByDataset(db, mission, product)
  const isSeen = (c: FileCount): boolean => c.held && (sight === 'all' || c.public)
  const found: DatasetCount[] = []
  const datasets = [...new Set(counts.filter(isSeen).map(c => c.dataset))]
  const newestOf = await newestStarts(db, mission, datasets, sight)
  for (const dataset of datasets) {
    const own = counts.filter(c => c.dataset === dataset)
    const [first] = own
    if (first === undefined) continue
    // A newest version that is hidden shows the one before it: then, and only then, are the files themselves counted.
    const hides = own.some(c => c.latest && !isSeen(c)) && own.some(c => !c.latest && isSeen(c))
    const seenNow = own.filter(c => c.latest && isSeen(c))
    const sum = (of: 'files' | 'bytes'): number => seenNow.reduce((total, c) => total + c[of], 0)
    const counted = hides ? await countRows(db, mission, dataset, sight) : { files: sum('files'), bytes: sum('bytes') }
    const newest = newestOf.get(dataset)
    const { product, spacecraft, kind } = first
    if (newest !== undefined) found.push({ mission, product, dataset, spacecraft, kind, ...counted, newest })
  }
  return found
}

const countRows = (db: Db, mission: string, dataset: string, sight: Sight): Promise<{ readonly files: number; readonly bytes: number }> =>
  db
    .selectFrom('file')
    .select([sql<number>`count(*)`.as('files'), sql<number>`coalesce(sum(size), 0)::bigint`.as('bytes')])
    .where('mission', '=', mission)
    .where('dataset', '=', dataset)
    .where(newestSeen(sight))
    .executeTakeFirstOrThrow()

async function newestStarts(db: Db, mission: string, datasets: readonly string[], sight: Sight): Promise<ReadonlyMap<string, number>> {
  const newest = db
    .selectFrom('file')
    .select('start_time')
    .where('mission', '=', mission)
    .where(sql<boolean>`file.dataset = asked.dataset`)
    .where(newestSeen(sight))
    .orderBy('start_time', 'desc')
    .limit(1)
  const rows = await db
    .selectFrom(sql<{ dataset: string }>`unnest(${datasets}::text[])`.as<'asked'>(sql`asked(dataset)`))
    .select(['asked.dataset', newest.as('start')])
    .execute()
  return new Map(rows.flatMap(({ dataset, start }) => (start === null ? [] : [[dataset, start] as const])))
}

/** Names that share the most with a name that is not there, best first. */
export async function nearestNames(db: Db, mission: string, name: string, sight: Sight): Promise<readonly string[]> {
  const stem = name.replace(/_v[^_]*$/i, '').replace(/\d{6,}.*$/, '')
  for (const prefix of [name.slice(0, name.lastIndexOf('_') + 1), stem, name.slice(0, 8)]) {
    if (prefix.length < 4) continue
    const like = `${prefix.replace(/[\\%_]/g, String.raw`\$&`)}%`
    const query = db.selectFrom('file').select('name').where('mission', '=', mission).where('name', 'like', like).where(seen(sight))
    const rows = await query.orderBy('latest', 'desc').orderBy('start_time', 'desc').limit(5).execute()
    if (rows.length > 0) return rows.map(r => r.name)
  }
  return []
}
