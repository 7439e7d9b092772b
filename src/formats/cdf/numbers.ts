import { toLittleEndian, type Encoding } from './encodings.ts'
import { decodeText } from './text.ts'
import type { CdfNumbers, TypeInfo } from './types.ts'

/** Whether this machine keeps the low byte first; typed arrays follow the machine. */
export const machineIsLittle: boolean = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1

/** A typed array over little-endian bytes: a view where alignment allows, else a copy. */
export function viewNumbers(bytes: Uint8Array, type: TypeInfo): CdfNumbers {
  const aligned = bytes.byteOffset % type.word === 0
  const from = aligned && machineIsLittle ? bytes : bytes.slice()
  if (!machineIsLittle) reverseWords(from, type.word)
  return new type.array(from.buffer, from.byteOffset, from.byteLength / type.word)
}

function reverseWords(bytes: Uint8Array, word: number): void {
  if (word > 1) for (let i = 0; i + word <= bytes.length; i += word) bytes.subarray(i, i + word).reverse()
}

/** Numbers as a plain list; EPOCH16 flat in pairs. */
export function listNumbers(bytes: Uint8Array, type: TypeInfo, encoding: Encoding): readonly number[] | readonly bigint[] {
  if (encoding.floats === 'ieee') return listIeee(bytes, type, encoding.order === 'little')
  const own = bytes.slice()
  toLittleEndian(own, type, encoding)
  return listIeee(own, type, true)
}

type Getter = (view: DataView, at: number, little: boolean) => number | bigint

const getters: ReadonlyMap<TypeInfo['array'], Getter> = new Map<TypeInfo['array'], Getter>([
  [Int8Array, (view, at) => view.getInt8(at)],
  [Uint8Array, (view, at) => view.getUint8(at)],
  [Int16Array, (view, at, little) => view.getInt16(at, little)],
  [Uint16Array, (view, at, little) => view.getUint16(at, little)],
  [Int32Array, (view, at, little) => view.getInt32(at, little)],
  [Uint32Array, (view, at, little) => view.getUint32(at, little)],
  [BigInt64Array, (view, at, little) => view.getBigInt64(at, little)],
  [Float32Array, (view, at, little) => view.getFloat32(at, little)],
  [Float64Array, (view, at, little) => view.getFloat64(at, little)],
])

// Attributes hold one or three numbers: a DataView costs less than a copy and a typed array.
function listIeee(bytes: Uint8Array, type: TypeInfo, little: boolean): readonly number[] | readonly bigint[] {
  const get = getters.get(type.array) as Getter
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const list: (number | bigint)[] = []
  for (let at = 0; at < bytes.byteLength; at += type.word) list.push(get(view, at, little))
  return list as number[]
}

/** One value of the file's form: text for strings, else the list of its numbers. */
export const decodeValue = (bytes: Uint8Array, type: TypeInfo, encoding: Encoding): string | readonly number[] | readonly bigint[] =>
  type.kind === 'text' ? decodeText(bytes) : listNumbers(bytes, type, encoding)
