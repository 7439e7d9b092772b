import { instant } from '#services/db'
import type { Db } from '#services/db'
import type { FileQuery } from './file-query.ts'
import { newestSeen, seen } from './viewer.ts'
import type { Sight } from './viewer.ts'

/** What the file service says of a file. Times in UTC milliseconds. */
export interface Listed {
  readonly name: string
  readonly path: string
  readonly size: number
  readonly sha256: string
  readonly start: number
  readonly stop: number
  readonly modified: number
  readonly dataset: string
  readonly versionText: string
}

/**
 * Files that answer a question, newest first. Without named files or versions only the highest version of each partition that
 * this sight shows.
 */
export async function listFiles(db: Db, mission: string, query: FileQuery, sight: Sight, limit?: number): Promise<readonly Listed[]> {
  if (query.products.length === 0) return []
  const any = query.names !== undefined || query.versions !== undefined
  let statement = db
    .selectFrom('file')
    .select(['name', 'path', 'size', 'sha256', 'start_time', 'stop_time', 'modified_at', 'dataset', 'version_text'])
    .where('mission', '=', mission)
    .where('product', 'in', query.products)
    .where(any ? seen(sight) : newestSeen(sight))
    .orderBy('start_time', 'desc')
    .orderBy('version', 'desc')
    .orderBy('name')
  if (query.spacecraft !== undefined) statement = statement.where('spacecraft', 'in', query.spacecraft)
  if (query.names !== undefined) statement = statement.where('name', 'in', query.names)
  if (query.versions !== undefined) statement = statement.where('version_text', 'in', query.versions)
  if (query.from !== undefined) statement = statement.where('start_time', '>=', instant(query.from))
  if (query.to !== undefined) statement = statement.where('start_time', '<', instant(query.to))
  const rows = await (limit === undefined ? statement : statement.limit(limit)).execute()
  return rows.map(r => ({
    name: r.name,
    path: r.path,
    size: r.size,
    sha256: r.sha256,
    start: r.start_time,
    stop: r.stop_time,
    modified: r.modified_at,
    dataset: r.dataset,
    versionText: r.version_text,
  }))
}
