import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { contains, gaps, intersect, interval, merge, overlaps, type Interval, type Tt2000 } from './index.ts'

const span = (start: number, stop: number): Interval => ({ start: BigInt(start) as Tt2000, stop: BigInt(stop) as Tt2000 })
const anySpan = fc.tuple(fc.integer({ min: 0, max: 30 }), fc.integer({ min: 0, max: 8 })).map(([a, n]) => span(a, a + n))
const moments = Array.from({ length: 40 }, (_, i) => BigInt(i) as Tt2000)
const covered = (list: readonly Interval[]): readonly bigint[] => moments.filter(t => list.some(i => contains(i, t)))

test('an interval is half-open', () => {
  expect([contains(span(1, 3), 1n as Tt2000), contains(span(1, 3), 3n as Tt2000)]).toEqual([true, false])
  expect(overlaps(span(1, 3), span(3, 5))).toBe(false)
  expect(overlaps(span(1, 3), span(2, 2))).toBe(false)
  expect(() => interval(3n as Tt2000, 1n as Tt2000)).toThrow(expect.objectContaining({ code: 'time/backward' }))
  expect(interval(1n as Tt2000, 3n as Tt2000)).toEqual(span(1, 3))
})

test('the intersection holds what both hold', () => {
  fc.assert(
    fc.property(anySpan, anySpan, (a, b) => {
      const both = intersect(a, b)
      expect(both !== undefined).toBe(overlaps(a, b))
      expect(covered(both === undefined ? [] : [both])).toEqual(moments.filter(t => contains(a, t) && contains(b, t)))
    }),
  )
})

test('merging keeps every moment and leaves disjoint intervals in order', () => {
  fc.assert(
    fc.property(fc.array(anySpan), list => {
      const merged = merge(list)
      expect(covered(merged)).toEqual(covered(list))
      merged.slice(1).forEach((next, i) => expect(next.start > (merged[i] as Interval).stop).toBe(true))
    }),
  )
})

test('gaps are what is wanted and not there', () => {
  fc.assert(
    fc.property(fc.array(anySpan), anySpan, (have, want) => {
      expect(covered(gaps(have, want))).toEqual(covered([want]).filter(t => !covered(have).includes(t)))
    }),
  )
  expect(gaps([span(2, 4)], span(0, 10))).toEqual([span(0, 2), span(4, 10)])
})
