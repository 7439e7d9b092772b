import { afterEach, expect, test } from 'vitest'
import { findUnsound } from '#test/end-state'
import { workOff } from '#services/executor'
import { openInstallation, textMission } from '#test/installation'
import type { Installation } from '#test/installation'
import { actOnCampaign, advanceCampaigns, findCampaign, listCampaigns, progressOf, proposeCampaign } from './index.ts'

// Products say the version of the calibration that is in the mission's folder, so that a remake with another one says something new.
const calibrated = (gain: number) => ({
  ...textMission,
  'mission.yaml': `${textMission['mission.yaml']}`.replace(
    '{ id: cnt, title: Counter }',
    '{ id: cnt, title: Counter }\n  - { id: cal, title: Calibration }',
  ),
  'products.yaml': `${textMission['products.yaml']}cal day l0:
  title: Calibration
  kind: telemetry
  format: text
  ext: txt
  partition: month
`,
  'processes.yaml': `count:
  title: Count lines
  inputs: { raw: cnt day l0, gain: { product: cal day l0, optional: true } }
  outputs: { counts: cnt day l1 }
  program: { run: [sh, programs/count.sh] }
report:
  title: Report on counts
  inputs: { counts: cnt day l1 }
  outputs: { report: cnt day l2 }
  program: { run: [sh, programs/report.sh] }
`,
  'programs/count.sh': `set -eu
out=$(sed -n 's/^ *"name": "\\(.*_l1_.*\\)",$/\\1/p' "$APSIS_JOB" | head -n 1)
{ echo gain ${gain}; for in in $(sed -n 's/^ *"path": "\\(.*\\)",$/\\1/p' "$APSIS_JOB"); do cat "$in"; done; } > "$out"
`,
})

let home: Installation
afterEach(() => home.close())

const dayOf = (n: number): string => new Date(Date.UTC(2026, 0, n)).toISOString().slice(0, 10)
const raw = (n: number, version = '0.0.0', sc = 'ta'): string => `${sc}_cnt_day_l0_${dayOf(n).replaceAll('-', '')}_v${version}.txt`

async function fly(days: number, options: { readonly backlog: number; readonly remakeLimit?: number }): Promise<void> {
  home = await openInstallation(calibrated(1), { now: Date.UTC(2026, 10, 23, 12), ...options })
  for (let n = 1; n <= days; n++) await home.deliver(raw(n), `line of day ${n}\n`)
  await home.settle()
}

/** Steward and workers, until nothing more happens. */
async function run(): Promise<void> {
  for (let quiet = 0; quiet < 2;) {
    const moved = (await advanceCampaigns(home.pipeline)) + (await home.settle())
    quiet = moved === 0 ? quiet + 1 : 0
  }
}

/** The program is changed in place: the next run makes something else of the same inputs. */
async function changeProgram(gain: number): Promise<void> {
  const { writeFile } = await import('node:fs/promises')
  await writeFile(`${home.folder}/mission/programs/count.sh`, calibrated(gain)['programs/count.sh'])
}

const act = (campaign: number) => ({ campaign, actor: 'Bea', reason: 'agreed' })
const move = (campaign: number, to: Parameters<typeof actOnCampaign>[2]) => actOnCampaign(home.pipeline, act(campaign), to)
const newest = async (dataset: string): Promise<readonly string[]> =>
  (
    await home.db
      .selectFrom('file')
      .select('version_text')
      .where('dataset', '=', dataset)
      .where('latest', '=', true)
      .orderBy('partition')
      .execute()
  ).map(f => f.version_text)

test('a campaign shows its cost, runs after approval, its products and what follows from them, and reports', async () => {
  await fly(6, { backlog: 2 })
  const propose = () =>
    proposeCampaign(
      home.pipeline,
      { mission: 'tally', products: ['cnt day l1'], to: Date.UTC(2026, 0, 6) },
      { title: 'gain 2', actor: 'Ada' },
    )
  const { id, works, forecast } = await propose()
  expect(works).toBe(5)
  expect(forecast).toMatchObject({ jobs: 10, released: 5, slots: 2, unknown: [] })
  expect(forecast.shares.map(s => [s.process, s.kind, s.jobs])).toEqual([
    ['count', 'asked', 5],
    ['report', 'following', 5],
  ])
  const jobs = () =>
    home.db
      .selectFrom('job')
      .select(e => e.fn.countAll<number>().as('n'))
      .executeTakeFirstOrThrow()
  const before = (await jobs()).n
  await run()
  expect((await jobs()).n).toBe(before)

  await changeProgram(2)
  await move(id, 'approved')
  await run()
  expect(await progressOf(home.db, id)).toEqual({ made: 10 })
  expect(await newest('ta_cnt_day_l1')).toEqual(['0.0.1', '0.0.1', '0.0.1', '0.0.1', '0.0.1', '0.0.0'])
  expect(await newest('ta_cnt_day_l2')).toEqual(['2.0.1', '2.0.1', '2.0.1', '2.0.1', '2.0.1', '2.0.0'])
  const done = await findCampaign(home.db, id)
  expect(done.state).toBe('done')
  expect(done.report).toMatchObject({ works: { made: 10 }, jobs: forecast.jobs, files: 10, failures: [] })
  const { bytes } = done.report as { bytes: number }
  expect(Math.abs(bytes / forecast.bytes - 1)).toBeLessThan(0.15)
  expect(await findUnsound(home.db, home.ingest.store)).toEqual([])
})

test('a remake that says the same is kept, and nothing follows from it', async () => {
  await fly(3, { backlog: 5 })
  const { id } = await proposeCampaign(home.pipeline, { mission: 'tally', products: ['cnt day l1'] }, { title: 'again', actor: 'Ada' })
  await move(id, 'approved')
  await run()
  expect(await progressOf(home.db, id)).toEqual({ kept: 3 })
  expect(await newest('ta_cnt_day_l1')).toEqual(['0.0.0', '0.0.0', '0.0.0'])
})

test('new data never wait: a cap of jobs, behind all others; paused, resumed, cancelled', async () => {
  await fly(5, { backlog: 1 })
  await changeProgram(3)
  const { id } = await proposeCampaign(home.pipeline, { mission: 'tally', products: ['cnt day l1'] }, { title: 'gain 3', actor: 'Ada' })
  await move(id, 'approved')
  await advanceCampaigns(home.pipeline)
  await advanceCampaigns(home.pipeline)
  expect(await progressOf(home.db, id)).toEqual({ waiting: 4, queued: 1 })
  await home.deliver(raw(6), 'new\n')
  await home.planner.follow()
  const [first] = await home.queue.fetch(1)
  const job = await home.db
    .selectFrom('job')
    .selectAll()
    .where('id', '=', first?.job ?? 0)
    .executeTakeFirstOrThrow()
  expect([job.partition, job.campaign]).toEqual([dayOf(6), null])
  if (first !== undefined) await home.queue.giveBack(first)

  await move(id, 'paused')
  await home.settle()
  await home.settle()
  expect(await progressOf(home.db, id)).toMatchObject({ waiting: expect.any(Number) as number })
  const { waiting = 0, made = 0 } = await progressOf(home.db, id)
  await advanceCampaigns(home.pipeline)
  expect(await progressOf(home.db, id)).toMatchObject({ waiting })
  // new data of a work that waits in the campaign are made at once
  await home.deliver(raw(5, '0.0.1'), 'late line\nand another\n')
  await home.settle()
  expect((await newest('ta_cnt_day_l2')).at(4)).toBe('2.0.1')

  await move(id, 'running')
  await advanceCampaigns(home.pipeline)
  await expect(move(id, 'approved')).rejects.toThrow('it cannot become approved')
  await move(id, 'cancelled')
  await run()
  const end = await progressOf(home.db, id)
  expect(end.skipped).toBeGreaterThan(0)
  expect((end.made ?? 0) >= made).toBe(true)
  expect((await findCampaign(home.db, id)).state).toBe('cancelled')
  expect(await findUnsound(home.db, home.ingest.store)).toEqual([])
})

test('an input that many products hang on proposes a campaign instead of a flood; new products do not wait for it', async () => {
  await fly(5, { backlog: 10, remakeLimit: 4 })
  await home.deliver('ta_cal_day_l0_20260101_v1.0.0.txt', 'gain 9\n')
  expect(await home.settle()).toBe(0)
  const [proposed] = await listCampaigns(home.db)
  expect(proposed).toMatchObject({
    state: 'proposed',
    cause: { kind: 'input', name: 'ta_cal_day_l0_20260101_v1.0.0.txt' },
    proposed_by: 'planner',
  })
  expect(proposed?.forecast).toMatchObject({ jobs: 10 })
  const id = proposed?.id ?? 0
  const cell = () =>
    home.db
      .selectFrom('cell')
      .selectAll()
      .where('dataset', '=', 'ta_cnt_day_l1')
      .where('partition', '=', dayOf(1))
      .executeTakeFirstOrThrow()
  expect(await cell()).toMatchObject({ have: 'full', next: 'none', reason: { text: expect.stringContaining(`campaign ${id}`) as string } })
  await home.planner.sweep()
  await home.planner.audit()
  expect(await home.settle()).toBe(0)
  expect(await listCampaigns(home.db)).toHaveLength(1)

  await home.deliver(raw(7), 'new\n')
  expect(await home.settle()).toBe(2)
  await move(id, 'approved')
  await run()
  expect(await newest('ta_cnt_day_l2')).toEqual(['2.1.0', '2.1.0', '2.1.0', '2.1.0', '2.1.0', '2.0.0'])
  expect((await findCampaign(home.db, id)).state).toBe('done')
  await home.planner.sweep()
  expect(await workOff(home.executor, home.queue)).toBe(0)
  expect(await cell()).toMatchObject({ reason: { text: 'made from everything expected' } })
})
