import { afterAll, beforeAll, expect, test } from 'vitest'
import { findCell } from '#services/access'
import { listActs } from '#services/people'
import { openInstallation, textMission } from '#test/installation'
import type { Installation } from '#test/installation'
import { addWaiver, explain, listWaivers, revokeWaiver } from './index.ts'

let home: Installation

beforeAll(async () => {
  home = await openInstallation(textMission)
})
afterAll(() => home.close())

const shownOf = async (dataset: string, partition: string): Promise<string | undefined> =>
  (await findCell(home.db, 'tally', { dataset, partition }, home.now))?.shown

test('what failed is waived, with all that needs it; who and why are told; taken back, it is as before', async () => {
  await home.deliver('ta_cnt_day_l0_20260101_v0.0.0.txt', 'boom\n')
  await home.settle()
  const cell = { mission: 'tally', dataset: 'ta_cnt_day_l1', partition: '2026-01-01', actor: 'Ada' }
  expect(await shownOf('ta_cnt_day_l1', '2026-01-01')).toBe('failed')
  await addWaiver(home.pipeline, { ...cell, reason: 'boom deployment' })
  expect(await shownOf('ta_cnt_day_l1', '2026-01-01')).toBe('waived')
  expect(await shownOf('ta_cnt_day_l2', '2026-01-01')).toBe('waived')
  const why = await explain(home.db, 'tally', 'ta_cnt_day_l2', '2026-01-01', home.now)
  expect(why?.chain.map(l => l.text)).toEqual([
    'needs ta_cnt_day_l1 2026-01-01, which is waived',
    'waived by Ada on 2026-11-23: boom deployment',
  ])
  await home.planner.sweep()
  expect(await shownOf('ta_cnt_day_l1', '2026-01-01')).toBe('waived')
  expect(await listWaivers(home.db)).toMatchObject([{ dataset: 'ta_cnt_day_l1', actor: 'Ada', reason: 'boom deployment' }])
  await expect(addWaiver(home.pipeline, { ...cell, reason: 'again' })).rejects.toThrow('is waived already, by Ada: boom deployment')

  await revokeWaiver(home.pipeline, { ...cell, actor: 'Bea' })
  expect(await shownOf('ta_cnt_day_l1', '2026-01-01')).toBe('failed')
  expect(await shownOf('ta_cnt_day_l2', '2026-01-01')).toBe('waiting')
  expect((await listActs(home.db, 2)).map(a => [a.actor, a.act, a.object])).toEqual([
    ['Bea', 'waiver.revoke', 'ta_cnt_day_l1 2026-01-01'],
    ['Ada', 'waiver.add', 'ta_cnt_day_l1 2026-01-01'],
  ])
  expect(await listWaivers(home.db, 'tally')).toEqual([])
  await expect(revokeWaiver(home.pipeline, cell)).rejects.toThrow('is not waived')
})

test('what comes nevertheless is taken', async () => {
  await home.deliver('ta_cnt_day_l0_20260102_v0.0.0.txt', 'boom\n')
  await home.settle()
  const cell = { mission: 'tally', dataset: 'ta_cnt_day_l1', partition: '2026-01-02', actor: 'Ada' }
  await addWaiver(home.pipeline, { ...cell, reason: 'no' })
  await home.deliver('ta_cnt_day_l0_20260102_v0.0.1.txt', 'fine\n')
  await home.settle()
  expect(await shownOf('ta_cnt_day_l1', '2026-01-02')).toBe('made')
  expect(await shownOf('ta_cnt_day_l2', '2026-01-02')).toBe('made')
  // a waiver that says nothing any more can still be taken back
  await revokeWaiver(home.pipeline, cell)
})

test('what cannot be waived is said', async () => {
  await home.deliver('ta_cnt_day_l0_20260103_v0.0.0.txt', 'fine\n')
  await home.deliver('tb_cnt_day_l0_20260103_v0.0.0.txt', 'boom\n')
  await home.settle()
  const tryTo = (dataset: string, reason: string): Promise<void> =>
    addWaiver(home.pipeline, { mission: 'tally', dataset, partition: '2026-01-03', reason, actor: 'Ada' })
  await expect(tryTo('ta_cnt_day_l2', 'why not')).rejects.toThrow('ta_cnt_day_l2 2026-01-03 cannot be waived: it is made')
  await expect(tryTo('tb_cnt_day_l1', ' ')).rejects.toThrow('a waiver needs a reason')
  await expect(tryTo('ta_cnt_day_l9', 'why not')).rejects.toThrow('nothing is expected for ta_cnt_day_l9 2026-01-03')
})
