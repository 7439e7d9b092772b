import type { IdlPlain, IdlStruct, IdlValue } from './model.ts'
import { countOf, typeOf } from './types.ts'

/**
 * A value as JSON has it: numbers, strings, objects with the fields' names in lower case, lists nested with the first dimension
 * innermost; complex numbers as `[re, im]`, 64-bit integers as bigint, a reference as `{ heap: 5 }` or null. A lone structure
 * is one object.
 */
export function toPlain(value: IdlValue): unknown {
  if (value.type === 'undefined') return null
  if (value.type === 'struct' && value.dims.length === 1 && value.dims[0] === 1) return plainStruct(value, 0)
  return nest(value, value.dims, 0, countOf(value.dims))
}

function nest(value: IdlPlain | IdlStruct, dims: readonly number[], first: number, count: number): unknown {
  const slowest = dims.at(-1)
  if (slowest === undefined) return value.type === 'struct' ? plainStruct(value, first) : plainElement(value, first)
  const each = count / slowest
  return Array.from({ length: slowest }, (_, i) => nest(value, dims.slice(0, -1), first + i * each, each))
}

function plainStruct(value: IdlStruct, index: number): Record<string, unknown> {
  return Object.fromEntries(
    value.fields.map(({ name, value: inner }) => {
      if (inner.type === 'undefined') return [name.toLowerCase(), null]
      const each = countOf(inner.dims)
      const isLone = inner.type === 'struct' && each === 1
      return [name.toLowerCase(), isLone ? plainStruct(inner, index) : nest(inner, inner.dims, index * each, each)]
    }),
  )
}

function plainElement(value: IdlPlain, index: number): unknown {
  if (typeOf(value.type).parts === 2) return [value.values[2 * index], value.values[2 * index + 1]]
  const element = value.values[index]
  if (value.type === 'pointer' || value.type === 'objref') return element === 0 ? null : { heap: element }
  return element
}
