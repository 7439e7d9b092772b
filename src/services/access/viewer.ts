import { sql } from 'kysely'
import type { Expression, ExpressionBuilder, SqlBool } from 'kysely'
import type { Schema } from '#services/db'

/** How much of the ledger somebody sees: what is released, or everything that is held. */
export type Sight = 'public' | 'all'

/** The one predicate of policy: rows that this sight shows. Retired and lost files are rows without bytes, shown by neither. */
export const seen =
  (sight: Sight) =>
  (eb: ExpressionBuilder<Schema, 'file'>): Expression<SqlBool> => {
    const held = eb('file.state', '=', 'held')
    return sight === 'all' ? held : eb.and([held, eb('file.public', '=', true)])
  }

/** The highest version of its partition that this sight shows: a version that is hidden does not hide the one before it. */
export const newestSeen =
  (sight: Sight) =>
  (eb: ExpressionBuilder<Schema, 'file'>): Expression<SqlBool> => {
    const higher = sql<SqlBool>`not exists (select from file as higher where higher.mission = file.mission and higher.dataset = file.dataset
      and higher.partition = file.partition and higher.version > file.version and higher.state = 'held'
      and ${sight === 'all' ? sql`true` : sql`higher.public`})`
    return eb.and([seen(sight)(eb), eb.or([eb('file.latest', '=', true), higher])])
  }
