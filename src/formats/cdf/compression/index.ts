import { SdcError } from '#error'
import { failCdf } from '../codes.ts'
import type { CdfCompression } from '../model.ts'
import type { ResolvedOptions } from '../options.ts'
import { decodeAdaptiveHuffman } from './adaptive-huffman.ts'
import { gunzip, gunzipHead } from './gzip.ts'
import { decodeHuffman } from './huffman.ts'
import { decodeRle } from './rle.ts'

/** The first bytes of what {@link decompress} would give; fewer or none where that cannot be said cheaply. */
export function peek(type: CdfCompression['type'], packed: Uint8Array, count: number): Uint8Array {
  try {
    return type === 'gzip' ? gunzipHead(packed, count) : new Uint8Array(0)
  } catch {
    return new Uint8Array(0)
  }
}

/**
 * Decompresses a block. `expected` is the size it should have, `limit` the most it may have; throws `cdf/inflate` where
 * the stream is broken and `cdf/too-large` beyond the limit. The result may be shorter or longer than expected, and may lie in `into`,
 * which has `expected` bytes.
 */
export function decompress(
  type: CdfCompression['type'],
  packed: Uint8Array,
  expected: number,
  limit: number,
  options: ResolvedOptions,
  what: string,
  into?: Uint8Array,
): Uint8Array {
  try {
    if (type === 'gzip') return gunzip(packed, expected, limit, options, into)
    if (type === 'rle') return decodeRle(packed, expected, limit)
    return (type === 'huffman' ? decodeHuffman : decodeAdaptiveHuffman)(packed, expected, limit)
  } catch (cause) {
    if (cause instanceof SdcError && cause.code === 'cdf/checksum') throw cause
    const reason = cause instanceof Error ? cause.message : String(cause)
    return failCdf('cdf/inflate', `${what}: ${packed.byteLength} bytes of ${type} do not decompress: ${reason}`, { expected }, cause)
  }
}
