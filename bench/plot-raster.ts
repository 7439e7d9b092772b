/**
 * How long pictures take: the raster of formats/plot as the browser uses it for each frame, and a whole PNG quicklook.
 * `node bench/plot-raster.ts` prints one line per case: median and 95th percentile of script time in ms.
 */
import { performance } from 'node:perf_hooks'
import { renderPng } from '#doors/plot-node'
import {
  type Axis,
  colourMap,
  drawFigure,
  drawLine,
  drawSpectrogram,
  type Figure,
  layoutFigure,
  type Line,
  makeRaster,
  packColour,
  type Panel,
  type Spectrum,
  themes,
} from '#formats/plot'

const day = 86_400_000
const start = Date.parse('2025-11-24T00:00:00Z')

function time(name: string, rounds: number, run: (round: number) => void): void {
  for (let round = 0; round < 3; round++) run(round)
  const spent = Array.from({ length: rounds }, (_, round) => {
    const before = performance.now()
    run(round)
    return performance.now() - before
  }).sort((a, b) => a - b)
  const at = (share: number): string => (spent[Math.floor(share * (rounds - 1))] as number).toFixed(1)
  process.stdout.write(`${name.padEnd(66)} ${at(0.5).padStart(8)} ${at(0.95).padStart(8)}\n`)
}

/** Sixteen vectors per second of a day: 1.38 million samples of four components. */
function makeField(): readonly Line[] {
  const count = (day / 1000) * 16
  const times = Float64Array.from({ length: count }, (_, index) => start + index * 62.5)
  const values = Float32Array.from(
    { length: count * 4 },
    (_, index) => 30 * Math.sin(index / 9e4 + (index % 4)) + 5 * Math.sin(index * 12.9898),
  )
  const inks = ['blue', 'green', 'red', 'black'] as const
  return inks.map((ink, offset) => ({ name: ink, ink, samples: { times, values, stride: 4, offset, maxGap: 250 } }))
}

function makeSpectrum(step: number): Spectrum {
  const count = Math.floor(day / step)
  const centres = Float64Array.from({ length: 32 }, (_, bin) => 10 * 1.29 ** bin)
  const values = Float32Array.from(
    { length: count * 32 },
    (_, index) => 10 ** (6 + 2 * Math.sin(Math.floor(index / 32) / (count / 9)) - ((index % 32) / 16 - 1) ** 2),
  )
  return { times: Float64Array.from({ length: count }, (_, index) => start + index * step), values, bins: 32, centres, maxGap: 4 * step }
}

const field = makeField()
const spectrum = makeSpectrum(4500)
const lines = (label: string): Panel => ({ kind: 'lines', label: [label], unit: 'nT', scale: 'linear', lines: field })
const flux = (label: string): Panel => ({
  kind: 'spectrogram',
  label: [label],
  unit: 'eV',
  scale: 'log',
  colourScale: 'log',
  colourUnit: 'flux',
  spectrum,
})
const figure: Figure = {
  title: { subject: 'SC1', name: 'Bench' },
  start,
  stop: start + day,
  panels: [lines('B'), flux('ions'), flux('electrons'), lines('B'), lines('B')],
}

/** One frame of a desk: eight panels of 60 px, every second one a spectrogram, at a moving and zooming view. */
function drawFrame(width: number, ratio: number, round: number, only?: 'lines' | 'spectra'): void {
  const height = 60 * ratio
  const raster = makeRaster(width, 8 * height)
  const span = day / 2 ** (round % 6)
  const from = start + ((day - span) * (round % 7)) / 6
  const axis: Axis = { scale: 'linear', range: [-40, 40] }
  const energies: Axis = { scale: 'log', range: [9, 30_000] }
  const colours = { table: colourMap('turbo'), noData: packColour(212, 215, 220), axis: { scale: 'log', range: [1e4, 1e8] } as Axis }
  for (let panel = 0; panel < 8; panel++) {
    const rect = { x: 0, y: panel * height, width, height }
    const isSpectrum = panel % 2 === 1
    if (only !== undefined && isSpectrum !== (only === 'spectra')) continue
    if (isSpectrum) drawSpectrogram(raster, rect, coarseSpectrum, from, from + span, energies, colours)
    else
      for (const line of coarse)
        drawLine(raster, rect, line.samples, from, from + span, axis, { colour: 0xff000000, width: ratio, smoothness: 1 })
  }
}

const coarseSpectrum = makeSpectrum(45_000)

/** What a desk holds of a series after the server's pyramid: some two bins per pixel column. */
const coarse = field.map(({ samples, ...line }) => {
  const { times, values, stride = 1, offset = 0 } = samples
  const every = 64
  const count = Math.floor(times.length / every)
  return {
    ...line,
    samples: {
      times: Float64Array.from({ length: count }, (_, index) => times[index * every] as number),
      values: Float32Array.from({ length: count }, (_, index) => values[index * every * stride + offset] as number),
      maxGap: 16_000,
    },
  }
})

process.stdout.write(`${'case'.padEnd(66)} ${'p50 ms'.padStart(8)} ${'p95 ms'.padStart(8)}\n`)
time('desk frame, 8 panels (4 spectrograms), 962 px', 40, round => drawFrame(962, 1, round))
time('... its 4 panels of 4 lines alone', 40, round => drawFrame(962, 1, round, 'lines'))
time('... its 4 spectrograms alone', 40, round => drawFrame(962, 1, round, 'spectra'))
time('desk frame, 8 panels (4 spectrograms), 1,924 px at 2x', 40, round => drawFrame(1924, 2, round))
const measure = (text: string, size: number): number => text.length * size * 0.5
const layout = layoutFigure(figure, { theme: themes.light, measure })
time('layout of a day, 12 lines of 1.38 M samples, 2 spectrograms', 5, () => void layoutFigure(figure, { theme: themes.light, measure }))
time('raster of the same, 1,200 px', 5, () => void drawFigure(layout, { theme: themes.light, ratio: 1, colourMap: 'turbo' }))
time('PNG of the same, 1x', 5, () => void renderPng(figure))
time('PNG of the same, 2x', 5, () => void renderPng(figure, { ratio: 2 }))
