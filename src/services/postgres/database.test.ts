import { Client } from 'pg'
import { afterAll, expect, test } from 'vitest'
import { freshDatabase } from '#test/database'
import { attachPostgres } from './index.ts'

const database = await freshDatabase()
afterAll(() => database.drop())

test('an external server is attached to by its URL and outlives us', async () => {
  const server = await attachPostgres(database.connectionString)
  expect(server.pid).toBeUndefined()
  await server.stop()
  const client = new Client(server.config)
  await client.connect()
  const { rows } = await client.query('select current_database() as name')
  await client.end()
  expect(rows).toEqual([{ name: database.name }])
})

test.each([
  ['postgresql://nobody@127.0.0.1:1/none', /no database at 127\.0\.0\.1:1\/none \(DATABASE_URL\): .*ECONNREFUSED/],
  [database.connectionString.replace('/test_', '/absent_'), /no database at .*\/absent_.*does not exist/],
  ['five', /DATABASE_URL is not of the form/],
])('%s is refused in one sentence', async (url, reason) => {
  await expect(attachPostgres(url)).rejects.toThrow(reason)
})

test('a database that cannot hold every name is refused', async () => {
  const client = new Client(database.config)
  await client.connect()
  const ascii = `${database.name}_ascii`
  await client.query(`create database ${ascii} encoding 'SQL_ASCII' locale 'C' template template0`)
  try {
    await expect(attachPostgres(database.connectionString.replace(database.name, ascii))).rejects.toThrow(
      /has the encoding SQL_ASCII: UTF8 is needed/,
    )
  } finally {
    await client.query(`drop database ${ascii}`)
    await client.end()
  }
})

test('a password is never repeated', async () => {
  const refusal = await attachPostgres('postgresql://me:s3cret@127.0.0.1:1/none').catch((error: unknown) => String(error))
  expect(refusal).toContain('127.0.0.1:1/none')
  expect(refusal).not.toContain('s3cret')
})

test('each asking gives another database, with the ledger in it', async () => {
  const other = await freshDatabase()
  expect(other.name).not.toBe(database.name)
  const client = new Client(other.config)
  await client.connect()
  const { rows } = await client.query<{ n: number }>(
    `select count(*)::int as n from information_schema.tables where table_name in ('file', 'event', 'job')`,
  )
  await client.end()
  expect(rows[0]?.n).toBe(3)
})
