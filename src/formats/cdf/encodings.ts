import { failCdf } from './codes.ts'
import type { TypeInfo } from './types.ts'

/** How numbers lie in a file: byte order, and the form of floating-point numbers. */
export interface Encoding {
  readonly code: number
  readonly name: string
  readonly order: 'big' | 'little'
  readonly floats: 'ieee' | 'vax-d' | 'vax-g'
}

const encoding = (code: number, name: string, order: Encoding['order'], floats: Encoding['floats'] = 'ieee'): Encoding => ({
  code,
  name,
  order,
  floats,
})

/** All encodings a CDR can name. HP is big-endian; VAX single precision is F_FLOAT in both VAX forms. */
export const encodings: readonly Encoding[] = [
  encoding(1, 'NETWORK', 'big'),
  encoding(2, 'SUN', 'big'),
  encoding(3, 'VAX', 'little', 'vax-d'),
  encoding(4, 'DECSTATION', 'little'),
  encoding(5, 'SGi', 'big'),
  encoding(6, 'IBMPC', 'little'),
  encoding(7, 'IBMRS', 'big'),
  encoding(9, 'PPC', 'big'),
  encoding(11, 'HP', 'big'),
  encoding(12, 'NeXT', 'big'),
  encoding(13, 'ALPHAOSF1', 'little'),
  encoding(14, 'ALPHAVMSd', 'little', 'vax-d'),
  encoding(15, 'ALPHAVMSg', 'little', 'vax-g'),
  encoding(16, 'ALPHAVMSi', 'little'),
  encoding(17, 'ARM_LITTLE', 'little'),
  encoding(18, 'ARM_BIG', 'big'),
  encoding(19, 'IA64VMSi', 'little'),
  encoding(20, 'IA64VMSd', 'little', 'vax-d'),
  encoding(21, 'IA64VMSg', 'little', 'vax-g'),
]

export const encodingOf = (code: number): Encoding =>
  encodings.find(e => e.code === code) ??
  failCdf('cdf/unsupported', `encoding ${code} in the CDR is none that CDF defines`, { encoding: code })

/** Turns stored values into little-endian IEEE in place; `bytes` must not be shared. */
export function toLittleEndian(bytes: Uint8Array, type: TypeInfo, encoding: Encoding): void {
  if (type.word === 1) return
  const isFloat = type.kind === 'float' || type.kind === 'pair'
  if (isFloat && encoding.floats !== 'ieee') {
    if (type.kind === 'pair') fromVaxPairs(bytes, encoding.floats)
    else fromVax(bytes, type.word === 4 ? 'f' : encoding.floats)
    return
  }
  if (encoding.order === 'big') swapWords(bytes, type.word)
}

/** Whether {@link toLittleEndian} would change anything. */
export const needsConversion = (type: TypeInfo, encoding: Encoding): boolean =>
  type.word > 1 && (encoding.order === 'big' || (encoding.floats !== 'ieee' && (type.kind === 'float' || type.kind === 'pair')))

/** Reverses the bytes of each word in place. */
export function swapWords(bytes: Uint8Array, word: 2 | 4 | 8): void {
  const aligned = bytes.byteOffset % 4 === 0
  if (word === 2) swap2(bytes)
  else if (!aligned) swapAnywhere(bytes, word)
  else {
    const words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >> 2)
    if (word === 4) swap4(words)
    else swap8(words)
  }
}

function swap2(bytes: Uint8Array): void {
  for (let i = 0; i + 1 < bytes.length; i += 2) {
    const b = bytes[i] as number
    bytes[i] = bytes[i + 1] as number
    bytes[i + 1] = b
  }
}

/** A 32-bit word with its bytes turned round. */
export const reverse4 = (w: number): number => (w >>> 24) | ((w >>> 8) & 0xff00) | ((w << 8) & 0xff0000) | (w << 24)

function swap4(words: Int32Array): void {
  for (let i = 0; i < words.length; i++) words[i] = reverse4(words[i] as number)
}

function swap8(words: Int32Array): void {
  for (let i = 0; i + 1 < words.length; i += 2) {
    const first = words[i] as number
    words[i] = reverse4(words[i + 1] as number)
    words[i + 1] = reverse4(first)
  }
}

function swapAnywhere(bytes: Uint8Array, word: 4 | 8): void {
  for (let i = 0; i + word <= bytes.length; i += word) bytes.subarray(i, i + word).reverse()
}

/**
 * NASA's library converts only half of the EPOCH16 values it writes in a VAX encoding (it counts values, not their two
 * numbers), so that files hold a mixture. What reads as IEEE as a whole number in range has been left so: VAX numbers of
 * that size read as IEEE are denormal.
 */
function fromVaxPairs(bytes: Uint8Array, form: 'vax-d' | 'vax-g'): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let at = 0; at + 8 <= bytes.length; at += 8) {
    const value = view.getFloat64(at, true)
    const isIeee = (Number.isInteger(value) && value >= 1 && value < 1e12) || value === -1e31
    if (!isIeee) fromVax(bytes.subarray(at, at + 8), form)
  }
}

/** VAX words are little-endian pairs of bytes, the pair with sign and exponent first. */
function fromVax(bytes: Uint8Array, form: 'f' | 'vax-d' | 'vax-g'): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (form === 'f') {
    for (let i = 0; i + 4 <= bytes.length; i += 4) view.setFloat32(i, vaxF(view, i), true)
    return
  }
  for (let i = 0; i + 8 <= bytes.length; i += 8) view.setFloat64(i, vaxDouble(view, i, form), true)
}

// F_FLOAT: 1 sign, 8 exponent (excess 128), 23 fraction bits of 0.1fff (VAX Architecture Reference Manual).
function vaxF(view: DataView, at: number): number {
  const head = view.getUint16(at, true)
  const exponent = (head >> 7) & 0xff
  const sign = (head & 0x8000) === 0 ? 1 : -1
  // A set sign alone is what NASA's library makes of -0, and what it reads as such.
  if (exponent === 0) return sign * 0
  const fraction = (head & 0x7f) * 65_536 + view.getUint16(at + 2, true)
  return sign * (1 + fraction / 8_388_608) * 2 ** (exponent - 129)
}

// D_FLOAT: 8 exponent (excess 128), 55 fraction bits. G_FLOAT: 11 exponent (excess 1024), 52 fraction bits.
function vaxDouble(view: DataView, at: number, form: 'vax-d' | 'vax-g'): number {
  const words = [0, 2, 4, 6].map(k => view.getUint16(at + k, true)) as [number, number, number, number]
  const head = words[0]
  const sign = (head & 0x8000) === 0 ? 1 : -1
  const isD = form === 'vax-d'
  const exponent = isD ? (head >> 7) & 0xff : (head >> 4) & 0x7ff
  if (exponent === 0) return sign * 0
  const top = isD ? head & 0x7f : head & 0xf
  const rest = (words[1] * 65_536 + words[2]) * 65_536 + words[3]
  const bits = isD ? dFraction(top, rest) : top / 16 + rest / 2 ** 52
  return sign * (1 + bits) * 2 ** (exponent - (isD ? 129 : 1025))
}

// 55 bits do not fit a double: the three lowest are cut, as NASA's library does.
const dFraction = (top: number, rest: number): number => (top * 2 ** 45 + Math.floor(rest / 8)) / 2 ** 52
