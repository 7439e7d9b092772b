import { findMaxGap } from '#formats/plot'
import type { Figure, Ink, Line, NumericArray, Panel, Scale } from '#formats/plot'
import type { Cdf, CdfValues, CdfVariable } from '#formats/cdf'
import { utcMsFromEpoch, utcMsFromEpoch16, utcMsFromTt2000Array } from '#formats/time'
import { drawingOf, textOf, timeOf } from './choose.ts'
import type { Drawing } from './choose.ts'

/** Records of one preview: enough for a picture, little enough to fetch. */
const MOST_RECORDS = 8192
const MOST_BYTES = 1 << 20

export interface Preview {
  readonly figure: Figure
  readonly first: number
  readonly count: number
  readonly records: number
}

/** How many records of a variable one preview takes. */
export const windowOf = (variable: CdfVariable): number =>
  Math.max(1, Math.min(variable.records, MOST_RECORDS, Math.max(16, Math.floor(MOST_BYTES / Math.max(1, variable.recordBytes)))))

/** Reads the records from `first` on and describes their picture; undefined where no variable of times belongs to them. */
export async function readPreview(cdf: Cdf, variable: CdfVariable, first: number): Promise<Preview | undefined> {
  const time = timeOf(cdf, variable)
  if (time === undefined) return undefined
  const range = { first, count: windowOf(variable) }
  const times = utcMs(time, (await time.read(range)).values)
  const numbers = toNumbers(variable, (await variable.read(range)).values)
  const drawing = drawingOf(cdf, variable)
  const panel =
    drawing.kind === 'lines' ? await drawLines(cdf, variable, times, numbers) : await drawSpectrum(variable, drawing, times, numbers, range)
  const valid = times.filter(t => Number.isFinite(t))
  const [start, stop] = [valid.reduce((a, b) => Math.min(a, b), Infinity), valid.reduce((a, b) => Math.max(a, b), -Infinity)]
  const empty = valid.length === 0 ? { ...panel, empty: 'no times here' } : panel
  return {
    figure: { title: { subject: variable.name, name: '' }, start, stop: stop > start ? stop : start + 1000, panels: [empty] },
    first,
    count: times.length,
    records: variable.records,
  }
}

/** UTC milliseconds; fill becomes not-a-number. */
function utcMs(time: CdfVariable, values: CdfValues): Float64Array {
  if (values instanceof BigInt64Array) return utcMsFromTt2000Array(values)
  const numbers = values as Float64Array
  if (time.type === 'CDF_EPOCH16')
    return Float64Array.from({ length: numbers.length / 2 }, (_, i) => {
      const seconds = numbers[2 * i] ?? 0
      return seconds > 0 ? utcMsFromEpoch16([seconds, numbers[2 * i + 1] ?? 0]) : Number.NaN
    })
  return Float64Array.from(numbers, ms => (ms > 0 ? utcMsFromEpoch(ms) : Number.NaN))
}

/** Numbers with fill as not-a-number, also where FILLVAL was stored in another precision or not at all. */
function toNumbers(variable: CdfVariable, values: CdfValues): Float64Array {
  const numbers = Float64Array.from(values as ArrayLike<number | bigint>, Number)
  const entry = variable.attributes.get('FILLVAL')?.value
  const fill = entry === undefined || typeof entry === 'string' ? Number.NaN : Number(entry[0])
  const rounded = Math.fround(fill)
  for (let i = 0; i < numbers.length; i++) {
    const value = numbers[i] as number
    if (value === fill || value === rounded || Math.abs(value) > 1e30) numbers[i] = Number.NaN
  }
  return numbers
}

const inks: readonly Ink[] = ['blue', 'green', 'red', 'black']

const scaleOf = (variable: CdfVariable): Scale => (/log/iu.test(textOf(variable, 'SCALETYP')) ? 'log' : 'linear')

const labelOf = (variable: CdfVariable): readonly string[] => [
  textOf(variable, 'LABLAXIS') || textOf(variable, 'FIELDNAM') || variable.name,
]

const nothing = (numbers: Float64Array): { readonly empty?: string } =>
  numbers.some(value => Number.isFinite(value)) ? {} : { empty: 'fill values only' }

async function drawLines(cdf: Cdf, variable: CdfVariable, times: Float64Array, values: Float64Array): Promise<Panel> {
  const stride = variable.dims[0] ?? 1
  const names = await lineNames(cdf, variable, stride)
  const maxGap = findMaxGap(times)
  const lines = names.map((name, offset): Line => {
    // One line is drawn in the colour of text; of four, the fourth is a magnitude.
    const ink = stride === 1 ? 'black' : (inks[offset] ?? 'black')
    return { name, ink, samples: { times, values, stride, offset, maxGap } }
  })
  const scale = scaleOf(variable) === 'log' && values.some(value => value > 0) ? 'log' : 'linear'
  return { kind: 'lines', label: labelOf(variable), unit: textOf(variable, 'UNITS'), scale, lines, ...nothing(values) }
}

async function lineNames(cdf: Cdf, variable: CdfVariable, count: number): Promise<readonly string[]> {
  if (count === 1) return ['']
  const labels = cdf.variables.get(textOf(variable, 'LABL_PTR_1'))
  const texts = labels === undefined || labels.dims.at(-1) !== count ? undefined : (await labels.read({ count: 1 })).values
  return Array.from({ length: count }, (_, i) => (Array.isArray(texts) && typeof texts[i] === 'string' ? texts[i] : String(i + 1)))
}

async function drawSpectrum(
  variable: CdfVariable,
  drawing: Extract<Drawing, { kind: 'spectrogram' }>,
  times: Float64Array,
  values: Float64Array,
  range: { readonly first: number; readonly count: number },
): Promise<Panel> {
  const bins = variable.dims[drawing.dimension] ?? 1
  const mean = meanOver(values, variable.dims, drawing.dimension)
  const { axis } = drawing
  const centres =
    axis === undefined
      ? Float64Array.from({ length: bins }, (_, i) => i + 1)
      : toNumbers(axis, (await axis.read(axis.recordVarying && axis.records > 1 ? range : { count: 1 })).values)
  const positive = mean.filter(value => value > 0)
  const colourScale = positive.length > 0 && (scaleOf(variable) === 'log' || spread(positive) > 1000) ? 'log' : 'linear'
  const { label, unit, scale } = axis === undefined ? { label: 'bin', unit: '', scale: 'linear' as const } : axisWords(axis, centres)
  const over = variable.dims.length > 1 ? ['mean over the rest'] : []
  return {
    kind: 'spectrogram',
    label: [...labelOf(variable), ...over, label],
    unit,
    scale,
    spectrum: { times, values: mean, bins, centres, maxGap: findMaxGap(times) },
    colourUnit: textOf(variable, 'UNITS'),
    colourScale,
    ...nothing(mean),
  }
}

const axisWords = (axis: CdfVariable, centres: NumericArray): { label: string; unit: string; scale: Scale } => ({
  label: labelOf(axis)[0] ?? '',
  unit: textOf(axis, 'UNITS'),
  scale: centres.every(value => value > 0) && (scaleOf(axis) === 'log' || spread(centres) > 100) ? 'log' : 'linear',
})

function spread(values: NumericArray): number {
  let [low, high] = [Infinity, 0]
  for (const value of values) {
    if (value < low) low = value
    if (value > high) high = value
  }
  return high / low
}

/** Means over all dimensions but one, without fill. */
function meanOver(values: Float64Array, dims: readonly number[], dimension: number): Float64Array {
  if (dims.length === 1) return values
  const size = dims.reduce((product, n) => product * n, 1)
  const bins = dims[dimension] ?? 1
  const inner = dims.slice(dimension + 1).reduce((product, n) => product * n, 1)
  const records = values.length / size
  const sums = new Float64Array(records * bins)
  const counts = new Uint32Array(records * bins)
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number
    if (Number.isNaN(value)) continue
    const at = Math.floor(i / size) * bins + (Math.floor(i / inner) % bins)
    sums[at] = (sums[at] as number) + value
    counts[at] = (counts[at] as number) + 1
  }
  return sums.map((sum, i) => sum / (counts[i] as number))
}
