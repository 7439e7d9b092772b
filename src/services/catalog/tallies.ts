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

/** Adds the counts' single changes up, so that reading them stays quick. */
export const foldTallies = async (db: Db): Promise<void> => {
  await sql`select fold_tallies()`.execute(db)
}
