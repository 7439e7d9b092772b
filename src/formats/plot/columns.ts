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
  const { times, values, maxGap, stride = 1, offset = 0 } = samples
  const { low, high } = into
  low.fill(Number.POSITIVE_INFINITY)
  high.fill(Number.NEGATIVE_INFINITY)
  const perMs = low.length / (stop - start)
  const isLog = scale === 'log'
  const toAxis = (value: number): number => (isLog ? Math.log10(value) : value)
  // Zero and below have no logarithm: a gap, as is anything that is not finite.
  const floor = isLog ? 0 : Number.NEGATIVE_INFINITY
  // One sample beyond either end: lines to them enter and leave the picture.
  const first = Math.max(0, lowerBound(times, start) - 1)
  const end = Math.min(times.length, lowerBound(times, stop) + 1)
  let column = -1
  let columnEnd = Number.NEGATIVE_INFINITY
  let least = Number.POSITIVE_INFINITY
  let most = Number.NEGATIVE_INFINITY
  let before = Number.NaN
  let timeBefore = 0
  for (let index = first; index < end; index++) {
    const value = values[index * stride + offset] as number
    if (!(value > floor && value < Number.POSITIVE_INFINITY)) {
      before = Number.NaN
      continue
    }
    const time = times[index] as number
    // Most samples of a long picture end here: no logarithm, no division.
    if (time < columnEnd) {
      if (value < least) least = value
      if (value > most) most = value
    } else {
      widenColumn(into, column, toAxis(least), toAxis(most))
      const x = (time - start) * perMs
      column = Math.floor(x)
      columnEnd = start + (column + 1) / perMs
      least = value
      most = value
      if (time - timeBefore <= maxGap && !Number.isNaN(before)) {
        joinColumns(into, (timeBefore - start) * perMs, toAxis(before), x, toAxis(value))
      }
    }
    before = value
    timeBefore = time
  }
  widenColumn(into, column, toAxis(least), toAxis(most))
}

function widenColumn({ low, high }: Columns, column: number, least: number, most: number): void {
  if (column < 0 || column >= low.length) return
  if (least < (low[column] as number)) low[column] = least
  if (most > (high[column] as number)) high[column] = most
}

/** Widens every column that the straight line between two points in different columns crosses. */
function joinColumns(into: Columns, x0: number, y0: number, x1: number, y1: number): void {
  const slope = (y1 - y0) / (x1 - x0)
  const from = Math.max(0, Math.floor(x0))
  const to = Math.min(into.low.length - 1, Math.floor(x1))
  for (let column = from; column <= to; column++) {
    const a = y0 + slope * (Math.max(x0, column) - x0)
    const b = y0 + slope * (Math.min(x1, column + 1) - x0)
    widenColumn(into, column, Math.min(a, b), Math.max(a, b))
  }
}
