import { spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, open, readFile, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { localStore } from '#services/store'
import { findUnsound, namesOfLatest, readEndState } from '#test/end-state'
import type { EndState } from '#test/end-state'
import { textMission } from '#test/installation'
import { runSystem, signal } from '#test/running-system'
import type { RunningSystem } from '#test/running-system'
import { diceOf } from '#test/schedule'
import { dropInto, workInPeace } from '#test/undisturbed'
import type { Delivery, Undisturbed } from '#test/undisturbed'

/**
 * The system as people run it, `apsis up` with its server, workers and PostgreSQL, under load. One of them after the other is killed with
 * kill -9; between, a worker sleeps past its lease and wakes with its work in its hand, the database gives no answer, the disk of the
 * archive is full. What is there in the end is what an undisturbed run gives.
 */

const deep = process.env['APSIS_DEEP'] === '1'
const kills = deep ? 100 : 8
const seed = Number(process.env['APSIS_SEED'] ?? Math.floor(Math.random() * 2 ** 31))
/** How long the database gives no answer, longer than a lease. */
const silence = deep ? 60_000 : 15_000

const mission = {
  ...textMission,
  'processes.yaml': `${textMission['processes.yaml']}`.replace('count.sh] }', 'count.sh] }\n  limits: { tries: 1 }'),
}

/** Days enough that something is always under way. */
const deliveries: readonly Delivery[] = Array.from({ length: deep ? 300 : 40 }, (_, i) => i).flatMap(i =>
  ['ta', 'tb'].map((sc): Delivery => {
    const day = new Date(Date.UTC(2026, 0, 1 + i)).toISOString().slice(0, 10).replaceAll('-', '')
    return [`${sc}_cnt_day_l0_${day}_v0.0.0.txt`, i % 11 === 2 ? 'boom\n' : i % 11 === 5 ? 'nothing\n' : `${sc}\n`.repeat(i + 1)]
  }),
)
/** The same name with other bytes: refused, and the first copy untouched. */
const impostor: Delivery = [deliveries[0]?.[0] ?? '', 'other bytes\n']

let root: string
let disk: string
let ownDisk = false
let running: RunningSystem | undefined
let undisturbed: Undisturbed

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'apsis-chaos-'))
  disk = join(root, 'home', 'archive')
  await mkdir(disk, { recursive: true })
  const { status, stderr } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', disk], { encoding: 'utf8' })
  ownDisk = status === 0
  // Who is not root has no disk to fill; in CI there must be one.
  if (!ownDisk && process.env['CI'] === 'true') throw new Error(`no disk for the archive: ${stderr}`)
  undisturbed = await workInPeace(mission, deliveries, join(root, 'missions', 'tally'))
}, 24 * 3_600_000)
afterAll(async () => {
  // Also where the test failed: nobody else would end it.
  await running?.stop()
  spawnSync('umount', ['--lazy', disk])
  await rm(root, { recursive: true, force: true })
})

/** A deep run leaves the machine to others. */
const patience = { timeout: deep ? 1_800_000 : 180_000, interval: 200 }

interface Stage {
  readonly system: RunningSystem
  readonly home: string
  readonly dice: (sides: number) => number
}

/** Tries that are under way, by their worker's process. */
const openTries = async ({ system }: Stage): Promise<readonly { readonly id: number; readonly pid: number }[]> => {
  system.keepUp()
  const rows = await system.ask(db => db.selectFrom('attempt').select(['id', 'worker']).where('ended_at', 'is', null).execute())
  return (rows ?? []).map(r => ({ id: r.id, pid: Number(r.worker.split(':').at(-1)) }))
}

const drop = ({ home }: Stage, delivery: Delivery): Promise<void> => dropInto(home, delivery)

async function kill({ system, dice }: Stage, who: 'server' | 'worker' | 'database'): Promise<void> {
  const workers = await system.workers()
  const pid = who === 'server' ? system.pid() : who === 'worker' ? workers[dice(Math.max(1, workers.length))] : (await system.database())[0]
  signal(pid, 'SIGKILL')
  if (who === 'server') await system.ended(5000)
  if (who === 'database') await pause(2000)
}

/** A worker sleeps until its tries were given to another, and wakes with what its programs made meanwhile. */
async function putToSleep(stage: Stage): Promise<void> {
  const { system } = stage
  let asleep: { readonly id: number; readonly pid: number } | undefined
  const find = async (): Promise<boolean> => {
    const [tries, workers] = [await openTries(stage), await system.workers()]
    asleep = tries.find(t => workers.includes(t.pid))
    return asleep !== undefined && signal(asleep.pid, 'SIGSTOP')
  }
  await expect.poll(find, { ...patience, interval: 50 }).toBe(true)
  const outcome = async (): Promise<string | null | undefined> => {
    system.keepUp()
    return system
      .ask(db =>
        db
          .selectFrom('attempt')
          .select('outcome')
          .where('id', '=', asleep?.id ?? 0)
          .executeTakeFirst(),
      )
      .then(row => row?.outcome)
  }
  // It may have ended its try in the moment before.
  await expect.poll(outcome, patience).toEqual(expect.any(String))
  const told = await outcome()
  signal(asleep?.pid, 'SIGCONT')
  await pause(2000)
  expect(await outcome()).toBe(told)
}

/** Every process of the database stands still: connections stay, and nothing is answered. */
async function silenceDatabase({ system }: Stage): Promise<void> {
  const stopped = await system.database()
  for (const pid of stopped) signal(pid, 'SIGSTOP')
  await pause(silence)
  for (const pid of stopped) signal(pid, 'SIGCONT')
}

/** Until a worker says so, and a moment longer. */
async function fillDisk(stage: Stage): Promise<void> {
  const { system } = stage
  if (!ownDisk) return
  const ballast = join(disk, '.ballast')
  const before = (await readFile(join(stage.home, 'logs', 'apsis.log'), 'utf8')).length
  const fill = async (): Promise<void> => {
    const file = await open(ballast, 'a')
    await (async () => {
      for (const size of [1 << 20, 1 << 12]) while ((await file.write(Buffer.alloc(size)).catch(() => undefined))?.bytesWritten === size);
    })().finally(() => file.close())
  }
  const complaint = async (): Promise<string> => {
    system.keepUp()
    await fill()
    await drop(stage, deliveries.at(-1) ?? impostor)
    const row = await system.ask(db => db.selectFrom('worker').select('fault').where('fault', 'is not', null).executeTakeFirst())
    if (row !== undefined) return row.fault ?? ''
    // where no worker had anything to do, the door has
    const said = (await readFile(join(stage.home, 'logs', 'apsis.log'), 'utf8')).slice(before)
    return /ENOSPC|the disk is full/.exec(said)?.[0] ?? ''
  }
  await expect.poll(complaint, patience).toMatch(/the disk is full|ENOSPC/)
  await pause(3000)
  await rm(ballast)
}

const special = [putToSleep, fillDisk, silenceDatabase]

test(
  `${kills} times kill -9 of server, workers and PostgreSQL; a sleeper, a silent database, a full disk (APSIS_SEED=${seed})`,
  { timeout: 24 * 3_600_000 },
  async () => {
    const home = join(root, 'home')
    const dice = diceOf(seed)
    const system = runSystem(home, join(root, 'missions'), 2)
    running = system
    const stage: Stage = { system, home, dice }
    await expect.poll(() => readdir(join(home, 'drop')).catch(() => undefined), patience).toBeDefined()
    const waiting = [...deliveries]
    const each = Math.floor(deliveries.length / (kills + 2))
    const deliver = async (count: number): Promise<void> => {
      for (const delivery of waiting.splice(0, count)) await drop(stage, delivery)
    }
    await deliver(each)
    for (let i = 0; i < kills; i++) {
      system.keepUp()
      await deliver(each)
      // a random moment of its work
      await expect.poll(async () => (await openTries(stage)).length, patience).toBeGreaterThan(0)
      await pause(dice(3000))
      // each kind at least once
      const who = (['server', 'worker', 'database'] as const)[i < 3 ? i : dice(3)] ?? 'server'
      await kill(stage, who)
      // Between kills, in a deep run again and again, what is worse than an end.
      const strike = special[i % (deep ? 11 : 3)]
      if (strike !== undefined && i < (deep ? kills : special.length)) {
        system.keepUp()
        await deliver(each / 2)
        await expect.poll(async () => (await openTries(stage)).length, patience).toBeGreaterThan(0)
        await strike(stage)
      }
    }
    await deliver(waiting.length)
    await drop(stage, impostor)
    const atLast = async (): Promise<EndState | undefined> => {
      system.keepUp()
      return system.ask(readEndState)
    }
    await expect.poll(atLast, { timeout: 600_000, interval: 1000 }).toEqual(undisturbed.state)
    const store = localStore(join(home, 'archive'))
    await expect.poll(() => system.ask(db => findUnsound(db, store)), { timeout: 120_000, interval: 1000 }).toEqual([])
    expect(await system.ask(namesOfLatest)).toEqual(undisturbed.names)
    await expect.poll(() => readdir(join(home, 'drop')), patience).toEqual([])
    expect((await readdir(join(home, 'quarantine'))).map(name => name.slice(13))).toEqual([impostor[0]])
    // Nothing is left of tries that came to nothing.
    await expect.poll(() => readdir(join(home, 'staging')), patience).toEqual([])
    const { rows = [] } = (await system.ask(db => sql<{ n: number }>`select count(*) as n from event`.execute(db))) ?? {}
    const last = await system.ask(db => sql<{ last: number }>`select last from event_counter`.execute(db))
    expect(rows[0]?.n).toBe(last?.rows[0]?.last)
    await system.stop()
  },
)
