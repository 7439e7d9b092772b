import { sql } from 'kysely'
import type { Db } from '#services/db'

/** The ledger's large tables. */
export const tables = ['file', 'file_parent', 'event', 'cell'] as const

/** Statements that belong in one session, one after the other. */
export interface Task {
  readonly name: string
  readonly statements: readonly string[]
}

export interface Dropped {
  readonly constraints: readonly { readonly table: string; readonly name: string; readonly definition: string; readonly type: string }[]
  readonly indexes: readonly { readonly table: string; readonly name: string; readonly definition: string }[]
}

/** Takes indexes, keys and triggers off the large tables, and says how to bring them back. */
export async function dropIndexes(db: Db): Promise<Dropped> {
  const list = sql.join(tables.map(t => sql`${t}::regclass`))
  const { rows: constraints } = await sql<Dropped['constraints'][number]>`
    select conrelid::regclass::text as table, conname as name, pg_get_constraintdef(oid) as definition, contype as type
    from pg_constraint where (conrelid in (${list}) or confrelid in (${list})) and contype in ('p', 'u', 'f')
    order by contype = 'f' desc`.execute(db)
  for (const c of constraints) await sql.raw(`alter table ${c.table} drop constraint ${c.name}`).execute(db)
  const { rows: indexes } = await sql<Dropped['indexes'][number]>`
    select tablename as table, indexname as name, indexdef as definition from pg_indexes
    where schemaname = 'public' and tablename in (${sql.join(tables)})`.execute(db)
  for (const i of indexes) await sql.raw(`drop index ${i.name}`).execute(db)
  for (const t of tables) await sql.raw(`alter table ${t} disable trigger user`).execute(db)
  return { constraints, indexes }
}

/** What brings back the indexes of some tables; unique keys are built as indexes, because others can be built beside them. */
export function indexTasks({ constraints, indexes }: Dropped, among: (table: string) => boolean): readonly Task[] {
  const keys = constraints.filter(c => c.type !== 'f' && among(c.table))
  return [
    ...indexes.filter(i => among(i.table)).map(i => ({ name: i.name, statements: [i.definition] })),
    ...keys.map(c => ({ name: c.name, statements: [`create unique index ${c.name} on ${c.table} ${columnsOf(c.definition)}`] })),
  ]
}

const columnsOf = (definition: string): string => definition.slice(definition.indexOf('('))

/** Keys between tables come back unchecked: the rows are ours, and checking them all is not what a bench is about. */
export async function restoreKeys(db: Db, { constraints }: Dropped): Promise<void> {
  for (const c of constraints.toReversed()) {
    const how = c.type === 'f' ? `${c.definition} not valid` : `${c.type === 'p' ? 'primary key' : 'unique'} using index ${c.name}`
    await sql.raw(`alter table ${c.table} add constraint ${c.name} ${how}`).execute(db)
  }
  for (const t of tables) await sql.raw(`alter table ${t} enable trigger user`).execute(db)
}

/** The counts that triggers would have kept. */
export const tallyTasks: readonly Task[] = [
  {
    name: 'counts of files',
    statements: [
      'truncate file_tally',
      // A dataset is of one product, spacecraft and kind.
      `insert into file_tally select s.mission, product, dataset, spacecraft, kind, latest, public, 'held', files, bytes, longest
      from bench_series join (select mission, dataset, latest, count(*) as files, sum(size::float8) as bytes,
        extract(epoch from max(stop_time - start_time)) as longest from file group by 1, 2, 3) as s using (dataset)`,
      'vacuum (analyze) file_tally',
    ],
  },
  {
    name: 'counts of cells',
    statements: [
      'truncate cell_tally',
      `insert into cell_tally select mission, product, dataset, have, next, coalesce(reason ->> 'kind', 'inputs'), count(*),
        extract(epoch from max(stop_time - start_time)) from cell group by 1, 2, 3, 4, 5, 6`,
      'vacuum (analyze) cell_tally',
    ],
  },
]
