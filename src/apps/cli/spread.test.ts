import { expect, test } from 'vitest'
import { Spread } from './spread.ts'

test.each([0, 0.5, 0.95])('a spread tells within a hundredth what lies below a part of its values (%d)', part => {
  const spread = new Spread()
  const values = Array.from({ length: 2000 }, (_, i) => ((i * 7919) % 2000) + 1)
  for (const value of values) spread.add(value)
  const exact = values.toSorted((a, b) => a - b)[Math.max(0, Math.ceil(2000 * part) - 1)] ?? 0
  expect(Math.abs(spread.at(part) / exact - 1)).toBeLessThan(0.011)
  expect([spread.count, spread.most, spread.at(1)]).toEqual([2000, 2000, 2000])
})

test('weights count, and nothing is nothing', () => {
  const spread = new Spread()
  expect(spread.at(0.5)).toBe(0)
  spread.add(0, 90)
  spread.add(100, 10)
  expect([spread.at(0.9), Math.round(spread.at(0.91))]).toEqual([0, 100])
})
