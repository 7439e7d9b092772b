import type { ByteOrder, Encoding, StringEncoding } from './model.ts'
import { integerCodings } from './model.ts'
import { readAmount, readCalibration } from './read-criteria.ts'
import type { Scope } from './read-scope.ts'
import { findKey, note, readNumber, refuse } from './read-scope.ts'
import type { XmlElement } from '../xml.ts'
import { childOf, childrenOf } from '../xml.ts'

/** Names of string encodings in XTCE and what TextDecoder calls them. */
const charsets: Readonly<Record<string, string>> = {
  'UTF-8': 'utf-8',
  'US-ASCII': 'utf-8',
  'ISO-8859-1': 'latin1',
  'Windows-1252': 'windows-1252',
  'UTF-16': 'utf-16be',
  'UTF-16BE': 'utf-16be',
  'UTF-16LE': 'utf-16le',
}

function readBits(scope: Scope, element: XmlElement, usual: number, most: number): number {
  const bits = readNumber(scope, element, element.attributes['sizeInBits'] ?? String(usual))
  if (!Number.isInteger(bits) || bits < 1 || bits > most) refuse(scope, element, `a size of ${bits} bits is not between 1 and ${most}`)
  return bits
}

function readByteOrder(scope: Scope, element: XmlElement, bits: number): ByteOrder {
  const listed = childrenOf(childOf(element, 'ByteOrderList'), 'Byte').map(byte => byte.attributes['byteSignificance'])
  const text = element.attributes['byteOrder'] ?? (listed.length > 0 ? listed.join(',') : 'mostSignificantByteFirst')
  if (text === 'mostSignificantByteFirst') return 'big'
  if (text === 'leastSignificantByteFirst') {
    if (bits % 8 !== 0) note(scope, element, `least significant byte first in ${bits} bits`, true)
    return 'little'
  }
  const order = text.split(/[\s,]+/).map(Number)
  const whole = order.length * 8 === bits && order.every((_, i) => order.includes(i))
  return whole ? order : refuse(scope, element, `the byte order "${text}" does not name each of ${bits / 8} bytes once`)
}

function readInteger(scope: Scope, element: XmlElement): Encoding {
  const bits = readBits(scope, element, 8, 64)
  const text = element.attributes['encoding'] ?? 'unsigned'
  const coding = integerCodings.find(name => name === text) ?? scope.integerWords[text]
  const held = coding === undefined || bits <= 53 || coding === 'unsigned' || coding === 'twosComplement'
  if (!held) note(scope, element, `${text} of ${bits} bits`, true)
  if (coding === undefined) note(scope, element, `integer encoding ${text}`, true)
  return {
    kind: 'integer',
    bits,
    coding: coding ?? 'unsigned',
    byteOrder: readByteOrder(scope, element, bits),
    bitsReversed: element.attributes['bitOrder'] === 'leastSignificantBitFirst',
    calibration: readCalibration(scope, element),
  }
}

function readFloat(scope: Scope, element: XmlElement): Encoding {
  const bits = readBits(scope, element, 32, 128)
  const text = element.attributes['encoding'] ?? 'IEEE754'
  const coding = text.startsWith('MILSTD_1750') ? 'MILSTD_1750A' : 'IEEE754'
  if (!/^IEEE-?754/.test(text) && coding === 'IEEE754') note(scope, element, `float encoding ${text}`, true)
  const sizes = coding === 'IEEE754' ? [16, 32, 64] : [32, 48]
  if (!sizes.includes(bits)) note(scope, element, `${coding} of ${bits} bits`, true)
  return {
    kind: 'float',
    bits,
    coding,
    byteOrder: readByteOrder(scope, element, bits),
    bitsReversed: element.attributes['bitOrder'] === 'leastSignificantBitFirst',
    calibration: readCalibration(scope, element),
  }
}

const readHex = (scope: Scope, element: XmlElement): Uint8Array => {
  const text =
    element.text.length % 2 === 0 && /^[0-9a-fA-F]+$/.test(element.text)
      ? element.text
      : refuse(scope, element, `"${element.text}" is not hexadecimal`)
  return Uint8Array.from({ length: text.length / 2 }, (_, i) => Number.parseInt(text.slice(2 * i, 2 * i + 2), 16))
}

function namesNothing(scope: Scope, size: XmlElement): boolean {
  const ref = childOf(childOf(size, 'DynamicValue'), 'ParameterInstanceRef')?.attributes['parameterRef']
  return ref !== undefined && findKey(scope, 'parameter', ref) === undefined
}

function readString(scope: Scope, element: XmlElement): StringEncoding {
  const name = element.attributes['encoding'] ?? 'UTF-8'
  const charset = charsets[name]
  if (charset === undefined) note(scope, element, `string encoding ${name}`, true)
  // `SizeInBits` and `Variable` hold the same children, apart from the box (XTCE 1.2 section 4.3.2.2.5.4).
  const size = childOf(element, 'SizeInBits') ?? childOf(element, 'Variable')
  const leading = childOf(size, 'LeadingSize') ?? childOf(element, 'LeadingSize')
  const end = childOf(size, 'TerminationChar') ?? childOf(element, 'TerminationChar')
  const sized = size?.children.some(child => ['Fixed', 'FixedValue', 'DynamicValue', 'DiscreteLookupList'].includes(child.name)) === true
  // The schema demands a size where a terminator or a size tag says it all; some write one of a parameter that is not there.
  const absent = sized && (leading !== undefined || end !== undefined) && namesNothing(scope, size)
  if (absent) note(scope, element, 'a size by a parameter that is not there (the size tag or terminator is followed)')
  const boxed = sized && !absent
  if (!boxed && leading === undefined && end === undefined) refuse(scope, element, 'a string needs a size, a leading size or a terminator')
  return {
    kind: 'string',
    charset: charset ?? 'utf-8',
    ...(boxed ? { box: readAmount(scope, size) } : {}),
    ...(leading === undefined
      ? {}
      : { leadingBits: readNumber(scope, leading, leading.attributes['sizeInBitsOfSizeTag'] ?? '16'), leadingUnit: scope.sizeTags }),
    ...(end === undefined ? {} : { terminator: readHex(scope, end) }),
  }
}

function readBinary(scope: Scope, element: XmlElement): Encoding {
  const transform = childOf(element, 'FromBinaryTransformAlgorithm')
  if (transform !== undefined) note(scope, transform, 'FromBinaryTransformAlgorithm (octets are given as they are)')
  const size = childOf(element, 'SizeInBits')
  const bits = element.attributes['sizeInBits']
  if (size === undefined && bits !== undefined) return { kind: 'binary', size: { kind: 'fixed', value: readNumber(scope, element, bits) } }
  return { kind: 'binary', size: readAmount(scope, size ?? refuse(scope, element, 'a binary encoding needs SizeInBits')) }
}

/** The data encoding among the children of a type, or undefined. */
export function readEncoding(scope: Scope, type: XmlElement): Encoding | undefined {
  for (const child of type.children) {
    if (child.name === 'IntegerDataEncoding') return readInteger(scope, child)
    if (child.name === 'FloatDataEncoding') return readFloat(scope, child)
    if (child.name === 'StringDataEncoding') return readString(scope, child)
    if (child.name === 'BinaryDataEncoding') return readBinary(scope, child)
  }
  return undefined
}
