/** Which of a stretch's sorted qualities count in its figure of merit. */
export interface MeritShape {
  /** Cycles of the sliding window. */
  readonly window: number
  /** 0: plain mean; 100: a step. */
  readonly slope: number
  /** 1 favours spikes, 0 the mean. */
  readonly skew: number
  /** 0 favours short segments, 1 long ones. */
  readonly bias: number
}

/**
 * Weights of `size` qualities sorted ascending; their sum is 1. With pos = skew + (1 - skew)(bias - 0.5)(2 - 2/sqrt(n)):
 * w_j = (1 + tanh((j - pos (n - 1)) slope / n)) / 2.
 */
export function rankWeights(size: number, { slope, skew, bias }: MeritShape): Float64Array {
  const place = skew + (1 - skew) * (bias - 0.5) * (2 - 2 / Math.sqrt(size))
  const weights = Float64Array.from({ length: size }, (_, j) => 0.5 * (1 + Math.tanh(((j - place * (size - 1)) * slope) / size)))
  const sum = weights.reduce((a, b) => a + b, 0)
  // Far below its step a hyperbolic tangent is exactly -1 in doubles; then the largest quality is all there is.
  if (sum === 0) weights[size - 1] = 1
  else for (let j = 0; j < size; j++) weights[j] = (weights[j] as number) / sum
  return weights
}

/** F: per cycle the weighted qualities of the window around it, [i - floor(W/2), + W), zero outside of the data. */
export function slidingQuality(mdq: ArrayLike<number>, shape: MeritShape): Float64Array {
  const { window } = shape
  const weights = rankWeights(window, shape)
  const at = (i: number): number => (i >= 0 && i < mdq.length ? (mdq[i] as number) : 0)
  const half = Math.floor(window / 2)
  const sorted = Array.from({ length: window }, (_, k) => at(k - half)).sort((a, b) => a - b)
  const quality = new Float64Array(mdq.length)
  for (let i = 0; i < mdq.length; i++) {
    let sum = 0
    for (let j = 0; j < window; j++) sum += (sorted[j] as number) * (weights[j] as number)
    quality[i] = sum
    replaceSorted(sorted, at(i - half), at(i - half + window))
  }
  return quality
}

/** Takes one value out of an ascending list and puts another in. */
function replaceSorted(sorted: number[], out: number, into: number): void {
  let j = sorted.indexOf(out)
  for (; j + 1 < sorted.length && (sorted[j + 1] as number) < into; j++) sorted[j] = sorted[j + 1] as number
  for (; j > 0 && (sorted[j - 1] as number) > into; j--) sorted[j] = sorted[j - 1] as number
  sorted[j] = into
}

/** One cycle's share of a figure of merit: weight times quality. */
export interface Share {
  readonly cycle: number
  readonly weight: number
  readonly share: number
}

/** A figure of merit and what it stands on. The shares sum to it. */
export interface Merit {
  readonly fom: number
  /** `window`: the best window around a cycle of the segment; `whole`: all of its cycles. */
  readonly by: 'window' | 'whole'
  readonly first: number
  readonly shares: readonly Share[]
}

/** Figure of merit of cycles [start, stop]: the best sliding quality in it, or its own weighted qualities where these are more. */
export function meritOf(mdq: ArrayLike<number>, sliding: ArrayLike<number>, start: number, stop: number, shape: MeritShape): number {
  let best = 0
  for (let i = start; i <= stop; i++) best = Math.max(best, sliding[i] ?? 0)
  const whole = weigh(mdq, start, stop - start + 1, shape).reduce((sum, { share }) => sum + share, 0)
  return Math.max(best, whole)
}

/** The same figure with the cycles that carried it, the largest share first. */
export function explainMerit(mdq: ArrayLike<number>, sliding: ArrayLike<number>, start: number, stop: number, shape: MeritShape): Merit {
  let best = start
  for (let i = start; i <= stop; i++) if ((sliding[i] ?? 0) > (sliding[best] ?? 0)) best = i
  const whole = weigh(mdq, start, stop - start + 1, shape)
  const first = best - Math.floor(shape.window / 2)
  const window = weigh(mdq, first, shape.window, shape)
  const sum = (shares: readonly Share[]): number => shares.reduce((total, { share }) => total + share, 0)
  const byWindow = sum(window) >= sum(whole)
  const shares = [...(byWindow ? window : whole)].sort((a, b) => b.share - a.share || a.cycle - b.cycle)
  return { fom: sum(shares), by: byWindow ? 'window' : 'whole', first: byWindow ? first : start, shares }
}

function weigh(mdq: ArrayLike<number>, first: number, count: number, shape: MeritShape): readonly Share[] {
  const weights = rankWeights(count, shape)
  const at = (i: number): number => (i >= 0 && i < mdq.length ? (mdq[i] as number) : 0)
  return Array.from({ length: count }, (_, k) => first + k)
    .sort((a, b) => at(a) - at(b) || a - b)
    .map((cycle, rank) => ({ cycle, weight: weights[rank] as number, share: at(cycle) * (weights[rank] as number) }))
}
