import { appendFile, mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { openInstallation, textMission } from '#test/installation'
import { work, workOff } from './index.ts'
import { admit } from './places.ts'

const claimOf = (job: number, weight: number) => ({ claim: { id: String(job), retryCount: 0, job, token: `${job}:0` }, weight })
const begun = (weights: readonly number[], slots: number, taken: number): readonly number[] =>
  admit(
    weights.map((w, i) => claimOf(i, w)),
    slots,
    taken,
  ).map(w => w.claim.job)

describe('which claims begin', () => {
  test.each<[string, readonly number[], number, number, readonly number[]]>([
    ['as many as there are places', [1, 1, 1], 2, 0, [0, 1]],
    ['none overtakes one that waits', [1, 3, 1], 3, 0, [0]],
    ['a heavy one in its turn', [3, 1], 3, 0, [0]],
    ['one heavier than the worker takes it whole', [9], 2, 0, [0]],
    ['which waits until it is empty', [9], 2, 1, []],
  ])('%s', (_, weights, slots, taken, expected) => expect(begun(weights, slots, taken)).toEqual(expected))

  test('never more than there are places, and an empty worker always begins', () => {
    const weight = fc.integer({ min: 1, max: 9 })
    fc.assert(
      fc.property(fc.array(weight, { minLength: 1 }), fc.integer({ min: 1, max: 6 }), fc.nat(6), (weights, slots, taken) => {
        const admitted = admit(
          weights.map((w, i) => claimOf(i, w)),
          slots,
          Math.min(taken, slots),
        )
        expect(admitted.reduce((sum, w) => sum + w.weight, 0)).toBeLessThanOrEqual(slots - Math.min(taken, slots))
        if (taken === 0) expect(admitted.length).toBeGreaterThan(0)
      }),
    )
  })
})

// Each program writes when it begins and ends, and lasts long enough for another one to begin meanwhile.
const witness = `set -eu
in=$(sed -n 's/^ *"path": "\\(.*\\)",$/\\1/p' "$APSIS_JOB" | head -n 1)
out=$(sed -n 's/^ *"name": "\\(.*_l1_.*\\)",$/\\1/p' "$APSIS_JOB" | head -n 1)
log=$(head -n 1 "$in")
echo begin >> "$log"
sleep 0.4
echo end >> "$log"
echo 1 > "$out"
`

test.each([2, 5])('on two places jobs of weight %i run one after the other', async weight => {
  const processes = textMission['processes.yaml']?.replace('count.sh] }', `count.sh] }\n  weight: ${weight}`) ?? ''
  const home = await openInstallation({ ...textMission, 'processes.yaml': processes, 'programs/count.sh': witness })
  const log = join(home.folder, 'talk', 'witness')
  await mkdir(join(home.folder, 'talk'))
  await appendFile(log, '')
  for (const day of ['01', '02']) await home.deliver(`ta_cnt_day_l0_202601${day}_v0.0.0.txt`, `${log}\nday ${day}\n`)
  await home.planner.follow()
  const stop = new AbortController()
  const worker = work(home.executor, home.queue, { slots: 2, stop: stop.signal })
  const made = async () => (await home.db.selectFrom('file').select('id').where('dataset', '=', 'ta_cnt_day_l1').execute()).length
  await expect.poll(made, { timeout: 60_000 }).toBe(2)
  stop.abort()
  await worker
  expect((await readFile(log, 'utf8')).trimEnd().split('\n')).toEqual(['begin', 'end', 'begin', 'end'])
  await home.close()
})

test('of jobs that wait together the ones of higher priority are run first', async () => {
  const more = `${textMission['processes.yaml']}urgent:
  title: Urgent counts
  inputs: { raw: cnt day l0 }
  outputs: { counts: cnt day l3 }
  program: { run: [sh, programs/urgent.sh] }
  priority: 5
`
  const products = `${textMission['products.yaml']}cnt day l3: { title: Urgent, format: text, ext: txt, partition: day }\n`
  const urgent = (textMission['programs/count.sh'] ?? '').replaceAll('_l1_', '_l3_')
  const home = await openInstallation({ ...textMission, 'processes.yaml': more, 'products.yaml': products, 'programs/urgent.sh': urgent })
  for (const day of ['01', '02', '03']) await home.deliver(`ta_cnt_day_l0_202601${day}_v0.0.0.txt`, `day ${day}\n`)
  await home.planner.follow()
  await workOff(home.executor, home.queue)
  const ran = await home.db
    .selectFrom('attempt')
    .innerJoin('job', 'job.id', 'attempt.job')
    .select('process')
    .orderBy('attempt.id')
    .execute()
  expect(ran.slice(0, 6).map(r => r.process)).toEqual(['urgent', 'urgent', 'urgent', 'count', 'count', 'count'])
  await home.close()
})
