import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Client } from 'pg'
import { afterAll, afterEach, expect, test } from 'vitest'
import { readProcess } from '#services/postgres'
import { freshDatabase } from '#test/database'
import { enterHome, findRunning, openHome } from './index.ts'
import type { EnterOptions, Home, Session } from './index.ts'
import { isLock, takeLock } from './lock.ts'

const root = mkdtempSync(join(tmpdir(), 'apsis-session-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
const external = await freshDatabase()
const inside: Session[] = []
const said: string[] = []
afterEach(async () => {
  for (const session of inside.splice(0).toReversed()) await session.leave()
  said.length = 0
})

let folders = 0
const newHome = (): Promise<Home> => openHome(join(root, `home-${(folders += 1)}`), 'real')

async function enter(home: Home, options: Partial<EnterOptions> = {}): Promise<Session> {
  const session = await enterHome(home, {
    command: 'up',
    lasting: true,
    databaseUrl: external.connectionString,
    log: line => said.push(line),
    ...options,
  })
  inside.push(session)
  return session
}

const refusal = (attempt: Promise<unknown>): Promise<string> =>
  attempt.then(
    () => 'it worked',
    (error: unknown) => String(error),
  )

async function ask(session: Session): Promise<unknown> {
  const client = new Client(session.config)
  await client.connect()
  const { rows } = await client.query<{ value: unknown }>('select current_database() as value')
  await client.end()
  return rows[0]?.value
}

test('two homes side by side, each with a database of its own; commands attach to the one that runs', async () => {
  const [a, b] = [await newHome(), await newHome()]
  const servers = await Promise.all([enter(a, { databaseUrl: undefined }), enter(b, { databaseUrl: undefined })])
  expect(new Set(servers.map(server => server.connectionString)).size).toBe(2)
  await servers[0].publish('http://127.0.0.1:8081')
  const guest = await enter(a, { command: 'status', lasting: false })
  expect(guest.running?.address).toBe('http://127.0.0.1:8081')
  expect(guest.running?.pid).toBe(process.pid)
  expect(await ask(guest)).toBe('apsis')
  await guest.leave()
  expect(await ask(servers[0])).toBe('apsis')
  expect(() => guest.publish('http://127.0.0.1:1')).toThrow('only the one who runs a home')
  for (const server of servers) await server.leave()
  expect(await findRunning(a)).toBeUndefined()
})

test('a second server in one home is refused, with who is there and where', async () => {
  const home = await newHome()
  const first = await enter(home)
  await first.publish('http://127.0.0.1:8082')
  const words = await refusal(enter(home))
  expect(words).toContain(`${home.dir} is in use by process ${process.pid} (apsis up, since 20`)
  expect(words).toContain('at http://127.0.0.1:8082')
})

test('a passing command is waited for, and then the home is entered', async () => {
  const home = await newHome()
  const first = await enter(home, { command: 'ingest', lasting: false })
  const second = enter(home, { command: 'status', lasting: false })
  await expect.poll(() => said).toEqual([`waiting for process ${process.pid} (apsis ingest) in ${home.dir}`])
  await first.leave()
  expect((await second).running).toBeUndefined()
  expect(await refusal(enter(home, { patience: 1 }))).toMatch(/is in use by process/)
})

test('a server that cannot start leaves no lock', async () => {
  const home = await newHome()
  expect(await refusal(enter(home, { databaseUrl: 'postgresql://127.0.0.1:1/none' }))).toMatch(/no database at 127\.0\.0\.1:1/)
  expect(existsSync(join(home.dir, 'home.lock'))).toBe(false)
})

test.each([
  ['of a process that is gone', { pid: 2 ** 22 + 1, started: '1' }],
  ['of a pid that is used again', { pid: process.pid, started: '1' }],
  ['without a start time, of a process that is gone', { pid: 2 ** 22 + 1, started: '' }],
])('a lock %s is taken over', async (_what, who) => {
  const home = await newHome()
  writeLock(home, { ...who, host: hostname() })
  expect(await findRunning(home)).toBeUndefined()
  const session = await enter(home)
  expect(session.running).toBeUndefined()
  expect(readdirSync(home.dir).filter(name => name.startsWith('home.lock'))).toEqual(['home.lock'])
})

test('half a lock, left by a machine that lost its power, is taken over', async () => {
  const home = await newHome()
  writeFileSync(join(home.dir, 'home.lock'), '{ "pid": 1')
  expect((await enter(home)).running).toBeUndefined()
})

test('a lock from another machine counts, and the message tells how to end it', async () => {
  const home = await newHome()
  writeLock(home, { pid: 1, started: '1', host: 'elsewhere' })
  expect(await refusal(enter(home))).toMatch(/by process 1 on elsewhere .* if it is gone, remove .*home\.lock/)
  rmSync(join(home.dir, 'home.lock'))
  writeLock(home, { pid: process.pid, started: '', host: hostname() })
  expect(await refusal(enter(home))).toMatch(/in use by process/)
})

function writeLock(home: Home, who: { readonly pid: number; readonly started: string; readonly host: string }): void {
  writeFileSync(join(home.dir, 'home.lock'), JSON.stringify({ ...who, command: 'up', lasting: true, since: '2026-11-23T00:00:00Z' }))
}

test('of many who find the same stale lock at the same moment, one gets it', async () => {
  const home = await newHome()
  writeLock(home, { pid: 2 ** 22 + 1, started: '1', host: hostname() })
  const program = `
    const { takeLock } = await import(${JSON.stringify(new URL('lock.ts', import.meta.url).href)})
    const taken = await takeLock(${JSON.stringify(home.dir)}, 'up', true).catch(error => error)
    console.log('release' in taken ? 'mine' : 'taken')
    process.stdin.resume()`
  const children = Array.from({ length: 4 }, () =>
    spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['pipe', 'pipe', 'inherit'] }),
  )
  const words = await Promise.all(children.map(async child => ((await once(createInterface(child.stdout), 'line')) as [string])[0]))
  expect(words.toSorted()).toEqual(['mine', 'taken', 'taken', 'taken'])
  for (const child of children) child.kill('SIGKILL')
  await Promise.all(children.map(child => once(child, 'exit')))
  const after = await takeLock(home.dir, 'up', true)
  expect(isLock(after)).toBe(true)
})

test('kill -9 of a server: the next one takes over home and database', async () => {
  const home = await newHome()
  const program = `
    const { enterHome, openHome } = await import(${JSON.stringify(new URL('index.ts', import.meta.url).href)})
    const home = await openHome(${JSON.stringify(home.dir)}, 'real')
    await enterHome(home, { command: 'up', lasting: true, log: () => undefined })
    console.log('up')
    setInterval(() => undefined, 1000)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: ['ignore', 'pipe', 'inherit'] })
  await once(createInterface(child.stdout), 'line')
  const guest = await enter(home, { command: 'status', lasting: false })
  expect(guest.running?.pid).toBe(child.pid)
  expect(JSON.parse(readFileSync(join(home.dir, 'home.lock'), 'utf8'))).toMatchObject({ started: readProcess(child.pid ?? 0)?.started })
  child.kill('SIGKILL')
  await once(child, 'exit')
  const next = await enter(home, { databaseUrl: undefined })
  expect(next.running).toBeUndefined()
  expect(await ask(next)).toBe('apsis')
})
