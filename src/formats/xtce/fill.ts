import { readBits } from './bits.ts'
import type { NumberCodec } from './number-codec.ts'

export type ColumnData =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array

/** The smallest typed array that holds every number of an encoding. */
export function newColumn(number: NumberCodec, length: number): ColumnData {
  const { form, bits } = number
  if (form === 'float') return bits === 32 || bits === 16 ? new Float32Array(length) : new Float64Array(length)
  if (bits > 53) return form === 'signed' ? new BigInt64Array(length) : new BigUint64Array(length)
  if (bits > 32) return new Float64Array(length)
  if (form === 'signed') return bits > 16 ? new Int32Array(length) : bits > 8 ? new Int16Array(length) : new Int8Array(length)
  return bits > 16 ? new Uint32Array(length) : bits > 8 ? new Uint16Array(length) : new Uint8Array(length)
}

interface Fill {
  readonly number: NumberCodec
  readonly bytes: Uint8Array
  /** Octet at which each packet starts. */
  readonly starts: Float64Array
  /** Bit within the packet of the first number, and how many follow each other. */
  readonly bit: number
  readonly size: number
  readonly out: ColumnData
  /** Index in `out` of the first number of the first packet. */
  readonly at: number
  /** Bits in the packet of that index: what lies behind them is not read. */
  readonly ends: (index: number) => number
}

/** Packets at the end of memory, or shorter than the field: one by one, checked. */
function fillChecked(fill: Fill, from: number, to: number): void {
  const { number, bytes, starts, bit, size, out, at, ends } = fill
  for (let i = from; i < to; i++) {
    const fits = Math.min(size, Math.floor((ends(i) - bit) / number.bits))
    const view = bytes.subarray(starts[i])
    for (let k = 0; k < fits; k++) (out as number[] & ColumnData)[at + i * size + k] = number.read(view, bit + k * number.bits) as number
  }
}

const allFit = (fill: Fill): boolean => {
  const need = fill.bit + fill.size * fill.number.bits
  for (let i = 0; i < fill.starts.length; i++) if (fill.ends(i) < need) return false
  return true
}

/** Octet-aligned numbers in the usual order, by width: the loops that day files spend their time in. */
function fillAligned(fill: Fill): boolean {
  const { number, bytes, starts, bit, size, at } = fill
  if (!number.usual || (bit & 7) !== 0 || ![8, 16, 32, 64].includes(number.bits)) return false
  const out = fill.out as number[] & ColumnData
  const first = bit >>> 3
  const count = starts.length
  if (number.form === 'float') {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    if (number.bits === 32)
      for (let i = 0; i < count; i++)
        for (let k = 0, p = starts[i]! + first, o = at + i * size; k < size; k++, p += 4) out[o + k] = view.getFloat32(p)
    else if (number.bits === 64)
      for (let i = 0; i < count; i++)
        for (let k = 0, p = starts[i]! + first, o = at + i * size; k < size; k++, p += 8) out[o + k] = view.getFloat64(p)
    else return false
    return true
  }
  // Storing into the typed array of the same width brings the sign.
  if (number.bits === 8)
    for (let i = 0; i < count; i++) for (let k = 0, p = starts[i]! + first, o = at + i * size; k < size; k++, p++) out[o + k] = bytes[p]!
  else if (number.bits === 16) {
    for (let i = 0; i < count; i++)
      for (let k = 0, p = starts[i]! + first, o = at + i * size; k < size; k++, p += 2) out[o + k] = (bytes[p]! << 8) | bytes[p + 1]!
  } else if (number.bits === 32) {
    for (let i = 0; i < count; i++) {
      for (let k = 0, p = starts[i]! + first, o = at + i * size; k < size; k++, p += 4) {
        out[o + k] = (bytes[p]! << 24) | (bytes[p + 1]! << 16) | (bytes[p + 2]! << 8) | bytes[p + 3]!
      }
    }
  } else return false
  return true
}

/** Unsigned numbers of any width up to 32 bits at any place. */
function fillBits(fill: Fill): boolean {
  const { number, bytes, starts, bit, size, at } = fill
  if (!number.usual || number.form !== 'unsigned' || number.bits > 32) return false
  const out = fill.out as number[] & ColumnData
  const { bits } = number
  // Whole octets are added to the start, so that the count of bits stays small in a large buffer.
  const first = bit >>> 3
  const rest = bit & 7
  const span = (rest + bits + 7) >>> 3
  if (size === 1 && span <= 2) {
    const drop = span * 8 - rest - bits
    const mask = 2 ** bits - 1
    if (span === 1) for (let i = 0; i < starts.length; i++) out[at + i] = (bytes[starts[i]! + first]! >> drop) & mask
    else
      for (let i = 0, p = 0; i < starts.length; i++)
        out[at + i] = (((bytes[(p = starts[i]! + first)]! << 8) | bytes[p + 1]!) >> drop) & mask
    return true
  }
  for (let i = 0; i < starts.length; i++) {
    const packet = bytes.subarray(starts[i]! + first)
    for (let k = 0; k < size; k++) out[at + i * size + k] = readBits(packet, rest + k * bits, bits)
  }
  return true
}

/** Fills one column from packets that share a buffer. Numbers that a packet is too short for stay zero. */
export function fillColumn(fill: Fill): void {
  if (!allFit(fill)) fillChecked(fill, 0, fill.starts.length)
  else if (!fillAligned(fill) && !fillBits(fill)) fillChecked(fill, 0, fill.starts.length)
}
