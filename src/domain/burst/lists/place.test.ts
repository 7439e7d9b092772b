import { describe, expect, test } from 'vitest'
import { makeGrid } from '#domain/burst'
import { placeListed, type ListedSegment } from './index.ts'

// Cycles at 100 to 190 and, behind a gap, at 300 to 390.
const grid = makeGrid([...Array.from({ length: 10 }, (_, i) => 100 + 10 * i), ...Array.from({ length: 10 }, (_, i) => 300 + 10 * i)], 10)
const listed = (start: number, end: number): ListedSegment => ({ start, end, fom: 50, source: 'moth', comment: 'x', spacecraft: undefined })

describe('segments of a list in a window', () => {
  test.each([
    ['within', 120, 150, [[2, 4]], ''],
    ['over the end', 380, 420, [[18, 19]], '2 of its 4 cycles are in the window, in 1 parts'],
    [
      'over a gap',
      170,
      320,
      [
        [7, 9],
        [10, 11],
      ],
      '5 of its 15 cycles are in the window, in 2 parts',
    ],
    ['in a gap', 210, 290, [], 'none of its 8 cycles is in the window'],
    ['before it', 0, 100, [], 'none of its 10 cycles is in the window'],
  ])('%s', (_, start, end, places, message) => {
    const { segments, remarks } = placeListed(grid, [listed(start, end)], 4)
    expect(segments.map(segment => [segment.start, segment.stop])).toEqual(places)
    expect(remarks.map(remark => remark.message).join()).toBe(message)
    for (const segment of segments) expect(segment).toMatchObject({ fom: 50, source: 'moth', comment: 'x', spacecraft: 15, tags: [] })
  })
})
