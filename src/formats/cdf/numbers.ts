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
  const own = bytes.slice()
  toLittleEndian(own, type, encoding)
  const numbers = viewNumbers(own, type)
  return numbers instanceof BigInt64Array ? Array.from(numbers) : Array.from(numbers)
}

/** One value of the file's form: text for strings, else the list of its numbers. */
export const decodeValue = (bytes: Uint8Array, type: TypeInfo, encoding: Encoding): string | readonly number[] | readonly bigint[] =>
  type.kind === 'text' ? decodeText(bytes) : listNumbers(bytes, type, encoding)
