import { describe, expect, test } from 'vitest'
import fc from 'fast-check'
import { parseUtc, tai1958FromTt2000 } from '#formats/time'
import { readBurstTables } from '#test/burst'
import {
  cutAtGaps,
  cycleAt,
  cycleEnd,
  cycleStart,
  cyclesWithin,
  everySpacecraft,
  makeGrid,
  membersOf,
  regularGrid,
  runAround,
  makeSelection,
  segmentLength,
  validateSelection,
} from './index.ts'

const anyGrid = fc
  .array(fc.constantFrom(10, 10, 10, 9, 11, 40, 3600), { minLength: 1, maxLength: 60 })
  .map(steps => makeGrid([1_812_820_840, ...steps.map((_, i) => 1_812_820_840 + steps.slice(0, i + 1).reduce((a, b) => a + b, 0))], 10))

describe('the grid of cycles', () => {
  test('finds gaps and forgives a second', () => {
    const grid = makeGrid([100, 110, 121, 130, 200, 210], 10)
    expect(grid.runs).toEqual([
      { first: 0, last: 3 },
      { first: 4, last: 5 },
    ])
    expect(runAround(grid, 5)).toEqual({ first: 4, last: 5 })
    expect(runAround(grid, 6)).toBeUndefined()
    expect(runAround(grid, 0.5)).toBeUndefined()
    expect([cycleAt(grid, 99), cycleAt(grid, 100), cycleAt(grid, 139), cycleAt(grid, 140), cycleAt(grid, 219), cycleAt(grid, 220)]).toEqual(
      [undefined, 0, 3, undefined, 5, undefined],
    )
    expect(cyclesWithin(grid, 105, 121)).toEqual({ first: 0, last: 1 })
    expect(cyclesWithin(grid, 145, 199)).toBeUndefined()
    expect(cyclesWithin(grid, 145, 201)).toEqual({ first: 4, last: 4 })
    expect(cutAtGaps(grid, -3, 99)).toEqual(grid.runs)
    expect(cycleEnd(grid, 5)).toBe(220)
    expect(cycleStart(grid, 9)).toBeNaN()
  })

  test.each([
    ['a second start at the same time', [100, 100], 10, /cycle 1 starts at 100, not after cycle 0/],
    ['a fraction of a second', [100.5], 10, /cycle 0 starts at 100.5, which is no whole TAI second/],
    ['a cycle without length', [100], 0, /longer than 0 s/],
  ])('refuses %s', (_, starts, step, message) => expect(() => makeGrid(starts, step)).toThrow(message))

  test('runs are a partition of the cycles, and every cycle is found by its time', () => {
    fc.assert(
      fc.property(anyGrid, grid => {
        expect(grid.runs.flatMap(run => Array.from({ length: run.last - run.first + 1 }, (_, i) => run.first + i))).toEqual(
          grid.starts.map((_, i) => i),
        )
        for (const [i, start] of grid.starts.entries()) expect(cycleAt(grid, start)).toBe(i)
      }),
    )
  })

  test('a time without gaps is one run', () => expect(regularGrid(0, 16_560, 10).runs).toEqual([{ first: 0, last: 16_559 }]))
})

test('cycles go on through a leap second, and their names show it', () => {
  const tai = (utc: string): number => Math.round(tai1958FromTt2000(parseUtc(utc)))
  const grid = regularGrid(tai('2016-12-31T23:59:43'), 4, 10)
  expect(grid.runs).toHaveLength(1)
  // 23:59:60 is the third second before the end of cycle 1; the next one starts at 02, not at 03.
  expect(cycleAt(grid, tai('2016-12-31T23:59:60'))).toBe(1)
  expect(cycleStart(grid, 2)).toBe(tai('2017-01-01T00:00:02'))
  const selection = makeSelection(
    grid,
    [1, 2].map(at => ({ start: at, stop: at, fom: 300, spacecraft: 15, comment: 'x', tags: [], source: 's' })),
  )
  const sentences = validateSelection(readBurstTables(), { madeAt: cycleStart(grid, 0) }, selection).findings.map(
    ({ sentence }) => sentence,
  )
  expect(sentences.slice(0, 2).map(text => /\((.*?),/.exec(text)?.[1])).toEqual(['2016-12-31T23:59:53', '2017-01-01T00:00:02'])
})

test('sets of spacecraft, lengths', () => {
  expect(segmentLength({ start: 2, stop: 2 })).toBe(1)
  expect(everySpacecraft(4)).toBe(15)
  expect(membersOf(9)).toEqual([0, 3])
})
