import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { coveredLength, dayMs, describeRule, followsEvents, isTiled, overlap, partitionAt, partitionsOf } from './index.ts'
import type { PartitionRule } from './index.ts'

const utc = (text: string): number => Date.parse(text)
const at = utc('2016-12-09T09:03:04Z')

test.each<[PartitionRule, number | undefined, string, string, string]>([
  [{ kind: 'day' }, undefined, '2016-12-09', '2016-12-09T00:00:00Z', '2016-12-10T00:00:00Z'],
  [{ kind: 'hours', hours: 2 }, undefined, '2016-12-09T08', '2016-12-09T08:00:00Z', '2016-12-09T10:00:00Z'],
  [{ kind: 'tag' }, undefined, '20161209090304', '2016-12-09T09:03:04Z', '2016-12-09T09:03:05Z'],
  [{ kind: 'tag' }, at + 90_000, '20161209090304', '2016-12-09T09:03:04Z', '2016-12-09T09:04:34Z'],
  [{ kind: 'contact' }, at + 3_600_000, '20161209090304', '2016-12-09T09:03:04Z', '2016-12-09T10:03:04Z'],
])('%o at a moment', (rule, stop, key, start, end) => {
  expect(partitionAt(rule, at, stop)).toEqual({ kind: rule.kind, key, start: utc(start), stop: utc(end) })
})

describe('a span in days', () => {
  test('is as long as the name says, a day at least', () => {
    const day = utc('2019-01-27')
    expect(partitionAt({ kind: 'span' }, day, day + 2 * dayMs)).toEqual({
      kind: 'span',
      key: '2019-01-27',
      start: day,
      stop: day + 2 * dayMs,
    })
    expect(partitionAt({ kind: 'span' }, day)).toMatchObject({ start: day, stop: day + dayMs })
    expect(partitionAt({ kind: 'span' }, day, day)).toMatchObject({ stop: day + dayMs })
  })
})

test('before 1970 partitions still contain their moment', () => {
  const early = utc('1969-12-31T23:30:00Z')
  expect(partitionAt({ kind: 'day' }, early)).toMatchObject({ key: '1969-12-31', start: utc('1969-12-31') })
})

test('one partition at the start for rules that follow names', () => {
  for (const kind of ['tag', 'contact', 'span'] as const)
    expect(partitionsOf({ kind }, { start: at, stop: at + 3 * dayMs })).toEqual([partitionAt({ kind }, at, at + 3 * dayMs)])
})

test('an empty span touches no day', () => {
  const midnight = utc('2020-01-01')
  expect(partitionsOf({ kind: 'day' }, { start: midnight, stop: midnight })).toEqual([])
  expect(partitionsOf({ kind: 'day' }, { start: midnight, stop: midnight + 1 }).map(p => p.key)).toEqual(['2020-01-01'])
  expect(partitionsOf({ kind: 'day' }, { start: midnight - 1, stop: midnight }).map(p => p.key)).toEqual(['2019-12-31'])
})

test('days and hours tile a span without gaps, keys sort by time', () => {
  const rule = fc.constantFrom<PartitionRule>(
    { kind: 'day' },
    { kind: 'hours', hours: 1 },
    { kind: 'hours', hours: 2 },
    { kind: 'hours', hours: 6 },
  )
  const start = fc.integer({ min: 0, max: utc('2090-01-01') })
  fc.assert(
    fc.property(rule, start, fc.integer({ min: 1, max: 5 * dayMs }), (r, from, length) => {
      const span = { start: from, stop: from + length }
      const all = partitionsOf(r, span)
      expect(all[0]?.start).toBeLessThanOrEqual(span.start)
      expect(all.at(-1)?.stop).toBeGreaterThanOrEqual(span.stop)
      for (const [i, p] of all.entries()) {
        expect(overlap(p, span)).toBe(true)
        expect(partitionAt(r, p.start)).toEqual(p)
        const next = all[i + 1]
        if (next === undefined) continue
        expect(next.start).toBe(p.stop)
        expect(p.key < next.key).toBe(true)
      }
    }),
  )
})

test('neighbours do not overlap: spans are half-open', () => {
  expect(overlap({ start: 0, stop: 10 }, { start: 10, stop: 20 })).toBe(false)
  expect(overlap({ start: 0, stop: 11 }, { start: 10, stop: 20 })).toBe(true)
})

describe('rules beyond days', () => {
  test('months follow the calendar, the mission is one', () => {
    expect(partitionsOf({ kind: 'month' }, { start: utc('2027-12-31'), stop: utc('2028-03-01T00:00:00.001Z') })).toEqual([
      { kind: 'month', key: '2027-12', start: utc('2027-12-01'), stop: utc('2028-01-01') },
      { kind: 'month', key: '2028-01', start: utc('2028-01-01'), stop: utc('2028-02-01') },
      { kind: 'month', key: '2028-02', start: utc('2028-02-01'), stop: utc('2028-03-01') },
      { kind: 'month', key: '2028-03', start: utc('2028-03-01'), stop: utc('2028-04-01') },
    ])
    const rule = { kind: 'mission', begins: utc('2015-03-13') } as const
    expect(partitionsOf(rule, { start: utc('2020-01-01'), stop: utc('2020-01-02') })).toEqual([
      { kind: 'mission', key: 'mission', start: rule.begins, stop: utc('2200-01-01') },
    ])
    expect(partitionsOf(rule, { start: utc('2014-01-01'), stop: utc('2014-01-02') })).toEqual([])
  })

  test('a validity without end has none', () => {
    expect(partitionAt({ kind: 'validity' }, at)).toMatchObject({ key: '20161209090304', start: at, stop: utc('2200-01-01') })
    expect(partitionAt({ kind: 'validity' }, at, at + dayMs)).toMatchObject({ stop: at + dayMs })
  })

  test('events give partitions, calendars others: no rule is both', () => {
    const rules: readonly PartitionRule[] = [
      { kind: 'day' },
      { kind: 'hours', hours: 2 },
      { kind: 'month' },
      { kind: 'mission', begins: 0 },
      { kind: 'orbit' },
      { kind: 'region', region: 'sroi' },
      { kind: 'segment' },
      { kind: 'contact' },
      { kind: 'tag' },
      { kind: 'span' },
      { kind: 'validity' },
    ]
    expect(rules.filter(isTiled).map(describeRule)).toEqual(['day', '2 hours', 'month', 'whole mission'])
    expect(rules.filter(followsEvents).map(describeRule)).toEqual(['orbit', 'region sroi', 'burst segment', 'contact'])
  })
})

test('what spans cover of a window is what a count of minutes finds', () => {
  const minute = fc.integer({ min: 0, max: 60 })
  const spans = fc.array(fc.tuple(minute, minute).map(([a, b]) => ({ start: Math.min(a, b), stop: Math.max(a, b) })))
  fc.assert(
    fc.property(spans, minute, minute, (all, a, b) => {
      const window = { start: Math.min(a, b), stop: Math.max(a, b) }
      let count = 0
      for (let t = window.start; t < window.stop; t++) if (all.some(s => s.start <= t && t < s.stop)) count++
      expect(coveredLength(all, window)).toBe(count)
    }),
  )
})
