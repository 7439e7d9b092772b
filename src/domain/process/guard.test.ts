import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { describeLess, lessOf, within } from './index.ts'
import type { Extent } from './index.ts'

const second = 1_000_000_000n
const extent = (start: number, stop: number, records = 101, variables = 5): Extent => ({
  coverage: { start: BigInt(start) * second, stop: BigInt(stop) * second },
  records,
  variables,
})
const old = extent(0, 1000)
const unknown: Extent = { coverage: undefined, records: undefined, variables: undefined }

describe('the regression guard', () => {
  test.each<[string, Extent, readonly string[]]>([
    ['the same', old, []],
    ['more of everything', extent(-5, 1005, 120, 6), []],
    ['an end that is cut', extent(0, 900), ['seconds']],
    ['a beginning that is cut', extent(100, 1000), ['seconds']],
    ['a beginning that is cut while the end grows', extent(100, 2000), ['seconds']],
    ['stamps that move by less than a record', extent(3, 1003), []],
    ['another time altogether', extent(5000, 6000), ['seconds']],
    ['one record less', extent(0, 1000, 100), ['records']],
    ['one variable less', extent(0, 1000, 101, 4), ['variables']],
    ['all of it', extent(0, 500, 50, 4), ['seconds', 'records', 'variables']],
    ['nothing that could be compared', unknown, []],
  ])('%s', (_, now, what) => expect(lessOf(old, now).map(l => l.what)).toEqual(what))

  const partition = (start: number, stop: number) => ({ start: BigInt(start) * second, stop: BigInt(stop) * second })

  test.each<[string, Extent, readonly [number, number], readonly string[]]>([
    ['what fell out of a partition that ends earlier', extent(0, 900, 90), [0, 901], []],
    ['what fell out of one that begins later', extent(105, 1000, 90), [100, 1001], []],
    ['more than that', extent(0, 700, 71), [0, 901], ['seconds', 'records']],
    ['fewer records of the same time', extent(0, 900, 50), [0, 901], ['records']],
    ['one record at an edge that moved by less than a step', extent(0, 995, 100), [0, 999], []],
    ['one record in a partition that is what it was', extent(0, 1000, 100), [0, 1001], ['records']],
  ])('%s', (_, now, [start, stop], what) => expect(lessOf(within(old, partition(start, stop)), now).map(l => l.what)).toEqual(what))

  test('says how much', () => {
    expect(describeLess(lessOf(old, extent(0, 500, 50, 4)))).toBe(
      'seconds 1000 -> 500 (-50 %), records 101 -> 50 (-50.5 %), variables 5 -> 4 (-20 %)',
    )
  })

  test('never holds what grows, always holds fewer records', () => {
    const whole = fc.integer({ min: 1, max: 10_000 })
    fc.assert(
      fc.property(whole, whole, whole, whole, (length, records, more, later) => {
        const before = extent(0, length, records)
        expect(lessOf(before, extent(0, length + later, records + more))).toEqual([])
        expect(lessOf(extent(0, length, records + more), before).some(l => l.what === 'records')).toBe(true)
      }),
    )
  })
})
