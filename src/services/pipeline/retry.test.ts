import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openInstallation, textMission } from '#test/installation'
import type { Installation } from '#test/installation'
import { cancelJob, retryJob } from './index.ts'

// The raw file names a licence; without it the program fails.
const count = `set -eu
in=$(sed -n 's/^ *"path": "\\(.*\\)",$/\\1/p' "$APSIS_JOB" | head -n 1)
out=$(sed -n 's/^ *"name": "\\(.*_l1_.*\\)",$/\\1/p' "$APSIS_JOB" | head -n 1)
[ -e "$(head -n 1 "$in")" ] || { echo "no licence" >&2; exit 3; }
wc -l < "$in" > "$out"
`

let home: Installation
let days = 0
const by = { actor: 'ada', reason: 'the licence is renewed' }

beforeAll(async () => {
  home = await openInstallation({ ...textMission, 'programs/count.sh': count })
})
afterAll(() => home.close())

async function fly(): Promise<{ readonly day: string; readonly licence: string; readonly job: number }> {
  const day = new Date(Date.UTC(2026, 0, 1 + days++)).toISOString().slice(0, 10)
  const licence = join(home.folder, `licence-${day}`)
  await home.deliver(rawOf(day), `${licence}\n`)
  await home.planner.follow()
  const { id } = await home.db.selectFrom('job').select('id').where('partition', '=', day).executeTakeFirstOrThrow()
  return { day, licence, job: id }
}
const rawOf = (day: string, version = '0.0.0'): string => `ta_cnt_day_l0_${day.replaceAll('-', '')}_v${version}.txt`
const countsOf = async (day: string) =>
  (
    await home.db.selectFrom('file').select(['name', 'job']).where('dataset', '=', 'ta_cnt_day_l1').where('partition', '=', day).execute()
  ).map(f => [f.name, f.job])
const cellOf = (day: string) =>
  home.db
    .selectFrom('cell')
    .select(['next', 'reason'])
    .where('dataset', '=', 'ta_cnt_day_l1')
    .where('partition', '=', day)
    .executeTakeFirstOrThrow()

test('a job that failed has all its tries again, once what was broken is mended; its cell says so at once', async () => {
  const { day, licence, job } = await fly()
  await home.settle()
  expect((await cellOf(day)).next).toBe('failed')
  await retryJob(home.pipeline, job, by)
  expect(await cellOf(day)).toMatchObject({ next: 'ready', reason: { text: expect.stringContaining('retried by ada') } })
  await home.settle()
  expect((await cellOf(day)).next).toBe('failed')
  expect(await home.db.selectFrom('attempt').select('id').where('job', '=', job).execute()).toHaveLength(6)
  await writeFile(licence, '')
  await retryJob(home.pipeline, job, by)
  await home.settle()
  expect(await countsOf(day)).toEqual([[rawOf(day).replace('_l0_', '_l1_'), job]])
  expect(await home.db.selectFrom('audit').selectAll().where('object', '=', String(job)).execute()).toMatchObject([
    { actor: 'ada', act: 'job.retry', detail: { reason: by.reason, was: expect.stringContaining('no licence') } },
    { act: 'job.retry' },
  ])
  await expect(retryJob(home.pipeline, job, by)).rejects.toThrow('it is made, not failed or cancelled')
})

test('a job that was cancelled can be wanted after all', async () => {
  const { day, licence, job } = await fly()
  await writeFile(licence, '')
  await cancelJob(home.pipeline, job, { actor: 'ada', reason: 'a mistake' })
  await home.settle()
  expect(await countsOf(day)).toEqual([])
  await retryJob(home.pipeline, job, by)
  await home.settle()
  expect(await countsOf(day)).toHaveLength(1)
})

test('what came after a job has taken its place', async () => {
  const first = await fly()
  await home.settle()
  await home.deliver(rawOf(first.day, '0.1.0'), `${first.licence}\nmore\n`)
  await home.settle()
  await expect(retryJob(home.pipeline, first.job, by)).rejects.toThrow('came after it, with other inputs')
  const second = await fly()
  await home.settle()
  await home.deliver(rawOf(second.day).replace('_l0_', '_l1_'), '1\n', 'the team')
  await expect(retryJob(home.pipeline, second.job, by)).rejects.toThrow('_v0.0.0.txt is there by now')
  await expect(retryJob(home.pipeline, 999_999, by)).rejects.toThrow('there is no job 999999')
})
