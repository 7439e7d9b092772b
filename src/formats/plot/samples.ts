import type { NumericArray, Range, Samples, Scale } from './figure.ts'

/** First index whose time is not below `time`. */
export function lowerBound(times: Float64Array, time: number): number {
  let low = 0
  let high = times.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((times[middle] as number) < time) low = middle + 1
    else high = middle
  }
  return low
}

/** Four times the median step: longer is a gap. Infinite for fewer than two times. */
export function findMaxGap(times: Float64Array): number {
  if (times.length < 2) return Number.POSITIVE_INFINITY
  // A thousand steps spread over the whole are as good as all of them, and cheap for millions of times.
  const every = Math.max(1, Math.floor((times.length - 1) / 1000))
  const steps: number[] = []
  for (let index = 1; index < times.length; index += every) steps.push((times[index] as number) - (times[index - 1] as number))
  steps.sort((a, b) => a - b)
  return 4 * (steps[steps.length >> 1] as number)
}

/** Lowest and highest value inside [start, stop]; only positive ones on a logarithmic scale. */
export function sampleRange(samples: Samples, start: number, stop: number, scale: Scale): Range | undefined {
  const { times, values, stride = 1, offset = 0 } = samples
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  const end = lowerBound(times, stop)
  for (let index = lowerBound(times, start); index < end; index++) {
    const value = values[index * stride + offset] as number
    if (scale === 'log' && !(value > 0)) continue
    if (value < low) low = value
    if (value > high) high = value
  }
  return low <= high && Number.isFinite(low) && Number.isFinite(high) ? [low, high] : undefined
}

/** The given quantiles (0-1, ascending) of the values that can be shown; at most some 20,000 of them are looked at. */
export function pickQuantiles(values: NumericArray, from: number, to: number, scale: Scale, quantiles: readonly number[]): number[] {
  const every = Math.max(1, Math.floor((to - from) / 20_000))
  // An odd step, so that it never falls in step with the number of bins.
  const step = every % 2 === 0 ? every + 1 : every
  const picked: number[] = []
  for (let index = from; index < to; index += step) {
    const value = values[index] as number
    if (Number.isFinite(value) && (scale === 'linear' || value > 0)) picked.push(value)
  }
  if (picked.length === 0) return []
  const sorted = Float64Array.from(picked).sort()
  return quantiles.map(quantile => sorted[Math.round(quantile * (sorted.length - 1))] as number)
}

/** The last value in [start, stop) that is a number. */
export function lastValue({ times, values, stride = 1, offset = 0 }: Samples, start: number, stop: number): number | undefined {
  const first = lowerBound(times, start)
  for (let index = lowerBound(times, stop) - 1; index >= first; index--) {
    const value = values[index * stride + offset] as number
    if (Number.isFinite(value)) return value
  }
  return undefined
}

/**
 * Straight line between the neighbours of `time`, or through the outermost two up to one usual step beyond the ends (a
 * day's file begins half a step after midnight); undefined further out and in a gap.
 */
export function interpolateAt(samples: Samples, time: number): number | undefined {
  const { times, maxGap } = samples
  if (times.length < 2) return undefined
  const after = Math.min(times.length - 1, Math.max(1, lowerBound(times, time)))
  const [early, late] = [times[after - 1] as number, times[after] as number]
  const reach = maxGap / 4
  if (time === late) return valueAt(samples, after)
  if (time === early) return valueAt(samples, after - 1)
  if (time < early - reach || time > late + reach || late - early > maxGap) return undefined
  const [low, high] = [valueAt(samples, after - 1), valueAt(samples, after)]
  return low === undefined || high === undefined ? undefined : low + ((high - low) * (time - early)) / (late - early)
}

function valueAt({ values, stride = 1, offset = 0 }: Samples, index: number): number | undefined {
  const value = values[index * stride + offset] as number
  return Number.isFinite(value) ? value : undefined
}
