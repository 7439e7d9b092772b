import { readBits, readWideBits, writeBits } from './bits.ts'
import type { ByteOrder, FloatEncoding, IntegerCoding, IntegerEncoding } from './model.ts'

/** Numbers of one encoding at a place in octets: the caller has checked that all bits are there, and zero before a write. */
export interface NumberCodec {
  readonly bits: number
  readonly form: 'unsigned' | 'signed' | 'float'
  /** Plain binary (or two's complement, or IEEE 754), most significant byte and bit first. */
  readonly usual: boolean
  readonly read: (bytes: Uint8Array, bit: number) => number | bigint
  readonly write: (bytes: Uint8Array, bit: number, value: number | bigint) => void
  /** Whether a number can be written as it is. */
  readonly fits: (value: number | bigint) => boolean
}

type Pattern = (bytes: Uint8Array, bit: number) => number

/** Significances in the order of memory, or undefined for the usual order. */
const memoryOrder = (order: ByteOrder, count: number): readonly number[] | undefined =>
  order === 'big' ? undefined : order === 'little' ? Array.from({ length: count }, (_, i) => i) : order

/** The bits of a field brought into the usual order, in octets of their own, left-aligned. */
function arrange(bytes: Uint8Array, bit: number, bits: number, order: readonly number[] | undefined, reversed: boolean): Uint8Array {
  const out = new Uint8Array((bits + 7) >>> 3)
  if (reversed) {
    for (let i = 0; i < bits; i++) writeBits(out, bits - 1 - i, 1, readBits(bytes, bit + i, 1))
    return order === undefined ? out : arrange(out, 0, bits, order, false)
  }
  const count = bits >>> 3
  for (let i = 0; i < count; i++) out[order === undefined ? i : count - 1 - order[i]!] = readBits(bytes, bit + 8 * i, 8)
  const rest = bits & 7
  if (rest !== 0) out[count] = readBits(bytes, bit + 8 * count, rest) << (8 - rest)
  return out
}

/** The way back of {@link arrange}: a permutation of bytes and then of bits, undone in the other order. */
function scatter(
  target: Uint8Array,
  bit: number,
  bits: number,
  usual: Uint8Array,
  order: readonly number[] | undefined,
  reversed: boolean,
): void {
  const count = bits >>> 3
  const inMemory = order === undefined ? usual : Uint8Array.from({ length: count }, (_, i) => usual[count - 1 - order[i]!]!)
  for (let i = 0; i < bits; i++) writeBits(target, bit + (reversed ? bits - 1 - i : i), 1, readBits(inMemory, i, 1))
}

/** Closure for the plain pattern of up to 32 bits in the usual order, by where it can lie. */
function plainPattern(bits: number): Pattern {
  if (bits === 8) return (bytes, bit) => ((bit & 7) === 0 ? bytes[bit >>> 3]! : readBits(bytes, bit, 8))
  if (bits === 16) {
    return (bytes, bit) => {
      const at = bit >>> 3
      return (bit & 7) === 0 ? (bytes[at]! << 8) | bytes[at + 1]! : readBits(bytes, bit, 16)
    }
  }
  if (bits === 32) {
    return (bytes, bit) => {
      const at = bit >>> 3
      if ((bit & 7) !== 0) return readBits(bytes, bit, 32)
      return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0
    }
  }
  return (bytes, bit) => readBits(bytes, bit, bits)
}

interface Coding {
  /** Pattern of bits to number, and back; both exact up to 53 bits. */
  readonly decode: (pattern: number) => number
  readonly encode: (value: number) => number
  readonly least: number
  readonly most: number
}

function digitsCoding(bits: number, digitBits: number): Coding {
  const base = 2 ** digitBits
  const digits = Math.floor(bits / digitBits)
  return {
    decode: pattern => {
      let value = 0
      for (let rest = pattern, unit = 1; rest > 0; rest = Math.floor(rest / base), unit *= 10) value += ((rest % base) % 16) * unit
      return value
    },
    encode: value => {
      let pattern = 0
      for (let rest = value, unit = 1; rest > 0; rest = Math.floor(rest / 10), unit *= base) pattern += (rest % 10) * unit
      return pattern
    },
    least: 0,
    most: 10 ** digits - 1,
  }
}

/** How each coding makes a number of a pattern, given half and all of the patterns there are. */
const codings: { readonly [C in IntegerCoding]: (bits: number, half: number, full: number) => Coding } = {
  unsigned: (_, __, full) => ({ decode: p => p, encode: v => v, least: 0, most: full - 1 }),
  twosComplement: (_, half, full) => ({
    decode: p => (p >= half ? p - full : p),
    encode: v => (v < 0 ? v + full : v),
    least: -half,
    most: half - 1,
  }),
  // Zero has two patterns in the next two; the negative one reads as -0, so that it is written back as it was.
  onesComplement: (_, half, full) => ({
    decode: p => (p >= half ? -(full - 1 - p) : p),
    encode: v => (v < 0 || Object.is(v, -0) ? full - 1 + v : v),
    least: 1 - half,
    most: half - 1,
  }),
  signMagnitude: (_, half) => ({
    decode: p => (p >= half ? -(p - half) : p),
    encode: v => (v < 0 || Object.is(v, -0) ? half - v : v),
    least: 1 - half,
    most: half - 1,
  }),
  BCD: bits => digitsCoding(bits, 8),
  packedBCD: bits => digitsCoding(bits, 4),
}

/** Integers above 53 bits, as bigint; two's complement and unsigned only (the others end at 53 bits). */
function wideInteger(encoding: IntegerEncoding): NumberCodec {
  const { bits, coding, bitsReversed } = encoding
  const order = memoryOrder(encoding.byteOrder, bits >>> 3)
  const signed = coding === 'twosComplement'
  const usual = order === undefined && !bitsReversed
  const most = (1n << BigInt(signed ? bits - 1 : bits)) - 1n
  const least = signed ? -most - 1n : 0n
  return {
    bits,
    form: signed ? 'signed' : 'unsigned',
    usual,
    read: (bytes, bit) => {
      const pattern = usual ? readWideBits(bytes, bit, bits) : readWideBits(arrange(bytes, bit, bits, order, bitsReversed), 0, bits)
      return signed ? BigInt.asIntN(bits, pattern) : pattern
    },
    write: (bytes, bit, value) => {
      const pattern = BigInt.asUintN(bits, BigInt(value))
      const own = new Uint8Array((bits + 7) >>> 3)
      writeBits(own, 0, bits - 32, Number(pattern >> 32n))
      writeBits(own, bits - 32, 32, Number(pattern & 0xffff_ffffn))
      scatter(bytes, bit, bits, own, order, bitsReversed)
    },
    fits: value => (typeof value === 'bigint' || Number.isInteger(value)) && value >= least && value <= most,
  }
}

/** Reading and writing of an integer encoding. */
export function compileInteger(encoding: IntegerEncoding): NumberCodec {
  const { bits, bitsReversed } = encoding
  if (bits > 53) return wideInteger(encoding)
  const order = memoryOrder(encoding.byteOrder, bits >>> 3)
  const usual = order === undefined && !bitsReversed
  const { decode, encode, least, most } = codings[encoding.coding](bits, 2 ** (bits - 1), 2 ** bits)
  const plain = plainPattern(bits)
  const pattern: Pattern = usual ? plain : (bytes, bit) => readBits(arrange(bytes, bit, bits, order, bitsReversed), 0, bits)
  return {
    bits,
    form: least < 0 ? 'signed' : 'unsigned',
    usual: usual && (encoding.coding === 'unsigned' || encoding.coding === 'twosComplement'),
    read: encoding.coding === 'unsigned' ? pattern : (bytes, bit) => decode(pattern(bytes, bit)),
    write: (bytes, bit, value) => {
      if (usual) return writeBits(bytes, bit, bits, encode(Number(value)))
      const own = new Uint8Array((bits + 7) >>> 3)
      writeBits(own, 0, bits, encode(Number(value)))
      scatter(bytes, bit, bits, own, order, bitsReversed)
    },
    fits: value => (typeof value === 'bigint' || Number.isInteger(value)) && value >= least && value <= most,
  }
}

const scratch = new DataView(new ArrayBuffer(8))

/** IEEE 754 half precision; JavaScript of 2024 has no view for it. */
function readHalf(pattern: number): number {
  const sign = pattern >= 0x8000 ? -1 : 1
  const exponent = (pattern >> 10) & 31
  const fraction = pattern & 0x3ff
  if (exponent === 31) return fraction === 0 ? sign * Infinity : Number.NaN
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25)
}

function writeHalf(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0
  const size = Math.abs(value)
  if (Number.isNaN(value)) return 0x7e00
  if (size >= 65520) return sign | 0x7c00
  const exponent = Math.max(-14, Math.floor(Math.log2(size)))
  const units = size / 2 ** (exponent - 10)
  const rounded = Math.round(units) - (units % 1 === 0.5 && Math.round(units) % 2 === 1 ? 1 : 0)
  return sign | (size === 0 ? 0 : ((exponent + 14) << 10) + rounded)
}

/** MIL-STD-1750A: a two's complement mantissa of 24 (40) bits as a fraction, an exponent of 8 bits between its parts. */
function readMil(bytes: Uint8Array, bits: number): number {
  const high = readBits(bytes, 0, 24)
  const exponent = (readBits(bytes, 24, 8) << 24) >> 24
  const low = bits === 48 ? readBits(bytes, 32, 16) : 0
  const signed = high >= 0x80_0000 ? high - 0x100_0000 : high
  return (signed * 65536 + low) * 2 ** (exponent - 39)
}

function writeMil(bytes: Uint8Array, bits: number, value: number): void {
  const places = bits === 48 ? 39 : 23
  let exponent = value === 0 ? 0 : Math.floor(Math.log2(Math.abs(value))) + 1
  // Normal form: the mantissa lies in [1/2, 1) or [-1, -1/2).
  if (value < 0 && value === -(2 ** (exponent - 1))) exponent--
  exponent = Math.max(-128, exponent)
  let mantissa = Math.round(value * 2 ** (places - exponent))
  if (mantissa === 2 ** places) {
    mantissa /= 2
    exponent++
  }
  const pattern = mantissa < 0 ? mantissa + 2 ** (places + 1) : mantissa
  writeBits(bytes, 0, 24, bits === 48 ? Math.floor(pattern / 65536) : pattern)
  writeBits(bytes, 24, 8, exponent < 0 ? exponent + 256 : exponent)
  if (bits === 48) writeBits(bytes, 32, 16, pattern % 65536)
}

function readIeee(bytes: Uint8Array, bit: number, bits: number): number {
  if (bits === 16) return readHalf(readBits(bytes, bit, 16))
  scratch.setUint32(0, readBits(bytes, bit, 32))
  if (bits === 32) return scratch.getFloat32(0)
  scratch.setUint32(4, readBits(bytes, bit + 32, 32))
  return scratch.getFloat64(0)
}

function writeIeee(bytes: Uint8Array, bits: number, value: number): void {
  if (bits === 16) return writeBits(bytes, 0, 16, writeHalf(value))
  if (bits === 32) scratch.setFloat32(0, value)
  else scratch.setFloat64(0, value)
  writeBits(bytes, 0, 32, scratch.getUint32(0))
  if (bits === 64) writeBits(bytes, 32, 32, scratch.getUint32(4))
}

/** The largest value of MIL-STD-1750A. */
const largestMil = 2 ** 127

/** Reading and writing of a float encoding. A NaN keeps no payload on the way through. */
export function compileFloat(encoding: FloatEncoding): NumberCodec {
  const { bits, coding, bitsReversed } = encoding
  const order = memoryOrder(encoding.byteOrder, bits >>> 3)
  const usual = order === undefined && !bitsReversed
  const mil = coding === 'MILSTD_1750A'
  const own = (bytes: Uint8Array, bit: number) => arrange(bytes, bit, bits, order, bitsReversed)
  return {
    bits,
    form: 'float',
    usual: usual && !mil,
    read: mil
      ? (bytes, bit) => readMil(own(bytes, bit), bits)
      : usual
        ? (bytes, bit) => readIeee(bytes, bit, bits)
        : (bytes, bit) => readIeee(own(bytes, bit), 0, bits),
    write: (bytes, bit, value) => {
      const pattern = new Uint8Array(bits >>> 3)
      if (mil) writeMil(pattern, bits, Number(value))
      else writeIeee(pattern, bits, Number(value))
      scatter(bytes, bit, bits, pattern, order, bitsReversed)
    },
    fits: value => typeof value === 'number' && (!mil || (value >= -largestMil && value < largestMil)),
  }
}
