import type { JobFile, JobInput } from '#domain/process'
import {
  findMaxGap,
  type Figure,
  type Ink,
  type Interval,
  type Lane,
  type Line,
  type Panel,
  type PositionRow,
  type Samples,
} from '#formats/plot'
import { drawLimits, findBeyond, type Limit } from './quicklook-limits.ts'
import type { Component, LinesRecipe, PanelRecipe, PanelSet, SpectrogramRecipe } from './quicklook-recipe.ts'
import { findSeries, type Found, type OpenInput, type Series, type TimeRange, type Wanted } from './quicklook-series.ts'

/** Looks a variable up; asking twice for the same costs nothing. */
type Find = (wanted: Wanted) => Promise<Found>

export interface Quicklook {
  readonly figure: Figure
  /** False when no panel shows anything. */
  readonly hasData: boolean
}

const componentInks: Readonly<Record<Component, Ink>> = { x: 'blue', y: 'green', z: 'red', magnitude: 'black' }
const componentNames: Readonly<Record<Component, string>> = { x: 'X', y: 'Y', z: 'Z', magnitude: 'mag.' }

/** Reads what a panel set asks for and describes the picture of the job's partition. */
export async function composeQuicklook(job: JobFile, set: PanelSet, inputs: readonly OpenInput[]): Promise<Quicklook> {
  const partition: TimeRange = { start: Date.parse(job.partition.start), stop: Date.parse(job.partition.stop) }
  // A burst's partition tells where it begins, only its content how long it is.
  const isTag = job.partition.kind === 'tag' || job.partition.kind === 'segment'
  const used = new Set<JobInput>()
  const find = makeFind(inputs, isTag ? everything : partition, used)
  const range = isTag || set.span === 'records' ? ((await findExtent(set, find)) ?? partition) : partition
  const panels: Panel[] = []
  for (const recipe of set.panels) panels.push(await composePanel(recipe, find, range))
  const lanes = await composeLanes(set, job, find)
  const positions = set.position ? await composePositions(set.position, find) : []
  const { credit, notice } = set
  const sources = job.inputs.filter(input => used.has(input)).map(input => input.name)
  const figure: Figure = {
    title: { subject: job.spacecraft.toUpperCase(), name: set.title, ...(set.note === undefined ? {} : { note: set.note }) },
    ...range,
    panels,
    lanes,
    bands: lanes.filter(lane => lane.tone === 'strong').flatMap(lane => lane.intervals),
    positions,
    footer: { notice, ...(credit === undefined ? {} : { credit }), sources },
    made: { time: job.generationTime, software: `${job.software.name} ${job.software.version}` },
    ...(job.simulated ? { stamp: 'SIMULATED DATA' } : {}),
  }
  return { figure, hasData: panels.some(panel => panel.empty === undefined) }
}

const everything: TimeRange = { start: Number.NEGATIVE_INFINITY, stop: Number.POSITIVE_INFINITY }

function makeFind(inputs: readonly OpenInput[], range: TimeRange, used: Set<JobInput>): Find {
  const known = new Map<string, Found>()
  return async wanted => {
    const key = JSON.stringify([wanted.patterns, wanted.role, wanted.centres])
    const found = known.get(key) ?? (await findSeries(inputs, wanted, range))
    known.set(key, found)
    if ('series' in found) for (const input of found.series.inputs) used.add(input)
    return found
  }
}

const wishesOf = (recipe: PanelRecipe): Wanted[] => {
  const { role } = recipe
  if (recipe.kind === 'spectrogram') return [{ patterns: recipe.variable, role, centres: recipe.energies ?? 'own' }]
  return linesOf(recipe).map(line => ({ patterns: line.patterns, role }))
}

/** Whole seconds around all records that the panels show. */
async function findExtent(set: PanelSet, find: Find): Promise<TimeRange | undefined> {
  let start = Number.POSITIVE_INFINITY
  let stop = Number.NEGATIVE_INFINITY
  for (const wanted of set.panels.flatMap(wishesOf)) {
    const found = await find(wanted)
    if (!('series' in found)) continue
    start = Math.min(start, found.series.times[0] as number)
    stop = Math.max(stop, found.series.times.at(-1) as number)
  }
  return start < stop ? { start: Math.floor(start / 1000) * 1000, stop: Math.ceil(stop / 1000) * 1000 } : undefined
}

const composePanel = (recipe: PanelRecipe, find: Find, range: TimeRange): Promise<Panel> =>
  recipe.kind === 'lines' ? composeLines(recipe, find, range) : composeSpectrogram(recipe, find, range)

const panelBase = ({
  label,
  unit,
  scale,
  range,
  limit,
  weight,
}: PanelRecipe): Pick<Panel, 'label' | 'unit' | 'scale' | 'range' | 'limit' | 'weight'> => ({
  label,
  unit,
  scale,
  ...(range ? { range } : {}),
  ...(limit ? { limit } : {}),
  ...(weight === undefined ? {} : { weight }),
})

interface LineWish {
  readonly patterns: readonly string[]
  readonly component: Component | undefined
  readonly name: string
  readonly ink: Ink
}

/** The lines of a panel, the magnitude first: drawn first, it hides no component. */
function linesOf(recipe: LinesRecipe): LineWish[] {
  const own = recipe.variable ?? []
  if (recipe.lines) {
    return recipe.lines.map(({ variable, component, name, ink }) => ({ patterns: variable ?? own, component, name, ink }))
  }
  const wishes = (recipe.components ?? ['x', 'y', 'z']).map((component, index) => ({
    patterns: own,
    component,
    name: recipe.names?.[index] ?? componentNames[component],
    ink: componentInks[component],
  }))
  return wishes.sort((a, b) => Number(b.component === 'magnitude') - Number(a.component === 'magnitude'))
}

async function composeLines(recipe: LinesRecipe, find: Find, range: TimeRange): Promise<Panel> {
  const base = { ...panelBase(recipe), kind: 'lines' as const }
  const lines: Line[] = []
  const reasons: string[] = []
  const limits: Limit[] = []
  for (const wish of linesOf(recipe)) {
    const found = await find({ patterns: wish.patterns, role: recipe.role })
    const samples = 'series' in found ? pickSamples(found.series, wish.component, recipe.divide) : undefined
    const why = 'why' in found ? found.why : explainEmpty(found.series, samples as Samples, range)
    if (why !== undefined) reasons.push(why)
    else if ('series' in found) limits.push(...found.series.limits)
    // A line that is missing beside others keeps its name, with the sign for "no data".
    lines.push({
      name: why === undefined ? wish.name : `${wish.name} ∅`,
      ink: wish.ink,
      samples: why === undefined && samples ? samples : noSamples,
    })
  }
  if (reasons.length === lines.length) return { ...base, lines: [], empty: reasons[0] as string }
  return { ...base, lines: recipe.limits ? [...drawLimits(limits, recipe.divide, range), ...lines] : lines }
}

const noSamples: Samples = { times: new Float64Array(0), values: new Float64Array(0), maxGap: 0 }

const offsets: Readonly<Record<Component, number>> = { x: 0, y: 1, z: 2, magnitude: 3 }

/** One component of a series; a magnitude that the file does not hold is computed from x, y and z. */
function pickSamples(series: Series, component: Component | undefined, divide: number): Samples {
  const { times, width } = series
  const offset = component === undefined ? 0 : offsets[component]
  const base = { times, maxGap: findMaxGap(times) }
  if (offset >= width) {
    const values = Float64Array.from(times, (_, record) => {
      const [x, y, z] = series.values.subarray(record * width, record * width + 3)
      return Math.hypot(x ?? Number.NaN, y ?? 0, z ?? 0) / divide
    })
    return { ...base, values }
  }
  if (divide === 1) return { ...base, values: series.values, stride: width, offset }
  return { ...base, values: Float64Array.from(times, (_, record) => (series.values[record * width + offset] as number) / divide) }
}

function explainEmpty(series: Series, { times, values, stride = 1, offset = 0 }: Samples, range: TimeRange): string | undefined {
  let records = 0
  for (const [index, time] of times.entries()) {
    if (time < range.start || time >= range.stop) continue
    records++
    if (!Number.isNaN(values[index * stride + offset])) return undefined
  }
  return records === 0
    ? `no data: ${series.variable} has no records in this time range`
    : `no data: ${series.variable} holds only fill values in this time range`
}

async function composeSpectrogram(recipe: SpectrogramRecipe, find: Find, range: TimeRange): Promise<Panel> {
  const { colour } = recipe
  const base = {
    ...panelBase(recipe),
    kind: 'spectrogram' as const,
    colourUnit: colour.unit,
    colourScale: colour.scale,
    ...(colour.range ? { colourRange: colour.range } : {}),
  }
  const found = await find(wishesOf(recipe)[0] as Wanted)
  if ('why' in found) return { ...base, empty: found.why }
  const { variable, times, values, width, centres } = found.series
  if (!centres) return { ...base, empty: `no picture: ${variable} names no energies (DEPEND_1)` }
  const why = explainEmpty(found.series, { times, values: firstNumbers(values, width), maxGap: 0 }, range)
  const scaled = recipe.divide === 1 ? centres : centres.map(value => value / recipe.divide)
  const spectrum = { times, values, bins: width, centres: scaled, maxGap: findMaxGap(times) }
  return why === undefined ? { ...base, spectrum } : { ...base, empty: why }
}

/** Of each record any number it holds, to tell whether there is one. */
const firstNumbers = (values: Float32Array | Float64Array, width: number): Float64Array =>
  Float64Array.from(
    { length: values.length / width },
    (_, record) => values.subarray(record * width, (record + 1) * width).find(value => !Number.isNaN(value)) ?? Number.NaN,
  )

async function composeLanes(set: PanelSet, job: JobFile, find: Find): Promise<Lane[]> {
  const lanes: Lane[] = []
  for (const { label, tone, role, variable, limits } of set.lanes) {
    const covered = job.inputs.flatMap(input => (input.role === role && input.coverage ? [readCoverage(input.coverage)] : []))
    const found = variable ? await find({ patterns: variable, role }) : undefined
    const runs = found && 'series' in found ? findRuns(found.series.times) : []
    const beyond = limits ? await findAllBeyond(set, find) : []
    lanes.push({ label, tone, intervals: [...covered, ...runs, ...beyond] })
  }
  return lanes
}

/** Of all panels that draw their limits. */
async function findAllBeyond(set: PanelSet, find: Find): Promise<readonly Interval[]> {
  const found: Interval[] = []
  for (const recipe of set.panels.filter(panel => panel.kind === 'lines' && panel.limits))
    for (const wish of wishesOf(recipe)) {
      const answer = await find(wish)
      if ('series' in answer) found.push(...findBeyond(answer.series, answer.series.limits, findMaxGap(answer.series.times)))
    }
  return found
}

const readCoverage = ({ start, stop }: { readonly start: string; readonly stop: string }): Interval => ({
  start: Date.parse(start),
  stop: Date.parse(stop),
})

/** Stretches without a gap. */
function findRuns(times: Float64Array): Interval[] {
  const maxGap = findMaxGap(times)
  const runs: { start: number; stop: number }[] = []
  for (const time of times) {
    const last = runs.at(-1)
    if (last && time - last.stop <= maxGap) last.stop = time
    else runs.push({ start: time, stop: time })
  }
  return runs
}

async function composePositions(position: NonNullable<PanelSet['position']>, find: Find): Promise<PositionRow[]> {
  const found = await find({ patterns: position.variable })
  if (!('series' in found)) return []
  const { frame, divide, unit, digits } = position
  const { series } = found
  // Stored magnitudes are as good, but not every file has one.
  const distance = pickSamples({ ...series, values: firstThree(series), width: 3 }, 'magnitude', divide)
  const row = (name: string, samples: Samples): PositionRow => ({ label: `${name} (${unit})`, digits, samples })
  const along = (component: Component): PositionRow => row(`${component.toUpperCase()} ${frame}`, pickSamples(series, component, divide))
  return [row('R', distance), along('x'), along('y'), along('z')]
}

const firstThree = ({ values, width, times }: Series): Float64Array =>
  Float64Array.from({ length: times.length * 3 }, (_, index) => values[Math.floor(index / 3) * width + (index % 3)] as number)
