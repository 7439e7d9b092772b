import type { CdfType } from '#formats/cdf'
import type { Column, ParameterType } from '#formats/xtce'

/** The type in which a column is stored, and the values that it can have. */
export interface NumberRange {
  readonly type: CdfType
  readonly min: number | bigint
  readonly max: number | bigint
}

/** Integer types with the greatest and least value that leave room for the fill value of ISTP. */
const integers = [
  ['CDF_UINT1', 0, 254],
  ['CDF_INT1', -127, 127],
  ['CDF_UINT2', 0, 65_534],
  ['CDF_INT2', -32_767, 32_767],
  ['CDF_UINT4', 0, 4_294_967_294],
  ['CDF_INT4', -2_147_483_647, 2_147_483_647],
] as const

/** The smallest integer type that holds a range beside its fill value. */
function integerRange(min: number | bigint, max: number | bigint): NumberRange {
  const found = integers.find(([, low, high]) => min >= low && max <= high)
  return { type: found?.[0] ?? 'CDF_INT8', min, max }
}

const wide: NumberRange = { type: 'CDF_DOUBLE', min: -1e30, max: 1e30 }

/** What the encoding of a number can hold. Elements of arrays and octets are known by their values only. */
function rawRange(type: ParameterType, values: readonly (number | bigint | undefined)[]): NumberRange {
  if (type.kind === 'binary') return integerRange(0, 255)
  const encoding = 'encoding' in type ? type.encoding : undefined
  if (encoding?.kind === 'float') return encoding.bits === 32 || encoding.bits === 16 ? { ...wide, type: 'CDF_REAL4' } : wide
  if (encoding?.kind === 'integer') {
    const { bits, coding } = encoding
    const signed = coding !== 'unsigned' && coding !== 'BCD' && coding !== 'packedBCD'
    if (bits > 63 && !signed) return wide
    const half = 2n ** BigInt(bits - 1)
    return signed ? integerRange(bits > 63 ? 1n - half : -half, half - 1n) : integerRange(0n, 2n * half - 1n)
  }
  const known = values.filter(value => value !== undefined)
  if (!known.every(value => typeof value === 'bigint' || Number.isInteger(value))) return wide
  let [min, max]: [number | bigint, number | bigint] = [0, 255]
  for (const value of known) {
    if (value < min) min = value
    if (value > max) max = value
  }
  return integerRange(min, max)
}

/**
 * Type and valid range of a column. Engineering values that a curve gave are doubles; their valid range is what can be stored,
 * for a curve says nothing of what is sensible: limits do.
 */
export function rangeOf(column: Column, side: 'raw' | 'engineering', values: readonly (number | bigint | undefined)[]): NumberRange {
  if (side === 'raw' || column.engineering === column.raw) return rawRange(column.type, values)
  const { type } = column
  // States of which some have no label, and texts that spell numbers.
  return type.kind === 'enumerated' ? rawRange(type, values) : wide
}
