import { existsSync } from 'node:fs'
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { expireLeases } from '#test/end-state'
import { claimant, openInstallation, textMission } from '#test/installation'
import type { Installation } from '#test/installation'
import { startAttempt } from '#services/pipeline'
import { hashFile } from '#services/store'
import type { ExecutorContext, Queue } from './index.ts'
import { openQueue, work, workOff } from './index.ts'
import { runJob } from './run-job.ts'

// The first line of a raw file is a script; it finds its input in $in, its output's name in $out, the number of its try in $try.
const programs = {
  'programs/count.sh': `set -eu
in=$(sed -n 's/^ *"path": "\\(.*\\)",$/\\1/p' "$APSIS_JOB" | head -n 1)
out=$(sed -n 's/^ *"name": "\\(.*_l1_.*\\)",$/\\1/p' "$APSIS_JOB" | head -n 1)
try=$(sed -n 's/^ *"attempt": \\(.*\\),$/\\1/p' "$APSIS_JOB")
eval "$(head -n 1 "$in")"
wc -l < "$in" > "$out"
`,
}

let home: Installation
let dayNumber = 0

beforeAll(async () => {
  home = await openInstallation({ ...textMission, ...programs })
})
afterAll(() => home.close())

interface Told {
  readonly outcome: string | null
  readonly exit_code: number | null
  readonly signal: string | null
  readonly message: string | null
  readonly log: string | null
}

interface Case {
  readonly day: string
  /** A folder that the script finds as $dir. */
  readonly dir: string
  readonly attempts: () => Promise<readonly Told[]>
  readonly counts: () => Promise<readonly { name: string; sha256: string }[]>
}

/** A day of its own, whose raw file says what the program does. */
async function order(script: string, at: Installation = home): Promise<Case> {
  const day = new Date(Date.UTC(2026, 0, 1 + dayNumber++)).toISOString().slice(0, 10)
  const dir = join(at.folder, 'talk', day)
  await mkdir(dir, { recursive: true })
  await at.deliver(`ta_cnt_day_l0_${day.replaceAll('-', '')}_v0.0.0.txt`, `dir=${dir}; ${script}\n`)
  await at.planner.follow()
  return {
    day,
    dir,
    attempts: () =>
      at.db
        .selectFrom('attempt')
        .innerJoin('job', 'job.id', 'attempt.job')
        .select(['attempt.outcome', 'exit_code', 'signal', 'attempt.message', 'log'])
        .where('job.partition', '=', day)
        .where('job.process', '=', 'count')
        .orderBy('attempt.id')
        .execute(),
    counts: () =>
      at.db.selectFrom('file').select(['name', 'sha256']).where('dataset', '=', 'ta_cnt_day_l1').where('partition', '=', day).execute(),
  }
}

describe('the verdict on a try', () => {
  const lastOf = async (script: string): Promise<Told | undefined> => {
    const { attempts } = await order(script)
    await home.settle()
    return (await attempts()).at(-1)
  }

  test.each([
    ['an error', 'echo "disk of the team is full" >&2; exit 9', 'failed', 9, null, 'exit 9: disk of the team is full'],
    ['a signal', 'echo halfway >&2; kill -ABRT $$', 'failed', null, 'SIGABRT', 'ended by signal SIGABRT; last words: halfway'],
    ['no data', 'echo "instrument was off"; exit 66', 'no-data', 66, null, 'instrument was off'],
    ['try again without a word', 'exit 75', 'try-again', 75, null, 'exit 75: try again'],
    ['an output that is a folder', 'mkdir "$out"; exit 0', 'refused', 0, null, 'is not a regular file'],
    ['an output that is a link', 'ln -s /etc/hostname "$out"; exit 0', 'refused', 0, null, 'is not a regular file'],
    ['an output that is a pipe', 'mkfifo "$out"; exit 0', 'refused', 0, null, 'is not a regular file'],
    ['a folder beside the output', 'mkdir beside', 'refused', 0, null, 'undeclared files were written: beside'],
    ['a hidden file beside the output', 'echo x > .hidden', 'refused', 0, null, 'undeclared files were written: .hidden'],
    ['an output that is not what its name says', 'printf "a\\0b" > "$out"; exit 0', 'refused', 0, null, 'octet 1 is NUL'],
  ])('%s', async (_what, script, outcome, exit_code, signal, message) => {
    const told = await lastOf(script)
    expect(told).toMatchObject({ outcome, exit_code, signal })
    expect(told?.message).toContain(message)
  })

  test('the log of each try is kept, its working folders are not', async () => {
    const { attempts } = await order('echo "this is try $try"; exit 1')
    await home.settle()
    const logs = (await attempts()).map(a => a.log ?? '')
    expect(new Set(logs).size).toBe(3)
    expect(await Promise.all(logs.map(path => readFile(path, 'utf8')))).toEqual(['this is try 1\n', 'this is try 2\n', 'this is try 3\n'])
    expect(await readdir(home.executor.staging)).toEqual([])
    expect(await readdir(home.ingest.incoming)).toEqual([])
  })

  test('an input whose bytes are not in view is named and looked for again: a file server may show them late', async () => {
    const { day, attempts } = await order('true')
    const { path } = await home.db.selectFrom('file').select('path').where('partition', '=', day).executeTakeFirstOrThrow()
    await home.ingest.store.remove(path)
    await home.settle()
    expect((await attempts()).at(-1)).toMatchObject({ outcome: 'try-again', message: `${path} is not in the archive` })
  })

  test('a process that was taken out of the mission ends its jobs', async () => {
    const { day, attempts } = await order('true')
    const missions = [{ ...home.mission, processes: home.mission.processes.slice(0, 0) }]
    await workOff({ ...home.executor, pipeline: { ...home.pipeline, missions } }, home.queue)
    expect(await attempts()).toMatchObject([{ outcome: 'failed', message: 'mission tally no longer has the process count', log: null }])
    expect(await home.db.selectFrom('reserved_version').select('job').where('partition', '=', day).execute()).toEqual([])
    expect(await workOff(home.executor, home.queue)).toBe(0)
  })

  test('the time limit of the process', async () => {
    const limited = textMission['processes.yaml']?.replace('count.sh] }', 'count.sh] }\n  limits: { time: 1 s, tries: 2 }') ?? ''
    const hasty = await openInstallation({ ...textMission, ...programs, 'processes.yaml': limited })
    const { attempts } = await order('echo "slow work" >&2; sleep 600', hasty)
    expect(await hasty.settle()).toBe(2)
    const told = { outcome: 'failed', signal: 'SIGKILL', exit_code: null, message: 'ended after its limit of 1 s; last words: slow work' }
    expect(await attempts()).toMatchObject([told, told])
    await hasty.close()
  })
})

const never = new AbortController().signal
const stops = { end: never, leave: never }

describe('an output name that is taken', () => {
  // other bytes at every try
  const different = 'cat /proc/sys/kernel/random/uuid > "$out"; cp "$out" "$dir/$try"'

  test('by a try that died before the ledger knew: its bytes give way', async () => {
    const c = await order(`${different}; exit 0`)
    const { id } = await home.db.selectFrom('job').select('id').where('partition', '=', c.day).executeTakeFirstOrThrow()
    const dead = await startAttempt(home.pipeline, id, claimant('dead worker', 'token-of-the-dead'))
    if (dead === undefined) throw new Error('the job is not to be run')
    expect((await runJob(home.executor, dead, stops))?.ending.outcome).toBe('made')
    await home.settle()
    expect((await c.attempts()).map(a => a.outcome)).toEqual(['lost', 'made'])
    const [row] = await home.db.selectFrom('file').select(['path', 'sha256']).where('job', '=', id).execute()
    const path = await home.ingest.store.localPath(row?.path ?? '')
    expect(await readFile(path, 'utf8')).toBe(await readFile(join(c.dir, '2'), 'utf8'))
    expect((await hashFile(path)).sha256).toBe(row?.sha256)
  })

  test('a dead try that wakes cannot replace what a live one has stored', async () => {
    const c = await order(`${different}; exit 0`)
    const { id } = await home.db.selectFrom('job').select('id').where('partition', '=', c.day).executeTakeFirstOrThrow()
    const dead = await startAttempt(home.pipeline, id, claimant('dead worker', 'token-of-the-dead'))
    const live = await startAttempt(home.pipeline, id, claimant('live worker', 'token-of-the-live'))
    if (dead === undefined || live === undefined) throw new Error('the job is not to be run')
    const made = await runJob(home.executor, live, stops)
    expect((await runJob(home.executor, dead, stops))?.ending).toMatchObject({
      outcome: 'failed',
      message: expect.stringContaining('was given up for dead'),
    })
    const file = made?.ending.outcome === 'made' ? made.ending.files[0]?.file : undefined
    expect((await hashFile(await home.ingest.store.localPath(file?.path ?? ''))).sha256).toBe(file?.sha256)
    await home.settle()
  })

  test('by a file that was delivered meanwhile: the job is refused, the file stays', async () => {
    const c = await order('true')
    const name = `ta_cnt_day_l1_${c.day.replaceAll('-', '')}_v0.0.0.txt`
    expect(await home.deliver(name, 'made elsewhere\n', 'the team')).toMatchObject({ outcome: 'stored' })
    await workOff(home.executor, home.queue)
    expect((await c.attempts()).at(-1)).toMatchObject({ outcome: 'failed', message: `${name} is recorded already, from the team` })
    await home.settle()
    expect((await c.counts()).map(f => f.name)).toEqual([name])
  })
})

describe('what a program is told', () => {
  test('a whole job file, and nothing of the worker', async () => {
    process.env['APSIS_SECRET_OF_THE_WORKER'] = 'x'
    const { day, dir } = await order('cp "$APSIS_JOB" "$dir/job.json"; env > "$dir/env"; ls -a > "$dir/ls"')
    const context = { ...home.executor, overlays: { count: { fault: 'of the demo' } } }
    await workOff(context, home.queue)
    delete process.env['APSIS_SECRET_OF_THE_WORKER']
    const told = JSON.parse(await readFile(join(dir, 'job.json'), 'utf8')) as Record<string, never>
    const compact = day.replaceAll('-', '')
    expect(told).toMatchObject({
      format: 'apsis-job/1',
      mission: 'tally',
      process: 'count',
      attempt: 1,
      spacecraft: 'ta',
      partition: { kind: 'day', key: day, start: `${day}T00:00:00.000Z` },
      inputs: [{ role: 'raw', dataset: 'ta_cnt_day_l0', name: `ta_cnt_day_l0_${compact}_v0.0.0.txt`, version: '0.0.0' }],
      outputs: [
        { role: 'counts', dataset: 'ta_cnt_day_l1', name: `ta_cnt_day_l1_${compact}_v0.0.0.txt`, version: '0.0.0', title: 'Counts' },
      ],
      parameters: { fault: 'of the demo' },
      generationTime: new Date(home.now).toISOString(),
      simulated: false,
      software: { name: 'apsis' },
    })
    const names = (await readFile(join(dir, 'env'), 'utf8'))
      .trimEnd()
      .split('\n')
      .map(line => line.split('=')[0])
    const declared = ['APSIS_JOB', 'HOME', 'LANG', 'NODE_COMPILE_CACHE', 'PATH', 'TMPDIR', 'TZ']
    expect(new Set(names.filter(n => !['PWD', 'OLDPWD', 'SHLVL', '_'].includes(n ?? '')))).toEqual(new Set(declared))
    expect(await readFile(join(dir, 'ls'), 'utf8')).toBe('.\n..\n')
    await home.settle()
  })

  test('the same seed and generation time at every try', async () => {
    const { dir } = await order('cp "$APSIS_JOB" "$dir/$try.json"; exit 1')
    await home.settle()
    const told = await Promise.all(
      ['1', '2', '3'].map(async n => JSON.parse(await readFile(join(dir, `${n}.json`), 'utf8')) as Record<string, unknown>),
    )
    expect(new Set(told.map(t => `${String(t['seed'])} ${String(t['generationTime'])}`)).size).toBe(1)
    expect(told.map(t => t['attempt'])).toEqual([1, 2, 3])
  })
})

describe('the loop of a worker', () => {
  // the first try waits at a gate that nobody opens
  const gate = 'if [ "$try" = 1 ]; then echo $$ > "$dir/new"; mv "$dir/new" "$dir/began"; sleep 600; fi'
  const began =
    (c: Case): (() => boolean) =>
    () =>
      existsSync(join(c.dir, 'began'))
  const pidOf = async (c: Case): Promise<number> => Number(await readFile(join(c.dir, 'began'), 'utf8'))
  const start = (name: string, queue: Queue = home.queue): { stop: AbortController; ended: Promise<void> } => {
    const stop = new AbortController()
    const context: ExecutorContext = { ...home.executor, worker: name }
    return { stop, ended: work(context, queue, { slots: 2, stop: stop.signal }) }
  }
  const workersOf = (c: Case): Promise<readonly { worker: string; outcome: string | null }[]> =>
    home.db
      .selectFrom('attempt')
      .innerJoin('job', 'job.id', 'attempt.job')
      .select(['worker', 'outcome'])
      .where('job.partition', '=', c.day)
      .where('job.process', '=', 'count')
      .orderBy('attempt.id')
      .execute()

  test('works what comes, in several slots', async () => {
    const meet = (mine: string, other: string) => `touch "$dir/../${mine}"; while [ ! -e "$dir/../${other}" ]; do sleep 0.02; done`
    const [a, b] = [await order(meet('here', 'there')), await order(meet('there', 'here'))]
    const worker = start('both')
    await expect.poll(async () => (await a.counts()).length + (await b.counts()).length).toBe(2)
    worker.stop.abort()
    await worker.ended
    await home.settle()
  })

  test('a stop in the middle of a program gives the job back, and another worker takes it', async () => {
    const c = await order(gate)
    const first = start('first')
    await expect.poll(began(c)).toBe(true)
    first.stop.abort()
    await first.ended
    expect(await c.counts()).toEqual([])
    const second = start('second')
    await expect.poll(async () => (await c.counts()).length).toBe(1)
    second.stop.abort()
    await second.ended
    expect(await workersOf(c)).toEqual([
      { worker: 'first', outcome: 'lost' },
      { worker: 'second', outcome: 'made' },
    ])
    expect(existsSync(`/proc/${await pidOf(c)}`)).toBe(false)
    await home.settle()
  })

  test('a stop while claims are on their way gives them back untried', async () => {
    const c = await order('true')
    const stop = new AbortController()
    const late: Queue = {
      ...home.queue,
      fetch: async count => {
        const claims = await home.queue.fetch(count)
        if (claims.length > 0) stop.abort()
        return claims
      },
    }
    await work({ ...home.executor, worker: 'late' }, late, { slots: 1, stop: stop.signal })
    expect(await c.attempts()).toEqual([])
    const next = start('next')
    await expect.poll(async () => (await c.counts()).length).toBe(1)
    next.stop.abort()
    await next.ended
    await home.settle()
  })

  test('a lost lease ends the program; the job is made once, by whom it went to', async () => {
    const c = await order(gate)
    const worker = start('forgetful')
    await expect.poll(began(c)).toBe(true)
    expect(await expireLeases(home.config)).toBe(1)
    await expect.poll(async () => (await c.counts()).length).toBe(1)
    const pid = await pidOf(c)
    await expect.poll(() => existsSync(`/proc/${pid}`)).toBe(false)
    worker.stop.abort()
    await worker.ended
    expect((await workersOf(c)).map(a => a.outcome)).toEqual(['lost', 'made'])
    await home.settle()
    expect(await c.counts()).toHaveLength(1)
  })

  test('a fault of the worker itself is said at once, costs no try, and it takes no jobs until it is sound', async () => {
    const c = await order('true')
    const staging = join(home.folder, 'staging-of-its-own')
    await writeFile(staging, 'not a folder')
    const stop = new AbortController()
    const broken = { ...home.executor, worker: 'broken', staging }
    const faultOf = async () =>
      (await home.db.selectFrom('worker').select('fault').where('name', '=', 'broken').executeTakeFirst())?.fault ?? undefined
    const ended = work(broken, home.queue, { slots: 1, stop: stop.signal })
    await expect.poll(faultOf).toContain('it is no folder')
    expect(await workersOf(c)).toEqual([])
    // sound at the first look, at fault when the work begins: the folder goes while claims are on their way
    await rm(staging)
    await mkdir(staging)
    await expect.poll(async () => (await workersOf(c)).length).toBeGreaterThan(0)
    stop.abort()
    await ended
    expect(await faultOf()).toBeUndefined()
    await home.settle()
  })

  test('a fault in the middle of a try: no try is counted, the job says whose fault it was', async () => {
    const c = await order('true')
    const broken = { ...home.executor, worker: 'broken', staging: join(home.folder, 'mission/mission.yaml') }
    await workOff({ ...broken, pipeline: { ...home.pipeline, dispatch: async () => undefined } }, home.queue)
    expect(await c.attempts()).toMatchObject([{ outcome: 'fault', message: expect.stringContaining('it is no folder') }])
    const job = await home.db.selectFrom('job').selectAll().where('partition', '=', c.day).executeTakeFirstOrThrow()
    expect(job).toMatchObject({ state: 'ready', tries: 1, uncounted: 1, message: expect.stringContaining('it is no folder') })
    const cell = await home.db
      .selectFrom('cell')
      .select('reason')
      .where('partition', '=', c.day)
      .where('process', '=', 'count')
      .executeTakeFirstOrThrow()
    expect(cell.reason['text']).toContain('it is no folder')
    await home.planner.audit()
    await home.settle()
    expect((await c.attempts()).map(a => a.outcome)).toEqual(['fault', 'made'])
  })

  test('a lease that cannot be renewed now is tried again; the program goes on', async () => {
    const c = await order('while [ ! -e "$dir/open" ]; do sleep 0.02; done')
    let touched = 0
    const shaky: Queue = {
      ...home.queue,
      touch: claims => (touched++ === 0 ? Promise.reject(new Error('connection terminated')) : home.queue.touch(claims)),
    }
    const worker = start('patient', shaky)
    await expect.poll(() => touched).toBeGreaterThan(1)
    await writeFile(join(c.dir, 'open'), '')
    await expect.poll(async () => (await c.counts()).length).toBe(1)
    worker.stop.abort()
    await worker.ended
    expect((await workersOf(c)).map(a => a.outcome)).toEqual(['made'])
    await home.settle()
  })

  test('a queue that cannot be reached is asked again', async () => {
    const c = await order('true')
    let asked = 0
    const shaky: Queue = {
      ...home.queue,
      fetch: count => (asked++ === 0 ? Promise.reject(new Error('connection terminated')) : home.queue.fetch(count)),
    }
    const worker = start('patient', shaky)
    await expect.poll(async () => (await c.counts()).length).toBe(1)
    worker.stop.abort()
    await worker.ended
    await home.settle()
  })
})

describe('the transport is only a hint', () => {
  test('a second installation of workers sees the same jobs', async () => {
    const c = await order('true')
    const other = await openQueue(home.config, { supervise: true, log: home.executor.log })
    expect(await workOff({ ...home.executor, worker: 'elsewhere' }, other)).toBeGreaterThan(0)
    expect(await c.counts()).toHaveLength(1)
    await other.stop()
    await home.settle()
  })
})
