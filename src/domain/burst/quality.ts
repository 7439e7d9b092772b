/** How one spacecraft's trigger data numbers become its cycle data quality; changes by season. */
export interface TriggerTable {
  /** One weight and offset per trigger term. The weights of a table should sum to 1. */
  readonly weights: readonly number[]
  readonly offsets: readonly number[]
  /** `zero`: a number below its offset counts nothing. `negative`: it counts against, down to the least number less the largest offset. */
  readonly below: 'zero' | 'negative'
}

/** What each trigger term adds to the cycle data quality: max(TDN - offset, low) times weight. A number that is missing counts 0. */
export function triggerTerms(numbers: ArrayLike<number>, table: TriggerTable): Float64Array {
  const known = Array.from(numbers, n => (Number.isFinite(n) ? n : 0))
  const low = table.below === 'zero' ? 0 : Math.min(...known) - Math.max(...table.offsets)
  return Float64Array.from(table.weights, (weight, k) => Math.max((known[k] ?? 0) - (table.offsets[k] ?? 0), low) * weight)
}

/** CDQ: the quality of one cycle on one spacecraft. */
export const cycleQuality = (numbers: ArrayLike<number>, table: TriggerTable): number =>
  triggerTerms(numbers, table).reduce((sum, term) => sum + term, 0)

/** Which weight each spacecraft's CDQ has in the mission data quality: the smallest takes the first of `win`. */
export function missionWeights(qualities: readonly (number | undefined)[], win: readonly number[]): Float64Array {
  const known = qualities.map(finite)
  const order = known.map((_, i) => i).sort((a, b) => (known[a] as number) - (known[b] as number) || a - b)
  const weights = new Float64Array(known.length)
  for (const [rank, index] of order.entries()) weights[index] = win[rank] ?? 0
  return weights
}

/** MDQ: the cycle data qualities of all spacecraft, sorted ascending, times `win`. What is unknown counts 0, never NaN. */
export function missionQuality(qualities: readonly (number | undefined)[], win: readonly number[]): number {
  const weights = missionWeights(qualities, win)
  return qualities.reduce<number>((sum, quality, i) => sum + finite(quality) * (weights[i] ?? 0), 0)
}

const finite = (n: number | undefined): number => (n !== undefined && Number.isFinite(n) ? n : 0)
