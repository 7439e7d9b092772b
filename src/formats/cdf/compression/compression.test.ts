import { createHash } from 'node:crypto'
import { crc32 as zlibCrc32, constants, deflateRawSync, gzipSync } from 'node:zlib'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { inflateRaw } from '#formats/deflate'
import { makeMd5 } from '../md5.ts'
import { crc32 } from './crc32.ts'
import { gunzip, gzip } from './gzip.ts'
import { decodeRle, encodeRle } from './rle.ts'

/** Bytes with runs and repeats, so that every kind of code occurs. */
const bytes = fc
  .array(fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.integer({ min: 1, max: 60 })), { maxLength: 40 })
  .map(parts => Uint8Array.from(parts.flatMap(([part, times]) => Array.from({ length: times }, () => [...part]).flat())))

const pure = { platform: {}, crc: true }

describe('inflate', () => {
  test('gives back what zlib deflated, by every strategy and level', () => {
    const options = fc.record({
      level: fc.integer({ min: 0, max: 9 }),
      strategy: fc.constantFrom(constants.Z_DEFAULT_STRATEGY, constants.Z_FIXED, constants.Z_HUFFMAN_ONLY, constants.Z_RLE),
      windowBits: fc.integer({ min: 9, max: 15 }),
    })
    fc.assert(
      fc.property(bytes, options, (given, how) => {
        expect(Buffer.compare(inflateRaw(deflateRawSync(given, how), given.length, given.length), given)).toBe(0)
      }),
    )
  })

  test('long streams', () => {
    const long = Uint8Array.from({ length: 1_000_000 }, (_, i) => (i * i) >>> 7)
    expect(Buffer.compare(inflateRaw(deflateRawSync(long), 10, long.length), long)).toBe(0)
  })

  test('never gives more than the limit', () => {
    const zeros = deflateRawSync(new Uint8Array(1_000_000))
    expect(() => inflateRaw(zeros, 100, 999_999)).toThrow(/more than 999999 bytes/u)
    expect(inflateRaw(zeros, 100, 1_000_000)).toHaveLength(1_000_000)
  })

  test('broken streams throw and end', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), given => {
        try {
          expect(inflateRaw(given, 100, 10_000).length).toBeLessThanOrEqual(10_000)
        } catch (error) {
          expect(error).toBeInstanceOf(Error)
        }
      }),
      { numRuns: 2000 },
    )
  })

  test('cut streams throw', () => {
    const whole = deflateRawSync(Uint8Array.from({ length: 5000 }, (_, i) => i % 251))
    for (let end = 0; end < whole.length; end += 3) expect(() => inflateRaw(whole.subarray(0, end), 5000, 5000)).toThrow(/ends|alphabet/u)
  })
})

describe('gzip', () => {
  test('members of zlib, with every header field', () => {
    const data = Uint8Array.from([1, 2, 3, 4, 5])
    const plain = gzipSync(data)
    expect(gunzip(plain, 5, 5, pure)).toEqual(data)
    const extra = [4, 0, 9, 9, 9, 9]
    const fields = [...extra, ...Buffer.from('name\0'), ...Buffer.from('comment\0'), 0, 0]
    const dressed = Uint8Array.from([...plain.subarray(0, 3), 0b11110, ...plain.subarray(4, 10), ...fields, ...plain.subarray(10)])
    expect(gunzip(dressed, 5, 5, pure)).toEqual(data)
    expect(() => gunzip(data, 5, 5, pure)).toThrow(/does not start as gzip/u)
    expect(() => gunzip(dressed.subarray(0, 20).fill(7, 10), 5, 5, pure)).toThrow(/header|ends/u)
  })

  test('stored where there is no deflate', () => {
    const data = Uint8Array.from({ length: 200_000 }, (_, i) => i)
    expect(gunzip(gzip(data, 6, {}), data.length, data.length, pure)).toEqual(data)
    expect(gunzip(gzip(new Uint8Array(0), 9, {}), 0, 0, pure)).toEqual(new Uint8Array(0))
  })
})

test('RLE is its own reverse', () => {
  const sparse = fc
    .array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 255 })), { maxLength: 2000 })
    .map(list => Uint8Array.from(list))
  fc.assert(
    fc.property(sparse, given => {
      expect(decodeRle(encodeRle(given), 1, given.length)).toEqual(given)
    }),
  )
  expect(encodeRle(new Uint8Array(300))).toEqual(Uint8Array.of(0, 255, 0, 43))
  expect(() => decodeRle(Uint8Array.of(1, 0), 10, 10)).toThrow(/run of zeros/u)
  expect(() => decodeRle(Uint8Array.of(0, 255), 10, 10)).toThrow(/more than 10/u)
})

test('CRC-32 is that of zlib, in one go or in parts', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(300), (given, cut) => {
      expect(crc32(given)).toBe(zlibCrc32(given))
      expect(crc32(given.subarray(cut), crc32(given.subarray(0, cut)))).toBe(zlibCrc32(given))
    }),
  )
})

test('MD5 is that of node:crypto, in any parts', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 150 }), { maxLength: 6 }), parts => {
      const md5 = makeMd5()
      for (const part of parts) md5.update(part)
      expect(Buffer.from(md5.digest()).toString('hex')).toBe(createHash('md5').update(Buffer.concat(parts)).digest('hex'))
    }),
  )
})
