import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { countBefore, joinSpans } from './join-spans.ts'

const list = (...times: readonly number[]): BigInt64Array => BigInt64Array.from(times, BigInt)
const joined = (files: readonly BigInt64Array[]): [file: number, time: number][] =>
  joinSpans(files).flatMap(({ file, from, to }) =>
    Array.from(files[file]?.slice(from, to) ?? [], t => [file, Number(t)] as [number, number]),
  )

test('the later file holds over its span', () => {
  expect(joined([list(0, 10, 20, 30), list(15, 25, 35)])).toEqual([
    [0, 0],
    [0, 10],
    [1, 15],
    [1, 25],
    [1, 35],
  ])
})

test('a short later file leaves the earlier one before and behind it', () => {
  expect(joined([list(0, 10, 20, 30, 40), list(15, 20)])).toEqual([
    [0, 0],
    [0, 10],
    [1, 15],
    [1, 20],
    [0, 30],
    [0, 40],
  ])
})

test('empty files and gaps do no harm', () => {
  expect(joined([list(), list(50, 60), list(), list(0, 10)])).toEqual([
    [3, 0],
    [3, 10],
    [1, 50],
    [1, 60],
  ])
  expect(joinSpans([])).toEqual([])
})

const file = fc.uniqueArray(fc.integer({ min: 0, max: 60 }), { maxLength: 12 }).map(times => list(...times.sort((a, b) => a - b)))

test('always in order, and each moment that lies in a file is covered as well', () => {
  fc.assert(
    fc.property(fc.array(file, { maxLength: 5 }), files => {
      const times = joined(files).map(([, time]) => time)
      expect(times).toEqual([...new Set(times)].sort((a, b) => a - b))
      for (const one of files) {
        if (one.length === 0) continue
        expect(times.some(t => t <= Number(one[0]))).toBe(true)
        expect(times.some(t => t >= Number(one.at(-1)))).toBe(true)
      }
    }),
  )
})

test('counts what lies before a moment', () => {
  fc.assert(
    fc.property(file, fc.integer({ min: -5, max: 70 }), (times, limit) => {
      expect(countBefore(times, BigInt(limit))).toBe(times.filter(t => t < BigInt(limit)).length)
    }),
  )
})
