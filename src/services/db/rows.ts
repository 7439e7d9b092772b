import { sql } from 'kysely'
import type { RawBuilder } from 'kysely'
import type { Schema } from './schema.ts'

const plain = (_key: string, value: unknown): unknown => (typeof value === 'bigint' ? value.toString() : value)

/**
 * `(columns) select … ` for an insert of any number of rows by one statement with one value, so that it is parsed once and planned once. The
 * first row's keys are the columns; instants are Dates, JSON columns take values as they are.
 */
export function rowsInto(table: keyof Schema, rows: readonly Readonly<Record<string, unknown>>[]): RawBuilder<unknown> {
  const columns = sql.join(Object.keys(rows[0] ?? {}).map(name => sql.ref(name)))
  const type = sql.table(table)
  return sql`${type} (${columns}) select ${columns} from jsonb_populate_recordset(null::${type}, ${JSON.stringify(rows, plain)}::jsonb)`
}

/**
 * An array whose length the planner does not know, whatever comes: its plan for this one is then no better than that for any, and is kept.
 * A statement that asks for one row takes longer to plan than to run.
 */
export const listOf = (type: 'text' | 'bigint' | 'boolean' | 'timestamptz', values: readonly unknown[]): RawBuilder<unknown> =>
  sql`((select ${values}::${sql.raw(type)}[])::${sql.raw(type)}[])`

/** Columns of texts for `unnest`: of each key what the items hold there. */
export const textsOf = <Key extends string>(
  items: readonly Readonly<Record<Key, string>>[],
  ...keys: readonly Key[]
): RawBuilder<unknown> =>
  sql.join(
    keys.map(key =>
      listOf(
        'text',
        items.map(item => item[key]),
      ),
    ),
  )
