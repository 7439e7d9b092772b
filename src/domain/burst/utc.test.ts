import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatUtc, parseUtc, tai1958FromTt2000, tt2000FromTai1958 } from '#formats/time'
import { utcOf } from './utc.ts'

const slow = (tai: number): string => formatUtc(tt2000FromTai1958(tai), 0, '')
const leap = Math.round(tai1958FromTt2000(parseUtc('2016-12-31T23:59:60')))

test('the leap second has a name of its own, in whatever order times are asked for', () => {
  const around = [-2, 1, 0, -1, 86_400, 2, -86_401, 0, 1].map(seconds => leap + seconds)
  expect(around.map(utcOf)).toEqual(around.map(slow))
  expect([utcOf(leap - 1), utcOf(leap), utcOf(leap + 1)]).toEqual(['2016-12-31T23:59:59', '2016-12-31T23:59:60', '2017-01-01T00:00:00'])
})

test('days that are remembered change no answer', () => {
  const anyTime = fc.oneof(
    fc.integer({ min: leap - 200_000, max: leap + 200_000 }),
    fc.integer({ min: 1_700_000_000, max: 2_400_000_000 }),
    // Fractions of a second are cut off.
    fc.double({ min: 1_900_000_000, max: 1_900_200_000, noNaN: true }).map(tai => Math.floor(tai * 4) / 4),
  )
  fc.assert(
    fc.property(fc.array(anyTime, { minLength: 1, maxLength: 30 }), times => {
      for (const tai of times) expect(utcOf(tai)).toBe(slow(tai))
    }),
  )
  expect(utcOf(Number.NaN)).toBe('no time')
})
