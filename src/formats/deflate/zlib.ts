import { inflateRaw } from './inflate.ts'
import { storeRaw } from './store.ts'

/** Raw deflate by the platform, where it is better than plain TypeScript. */
export interface DeflatePlatform {
  /** Inflates one raw deflate stream; at most `limit` bytes come out, else it throws. `expected` is the likely size. */
  readonly inflateRaw?: (deflated: Uint8Array, expected: number, limit: number) => Uint8Array
  /** Raw deflate at level 1 to 9. Without it streams are stored, not compressed. */
  readonly deflateRaw?: (bytes: Uint8Array, level: number) => Uint8Array
}

/** Unpacks one zlib stream (RFC 1950), its Adler-32 checked. Throws a plain error that says why; `limit` bounds what comes out. */
export function inflateZlib(packed: Uint8Array, limit: number, platform: DeflatePlatform = {}): Uint8Array {
  if (packed.byteLength < 8) throw new Error(`${packed.byteLength} bytes are no zlib stream, 8 is the least`)
  const head = (packed[0] as number) * 256 + (packed[1] as number)
  if ((head & 0x0f00) !== 0x0800 || head % 31 !== 0) throw new Error('it does not start as zlib does')
  if ((head & 0x20) !== 0) throw new Error('it needs a preset dictionary')
  const body = packed.subarray(2, -4)
  const bytes = (platform.inflateRaw ?? inflateRaw)(body, Math.min(limit, body.byteLength * 4), limit)
  const stored = new DataView(packed.buffer, packed.byteOffset + packed.byteLength - 4, 4).getUint32(0)
  const found = adler32(bytes)
  if (stored !== found) throw new Error(`its checksum is ${stored.toString(16)} but its bytes give ${found.toString(16)}`)
  return bytes
}

/** Packs bytes as one zlib stream. */
export function deflateZlib(bytes: Uint8Array, level: number, platform: DeflatePlatform = {}): Uint8Array {
  const deflated = platform.deflateRaw?.(bytes, level) ?? storeRaw(bytes)
  const packed = new Uint8Array(6 + deflated.byteLength)
  packed.set([0x78, 0x9c])
  packed.set(deflated, 2)
  new DataView(packed.buffer).setUint32(2 + deflated.byteLength, adler32(bytes))
  return packed
}

// RFC 1950 section 8.2; 5552 is the longest run of which the sums fit 32 bits.
function adler32(bytes: Uint8Array): number {
  let a = 1
  let b = 0
  for (let at = 0; at < bytes.length;) {
    const end = Math.min(bytes.length, at + 5552)
    for (; at < end; at++) {
      a += bytes[at] as number
      b += a
    }
    a %= 65_521
    b %= 65_521
  }
  return b * 65_536 + a
}
