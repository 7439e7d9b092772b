import { sql } from 'kysely'
import type { RawBuilder, SqlBool } from 'kysely'
import { instant } from '#services/db'

/** What is longer is rare, and has an index of its own (`file_long`, `cell_long`): all else that reaches a time begins this shortly before. */
const usual = 2 * 86_400_000

/** A condition on start and stop, beside those of a search. */
export type Among = RawBuilder<SqlBool>

/**
 * Rows whose time reaches beyond `from` (UTC milliseconds), newest start first: first those that begin after or shortly before it, an
 * interval that an index understands; then, where `limit` leaves room, the long ones that began earlier.
 */
export async function pageFrom<T>(
  table: 'file' | 'cell',
  from: number,
  limit: number,
  page: (among: Among, limit: number) => Promise<readonly T[]>,
): Promise<readonly T[]> {
  const near = await page(beginsNear(from), limit)
  return near.length >= limit ? near : [...near, ...(await page(beganLongBefore(table, from), limit - near.length))]
}

export const beginsNear = (from: number): Among => sql<SqlBool>`start_time > ${instant(from - usual)}`

/** By their places in the table, found beforehand: else the planner may walk through all that is old in search of what is long. */
export const beganLongBefore = (table: 'file' | 'cell', from: number): Among => {
  const name = sql.table(table)
  return sql<SqlBool>`${name}.ctid = any(array(select long.ctid from ${name} as long
    where long.stop_time - long.start_time > interval '2 days' and long.stop_time > ${instant(from)} and long.start_time <= ${instant(from - usual)}))`
}
