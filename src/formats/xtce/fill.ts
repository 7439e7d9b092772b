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

/** Packets that share a buffer: so one loop per column runs over plain memory. */
export interface PacketBatch {
  readonly bytes: Uint8Array
  /** Octet of `bytes` at which each packet starts, and its size. */
  readonly starts: Int32Array | Float64Array
  readonly sizes: Uint32Array
  /** Size of the shortest packet. */
  readonly least: number
  /** Index of the first packet among all. */
  readonly first: number
}

interface Fill {
  readonly number: NumberCodec
  readonly batch: PacketBatch
  /** Bit within the packet of the first number, and how many follow each other. */
  readonly bit: number
  readonly size: number
  readonly out: ColumnData
  /** Index in `out` of the first number of the first packet. */
  readonly at: number
}

/** One by one, checked: packets shorter than the field, and encodings that are not the usual ones. */
function fillChecked({ number, batch, bit, size, out, at }: Fill): void {
  const { bytes, starts, sizes } = batch
  const target = out as number[] & ColumnData
  for (let i = 0; i < starts.length; i++) {
    const fits = Math.min(size, Math.floor((sizes[i]! * 8 - bit) / number.bits))
    const view = bytes.subarray(starts[i])
    for (let k = 0; k < fits; k++) target[at + i * size + k] = number.read(view, bit + k * number.bits) as number
  }
}

/** Octet-aligned numbers in the usual order, one loop per width: here day files spend their time. `first` is an octet of the packet. */
type FillLoop = (out: number[] & ColumnData, at: number, batch: PacketBatch, first: number, size: number) => void

const fill8: FillLoop = (out, at, { bytes, starts }, first, size) => {
  let o = at
  for (let i = 0; i < starts.length; i++) for (let p = starts[i]! + first, end = p + size; p < end; p++) out[o++] = bytes[p]!
}

const fill16: FillLoop = (out, at, { bytes, starts }, first, size) => {
  let o = at
  for (let i = 0; i < starts.length; i++) {
    for (let p = starts[i]! + first, end = p + 2 * size; p < end; p += 2) out[o++] = (bytes[p]! << 8) | bytes[p + 1]!
  }
}

const fill32: FillLoop = (out, at, { bytes, starts }, first, size) => {
  let o = at
  for (let i = 0; i < starts.length; i++) {
    for (let p = starts[i]! + first, end = p + 4 * size; p < end; p += 4) {
      out[o++] = (bytes[p]! << 24) | (bytes[p + 1]! << 16) | (bytes[p + 2]! << 8) | bytes[p + 3]!
    }
  }
}

const fillFloat32: FillLoop = (out, at, { bytes, starts }, first, size) => {
  const view = new DataView(bytes.buffer)
  let o = at
  for (let i = 0; i < starts.length; i++)
    for (let p = starts[i]! + first, end = p + 4 * size; p < end; p += 4) out[o++] = view.getFloat32(p)
}

const fillFloat64: FillLoop = (out, at, { bytes, starts }, first, size) => {
  const view = new DataView(bytes.buffer)
  let o = at
  for (let i = 0; i < starts.length; i++)
    for (let p = starts[i]! + first, end = p + 8 * size; p < end; p += 8) out[o++] = view.getFloat64(p)
}

/** Storing an integer into the typed array of its own width brings the sign. */
const loops: Readonly<Record<string, FillLoop>> = {
  'unsigned 8': fill8,
  'signed 8': fill8,
  'unsigned 16': fill16,
  'signed 16': fill16,
  'unsigned 32': fill32,
  'signed 32': fill32,
  'float 32': fillFloat32,
  'float 64': fillFloat64,
}

function fillAligned({ number, batch, bit, size, out, at }: Fill): boolean {
  const loop = number.usual && (bit & 7) === 0 ? loops[`${number.form} ${number.bits}`] : undefined
  loop?.(out as number[] & ColumnData, at, batch, bit >>> 3, size)
  return loop !== undefined
}

/** One unsigned number a packet within one or two octets: flags and small counts. */
function fillSmall(out: number[] & ColumnData, at: number, { bytes, starts }: PacketBatch, bit: number, bits: number): void {
  const first = bit >>> 3
  const two = (bit & 7) + bits > 8
  const drop = (two ? 16 : 8) - (bit & 7) - bits
  const mask = 2 ** bits - 1
  for (let i = 0; i < starts.length; i++) {
    const p = starts[i]! + first
    out[at + i] = ((two ? (bytes[p]! << 8) | bytes[p + 1]! : bytes[p]!) >> drop) & mask
  }
}

/** Unsigned numbers of any width up to 32 bits at any place. */
function fillBits({ number, batch, bit, size, out, at }: Fill): boolean {
  const { bits } = number
  if (!number.usual || number.form !== 'unsigned' || bits > 32) return false
  const target = out as number[] & ColumnData
  if (size === 1 && (bit & 7) + bits <= 16) {
    fillSmall(target, at, batch, bit, bits)
    return true
  }
  const { bytes, starts } = batch
  for (let i = 0; i < starts.length; i++) {
    const packet = bytes.subarray(starts[i]! + (bit >>> 3))
    for (let k = 0; k < size; k++) target[at + i * size + k] = readBits(packet, (bit & 7) + k * bits, bits)
  }
  return true
}

/** Fills one column from packets that share a buffer. Numbers that a packet is too short for stay zero. */
export function fillColumn(fill: Fill): void {
  const fits = fill.batch.least * 8 >= fill.bit + fill.size * fill.number.bits
  if (!fits || (!fillAligned(fill) && !fillBits(fill))) fillChecked(fill)
}
