import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { readSave, toPlain, variableOf } from '#formats/idlsave'
import { parseUtc, tai1958FromTt2000 } from '#formats/time'
import { readBurstTables } from '#test/burst'
import { sharedIsThere, sharedNote, sharedPath } from '#test/shared'
import {
  explainMerit,
  inForce,
  makeGrid,
  meritOf,
  meritShape,
  selectAutomatically,
  slidingQuality,
  type AutomaticParameters,
  type CycleGrid,
} from './index.ts'

type Sample = Readonly<Record<string, number>> & {
  readonly timestamps: readonly number[]
  readonly mdq: readonly number[]
  readonly start: readonly number[]
  readonly stop: readonly number[]
  readonly fom: readonly number[]
}

/** The public file in operational format, of January 2015: 2,736 cycles, 7 segments. It is the oracle, we make none of it. */
describe.skipIf(!sharedIsThere)(`the public sample of automated selections${sharedNote}`, () => {
  let sample: Sample
  let grid: CycleGrid
  let parameters: AutomaticParameters

  beforeAll(() => {
    const file = readSave(readFileSync(sharedPath('real', 'mms', 'sitl', 'abs_selections_sample.sav')))
    const value = variableOf(file, 'fomstr')
    if (value === undefined) throw new Error('the sample holds no fomstr')
    sample = toPlain(value) as Sample
    grid = makeGrid(sample.timestamps, 10)
    parameters = {
      targetBuffs: sample['targetbuffs'] ?? 0,
      fomAve: sample['fomave'] ?? 0,
      targetRatio: sample['targetratio'] ?? 0,
      minSegmentSize: sample['minsegmentsize'] ?? 0,
      maxSegmentSize: sample['maxsegmentsize'] ?? 0,
      pad: sample['pad'] ?? 0,
      padPasses: 2,
      split: 'remainder-first',
      searchRatio: sample['searchratio'] ?? 0,
      fomWindowSize: sample['fomwindowsize'] ?? 0,
      fomSlope: sample['fomslope'] ?? 0,
      fomSkew: sample['fomskew'] ?? 0,
      fomBias: sample['fombias'] ?? 0,
    }
  })

  test('its seven figures of merit are ours to the last bit but one of a float', () => {
    const shape = meritShape(parameters)
    const sliding = slidingQuality(sample.mdq, shape)
    expect(sample.fom).toHaveLength(7)
    for (const [i, fom] of sample.fom.entries()) {
      const ours = meritOf(sample.mdq, sliding, sample.start[i] ?? 0, sample.stop[i] ?? 0, shape)
      expect(Math.abs(ours / fom - 1)).toBeLessThan(1e-7)
      expect(explainMerit(sample.mdq, sliding, sample.start[i] ?? 0, sample.stop[i] ?? 0, shape).fom).toBeCloseTo(ours, 9)
    }
  })

  test('its segments are ours within a buffer, four of them exactly', () => {
    const ours = selectAutomatically(grid, sample.mdq, parameters)
    expect(ours.valid && ours.segments.map(({ start, stop }) => [start, stop])).toEqual([
      [735, 780], // sample: 736
      [1272, 1322],
      [1323, 1373],
      [1374, 1424],
      [1425, 1474],
      [1688, 1739], // sample: 1687
      [1740, 1791], // sample: 1792
    ])
    const bounds = ours.valid ? ours.segments.flatMap(({ start, stop }) => [start, stop]) : []
    const wanted = sample.start.flatMap((start, i) => [start, sample.stop[i] ?? 0])
    expect(Math.max(...bounds.map((bound, i) => Math.abs(bound - (wanted[i] ?? 0))))).toBe(1)
  })

  test('its stop rule: the next candidate lies below the mean', () => {
    const ours = selectAutomatically(grid, sample.mdq, parameters)
    expect(ours).toMatchObject({ valid: true, stoppedBy: 'mean' })
    if (!ours.valid) return
    expect(ours.next?.fom).toBeCloseTo(18.372, 3)
    expect(parameters.fomAve).toBeGreaterThan(ours.next?.fom ?? 0)
    expect(Math.abs(ours.buffers - (sample['nbuffs'] ?? 0))).toBeLessThanOrEqual(4)
  })

  test('the published steps, with one pad and parts of one size, stay within five buffers', () => {
    const ours = selectAutomatically(grid, sample.mdq, { ...parameters, padPasses: 1, split: 'clamped' })
    const starts = ours.valid ? ours.segments.map(({ start }) => start) : []
    expect(starts).toHaveLength(7)
    for (const [i, start] of starts.entries()) expect(Math.abs(start - (sample.start[i] ?? 0))).toBeLessThanOrEqual(5)
  })

  test('its parameters stand in the mission’s table at its time', () => {
    const january = Math.round(tai1958FromTt2000(parseUtc('2015-01-22T19:37:25')))
    const declared = inForce(readBurstTables().automatic, january)
    expect({ ...declared, fomAve: Math.fround(declared.fomAve) }).toEqual(parameters)
  })
})
