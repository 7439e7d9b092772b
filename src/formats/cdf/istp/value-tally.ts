import { extremesOf, lessIn } from '#words'
import type { CdfVariable } from '../model.ts'
import type { CdfNumbers } from '../types.ts'

/** What is noteworthy in the values of a variable, chunk after chunk. */
export interface ValueTally {
  nan: number
  outside: number
  backward: number
  fill: number
}

type Limit = number | bigint | undefined

const numbersOf = (variable: CdfVariable, name: string): readonly (number | bigint)[] => {
  const value = variable.attributes.get(name)?.value
  return value === undefined || typeof value === 'string' ? [] : value
}

/** Counts NaN and values outside VALIDMIN and VALIDMAX; limits are one for all or one for each component. */
export function rangeCounter(variable: CdfVariable, tally: ValueTally): (values: CdfNumbers) => void {
  const fill = numbersOf(variable, 'FILLVAL')[0]
  const [low, high] = [numbersOf(variable, 'VALIDMIN'), numbersOf(variable, 'VALIDMAX')]
  const width = low.length > 1 && low.length === high.length ? low.length : 1
  const one = (value: number | bigint, k: number): void => {
    if (Number.isNaN(value)) tally.nan++
    else if (value !== fill && isOutside(value, low[k], high[k])) tally.outside++
  }
  const numbers = numberScan(low, high, width, one)
  return values => {
    if (!(values instanceof BigInt64Array)) numbers(values)
    // Nearly always all are within: then none is looked at by itself.
    else if (width > 1 || !isWithin(values, low[0], high[0])) for (let i = 0; i < values.length; i++) one(values[i] as bigint, i % width)
  }
}

// Limits of the wrong type are reported elsewhere; a bigint still compares with a number.
const isOutside = (value: number | bigint, low: Limit, high: Limit): boolean =>
  (low !== undefined && value < low) || (high !== undefined && value > high)

/** What is being looked at: one list for all, since making one for each variable takes longer than looking at a small one. */
const doubles = new Float64Array(4096)

/** Numbers of every type go through one list of doubles: a loop over many kinds of arrays is ten times slower. */
function numberScan(
  low: readonly Limit[],
  high: readonly Limit[],
  width: number,
  odd: (value: number, component: number) => void,
): (values: Exclude<CdfNumbers, BigInt64Array>) => void {
  const scratch = width > doubles.length ? new Float64Array(width) : doubles.subarray(0, doubles.length - (doubles.length % width))
  const least = Float64Array.from({ length: width }, (_, k) => (low[k] === undefined ? -Infinity : Number(low[k])))
  const most = Float64Array.from({ length: width }, (_, k) => (high[k] === undefined ? Infinity : Number(high[k])))
  return values => {
    if (areWithin(values, least, most)) return
    for (let at = 0; at < values.length; at += scratch.length) {
      const count = Math.min(scratch.length, values.length - at)
      scratch.set(values.subarray(at, at + count))
      if (areDoublesWithin(scratch, count, least, most)) continue
      for (let i = 0, k = 0; i < count; i++) {
        const value = scratch[i] as number
        if (!(value >= (least[k] as number) && value <= (most[k] as number))) odd(value, k)
        if (++k === width) k = 0
      }
    }
  }
}

/** Whether it is cheap to say that all are within: nearly always they are, and then none is looked at by itself. */
function areWithin(values: Exclude<CdfNumbers, BigInt64Array>, least: Float64Array, most: Float64Array): boolean {
  if (values instanceof Float32Array) return areFloatsWithin(values, least, most)
  // Whole numbers without limits.
  return !(values instanceof Float64Array) && least.every(limit => limit === -Infinity) && most.every(limit => limit === Infinity)
}

function areFloatsWithin(values: Float32Array, least: Float64Array, most: Float64Array): boolean {
  const width = least.length
  for (let k = 0; k < width; k++) {
    const [low, high] = [least[k] as number, most[k] as number]
    for (let i = k; i < values.length; i += width) {
      const value = values[i] as number
      if (!(value >= low && value <= high)) return false
    }
  }
  return true
}

function areDoublesWithin(values: Float64Array, count: number, least: Float64Array, most: Float64Array): boolean {
  const width = least.length
  for (let k = 0; k < width; k++) {
    const [low, high] = [least[k] as number, most[k] as number]
    for (let i = k; i < count; i += width) {
      const value = values[i] as number
      if (!(value >= low && value <= high)) return false
    }
  }
  return true
}

function isWithin(values: BigInt64Array, low: Limit, high: Limit): boolean {
  if (values.length === 0) return true
  const [least, most] = extremesOf(values)
  return !isOutside(least, low, high) && !isOutside(most, low, high)
}

/** Counts times that are fill, and those that go back behind one before. */
export function orderCounter(variable: CdfVariable, tally: ValueTally): (values: CdfNumbers) => void {
  const given = numbersOf(variable, 'FILLVAL')[0]
  let last: number | bigint | undefined
  return values => {
    const fill = given ?? (values instanceof BigInt64Array ? -(2n ** 63n) : -1e31)
    if (isRising(values, fill, last)) last = values[values.length - 1] ?? last
    else
      for (const value of values) {
        if (value === fill) tally.fill++
        else {
          if (last !== undefined && value < last) tally.backward++
          last = value
        }
      }
  }
}

/** Whether whole times of one chunk rise from what was before, with no fill: least and greatest stand at its ends. */
function isRising(values: CdfNumbers, fill: number | bigint, last: number | bigint | undefined): boolean {
  if (!(values instanceof BigInt64Array) || values.length === 0) return false
  const [first, end] = [values[0] as bigint, values[values.length - 1] as bigint]
  if ((last !== undefined && first < last) || (fill >= first && fill <= end)) return false
  const isLess = lessIn(values)
  for (let i = 1; i < values.length; i++) if (isLess(i, i - 1)) return false
  return true
}
