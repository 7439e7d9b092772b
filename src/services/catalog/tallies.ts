import { sql } from 'kysely'
import type { Db } from '#services/db'

/** Files and bytes of one kind of file, as the database's triggers add them up. */
export interface FileCount {
  readonly mission: string
  readonly product: string
  readonly dataset: string
  readonly spacecraft: string
  readonly kind: string
  readonly latest: boolean
  readonly public: boolean
  readonly held: boolean
  readonly files: number
  readonly bytes: number
}

/** All counts, in order of dataset: as many rows as there are datasets, whatever the number of files. */
export async function countFilesByDataset(db: Db, mission?: string): Promise<readonly FileCount[]> {
  const { rows } = await sql<FileCount>`
    select mission, product, dataset, spacecraft, kind, latest, public, state = 'held' as held, sum(files)::bigint as files, sum(bytes)::bigint as bytes
    from file_tally ${mission === undefined ? sql`` : sql`where mission = ${mission}`}
    group by 1, 2, 3, 4, 5, 6, 7, 8 having sum(files) > 0 order by dataset`.execute(db)
  return rows
}

/**
 * How far before a time the files (or cells) begin that still reach into it, in milliseconds, and the products that it does not hold for:
 * those with files longer than a hundred days.
 */
export async function longestOf(
  db: Db,
  table: 'file_tally' | 'cell_tally',
  search: { readonly mission?: string; readonly product?: string },
): Promise<{ readonly ms: number; readonly beyond: readonly string[] }> {
  const { rows } = await sql<{ product: string; longest: number }>`
    select product, max(longest) as longest from ${sql.table(table)}
    where ${search.mission === undefined ? sql`true` : sql`mission = ${search.mission}`}
      and ${search.product === undefined ? sql`true` : sql`product = ${search.product}`} group by 1`.execute(db)
  const usual = rows.filter(r => r.longest < 100 * 86_400)
  return {
    ms: Math.max(0, ...usual.map(r => r.longest)) * 1000,
    beyond: rows.filter(r => r.longest >= 100 * 86_400).map(r => r.product),
  }
}

/** Adds the counts' single changes up, so that reading them stays quick. */
export const foldTallies = async (db: Db): Promise<void> => {
  await sql`select fold_tallies()`.execute(db)
}
