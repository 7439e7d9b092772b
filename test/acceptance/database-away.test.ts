import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startPostgres } from '#services/postgres'
import type { PostgresServer } from '#services/postgres'
import { localStore } from '#services/store'
import { findUnsound, namesOfLatest, readEndState } from '#test/end-state'
import { textMission } from '#test/installation'
import { runSystem } from '#test/running-system'
import type { RunningSystem } from '#test/running-system'
import { dropInto, workInPeace } from '#test/undisturbed'
import type { Delivery, Undisturbed } from '#test/undisturbed'

/** A PostgreSQL that somebody else runs is stopped under load, refuses every connection for a while, and comes back. */

/** Longer than a lease; a minute in a deep run. */
const absence = process.env['APSIS_DEEP'] === '1' ? 60_000 : 14_000
const patience = { timeout: 180_000, interval: 200 }
const deliveries = Array.from({ length: 24 }, (_, i): Delivery => {
  const day = new Date(Date.UTC(2026, 0, 1 + (i >> 1))).toISOString().slice(0, 10).replaceAll('-', '')
  return [`${i % 2 === 0 ? 'ta' : 'tb'}_cnt_day_l0_${day}_v0.0.0.txt`, i === 5 ? 'nothing\n' : 'a line\n'.repeat(i + 1)]
})

let root: string
let server: PostgresServer | undefined
let running: RunningSystem | undefined
let undisturbed: Undisturbed

const startServer = async (): Promise<PostgresServer> =>
  startPostgres({ dataDir: join(root, 'server'), log: () => undefined, settings: { fsync: 'off' } })

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'apsis-away-'))
  undisturbed = await workInPeace(textMission, deliveries, join(root, 'missions', 'tally'))
  server = await startServer()
}, 240_000)
afterAll(async () => {
  await running?.stop()
  await server?.stop()
  await rm(root, { recursive: true, force: true })
})

test('a database that is away for a while holds up what runs, and nothing is lost', { timeout: 600_000 }, async () => {
  const home = join(root, 'home')
  const system = runSystem(home, join(root, 'missions'), 2, server)
  running = system
  await expect.poll(() => readdir(join(home, 'drop')).catch(() => undefined), patience).toBeDefined()
  for (const delivery of deliveries.slice(0, 16)) await dropInto(home, delivery)
  const started = (): Promise<number | undefined> => system.ask(async db => (await db.selectFrom('attempt').select('id').execute()).length)
  await expect.poll(started, patience).toBeGreaterThan(3)
  const before = system.pid()
  await server?.stop()
  for (const delivery of deliveries.slice(16)) await dropInto(home, delivery)
  await pause(absence)
  server = await startServer()
  await expect.poll(() => system.ask(readEndState), { timeout: 300_000, interval: 500 }).toEqual(undisturbed.state)
  expect(system.pid()).toBe(before)
  expect(await system.ask(namesOfLatest)).toEqual(undisturbed.names)
  await expect.poll(() => system.ask(db => findUnsound(db, localStore(join(home, 'archive')))), patience).toEqual([])
  await expect.poll(() => readdir(join(home, 'drop')), patience).toEqual([])
  expect(await readdir(join(home, 'quarantine'))).toEqual([])
  // Each fault is said once a look, whatever it concerns, not once for each file.
  const said = (await readFile(join(home, 'logs', 'apsis.log'), 'utf8')).split('\n').filter(line => line.includes('could not be taken in'))
  expect(said.length).toBeLessThan(absence / 1000)
})
