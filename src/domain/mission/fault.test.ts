import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { editDistance, nearest, proposeNearest } from './fault.ts'

test.each([
  ['', '', 0],
  ['', 'abc', 3],
  ['title', 'titel', 1],
  ['kitten', 'sitting', 3],
  ['partition', 'partitoin', 1],
  ['names', 'name', 1],
])('the distance of "%s" and "%s" is %i', (a, b, distance) => expect(editDistance(a, b)).toBe(distance))

test('the distance is symmetric, zero only for equals, and never more than the longer word', () => {
  const word = fc.string({ maxLength: 12 })
  fc.assert(
    fc.property(word, word, (a, b) => {
      const d = editDistance(a, b)
      expect(d).toBe(editDistance(b, a))
      expect(d === 0).toBe(a === b)
      expect(d).toBeLessThanOrEqual(Math.max(a.length, b.length))
    }),
  )
})

describe('the nearest', () => {
  test('is the one with the least distance, the first by name among equals', () => {
    expect(nearest('descripton', ['title', 'description', 'directory'])).toBe('description')
    expect(nearest('fgm srvy l3', ['fgm srvy l2', 'fgm srvy l1'])).toBe('fgm srvy l1')
    expect(nearest('xyzzy', ['title', 'format'])).toBeUndefined()
  })

  test('is proposed, else the whole list where it is short', () => {
    expect(proposeNearest('formt', ['format', 'ext'])).toBe('nearest is "format"')
    expect(proposeNearest('xyzzy', ['format', 'ext'])).toBe('known: format, ext')
    expect(proposeNearest('xyzzy', [])).toBe('none is declared')
    expect(
      proposeNearest(
        'xyzzy',
        Array.from({ length: 13 }, (_, i) => `word${i}`),
      ),
    ).toBe('')
  })
})
