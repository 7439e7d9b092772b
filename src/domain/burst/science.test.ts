import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readBurstTables } from '#test/burst'
import {
  cycleQuality,
  explainMerit,
  inForce,
  makeGrid,
  meritOf,
  missionQuality,
  missionWeights,
  rankWeights,
  regularGrid,
  selectAutomatically,
  slidingQuality,
  triggerTerms,
  type AutomaticParameters,
  type MeritShape,
} from './index.ts'

const table = { weights: [0.5, 0.3, 0.2], offsets: [10, 0, 5], below: 'zero' as const }

describe('qualities', () => {
  test.each([
    ['above the offsets', [20, 10, 15], 5 + 3 + 2],
    ['below an offset counts nothing', [0, 10, 15], 3 + 2],
    ['what is missing counts 0', [20], 5],
    ['what is no number counts 0', [20, Number.NaN, 15], 5 + 2],
  ])('CDQ: %s', (_, numbers, want) => expect(cycleQuality(numbers, table)).toBeCloseTo(want, 12))

  test('CDQ may go below zero where the table says so', () => {
    expect([...triggerTerms([2, 4, 15], { ...table, below: 'negative' })]).toEqual([-8 * 0.5, 4 * 0.3, 10 * 0.2])
  })

  test('MDQ: the largest quality has the largest weight, the unknown counts 0', () => {
    const win = [0.1, 0.2, 0.3, 0.4]
    expect(missionQuality([40, 10, 30, 20], win)).toBeCloseTo(1 + 4 + 9 + 16, 12)
    expect(missionQuality([40, undefined, Number.NaN, 20], win)).toBeCloseTo(0.3 * 20 + 0.4 * 40, 12)
    expect([...missionWeights([40, 10, 30, 20], win)]).toEqual([0.4, 0.1, 0.3, 0.2])
    expect(missionQuality([], win)).toBe(0)
  })
})

const anyShape: fc.Arbitrary<MeritShape> = fc.record({
  window: fc.integer({ min: 1, max: 20 }),
  slope: fc.double({ min: 0, max: 100, noNaN: true }),
  skew: fc.double({ min: 0, max: 1, noNaN: true }),
  bias: fc.double({ min: 0, max: 1, noNaN: true }),
})
const anyMdq = fc.array(fc.integer({ min: 0, max: 2550 }), { minLength: 1, maxLength: 120 }).map(all => all.map(tenths => tenths / 10))

describe('figures of merit', () => {
  test('slope 0 is the mean, a steep slope with full skew the largest', () => {
    expect([...rankWeights(4, { window: 4, slope: 0, skew: 0, bias: 1 })]).toEqual([0.25, 0.25, 0.25, 0.25])
    const steep = rankWeights(10, { window: 10, slope: 100, skew: 1, bias: 1 })
    expect(steep[9]).toBeCloseTo(1, 6)
  })

  test('weights sum to 1 and ascend; qualities lie within the data; the fast window equals the plain one', () => {
    fc.assert(
      fc.property(anyMdq, anyShape, (mdq, shape) => {
        const weights = rankWeights(shape.window, shape)
        expect(weights.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9)
        const sliding = slidingQuality(mdq, shape)
        const at = (i: number): number => mdq[i] ?? 0
        for (let i = 0; i < mdq.length; i += 7) {
          const sorted = Array.from({ length: shape.window }, (_, k) => at(i - Math.floor(shape.window / 2) + k)).sort((a, b) => a - b)
          expect(sliding[i]).toBeCloseTo(
            sorted.reduce((sum, value, j) => sum + value * (weights[j] ?? 0), 0),
            9,
          )
        }
        expect(Math.max(...sliding)).toBeLessThanOrEqual(Math.max(...mdq) + 1e-9)
      }),
    )
  })

  test('an explanation gives the same figure, and its shares sum to it', () => {
    fc.assert(
      fc.property(anyMdq, anyShape, fc.nat(), fc.nat(), (mdq, shape, a, b) => {
        const start = a % mdq.length
        const stop = start + (b % (mdq.length - start))
        const sliding = slidingQuality(mdq, shape)
        const merit = explainMerit(mdq, sliding, start, stop, shape)
        expect(merit.fom).toBeCloseTo(meritOf(mdq, sliding, start, stop, shape), 9)
        expect(merit.shares.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(merit.fom, 9)
        expect(
          merit.shares.every(
            ({ cycle, share }, i) => share <= (merit.shares[i - 1]?.share ?? Infinity) && (share === 0 || cycle < mdq.length),
          ),
        ).toBe(true)
      }),
    )
  })
})

const parameters: AutomaticParameters = {
  targetBuffs: 20,
  fomAve: 0,
  targetRatio: 2,
  minSegmentSize: 4,
  maxSegmentSize: 10,
  pad: 1,
  padPasses: 1,
  split: 'remainder-first',
  searchRatio: 1,
  fomWindowSize: 2,
  fomSlope: 20,
  fomSkew: 0,
  fomBias: 1,
}

describe('automated selection', () => {
  test.each([
    ['no cycle', [], parameters, 1, 'no mission data quality'],
    ['no target', [1], { ...parameters, targetBuffs: 0 }, 2, 'no target: 0 buffers'],
    ['nothing but zeros', [0, 0, 0], parameters, 3, 'no valid buffers in 3 cycles'],
  ])('%s is an error with its number', (_, mdq, p, errno, words) => {
    const selected = selectAutomatically(regularGrid(0, mdq.length, 10), mdq, p)
    expect(selected).toMatchObject({ valid: false, errno })
    expect(selected.valid ? '' : selected.error).toContain(words)
  })

  test('no segment crosses a gap, none overlaps, lengths keep the limit, and all lie in the data', () => {
    const anyGrid = fc.array(fc.constantFrom(10, 10, 10, 10, 10, 300), { minLength: 30, maxLength: 150 })
    fc.assert(
      fc.property(
        anyGrid,
        fc.infiniteStream(fc.integer({ min: 0, max: 200 })),
        fc.record({
          target: fc.integer({ min: 1, max: 60 }),
          pad: fc.nat(4),
          passes: fc.constantFrom(1, 2),
          ave: fc.constantFrom(0, 30, 90),
          max: fc.constantFrom(0, 10, 25),
          split: fc.constantFrom('remainder-first' as const, 'clamped' as const),
        }),
        (steps, stream, knobs) => {
          let at = 0
          const grid = makeGrid(
            steps.map(step => (at += step)),
            10,
          )
          const mdq = [...stream.take(steps.length)]
          const p = {
            ...parameters,
            targetBuffs: knobs.target,
            pad: knobs.pad,
            padPasses: knobs.passes,
            fomAve: knobs.ave,
            maxSegmentSize: knobs.max,
            split: knobs.split,
          }
          const selected = selectAutomatically(grid, mdq, p)
          if (!selected.valid) return expect(selected.errno).toBe(3)
          let before = -1
          for (const { start, stop } of selected.segments) {
            expect(start).toBeGreaterThan(before)
            expect(stop).toBeGreaterThanOrEqual(start)
            expect(grid.runs.some(({ first, last }) => first <= start && stop <= last)).toBe(true)
            if (knobs.max > 0) expect(stop - start + 1).toBeLessThanOrEqual(knobs.max)
            before = stop
          }
          expect(selected.buffers).toBe(selected.segments.reduce((sum, { start, stop }) => sum + stop - start + 1, 0))
        },
      ),
    )
  })

  test('of two peaks the higher is taken first, and the count nearest to the target stands', () => {
    const mdq = Array.from({ length: 60 }, (_, i) => (i >= 10 && i < 18 ? 50 : i >= 40 && i < 48 ? 90 : 1))
    const p = { ...parameters, targetBuffs: 10 }
    const selected = selectAutomatically(regularGrid(0, 60, 10), mdq, p)
    expect(selected).toMatchObject({ valid: true, stoppedBy: 'nearest', buffers: 11, next: { start: 10 } })
    expect(selected.valid && selected.segments.map(({ start, stop }) => [start, stop])).toEqual([
      [39, 44],
      [45, 49],
    ])
  })

  test('every season of the mission has parameters that work', () => {
    const tables = readBurstTables()
    const mdq = Array.from({ length: 2000 }, (_, i) => Math.max(0, 100 * Math.sin(i / 60)))
    for (const { from, value } of tables.automatic) {
      expect(inForce(tables.automatic, from)).toBe(value)
      expect(selectAutomatically(regularGrid(0, mdq.length, tables.cycleSeconds), mdq, value).valid).toBe(true)
    }
  })
})
