import { Kysely, PostgresDialect, sql } from 'kysely'
import type { RawBuilder, Transaction } from 'kysely'
import pg from 'pg'
import { PreparingClient } from './prepared.ts'
import type { Schema } from './schema.ts'

export type Db = Kysely<Schema>
/** Inside one transaction. Writers take a `Tx`, so that a caller decides what commits together. */
export type Tx = Transaction<Schema>

/** How to reach a server: a URL, or a socket folder with a database name. */
export type DbConfig = Pick<pg.PoolConfig, 'connectionString' | 'host' | 'port' | 'user' | 'password' | 'database'>

const toInstant = (text: string): number => Date.parse(`${text.replace(' ', 'T')}:00`)
const toInteger = (text: string): number | bigint => (Number.isSafeInteger(Number(text)) ? Number(text) : BigInt(text))

/** Object identifiers of types in pg_type; they are the same in every version of PostgreSQL. */
const [int8, timestamptz] = [20, 1184]

const types: pg.CustomTypesConfig = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') => {
    if (format === 'binary') return pg.types.getTypeParser(oid, format)
    if (oid === int8) return toInteger
    if (oid === timestamptz) return toInstant
    return pg.types.getTypeParser(oid, 'text')
  },
}

/**
 * A process that stands still (a frozen machine, SIGSTOP) in the middle of a transaction keeps its locks no longer than this: others wait
 * for them, and with the log's counter all of them do. Milliseconds; our transactions take some.
 */
const longestStandstill = 20_000

/** Opens a pool. `size` connections at the most; sessions run in UTC. */
export function openDb(config: DbConfig, size = 8): Db {
  const pool = new pg.Pool({
    ...config,
    Client: PreparingClient,
    max: size,
    types,
    options: `-c timezone=UTC -c idle_in_transaction_session_timeout=${longestStandstill}`,
  })
  // A dropped connection, idle or inside a transaction, is replaced at the next query; without listeners Node would end the process.
  pool.on('error', () => undefined)
  pool.on('connect', client => client.on('error', () => undefined))
  return new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) })
}

export const withTx = <T>(db: Db, work: (tx: Tx) => Promise<T>): Promise<T> => db.transaction().execute(work)

/** An instant as an operand of a comparison: milliseconds of UTC since 1970. */
export const instant = (ms: number): RawBuilder<number> => sql<number>`${new Date(ms)}::timestamptz`
