import { expect, test } from 'vitest'
import { readBurstTables } from '#test/burst'
import { cycleQuality, evaluateTriggers, inForce, missionQuality, selectAutomatically, regularGrid, type TriggerRecord } from './index.ts'

const tables = readBurstTables()
// On the grid of ten seconds; the region begins inside of a cycle, which is not of it.
const from = 1_973_183_440
const region = { from: from - 3, to: from + 6004 }
const quiet = [3, 3, 3, 2, 6, 8, 6, 3]
const numbers = (cycle: number): readonly number[] => (cycle >= 200 && cycle < 230 ? quiet.map(n => n + 40 + (cycle % 7)) : quiet)
const record = (cycle: number, shift = 0): TriggerRecord => ({ tai: from + 10 * cycle + shift, numbers: numbers(cycle) })
const whole = Array.from({ length: 600 }, (_, i) => record(i))

test('qualities are those of the tables in force, and the selection is the automatic one', () => {
  const evaluation = evaluateTriggers(tables, region, [whole, whole, whole, whole])!
  const season = inForce(tables.triggers, from)
  const { cycles, segments, metadatainfo } = evaluation.automatic
  expect(cycles.timestamps).toEqual(regularGrid(from, 600, 10).starts)
  const cdq = season.spacecraft.map(table => cycleQuality(numbers(215), table))
  expect(evaluation.spacecraft.map(craft => craft.cdq[215])).toEqual(cdq.map(quality => expect.closeTo(quality, 3) as unknown))
  expect(cycles.mdq[215]).toBeCloseTo(missionQuality(cdq, tables.missionWeights), 3)
  const selected = selectAutomatically(regularGrid(from, 600, 10), cycles.mdq.map(Number), inForce(tables.automatic, from))
  expect(selected.valid && selected.segments.length > 0).toBe(true)
  expect(segments.map(({ start, stop, fom }) => ({ start, stop, fom }))).toEqual(selected.valid ? selected.segments : [])
  expect(metadatainfo).toBe('MMS1=100.00% MMS2=100.00% MMS3=100.00% MMS4=100.00%')
})

test('the same records in another order, twice, or a second off the grid give the same', () => {
  const shifted = whole.map((_, i) => record(i, i % 3 === 0 ? 1 : 0))
  const muddled = [...shifted.toReversed(), ...whole.slice(100, 300)]
  expect(evaluateTriggers(tables, region, [muddled, whole, muddled, whole])).toEqual(
    evaluateTriggers(tables, region, [whole, whole, whole, whole]),
  )
})

test('what did not come counts nothing and is told; what is outside of the region or between cycles is passed over', () => {
  const stray = [record(-1), record(600), record(7, 4)]
  const evaluation = evaluateTriggers(tables, region, [whole.slice(0, 300), [...whole, ...stray], []])!
  expect(evaluation.automatic.metadatainfo).toBe('MMS1=50.00% MMS2=100.00% MMS3=0.00% MMS4=0.00%')
  expect(evaluation.spacecraft.map(({ received }) => received)).toEqual([300, 600, 0, 0])
  expect(evaluation.spacecraft[0]).toMatchObject({ id: 'mms1' })
  expect([evaluation.spacecraft[0]!.cdq[299], evaluation.spacecraft[0]!.cdq[300]]).toEqual([0, null])
  expect(evaluation.automatic.cycles.mdq.every(quality => Number.isFinite(quality))).toBe(true)
})

test('nothing worth selecting leaves the window to people; no trigger data and no cycle are no evaluation', () => {
  const dull = whole.map(({ tai }) => ({ tai, numbers: quiet }))
  expect(evaluateTriggers(tables, region, [dull, dull, dull, dull])).toMatchObject({
    nothing: 'no valid buffers in 600 cycles',
    automatic: { valid: true, segments: [] },
  })
  expect(evaluateTriggers(tables, region, [[], [], [], []])).toBeUndefined()
  expect(evaluateTriggers(tables, { from, to: from + 9 }, [whole])).toBeUndefined()
})
