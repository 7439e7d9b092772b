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

/** Counts, in order of dataset: as many rows as there are datasets, whatever the number of files. */
export async function countFilesByDataset(db: Db, mission?: string, product?: string): Promise<readonly FileCount[]> {
  const wanted = sql.join(
    [
      sql`true`,
      ...(mission === undefined ? [] : [sql`mission = ${mission}`]),
      ...(product === undefined ? [] : [sql`product = ${product}`]),
    ],
    sql` and `,
  )
  const { rows } = await sql<FileCount>`
    select mission, product, dataset, spacecraft, kind, latest, public, state = 'held' as held, sum(files)::bigint as files, sum(bytes)::bigint as bytes
    from file_tally where ${wanted} group by 1, 2, 3, 4, 5, 6, 7, state having sum(files) > 0 order by dataset`.execute(db)
  return rows
}

/** All held files of a mission, or the public ones alone. */
export async function countHeld(db: Db, mission: string, onlyPublic: boolean): Promise<{ readonly files: number; readonly bytes: number }> {
  const { rows } = await sql<{ files: number; bytes: number }>`
    select coalesce(sum(files), 0)::bigint as files, coalesce(sum(bytes), 0)::bigint as bytes from file_tally
    where mission = ${mission} and state = 'held' ${onlyPublic ? sql`and public` : sql``}`.execute(db)
  return rows[0] ?? { files: 0, bytes: 0 }
}

/** Adds the counts' single changes up, so that reading them stays quick. */
export const foldTallies = async (db: Db): Promise<void> => {
  await sql`select fold_tallies()`.execute(db)
}
