import { describe, expect, test } from 'vitest'
import { formatAge, formatBytes, formatDayOfYear, formatDuration, formatNumberOf, formatPartition, formatSpan } from './words.ts'

const at = (text: string): number => Date.parse(text)

describe('how pages write times and numbers', () => {
  test.each([
    ['2026-11-24', '2026-11-25', '2026-11-24'],
    ['2026-11-24', '2026-11-27', '2026-11-24 – 2026-11-26'],
    ['2026-11-24T02:10:00Z', '2026-11-24T04:00:00Z', '2026-11-24T02:10 – 04:00Z'],
    ['2026-11-24T22:00:00Z', '2026-11-25', '2026-11-24T22:00 – 2026-11-25T00:00Z'],
  ])('the span %s to %s drops what repeats', (start, stop, text) => {
    expect(formatSpan(at(start), at(stop))).toBe(text)
  })
  test.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [99_949, '99.9 kB'],
    [999_499, '999 kB'],
    [999_500, '1.0 MB'],
    [1.2e9, '1.2 GB'],
    [3e18, '3000 PB'],
  ])('%i bytes', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text.replace(' ', '\u2009'))
  })
  test.each([
    [-500, '1 s ago'],
    [-90_000, '2 min ago'],
    [-5_400_000, '2 h ago'],
    [-3 * 86_400_000, '3 d ago'],
    [7_200_000, 'in 2 h'],
  ])('an age of %i ms', (away, text) => {
    expect(formatAge(at('2026-11-24') + away, at('2026-11-24'))).toBe(text)
  })
  test.each([
    [40, '40 ms'],
    [3200, '3 s'],
    [240_000, '4 min'],
    [280_000, '4 min 40 s'],
    [7_500_000, '2 h 5 min'],
  ])('%i ms as a duration', (ms, text) => {
    expect(formatDuration(ms)).toBe(text)
  })
  test('days of the year, counts, partitions', () => {
    expect([formatDayOfYear(at('2026-11-24')), formatDayOfYear(at('2024-12-31T23:59:59Z'))]).toEqual(['2026-328', '2024-366'])
    expect([formatNumberOf(1, 'try', 'tries'), formatNumberOf(1029, 'file')]).toEqual(['1 try', '1,029 files'])
    expect(['2026-11-22', '2026-11-22T08', '20261122093600', '20261122093604'].map(formatPartition)).toEqual([
      '2026-11-22',
      '2026-11-22T08',
      '2026-11-22T09:36Z',
      '2026-11-22T09:36:04Z',
    ])
  })
})
