import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sql } from 'kysely'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { openHome } from '#apps/home'
import { openSystem, runSteward } from '#apps/system'
import type { System } from '#apps/system'
import { cancelJob } from '#services/pipeline'
import { hashFile } from '#services/store'
import { freshDatabase } from '#test/database'
import { findUnsound } from '#test/end-state'
import { textMission } from '#test/installation'

const workerProgram = fileURLToPath(new URL('../../src/apps/worker/main.ts', import.meta.url))

// The first line of a raw file is a script; it finds $in, $out, $try, and a folder to meet the test in as $dir.
const mission = {
  ...textMission,
  'processes.yaml':
    textMission['processes.yaml']?.replace(
      'count.sh] }',
      'count.sh] }\n  limits: { tries: 1 }\n  resources: { memory: 50 MB, tokens: { licence: 1 } }',
    ) ?? '',
  'programs/count.sh': `set -eu
in=$(sed -n 's/^ *"path": "\\(.*\\)",$/\\1/p' "$APSIS_JOB" | head -n 1)
out=$(sed -n 's/^ *"name": "\\(.*_l1_.*\\)",$/\\1/p' "$APSIS_JOB" | head -n 1)
try=$(sed -n 's/^ *"attempt": \\(.*\\),$/\\1/p' "$APSIS_JOB")
eval "$(head -n 1 "$in")"
`,
}

let folder: string
let system: System
let connectionString: string
let end: () => Promise<void>
const workers: ChildProcess[] = []
let days = 0

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'apsis-workers-'))
  const missions = join(folder, 'missions')
  for (const [name, text] of Object.entries(mission)) {
    await mkdir(join(missions, 'tally', name, '..'), { recursive: true })
    await writeFile(join(missions, 'tally', name), text)
    if (name.endsWith('.sh')) await chmod(join(missions, 'tally', name), 0o755)
  }
  const home = await openHome(join(folder, 'home'), 'real')
  // Programs here talk to the test through folders that are not theirs.
  await writeFile(join(home.dir, 'config.yaml'), 'confinement: plain\ntokens: { licence: 2 }\n')
  const database = await freshDatabase()
  connectionString = database.connectionString
  process.env['APSIS_MISSIONS'] = missions
  const opened = await openSystem({
    home,
    config: database.config,
    log: pino({ level: 'silent' }),
    supervise: true,
    environment: process.env,
  })
  system = {
    ...opened,
    settings: { ...opened.settings, settle: 0, retryPause: 0, dropPause: 200, followPause: 100, auditPause: 2000 },
    pipeline: { ...opened.pipeline, settings: { ...opened.pipeline.settings, settle: 0 } },
  }
  const stop = new AbortController()
  const steward = runSteward(system, stop.signal)
  end = async () => {
    stop.abort()
    await steward
    await system.close()
  }
})
// A test that failed leaves none to the next.
afterEach(async () => {
  for (const child of workers.splice(0)) await endWorker(child, 'SIGKILL')
})
afterAll(async () => {
  await end()
  delete process.env['APSIS_MISSIONS']
  await rm(folder, { recursive: true, force: true })
})

const startWorker = (slots = 3): ChildProcess => {
  const order = JSON.stringify({ home: system.home.dir, kind: 'real', connectionString, slots })
  const child = spawn(process.execPath, [workerProgram], {
    env: { ...process.env, APSIS_WORKER: order },
    stdio: ['pipe', 'ignore', 'inherit'],
  })
  workers.push(child)
  return child
}

async function endWorker(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGCONT')
  child.kill(signal)
  await ended
}

interface Case {
  readonly day: string
  readonly dir: string
  readonly attempts: () => Promise<
    readonly { number: number; worker: string; outcome: string | null; started_at: number; ended_at: number | null }[]
  >
  readonly job: () => Promise<{ id: number; state: string; uncounted: number; message: string | null } | undefined>
}

async function order(script: string): Promise<Case> {
  const day = new Date(Date.UTC(2026, 2, 1 + days++)).toISOString().slice(0, 10)
  const dir = join(folder, 'meet', day)
  await mkdir(dir, { recursive: true })
  const name = `ta_cnt_day_l0_${day.replaceAll('-', '')}_v0.0.0.txt`
  await writeFile(join(folder, name), `dir=${dir}; ${script}\n`)
  await cp(join(folder, name), join(system.home.drop, name))
  return {
    day,
    dir,
    attempts: () =>
      system.db
        .selectFrom('attempt')
        .innerJoin('job', 'job.id', 'attempt.job')
        .select(['attempt.number', 'worker', 'outcome', 'attempt.started_at', 'attempt.ended_at'])
        .where('job.partition', '=', day)
        .where('job.process', '=', 'count')
        .orderBy('attempt.id')
        .execute(),
    job: () =>
      system.db
        .selectFrom('job')
        .select(['id', 'state', 'uncounted', 'message'])
        .where('partition', '=', day)
        .where('process', '=', 'count')
        .executeTakeFirst(),
  }
}

const began = (c: Case, number: number): boolean => existsSync(join(c.dir, `began-${number}`))
const patience = { timeout: 90_000, interval: 50 }
/** The first try waits for a word that comes late; all tries make other bytes. */
const gate =
  'touch "$dir/began-$try"; if [ "$try" = 1 ]; then while [ ! -e "$dir/go" ]; do sleep 0.05; done; fi; cat /proc/sys/kernel/random/uuid > "$out"; cp "$out" "$dir/made-$try"'

/** Processes with this word on their command line. */
const running = (word: string): number =>
  readdirSync('/proc').filter(pid => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(word)
    } catch {
      return false
    }
  }).length

describe('a worker that is killed with kill -9', () => {
  test('its job runs again once its lease is out, elsewhere, and no try is counted: even a job with one try is made', async () => {
    const word = `${700 + Math.random()}`
    const c = await order(`touch "$dir/began-$try"; if [ "$try" = 1 ]; then sleep ${word} & wait; fi; echo made > "$out"`)
    const first = startWorker()
    await expect.poll(() => began(c, 1), patience).toBe(true)
    const second = startWorker()
    const killed = Date.now()
    await endWorker(first, 'SIGKILL')
    await expect.poll(() => began(c, 2), patience).toBe(true)
    // On a machine that has time for it: the lease, the next look for leases that are out, and a start. Here it is only told how long it took.
    process.stderr.write(`taken over after ${((Date.now() - killed) / 1000).toFixed(1)} s\n`)
    const leases = await sql<{
      readonly seconds: number
    }>`select heartbeat_seconds as seconds from pgboss.queue where name = 'job'`.execute(system.db)
    expect(leases.rows).toEqual([{ seconds: 10 }])
    await expect.poll(async () => (await c.job())?.state, patience).toBe('made')
    expect((await c.attempts()).map(a => a.outcome)).toEqual(['lost', 'made'])
    expect(await c.job()).toMatchObject({ uncounted: 1 })
    // what its program had started is gone, too
    await expect.poll(() => running(word), patience).toBe(0)
    await endWorker(second, 'SIGTERM')
  })
})

describe('a worker that stands still until its lease is out, and wakes', () => {
  test('cannot publish, replace or complete anything', async () => {
    const c = await order(gate)
    const zombie = startWorker()
    await expect.poll(() => began(c, 1), patience).toBe(true)
    zombie.kill('SIGSTOP')
    // its program goes on without it and makes an output
    await writeFile(join(c.dir, 'go'), '')
    await expect.poll(() => existsSync(join(c.dir, 'made-1')), patience).toBe(true)
    const live = startWorker()
    // raw lines, counts, and the report that follows them
    const files = () => system.db.selectFrom('file').selectAll().where('partition', '=', c.day).orderBy('id').execute()
    await expect.poll(async () => (await files()).length, patience).toBe(3)
    const before = await files()
    zombie.kill('SIGCONT')
    const log = join(system.home.logs, 'apsis.log')
    await expect
      .poll(
        async () =>
          /could not|without a verdict|given up|renewed/.test(await readFile(log, 'utf8').catch(() => '')) || zombie.exitCode === null,
        patience,
      )
      .toBe(true)
    await endWorker(zombie, 'SIGTERM')
    expect(await files()).toEqual(before)
    const made = before.find(f => f.dataset === 'ta_cnt_day_l1')
    const path = await system.ingest.store.localPath(made?.path ?? '')
    expect(await readFile(path, 'utf8')).toBe(await readFile(join(c.dir, 'made-2'), 'utf8'))
    expect((await hashFile(path)).sha256).toBe(made?.sha256)
    expect((await c.attempts()).map(a => a.outcome)).toEqual(['lost', 'made'])
    await endWorker(live, 'SIGTERM')
  })
})

describe('cancelling', () => {
  test('ends the program and all it started within seconds; the cell says who and why, and nothing runs again by itself', async () => {
    const word = `${800 + Math.random()}`
    const c = await order(`sleep ${word} & touch "$dir/began-$try"; wait; echo made > "$out"`)
    const worker = startWorker()
    await expect.poll(() => began(c, 1), patience).toBe(true)
    await cancelJob(system.pipeline, (await c.job())?.id ?? 0, { actor: 'Ada', reason: 'wrong table' })
    await expect.poll(() => running(word), { timeout: 6000 }).toBe(0)
    const cell = () =>
      system.db
        .selectFrom('cell')
        .select(['next', sql<string>`reason->>'text'`.as('text')])
        .where('partition', '=', c.day)
        .where('process', '=', 'count')
        .executeTakeFirst()
    await expect.poll(async () => (await cell())?.text, patience).toContain('was cancelled by Ada: wrong table')
    expect((await c.attempts()).map(a => a.outcome)).toEqual(['cancelled'])
    await endWorker(worker, 'SIGTERM')
  })
})

describe('licences', () => {
  test('are never held more often than there are, by all workers together, also when one dies; all work is done', async () => {
    const cases: Case[] = []
    for (let i = 0; i < 10; i++) cases.push(await order('sleep 0.2; echo made > "$out"'))
    const three = [startWorker(), startWorker(), startWorker()]
    const [doomed] = three
    let most = 0
    const look = async (): Promise<number> => {
      const { rows } = await sql<{
        held: number
      }>`select coalesce(sum(amount), 0)::bigint as held from holding where resource = 'licence'`.execute(system.db)
      most = Math.max(most, rows[0]?.held ?? 0)
      return (await Promise.all(cases.map(c => c.job()))).filter(j => j?.state === 'made').length
    }
    await expect.poll(look, { ...patience, interval: 20 }).toBeGreaterThan(1)
    if (doomed !== undefined) await endWorker(doomed, 'SIGKILL')
    await expect.poll(look, { timeout: 60_000, interval: 20 }).toBe(cases.length)
    expect(most).toBe(2)
    const spans = (await Promise.all(cases.map(c => c.attempts()))).flat()
    for (const { started_at } of spans)
      expect(spans.filter(s => s.started_at <= started_at && started_at < (s.ended_at ?? Infinity)).length).toBeLessThanOrEqual(2)
    await expect.poll(async () => (await system.db.selectFrom('holding').selectAll().execute()).length, patience).toBe(0)
    for (const worker of three) await endWorker(worker, 'SIGTERM')
  }, 120_000)
})

test('at the end the ledger is sound', async () => {
  const worker = startWorker()
  const waits = async () => (await findUnsound(system.db, system.ingest.store)).filter(w => !w.includes('is unexplained'))
  await expect.poll(waits, { timeout: 60_000 }).toEqual([])
  await endWorker(worker, 'SIGTERM')
})
