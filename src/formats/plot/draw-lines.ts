import type { Axis } from './axis.ts'
import { type Columns, makeColumns, reduceColumns } from './columns.ts'
import type { Samples } from './figure.ts'
import { blendPixel, type Raster, type Rect } from './raster.ts'

export interface Stroke {
  readonly colour: number
  /** In pixels of the raster. */
  readonly width: number
  /** Columns per pixel: 1 is fastest and enough on a dense screen, 4 gives smooth steep lines. */
  readonly smoothness: number
}

interface Spans {
  readonly top: Float32Array
  readonly bottom: Float32Array
}

/** Columns in axis units to rows of the raster, `top <= bottom`; empty columns stay so. */
function placeColumns(columns: Columns, axis: Axis, rect: Rect): Spans {
  const [lowest, highest] = axis.scale === 'log' ? (axis.range.map(Math.log10) as [number, number]) : axis.range
  const perUnit = rect.height / (highest - lowest)
  const foot = rect.y + rect.height + lowest * perUnit
  return { top: columns.high.map(value => foot - value * perUnit), bottom: columns.low.map(value => foot - value * perUnit) }
}

/** Sweeps a round brush along the spans: the union of discs, column by column. */
function widenSpans(spans: Spans, radius: number, smoothness: number): Spans {
  const count = spans.top.length
  const reach = Math.floor(radius * smoothness)
  const top = new Float32Array(count).fill(Number.POSITIVE_INFINITY)
  const bottom = new Float32Array(count).fill(Number.NEGATIVE_INFINITY)
  for (let distance = -reach; distance <= reach; distance++) {
    const half = Math.sqrt(Math.max(0, radius ** 2 - (distance / smoothness) ** 2))
    const end = Math.min(count, count + distance)
    for (let column = Math.max(0, distance); column < end; column++) {
      const above = (spans.top[column - distance] as number) - half
      const below = (spans.bottom[column - distance] as number) + half
      if (above < (top[column] as number)) top[column] = above
      if (below > (bottom[column] as number)) bottom[column] = below
    }
  }
  return { top, bottom }
}

/** Draws spans, `smoothness` of them per pixel, with coverage as opacity, clipped to the rectangle. */
function paintSpans(raster: Raster, rect: Rect, spans: Spans, smoothness: number, colour: number): void {
  const coverage = new Float32Array(rect.height + 1)
  const weight = 1 / smoothness
  for (let column = 0; column < rect.width; column++) {
    let first = rect.height
    let last = -1
    for (let part = column * smoothness; part < (column + 1) * smoothness; part++) {
      const top = Math.max(0, (spans.top[part] as number) - rect.y)
      const bottom = Math.min(rect.height, (spans.bottom[part] as number) - rect.y)
      if (!(top < bottom)) continue
      const from = Math.floor(top)
      const to = Math.min(rect.height - 1, Math.floor(bottom))
      if (from < first) first = from
      if (to > last) last = to
      for (let row = from; row <= to; row++) {
        const covered = Math.min(bottom, row + 1) - Math.max(top, row)
        coverage[row] = (coverage[row] as number) + covered * weight
      }
    }
    for (let row = first; row <= last; row++) {
      const at = (rect.y + row) * raster.width + rect.x + column
      raster.pixels[at] = blendPixel(raster.pixels[at] as number, colour, coverage[row] as number)
      coverage[row] = 0
    }
  }
}

/** Draws one line into a rectangle of whole pixels that spans [start, stop) of time and the axis's range of values. */
export function drawLine(raster: Raster, rect: Rect, samples: Samples, start: number, stop: number, axis: Axis, stroke: Stroke): void {
  const columns = makeColumns(rect.width * stroke.smoothness)
  reduceColumns(samples, start, stop, axis.scale, columns)
  drawColumns(raster, rect, columns, axis, stroke)
}

/** Draws a line that is already reduced, `stroke.smoothness` columns per pixel (a browser reduces from a pyramid of tiles). */
export function drawColumns(raster: Raster, rect: Rect, columns: Columns, axis: Axis, stroke: Stroke): void {
  const spans = placeColumns(columns, axis, rect)
  paintSpans(raster, rect, widenSpans(spans, stroke.width / 2, stroke.smoothness), stroke.smoothness, stroke.colour)
}
