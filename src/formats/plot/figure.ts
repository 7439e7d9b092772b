/** What a picture shows, as plain data. Times are UTC milliseconds since 1970 throughout; intervals are half-open. */
export interface Figure {
  readonly title: Title
  readonly start: number
  readonly stop: number
  readonly panels: readonly Panel[]
  /** Thin status lanes above the first panel, e.g. burst and fast survey. */
  readonly lanes?: readonly Lane[]
  /** Shaded intervals through all panels, e.g. the burst segments of a survey picture. */
  readonly bands?: readonly Interval[]
  /** Rows of numbers under the time ticks, e.g. the orbit position. */
  readonly positions?: readonly PositionRow[]
  readonly footer?: Footer
  /** A large stamp over the whole picture, e.g. `SIMULATED DATA`. */
  readonly stamp?: string
  /** Told beside the picture (texts of a PNG, metadata of an SVG) and not drawn: what is made again and shows the same stays the same. */
  readonly made?: Making
}

export interface Title {
  /** Set in bold at the left, e.g. `SC1`. */
  readonly subject: string
  /** What the picture is, e.g. `Summary`. */
  readonly name: string
  readonly note?: string
}

export interface Making {
  /** UTC, as text; a clock is never read here. */
  readonly time: string
  readonly software: string
}

export interface Interval {
  readonly start: number
  readonly stop: number
}

export interface Lane {
  readonly label: string
  /** `strong` lanes are drawn in the accent colour, `quiet` ones in a tint. */
  readonly tone: 'strong' | 'quiet'
  readonly intervals: readonly Interval[]
}

export interface PositionRow {
  /** With its unit, e.g. `X GSE (RE)`. */
  readonly label: string
  readonly digits: number
  readonly samples: Samples
}

export interface Footer {
  /** e.g. `Quicklook: for browsing, not for publication.` */
  readonly notice: string
  readonly credit?: string
  /** Names with versions of the files the picture was made from. */
  readonly sources?: readonly string[]
}

export type NumericArray = Float64Array | Float32Array | Int32Array | Int16Array | Uint32Array | Uint16Array | Int8Array | Uint8Array

export type Scale = 'linear' | 'log'
export type Range = readonly [low: number, high: number]

/** One number per time. Not-a-number is a gap; so is a step in time longer than `maxGap` (ms). */
export interface Samples {
  readonly times: Float64Array
  readonly values: NumericArray
  /** Distance between neighbours in `values`, for components of interleaved vectors; 1 unless told. */
  readonly stride?: number
  readonly offset?: number
  readonly maxGap: number
}

/** The four data colours of a theme (black is white on a dark ground). Components: x blue, y green, z red, magnitude black. */
export type Ink = 'black' | 'red' | 'green' | 'blue'

export interface Line {
  /** Stands at the line's end in its colour. */
  readonly name: string
  readonly ink: Ink
  readonly samples: Samples
}

interface PanelBase {
  /** One or more rows, e.g. `['FGM', 'B GSE']`. */
  readonly label: readonly string[]
  /** Unit of the vertical axis. */
  readonly unit: string
  readonly scale: Scale
  /** Of the vertical axis; from the data when absent. */
  readonly range?: Range
  /** An axis from the data never reaches beyond this (the strong field at perigee); what lies outside is cut off, and the picture says so. */
  readonly limit?: Range
  /** Height relative to the other panels; 1 unless told. */
  readonly weight?: number
  /** Why there is nothing to see, in words, when there is nothing. */
  readonly empty?: string
}

export interface LinesPanel extends PanelBase {
  readonly kind: 'lines'
  readonly lines: readonly Line[]
}

/** `values` holds `bins` numbers per time, `centres` either the same number for all times or `bins` per time. */
export interface Spectrum {
  readonly times: Float64Array
  readonly values: NumericArray
  readonly bins: number
  readonly centres: NumericArray
  readonly maxGap: number
}

export interface SpectrogramPanel extends PanelBase {
  readonly kind: 'spectrogram'
  readonly spectrum?: Spectrum
  /** Unit of the colour. */
  readonly colourUnit: string
  readonly colourScale: Scale
  readonly colourRange?: Range
}

export type Panel = LinesPanel | SpectrogramPanel
