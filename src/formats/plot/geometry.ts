import type { Axis } from './axis.ts'
import type { Interval, Panel } from './figure.ts'
import type { Rect } from './raster.ts'
import type { Measure, TextItem } from './text.ts'
import type { Theme } from './theme.ts'
import type { TimeTick } from './time-ticks.ts'

export interface LayoutOptions {
  readonly theme: Theme
  readonly measure: Measure
  /** Width of the picture; 1200 unless told. All lengths are in units that `ratio` turns into pixels when drawn. */
  readonly width?: number | undefined
  /** Height of a panel of weight 1; 108 unless told. */
  readonly panelHeight?: number | undefined
}

export interface PlacedTick {
  /** Distance from the top (values) or the left (times) of the picture. */
  readonly at: number
  readonly label: string
}

export interface PanelLayout {
  readonly panel: Panel
  readonly plot: Rect
  /** Absent when there is nothing to see. */
  readonly axis?: Axis
  readonly ticks: readonly PlacedTick[]
  readonly colour?: ColourBar
}

export interface ColourBar {
  readonly axis: Axis
  readonly bar: Rect
  readonly ticks: readonly PlacedTick[]
}

/** Where everything of a picture stands; pure geometry and text, nothing drawn yet. */
export interface Layout {
  readonly width: number
  readonly height: number
  readonly start: number
  readonly stop: number
  readonly panels: readonly PanelLayout[]
  readonly lanes: readonly { readonly tone: 'strong' | 'quiet'; readonly track: Rect; readonly bars: readonly Rect[] }[]
  readonly bands: readonly Interval[]
  readonly timeTicks: readonly (TimeTick & PlacedTick)[]
  readonly texts: readonly TextItem[]
}

export const sizes = {
  margin: 18,
  left: 138,
  right: 96,
  header: 60,
  lane: 7,
  laneGap: 5,
  panelGap: 9,
  row: 16,
  footerRow: 15,
  colourBar: 11,
} as const

/** Time of a place: linear between the left and right edge of the panels. */
export const placeTime = (time: number, start: number, stop: number, plot: { readonly x: number; readonly width: number }): number =>
  plot.x + ((time - start) / (stop - start)) * plot.width

/** Left and right edge of all panels of a picture of this width: start and stop in time, so that a click can be turned into UTC. */
export const plotEdges = (width = 1200): { readonly left: number; readonly right: number } => ({
  left: sizes.left,
  right: width - sizes.right,
})
