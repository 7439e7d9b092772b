import { deflateRawSync, deflateSync, inflateRawSync, inflateSync } from 'node:zlib'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { deflateZlib, inflateZlib, type DeflatePlatform } from './index.ts'

const node: DeflatePlatform = {
  inflateRaw: (deflated, _, limit) => new Uint8Array(inflateRawSync(deflated, { maxOutputLength: Math.max(1, limit) })),
  deflateRaw: (bytes, level) => deflateRawSync(bytes, { level }),
}
const bytes = fc.uint8Array({ maxLength: 2000 })

describe('zlib streams', () => {
  test('are read as zlib writes them, and read by zlib as we write them', () => {
    fc.assert(
      fc.property(bytes, fc.integer({ min: 1, max: 9 }), (given, level) => {
        expect(inflateZlib(deflateSync(given, { level }), 2000)).toEqual(given)
        expect(inflateZlib(deflateSync(given, { level }), 2000, node)).toEqual(given)
        for (const platform of [{}, node]) expect(new Uint8Array(inflateSync(deflateZlib(given, level, platform)))).toEqual(given)
      }),
    )
  })

  test('long streams keep their sum', () => {
    const long = Uint8Array.from({ length: 300_000 }, (_, i) => 255 - (i % 3))
    expect(new Uint8Array(inflateSync(deflateZlib(long, 6)))).toEqual(long)
  })

  test.each([
    ['too short', Uint8Array.of(0x78, 0x9c), /2 bytes are no zlib stream/u],
    ['another kind', new Uint8Array(10), /does not start as zlib does/u],
    ['with a dictionary', Uint8Array.of(0x78, 0xbb, 0, 0, 0, 0, 0, 0), /preset dictionary/u],
    [
      'a wrong sum',
      deflateSync(Uint8Array.of(1, 2, 3)).map((byte, i, all) => (i === all.length - 1 ? byte ^ 1 : byte)),
      /checksum is \w+ but its bytes give/u,
    ],
  ])('%s', (_, packed, why) => expect(() => inflateZlib(packed, 100)).toThrow(why))

  test('give no more than allowed', () => {
    expect(() => inflateZlib(deflateSync(new Uint8Array(100_000)), 99_999)).toThrow(/more than 99999 bytes/u)
  })
})
