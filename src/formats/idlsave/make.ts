import { failSave } from './codes.ts'
import type { IdlField, IdlPlain, IdlStruct, IdlValue, SaveContent } from './model.ts'
import { typeOf, type IdlArrays, type IdlPlainType } from './types.ts'

type Given<T extends IdlPlainType> = IdlArrays[T][number]

/** One value: `scalar('long', 5)`. Complex numbers are made with {@link array} of a pair and the dims `[]`. */
export const scalar = <T extends IdlPlainType>(type: T, value: Given<T>): IdlPlain => array(type, [value], [])

/** Many values, by default in one dimension: `array('float', [1, 2, 3])`. */
export function array<T extends IdlPlainType>(type: T, values: ArrayLike<Given<T>>, dims?: readonly number[]): IdlPlain {
  const { make, parts } = typeOf(type)
  const own = make === undefined ? Array.from(values) : fill(make(values.length), values as ArrayLike<never>)
  return { type, dims: dims ?? [values.length / parts], values: own } as IdlPlain
}

function fill<A extends { [i: number]: unknown }>(into: A, values: ArrayLike<A[number]>): A {
  for (let i = 0; i < values.length; i++) into[i] = values[i]
  return into
}

/** One structure, anonymous unless named; for an array of them give `dims`, and fields with the values of all. */
export const struct = (fields: Readonly<Record<string, IdlValue>>, name = '', dims: readonly number[] = [1]): IdlStruct => ({
  type: 'struct',
  dims,
  name,
  fields: Object.entries(fields).map(([field, value]): IdlField => ({ name: field.toUpperCase(), value })),
})

/** The value of a variable, by its name in any case; throws `idlsave/no-such-name` with the names there are. */
export function variableOf(file: SaveContent, name: string): IdlValue {
  const found = file.variables.find(variable => variable.name.toLowerCase() === name.toLowerCase())
  if (found !== undefined) return found.value
  const names = file.variables.map(variable => variable.name).join(', ')
  return failSave('idlsave/no-such-name', `there is no variable ${name}; there is ${names || 'none'}`, { name })
}

/** A field of a structure, by its name in any case, or undefined. */
export const fieldOf = (value: IdlStruct, name: string): IdlValue | undefined =>
  value.fields.find(field => field.name.toLowerCase() === name.toLowerCase())?.value
