import { addFault, itemsOf, kindOf, valueOf, type Sheaf, type Spot } from '#domain/mission'

/** A number of a required key within [low, high]; a fault and `low` where it is none. */
export function fieldNumber(one: Sheaf, key: string, low: number, high: number): number {
  const spot = one.at(key)
  if (spot !== undefined) return numberOf(spot, key, low, high)
  addFault(one.spot, `the key "${key}" is missing`)
  return low
}

/** A whole number of a required key, from `low`. */
export function fieldWhole(one: Sheaf, key: string, low: number): number {
  if (one.at(key) === undefined) addFault(one.spot, `the key "${key}" is missing`)
  return one.integer(key, low, low)
}

/** A list of `count` numbers of a required key. */
export function fieldNumbers(one: Sheaf, key: string, count: number): readonly number[] {
  const spot = one.at(key)
  if (spot === undefined) {
    addFault(one.spot, `the key "${key}" is missing`)
    return Array.from({ length: count }, () => 0)
  }
  const numbers = itemsOf(spot, key).map(item => numberOf(item, `an item of ${key}`, -Infinity, Infinity))
  if (numbers.length !== count) addFault(spot, `${key} has ${numbers.length} numbers, ${count} are wanted`)
  return Array.from({ length: count }, (_, i) => numbers[i] ?? 0)
}

/** `[low, high]` of a required key. */
export function fieldPair(one: Sheaf, key: string): readonly [number, number] {
  const [low = 0, high = 0] = fieldNumbers(one, key, 2)
  if (low > high) addFault(one.at(key) ?? one.spot, `${key} runs from ${low} down to ${high}`)
  return [low, high]
}

function numberOf(spot: Spot, what: string, low: number, high: number): number {
  const value = valueOf(spot)
  if (typeof value === 'number' && Number.isFinite(value) && value >= low && value <= high) return value
  const range = Number.isFinite(low) ? ` from ${low} to ${high}` : ''
  addFault(spot, `${what} must be a number${range}, not ${kindOf(spot)}`)
  return Number.isFinite(low) ? low : 0
}
