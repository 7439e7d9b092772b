import { type Axis, binAxis, colourAxis, lineAxis, placeOn } from './axis.ts'
import { writeCaptions } from './captions.ts'
import type { Figure, Panel } from './figure.ts'
import { type Layout, type LayoutOptions, type PanelLayout, type PlacedTick, placeTime, sizes } from './geometry.ts'
import type { Rect } from './raster.ts'
import { timeTicks } from './time-ticks.ts'
import { valueTicks } from './value-ticks.ts'

function placeTicks(axis: Axis, rect: Rect, spacing: number): PlacedTick[] {
  const most = Math.max(3, Math.floor(rect.height / spacing))
  return valueTicks(axis.scale, axis.range, most).map(tick => ({
    at: rect.y + rect.height * (1 - placeOn(axis, tick.value)),
    label: tick.label,
  }))
}

function layoutPanel(panel: Panel, plot: Rect, figure: Figure): PanelLayout {
  const { start, stop } = figure
  if (panel.kind === 'lines') {
    const axis = panel.empty === undefined ? lineAxis(panel, start, stop) : undefined
    return axis ? { panel, plot, axis, ticks: placeTicks(axis, plot, 20) } : { panel, plot, ticks: [] }
  }
  const { spectrum } = panel
  const colour = spectrum && panel.empty === undefined ? colourAxis(spectrum, start, stop, panel.colourScale, panel.colourRange) : undefined
  const axis = spectrum && colour ? binAxis(spectrum, start, stop, panel.scale) : undefined
  if (!axis || !colour) return { panel, plot, ticks: [] }
  const own = panel.range ? { scale: panel.scale, range: panel.range } : axis
  const bar = { x: plot.x + plot.width + 9, y: plot.y + 6, width: sizes.colourBar, height: plot.height - 12 }
  return { panel, plot, axis: own, ticks: placeTicks(own, plot, 20), colour: { axis: colour, bar, ticks: placeTicks(colour, bar, 18) } }
}

function layoutLanes(figure: Figure, top: number, x: number, width: number): Layout['lanes'] {
  return (figure.lanes ?? []).map((lane, index) => {
    const track = { x, y: top + index * (sizes.lane + sizes.laneGap), width, height: sizes.lane }
    const bars = lane.intervals
      .filter(interval => interval.stop > figure.start && interval.start < figure.stop)
      .map(interval => {
        const left = placeTime(Math.max(interval.start, figure.start), figure.start, figure.stop, track)
        const right = placeTime(Math.min(interval.stop, figure.stop), figure.start, figure.stop, track)
        // A short burst must stay visible in a picture of a day.
        return { ...track, x: left, width: Math.max(1, right - left) }
      })
    return { tone: lane.tone, track, bars }
  })
}

/** Places everything of a figure. The height follows from the panels, lanes, position rows and footer. */
export function layoutFigure(figure: Figure, options: LayoutOptions): Layout {
  const { width = 1200, panelHeight = 108 } = options
  const x = sizes.left
  const plotWidth = width - sizes.left - sizes.right
  const lanes = layoutLanes(figure, sizes.header, x, plotWidth)
  let top = sizes.header + lanes.length * (sizes.lane + sizes.laneGap) + (lanes.length > 0 ? 2 : 0)
  const panels = figure.panels.map(panel => {
    const plot = { x, y: top, width: plotWidth, height: Math.round(panelHeight * (panel.weight ?? 1)) }
    top += plot.height + sizes.panelGap
    return layoutPanel(panel, plot, figure)
  })
  const bottom = top - sizes.panelGap
  const labelWidth = (figure.stop - figure.start) / 10 < 1000 ? 104 : 78
  const ticks = timeTicks(figure.start, figure.stop, Math.floor(plotWidth / labelWidth)).map(tick => ({
    ...tick,
    at: placeTime(tick.time, figure.start, figure.stop, { x, width: plotWidth }),
  }))
  const parts = { width, x, plotWidth, bottom, ticks, panels, lanes }
  const { texts, height } = writeCaptions(figure, parts, options)
  return { width, height, start: figure.start, stop: figure.stop, panels, lanes, bands: figure.bands ?? [], timeTicks: ticks, texts }
}
