import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  cdsToNanoseconds,
  cucToNanoseconds,
  decodeCds,
  decodeCuc,
  decodeCucPField,
  encodeCds,
  encodeCuc,
  nanosecondsToCds,
  nanosecondsToCuc,
} from './index.ts'

test('an unsegmented code is seconds and binary fractions', () => {
  const layout = { coarse: 4, fine: 2 }
  const time = decodeCuc(Uint8Array.of(9, 0, 0, 1, 0, 0x80, 0), 1, layout)
  expect(time).toEqual({ coarse: 256, fine: 0x8000 })
  expect(cucToNanoseconds(time, layout)).toBe(256_500_000_000n)
  expect(encodeCuc(time, layout)).toEqual(Uint8Array.of(0, 0, 1, 0, 0x80, 0))
})

test('unsegmented codes survive the way to nanoseconds and back', () => {
  fc.assert(
    fc.property(fc.nat(0xffffffff), fc.nat(0xffffff), (coarse, fine) => {
      const layout = { coarse: 4, fine: 3 }
      const time = { coarse, fine }
      expect(nanosecondsToCuc(cucToNanoseconds(time, layout), layout)).toEqual(time)
      expect(decodeCuc(encodeCuc(time, layout), 0, layout)).toEqual(time)
    }),
  )
})

test('a fraction just below one second rounds up into the seconds', () => {
  expect(nanosecondsToCuc(999_999_999n, { coarse: 4, fine: 1 })).toEqual({ coarse: 1, fine: 0 })
})

test('the P-field declares the layout', () => {
  expect(decodeCucPField(Uint8Array.of(0b0001_1110), 0)).toEqual({ coarse: 4, fine: 2, ownEpoch: false, size: 1 })
  expect(decodeCucPField(Uint8Array.of(0b1010_1111, 0b0010_0100), 0)).toEqual({ coarse: 5, fine: 4, ownEpoch: true, size: 2 })
  expect(() => decodeCucPField(Uint8Array.of(0b0100_0000), 0)).toThrow('time code 4')
})

test('a day-segmented code is days, milliseconds and what is below', () => {
  const layout = { days: 2, submilliseconds: 2 } as const
  const time = decodeCds(Uint8Array.of(0, 2, 0, 0, 0, 3, 0, 4), 0, layout)
  expect(time).toEqual({ days: 2, milliseconds: 3, submilliseconds: 4 })
  expect(cdsToNanoseconds(time, layout)).toBe(2n * 86_400_000_000_000n + 3_004_000n)
})

test.each([
  [2, 0, 1_000_000n],
  [2, 2, 1000n],
  [3, 4, 1n],
] as const)('day-segmented codes of %i and %i octets survive the way to nanoseconds and back', (days, submilliseconds, unit) => {
  const layout = { days, submilliseconds }
  fc.assert(
    fc.property(fc.bigInt(0n, 65535n * 86_400_000_000_000n), ns => {
      const time = nanosecondsToCds(ns, layout)
      expect(decodeCds(encodeCds(time, layout), 0, layout)).toEqual(time)
      expect(cdsToNanoseconds(time, layout)).toBe(ns - (ns % unit))
    }),
  )
})

test('what does not fit is refused with the number', () => {
  expect(() => encodeCuc({ coarse: 256, fine: 0 }, { coarse: 1, fine: 0 })).toThrow('256 does not fit')
  expect(() => decodeCuc(new Uint8Array(3), 0, { coarse: 4, fine: 0 })).toThrow('past the end at 3')
  expect(() => decodeCuc(new Uint8Array(30), 0, { coarse: 7, fine: 0 })).toThrow('at most 6')
})
