import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { makeColumns, reduceColumns } from './columns.ts'
import type { Samples } from './figure.ts'
import { findMaxGap, interpolateAt, lowerBound, pickQuantiles, sampleRange } from './samples.ts'

const samplesOf = (times: readonly number[], values: readonly number[], maxGap = Number.POSITIVE_INFINITY): Samples => ({
  times: Float64Array.from(times),
  values: Float64Array.from(values),
  maxGap,
})

function reduce(
  samples: Samples,
  start: number,
  stop: number,
  count: number,
  scale: 'linear' | 'log' = 'linear',
): { low: number[]; high: number[] } {
  const columns = makeColumns(count)
  reduceColumns(samples, start, stop, scale, columns)
  return { low: [...columns.low], high: [...columns.high] }
}

const series = fc
  .array(fc.record({ step: fc.double({ min: 0.01, max: 3, noNaN: true }), value: fc.integer({ min: -1000, max: 1000 }) }), {
    minLength: 1,
    maxLength: 300,
  })
  .map(steps => {
    let time = 0
    return samplesOf(
      steps.map(({ step }) => (time += step)),
      steps.map(({ value }) => value),
    )
  })

test('no sample is lost: every value in view lies inside its column', () => {
  fc.assert(
    fc.property(series, fc.integer({ min: 1, max: 60 }), (samples, count) => {
      const stop = (samples.times.at(-1) as number) + 1
      const { low, high } = reduce(samples, 0, stop, count)
      for (const [index, time] of samples.times.entries()) {
        const column = Math.floor(time * (count / stop))
        expect(low[column]).toBeLessThanOrEqual(samples.values[index] as number)
        expect(high[column]).toBeGreaterThanOrEqual(samples.values[index] as number)
      }
    }),
  )
})

test('no value is invented: columns stay inside the extent of the samples', () => {
  fc.assert(
    fc.property(series, fc.integer({ min: 1, max: 60 }), (samples, count) => {
      const { low, high } = reduce(samples, 0, (samples.times.at(-1) as number) + 1, count)
      const least = Math.min(...samples.values)
      const most = Math.max(...samples.values)
      for (let column = 0; column < count; column++) {
        if ((low[column] as number) > (high[column] as number)) continue
        expect(low[column]).toBeGreaterThanOrEqual(least - 1e-2)
        expect(high[column]).toBeLessThanOrEqual(most + 1e-2)
      }
    }),
  )
})

test('a line without gaps leaves no empty column between its ends', () => {
  fc.assert(
    fc.property(series, fc.integer({ min: 1, max: 60 }), (samples, count) => {
      const stop = (samples.times.at(-1) as number) + 1
      const { low, high } = reduce(samples, 0, stop, count)
      const first = Math.floor((samples.times[0] as number) * (count / stop))
      const last = Math.floor((samples.times.at(-1) as number) * (count / stop))
      for (let column = first; column <= last; column++) expect(low[column]).toBeLessThanOrEqual(high[column] as number)
    }),
  )
})

test('a gap stays a gap, whether by time or by not-a-number', () => {
  const empty = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]
  const byTime = reduce(samplesOf([0.5, 1.5, 4.5, 5.5], [1, 2, 3, 4], 2), 0, 6, 6)
  expect(byTime.low.slice(2, 4)).toEqual(empty)
  const byValue = reduce(samplesOf([0.5, 1.5, 3, 4.5, 5.5], [1, 2, Number.NaN, 3, 4]), 0, 6, 6)
  expect(byValue.low.slice(2, 4)).toEqual(empty)
  const joined = reduce(samplesOf([0.5, 1.5, 4.5, 5.5], [1, 2, 3, 4], 3), 0, 6, 6)
  expect(joined.low.slice(2, 4)).toEqual([expect.closeTo(2 + 0.5 / 3, 5), expect.closeTo(2.5, 5)])
})

test('lines enter and leave the picture from samples outside it', () => {
  const { low, high } = reduce(samplesOf([-10, 20], [0, 30]), 0, 10, 5)
  expect(low[0]).toBeCloseTo(10)
  expect(high[4]).toBeCloseTo(20)
})

test('a logarithmic scale works in decades and treats zero and below as a gap', () => {
  const { low, high } = reduce(samplesOf([0.5, 1.5, 2.5], [10, 0, 1000]), 0, 3, 3, 'log')
  expect(low[0]).toBe(1)
  expect(low[1]).toBe(Number.POSITIVE_INFINITY)
  expect(high[2]).toBe(3)
})

test('components of interleaved vectors are picked by stride and offset', () => {
  const samples = { times: Float64Array.of(0.5, 1.5), values: Float32Array.of(1, 2, 3, 4, 5, 6), stride: 3, offset: 2, maxGap: 5 }
  expect(reduce(samples, 0, 2, 2).low[0]).toBe(3)
  expect(sampleRange(samples, 0, 2, 'linear')).toEqual([3, 6])
})

test('lower bound agrees with counting', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 50 })), fc.integer({ min: -1, max: 51 }), (list, time) => {
      const times = Float64Array.from(list).sort()
      expect(lowerBound(times, time)).toBe(list.filter(value => value < time).length)
    }),
  )
})

test('the longest step that is no gap is four usual steps, whatever a few gaps do', () => {
  expect(findMaxGap(Float64Array.of(0, 10, 20, 30, 500, 510, 520))).toBe(40)
  expect(findMaxGap(Float64Array.of(7))).toBe(Number.POSITIVE_INFINITY)
})

test('a position is interpolated between its neighbours, up to one step beyond the ends, and absent in a gap', () => {
  const samples = samplesOf([0, 10, 100, 110], [0, 1, Number.NaN, 3], 40)
  expect(interpolateAt(samples, 4)).toBeCloseTo(0.4)
  expect(interpolateAt(samples, 10)).toBe(1)
  expect(interpolateAt(samples, 110)).toBe(3)
  expect(interpolateAt(samples, -5)).toBeCloseTo(-0.5)
  expect(interpolateAt(samplesOf([0, 10], [0, 1], 40), 15)).toBeCloseTo(1.5)
  for (const time of [-11, 50, 100, 105, 111, 121]) expect(interpolateAt(samples, time)).toBeUndefined()
  expect(interpolateAt(samplesOf([0], [1]), 0)).toBeUndefined()
})

test('quantiles leave out what cannot be shown', () => {
  const values = Float64Array.of(0, -3, Number.NaN, 1, 2, 3, 4, 5)
  expect(pickQuantiles(values, 0, 8, 'log', [0, 0.5, 1])).toEqual([1, 3, 5])
  expect(pickQuantiles(values, 0, 3, 'log', [0.5])).toEqual([])
})
