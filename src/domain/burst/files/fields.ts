import { fail } from '#error'
import { array, fieldOf, scalar, type IdlField, type IdlPlain, type IdlPlainType, type IdlStruct, type IdlValue } from '#formats/idlsave'
import type { OtherField, OtherFields } from './model.ts'

/** Reads fields of one structure by name; what is missing or of another kind throws `burst/bad-structure` with the names. */
export interface FieldReader {
  readonly has: (name: string) => boolean
  /** Numbers of a scalar or an array; one number is a list of one. NaN and infinities are null. */
  readonly numbers: (name: string) => readonly (number | null)[]
  readonly whole: (name: string) => readonly number[]
  readonly texts: (name: string) => readonly string[]
  /** Fields that nobody has asked for. */
  readonly others: () => OtherFields | undefined
}

export function readFields(struct: IdlStruct, title: string): FieldReader {
  const used = new Set<string>()
  const find = (name: string): IdlValue => {
    used.add(name)
    return fieldOf(struct, name) ?? fail('burst/bad-structure', `${title} has no field ${name.toUpperCase()}`, { name })
  }
  const refuse = (name: string, value: IdlValue, want: string): never =>
    fail('burst/bad-structure', `field ${name.toUpperCase()} of ${title} is of type ${value.type}, ${want} are wanted`, {
      name,
      type: value.type,
    })
  const numbers = (name: string): readonly (number | null)[] => {
    const value = find(name)
    if (value.type === 'struct' || value.type === 'undefined' || value.type === 'string') return refuse(name, value, 'numbers')
    return Array.from(value.values as ArrayLike<number | bigint>, one => finite(Number(one)))
  }
  return {
    has: name => {
      used.add(name)
      return fieldOf(struct, name) !== undefined
    },
    numbers,
    whole: name =>
      numbers(name).map((one, i) =>
        one !== null && Number.isInteger(one)
          ? one
          : fail('burst/bad-structure', `value ${i} of ${name.toUpperCase()} in ${title} is ${one}, a whole number is wanted`, { name }),
      ),
    texts: name => {
      const value = find(name)
      return value.type === 'string' ? value.values : refuse(name, value, 'strings')
    },
    others: () => {
      const left = struct.fields.filter(field => !used.has(field.name.toLowerCase()))
      return left.length === 0 ? undefined : Object.fromEntries(left.map(field => [field.name.toLowerCase(), keepField(field, title)]))
    },
  }
}

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null)

function keepField({ name, value }: IdlField, title: string): OtherField {
  if (value.type === 'struct' || value.type === 'undefined')
    return fail(
      'burst/bad-structure',
      `field ${name} of ${title} is a ${value.type === 'struct' ? 'structure' : 'value without a type'}, which no selection has`,
      { name },
    )
  const values = Array.from(value.values as ArrayLike<number | bigint | string>, one =>
    typeof one === 'bigint' ? String(one) : typeof one === 'number' ? finite(one) : one,
  )
  return { type: value.type, dims: value.dims, values }
}

/** Fields kept by {@link FieldReader.others}, for writing. */
export const restoreFields = (others: OtherFields | undefined): Readonly<Record<string, IdlValue>> =>
  Object.fromEntries(Object.entries(others ?? {}).map(([name, field]) => [name, restoreField(field)]))

function restoreField({ type, dims, values }: OtherField): IdlPlain {
  if (type === 'string') return array(type, values.map(String), dims)
  if (type === 'long64' || type === 'ulong64')
    return array(
      type,
      values.map(one => BigInt(one ?? 0)),
      dims,
    )
  return array(type, values.map(numberOf), dims)
}

const numberOf = (value: number | string | null): number => (value === null ? Number.NaN : Number(value))

/** One value of a field, or one per segment. */
export const field = (type: Exclude<IdlPlainType, 'string' | 'long64' | 'ulong64'>, value: number | null): IdlPlain =>
  scalar(type, numberOf(value))
export const list = (type: Exclude<IdlPlainType, 'string' | 'long64' | 'ulong64'>, values: readonly (number | null)[]): IdlPlain =>
  array(type, values.map(numberOf))
export const text = (value: string): IdlPlain => scalar('string', value)
export const texts = (values: readonly string[]): IdlPlain => array('string', values)
