import { readBits, readOctets, writeBits, writeOctets } from './bits.ts'
import type { Cursor } from './cursor.ts'
import { compileAmount, ensureBits, growWriter } from './cursor.ts'
import type { ParameterType, StringEncoding } from './model.ts'
import type { Value } from './value.ts'
import { showValue } from './value.ts'
import type { ValueCodec } from './value-codec.ts'
import { refuseValue } from './value-codec.ts'

function encodeText(charset: string, text: string): Uint8Array {
  if (charset === 'utf-8') return new TextEncoder().encode(text)
  if (!charset.startsWith('utf-16')) return Uint8Array.from(text, letter => letter.charCodeAt(0) & 255)
  const bytes = new Uint8Array(text.length * 2)
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    bytes[2 * i + (charset === 'utf-16le' ? 0 : 1)] = unit & 255
    bytes[2 * i + (charset === 'utf-16le' ? 1 : 0)] = unit >> 8
  }
  return bytes
}

/** Where `terminator` begins in `bytes` from `start` on, in steps of its own size, or -1. */
function findEnd(bytes: Uint8Array, terminator: Uint8Array, start = 0): number {
  const step = terminator.byteLength
  for (let at = start; at + step <= bytes.byteLength; at += step) {
    if (terminator.every((octet, i) => bytes[at + i] === octet)) return at
  }
  return -1
}

/** Bits that the string takes from the cursor on. */
function measure(cursor: Cursor, encoding: StringEncoding, boxOf: ((cursor: Cursor) => number) | undefined): number {
  if (boxOf !== undefined) return boxOf(cursor)
  const { leadingBits, leadingUnit: unit = 1, terminator } = encoding
  if (leadingBits !== undefined) {
    return ensureBits(cursor, leadingBits) ? leadingBits + unit * readBits(cursor.bytes, cursor.bit, leadingBits) : Number.NaN
  }
  // Without its terminator a text takes the whole octets that are left.
  const rest = readOctets(cursor.bytes, cursor.bit, (cursor.end - cursor.bit) & ~7)
  const end = findEnd(rest, terminator!)
  return 8 * (end < 0 ? rest.byteLength : end + terminator!.byteLength)
}

/** Bits that the octets of a field stand for: a size tag can announce a size that is no whole number of octets. */
function bitsOf(octets: Uint8Array, encoding: StringEncoding, box: number | undefined): number {
  const { leadingBits, leadingUnit: unit = 1 } = encoding
  const told =
    box ??
    (leadingBits === undefined || octets.byteLength * 8 < leadingBits ? Number.NaN : leadingBits + unit * readBits(octets, 0, leadingBits))
  return Number.isInteger(told) && (told + 7) >>> 3 === octets.byteLength ? told : octets.byteLength * 8
}

/** The text within the octets of the field. */
function readText(raw: Uint8Array, encoding: StringEncoding, decoder: TextDecoder): string {
  const { leadingBits, leadingUnit: unit = 1, terminator } = encoding
  let content = raw
  if (leadingBits !== undefined) {
    const room = raw.byteLength * 8 - leadingBits
    content = readOctets(raw, leadingBits, Math.max(0, Math.min(room, unit * readBits(raw, 0, leadingBits))))
  }
  const end = terminator === undefined ? -1 : findEnd(content, terminator)
  return decoder.decode(end < 0 ? content : content.subarray(0, end))
}

/** The octets of the field for a text, in a box of `fixed` bits if that is given. */
function packText(name: string, text: string, encoding: StringEncoding, fixed: number | undefined): Uint8Array {
  const { leadingBits = 0, leadingUnit: unit = 1, terminator = new Uint8Array() } = encoding
  const content = encodeText(encoding.charset, text)
  // A text that fills its box needs no terminator.
  const full = fixed !== undefined && leadingBits + content.byteLength * 8 === fixed
  const need = leadingBits + (content.byteLength + (full ? 0 : terminator.byteLength)) * 8
  if (fixed !== undefined && need > fixed) refuseValue(name, text, `it takes ${need} bits, the field has ${fixed}`)
  const raw = new Uint8Array(((fixed ?? need) + 7) >>> 3)
  if (leadingBits > 0) writeBits(raw, 0, leadingBits, (content.byteLength * 8) / unit)
  writeOctets(raw, leadingBits, content.byteLength * 8, content)
  if (!full) writeOctets(raw, leadingBits + content.byteLength * 8, terminator.byteLength * 8, terminator)
  return raw
}

/**
 * Strings. The raw value is all octets of the field (size tag, terminator and what lies behind it included), so that nothing is
 * lost; the engineering value is the text, or the number it spells for a numeric type.
 */
export function compileString(type: ParameterType, encoding: StringEncoding): ValueCodec {
  const boxOf = encoding.box === undefined ? undefined : compileAmount(encoding.box)
  const fixed = encoding.box?.kind === 'fixed' ? encoding.box.value : undefined
  const decoder = new TextDecoder(encoding.charset, { ignoreBOM: true })
  const numeric = type.kind === 'integer' || type.kind === 'float'
  const pack = (value: Value): Uint8Array => (value instanceof Uint8Array ? value : packText(type.name, showValue(value), encoding, fixed))
  return {
    bits: fixed,
    plain: false,
    read: cursor => {
      const bits = measure(cursor, encoding, boxOf)
      if (!ensureBits(cursor, bits)) return new Uint8Array()
      const octets = readOctets(cursor.bytes, cursor.bit, bits)
      cursor.bit += bits
      return octets
    },
    write: (writer, raw) => {
      const octets = pack(raw)
      const bits = fixed ?? bitsOf(octets, encoding, boxOf?.(writer))
      if ((bits + 7) >>> 3 !== octets.byteLength) refuseValue(type.name, raw, `it holds ${bits} bits, not ${octets.byteLength * 8}`)
      growWriter(writer, bits)
      writeOctets(writer.bytes, writer.bit, bits, octets)
      writer.bit += bits
    },
    calibrate: raw => {
      const text = readText(raw as Uint8Array, encoding, decoder)
      return numeric ? Number(text) : text
    },
    uncalibrate: pack,
  }
}
