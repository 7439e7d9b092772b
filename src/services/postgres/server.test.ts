import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync, chownSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { Client } from 'pg'
import { afterAll, afterEach, expect, test, vi } from 'vitest'
import { installedBinaries, readProcess, startPostgres, throwAwaySettings } from './index.ts'
import type { PostgresOptions, PostgresServer } from './index.ts'

const root = mkdtempSync(join(tmpdir(), 'apsis-postgres-'))
const running: PostgresServer[] = []
const said: string[] = []
const isRoot = process.getuid?.() === 0
let folders = 0

const newFolder = (name = 'pg'): string => join(root, String((folders += 1)), name)

/** A database that was started and stopped before: making one anew takes ten times as long. */
async function newCluster(name = 'pg'): Promise<string> {
  pattern ??= makePattern()
  const dataDir = newFolder(name)
  mkdirSync(dirname(dataDir), { recursive: true })
  execFileSync('cp', ['-a', await pattern, dataDir])
  return dataDir
}
let pattern: Promise<string> | undefined

async function makePattern(): Promise<string> {
  const dataDir = newFolder()
  const server = await startPostgres({ dataDir, log: () => undefined, settings: throwAwaySettings })
  await server.stop()
  return dataDir
}

async function start(dataDir: string, options: Partial<PostgresOptions> = {}): Promise<PostgresServer> {
  const server = await startPostgres({ dataDir, log: line => said.push(line), settings: throwAwaySettings, ...options })
  running.push(server)
  return server
}

async function ask(server: Pick<PostgresServer, 'config'>, text: string): Promise<readonly unknown[]> {
  const client = new Client({ ...server.config, connectionTimeoutMillis: 10_000 })
  client.on('error', () => undefined)
  await client.connect()
  try {
    const { rows } = await client.query<{ value: unknown }>(text)
    return rows.map(row => row.value)
  } finally {
    await client.end()
  }
}

const refusal = (attempt: Promise<unknown>): Promise<string> =>
  attempt.then(
    () => 'it worked',
    (error: unknown) => String(error),
  )

afterEach(async () => {
  for (const server of running.splice(0)) await server.stop()
  said.length = 0
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

test('starts in an empty folder, answers on a socket alone, stops without a trace, keeps its data', async () => {
  const dataDir = newFolder()
  const first = await start(dataDir)
  expect(first.config.host).toBe(dataDir)
  expect(statSync(dataDir).mode & 0o777).toBe(0o700)
  expect(await ask(first, `select current_setting('listen_addresses') as value`)).toEqual([''])
  expect(await ask(first, `select datlocale as value from pg_database where datname = current_database()`)).toEqual(['C.UTF-8'])
  expect(await ask({ config: { connectionString: first.connectionString } }, 'select current_database() as value')).toEqual(['apsis'])
  await ask(first, 'create table kept as select 1 as value')
  const ends = vi.fn<() => void>()
  void first.ended.then(ends)
  await first.stop()
  expect(readProcess(first.pid ?? 0)).toBeUndefined()
  expect(existsSync(join(dataDir, 'postmaster.pid'))).toBe(false)
  await first.stop()

  const second = await start(dataDir)
  expect(await ask(second, 'select value from kept')).toEqual([1])
  expect(said).toEqual([])
  expect(ends).not.toHaveBeenCalled()
})

test('kill -9 of the server in the middle of work: the next start has every committed row', async () => {
  const dataDir = await newCluster()
  const first = await start(dataDir, { settings: {} })
  await ask(first, 'create table kept as select generate_series(1, 1000) as value')
  const busy = ask(first, 'insert into kept select generate_series(1, 50000000)').catch(() => undefined)
  await expect
    .poll(() => ask(first, `select count(*)::int as value from pg_stat_activity where query like 'insert%' and state = 'active'`))
    .toEqual([1])
  process.kill(first.pid ?? 0, 'SIGKILL')
  await first.ended
  const second = await start(dataDir)
  await busy
  expect(await ask(second, 'select count(*)::int as value from kept')).toEqual([1000])
})

test('kill -9 of the process that started it: the server ends by itself, and the next start succeeds', async () => {
  const dataDir = await newCluster()
  const program = `
    const { startPostgres } = await import(${JSON.stringify(new URL('index.ts', import.meta.url).href)})
    const server = await startPostgres({ dataDir: ${JSON.stringify(dataDir)}, log: () => undefined })
    console.log(server.pid)
    setInterval(() => undefined, 1000)`
  const parent = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(createInterface(parent.stdout), 'line')) as [string]
  const pid = Number(line)
  expect(readProcess(pid)?.name).toBe('postgres')
  parent.kill('SIGKILL')
  await expect.poll(() => readProcess(pid)).toBeUndefined()
  expect(existsSync(join(dataDir, 'postmaster.pid'))).toBe(false)
  await start(dataDir)
})

test('a server whose starter is gone, and which did not notice, is ended before the next start', async () => {
  const dataDir = await newCluster()
  const first = await start(dataDir)
  await ask(first, 'create table kept as select 1 as value')
  await first.stop()
  const orphan = await startOrphan(dataDir)
  const second = await start(dataDir)
  expect(readProcess(orphan)).toBeUndefined()
  expect(said.join()).toMatch(/ending \d+ database processes left over from an earlier run \(SIGINT\)/)
  expect(await ask(second, 'select value from kept')).toEqual([1])
})

/** Through a shell that ends at once, so that the server's parent becomes the system's first process. */
async function startOrphan(dataDir: string): Promise<number> {
  const { chooseIdentity, wrapCommand } = await import('./identity.ts')
  const { embeddedBinaries } = await import('./binaries.ts')
  const { folder } = await embeddedBinaries(join(root, 'links'))
  const { program, args } = wrapCommand(
    chooseIdentity(),
    join(folder, 'postgres'),
    ['-D', dataDir, '-k', dataDir, '-c', 'listen_addresses='],
    false,
  )
  const shell = spawn('sh', ['-c', '"$@" >/dev/null 2>&1 & echo $!', 'sh', program, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(createInterface(shell.stdout), 'line')) as [string]
  await expect
    .poll(() => existsSync(join(dataDir, 'postmaster.pid')) && readFileSync(join(dataDir, 'postmaster.pid'), 'utf8').includes('ready'))
    .toBe(true)
  return Number(line)
}

test('a postmaster.pid that names a stranger does not keep it from starting', async () => {
  const dataDir = await newCluster()
  await (await start(dataDir)).stop()
  writeFileSync(join(dataDir, 'postmaster.pid'), `${process.pid}\n${dataDir}\n`)
  const again = await start(dataDir)
  expect(await ask(again, 'select 1 as value')).toEqual([1])
})

test('two at once in one folder: the second is refused and harms nothing', async () => {
  const dataDir = await newCluster()
  const first = await start(dataDir)
  expect(await refusal(start(dataDir))).toContain(`the database in ${dataDir} is in use by process ${process.pid}`)
  expect(await ask(first, 'select 1 as value')).toEqual([1])
})

test('a path too long for a socket gets a short folder, which goes with the server', async () => {
  const dataDir = await newCluster('a'.repeat(100))
  const server = await start(dataDir)
  const socket = server.config.host ?? ''
  expect(Buffer.byteLength(socket)).toBeLessThan(92)
  expect(statSync(socket).mode & 0o777).toBe(0o700)
  expect(await ask(server, 'select 1 as value')).toEqual([1])
  await server.stop()
  expect(existsSync(socket)).toBe(false)
  mkdirSync(socket, { mode: 0o777 })
  chmodSync(socket, 0o777)
  expect(await refusal(start(dataDir))).toContain(`${socket} was made by someone else`)
  rmSync(socket, { recursive: true })
})

test('an interrupted first start leaves nothing that the next one trips over', async () => {
  const dataDir = newFolder()
  mkdirSync(join(`${dataDir}.new`, 'base'), { recursive: true })
  writeFileSync(join(`${dataDir}.new`, 'PG_VERSION'), '18\n')
  await start(dataDir)
  expect(existsSync(`${dataDir}.new`)).toBe(false)
})

test('what keeps a server from starting is said in one sentence', async () => {
  const dataDir = await newCluster()
  const wrong = await refusal(start(dataDir, { settings: { shared_buffers: 'plenty' } }))
  expect(wrong).toMatch(/the database in .* did not start: .*invalid value for parameter "shared_buffers".*its log: /)
  expect(wrong).not.toContain('\n')
  writeFileSync(join(dataDir, 'PG_VERSION'), '14\n')
  expect(await refusal(start(dataDir))).toMatch(/was made by PostgreSQL 14, and this is 18: dump it with 14/)
  expect(() => installedBinaries(root)).toThrow(`there is no PostgreSQL server in ${root}`)
  writeFileSync(join(root, 'file'), '')
  expect(await refusal(start(join(root, 'file', 'pg')))).toMatch(/EEXIST|ENOTDIR/)
})

test('a full disk is said in one sentence, at the making and at a start', async () => {
  const folder = newFolder('bin')
  mkdirSync(folder, { recursive: true })
  const program = (name: string, ...lines: readonly string[]): void =>
    writeFileSync(join(folder, name), ['#!/bin/sh', ...lines, ''].join('\n'), { mode: 0o755 })
  const full = 'echo "FATAL: could not write to file: No space left on device" >&2; exit 1'
  program('postgres', '[ "$1" != --version ] || { echo "postgres (PostgreSQL) 18.4"; exit; }', full)
  program('initdb', full)
  const binaries = installedBinaries(folder)
  const dataDir = newFolder()
  expect(await refusal(start(dataDir, { binaries }))).toMatch(/the disk is full: a new database needs 50 MB in /)
  expect(existsSync(`${dataDir}.new`)).toBe(false)
  await (await start(dataDir)).stop()
  expect(await refusal(start(dataDir, { binaries }))).toMatch(/the disk is full: the database in .* cannot start \(its log: /)
  program('postgres', 'exit 3')
  expect(await refusal(start(dataDir, { binaries }))).toMatch(/the PostgreSQL in .* does not start/)
  rmSync(dataDir, { recursive: true })
  program('initdb', 'exit 3')
  expect(await refusal(start(dataDir, { binaries }))).toMatch(/could not be made: initdb said nothing/)
})

// Only root has these ways.
if (isRoot) {
  test('where user namespaces are forbidden, root’s server runs as nobody', async () => {
    const dataDir = newFolder()
    expect(await refusal(start(dataDir, { identity: 'nobody' }))).toMatch(/the user nobody cannot enter/)
    chmodSync(root, 0o755)
    const server = await start(dataDir, { identity: 'nobody' })
    expect(statSync(dataDir).uid).not.toBe(0)
    expect(await ask(server, 'select 1 as value')).toEqual([1])
    await server.stop()
    const again = await start(dataDir, { identity: 'nobody' })
    expect(await ask(again, 'select 2 as value')).toEqual([2])
    chmodSync(root, 0o700)
  })

  test('another user’s database is left alone', async () => {
    const dataDir = await newCluster()
    await (await start(dataDir)).stop()
    chownSync(dataDir, 12_345, 12_345)
    expect(await refusal(start(dataDir))).toMatch(/belongs to user id 12345, and this is user id 0: start as its owner/)
  })
}
