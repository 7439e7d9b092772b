import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { mkdir, readFile, realpath, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { SdcError, fail } from '#error'
import type { DbConfig } from '#services/db'
import { embeddedBinaries } from './binaries.ts'
import type { PostgresBinaries } from './binaries.ts'
import { ensureCluster, superuser } from './cluster.ts'
import { ensureDatabase } from './database.ts'
import { chooseIdentity, giveToNobody, wrapCommand } from './identity.ts'
import type { Identity } from './identity.ts'
import { clearLeftovers } from './orphans.ts'
import { defaultSettings, settingArguments } from './settings.ts'
import { closeSocketFolder, openSocketFolder, socketPort } from './socket.ts'

export interface PostgresOptions {
  /** Made at the first start. Only one process at a time may start a server here: the home's lock sees to that. */
  readonly dataDir: string
  readonly log: (line: string) => void
  /** Where the server's own words go; `<dataDir>.log` unless told. */
  readonly logFile?: string
  /** Instead of the embedded server's. */
  readonly binaries?: PostgresBinaries
  readonly settings?: Readonly<Record<string, string>>
  readonly identity?: Identity
}

export interface PostgresServer {
  /** For `openDb`, `migrate` and every other process of the same user. */
  readonly config: DbConfig
  readonly connectionString: string
  /** Undefined for a server that is not ours. */
  readonly pid: number | undefined
  /** Settles when the server ends by itself; never after `stop`. */
  readonly ended: Promise<void>
  /** Fast shutdown: sessions are ended, nothing is lost. */
  stop(): Promise<void>
}

/** Starts the embedded PostgreSQL on a socket (no TCP port) and makes the database `apsis` in it. */
export async function startPostgres(options: PostgresOptions): Promise<PostgresServer> {
  await mkdir(dirname(options.dataDir), { recursive: true })
  const dataDir = join(await realpath(dirname(options.dataDir)), basename(options.dataDir))
  const binaries = options.binaries ?? (await embeddedBinaries(`${dataDir}.links`))
  const identity = options.identity ?? chooseIdentity()
  const logFile = options.logFile ?? `${dataDir}.log`
  await clearLeftovers(dataDir, options.log)
  await ensureCluster(binaries, dataDir, identity)
  const socket = await openSocketFolder(dataDir)
  if (identity === 'nobody' && socket !== dataDir) giveToNobody(socket)
  const settings = { ...defaultSettings, ...options.settings, unix_socket_directories: socket }
  const args = ['-D', dataDir, ...settingArguments(settings)]
  const command = wrapCommand(identity, join(binaries.folder, 'postgres'), args, true)

  const began = (await stat(logFile).catch(() => undefined))?.size ?? 0
  const output = openSync(logFile, 'a', 0o600)
  const child = spawn(command.program, command.args, {
    ...command.user,
    cwd: dataDir,
    env: { ...process.env, ...binaries.environment },
    // its own group: Ctrl-C in a terminal reaches us alone, and we stop it after our own work
    detached: true,
    stdio: ['ignore', output, output],
  })
  closeSync(output)
  const exit = watchExit(child)
  await waitUntilReady(dataDir, child, exit, { logFile, began, log: options.log })
  let stopping = false
  const config = { host: socket, port: socketPort, user: superuser, database: superuser }
  await ensureDatabase(config)
  return {
    config,
    connectionString: `postgresql://${superuser}@localhost/${superuser}?host=${encodeURIComponent(socket)}&port=${socketPort}`,
    pid: child.pid,
    ended: new Promise(settle => {
      void exit.then(() => (stopping ? undefined : settle()))
    }),
    stop: async () => {
      stopping = true
      await stopServer(child, exit)
      await closeSocketFolder(dataDir, socket)
    },
  }
}

function watchExit(child: ChildProcess): Promise<Error | undefined> {
  return Promise.race([once(child, 'exit').then(() => undefined), once(child, 'error').then(([error]) => error as Error)])
}

interface Words {
  readonly logFile: string
  readonly began: number
  readonly log: (line: string) => void
}

/** The last line of postmaster.pid turns to `ready` when connections are taken (miscadmin.h, LOCK_FILE_LINE_PM_STATUS). */
async function waitUntilReady(dataDir: string, child: ChildProcess, exit: Promise<Error | undefined>, words: Words): Promise<void> {
  const began = Date.now()
  let told = began
  for (;;) {
    const lines = (await readFile(join(dataDir, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n')
    if (Number(lines[0]) === child.pid && lines[7]?.startsWith('ready')) return
    const pause = await Promise.race([exit, wait(10, 'alive' as const)])
    if (pause !== 'alive') throw await explainEnd(dataDir, words, pause)
    if (Date.now() - told > 5000) {
      told = Date.now()
      words.log(`the database repairs itself after a crash (${Math.round((told - began) / 1000)} s)`)
    }
  }
}

async function explainEnd(dataDir: string, words: Words, error: Error | undefined): Promise<SdcError> {
  const said = (await readFile(words.logFile)).subarray(words.began).toString('utf8')
  if (said.includes('No space left on device')) {
    return new SdcError('postgres/disk-full', `the disk is full: the database in ${dataDir} cannot start (its log: ${words.logFile})`, {
      dataDir,
    })
  }
  const fatal = said.split('\n').findLast(line => /FATAL|PANIC|error/.test(line)) ?? error?.message ?? 'it said nothing'
  return new SdcError(
    'postgres/start-failed',
    `the database in ${dataDir} did not start: ${fatal} (its log: ${words.logFile})`,
    { dataDir },
    error,
  )
}

async function stopServer(child: ChildProcess, exit: Promise<unknown>): Promise<void> {
  for (const [signal, patience] of [
    ['SIGINT', 30_000],
    ['SIGQUIT', 10_000],
    ['SIGKILL', 5000],
  ] as const) {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill(signal)
    const patienceEnds = new AbortController()
    const late = wait(patience, 'late', { signal: patienceEnds.signal }).catch(() => 'ended')
    const first = await Promise.race([exit.then(() => 'ended'), late])
    patienceEnds.abort()
    if (first === 'ended') return
  }
  fail('postgres/stop-failed', `the database process ${child.pid} does not end`, { pid: child.pid })
}
