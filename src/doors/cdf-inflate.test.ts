import { deflateRawSync } from 'node:zlib'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { openInflater, type InflateInto } from './cdf-inflate.ts'

// Where a Node changes inside, this test says that blocks are inflated at half the speed.
const inflate = openInflater() as InflateInto
test('this Node lets a stream be used again', () => expect(inflate).toBeTypeOf('function'))

const given = fc.oneof(
  fc.uint8Array({ maxLength: 3000 }),
  fc.uint8Array({ maxLength: 30, minLength: 1 }).map(part => Buffer.alloc(70_000, part)),
)

describe('inflating into memory', () => {
  test('gives what was deflated, whatever was inflated before, and ignores what is behind', () => {
    fc.assert(
      fc.property(given, fc.integer({ min: 0, max: 9 }), fc.uint8Array({ maxLength: 20 }), (bytes, level, behind) => {
        const into = new Uint8Array(bytes.length)
        inflate(Buffer.concat([deflateRawSync(bytes, { level }), behind]), into)
        expect(Buffer.compare(into, bytes)).toBe(0)
      }),
    )
  })

  const whole = Buffer.from(Array.from({ length: 5000 }, (_, i) => (i * i) % 251))
  const packed = deflateRawSync(whole)
  test.each([
    ['cut', packed.subarray(0, -3), 5000, /unexpected end of file/u],
    ['cut before its end is said', packed.subarray(0, -1), 5000, /unexpected end of file/u],
    ['empty', Buffer.alloc(0), 5000, /unexpected end of file/u],
    ['no stream', Buffer.alloc(100, 0xff), 5000, /invalid block type/u],
    ['longer than it should be', packed, 4999, /more than 4999 bytes come out/u],
    ['shorter than it should be', packed, 5001, /5000 bytes come out, 5001 should/u],
  ])('%s: refused, and the next one is as if nothing had been', (_, deflated, room, why) => {
    expect(() => inflate(deflated, new Uint8Array(room))).toThrow(why)
    const into = new Uint8Array(5000)
    inflate(packed, into)
    expect(Buffer.compare(into, whole)).toBe(0)
  })

  test('damage anywhere throws or gives other bytes, and never more than there is room for', () => {
    const room = new Uint8Array(5000 + 64)
    const into = room.subarray(32, 5032)
    for (let at = 0; at < packed.length; at += 7) {
      const damaged = Buffer.from(packed)
      damaged[at]! ^= 0x55
      try {
        inflate(damaged, into)
      } catch (error) {
        expect(error).toBeInstanceOf(Error)
      }
    }
    expect([...room.subarray(0, 32), ...room.subarray(5032)].every(byte => byte === 0)).toBe(true)
  })
})
