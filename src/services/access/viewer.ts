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

/**
 * The highest version of its partition that this sight shows: a version that is hidden does not hide the one before it. Nearly always that
 * is the one marked latest, and the index of those tells at once for the others; only where the latest is not seen are the versions compared.
 */
export const newestSeen =
  (sight: Sight) =>
  (eb: ExpressionBuilder<Schema, 'file'>): Expression<SqlBool> => {
    const samePartition = sql`other.mission = file.mission and other.dataset = file.dataset and other.partition = file.partition`
    const otherSeen = sql`other.state = 'held' and ${sight === 'all' ? sql`true` : sql`other.public`}`
    const older = sql<SqlBool>`(exists (select from file as other where ${samePartition} and other.latest and not (${otherSeen}))
      and not exists (select from file as other where ${samePartition} and other.version > file.version and ${otherSeen}))`
    return eb.and([seen(sight)(eb), eb.or([eb('file.latest', '=', true), older])])
  }
