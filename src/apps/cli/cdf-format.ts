import type { CdfEntry, CdfType, CdfValues } from '#formats/cdf'
import { formatEpoch, formatEpoch16, formatUtc, type Tt2000 } from '#formats/time'

export const say = (line: string): boolean => process.stdout.write(`${line}\n`)

/** JSON with 64-bit integers as decimal strings, NaN and infinities as words, typed arrays as lists. */
export const sayJson = (value: unknown): boolean => say(JSON.stringify(value, (_, item: unknown) => plainItem(item), 2))

// Of ECMAScript 2026, and of Node since 22.
const { rawJSON } = JSON as unknown as { readonly rawJSON: (text: string) => unknown }

function plainItem(item: unknown): unknown {
  if (typeof item === 'bigint') return String(item)
  if (ArrayBuffer.isView(item)) return Array.from(item as unknown as ArrayLike<unknown>)
  if (typeof item !== 'number') return item
  if (!Number.isFinite(item)) return String(item)
  // Without an exponent, languages with whole numbers of any size read digits that a double does not have.
  return Math.abs(item) > Number.MAX_SAFE_INTEGER ? rawJSON(item.toExponential()) : item
}

/** One value as a person reads it: times as UTC, single precision without the digits it does not have. */
export function formatValue(type: CdfType, values: CdfValues | readonly (number | bigint)[], index: number): string {
  if (type === 'CDF_EPOCH16') return formatEpoch16([Number(values[2 * index]), Number(values[2 * index + 1])])
  const value = values[index]
  if (value === undefined) return ''
  if (typeof value === 'string') return value
  if (type === 'CDF_TIME_TT2000') return formatUtc(value as Tt2000)
  if (type === 'CDF_EPOCH') return formatEpoch(Number(value))
  return type === 'CDF_REAL4' || type === 'CDF_FLOAT' ? formatSingle(Number(value)) : String(value)
}

function formatSingle(value: number): string {
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits))
    if (Math.fround(short) === value) return String(short)
  }
  return String(value)
}

/** An attribute's value on one line. */
export function formatEntry({ type, value }: CdfEntry): string {
  if (typeof value === 'string') return value.replace(/[\s\0]+$/u, '')
  const count = type === 'CDF_EPOCH16' ? value.length / 2 : value.length
  return Array.from({ length: count }, (_, i) => formatValue(type, value, i)).join(', ')
}

/** Columns as wide as their widest cell, but the last. */
export function formatTable(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map(row => (row[column] ?? '').length)))
  return rows.map(row =>
    row
      .map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  )
}

export const shorten = (text: string, length: number): string => (text.length <= length ? text : `${text.slice(0, length - 1)}…`)
