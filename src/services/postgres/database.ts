import { Client, escapeIdentifier } from 'pg'
import type { DbConfig } from '#services/db'
import { SdcError, fail } from '#error'

/** Makes the database that `config` names, if it is not there yet. */
export async function ensureDatabase(config: DbConfig): Promise<void> {
  const name = config.database ?? fail('postgres/no-name', 'the database has no name')
  const client = new Client({ ...config, database: 'postgres' })
  await client.connect()
  try {
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [name])
    if (rowCount === 0) await client.query(`create database ${escapeIdentifier(name)}`)
  } finally {
    await client.end()
  }
}

const oldest = 15

/** Tries an external server once: reachable, not older than 15, UTF-8. */
export async function checkServer(url: string): Promise<void> {
  const place = describeUrl(url)
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 10_000 })
  try {
    await client.connect()
  } catch (cause) {
    await client.end().catch(() => undefined)
    const reason = cause instanceof Error ? cause.message || String((cause as NodeJS.ErrnoException).code) : String(cause)
    throw new SdcError('postgres/unreachable', `no database at ${place} (DATABASE_URL): ${reason}`, { place }, cause)
  }
  try {
    const { rows } = await client.query<{ version: number; encoding: string }>(
      `select current_setting('server_version_num')::int as version, current_setting('server_encoding') as encoding`,
    )
    const { version, encoding } = rows[0] ?? fail('postgres/unreachable', `the database at ${place} does not tell its version`)
    const major = Math.floor(version / 10_000)
    if (major < oldest)
      fail('postgres/version', `the database at ${place} is PostgreSQL ${major}: ${oldest} or newer is needed`, { place, major })
    if (encoding !== 'UTF8')
      fail('postgres/encoding', `the database at ${place} has the encoding ${encoding}: UTF8 is needed`, { place, encoding })
  } finally {
    await client.end()
  }
}

/** Without the password. */
function describeUrl(url: string): string {
  try {
    const { host, pathname, searchParams } = new URL(url)
    return `${searchParams.get('host') ?? host}${pathname}`
  } catch {
    return fail('postgres/bad-url', 'DATABASE_URL is not of the form postgresql://user@host:5432/database')
  }
}
