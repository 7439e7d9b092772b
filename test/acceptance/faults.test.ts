import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { sql } from 'kysely'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openHome } from '#apps/home'
import { openSystem, runSteward } from '#apps/system'
import type { System } from '#apps/system'
import type { DbConfig } from '#services/db'
import { freshDatabase } from '#test/database'
import { expireLeases, findUnsound, namesOfLatest, readEndState } from '#test/end-state'
import type { EndState } from '#test/end-state'
import { openInstallation, textMission } from '#test/installation'

const workerProgram = fileURLToPath(new URL('../../src/apps/worker/main.ts', import.meta.url))

// Programs take a little time, so that a kill finds them at work.
const slowMission = Object.fromEntries(
  Object.entries({
    ...textMission,
    'processes.yaml': `${textMission['processes.yaml']}`.replace('count.sh] }', 'count.sh] }\n  limits: { tries: 1 }'),
  }).map(([name, text]) => [name, name.endsWith('.sh') ? text.replace('set -eu\n', 'set -eu\nsleep 0.1\n') : text]),
)

const deliveries: readonly (readonly [name: string, content: string])[] = ['ta', 'tb'].flatMap(sc =>
  Array.from({ length: 8 }, (_, i): readonly [string, string] => {
    const content = i === 2 ? 'boom\n' : i === 5 ? 'nothing\n' : `${sc}\n`.repeat(i + 1)
    return [`${sc}_cnt_day_l0_2026010${i + 1}_v0.0.0.txt`, content]
  }),
)

let missions: string
let undisturbed: EndState
let names: readonly string[]

beforeAll(async () => {
  missions = await mkdtemp(join(tmpdir(), 'apsis-missions-'))
  const plain = await openInstallation(slowMission, { now: Date.now() })
  await cp(join(plain.folder, 'mission'), join(missions, 'tally'), { recursive: true })
  for (const [name, content] of deliveries) await plain.deliver(name, content)
  await plain.settle()
  undisturbed = await readEndState(plain.db)
  names = await namesOfLatest(plain.db)
  expect(await findUnsound(plain.db, plain.ingest.store)).toEqual([])
  await plain.close()
})
afterAll(() => rm(missions, { recursive: true, force: true }))

interface Site {
  readonly config: DbConfig
  readonly system: System
  readonly startWorker: () => ChildProcess
  /** Writes all deliveries into the drop folder, as a sender does. */
  readonly dropAll: () => Promise<void>
  readonly isDone: () => Promise<boolean>
  readonly close: () => Promise<void>
}

/** An installation as it runs: the steward's loops here, workers as processes of their own. */
async function openSite(): Promise<Site> {
  const folder = await mkdtemp(join(tmpdir(), 'apsis-faults-'))
  const home = await openHome(join(folder, 'home'), 'real')
  const { config, connectionString } = await freshDatabase()
  const environment = { APSIS_MISSIONS: missions }
  const opened = await openSystem({ home, config, log: pino({ level: 'silent' }), supervise: true, environment })
  // the steward of a mission, in a hurry
  const system: System = {
    ...opened,
    settings: { settle: 0, retryPause: 0, dropPause: 200, followPause: 200, auditPause: 1000, archivePause: 3_600_000 },
    pipeline: { ...opened.pipeline, settings: { settle: 0 } },
  }
  const stop = new AbortController()
  const steward = runSteward(system, stop.signal)
  const children: ChildProcess[] = []
  return {
    config,
    system,
    startWorker: () => {
      const order = JSON.stringify({ home: home.dir, kind: home.kind, connectionString, slots: 3 })
      const child = spawn(process.execPath, [workerProgram], {
        env: { ...process.env, ...environment, APSIS_WORKER: order },
        stdio: ['pipe', 'ignore', 'inherit'],
      })
      children.push(child)
      return child
    },
    dropAll: async () => {
      for (const [name, content] of deliveries) {
        await writeFile(join(home.drop, `${name}.part`), content)
        await rename(join(home.drop, `${name}.part`), join(home.drop, name))
      }
    },
    isDone: async () => {
      const state = await readEndState(system.db)
      return JSON.stringify(state) === JSON.stringify(undisturbed)
    },
    close: async () => {
      for (const child of children) await endWorker(child, 'SIGTERM')
      stop.abort()
      await steward
      await system.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function endWorker(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill(signal)
  await ended
}

const attemptsOf = async (system: System): Promise<number> =>
  (await system.db.selectFrom('attempt').select('id').orderBy('id', 'desc').limit(1).executeTakeFirst())?.id ?? 0

const patience = { timeout: 60_000, interval: 100 }

describe('kill -9 of workers at random moments', () => {
  test('the ledger converges to the files of an undisturbed run', { timeout: 240_000 }, async () => {
    const site = await openSite()
    const { system } = site
    await site.dropAll()
    let expired = 0
    for (let kills = 0; kills < 10 && !(await site.isDone()); kills++) {
      const before = await attemptsOf(system)
      const worker = site.startWorker()
      await expect.poll(async () => (await attemptsOf(system)) > before || (await site.isDone()), patience).toBe(true)
      // a random moment of its work: before, in, or after a program, a store, a commit
      await pause(Math.random() * 250)
      await endWorker(worker, 'SIGKILL')
      expired += await expireLeases(site.config)
    }
    expect(expired).toBeGreaterThan(0)
    site.startWorker()
    await expect.poll(async () => readEndState(system.db), patience).toEqual(undisturbed)
    expect(await namesOfLatest(system.db)).toEqual(names)
    await expect.poll(() => findUnsound(system.db, system.ingest.store), patience).toEqual([])
    expect(await readdir(system.home.staging)).toEqual([])
    await site.close()
  })
})

describe('database connections that are cut', () => {
  test('during ingest, planning and work: nobody dies, nothing is lost', { timeout: 240_000 }, async () => {
    const site = await openSite()
    const { system } = site
    const worker = site.startWorker()
    await site.dropAll()
    for (let cuts = 0; cuts < 25 && !(await site.isDone().catch(() => false)); cuts++) {
      await sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`
        .execute(system.db)
        .catch(() => undefined)
      await pause(Math.random() * 400)
    }
    expect(worker.exitCode ?? worker.signalCode).toBeNull()
    // what a worker could not report is another's after its lease
    await expireLeases(site.config).catch(() => undefined)
    await expect.poll(async () => readEndState(system.db), patience).toEqual(undisturbed)
    expect(await namesOfLatest(system.db)).toEqual(names)
    await expect.poll(() => findUnsound(system.db, system.ingest.store), patience).toEqual([])
    expect(await readdir(system.home.drop)).toEqual([])
    await site.close()
  })
})
