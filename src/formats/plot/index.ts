export type {
  Figure,
  Footer,
  Ink,
  Interval,
  Lane,
  Making,
  Line,
  LinesPanel,
  NumericArray,
  Panel,
  PositionRow,
  Range,
  Samples,
  Scale,
  Spectrum,
  SpectrogramPanel,
  Title,
} from './figure.ts'
export { binAxis, colourAxis, lineAxis, placeOn } from './axis.ts'
export { findMaxGap, interpolateAt, lowerBound } from './samples.ts'
export type { Axis } from './axis.ts'
export { colourMap } from './colour-map.ts'
export type { ColourMapName } from './colour-map.ts'
export { makeColumns, reduceColumns } from './columns.ts'
export type { Columns } from './columns.ts'
export { drawFigure } from './draw-figure.ts'
export type { DrawOptions } from './draw-figure.ts'
export { drawColumns, drawLine } from './draw-lines.ts'
export type { Stroke } from './draw-lines.ts'
export { drawSpectrogram } from './draw-spectrogram.ts'
export type { SpectrogramColours } from './draw-spectrogram.ts'
export { plotEdges } from './geometry.ts'
export { layoutFigure } from './layout.ts'
export type { Layout, LayoutOptions, PanelLayout, PlacedTick } from './geometry.ts'
export { fillRect, makeRaster, packColour, parseColour, rasterBytes } from './raster.ts'
export type { Raster, Rect } from './raster.ts'
export type { Measure, TextItem, Weight } from './text.ts'
export { drawTexts, measureOn } from './text-canvas.ts'
export type { TextCanvas } from './text-canvas.ts'
export { themes } from './theme.ts'
export type { Theme, ThemeName } from './theme.ts'
export { dayOfYear, timeTicks, writeDateAndDay, writeSpan } from './time-ticks.ts'
export type { TimeTick } from './time-ticks.ts'
export { valueTicks, writeNumber } from './value-ticks.ts'
export type { Tick } from './value-ticks.ts'
export { writeSvg } from './svg.ts'
export { encodePng } from './png.ts'
export type { PngPort } from './png.ts'
