import type { Axis } from './axis.ts'
import type { Spectrum } from './figure.ts'
import type { Raster, Rect } from './raster.ts'
import { lowerBound } from './samples.ts'

export interface SpectrogramColours {
  /** 256 packed pixels, lowest first. */
  readonly table: Uint32Array
  readonly noData: number
  readonly axis: Axis
}

const logRange = (axis: Axis): readonly [number, number] =>
  axis.scale === 'log' ? [Math.log10(axis.range[0]), Math.log10(axis.range[1])] : [axis.range[0], axis.range[1]]

const centresAt = (spectrum: Spectrum, record: number): number => (spectrum.centres.length > spectrum.bins ? record * spectrum.bins : 0)

/** For each row of the picture, from the top, the bin whose centre is nearest on the axis, or -1 outside all bins. */
function mapRows(spectrum: Spectrum, record: number, axis: Axis, height: number): Int32Array {
  const rows = new Int32Array(height).fill(-1)
  const [low, high] = logRange(axis)
  const perRow = (high - low) / height
  const base = centresAt(spectrum, record)
  const places: { bin: number; place: number }[] = []
  for (let bin = 0; bin < spectrum.bins; bin++) {
    const centre = spectrum.centres[base + bin] as number
    const place = axis.scale === 'log' ? Math.log10(centre) : centre
    if (Number.isFinite(place)) places.push({ bin, place })
  }
  places.sort((a, b) => a.place - b.place)
  const [first, second] = places
  if (!first) return rows
  const rowOf = (place: number): number => Math.min(height, Math.max(0, Math.round((high - place) / perRow)))
  // The outermost bins reach as far outward as inward; a single bin fills the axis. Neighbours share an edge to the bit.
  let foot = second ? rowOf(first.place - (second.place - first.place) / 2) : height
  for (const [index, { bin, place }] of places.entries()) {
    const above = places[index + 1]?.place
    const below = places[index - 1]?.place
    const top = above !== undefined ? rowOf((place + above) / 2) : below !== undefined ? rowOf(place + (place - below) / 2) : 0
    rows.fill(bin, top, Math.max(top, foot))
    foot = top
  }
  return rows
}

/** Row maps of a spectrum; instruments alternate between two energy tables, so two are kept. */
function rowMapper(spectrum: Spectrum, axis: Axis, height: number): (record: number) => Int32Array {
  let kept: { record: number; rows: Int32Array }[] = []
  return record => {
    const found = kept.find(entry => sameCentres(spectrum, entry.record, record))
    if (found) return found.rows
    const rows = mapRows(spectrum, record, axis, height)
    kept = [{ record, rows }, ...kept.slice(0, 1)]
    return rows
  }
}

const sameCentres = (spectrum: Spectrum, a: number, b: number): boolean => {
  const { bins, centres } = spectrum
  if (centres.length === bins) return true
  for (let bin = 0; bin < bins; bin++) if (centres[a * bins + bin] !== centres[b * bins + bin]) return false
  return true
}

/** Index into the colour table; above and below the axis the ends. Zero on a logarithmic axis is measured, hence the lowest colour. */
function pickColour(colours: SpectrogramColours, low: number, perUnit: number, mean: number): number {
  const place = ((colours.axis.scale === 'log' ? Math.log10(mean) : mean) - low) * perUnit
  return colours.table[place > 255 ? 255 : place > 0 ? Math.round(place) : 0] as number
}

/**
 * Draws a spectrogram into a rectangle of whole pixels. A record covers the time up to the next one, or one usual step
 * before a gap. Where several records fall on one column the mean flux is shown, not the mean of logarithms: zeros count.
 */
export function drawSpectrogram(
  raster: Raster,
  rect: Rect,
  spectrum: Spectrum,
  start: number,
  stop: number,
  axis: Axis,
  colours: SpectrogramColours,
): void {
  const { times, values, bins, maxGap } = spectrum
  const sums = new Float64Array(rect.height)
  const counts = new Uint32Array(rect.height)
  const rowsOf = rowMapper(spectrum, axis, rect.height)
  const [low, high] = logRange(colours.axis)
  const perUnit = 255 / (high - low)
  const msPerColumn = (stop - start) / rect.width
  const usual = Number.isFinite(maxGap) ? maxGap / 4 : stop - start
  let record = Math.max(0, lowerBound(times, start) - 1)
  for (let column = 0; column < rect.width; column++) {
    const from = start + column * msPerColumn
    const to = from + msPerColumn
    sums.fill(0)
    counts.fill(0)
    while (record + 1 < times.length && (times[record + 1] as number) <= from) record++
    for (let index = record; index < times.length && (times[index] as number) < to; index++) {
      const begin = times[index] as number
      const next = index + 1 < times.length ? (times[index + 1] as number) : Number.POSITIVE_INFINITY
      const end = next - begin <= maxGap ? next : begin + usual
      if (end <= from) continue
      const rows = rowsOf(index)
      for (let row = 0; row < rows.length; row++) {
        const bin = rows[row] as number
        const value = bin < 0 ? Number.NaN : (values[index * bins + bin] as number)
        if (Number.isNaN(value)) continue
        sums[row] = (sums[row] as number) + value
        counts[row] = (counts[row] as number) + 1
      }
    }
    for (let row = 0; row < rect.height; row++) {
      const count = counts[row] as number
      const at = (rect.y + row) * raster.width + rect.x + column
      raster.pixels[at] = count === 0 ? colours.noData : pickColour(colours, low, perUnit, (sums[row] as number) / count)
    }
  }
}
