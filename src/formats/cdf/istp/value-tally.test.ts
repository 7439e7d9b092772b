import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { extremesOf } from '#words'
import { checkIstp, checkIstpValues, encodeCdf, openCdfSync, type CdfVariable, type DatasetVariable } from '../index.ts'

const open = (variable: DatasetVariable): CdfVariable =>
  openCdfSync(encodeCdf({ attributes: {}, variables: [variable] })).variables.get(variable.name) as CdfVariable

/** What a plain loop counts. */
function naive(
  values: readonly (number | bigint)[],
  fill: number | bigint,
  low: readonly (number | bigint)[],
  high: readonly (number | bigint)[],
): readonly string[] {
  const outside = values.filter((v, i) => !Number.isNaN(v) && v !== fill && (v < low[i % low.length]! || v > high[i % high.length]!)).length
  const nan = values.filter(v => Number.isNaN(v)).length
  return [...(outside > 0 ? [`values/range ${outside}`] : []), ...(nan > 0 ? [`values/nan ${nan}`] : [])]
}

const told = (variable: CdfVariable): readonly string[] =>
  checkIstpValues(variable, variable.readBytesSync()).map(f => `${f.rule} ${/\d+/.exec(f.message)?.[0]}`)

test('numbers outside the limits of each component, NaN and fill are counted as by a plain loop', () => {
  const value = fc.oneof(fc.integer({ min: -20, max: 20 }), fc.constantFrom(Number.NaN, -1e31, Infinity))
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 12_000 }), fc.boolean(), (list, each) => {
      const values = Float64Array.from([...list, ...list, ...list])
      const [low, high] = each
        ? [
            [-10, -5, 0],
            [10, 5, 12],
          ]
        : [[-15], [15]]
      const x = open({ name: 'x', type: 'CDF_REAL8', dims: [3], values, attributes: { FILLVAL: -1e31, VALIDMIN: low, VALIDMAX: high } })
      expect(told(x)).toEqual(naive([...values], -1e31, low, high))
    }),
    { numRuns: 50 },
  )
})

const word = fc.oneof(
  fc.bigInt({ min: -5n, max: 5n }),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.constantFrom(-(2n ** 32n), 2n ** 32n, 2n ** 31n),
)

test('words of 64 bits: extremes, limits, order and fill', () => {
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 50 }), fc.boolean(), (list, sorted) => {
      const values = sorted ? list.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0)) : list
      const ordered = values.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0))
      expect(extremesOf(BigInt64Array.from(values))).toEqual([ordered[0], ordered.at(-1)])
      const fill = -(2n ** 63n)
      const t = open({
        name: 't',
        type: 'CDF_TIME_TT2000',
        values,
        attributes: { FILLVAL: fill, VALIDMIN: -(2n ** 33n), VALIDMAX: 2n ** 33n },
      })
      const kept = values.filter(v => v !== fill)
      const backward = kept.filter((v, i) => i > 0 && v < kept[i - 1]!).length
      const fills = values.length - kept.length
      const order = [...(backward > 0 ? [`epoch/order ${backward}`] : []), ...(fills > 0 ? [`epoch/fill ${fills}`] : [])]
      const found = checkIstpValues(t, t.readBytesSync()).map(f => `${f.rule} ${/(\d+) (?:values|times|of)/.exec(f.message)?.[1]}`)
      expect(found).toEqual([...naive(values, fill, [-(2n ** 33n)], [2n ** 33n]), ...order])
    }),
  )
})

test('values read before are found to be what values read by the check are', async () => {
  const values = [1, 2, Number.NaN, 40]
  const dataset = { attributes: {}, variables: [{ name: 'x', type: 'CDF_REAL4' as const, values, attributes: { VALIDMAX: 30 } }] }
  const found = (await checkIstp(dataset)).filter(f => f.rule.startsWith('values/'))
  const x = openCdfSync(encodeCdf(dataset)).variables.get('x') as CdfVariable
  expect(checkIstpValues(x, x.readBytesSync())).toEqual(found)
  expect(found).toHaveLength(2)
  expect(checkIstpValues(x, x.readBytesSync(), { severity: { 'values/nan': 'off' } })).toHaveLength(1)
})
