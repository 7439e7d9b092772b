import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { slurmExecutor, work } from '#services/executor'
import type { ExecutorContext } from '#services/executor'
import { cancelJob } from '#services/pipeline'
import { connectionStringOf } from '#test/database'
import { expireLeases } from '#test/end-state'
import { openInstallation, textMission } from '#test/installation'
import type { Installation } from '#test/installation'
import { slurmIsThere, startSlurm } from '#test/slurm'
import type { Cluster } from '#test/slurm'

// The first line of a raw file is a script; it finds $in, $out, $try, and a folder to meet the test in as $dir.
const programs = {
  'programs/count.sh': `set -eu
in=$(sed -n 's/^ *"path": "\\(.*\\)",$/\\1/p' "$APSIS_JOB" | head -n 1)
out=$(sed -n 's/^ *"name": "\\(.*_l1_.*\\)",$/\\1/p' "$APSIS_JOB" | head -n 1)
try=$(sed -n 's/^ *"attempt": \\(.*\\),$/\\1/p' "$APSIS_JOB")
eval "$(head -n 1 "$in")"
wc -l < "$in" > "$out"
`,
}
const gate = 'echo "try $try"; touch "$dir/began-$try"; while [ ! -e "$dir/go" ]; do sleep 0.1; done'

describe.skipIf(!slurmIsThere)(slurmIsThere ? 'jobs on a real Slurm' : 'jobs on a real Slurm (left out: no Slurm)', () => {
  let cluster: Cluster
  let home: Installation
  let days = 0

  beforeAll(async () => {
    cluster = await startSlurm()
    home = await openInstallation({ ...textMission, ...programs })
  })
  afterAll(async () => {
    await home.close()
    await cluster.stop()
  })

  interface Case {
    readonly dir: string
    readonly job: number
    readonly attempts: () => Promise<
      readonly { number: number; worker: string; outcome: string | null; message: string | null; handle: string | null }[]
    >
    readonly state: () => Promise<string>
  }

  async function order(script: string): Promise<Case> {
    const day = new Date(Date.UTC(2026, 1, 1 + days++)).toISOString().slice(0, 10)
    const dir = join(home.folder, 'meet', day)
    await mkdir(dir, { recursive: true })
    await home.deliver(`ta_cnt_day_l0_${day.replaceAll('-', '')}_v0.0.0.txt`, `dir=${dir}; ${script}\n`)
    await home.planner.follow()
    const { id } = await home.db.selectFrom('job').select('id').where('partition', '=', day).executeTakeFirstOrThrow()
    return {
      dir,
      job: id,
      attempts: () =>
        home.db
          .selectFrom('attempt')
          .select(['number', 'worker', 'outcome', 'message', 'handle'])
          .where('job', '=', id)
          .orderBy('id')
          .execute(),
      state: async () => (await home.db.selectFrom('job').select('state').where('id', '=', id).executeTakeFirstOrThrow()).state,
    }
  }

  const start = (name: string, slots = 4): { stop: () => Promise<void> } => {
    const stop = new AbortController()
    const executor = slurmExecutor({ submit: ['--partition=main', '--nice=1'], confinement: 'plain' })
    const context: ExecutorContext = { ...home.executor, executor, worker: name }
    const ended = work(context, home.queue, { slots, stop: stop.signal })
    return {
      stop: async () => {
        stop.abort()
        await ended
      },
    }
  }
  /** The job as the cluster lists it; empty when it is gone. */
  const listed = (c: Case): string =>
    execFileSync('squeue', ['--noheader', '--format=%j|%T|%l|%m|%P'], { encoding: 'utf8' })
      .split('\n')
      .filter(line => line.startsWith(`apsis-job-${c.job}-`))
      .join('\n')

  test('limits are told to the cluster; the job outlives its worker, and the next one brings it home', async () => {
    const c = await order(gate)
    const first = start('first')
    await expect.poll(() => existsSync(join(c.dir, 'began-1'))).toBe(true)
    // 600 s and a minute for the step; 2 GB and the step's share
    expect(listed(c)).toBe(`apsis-job-${c.job}-try-1|RUNNING|11:00|2152M|main`)
    await first.stop()
    expect(listed(c)).toContain('RUNNING')
    const second = start('second')
    await expect.poll(async () => (await c.attempts())[0]?.worker).toBe('second')
    await writeFile(join(c.dir, 'go'), '')
    await expect.poll(c.state).toBe('made')
    expect(await c.attempts()).toMatchObject([{ number: 1, worker: 'second', outcome: 'made', handle: null }])
    expect(existsSync(join(c.dir, 'began-2'))).toBe(false)
    await second.stop()
    await home.settle()
  })

  test('cancelling ends it on the cluster; also where no worker looked at that moment', async () => {
    for (const looked of [true, false]) {
      const c = await order(gate)
      const first = start('first')
      await expect.poll(() => existsSync(join(c.dir, 'began-1'))).toBe(true)
      if (!looked) await first.stop()
      await cancelJob(home.pipeline, c.job, { actor: 'operator', reason: 'not wanted' })
      const second = looked ? undefined : start('second')
      await expect.poll(() => listed(c)).toBe('')
      expect(await c.attempts()).toMatchObject([{ outcome: 'cancelled', message: 'cancelled by operator: not wanted' }])
      await (second ?? first).stop()
      expect(await c.state()).toBe('cancelled')
    }
  })

  const lostTries = async (c: Case): Promise<number> =>
    (await home.db.selectFrom('job').select('uncounted').where('id', '=', c.job).executeTakeFirstOrThrow()).uncounted

  test('who cancels it behind our back costs no try: the job runs again', async () => {
    const c = await order(gate)
    const worker = start('patient')
    await expect.poll(() => existsSync(join(c.dir, 'began-1'))).toBe(true)
    execFileSync('scancel', [(await c.attempts())[0]?.handle?.replace('slurm:', '') ?? ''])
    await expect.poll(() => existsSync(join(c.dir, 'began-2'))).toBe(true)
    await writeFile(join(c.dir, 'go'), '')
    await expect.poll(c.state).toBe('made')
    const tries = await c.attempts()
    expect(tries.map(t => t.outcome)).toEqual(['lost', 'made'])
    expect(tries[0]?.message).toContain('Slurm ended its job')
    expect(await lostTries(c)).toBe(1)
    await worker.stop()
    await home.settle()
  })

  test('a node that dies costs no try either', async () => {
    const c = await order(gate)
    const worker = start('patient')
    await expect.poll(() => existsSync(join(c.dir, 'began-1'))).toBe(true)
    await cluster.killNode()
    await expect.poll(async () => (await c.attempts()).map(t => t.outcome), { timeout: 60_000 }).toEqual(['lost', null])
    await cluster.startNode()
    await writeFile(join(c.dir, 'go'), '')
    await expect.poll(c.state, { timeout: 40_000 }).toBe('made')
    expect((await c.attempts())[0]?.message).toMatch(/NODE_FAIL|unknown to it/)
    expect(await lostTries(c)).toBe(1)
    await worker.stop()
    await home.settle()
  }, 150_000)

  test('a worker killed between sbatch and noting what it said leaves no job behind', async () => {
    const missions = join(home.folder, 'missions')
    await cp(join(home.folder, 'mission'), join(missions, 'tally'), { recursive: true })
    await writeFile(join(home.folder, 'home.json'), JSON.stringify({ kind: 'real', format: 1 }))
    await writeFile(join(home.folder, 'config.yaml'), 'executor: slurm\nconfinement: plain\n')
    // The real sbatch, after which who called it falls.
    const bin = join(home.folder, 'bin')
    await mkdir(bin, { recursive: true })
    const real = execFileSync('sh', ['-c', 'command -v sbatch'], { encoding: 'utf8' }).trim()
    await writeFile(join(bin, 'sbatch'), `#!/bin/sh\n${real} "$@" > "${home.folder}/submitted"\nkill -9 $PPID\n`, { mode: 0o755 })
    const c = await order(gate)
    const connectionString = connectionStringOf(home.config)
    const doomed = spawn(process.execPath, [fileURLToPath(new URL('../../src/apps/worker/main.ts', import.meta.url))], {
      env: {
        ...process.env,
        PATH: `${bin}:${process.env['PATH']}`,
        APSIS_MISSIONS: missions,
        APSIS_WORKER: JSON.stringify({ home: home.folder, kind: 'real', connectionString, slots: 1 }),
      },
      stdio: ['pipe', 'ignore', 'inherit'],
    })
    expect(await once(doomed, 'exit')).toEqual([null, 'SIGKILL'])
    await expect.poll(() => existsSync(join(c.dir, 'began-1'))).toBe(true)
    expect(await c.attempts()).toMatchObject([{ number: 1, outcome: null, handle: null }])
    const orphan = (await readFile(join(home.folder, 'submitted'), 'utf8')).trim()

    expect(await expireLeases(home.config)).toBe(1)
    const next = start('next')
    await expect.poll(() => existsSync(join(c.dir, 'began-2'))).toBe(true)
    await expect.poll(() => listed(c)).toMatch(/^apsis-job-\d+-try-2\|RUNNING[^\n]*$/)
    // Cancelled, or failed first because its folder was cleared: over in any case.
    await expect
      .poll(() => execFileSync('scontrol', ['show', 'job', orphan], { encoding: 'utf8' }))
      .toMatch(/JobState=(?:CANCELLED|FAILED)\b/)
    await writeFile(join(c.dir, 'go'), '')
    await expect.poll(c.state).toBe('made')
    expect((await c.attempts()).map(t => t.outcome)).toEqual(['lost', 'made'])
    expect(await lostTries(c)).toBe(1)
    await next.stop()
    await home.settle()
  }, 120_000)

  test('a cluster that takes nothing is the worker’s fault, not the program’s', async () => {
    const c = await order('true')
    const context: ExecutorContext = {
      ...home.executor,
      executor: slurmExecutor({ submit: ['--partition=none-such'], confinement: 'plain' }),
    }
    const stop = new AbortController()
    const ended = work({ ...context, worker: 'mistaken' }, home.queue, { slots: 1, stop: stop.signal })
    await expect.poll(async () => (await c.attempts())[0]?.outcome).toBe('fault')
    stop.abort()
    await ended
    expect((await c.attempts())[0]?.message).toMatch(/sbatch did not work: .*partition/i)
    await home.settle()
    expect(await c.state()).toBe('made')
  })
})
