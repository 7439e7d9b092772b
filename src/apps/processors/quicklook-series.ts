import type { JobInput } from '#domain/process'
import type { Cdf, CdfVariable } from '#formats/cdf'
import { lowerBound, type NumericArray } from '#formats/plot'
import { utcMsFromEpoch, utcMsFromTt2000Array } from '#formats/time'
import { readLimits, type Limit } from './quicklook-limits.ts'

export interface OpenInput {
  readonly input: JobInput
  readonly cdf: Cdf
}

/** UTC ms, half-open. */
export interface TimeRange {
  readonly start: number
  readonly stop: number
}

/** A variable over all inputs that hold it, in order of time; not-a-number where the file has its fill value. */
export interface Series {
  readonly variable: string
  readonly times: Float64Array
  /** `width` numbers per time. */
  readonly values: Float32Array | Float64Array
  readonly width: number
  /** Of the bins, when asked for: `width` numbers, or `width` per time. */
  readonly centres?: Float64Array
  readonly inputs: readonly JobInput[]
  readonly limits: readonly Limit[]
}

/** A series, or in words why there is none. */
export type Found = { readonly series: Series } | { readonly why: string }

export interface Wanted {
  /** Variable patterns such as `{sc}_r_{frame}`; the first that any input holds wins. */
  readonly patterns: readonly string[]
  readonly role?: string | undefined
  /** Read the centres of the bins too: `own` = the variable's DEPEND_1, else a pattern. */
  readonly centres?: string | undefined
}

/** Puts the fields of an input's name into a pattern; a field that the name lacks stays as it is. */
export const fillPattern = (pattern: string, fields: Readonly<Record<string, string>>): string =>
  pattern.replaceAll(/\{(\w+)\}/g, (whole, field: string) => fields[field] ?? whole)

/** Looks a variable up in the inputs and joins what they hold inside `range` (one record beyond each end included). */
export async function findSeries(inputs: readonly OpenInput[], wanted: Wanted, range: TimeRange): Promise<Found> {
  const searched = wanted.role === undefined ? inputs : inputs.filter(({ input }) => input.role === wanted.role)
  if (searched.length === 0)
    return {
      why: wanted.role === undefined ? 'no data: no input files for this time' : `no data: no file of "${wanted.role}" for this time`,
    }
  for (const pattern of wanted.patterns) {
    const pieces: Piece[] = []
    let seen: string | undefined
    for (const { input, cdf } of searched) {
      const name = fillPattern(pattern, input.fields)
      const variable = cdf.variables.get(name)
      if (!variable) continue
      seen = name
      const piece = await readPiece(cdf, variable, input, wanted.centres, range)
      if (piece) pieces.push(piece)
    }
    if (seen !== undefined) return joinPieces(seen, pieces)
  }
  const names = [...new Set(searched.map(({ input }) => fillPattern(wanted.patterns[0] as string, input.fields)))]
  return { why: `no data: no file at hand holds ${names.slice(0, 2).join(' or ')}` }
}

interface Piece {
  readonly input: JobInput
  readonly limits: readonly Limit[]
  readonly times: Float64Array
  readonly values: Float32Array | Float64Array
  readonly width: number
  readonly centres?: Float64Array
}

const textAttribute = (variable: CdfVariable, name: string): string | undefined => {
  const value = variable.attributes.get(name)?.value
  return typeof value === 'string' ? value.trim() : undefined
}

async function readPiece(
  cdf: Cdf,
  variable: CdfVariable,
  input: JobInput,
  centres: string | undefined,
  range: TimeRange,
): Promise<Piece | undefined> {
  const clock = cdf.variables.get(textAttribute(variable, 'DEPEND_0') ?? 'Epoch')
  if (!clock || clock.records === 0) return undefined
  const all = await readTimes(clock)
  const ordered = isOrdered(all)
  const first = ordered ? Math.max(0, lowerBound(all, range.start) - 1) : 0
  const count = Math.min(all.length, variable.records, ordered ? lowerBound(all, range.stop) + 1 : all.length) - first
  if (count <= 0) return undefined
  const times = all.subarray(first, first + count)
  if (ordered && !hasTimeIn(times, range)) return undefined
  const width = variable.dims.reduce((product, size) => product * size, 1)
  const values = await readNumbers(variable, first, count)
  const bins = centres === undefined ? undefined : await readCentres(cdf, variable, input, centres, first, count)
  const piece = { input, limits: readLimits(variable), times, values, width, ...(bins ? { centres: bins } : {}) }
  return ordered ? piece : sortPiece(piece)
}

const hasTimeIn = (times: Float64Array, { start, stop }: TimeRange): boolean => lowerBound(times, start) < lowerBound(times, stop)

async function readCentres(
  cdf: Cdf,
  variable: CdfVariable,
  input: JobInput,
  centres: string,
  first: number,
  count: number,
): Promise<Float64Array | undefined> {
  const name = centres === 'own' ? textAttribute(variable, 'DEPEND_1') : fillPattern(centres, input.fields)
  const bins = name === undefined ? undefined : cdf.variables.get(name)
  if (!bins) return undefined
  const perRecord = bins.recordVarying && bins.records > 1
  return Float64Array.from(await readNumbers(bins, perRecord ? first : 0, perRecord ? count : 1))
}

const timesOf = new WeakMap<CdfVariable, Float64Array>()

/** UTC ms of a time variable. Several variables share one clock: it is read once. */
async function readTimes(clock: CdfVariable): Promise<Float64Array> {
  const known = timesOf.get(clock)
  if (known) return known
  const { type, values } = await clock.read()
  const times =
    type === 'CDF_TIME_TT2000' ? utcMsFromTt2000Array(values as BigInt64Array) : Float64Array.from(values as Float64Array, utcMsFromEpoch)
  timesOf.set(clock, times)
  return times
}

/** False also where a time is not a number (fill). */
function isOrdered(times: Float64Array): boolean {
  for (let index = 1; index < times.length; index++) if (!((times[index] as number) >= (times[index - 1] as number))) return false
  return !Number.isNaN(times[0])
}

/** Records in order of time, those without a time left out. */
function sortPiece(piece: Piece): Piece {
  const { times, values, width, centres } = piece
  const order = Array.from(times.keys())
    .filter(index => !Number.isNaN(times[index]))
    .sort((a, b) => (times[a] as number) - (times[b] as number))
  const pick = <A extends Float32Array | Float64Array>(from: A): A => {
    const to = from.slice(0, order.length * width) as A
    for (const [index, record] of order.entries()) to.set(from.subarray(record * width, (record + 1) * width), index * width)
    return to
  }
  const sorted = { ...piece, times: Float64Array.from(order, index => times[index] as number), values: pick(values) }
  return centres && centres.length > width ? { ...sorted, centres: pick(centres) } : sorted
}

/** Numbers with fill as not-a-number; single precision where the file has no more. */
async function readNumbers(variable: CdfVariable, first: number, count: number): Promise<Float32Array | Float64Array> {
  const { values } = await variable.read({ first, count })
  const numbers = values as NumericArray
  const result = variable.type === 'CDF_REAL4' || variable.type === 'CDF_FLOAT' ? Float32Array.from(numbers) : Float64Array.from(numbers)
  const entry = variable.attributes.get('FILLVAL')?.value
  const fill = entry === undefined || typeof entry === 'string' ? Number.NaN : Number(entry[0])
  // Masters often store the fill of single-precision data in double precision.
  const rounded = Math.fround(fill)
  for (let index = 0; index < result.length; index++) {
    const value = result[index] as number
    if (value === fill || value === rounded) result[index] = Number.NaN
  }
  return result
}

function joinPieces(variable: string, pieces: readonly Piece[]): Found {
  const ordered = pieces.filter(piece => piece.times.length > 0).sort((a, b) => (a.times[0] as number) - (b.times[0] as number))
  const [head] = ordered
  if (!head) return { why: `no data: ${variable} has no records in this time range` }
  if (ordered.some(piece => piece.width !== head.width)) return { why: `no data: ${variable} has different shapes in different files` }
  // Files of neighbouring partitions may repeat a few records: the earlier file's stand.
  let end = Number.NEGATIVE_INFINITY
  const kept: Piece[] = []
  for (const piece of ordered) {
    const from = lowerBound(piece.times, end)
    const skip = from < piece.times.length && piece.times[from] === end ? from + 1 : from
    if (skip < piece.times.length) kept.push(cutPiece(piece, skip))
    end = Math.max(end, piece.times.at(-1) as number)
  }
  const inputs = kept.map(piece => piece.input)
  const times = Float64Array.from(concatenate(kept.map(piece => piece.times)))
  const values = concatenate(kept.map(piece => piece.values))
  const { width, limits } = kept.at(-1) ?? head
  const series = { variable, times, values, width, inputs, limits }
  if (kept.some(piece => !piece.centres)) return { series }
  return { series: { ...series, centres: joinCentres(kept, head.width) } }
}

const cutPiece = (piece: Piece, from: number): Piece => {
  if (from === 0) return piece
  const { width, centres } = piece
  const cut = { ...piece, times: piece.times.subarray(from), values: piece.values.subarray(from * width) }
  return centres && centres.length > width ? { ...cut, centres: centres.subarray(from * width) } : cut
}

/** One table if all pieces share it, else one per record. */
function joinCentres(pieces: readonly Piece[], width: number): Float64Array {
  const head = pieces[0]?.centres as Float64Array
  const shared = pieces.every(({ centres }) => centres?.length === width && centres.every((value, bin) => value === head[bin]))
  if (shared) return head
  const tables = pieces.map(({ centres, times }) => {
    if ((centres as Float64Array).length > width) return centres as Float64Array
    return Float64Array.from({ length: times.length * width }, (_, index) => (centres as Float64Array)[index % width] as number)
  })
  return Float64Array.from(concatenate(tables))
}

function concatenate<A extends Float32Array | Float64Array>(parts: readonly A[]): A {
  const [only] = parts
  if (parts.length === 1 && only) return only
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  const whole = parts.every(part => part instanceof Float32Array) ? new Float32Array(length) : new Float64Array(length)
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole as A
}
