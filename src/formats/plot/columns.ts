import type { Samples, Scale } from './figure.ts'
import { lowerBound } from './samples.ts'

/**
 * A line reduced to the columns of a picture: lowest and highest value per column, in axis units (decimal logarithm on a
 * logarithmic scale); `low > high` is an empty column, and a gap is a run of empty ones.
 */
export interface Columns {
  readonly low: Float32Array
  readonly high: Float32Array
}

export const makeColumns = (count: number): Columns => ({ low: new Float32Array(count), high: new Float32Array(count) })

/**
 * Reduces samples to `into.low.length` equal columns over [start, stop). Neighbouring samples are joined by straight
 * lines (in axis units) unless one is not a number or they lie further apart than `maxGap`. One pass over the samples in
 * view; memory comes from the caller so that a browser can do this for each frame.
 */
export function reduceColumns(samples: Samples, start: number, stop: number, scale: Scale, into: Columns): void {
  const { times, values, maxGap } = samples
  const { stride = 1, offset = 0 } = samples
  const { low, high } = into
  const count = low.length
  low.fill(Number.POSITIVE_INFINITY)
  high.fill(Number.NEGATIVE_INFINITY)
  const perMs = count / (stop - start)
  const isLog = scale === 'log'
  // One sample beyond either end: lines to them enter and leave the picture.
  const first = Math.max(0, lowerBound(times, start) - 1)
  const end = Math.min(times.length, lowerBound(times, stop) + 1)
  let before = Number.NaN
  let xBefore = 0
  let timeBefore = 0
  let columnBefore = -1
  for (let index = first; index < end; index++) {
    const raw = values[index * stride + offset] as number
    const value = isLog ? Math.log10(raw) : raw
    const time = times[index] as number
    const x = (time - start) * perMs
    const column = Math.floor(x)
    // Logarithms of zero and below are infinite or not a number: a gap.
    if (!Number.isFinite(value)) {
      before = Number.NaN
      continue
    }
    if (column >= 0 && column < count) {
      if (value < (low[column] as number)) low[column] = value
      if (value > (high[column] as number)) high[column] = value
    }
    if (column !== columnBefore && !Number.isNaN(before) && time - timeBefore <= maxGap) {
      joinColumns(low, high, xBefore, before, x, value)
    }
    before = value
    xBefore = x
    timeBefore = time
    columnBefore = column
  }
}

/** Widens every column that the straight line between two points in different columns crosses. */
function joinColumns(low: Float32Array, high: Float32Array, x0: number, y0: number, x1: number, y1: number): void {
  const slope = (y1 - y0) / (x1 - x0)
  const from = Math.max(0, Math.floor(x0))
  const to = Math.min(low.length - 1, Math.floor(x1))
  for (let column = from; column <= to; column++) {
    const a = y0 + slope * (Math.max(x0, column) - x0)
    const b = y0 + slope * (Math.min(x1, column + 1) - x0)
    const least = a < b ? a : b
    const most = a < b ? b : a
    if (least < (low[column] as number)) low[column] = least
    if (most > (high[column] as number)) high[column] = most
  }
}
