import { hostname } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fail } from '#error'
import type { DbConfig } from '#services/db'
import { attachPostgres, startPostgres } from '#services/postgres'
import type { PostgresServer } from '#services/postgres'
import { explain } from './layout.ts'
import type { Home } from './layout.ts'
import { isLock, readLock, takeLock } from './lock.ts'
import type { HomeLock, LockContent } from './lock.ts'

/** A command's stay in a home. */
export interface Session {
  readonly config: DbConfig
  readonly connectionString: string
  /** The server this command attached to; undefined when it works in the home alone. */
  readonly running: LockContent | undefined
  /** Settles when the database that this command started ends by itself. */
  readonly databaseEnded: Promise<void>
  /** Tells others where the site is. Only for the one who works here alone. */
  publish(address: string): Promise<void>
  leave(): Promise<void>
}

export interface EnterOptions {
  /** For the lock, so that others can say who is there: `up`, `ingest`. */
  readonly command: string
  /** True for servers: others attach. Else others wait until this command has left. */
  readonly lasting: boolean
  /** Uses this server instead of the embedded one. */
  readonly databaseUrl?: string | undefined
  readonly log: (line: string) => void
  /** How long to wait for a passing command, or for a server that is just starting: 60 s unless told. */
  readonly patience?: number
}

/**
 * Enters a home: attaches to the server that runs there, else takes the lock and starts the database. A second server is
 * refused with `home/busy`. Whoever started the database stops it in `leave`.
 */
export async function enterHome(home: Home, options: EnterOptions): Promise<Session> {
  const deadline = Date.now() + (options.patience ?? 60_000)
  let told = false
  for (;;) {
    const taken = await takeLock(home.dir, options.command, options.lasting)
    if (isLock(taken)) return await begin(home, options, taken)
    if (taken.lasting && options.lasting) refuse(home, taken)
    if (taken.lasting && taken.connectionString !== undefined) return attach(taken, taken.connectionString)
    if (Date.now() > deadline) refuse(home, taken)
    if (!told) options.log(`waiting for process ${taken.pid} (apsis ${taken.command}) in ${home.dir}`)
    told = true
    await wait(100)
  }
}

/** Who works in a home just now, with the site's address if there is one. */
export const findRunning = (home: Home): Promise<LockContent | undefined> => readLock(home.dir)

function refuse(home: Home, holder: LockContent): never {
  const elsewhere = holder.host === hostname() ? '' : ` on ${holder.host}`
  const where = holder.address === undefined ? '' : `, at ${holder.address}`
  return fail(
    'home/busy',
    `${home.dir} is in use by process ${holder.pid}${elsewhere} (apsis ${holder.command}, since ${holder.since}${where}): stop it first, or choose another home; if it is gone, remove ${join(home.dir, 'home.lock')}`,
    { ...holder },
  )
}

async function begin(home: Home, options: EnterOptions, lock: HomeLock): Promise<Session> {
  let server: PostgresServer
  try {
    server = options.databaseUrl ? await attachPostgres(options.databaseUrl) : await startEmbedded(home, options.log)
    await lock.publish({ connectionString: server.connectionString })
  } catch (error) {
    await lock.release()
    throw explain(error, home.dir)
  }
  return {
    config: server.config,
    connectionString: server.connectionString,
    running: undefined,
    databaseEnded: server.ended,
    publish: address => lock.publish({ address }),
    leave: async () => {
      await server.stop()
      await lock.release()
    },
  }
}

const startEmbedded = (home: Home, log: (line: string) => void): Promise<PostgresServer> =>
  startPostgres({ dataDir: home.pg, logFile: join(home.logs, 'postgres.log'), log })

function attach(holder: LockContent, connectionString: string): Session {
  return {
    config: { connectionString },
    connectionString,
    running: holder,
    databaseEnded: new Promise(() => undefined),
    publish: () => fail('home/not-ours', 'only the one who runs a home can publish its address'),
    leave: async () => undefined,
  }
}
