import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { SdcError } from '#error'
import { freshDatabase } from '#test/database'
import { isDatabaseAway, openDb, withTx } from './index.ts'

const broken = (work: Promise<unknown>): Promise<unknown> => work.then(() => undefined).catch((error: unknown) => error)

test('what a statement cannot do is its own fault; a server that shuts a session down, or is not there, is away', async () => {
  const { config } = await freshDatabase()
  const db = openDb(config, 2)
  const statements = [`select 1 / 0`, `select 'x'::int`, `select * from no_such`, `insert into cursor (follower) values (null)`]
  for (const text of statements) expect(isDatabaseAway(await broken(sql.raw(text).execute(db))), text).toBe(false)
  const shut = withTx(db, tx => sql`select pg_terminate_backend(pg_backend_pid())`.execute(tx))
  expect(isDatabaseAway(await broken(shut))).toBe(true)
  const late = withTx(db, async tx => {
    await sql`set local statement_timeout = 1`.execute(tx)
    await sql`select pg_sleep(5)`.execute(tx)
  })
  expect(isDatabaseAway(await broken(late))).toBe(true)
  await db.destroy()
  expect(isDatabaseAway(await broken(sql`select 1`.execute(db)))).toBe(true)
  const nobody = openDb({ host: '127.0.0.1', port: 1 }, 1)
  expect(isDatabaseAway(await broken(sql`select 1`.execute(nobody)))).toBe(true)
  await nobody.destroy()
  for (const own of [new SdcError('a/b', 'no connection of these'), new TypeError('x is not a connection'), 'text', new Error('odd')])
    expect(isDatabaseAway(own)).toBe(false)
})
