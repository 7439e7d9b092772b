import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { explain, listHeld } from '#services/pipeline'
import { listActs } from '#services/people'
import { openInstallation, textMission } from '#test/installation'
import type { Installation } from '#test/installation'
import { rejectHeldJob, releaseHeldJob } from './index.ts'

// The first product is a copy of the raw lines, so that a shorter delivery makes a shorter product.
const programs = {
  'programs/count.sh': `set -eu
in=$(sed -n 's/^ *"path": "\\(.*\\)",$/\\1/p' "$APSIS_JOB" | head -n 1)
out=$(sed -n 's/^ *"name": "\\(.*_l1_.*\\)",$/\\1/p' "$APSIS_JOB" | head -n 1)
cp "$in" "$out"
`,
  'programs/report.sh': `set -eu
in=$(sed -n 's/^ *"path": "\\(.*\\)",$/\\1/p' "$APSIS_JOB" | head -n 1)
wc -l < "$in" > "$(sed -n 's/^ *"name": "\\(.*_l2_.*\\)",$/\\1/p' "$APSIS_JOB" | head -n 1)"
`,
}
let home: Installation
let dayNumber = 0

beforeAll(async () => {
  home = await openInstallation({ ...textMission, ...programs })
})
afterAll(() => home.close())

const raw = (day: string, version: string): string => `ta_cnt_day_l0_${day.replaceAll('-', '')}_v${version}.txt`
const latestOf = (dataset: string, day: string) =>
  home.db
    .selectFrom('file')
    .select(['version_text', 'records'])
    .where('dataset', '=', dataset)
    .where('partition', '=', day)
    .where('latest', '=', true)
    .executeTakeFirst()
const cellOf = (day: string) =>
  home.db.selectFrom('cell').select(['have', 'next']).where('dataset', '=', 'ta_cnt_day_l1').where('partition', '=', day).executeTakeFirst()

/** A day whose product is remade with fewer lines: what is held. */
async function holdOne(): Promise<{ readonly day: string; readonly job: number }> {
  const day = new Date(Date.UTC(2026, 0, 1 + dayNumber++)).toISOString().slice(0, 10)
  await home.deliver(raw(day, '0.0.0'), 'a\nb\nc\n')
  await home.settle()
  await home.deliver(raw(day, '0.0.1'), 'x\ny\n')
  await home.settle()
  const held = await listHeld(home.db)
  expect(held.map(h => h.job.partition)).toEqual([day])
  return { day, job: held[0]?.job.id ?? 0 }
}

test('what holds less is held with its numbers; the old file stays and nothing runs below', async () => {
  const { day, job } = await holdOne()
  expect(await latestOf('ta_cnt_day_l1', day)).toEqual({ version_text: '0.0.0', records: 3 })
  expect(await cellOf(day)).toEqual({ have: 'full', next: 'held' })
  expect((await explain(home.db, 'tally', 'ta_cnt_day_l1', day, home.now))?.chain[0]?.text).toContain('records 3 -> 2 (-33.3 %)')
  expect(await home.db.selectFrom('job').select('id').where('partition', '=', day).execute()).toHaveLength(3)
  await home.planner.sweep()
  expect(await home.settle()).toBe(0)

  await expect(releaseHeldJob(home.executor, { job, actor: 'Ada', reason: ' ' })).rejects.toThrow('needs a reason')
  await releaseHeldJob(home.executor, { job, actor: 'Ada', reason: 'a day with a gap' })
  await home.settle()
  expect(await latestOf('ta_cnt_day_l1', day)).toEqual({ version_text: '0.0.1', records: 2 })
  expect((await latestOf('ta_cnt_day_l2', day))?.version_text).toBe('2.0.1')
  expect(await cellOf(day)).toEqual({ have: 'full', next: 'none' })
  expect((await listActs(home.db, 1))[0]).toMatchObject({ actor: 'Ada', act: 'held.released', object: `job ${job}` })
  expect(await readdir(join(home.executor.aside, 'held'))).toEqual([])
  await expect(releaseHeldJob(home.executor, { job, actor: 'Ada', reason: 'again' })).rejects.toThrow('is not held')
})

test('what is rejected is remembered: the old file stays, its recipe is settled, the version is free', async () => {
  const { day, job } = await holdOne()
  await rejectHeldJob(home.executor, { job, actor: 'Bea', reason: 'a broken delivery' })
  expect(await latestOf('ta_cnt_day_l1', day)).toEqual({ version_text: '0.0.0', records: 3 })
  expect(await cellOf(day)).toEqual({ have: 'full', next: 'none' })
  expect((await explain(home.db, 'tally', 'ta_cnt_day_l1', day, home.now))?.chain[0]?.text).toContain('rejected by Bea: a broken delivery')
  await home.planner.sweep()
  expect(await home.settle()).toBe(0)
  await home.deliver(raw(day, '0.0.2'), 'a\nb\nc\nd\n')
  await home.settle()
  expect(await latestOf('ta_cnt_day_l1', day)).toEqual({ version_text: '0.0.1', records: 4 })
})

test('what is held gives way to something newer', async () => {
  const { day, job } = await holdOne()
  await home.deliver(raw(day, '0.0.2'), 'a\nb\nc\nd\n')
  await home.settle()
  expect(await latestOf('ta_cnt_day_l1', day)).toEqual({ version_text: '0.0.2', records: 4 })
  expect(await listHeld(home.db)).toEqual([])
  expect(await home.db.selectFrom('job').select('state').where('id', '=', job).executeTakeFirst()).toEqual({ state: 'superseded' })
})
