import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { claimant, openInstallation, textMission } from '#test/installation'
import type { Installation } from '#test/installation'
import { explain, makePlanner, startAttempt } from './index.ts'

let home: Installation
let dayNumber = 0

beforeAll(async () => {
  home = await openInstallation(textMission)
})
afterAll(() => home.close())

/** Each test has a day of its own. */
const nextDay = (): string => new Date(Date.UTC(2026, 0, 1 + dayNumber++)).toISOString().slice(0, 10)
const raw = (day: string, version = '0.0.0', sc = 'ta'): string => `${sc}_cnt_day_l0_${day.replaceAll('-', '')}_v${version}.txt`

const filesOf = async (dataset: string, day: string): Promise<readonly { name: string; latest: boolean }[]> =>
  home.db.selectFrom('file').select(['name', 'latest']).where('dataset', '=', dataset).where('partition', '=', day).orderBy('id').execute()

const cellOf = async (dataset: string, day: string): Promise<{ have: string; next: string; reason: unknown }> =>
  home.db
    .selectFrom('cell')
    .select(['have', 'next', 'reason'])
    .where('dataset', '=', dataset)
    .where('partition', '=', day)
    .executeTakeFirstOrThrow()

describe('from a delivery to the last product', () => {
  test('every process runs once, with lineage', async () => {
    const day = nextDay()
    await home.deliver(raw(day), 'a\nb\n')
    expect(await home.settle()).toBe(2)
    expect(await filesOf('ta_cnt_day_l1', day)).toEqual([{ name: `ta_cnt_day_l1_${day.replaceAll('-', '')}_v0.0.0.txt`, latest: true }])
    expect(await filesOf('ta_cnt_day_l2', day)).toEqual([{ name: `ta_cnt_day_l2_${day.replaceAll('-', '')}_v2.0.0.txt`, latest: true }])
    expect(await cellOf('ta_cnt_day_l2', day)).toMatchObject({ have: 'full', next: 'none', reason: { kind: 'complete' } })
    const parents = await home.db
      .selectFrom('file_parent')
      .innerJoin('file', 'file.id', 'file_parent.child')
      .select(['file.dataset', 'file_parent.name', 'file_parent.role'])
      .where('file.partition', '=', day)
      .orderBy('file.dataset')
      .execute()
    expect(parents).toEqual([
      { dataset: 'ta_cnt_day_l1', name: raw(day), role: 'raw' },
      { dataset: 'ta_cnt_day_l2', name: `ta_cnt_day_l1_${day.replaceAll('-', '')}_v0.0.0.txt`, role: 'counts' },
    ])
  })

  test('looking at everything again changes nothing', async () => {
    const day = nextDay()
    await home.deliver(raw(day), 'a\n')
    await home.settle()
    const before = await home.db.selectFrom('job').select('id').execute()
    await home.planner.sweep()
    await home.planner.audit()
    expect(await home.settle()).toBe(0)
    expect(await home.db.selectFrom('job').select('id').execute()).toEqual(before)
  })

  test('a higher version of the input raises the revisions below it; the old files stay', async () => {
    const day = nextDay()
    await home.deliver(raw(day), 'a\n')
    await home.settle()
    await home.deliver(raw(day, '0.0.1'), 'a\nb\n')
    expect(await home.settle()).toBe(2)
    expect((await filesOf('ta_cnt_day_l1', day)).map(f => [f.name.match(/v(.*).txt/)?.[1], f.latest])).toEqual([
      ['0.0.0', false],
      ['0.0.1', true],
    ])
    expect((await filesOf('ta_cnt_day_l2', day)).map(f => f.name.match(/v(.*).txt/)?.[1])).toEqual(['2.0.0', '2.0.1'])
  })

  test('a quality rise of the input raises the quality of the product', async () => {
    const day = nextDay()
    await home.deliver(raw(day), 'a\n')
    await home.settle()
    await home.deliver(raw(day, '0.1.0'), 'a\nb\n')
    await home.settle()
    expect((await filesOf('ta_cnt_day_l1', day)).at(-1)?.name).toContain('v0.1.0')
  })

  test('an older version that comes late changes nothing below', async () => {
    const day = nextDay()
    await home.deliver(raw(day, '0.0.5'), 'a\n')
    await home.settle()
    await home.deliver(raw(day, '0.0.2'), 'b\nc\n')
    expect(await home.settle()).toBe(0)
    expect((await filesOf('ta_cnt_day_l0', day)).map(f => f.latest)).toEqual([true, false])
  })

  test('spacecraft do not mix', async () => {
    const day = nextDay()
    await home.deliver(raw(day, '0.0.0', 'tb'), 'a\n')
    await home.settle()
    expect(await filesOf('ta_cnt_day_l1', day)).toEqual([])
    expect(await filesOf('tb_cnt_day_l1', day)).toHaveLength(1)
  })
})

describe('early cut-off', () => {
  const verdictsOf = (dataset: string, day: string) =>
    home.db
      .selectFrom('verified')
      .innerJoin('file', 'file.id', 'verified.file')
      .select(['verified.outcome', 'file.version_text', 'verified.job'])
      .where('verified.dataset', '=', dataset)
      .where('verified.partition', '=', day)
      .orderBy('verified.job')
      .execute()

  test('a remake that says the same publishes nothing, runs nothing below, and is remembered', async () => {
    const day = nextDay()
    await home.deliver(raw(day), 'a\nb\n')
    await home.settle()
    const before = await home.db.selectFrom('event').select('sequence').execute()
    await home.deliver(raw(day, '0.1.0'), 'c\nd\n')
    expect(await home.settle()).toBe(1)
    expect(await filesOf('ta_cnt_day_l1', day)).toHaveLength(1)
    expect(await home.db.selectFrom('event').select('sequence').execute()).toHaveLength(before.length + 1)
    expect((await verdictsOf('ta_cnt_day_l1', day)).map(v => [v.outcome, v.version_text])).toEqual([
      ['made', '0.0.0'],
      ['kept', '0.0.0'],
    ])
    expect(await cellOf('ta_cnt_day_l1', day)).toMatchObject({ have: 'full', next: 'none', reason: { kind: 'complete' } })
    await home.planner.sweep()
    expect(await home.settle()).toBe(0)
    const reserved = await home.db
      .selectFrom('reserved_version')
      .select('version')
      .where('partition', '=', day)
      .where('dataset', '=', 'ta_cnt_day_l1')
      .execute()
    expect(reserved.map(r => r.version)).toEqual([[0, 0, 0]])
  })

  test('a delivery whose content is that of the version before runs nothing', async () => {
    const day = nextDay()
    await home.deliver(raw(day), 'a\nb\n')
    await home.settle()
    await home.deliver(raw(day, '0.0.1'), 'a\nb\n')
    expect(await home.settle()).toBe(0)
  })

  test('the version that was given back is the next one that says something new', async () => {
    const day = nextDay()
    await home.deliver(raw(day), 'a\n')
    await home.settle()
    await home.deliver(raw(day, '0.0.1'), 'b\n')
    await home.deliver(raw(day, '0.0.2'), 'c\nd\n')
    await home.settle()
    expect((await filesOf('ta_cnt_day_l1', day)).map(f => f.name.match(/v(.*).txt/)?.[1])).toEqual(['0.0.0', '0.0.1'])
  })
})

describe('what programs say', () => {
  const run = async (line: string): Promise<{ day: string; tries: number }> => {
    const day = nextDay()
    await home.deliver(raw(day), `${line}\n`)
    return { day, tries: await home.settle() }
  }
  const lastAttempt = (day: string) =>
    home.db
      .selectFrom('attempt')
      .innerJoin('job', 'job.id', 'attempt.job')
      .select(['attempt.outcome', 'attempt.exit_code', 'attempt.message', 'attempt.number', 'job.state'])
      .where('job.partition', '=', day)
      .orderBy('attempt.id', 'desc')
      .limit(1)
      .executeTakeFirstOrThrow()

  test('a failure is tried as often as the rules allow, then stands with its reason, and is the root of what waits', async () => {
    const { day, tries } = await run('boom')
    expect(tries).toBe(3)
    expect(await lastAttempt(day)).toMatchObject({
      outcome: 'failed',
      exit_code: 3,
      message: 'exit 3: the counter broke',
      number: 3,
      state: 'failed',
    })
    expect(await cellOf('ta_cnt_day_l1', day)).toMatchObject({ have: 'none', next: 'failed' })
    const why = await explain(home.db, 'tally', 'ta_cnt_day_l2', day, home.now)
    expect(why?.chain.map(l => [l.dataset, l.state])).toEqual([
      ['ta_cnt_day_l2', 'waiting'],
      ['ta_cnt_day_l1', 'failed'],
    ])
    expect(why?.chain.at(-1)?.text).toContain('exit 3: the counter broke')
    expect(await home.db.selectFrom('reserved_version').selectAll().where('partition', '=', day).execute()).toEqual([])
  })

  test('a failed input is mended by a new version of it', async () => {
    const { day } = await run('boom')
    await home.deliver(raw(day, '0.0.1'), 'fine\n')
    expect(await home.settle()).toBe(2)
    expect(await cellOf('ta_cnt_day_l2', day)).toMatchObject({ have: 'full' })
  })

  test('try again later means that', async () => {
    const { day, tries } = await run('later')
    expect(tries).toBe(3)
    expect(await cellOf('ta_cnt_day_l1', day)).toMatchObject({ have: 'full' })
    const outcomes = await home.db
      .selectFrom('attempt')
      .innerJoin('job', 'job.id', 'attempt.job')
      .select(['attempt.outcome', 'attempt.message'])
      .where('job.partition', '=', day)
      .where('job.process', '=', 'count')
      .orderBy('attempt.id')
      .execute()
    expect(outcomes).toEqual([
      { outcome: 'try-again', message: 'the licence server does not answer' },
      { outcome: 'made', message: null },
    ])
  })

  test('no data is an end, not a failure', async () => {
    const { day, tries } = await run('nothing')
    expect(tries).toBe(1)
    expect(await cellOf('ta_cnt_day_l1', day)).toMatchObject({ have: 'no-data', next: 'none', reason: { kind: 'no-data' } })
  })

  test.each([
    ['stray', 'undeclared files were written: stray.txt'],
    ['silent', 'was not written'],
    ['empty', 'the file is empty'],
  ])('%s outputs are refused', async (line, message) => {
    const { day } = await run(line)
    expect(await lastAttempt(day)).toMatchObject({ outcome: 'refused', state: 'failed' })
    expect((await lastAttempt(day)).message).toContain(message)
    expect(await filesOf('ta_cnt_day_l1', day)).toEqual([])
  })
})

describe('attempts', () => {
  test('a worker that was given up for dead changes nothing when it wakes', async () => {
    const day = nextDay()
    await home.deliver(raw(day), 'a\n')
    await home.planner.follow()
    const { id } = await home.db.selectFrom('job').select('id').where('partition', '=', day).executeTakeFirstOrThrow()
    const dead = await startAttempt(home.pipeline, id, claimant('dead worker', 'token-of-the-dead'))
    expect(dead?.number).toBe(1)
    await home.settle()
    const attempts = await home.db
      .selectFrom('attempt')
      .select(['number', 'outcome', 'worker'])
      .where('job', '=', id)
      .orderBy('number')
      .execute()
    expect(attempts).toEqual([
      { number: 1, outcome: 'lost', worker: 'dead worker' },
      { number: 2, outcome: 'made', worker: 'test' },
    ])
    expect(await filesOf('ta_cnt_day_l1', day)).toHaveLength(1)
  })

  test('one active job per work: the database refuses a second one', async () => {
    const day = nextDay()
    await home.deliver(raw(day), 'a\n')
    await home.planner.follow()
    const row = await home.db.selectFrom('job').selectAll().where('partition', '=', day).executeTakeFirstOrThrow()
    const { id: _id, ...copy } = row
    const again = home.db
      .insertInto('job')
      .values({
        ...copy,
        recipe: 'another',
        inputs: '[]',
        outputs: '[]',
        start_time: new Date(copy.start_time),
        stop_time: new Date(copy.stop_time),
        created_at: new Date(),
        not_before: new Date(),
        ended_at: null,
      })
      .execute()
    await expect(again).rejects.toThrow('job_active')
    await home.settle()
  })
})

describe('hints that are lost', () => {
  test('a job that the transport has forgotten is handed to it again', async () => {
    const day = nextDay()
    await home.deliver(raw(day), 'a\n')
    await home.planner.follow()
    await sql`delete from pgboss.job`.execute(home.db)
    expect(await home.settle()).toBe(0)
    await home.planner.audit()
    expect(await home.settle()).toBe(2)
    await home.planner.audit()
    expect(await home.settle()).toBe(0)
  })

  test('a job that is only waiting for its time is not handed twice', async () => {
    const day = nextDay()
    await home.deliver(raw(day), 'a\n')
    await home.planner.follow()
    await home.planner.audit()
    await home.planner.sweep()
    const { rows } = await sql<{ n: number }>`select count(*) as n from pgboss.job where state = 'created'`.execute(home.db)
    expect(rows[0]?.n).toBe(1)
    await home.settle()
  })
})

describe('a mission that changes', () => {
  test('files and cells of what is no longer configured stop nobody', async () => {
    const day = nextDay()
    await home.deliver(raw(day), 'a\n')
    const [products, processes] = [home.mission.products.filter(p => p.id === 'cnt day l2'), home.mission.processes.slice(0, 0)]
    const smaller = makePlanner({ ...home.pipeline, missions: [{ ...home.mission, products, processes }] })
    expect(await smaller.follow()).toBeGreaterThan(0)
    await smaller.audit()
    await smaller.sweep()
    const none = makePlanner({ ...home.pipeline, missions: [] })
    await none.audit()
    await none.sweep()
    expect(await filesOf('ta_cnt_day_l1', day)).toEqual([])
    await home.planner.sweep()
    expect(await home.settle()).toBe(2)
  })
})

test('explain knows nothing of cells that nobody expects', async () => {
  expect(await explain(home.db, 'tally', 'ta_cnt_day_l9', '2026-01-01', home.now)).toBeUndefined()
})
