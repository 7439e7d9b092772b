import { failCdf } from '../codes.ts'
import type { DatasetVariable } from '../model.ts'
import { machineIsLittle } from '../numbers.ts'
import { encodeText } from '../text.ts'
import type { CdfNumbers, TypeInfo } from '../types.ts'

export type GivenValues = DatasetVariable['values']

/** Little-endian bytes of values of a type; `elements` is the width of strings. Shares memory with `values` where it can. */
export function valueBytes(values: GivenValues, type: TypeInfo, elements: number, where: string): Uint8Array {
  if (type.kind === 'text') return textBytes(values, elements, where)
  const numbers = toNumbers(values, type, where)
  const bytes = new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength)
  return machineIsLittle ? bytes : reversed(bytes, type.word)
}

function reversed(bytes: Uint8Array, word: number): Uint8Array {
  const copy = bytes.slice()
  for (let i = 0; i < copy.length; i += word) copy.subarray(i, i + word).reverse()
  return copy
}

function textBytes(values: GivenValues, elements: number, where: string): Uint8Array {
  if (values instanceof Uint8Array) return values
  const bytes = new Uint8Array(values.length * elements).fill(0x20)
  for (let i = 0; i < values.length; i++) {
    const value = values[i]
    if (typeof value !== 'string') return failCdf('cdf/bad-dataset', `${where}: value ${i} of a text variable is ${typeof value}`)
    const field = encodeText(value, elements)
    if (field.length > elements)
      failCdf('cdf/bad-dataset', `${where}: "${value}" is ${field.length} bytes long, its field ${elements}`, { elements })
    bytes.set(field, i * elements)
  }
  return bytes
}

/** Bytes of the longest string, at least 1. */
export function textWidth(values: GivenValues): number {
  let width = 1
  if (values instanceof Uint8Array) return width
  for (const value of values) if (typeof value === 'string') width = Math.max(width, encodeText(value).length)
  return width
}

/** The values as the typed array of their type; converts lists and other arrays, refusing what does not fit. */
export function toNumbers(values: GivenValues, type: TypeInfo, where: string): CdfNumbers {
  if (values instanceof type.array) return values
  const big = type.kind === 'bigint'
  for (let i = 0; i < values.length; i++) {
    const value = values[i]
    if (typeof value !== (big ? 'bigint' : 'number'))
      failCdf('cdf/bad-dataset', `${where}: value ${i} of type ${type.name} is a ${typeof value}, not a ${big ? 'bigint' : 'number'}`)
    if (type.kind === 'int') checkInteger(value as number, type, where)
  }
  const Maker = type.array as unknown as new (values: ArrayLike<unknown>) => CdfNumbers
  return new Maker(values)
}

function checkInteger(value: number, type: TypeInfo, where: string): void {
  const signed = !type.name.startsWith('CDF_UINT')
  const low = signed ? -(2 ** (type.bytes * 8 - 1)) : 0
  const high = low + 2 ** (type.bytes * 8) - 1
  if (!Number.isInteger(value) || value < low || value > high)
    failCdf('cdf/bad-dataset', `${where}: ${value} is no ${type.name} (whole numbers from ${low} to ${high})`, { value })
}
