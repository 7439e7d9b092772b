import { fail } from '#error'

/** Reads one value found at `path` or throws `simulation/invalid` naming the path, what is there and what is wanted. */
export type Reader<T> = (value: unknown, path: string) => T

const wrong = (path: string, want: string, value: unknown): never =>
  fail('simulation/invalid', `${path}: ${value === undefined ? 'missing' : `is ${JSON.stringify(value)}`}, must be ${want}`, { path })

/** A number in [least, most]. */
export const number =
  (least: number, most: number): Reader<number> =>
  (value, path) =>
    typeof value === 'number' && value >= least && value <= most ? value : wrong(path, `a number from ${least} to ${most}`, value)

/** Text that a pattern accepts. */
export const text =
  (pattern: RegExp, meaning: string): Reader<string> =>
  (value, path) =>
    typeof value === 'string' && pattern.test(value) ? value : wrong(path, meaning, value)

/** A list of `least` to `most` things. */
export const list =
  <T>(of: Reader<T>, least: number, most: number): Reader<readonly T[]> =>
  (value, path) =>
    Array.isArray(value) && value.length >= least && value.length <= most
      ? value.map((item, i) => of(item, `${path}[${i}]`))
      : wrong(path, `a list of ${least === most ? least : `${least} to ${most}`} entries`, Array.isArray(value) ? value.length : value)

/** Exactly three of a kind. */
export const three =
  <T>(of: Reader<T>): Reader<readonly [T, T, T]> =>
  (value, path) =>
    list(of, 3, 3)(value, path) as readonly [T, T, T]

/** A mapping with exactly these keys (written with dashes) to the fields of T; an unknown key is a fault, with the known ones named. */
export const record =
  <T>(fields: { readonly [K in keyof T]: readonly [key: string, of: Reader<T[K]>] }): Reader<T> =>
  (value, path) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return wrong(path, 'a mapping', value)
    const entries = Object.entries(fields) as [string, readonly [string, Reader<unknown>]][]
    const known = entries.map(([, [key]]) => key)
    const stranger = Object.keys(value).find(key => !known.includes(key))
    if (stranger !== undefined)
      fail('simulation/invalid', `${path}: unknown key "${stranger}"; known are ${known.join(', ')}`, { path: `${path}.${stranger}` })
    const given = value as Record<string, unknown>
    return Object.fromEntries(entries.map(([field, [key, of]]) => [field, of(given[key], path === '' ? key : `${path}.${key}`)])) as T
  }

/** A mapping from any word. */
export const dictionary =
  <T>(of: Reader<T>): Reader<Readonly<Record<string, T>>> =>
  (value, path) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, of(item, path === '' ? key : `${path}.${key}`)]))
      : wrong(path, 'a mapping', value)
