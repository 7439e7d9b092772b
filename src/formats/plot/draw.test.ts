import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { binAxis, colourAxis, lineAxis } from './axis.ts'
import { drawLine } from './draw-lines.ts'
import { drawSpectrogram } from './draw-spectrogram.ts'
import type { LinesPanel, Samples, Spectrum } from './figure.ts'
import { blendPixel, fillRect, fillTriangle, makeRaster, packColour, type Raster, rasterBytes, strokeRect } from './raster.ts'

const white = packColour(255, 255, 255)
const black = packColour(0, 0, 0)
const paper = (width: number, height: number): Raster => {
  const raster = makeRaster(width, height)
  raster.pixels.fill(white)
  return raster
}

/** Darkness of each pixel of a column, 0 white to 1 black. */
const inkOf = ({ width, height, pixels }: Raster, column: number): number[] =>
  Array.from({ length: height }, (_, row) => 1 - ((pixels[row * width + column] as number) & 255) / 255)

const line = (times: readonly number[], values: readonly number[], maxGap = Number.POSITIVE_INFINITY): Samples => ({
  times: Float64Array.from(times),
  values: Float64Array.from(values),
  maxGap,
})

const axis = { scale: 'linear', range: [0, 10] } as const

test.each([1, 4])('a level line is as thick as its stroke, at its height (smoothness %i)', smoothness => {
  const raster = paper(20, 10)
  drawLine(raster, { x: 0, y: 0, width: 20, height: 10 }, line([0, 20], [5, 5]), 0, 20, axis, { colour: black, width: 2, smoothness })
  for (const column of [5, 10, 15]) {
    const ink = inkOf(raster, column)
    expect(ink.reduce((sum, value) => sum + value, 0)).toBeCloseTo(2, 1)
    expect(ink[4]).toBe(1)
    expect(ink[5]).toBe(1)
  }
})

test('a line half-way between rows covers both in part', () => {
  const raster = paper(4, 10)
  drawLine(raster, { x: 0, y: 0, width: 4, height: 10 }, line([0, 4], [5, 5]), 0, 4, axis, { colour: black, width: 1, smoothness: 1 })
  const ink = inkOf(raster, 2)
  expect(ink[4]).toBeCloseTo(0.5, 1)
  expect(ink[5]).toBeCloseTo(0.5, 1)
})

test('a dense column is drawn from its least to its greatest value', () => {
  const times = Array.from({ length: 1000 }, (_, index) => index / 100)
  const values = times.map((_, index) => (index % 2 === 0 ? 2 : 8))
  const raster = paper(10, 100)
  drawLine(raster, { x: 0, y: 0, width: 10, height: 100 }, line(times, values), 0, 10, axis, { colour: black, width: 1, smoothness: 2 })
  const ink = inkOf(raster, 5)
  expect(ink.slice(21, 79).every(value => value === 1)).toBe(true)
  expect(ink[15]).toBe(0)
  expect(ink[85]).toBe(0)
})

test('nothing is drawn in a gap, outside the rectangle, or for values far off the axis', () => {
  const raster = paper(40, 30)
  const rect = { x: 10, y: 10, width: 20, height: 10 }
  drawLine(raster, rect, line([0, 4, 16, 20], [5, 5, 5, 5], 5), 0, 20, axis, { colour: black, width: 2, smoothness: 4 })
  drawLine(raster, rect, line([0, 20], [1e6, -1e6]), 0, 20, axis, { colour: black, width: 2, smoothness: 4 })
  expect(inkOf(raster, 17).every(value => value === 0)).toBe(true)
  for (let y = 0; y < 30; y++) {
    for (let x = 0; x < 40; x++) {
      if (x < 10 || x >= 30 || y < 10 || y >= 20) expect(raster.pixels[y * 40 + x]).toBe(white)
    }
  }
})

test('a logarithmic axis puts decades at equal distances', () => {
  const raster = paper(3, 40)
  const log = { scale: 'log', range: [1, 1e4] } as const
  drawLine(raster, { x: 0, y: 0, width: 3, height: 40 }, line([0, 3], [100, 100]), 0, 3, log, { colour: black, width: 2, smoothness: 1 })
  expect(inkOf(raster, 1)[19]).toBe(1)
  expect(inkOf(raster, 1)[20]).toBe(1)
})

const table = Uint32Array.from({ length: 256 }, (_, index) => packColour(index, 0, 0))
const noData = packColour(1, 2, 3)

function spectrogram(spectrum: Spectrum, width: number, height: number, stop: number, range: readonly [number, number]): number[][] {
  const raster = makeRaster(width, height)
  const rows = binAxis(spectrum, 0, stop, 'log')
  if (!rows) throw new Error('no axis')
  drawSpectrogram(raster, { x: 0, y: 0, width, height }, spectrum, 0, stop, rows, { table, noData, axis: { scale: 'log', range } })
  return Array.from({ length: height }, (_, row) =>
    Array.from(raster.pixels.subarray(row * width, (row + 1) * width), pixel => (pixel === noData ? -1 : pixel & 255)),
  )
}

test('bins stand at their energies, highest on top, and colours follow the logarithm', () => {
  const spectrum = {
    times: Float64Array.of(0, 1),
    values: Float64Array.of(1, 10, 100, 1, 10, 100),
    bins: 3,
    centres: Float64Array.of(10, 100, 1000),
    maxGap: 4,
  }
  const rows = spectrogram(spectrum, 2, 3, 2, [1, 100])
  expect(rows).toEqual([
    [255, 255],
    [128, 128],
    [0, 0],
  ])
})

test('bins in falling order, and two energy tables in turn, come to the same picture', () => {
  const values = Float64Array.of(1, 10, 100, 100, 10, 1)
  const centres = Float64Array.of(10, 100, 1000, 1000, 100, 10)
  const rows = spectrogram({ times: Float64Array.of(0, 1), values, bins: 3, centres, maxGap: 4 }, 2, 3, 2, [1, 100])
  expect(rows).toEqual([
    [255, 255],
    [128, 128],
    [0, 0],
  ])
})

test('no row stays empty between bins, whatever their energies and the height', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 1.05, max: 2, noNaN: true }),
      fc.integer({ min: 2, max: 40 }),
      fc.integer({ min: 1, max: 90 }),
      (ratio, bins, height) => {
        const centres = Float64Array.from({ length: bins }, (_, bin) => 7 * ratio ** bin)
        const rows = spectrogram(
          { times: Float64Array.of(0), values: new Float64Array(bins).fill(5), bins, centres, maxGap: 4 },
          1,
          height,
          1,
          [1, 100],
        )
        expect(rows.every(([value]) => value !== -1)).toBe(true)
      },
    ),
  )
})

test('gaps and missing values are no-data grey, zeros are the lowest colour, out-of-range ends saturate', () => {
  const values = Float64Array.of(0, 1e9, Number.NaN, 1, 5, 5)
  const spectrum = { times: Float64Array.of(0, 1, 10), values, bins: 2, centres: Float64Array.of(10, 100), maxGap: 4 }
  const rows = spectrogram(spectrum, 11, 2, 11, [1, 100])
  expect(rows[1]?.slice(0, 3)).toEqual([0, -1, -1])
  expect(rows[0]?.slice(0, 2)).toEqual([255, 0])
  expect(rows[0]?.slice(2, 10).every(value => value === -1)).toBe(true)
  expect(rows[0]?.[10]).toBeGreaterThan(0)
})

test('several records in one column show their mean', () => {
  const spectrum = {
    times: Float64Array.of(0, 1, 2, 3),
    values: Float64Array.of(0, 200, 0, 200),
    bins: 1,
    centres: Float64Array.of(10),
    maxGap: 4,
  }
  const raster = makeRaster(1, 1)
  const rows = { scale: 'log', range: [5, 20] } as const
  drawSpectrogram(raster, { x: 0, y: 0, width: 1, height: 1 }, spectrum, 0, 4, rows, {
    table,
    noData,
    axis: { scale: 'log', range: [1, 1e4] },
  })
  expect((raster.pixels[0] as number) & 255).toBe(128)
})

test('axes come from the data in view, and are absent where there is nothing', () => {
  const panel = (lines: LinesPanel['lines'], more: Partial<LinesPanel> = {}): LinesPanel => ({
    kind: 'lines',
    label: ['x'],
    unit: '',
    scale: 'linear',
    lines,
    ...more,
  })
  const both = panel([
    { name: 'a', ink: 'red', samples: line([0, 1, 50], [1, 2, 999]) },
    { name: 'b', ink: 'blue', samples: line([0, 1], [-8, 3]) },
  ])
  expect(lineAxis(both, 0, 10)?.range[0]).toBeCloseTo(-8.55)
  expect(lineAxis(both, 0, 10)?.range[1]).toBeCloseTo(3.55)
  expect(lineAxis(both, 2, 10)).toBeUndefined()
  expect(lineAxis({ ...both, range: [0, 4] }, 0, 10)).toEqual({ scale: 'linear', range: [0, 4], isCut: true })
  expect(lineAxis({ ...both, limit: [-5, 100] }, 0, 10)).toMatchObject({ range: [-5, expect.closeTo(3.55)], isCut: true })
  expect(lineAxis({ ...both, limit: [50, 100] }, 0, 10)).toMatchObject({ range: [50, 100], isCut: true })
  expect(lineAxis({ ...both, limit: [-50, 100] }, 0, 10)?.isCut).toBe(false)
  const flat = lineAxis(panel([{ name: 'a', ink: 'red', samples: line([0, 1], [7, 7]) }]), 0, 10)
  expect(flat?.range[0]).toBeLessThan(7)
  expect(flat?.range[1]).toBeGreaterThan(7)
  const log = lineAxis(panel([{ name: 'a', ink: 'red', samples: line([0, 1], [0, 7]) }], { scale: 'log' }), 0, 10)
  expect(log?.range[0]).toBeGreaterThan(0)
  const hollow = {
    times: Float64Array.of(0),
    values: Float64Array.of(Number.NaN),
    bins: 1,
    centres: Float64Array.of(Number.NaN),
    maxGap: 1,
  }
  expect(binAxis(hollow, 0, 1, 'log')).toBeUndefined()
  expect(colourAxis(hollow, 0, 1, 'log')).toBeUndefined()
  expect(binAxis({ ...hollow, bins: 2, centres: Float64Array.of(10, 30) }, 0, 1, 'linear')).toEqual({ scale: 'linear', range: [0, 40] })
})

test('blending keeps the ends exact and mixes channels evenly', () => {
  expect(blendPixel(white, black, 1)).toBe(black)
  expect(blendPixel(white, black, 0)).toBe(white)
  const half = blendPixel(white, packColour(10, 20, 30), 0.5)
  expect([half & 255, (half >> 8) & 255, (half >> 16) & 255, half >>> 24]).toEqual([132, 137, 142, 255])
})

test('shapes are clipped to the raster', () => {
  const raster = paper(4, 3)
  fillRect(raster, { x: -5, y: 1, width: 7, height: 99 }, black)
  fillRect(raster, { x: 9, y: 0, width: 3, height: 3 }, black)
  expect(inkOf(raster, 1)).toEqual([0, 1, 1])
  expect(inkOf(raster, 2)).toEqual([0, 0, 0])
  const frame = paper(4, 4)
  strokeRect(frame, { x: 1, y: 1, width: 2, height: 2 }, 1, black)
  expect(frame.pixels.filter(pixel => pixel === black)).toHaveLength(12)
  fillTriangle(frame, 2, 3, 2, true, black)
  expect(rasterBytes(frame).length).toBe(64)
  expect(frame.pixels[2 * 4 + 2]).toBe(black)
})
