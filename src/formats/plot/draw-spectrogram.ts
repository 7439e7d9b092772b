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

/** The colour of a mean; above and below the axis the ends. Zero on a logarithmic axis is measured, hence the lowest colour. */
function makePicker({ axis, table }: SpectrogramColours): (mean: number) => number {
  const [low, high] = axis.range
  if (axis.scale === 'linear') return mean => table[toIndex(((mean - low) * 255) / (high - low))] as number
  // The natural logarithm: twice as fast here as the decimal one, and this runs for every pixel of a bin.
  const base = Math.log(low)
  const perUnit = 255 / (Math.log(high) - base)
  return mean => table[toIndex((Math.log(mean) - base) * perUnit)] as number
}

const toIndex = (place: number): number => (place >= 254.5 ? 255 : place > 0 ? (place + 0.5) | 0 : 0)

/** First and one past the last record that fall on each column, as pairs. A record covers the time up to the next one, or one usual step before a gap. */
function assignRecords({ times, maxGap }: Spectrum, start: number, stop: number, width: number): Int32Array {
  const pairs = new Int32Array(2 * width)
  const msPerColumn = (stop - start) / width
  const usual = Number.isFinite(maxGap) ? maxGap / 4 : stop - start
  let first = Math.max(0, lowerBound(times, start) - 1)
  let end = first
  for (let column = 0; column < width; column++) {
    const from = start + column * msPerColumn
    const to = from + msPerColumn
    while (first + 1 < times.length && (times[first + 1] as number) <= from) first++
    if (end < first) end = first
    while (end < times.length && (times[end] as number) < to) end++
    const begin = times[first] as number
    const next = first + 1 < times.length ? (times[first + 1] as number) : Number.POSITIVE_INFINITY
    const isOver = (next - begin <= maxGap ? next : begin + usual) <= from
    pairs[2 * column] = isOver ? first + 1 : first
    pairs[2 * column + 1] = end
  }
  return pairs
}

/**
 * Draws a spectrogram into a rectangle of whole pixels. Where several records fall on one column the mean flux is shown,
 * not the mean of logarithms: zeros count. One pass over the values in view.
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
  const pairs = assignRecords(spectrum, start, stop, rect.width)
  const first = pairs[0] as number
  const last = pairs.at(-1) as number
  const draw = { raster, rect, spectrum, axis, colours, pairs }
  if (last <= first || hasOneTable(spectrum, first, last)) drawBins(draw, first)
  else drawRecords(draw)
}

interface Drawing {
  readonly raster: Raster
  readonly rect: Rect
  readonly spectrum: Spectrum
  readonly axis: Axis
  readonly colours: SpectrogramColours
  readonly pairs: Int32Array
}

function hasOneTable(spectrum: Spectrum, first: number, last: number): boolean {
  if (spectrum.centres.length === spectrum.bins) return true
  for (let record = first + 1; record < last; record++) if (!sameCentres(spectrum, first, record)) return false
  return true
}

/** With one table of centres: a strip of pixels per bin, copied to all rows that show it. */
function drawBins({ raster, rect, spectrum, axis, colours, pairs }: Drawing, record: number): void {
  const { values, bins, times } = spectrum
  const { width, height } = rect
  const pick = makePicker(colours)
  const strips = new Uint32Array(bins * width).fill(colours.noData)
  const sums = new Float64Array(bins)
  const counts = new Uint32Array(bins)
  for (let column = 0; column < width; column++) {
    const first = pairs[2 * column] as number
    const end = pairs[2 * column + 1] as number
    if (end <= first) continue
    sums.fill(0)
    counts.fill(0)
    for (let at = first * bins; at < end * bins;) {
      for (let bin = 0; bin < bins; bin++, at++) {
        const value = values[at] as number
        if (Number.isNaN(value)) continue
        sums[bin] = (sums[bin] as number) + value
        counts[bin] = (counts[bin] as number) + 1
      }
    }
    for (let bin = 0; bin < bins; bin++) {
      const count = counts[bin] as number
      if (count > 0) strips[bin * width + column] = pick((sums[bin] as number) / count)
    }
  }
  const rows = times.length === 0 ? new Int32Array(height).fill(-1) : mapRows(spectrum, Math.min(record, times.length - 1), axis, height)
  for (let row = 0; row < height; row++) {
    const at = (rect.y + row) * raster.width + rect.x
    const bin = rows[row] as number
    if (bin < 0) raster.pixels.fill(colours.noData, at, at + width)
    else raster.pixels.set(strips.subarray(bin * width, (bin + 1) * width), at)
  }
}

/** With centres that change from record to record: row by row. */
function drawRecords({ raster, rect, spectrum, axis, colours, pairs }: Drawing): void {
  const { values, bins } = spectrum
  const { width, height } = rect
  const pick = makePicker(colours)
  const sums = new Float64Array(height)
  const counts = new Uint32Array(height)
  const rowsOf = rowMapper(spectrum, axis, height)
  for (let column = 0; column < width; column++) {
    sums.fill(0)
    counts.fill(0)
    for (let record = pairs[2 * column] as number; record < (pairs[2 * column + 1] as number); record++) {
      const rows = rowsOf(record)
      for (let row = 0; row < height; row++) {
        const bin = rows[row] as number
        const value = bin < 0 ? Number.NaN : (values[record * bins + bin] as number)
        if (Number.isNaN(value)) continue
        sums[row] = (sums[row] as number) + value
        counts[row] = (counts[row] as number) + 1
      }
    }
    for (let row = 0; row < height; row++) {
      const count = counts[row] as number
      const at = (rect.y + row) * raster.width + rect.x + column
      raster.pixels[at] = count === 0 ? colours.noData : pick((sums[row] as number) / count)
    }
  }
}
