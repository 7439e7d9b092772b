import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, mkdtemp, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDb } from '#services/db'
import type { Db } from '#services/db'
import { localStore } from '#services/store'
import { findUnsound, namesOfLatest, readEndState } from '#test/end-state'
import type { EndState } from '#test/end-state'
import { openInstallation, textMission } from '#test/installation'
import { diceOf } from '#test/schedule'

/**
 * The system as people run it, `apsis up` with its server, workers and PostgreSQL, under load, while one of them after the other is killed
 * with kill -9: what is there in the end is what an undisturbed run gives. Who kills also starts `up` again when it has ended, as an init
 * system does.
 */

const deep = process.env['APSIS_DEEP'] === '1'
const kills = deep ? 100 : 8
const seed = Number(process.env['APSIS_SEED'] ?? Math.floor(Math.random() * 2 ** 31))
const program = fileURLToPath(new URL('../../src/apps/cli/main.ts', import.meta.url))

const mission = Object.fromEntries(
  Object.entries({
    ...textMission,
    'processes.yaml': `${textMission['processes.yaml']}`.replace('count.sh] }', 'count.sh] }\n  limits: { tries: 1 }'),
  }).map(([name, text]) => [name, name.endsWith('.sh') ? text.replace('set -eu\n', 'set -eu\nsleep 0.3\n') : text]),
)

/** Days enough that something is always under way. */
const deliveries: readonly (readonly [name: string, content: string])[] = ['ta', 'tb'].flatMap(sc =>
  Array.from({ length: deep ? 400 : 20 }, (_, i): readonly [string, string] => {
    const day = new Date(Date.UTC(2026, 0, 1 + i)).toISOString().slice(0, 10).replaceAll('-', '')
    return [`${sc}_cnt_day_l0_${day}_v0.0.0.txt`, i % 11 === 2 ? 'boom\n' : i % 11 === 5 ? 'nothing\n' : `${sc}\n`.repeat(i + 1)]
  }),
)

let root: string
let undisturbed: EndState
let names: readonly string[]

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'apsis-chaos-'))
  const plain = await openInstallation(mission, { now: Date.now() })
  await cp(join(plain.folder, 'mission'), join(root, 'missions', 'tally'), { recursive: true })
  for (const [name, content] of deliveries) await plain.deliver(name, content)
  await plain.settle()
  undisturbed = await readEndState(plain.db)
  names = await namesOfLatest(plain.db)
  await plain.close()
}, 24 * 3_600_000)
afterAll(() => rm(root, { recursive: true, force: true }))

const isAlive = (child: ChildProcess): boolean => child.exitCode === null && child.signalCode === null

function startUp(home: string): ChildProcess {
  return spawn(process.execPath, [program, 'up', '--home', home, '--port', '0', '--workers', '2'], {
    env: { ...process.env, APSIS_MISSIONS: join(root, 'missions'), DATABASE_URL: undefined },
    stdio: 'ignore',
  })
}

/** The children of a process, on Linux. */
const childrenOf = async (pid: number): Promise<readonly number[]> =>
  (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '')).split(' ').filter(Boolean).map(Number)

async function workersOf(up: ChildProcess): Promise<readonly number[]> {
  const found: number[] = []
  for (const pid of await childrenOf(up.pid ?? 0))
    if ((await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')).includes('worker/main.ts')) found.push(pid)
  return found
}

const postmasterOf = async (home: string): Promise<number | undefined> => {
  const text = await readFile(join(home, 'pg', 'postmaster.pid'), 'utf8').catch(() => '')
  return text === '' ? undefined : Number(text.split('\n')[0])
}

function kill(pid: number | undefined, signal: NodeJS.Signals): boolean {
  try {
    return pid !== undefined && process.kill(pid, signal)
  } catch {
    return false
  }
}

/** A connection to the home's database while it is there. */
async function ask<T>(home: string, question: (db: Db) => Promise<T>): Promise<T | undefined> {
  const lines = (await readFile(join(home, 'pg', 'postmaster.pid'), 'utf8').catch(() => '')).split('\n')
  const [host, port] = [lines[4] ?? '', Number(lines[3])]
  if (host === '') return undefined
  const db = openDb({ host, port, user: 'apsis', database: 'apsis' }, 1)
  return question(db)
    .catch(() => undefined)
    .finally(() => db.destroy())
}

test(
  `${kills} times kill -9 of server, workers and PostgreSQL, and one that wakes (APSIS_SEED=${seed})`,
  { timeout: 24 * 3_600_000 },
  async () => {
    const dice = diceOf(seed)
    const home = join(root, 'home')
    await mkdir(home)
    let up = startUp(home)
    const done: string[] = []
    const isAtWork = async (): Promise<boolean> => {
      if (!isAlive(up)) up = startUp(home)
      const open = await ask(home, db => db.selectFrom('attempt').select('id').where('ended_at', 'is', null).limit(1).execute())
      return open !== undefined && open.length > 0
    }
    await expect.poll(() => readdir(join(home, 'drop')).catch(() => undefined), { timeout: 120_000 }).toBeDefined()
    for (const [name, content] of deliveries) {
      await writeFile(join(home, 'drop', `${name}.part`), content)
      await rename(join(home, 'drop', `${name}.part`), join(home, 'drop', name))
    }
    let zombie: number | undefined
    for (let i = 0; i < kills; i++) {
      if (!isAlive(up)) up = startUp(home)
      // a random moment of its work; where all is done already, of its rest
      await expect.poll(async () => (await isAtWork()) || done.length > 2, { timeout: 180_000, interval: 200 }).toBe(true)
      await pause(dice(3000))
      const workers = await workersOf(up)
      const victims = [
        ['server', up.pid],
        ['worker', workers[dice(Math.max(1, workers.length))]],
        ['worker', workers[dice(Math.max(1, workers.length))]],
        ['postgres', await postmasterOf(home)],
      ] as const
      // each kind at least once
      const [who, pid] = victims[i < 4 ? i : dice(victims.length)] ?? victims[0]
      if (i === 1) {
        // This one sleeps past its lease, while another takes its jobs, and then tries to go on.
        zombie = pid
        kill(pid, 'SIGSTOP')
      } else kill(pid, 'SIGKILL')
      done.push(`${who} ${pid}`)
      if (who === 'server') await Promise.race([once(up, 'exit'), pause(5000)])
      // The database is away for a moment, in a deep run for a minute.
      if (who === 'postgres') await pause(deep && i === 3 ? 60_000 : 2000)
      if (i === 4 || (i === 2 && kills < 5)) kill(zombie, 'SIGCONT')
    }
    kill(zombie, 'SIGCONT')
    const atLast = async (): Promise<EndState | undefined> => {
      if (!isAlive(up)) up = startUp(home)
      return ask(home, readEndState)
    }
    await expect.poll(atLast, { timeout: 600_000, interval: 1000 }).toEqual(undisturbed)
    const store = localStore(join(home, 'archive'))
    await expect.poll(() => ask(home, db => findUnsound(db, store)), { timeout: 120_000, interval: 1000 }).toEqual([])
    expect(await ask(home, namesOfLatest)).toEqual(names)
    expect(await readdir(join(home, 'drop'))).toEqual([])
    up.kill('SIGTERM')
    await once(up, 'exit')
  },
)
