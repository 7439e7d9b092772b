import { sql } from 'kysely'
import type { Db } from '#services/db'
import { filesByIds, type FileRow } from './files.ts'

/**
 * Files of some products of a mission that the log tells of after a place, in its order, and the place up to which that is all of them. For
 * followers that do not care for the rest.
 */
export async function filesToldAfter(
  db: Db,
  mission: string,
  products: readonly string[],
  sequence: number,
  limit: number,
): Promise<{ readonly files: readonly FileRow[]; readonly to: number }> {
  // Read first: what commits meanwhile is behind it.
  const { last } = await db.selectFrom('event_counter').select('last').executeTakeFirstOrThrow()
  const { rows } = await sql<{ sequence: number; file: number }>`select e.sequence, e.file from event e join file f on f.id = e.file
    where e.sequence > ${sequence} and e.sequence <= ${last} and e.mission = ${mission} and f.product = any(${products}::text[])
    order by e.sequence limit ${limit}`.execute(db)
  const byId = new Map((await filesByIds(db, [...new Set(rows.map(({ file }) => file))])).map(row => [row.id, row]))
  const files = rows.flatMap(({ file }) => byId.get(file) ?? [])
  return { files, to: rows.length < limit ? last : (rows.at(-1)?.sequence ?? last) }
}
