import { failCdf } from '../codes.ts'
import type { AttributeValue, TypedAttribute } from '../model.ts'
import { encodeText } from '../text.ts'
import { typeOf, typeTable, type CdfNumbers, type CdfType, type TypeInfo } from '../types.ts'
import { valueBytes } from './values.ts'

/** An entry ready to write. */
export interface EntryBytes {
  readonly entry: number
  readonly type: TypeInfo
  readonly elements: number
  readonly strings: number
  readonly bytes: Uint8Array
}

type Given = AttributeValue | readonly number[] | readonly bigint[]

// ISTP: these have the type of their variable (section "Variable attributes" of the guide).
const LIKE_VARIABLE = /^(FILLVAL|VALIDMIN|VALIDMAX|SCALEMIN|SCALEMAX|LIMITS_\w+|DELTA_PLUS|DELTA_MINUS)$/u

/** Bytes of an attribute's entry. Untyped numbers take the variable's type where ISTP says so, else INT4, INT8 or REAL8. */
export function entryBytes(name: string, given: Given, entry: number, variable: TypeInfo | undefined): EntryBytes {
  const { type, value, elements } = isTyped(given) ? given : { type: inferType(name, given, variable), value: given, elements: undefined }
  const info = typeOf(type)
  if (info.kind === 'text') return textEntry(name, value, entry, info, elements)
  const list = typeof value === 'number' || typeof value === 'bigint' ? [value] : value
  if (typeof list === 'string') return failCdf('cdf/bad-dataset', `attribute ${name} is text but its type is ${type}`)
  // An entry of no values makes NASA's library refuse the file: a blank stands for nothing.
  if (list.length === 0) return textEntry(name, ' ', entry, typeOf('CDF_CHAR'), undefined)
  const bytes = valueBytes(list as number[], info, 1, `attribute ${name}`)
  return { entry, type: info, elements: bytes.length / info.bytes, strings: 0, bytes }
}

function textEntry(name: string, value: unknown, entry: number, type: TypeInfo, elements: number | undefined): EntryBytes {
  if (typeof value !== 'string') return failCdf('cdf/bad-dataset', `attribute ${name} is of type ${type.name} but its value is no text`)
  const text = encodeText(value === '' ? ' ' : value, elements)
  const bytes = new Uint8Array(Math.max(text.length, elements ?? 0)).fill(0x20)
  bytes.set(text)
  // Since 3.7 one entry can hold several strings, parted by "\N ".
  return { entry, type, elements: bytes.length, strings: value.split('\\N ').length, bytes }
}

export const isTyped = (given: unknown): given is TypedAttribute =>
  typeof given === 'object' && given !== null && 'type' in given && 'value' in given

function inferType(name: string, given: Exclude<Given, TypedAttribute>, variable: TypeInfo | undefined): CdfType {
  if (typeof given === 'string') return 'CDF_CHAR'
  const like = LIKE_VARIABLE.test(name) && variable !== undefined && variable.kind !== 'text' ? variable : undefined
  if (ArrayBuffer.isView(given)) {
    if (like !== undefined && given instanceof like.array) return like.name
    return typeTable.find(t => given.constructor === t.array)?.name ?? 'CDF_REAL8'
  }
  const list: readonly (number | bigint)[] = Array.isArray(given) ? (given as number[]) : [given as number]
  const isBig = typeof list[0] === 'bigint'
  if (like !== undefined && isBig === (like.kind === 'bigint')) return like.name
  if (isBig) return 'CDF_INT8'
  return list.every(v => Number.isInteger(v) && Math.abs(Number(v)) < 2 ** 31) ? 'CDF_INT4' : 'CDF_REAL8'
}

/** The entries of a global attribute: one value, or a list of them. */
export function globalEntries(name: string, given: AttributeValue | readonly AttributeValue[]): EntryBytes[] {
  const list: readonly AttributeValue[] = Array.isArray(given) ? given : [given as AttributeValue]
  const entries: EntryBytes[] = []
  let next = 0
  for (const value of list) {
    const entry = isTyped(value) ? (value.entry ?? next) : next
    if (entry < 0 || entries.some(e => e.entry === entry))
      failCdf('cdf/bad-dataset', `global attribute ${name} has two entries numbered ${entry}`)
    entries.push(entryBytes(name, value, entry, undefined))
    next = entry + 1
  }
  return entries
}

export type { CdfNumbers }
