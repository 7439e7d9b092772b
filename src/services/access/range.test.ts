import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { choosePortion } from './index.ts'

const resource = { size: 100, etag: '"abc"', modified: Date.UTC(2026, 10, 23, 8, 0, 0, 400) }
const modifiedText = 'Mon, 23 Nov 2026 08:00:00 GMT'

describe('what a request asks of the bytes', () => {
  test.each([
    [undefined, { kind: 'whole' }],
    ['bytes=0-0', { kind: 'part', start: 0, end: 1 }],
    ['bytes=90-', { kind: 'part', start: 90, end: 100 }],
    ['bytes=-5', { kind: 'part', start: 95, end: 100 }],
    ['bytes=-500', { kind: 'part', start: 0, end: 100 }],
    ['bytes=99-200', { kind: 'part', start: 99, end: 100 }],
    ['bytes=100-', { kind: 'outside' }],
    ['bytes=-0', { kind: 'outside' }],
    ['bytes=5-3', { kind: 'whole' }],
    ['bytes=0-1,5-6', { kind: 'whole' }],
    ['bytes=-', { kind: 'whole' }],
    ['lines=1-2', { kind: 'whole' }],
  ])('range %s', (range, expected) => {
    expect(choosePortion(resource, { range })).toEqual(expected)
  })
  test.each([
    [{ ifModifiedSince: modifiedText }, 'same'],
    [{ ifModifiedSince: 'Mon, 23 Nov 2026 07:59:59 GMT' }, 'whole'],
    [{ ifModifiedSince: 'not a date' }, 'whole'],
    [{ ifNoneMatch: '"abc"' }, 'same'],
    [{ ifNoneMatch: 'W/"abc", "x"' }, 'same'],
    [{ ifNoneMatch: '*' }, 'same'],
    [{ ifNoneMatch: '"x"', ifModifiedSince: modifiedText }, 'whole'],
    [{ range: 'bytes=1-2', ifRange: '"abc"' }, 'part'],
    [{ range: 'bytes=1-2', ifRange: '"old"' }, 'whole'],
    [{ range: 'bytes=1-2', ifRange: modifiedText }, 'part'],
    [{ range: 'bytes=1-2', ifRange: 'Mon, 23 Nov 2026 07:00:00 GMT' }, 'whole'],
  ])('conditions %o', (asked, kind) => {
    expect(choosePortion(resource, asked).kind).toBe(kind)
  })
  test('a part always lies inside, whatever is asked', () => {
    fc.assert(
      fc.property(fc.nat(300), fc.option(fc.nat(300)), fc.option(fc.nat(300)), (size, first, last) => {
        const portion = choosePortion({ ...resource, size }, { range: `bytes=${first ?? ''}-${last ?? ''}` })
        if (portion.kind !== 'part') return
        expect(portion.start).toBeGreaterThanOrEqual(0)
        expect(portion.end).toBeGreaterThan(portion.start)
        expect(portion.end).toBeLessThanOrEqual(size)
      }),
    )
  })
})
