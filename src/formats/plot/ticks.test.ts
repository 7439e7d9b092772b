import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { dayOfYear, timeTicks, writeDateAndDay, writeSpan } from './time-ticks.ts'
import { linearTicks, logTicks, valueTicks, writeNumber } from './value-ticks.ts'

const labels = (ticks: readonly { readonly label: string }[]): string[] => ticks.map(tick => tick.label).filter(label => label !== '')

const ranges = fc
  .tuple(fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.double({ min: 1e-3, max: 1e6, noNaN: true }))
  .map(([low, span]) => [low, low + span] as const)

test('linear ticks lie inside the range, ascend, and have no more labels than there is room', () => {
  fc.assert(
    fc.property(ranges, fc.integer({ min: 2, max: 12 }), (range, most) => {
      const ticks = linearTicks(range, most)
      const slack = (range[1] - range[0]) * 1e-5
      for (const tick of ticks) expect(tick.value >= range[0] - slack && tick.value <= range[1] + slack).toBe(true)
      for (let index = 1; index < ticks.length; index++) expect(ticks[index]?.value).toBeGreaterThan(ticks[index - 1]?.value as number)
      expect(labels(ticks).length).toBeLessThanOrEqual(most)
      expect(new Set(labels(ticks)).size).toBe(labels(ticks).length)
    }),
  )
})

test('a linear label read back is its value', () => {
  fc.assert(
    fc.property(fc.double({ min: -500, max: 500, noNaN: true }), fc.double({ min: 0.01, max: 500, noNaN: true }), (low, span) => {
      for (const tick of linearTicks([low, low + span], 5)) {
        if (tick.label !== '') expect(Number(tick.label.replace('−', '-'))).toBeCloseTo(tick.value, 6)
      }
    }),
  )
})

test('logarithmic ticks hold every decade or every n-th, and each lies inside', () => {
  fc.assert(
    fc.property(fc.double({ min: -6, max: 6, noNaN: true }), fc.double({ min: 1, max: 12, noNaN: true }), (power, decades) => {
      const range = [10 ** power, 10 ** (power + decades)] as const
      const ticks = logTicks(range, 6)
      expect(labels(ticks).length).toBeGreaterThan(0)
      for (const tick of ticks) {
        expect(tick.value).toBeGreaterThanOrEqual(range[0] * (1 - 1e-6))
        expect(tick.value).toBeLessThanOrEqual(range[1] * (1 + 1e-6))
      }
    }),
  )
})

test.each([
  ['linear', [-43, 61], 6, ['−40', '−20', '0', '20', '40', '60']],
  ['linear', [0, 0.02], 5, ['0.000', '0.005', '0.010', '0.015', '0.020']],
  ['linear', [0, 250_000], 3, ['0', '1×10⁵', '2×10⁵']],
  ['linear', [990_000, 1_060_000], 4, ['1.00×10⁶', '1.02×10⁶', '1.04×10⁶', '1.06×10⁶']],
  ['linear', [5, 5], 3, []],
  ['log', [8, 40_000], 5, ['10', '10²', '10³', '10⁴']],
  ['log', [0.05, 700], 5, ['0.1', '1', '10', '100']],
  ['log', [1, 1e12], 4, ['1', '10³', '10⁶', '10⁹', '10¹²']],
  ['log', [1, 9], 5, ['1', '2', '5']],
  ['log', [2000, 30_000], 5, ['3×10³', '10⁴', '3×10⁴']],
  ['log', [10, 20], 5, ['10', '15', '20']],
  ['log', [-1, 20], 5, []],
] as const)('%s axis of %j with room for %i', (scale, range, most, expected) => {
  expect(labels(valueTicks(scale, range, most))).toEqual(expected)
})

test('numbers carry a true minus sign, and zero none', () => {
  expect(writeNumber(-4.25, 1)).toBe('−4.3')
  expect(writeNumber(-0.001, 1)).toBe('0.0')
})

const utc = (text: string): number => Date.parse(text)

test.each([
  [
    '2015-12-01T10:00Z',
    '2015-12-01T12:00Z',
    13,
    ['10:00', '10:10', '10:20', '10:30', '10:40', '10:50', '11:00', '11:10', '11:20', '11:30', '11:40', '11:50', '12:00'],
  ],
  ['2015-12-01T22:00Z', '2015-12-02T04:00Z', 6, ['22:00', '23:00', '12-02 · 336', '01:00', '02:00', '03:00', '04:00']],
  ['2016-12-09T09:03:55Z', '2016-12-09T09:04:10Z', 4, ['09:03:55', '09:04:00', '09:04:05', '09:04:10']],
  ['2016-12-09T09:03:55.000Z', '2016-12-09T09:03:55.200Z', 4, ['09:03:55.00', '09:03:55.05', '09:03:55.10', '09:03:55.15', '09:03:55.20']],
  ['2015-01-01T00:00Z', '2015-12-31T00:00Z', 5, ['03-06 · 065', '06-14 · 165', '09-22 · 265', '12-31 · 365']],
] as const)('time axis %s to %s with room for %i', (start, stop, most, expected) => {
  expect(labels(timeTicks(utc(start), utc(stop), most))).toEqual(expected)
})

test('time ticks ascend inside the range at whole multiples, never more labels than room', () => {
  const spans = fc.double({ min: 0, max: 10.5, noNaN: true }).map(power => 10 ** power)
  fc.assert(
    fc.property(
      fc.integer({ min: utc('1990-01-01'), max: utc('2040-01-01') }),
      spans,
      fc.integer({ min: 2, max: 16 }),
      (start, span, most) => {
        const ticks = timeTicks(start, start + span, most)
        for (const [index, tick] of ticks.entries()) {
          expect(tick.time >= start - 1e-3 && tick.time <= start + span + 1e-3).toBe(true)
          if (index > 0) expect(tick.time).toBeGreaterThan(ticks[index - 1]?.time as number)
        }
        expect(labels(ticks).length).toBeLessThanOrEqual(most + 1)
        expect(new Set(labels(ticks)).size).toBe(labels(ticks).length)
      },
    ),
  )
})

test('an empty span has no ticks', () => {
  expect(timeTicks(5, 5, 10)).toEqual([])
})

test('dates stand with their day of year', () => {
  expect(dayOfYear(utc('2016-12-31T23:59:59Z'))).toBe(366)
  expect(writeDateAndDay(utc('2025-01-07T00:00Z'))).toBe('2025-01-07 · 007')
})

test.each([
  ['2015-12-01T10:00Z', '2015-12-01T12:00Z', '10:00 – 12:00 UTC'],
  ['2015-12-01T00:00Z', '2015-12-02T00:00Z', '00:00 – 24:00 UTC'],
  ['2015-12-01T22:00Z', '2015-12-02T04:00Z', '22:00 – 2015-12-02 · 336 04:00 UTC'],
  ['2016-12-09T09:03:55Z', '2016-12-09T09:04:10Z', '09:03:55 – 09:04:10 UTC'],
  ['2016-12-09T23:59:30Z', '2016-12-10T00:00:00Z', '23:59:30 – 24:00:00 UTC'],
] as const)('span %s to %s is written %s', (start, stop, expected) => {
  expect(writeSpan(utc(start), utc(stop))).toBe(expected)
})
