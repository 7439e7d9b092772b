/**
 * Randomness without state: the value belongs to (seed, stream, index), so that any stretch of time can be made alone and in any
 * order. 32-bit mixing after C. Wellons' "lowbias32" constants; not for cryptography.
 */
export function hash(seed: number, stream: number, index: number): number {
  let h = (seed ^ Math.imul(stream + 0x9e3779b9, 0x85ebca6b)) >>> 0
  h = Math.imul(h ^ (h >>> 15) ^ (index >>> 0), 0x7feb352d)
  h = Math.imul(h ^ (h >>> 15), 0x846ca68b)
  return (h ^ (h >>> 16)) >>> 0
}

/** In [0, 1). */
export const uniform = (seed: number, stream: number, index: number): number => hash(seed, stream, index) / 4_294_967_296

/** Near-normal with mean 0 and deviation 1: the sum of the four bytes of one hash (their deviation is 147.8). */
export function gauss(seed: number, stream: number, index: number): number {
  const h = hash(seed, stream, index)
  return ((h & 255) + ((h >>> 8) & 255) + ((h >>> 16) & 255) + (h >>> 24) - 510) / 147.8
}

/** A count drawn around `mean`: exact Poisson below 12, the normal form above. */
export function poisson(mean: number, seed: number, stream: number, index: number): number {
  if (mean > 12) return Math.max(0, Math.round(mean + Math.sqrt(mean) * gauss(seed, stream, index)))
  let left = uniform(seed, stream, index)
  let p = Math.exp(-mean)
  let k = 0
  while (left > p && k < 60) {
    left -= p
    k++
    p *= mean / k
  }
  return k
}

/** A level in [-1, 1] that jumps to a new value every `cell` seconds, over `ramp` seconds. */
export function steps(t: number, cell: number, ramp: number, seed: number, stream: number): number {
  const k = Math.floor(t / cell)
  const now = 2 * uniform(seed, stream, k) - 1
  const since = t - k * cell
  if (since >= ramp) return now
  const before = 2 * uniform(seed, stream, k - 1) - 1
  const u = since / ramp
  return before + (now - before) * u * u * (3 - 2 * u)
}

const TURN = 2 * Math.PI

/** The sine of a large angle. Math.sin reduces angles above 2^20 by long arithmetic, ten times slower; 1e-7 radians are enough here. */
export const sine = (angle: number): number => Math.sin(angle - TURN * Math.round(angle / TURN))

/** Sum of sinusoids with seeded phases, evaluated at t seconds. */
export interface Tones {
  readonly omega: Float64Array
  readonly phase: Float64Array
  readonly amplitude: Float64Array
}

/** Tones of given [period in s, amplitude]; the phases follow from the seed. */
export function makeTones(table: readonly (readonly [number, number])[], seed: number, stream: number): Tones {
  return {
    omega: Float64Array.from(table, ([period]) => (2 * Math.PI) / period),
    phase: Float64Array.from(table, (_, i) => 2 * Math.PI * uniform(seed, stream, i)),
    amplitude: Float64Array.from(table, ([, amplitude]) => amplitude),
  }
}

/** The sum at t; `shift` (radians per radian/s, i.e. seconds) delays all tones. */
export function sound({ omega, phase, amplitude }: Tones, t: number): number {
  let sum = 0
  for (let i = 0; i < omega.length; i++) sum += (amplitude[i] as number) * sine((omega[i] as number) * t + (phase[i] as number))
  return sum
}
