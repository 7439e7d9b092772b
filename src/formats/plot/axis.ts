import type { LinesPanel, Range, Scale, Spectrum } from './figure.ts'
import { lowerBound, pickQuantiles, sampleRange } from './samples.ts'

/** A value axis: where a value lies as a fraction of the axis, 0 at the low end. */
export interface Axis {
  readonly scale: Scale
  readonly range: Range
  /** Data in view lie outside the range. */
  readonly isCut?: boolean
}

/** Position of a value on the axis, 0 at the low end and 1 at the high one; not-a-number stays so. */
export function placeOn(axis: Axis, value: number): number {
  const [low, high] = axis.range
  return axis.scale === 'log' ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low)
}

/** Widens a range a little so that no line lies on the frame, and gives a constant some room. */
export function padRange(range: Range, scale: Scale): Range {
  const [low, high] = range
  if (scale === 'log') {
    const margin = high > low ? (high / low) ** 0.04 : 2
    return [low / margin, high * margin]
  }
  const margin = high > low ? (high - low) * 0.05 : Math.max(Math.abs(high) * 0.1, 1e-3)
  // A magnitude's axis ends at zero: nothing lies below.
  return [low >= 0 ? Math.max(0, low - margin) : low - margin, high + margin]
}

/** Axis of a line panel: as given, else from the data in view; undefined when there is nothing to see. */
export function lineAxis(panel: LinesPanel, start: number, stop: number): Axis | undefined {
  const ranges = panel.lines.map(line => sampleRange(line.samples, start, stop, panel.scale)).filter(range => range !== undefined)
  if (ranges.length === 0) return undefined
  const all: Range = [Math.min(...ranges.map(range => range[0])), Math.max(...ranges.map(range => range[1]))]
  const range = panel.range ?? limitRange(padRange(all, panel.scale), panel.limit)
  return { scale: panel.scale, range, isCut: all[0] < range[0] || all[1] > range[1] }
}

function limitRange(range: Range, limit: Range | undefined): Range {
  if (!limit) return range
  const [low, high] = [Math.max(range[0], limit[0]), Math.min(range[1], limit[1])]
  return low < high ? [low, high] : limit
}

const centreRow = (spectrum: Spectrum, record: number): number => (spectrum.centres.length > spectrum.bins ? record * spectrum.bins : 0)

/** Edges half a bin (on the scale) beyond the lowest and highest centre in view. */
export function binAxis(spectrum: Spectrum, start: number, stop: number, scale: Scale): Axis | undefined {
  const { times, bins, centres } = spectrum
  let low = Number.POSITIVE_INFINITY
  let high = Number.NEGATIVE_INFINITY
  const end = centres.length > bins ? lowerBound(times, stop) : 1
  for (let record = centres.length > bins ? lowerBound(times, start) : 0; record < end; record++) {
    const row = centreRow(spectrum, record)
    for (let bin = 0; bin < bins; bin++) {
      const value = centres[row + bin] as number
      if (scale === 'log' && !(value > 0)) continue
      if (value < low) low = value
      if (value > high) high = value
    }
  }
  if (!(low <= high)) return undefined
  const steps = Math.max(1, bins - 1)
  const half = scale === 'log' ? (high / low) ** (0.5 / steps) : ((high - low) * 0.5) / steps
  return { scale, range: scale === 'log' ? [low / half, high * half] : [low - half, high + half] }
}

/** Colour axis: as given, else from the 2nd to the 99.8th of a hundred parts of the values in view. */
export function colourAxis(spectrum: Spectrum, start: number, stop: number, scale: Scale, range?: Range): Axis | undefined {
  const from = lowerBound(spectrum.times, start) * spectrum.bins
  const to = lowerBound(spectrum.times, stop) * spectrum.bins
  const [low, high] = pickQuantiles(spectrum.values, from, to, scale, [0.02, 0.998])
  if (low === undefined || high === undefined) return undefined
  if (range) return { scale, range }
  return { scale, range: high > low ? [low, high] : padRange([low, high], scale) }
}
