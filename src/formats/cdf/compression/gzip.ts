import { inflateHead, inflateRaw, storeRaw } from '#formats/deflate'
import { failCdf } from '../codes.ts'
import type { CdfPlatform } from '../platform.ts'
import { crc32 } from './crc32.ts'

interface GzipOptions {
  readonly platform: CdfPlatform
  readonly crc: boolean
}

/** Unpacks one gzip member (RFC 1952); bytes behind it are ignored. The CRC is checked when asked for. */
export function gunzip(packed: Uint8Array, expected: number, limit: number, options: GzipOptions, into?: Uint8Array): Uint8Array {
  const start = headerLength(packed)
  const deflated = packed.subarray(start)
  const inflate = options.platform.inflateRaw ?? inflateRaw
  const bytes = inflate(deflated, expected, limit, into)
  if (options.crc) checkTrailer(packed, bytes, options.platform)
  return bytes
}

/** The first bytes that a gzip member gives, about `count`. */
export const gunzipHead = (packed: Uint8Array, count: number): Uint8Array => inflateHead(packed.subarray(headerLength(packed)), count)

/** Bytes before the deflate stream of a gzip member. */
export function headerLength(packed: Uint8Array): number {
  if (packed.length < 18 || packed[0] !== 0x1f || packed[1] !== 0x8b || packed[2] !== 8) throw new Error('it does not start as gzip does')
  const flags = packed[3] as number
  let at = 10
  if ((flags & 4) !== 0) at += 2 + (packed[at] as number) + 256 * (packed[at + 1] as number)
  if ((flags & 8) !== 0) at = packed.indexOf(0, at) + 1
  if ((flags & 16) !== 0) at = packed.indexOf(0, at) + 1
  if ((flags & 2) !== 0) at += 2
  if (at < 10 || at >= packed.length) throw new Error('its gzip header does not end')
  return at
}

// The writer ends a CVVR with its member, so that the trailer is at the end of the block.
function checkTrailer(packed: Uint8Array, bytes: Uint8Array, platform: CdfPlatform): void {
  const view = new DataView(packed.buffer, packed.byteOffset + packed.byteLength - 8, 8)
  const stored = view.getUint32(0, true)
  const found = (platform.crc32 ?? crc32)(bytes)
  if (stored !== found)
    failCdf('cdf/checksum', `a gzip block holds CRC ${stored.toString(16)} but its bytes give ${found.toString(16)}`, { stored, found })
}

/** Packs bytes as one gzip member. */
export function gzip(bytes: Uint8Array, level: number, platform: CdfPlatform): Uint8Array {
  const deflated = platform.deflateRaw?.(bytes, level) ?? storeRaw(bytes)
  const packed = new Uint8Array(18 + deflated.byteLength)
  packed.set([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, level >= 9 ? 2 : 0, 3])
  packed.set(deflated, 10)
  const view = new DataView(packed.buffer)
  view.setUint32(10 + deflated.byteLength, (platform.crc32 ?? crc32)(bytes), true)
  view.setUint32(14 + deflated.byteLength, bytes.byteLength % 2 ** 32, true)
  return packed
}
