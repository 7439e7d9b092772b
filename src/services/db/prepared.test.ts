import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { freshDatabase } from '#test/database'
import { openDb } from './index.ts'

test('a statement that comes again is kept by its session, and told anew when its table was altered', async () => {
  const { config } = await freshDatabase()
  const db = openDb(config, 1)
  await sql`create table shelf (book text, page int)`.execute(db)
  const ask = () => sql`select * from shelf where page > ${1}`.execute(db)
  const kept = async () =>
    (await sql<{ statement: string }>`select statement from pg_prepared_statements where statement like '%from shelf%'`.execute(db)).rows
  await sql`insert into shelf values (${'atlas'}, ${2})`.execute(db)
  await ask()
  expect(await kept()).toEqual([])
  await ask()
  expect(await kept()).toHaveLength(1)
  await sql`alter table shelf add column note text`.execute(db)
  await expect(ask()).rejects.toThrow('result type')
  expect((await ask()).rows).toEqual([{ book: 'atlas', page: 2, note: null }])
  await db.destroy()
})
