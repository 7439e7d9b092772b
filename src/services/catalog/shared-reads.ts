import { sql } from 'kysely'
import { listOf, perDatabase, textsOf, together } from '#services/db'
import type { Db } from '#services/db'
import { sortOut } from './asked.ts'
import type { NameQuestion } from './asked.ts'
import type { FileRow } from './files.ts'

/**
 * Reads for those who come many at a time, each for itself: whoever asks while a statement runs is answered by the next one, with all
 * others that wait. Not for transactions.
 */

type Asked<Question> = Question & { readonly db: Db }
type Row = FileRow & { readonly asked: number }

/** The file of a name. */
export const findFileShared = (db: Db, mission: string, name: string): Promise<FileRow | undefined> => named(db)({ db, mission, name })

const named = perDatabase(() =>
  together(async (asked: readonly Asked<{ readonly mission: string; readonly name: string }>[]) => {
    const { rows } = await sql<Row>`
      select q.asked::int, f.*
      from unnest(${textsOf(asked, 'mission', 'name')}) with ordinality as q (mission, name, asked)
      join file f on f.mission = q.mission and f.name = q.name`.execute(dbOf(asked))
    return sortOut(asked.length, rows).map(([result]) => ({ result }))
  }),
)

/** The highest version of a partition, retired ones included; undefined where none was ever made. */
export const latestShared = (db: Db, place: NameQuestion): Promise<FileRow | undefined> => latest(db)({ ...place, db })

const latest = perDatabase(() =>
  together(async (asked: readonly Asked<NameQuestion>[]) => {
    const { rows } = await sql<Row>`
      select q.asked::int, f.*
      from unnest(${textsOf(asked, 'mission', 'dataset', 'partition')})
        with ordinality as q (mission, dataset, partition, asked)
      cross join lateral (
        select * from file where mission = q.mission and dataset = q.dataset and partition = q.partition order by version desc limit 1
      ) f`.execute(dbOf(asked))
    return sortOut(asked.length, rows).map(([result]) => ({ result }))
  }),
)

/** Files by their ids, in no order. */
export const filesByIdsShared = (db: Db, ids: readonly number[]): Promise<readonly FileRow[]> => byIds(db)({ db, ids })

const byIds = perDatabase(() =>
  together(async (asked: readonly Asked<{ readonly ids: readonly number[] }>[]) => {
    const ids = [...new Set(asked.flatMap(q => q.ids))]
    const { rows } = await sql<FileRow>`select * from file where id = any(${listOf('bigint', ids)})`.execute(dbOf(asked))
    const found = new Map(rows.map(row => [row.id, row]))
    return asked.map(q => ({ result: [...new Set(q.ids)].flatMap(id => found.get(id) ?? []) }))
  }),
)

const dbOf = (asked: readonly { readonly db: Db }[]): Db => (asked[0] as { readonly db: Db }).db
