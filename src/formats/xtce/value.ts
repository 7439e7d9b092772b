import type { Criteria } from './model.ts'

/** What a parameter can hold. Integers above 53 bits are bigint; an aggregate is a record of its members, an array a list. */
export type Value = number | bigint | string | boolean | Uint8Array | readonly Value[] | { readonly [member: string]: Value }

export type Values = Readonly<Record<string, Value>>

/** Where comparisons and dynamic sizes look up parameters: those decoded before, or those being encoded. */
export interface Lookup {
  raw(parameter: string): Value | undefined
  engineering(parameter: string): Value | undefined
  /** The records being read or written, the innermost last, with the members that are known so far. */
  readonly records?: Readonly<Record<string, Value>>[]
}

export type Test = (lookup: Lookup) => boolean

const follow = (value: Value | undefined, path: readonly string[]): Value | undefined => {
  let at = value
  for (const member of path) at = (at as { readonly [member: string]: Value } | undefined)?.[member]
  return at
}

/** The value a reference means, or undefined when it is not there (yet). */
export const find = (
  lookup: Lookup,
  ref: { readonly parameter: string; readonly path: readonly string[]; readonly calibrated: boolean; readonly member?: boolean },
): Value | undefined => {
  if (ref.member === true)
    return follow(
      lookup.records?.findLast(record => Object.hasOwn(record, ref.path[0]!)),
      ref.path,
    )
  return follow(ref.calibrated ? lookup.engineering(ref.parameter) : lookup.raw(ref.parameter), ref.path)
}

/** A value in a message: records and lists as JSON. */
export const showValue = (value: Value | undefined): string =>
  typeof value === 'object'
    ? JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'bigint' ? String(inner) : inner))
    : String(value)

/** -1, 0, 1 or NaN (cannot be compared). A text from the definition becomes a number when the value is one. */
function compare(value: Value | undefined, wanted: Value): number {
  if (typeof value === 'number' || typeof value === 'bigint') {
    const other = typeof wanted === 'string' ? readLiteral(wanted) : wanted
    if (typeof other !== 'number' && typeof other !== 'bigint') return Number.NaN
    return value < other ? -1 : value > other ? 1 : value == other ? 0 : Number.NaN // 1n == 1
  }
  if (value === undefined || typeof value === 'object') return Number.NaN
  const a = showValue(value)
  const b = showValue(wanted)
  return a < b ? -1 : a > b ? 1 : 0
}

const readLiteral = (text: string): number | bigint | undefined => {
  const trimmed = text.trim()
  if (/^[+-]?\d{16,}$/.test(trimmed)) return BigInt(trimmed)
  const value = trimmed === '' ? Number.NaN : Number(trimmed)
  return Number.isNaN(value) ? undefined : value
}

const verdicts = {
  '==': (order: number) => order === 0,
  '!=': (order: number) => order === -1 || order === 1,
  '<': (order: number) => order === -1,
  '<=': (order: number) => order === -1 || order === 0,
  '>': (order: number) => order === 1,
  '>=': (order: number) => order === 1 || order === 0,
} as const

/** A closure that says whether criteria hold. A parameter that is absent holds nothing true. */
export function compileCriteria(criteria: Criteria): Test {
  if (criteria.kind === 'value') {
    const verdict = verdicts[criteria.operator]
    const { ref, value } = criteria
    const literal = readLiteral(value)
    return lookup => {
      const found = find(lookup, ref)
      return verdict(compare(found, typeof found === 'number' && literal !== undefined ? literal : value))
    }
  }
  if (criteria.kind === 'parameters') {
    const verdict = verdicts[criteria.operator]
    return lookup => {
      const right = find(lookup, criteria.right)
      return right !== undefined && verdict(compare(find(lookup, criteria.left), right))
    }
  }
  const tests = criteria.of.map(compileCriteria)
  return criteria.kind === 'all' ? lookup => tests.every(test => test(lookup)) : lookup => tests.some(test => test(lookup))
}
