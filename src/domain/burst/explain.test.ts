import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readBurstTables } from '#test/burst'
import { explainSegment, meritOf, qualitiesOf, slidingQuality, type CycleTriggers } from './index.ts'

const tables = readBurstTables()
const season = tables.triggers[0]!.value
const shape = { window: 6, slope: 20, skew: 0.5, bias: 0.5 }
const win = tables.missionWeights
const quiet = Array.from(season.terms, () => 0)

test('a jump of one component on one spacecraft carries the figure of merit', () => {
  const jump = season.terms.map(term => (term === 'dfg-jump-z' ? 104 : 0))
  const triggers: CycleTriggers[] = Array.from({ length: 40 }, (_, i) => [quiet, i >= 20 && i < 24 ? jump : quiet, undefined, quiet])
  const mdq = qualitiesOf(triggers, season, win)
  // (104 - 4) of weight 0.2, and the largest of the four counts 0.4.
  expect(mdq[20]).toBeCloseTo(8, 12)
  const { merit, terms, rest } = explainSegment({ mdq, triggers, season, win, shape }, 15, 30)
  expect(terms.map(({ spacecraft, term }) => [spacecraft, term])).toEqual([[1, 'dfg-jump-z']])
  expect(terms[0]?.share).toBeCloseTo(merit.fom, 9)
  expect(new Set(merit.shares.filter(({ share }) => share > 0).map(({ cycle }) => cycle))).toEqual(new Set([20, 21, 22, 23]))
  expect(rest).toBeCloseTo(0, 9)
})

test('the shares of cycles and those of terms sum to the figure of merit', () => {
  const anyNumbers = fc.option(
    fc.array(fc.integer({ min: 0, max: 255 }), { minLength: season.terms.length, maxLength: season.terms.length }),
    { nil: undefined },
  )
  fc.assert(
    fc.property(fc.array(fc.tuple(anyNumbers, anyNumbers, anyNumbers, anyNumbers), { minLength: 10, maxLength: 30 }), triggers => {
      const mdq = qualitiesOf(triggers, season, win)
      const { merit, terms, rest } = explainSegment({ mdq, triggers, season, win, shape }, 3, 8)
      expect(merit.fom).toBeCloseTo(meritOf(mdq, slidingQuality(mdq, shape), 3, 8, shape), 9)
      expect(merit.shares.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(merit.fom, 9)
      expect(terms.reduce((sum, { share }) => sum + share, 0) + rest).toBeCloseTo(merit.fom, 9)
      expect(rest).toBeCloseTo(0, 9)
    }),
    { numRuns: 50 },
  )
})

test('qualities that came rounded leave a rest, and cycles without numbers do too', () => {
  const triggers: CycleTriggers[] = Array.from({ length: 12 }, () => [season.terms.map(() => 60), quiet, quiet, quiet])
  const mdq = Array.from(qualitiesOf(triggers, season, win), quality => Math.round(quality))
  const explained = explainSegment(
    { mdq, triggers: triggers.map((cycle, i) => (i % 2 === 0 ? cycle : undefined)), season, win, shape },
    2,
    9,
  )
  expect(Math.abs(explained.rest)).toBeGreaterThan(0.2)
})
