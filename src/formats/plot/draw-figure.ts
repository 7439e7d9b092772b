import { colourMap, type ColourMapName } from './colour-map.ts'
import { drawLine } from './draw-lines.ts'
import { drawSpectrogram } from './draw-spectrogram.ts'
import { type ColourBar, type Layout, type PanelLayout, placeTime } from './geometry.ts'
import { fillRect, fillTriangle, makeRaster, parseColour, type Raster, type Rect, strokeRect } from './raster.ts'
import type { Theme } from './theme.ts'

export interface DrawOptions {
  readonly theme: Theme
  /** Pixels per unit of the layout: 1, or 2 for dense screens and print. */
  readonly ratio: number
  readonly colourMap: ColourMapName
  /** Columns per pixel of a line, see {@link Stroke}; 4 at ratio 1 and 3 above unless told. */
  readonly smoothness?: number
}

const scaleRect = (rect: Rect, ratio: number): Rect => {
  const x = Math.round(rect.x * ratio)
  const y = Math.round(rect.y * ratio)
  return { x, y, width: Math.round((rect.x + rect.width) * ratio) - x, height: Math.round((rect.y + rect.height) * ratio) - y }
}

/** Draws everything of a laid-out figure but its texts. */
export function drawFigure(layout: Layout, options: DrawOptions): Raster {
  const { theme, ratio } = options
  const raster = makeRaster(Math.round(layout.width * ratio), Math.round(layout.height * ratio))
  raster.pixels.fill(parseColour(theme.page))
  for (const lane of layout.lanes) {
    fillRect(raster, scaleRect(lane.track, ratio), parseColour(theme.grid))
    for (const bar of lane.bars) fillRect(raster, scaleRect(bar, ratio), parseColour(lane.tone === 'strong' ? theme.accent : theme.quiet))
  }
  for (const panel of layout.panels) drawPanel(raster, panel, layout, options)
  return raster
}

function drawPanel(raster: Raster, panel: PanelLayout, layout: Layout, options: DrawOptions): void {
  const { theme, ratio } = options
  const plot = scaleRect(panel.plot, ratio)
  fillRect(raster, plot, parseColour(theme.plot))
  if (!panel.axis) fillRect(raster, plot, parseColour(theme.grid))
  else if (panel.panel.kind === 'lines') drawLines(raster, panel, plot, layout, options)
  else drawSpectrum(raster, panel, plot, layout, options)
  strokeRect(raster, plot, Math.max(1, Math.round(ratio / 2)), parseColour(theme.frame))
  drawTicks(raster, panel, plot, layout, options)
  if (panel.colour) drawColourBar(raster, panel.colour, options)
}

function drawLines(raster: Raster, { panel, axis, ticks }: PanelLayout, plot: Rect, layout: Layout, options: DrawOptions): void {
  if (panel.kind !== 'lines' || !axis) return
  const { theme, ratio, smoothness = ratio > 1 ? 3 : 4 } = options
  for (const band of layout.bands) {
    const left = Math.max(plot.x, placeTime(band.start, layout.start, layout.stop, plot))
    const right = Math.min(plot.x + plot.width, placeTime(band.stop, layout.start, layout.stop, plot))
    if (right > left) fillRect(raster, { ...plot, x: left, width: Math.max(1, right - left) }, parseColour(theme.band))
  }
  const grid = parseColour(theme.grid)
  for (const tick of layout.timeTicks) if (tick.label !== '') fillRect(raster, { ...plot, x: tick.at * ratio, width: 1 }, grid)
  for (const tick of ticks) if (tick.label !== '') fillRect(raster, { ...plot, y: tick.at * ratio, height: 1 }, grid)
  if (axis.scale === 'linear' && axis.range[0] < 0 && axis.range[1] > 0) {
    const zero = plot.y + plot.height * (axis.range[1] / (axis.range[1] - axis.range[0]))
    fillRect(raster, { ...plot, y: zero, height: 1 }, parseColour(theme.frame))
  }
  for (const line of panel.lines) {
    const stroke = { colour: parseColour(theme.data[line.ink]), width: 1.3 * ratio, smoothness }
    drawLine(raster, plot, line.samples, layout.start, layout.stop, axis, stroke)
  }
}

function drawSpectrum(raster: Raster, { panel, axis, colour }: PanelLayout, plot: Rect, layout: Layout, options: DrawOptions): void {
  if (panel.kind !== 'spectrogram' || !panel.spectrum || !axis || !colour) return
  const colours = { table: colourMap(options.colourMap), noData: parseColour(options.theme.noData), axis: colour.axis }
  drawSpectrogram(raster, plot, panel.spectrum, layout.start, layout.stop, axis, colours)
}

/** Ticks stand outside the frame, where no colour of a spectrogram can hide them. */
function drawTicks(raster: Raster, { plot: at, ticks }: PanelLayout, plot: Rect, layout: Layout, { theme, ratio }: DrawOptions): void {
  const colour = parseColour(theme.frame)
  const thin = Math.max(1, Math.round(ratio / 2))
  for (const tick of ticks) {
    const length = (tick.label === '' ? 2.5 : 5) * ratio
    fillRect(raster, { x: plot.x - length, y: tick.at * ratio, width: length, height: thin }, colour)
  }
  const last = layout.panels.at(-1)?.plot.y === at.y
  for (const tick of layout.timeTicks) {
    const length = (tick.label === '' ? 2.5 : 5) * ratio * (last ? 1 : 0.6)
    fillRect(raster, { x: tick.at * ratio, y: plot.y + plot.height, width: thin, height: length }, colour)
  }
}

/** Decade marks at the right; a triangle at either end says that values beyond it are shown in its colour. */
function drawColourBar(raster: Raster, { bar: place, ticks }: ColourBar, options: DrawOptions): void {
  const { theme, ratio } = options
  const bar = scaleRect(place, ratio)
  const table = colourMap(options.colourMap)
  for (let row = 0; row < bar.height; row++) {
    const index = Math.round((255 * (bar.height - 1 - row)) / Math.max(1, bar.height - 1))
    fillRect(raster, { ...bar, y: bar.y + row, height: 1 }, table[index] as number)
  }
  const middle = bar.x + bar.width / 2
  fillTriangle(raster, middle, bar.y - ratio, bar.width * 0.55, true, table[255] as number)
  fillTriangle(raster, middle, bar.y + bar.height + ratio, bar.width * 0.55, false, table[0] as number)
  for (const tick of ticks) {
    const length = (tick.label === '' ? 2 : 4) * ratio
    fillRect(
      raster,
      { x: bar.x + bar.width, y: tick.at * ratio, width: length, height: Math.max(1, Math.round(ratio / 2)) },
      parseColour(theme.frame),
    )
  }
}
