import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { openHome } from '#apps/home'
import { openSystem, runSteward } from '#apps/system'
import type { System } from '#apps/system'
import { freshDatabase } from '#test/database'
import { findUnsound } from '#test/end-state'
import { textMission } from '#test/installation'
import { offerSocket, startHost } from '#test/worker-host'
import type { WorkerHost } from '#test/worker-host'

/**
 * Workers on hosts of their own, each with a name and a network of its own: one database that they reach by TCP, one home that all see. What
 * docs/operations.md tells an operator to do, `apsis worker --home DIR` with DATABASE_URL, is what runs here.
 */

// The first line of a raw file is a script; it finds $out, $try, and a folder to meet the test in as $dir.
const mission = {
  ...textMission,
  'processes.yaml': `${textMission['processes.yaml']}`.replace('count.sh] }', 'count.sh] }\n  limits: { tries: 1 }'),
  'programs/count.sh': `set -eu
in=$(sed -n 's/^ *"path": "\\(.*\\)",$/\\1/p' "$APSIS_JOB" | head -n 1)
out=$(sed -n 's/^ *"name": "\\(.*_l1_.*\\)",$/\\1/p' "$APSIS_JOB" | head -n 1)
try=$(sed -n 's/^ *"attempt": \\(.*\\),$/\\1/p' "$APSIS_JOB")
eval "$(head -n 1 "$in")"
`,
}
/** The first try waits for a word; all tries make other bytes. */
const gate =
  'touch "$dir/began-$try"; if [ "$try" = 1 ]; then while [ ! -e "$dir/go" ]; do sleep 0.05; done; fi; cat /proc/sys/kernel/random/uuid > "$out"; cp "$out" "$dir/made-$try"'

const patience = { timeout: 120_000, interval: 50 }

describe.skipIf(process.getuid?.() !== 0)('workers on hosts of their own (left out where we are not root)', () => {
  let folder: string
  let system: System
  let end: () => Promise<void>
  let start: (number: number) => Promise<WorkerHost>
  const hosts: WorkerHost[] = []

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'apsis-hosts-'))
    const missions = join(folder, 'missions')
    for (const [name, text] of Object.entries(mission)) {
      await mkdir(join(missions, 'tally', name, '..'), { recursive: true })
      await writeFile(join(missions, 'tally', name), text)
      if (name.endsWith('.sh')) await chmod(join(missions, 'tally', name), 0o755)
    }
    const home = await openHome(join(folder, 'home'), 'real')
    await writeFile(join(home.dir, 'config.yaml'), 'confinement: plain\n')
    const { config } = await freshDatabase()
    const door = await offerSocket(join(config.host ?? '', `.s.PGSQL.${config.port}`))
    const opened = await openSystem({
      home,
      config,
      log: pino({ level: 'silent' }),
      supervise: true,
      environment: { APSIS_MISSIONS: missions },
    })
    system = {
      ...opened,
      settings: { ...opened.settings, settle: 0, retryPause: 0, dropPause: 200, followPause: 100, auditPause: 2000 },
      pipeline: { ...opened.pipeline, settings: { ...opened.pipeline.settings, settle: 0 } },
    }
    const stop = new AbortController()
    const steward = runSteward(system, stop.signal)
    start = async number => {
      const databaseUrl = (address: string): string => `postgres://${config.user}@${address}:${door.port}/${config.database}`
      const host = await startHost({ number, home: home.dir, missions, databaseUrl })
      hosts.push(host)
      return host
    }
    end = async () => {
      stop.abort()
      await steward
      await system.close()
      door.close()
    }
  })
  afterEach(async () => {
    for (const host of hosts.splice(0)) await host.end('SIGKILL')
  })
  afterAll(async () => {
    await end()
    await rm(folder, { recursive: true, force: true })
  })

  let days = 0
  async function order(): Promise<{ readonly day: string; readonly dir: string }> {
    const day = new Date(Date.UTC(2026, 3, 1 + days++)).toISOString().slice(0, 10)
    const dir = join(folder, 'meet', day)
    await mkdir(dir, { recursive: true })
    const name = `ta_cnt_day_l0_${day.replaceAll('-', '')}_v0.0.0.txt`
    await writeFile(join(system.home.drop, `${name}.part`), `dir=${dir}; ${gate}\n`)
    await rename(join(system.home.drop, `${name}.part`), join(system.home.drop, name))
    return { day, dir }
  }
  const tries = async (day: string): Promise<readonly string[]> =>
    (
      await system.db
        .selectFrom('attempt')
        .innerJoin('job', 'job.id', 'attempt.job')
        .select(['worker', 'outcome'])
        .where('job.partition', '=', day)
        .where('job.process', '=', 'count')
        .orderBy('attempt.id')
        .execute()
    ).map(t => `${t.worker.split(':')[0]} ${t.outcome ?? 'open'}`)
  const filesOf = (day: string) => system.db.selectFrom('file').selectAll().where('partition', '=', day).orderBy('id').execute()

  test('one that is killed: its job runs on the other and is made there', { timeout: 300_000 }, async () => {
    const one = await start(1)
    const { day, dir } = await order()
    await expect.poll(() => existsSync(join(dir, 'began-1')), patience).toBe(true)
    await start(2)
    const named = async (): Promise<readonly string[]> => (await system.db.selectFrom('worker').select('host').execute()).map(w => w.host)
    await expect.poll(named, patience).toContain('host-2')
    await one.end('SIGKILL')
    await expect.poll(() => existsSync(join(dir, 'began-2')), patience).toBe(true)
    await expect.poll(() => tries(day), patience).toEqual(['host-1 lost', 'host-2 made'])
  })

  test(
    'one whose cable is pulled: another makes its job, and what it brings when it is back changes nothing',
    { timeout: 300_000 },
    async () => {
      const three = await start(3)
      const { day, dir } = await order()
      await expect.poll(() => existsSync(join(dir, 'began-1')), patience).toBe(true)
      three.cut(true)
      // Its program goes on in the dark, and ends well: the output comes as far as the archive, and no word of it to the database.
      await writeFile(join(dir, 'go'), '')
      await expect.poll(() => existsSync(join(dir, 'made-1')), patience).toBe(true)
      const four = await start(4)
      await expect.poll(() => tries(day), patience).toEqual(['host-3 lost', 'host-4 made'])
      const before = await filesOf(day)
      await four.end('SIGTERM')
      three.cut(false)
      // It is at work again by itself, and has nothing of the old try.
      const next = await order()
      await writeFile(join(next.dir, 'go'), '')
      await expect.poll(() => tries(next.day), patience).toEqual(['host-3 made'])
      expect(await tries(day)).toEqual(['host-3 lost', 'host-4 made'])
      const made = before.find(f => f.dataset === 'ta_cnt_day_l1')
      expect(await filesOf(day)).toEqual(expect.arrayContaining(before))
      expect(await readFile(await system.ingest.store.localPath(made?.path ?? ''), 'utf8')).toBe(
        await readFile(join(dir, 'made-2'), 'utf8'),
      )
      await expect.poll(() => findUnsound(system.db, system.ingest.store), patience).toEqual([])
    },
  )
})
