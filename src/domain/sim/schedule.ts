import { EARTH_RADIUS_KM, type Elements } from '#domain/orbit'
import type { SimulationParameters } from './parameters.ts'
import type { Season } from './season.ts'

export type Mode = 'slow' | 'fast' | 'burst'

/** Equally spaced packets of one kind. */
export interface Run {
  /** TAI seconds of the first packet's first sample, on the common grid (without the spacecraft's clock offset). */
  readonly from: number
  /** Seconds from packet to packet, all of them filled with data. */
  readonly step: number
  readonly count: number
  /** Packets of this kind in the season before this run: sequence counts go on from there. */
  readonly before: number
  readonly mode: Mode
}

export const vectorsPerPacket = 64

/** When the spacecraft are in fast survey: intervals [from, to) on a grid of 8 s that holds whole packets of both rates. */
function fastIntervals({ modes }: SimulationParameters, season: Season): readonly (readonly [number, number])[] {
  const { semiMajorAxisKm: a, eccentricity: e } = season.elements[0] as Elements
  const cosine = (1 - (modes.fastAboveRe * EARTH_RADIUS_KM) / a) / e
  // Below the whole orbit it is always fast survey (0), above it never (pi).
  const anomaly = Math.acos(Math.min(1, Math.max(-1, cosine)))
  const rise = ((anomaly - e * Math.sin(anomaly)) / (2 * Math.PI)) * season.period
  const grid = vectorsPerPacket / modes.slowHz
  const up = (t: number): number => Math.ceil(Math.max(t, season.start) / grid) * grid
  const down = (t: number): number => Math.floor(Math.min(t, season.stop) / grid) * grid
  if (rise === 0) return [[up(season.start), down(season.stop)]]
  const found: [number, number][] = []
  for (let perigee = season.perigee; perigee < season.stop; perigee += season.period) {
    const [from, to] = [up(perigee + rise), down(perigee + season.period - rise)]
    if (to > from) found.push([from, to])
  }
  return found
}

function appendRun(runs: Run[], from: number, to: number, step: number, mode: Mode): void {
  const last = runs.at(-1)
  const first = Math.ceil(from / step - 1e-9)
  const count = Math.floor(to / step + 1e-9) - first
  if (count > 0) runs.push({ from: first * step, step, count, before: last === undefined ? 0 : last.before + last.count, mode })
}

/** The regions of interest of one stretch of fast survey. */
function regionsIn({ burst }: SimulationParameters, from: number, to: number): readonly (readonly [number, number])[] {
  const [length, pause] = [burst.regionHours * 3600, burst.pauseMinutes * 60]
  return Array.from({ length: Math.ceil((to - from) / (length + pause)) }, (_, i) => {
    const start = from + i * (length + pause)
    return [start, Math.min(start + length, to)]
  })
}

/** All packets of a season by kind. */
export interface Schedule {
  readonly field: readonly Run[]
  readonly spectra: readonly Run[]
  readonly state: readonly Run[]
  /** Slots of burst recording, one run for each region of interest. */
  readonly cycles: readonly Run[]
}

/** What the spacecraft record in a season; the same for all of them. */
export function scheduleOf(parameters: SimulationParameters, season: Season): Schedule {
  const { slowHz, fastHz, spectrumSeconds, stateSeconds } = parameters.modes
  const fast = fastIntervals(parameters, season)
  const field: Run[] = []
  const spectra: Run[] = []
  const state: Run[] = []
  const cycles: Run[] = []
  let at = season.start
  for (const [from, to] of fast) {
    appendRun(field, at, from, vectorsPerPacket / slowHz, 'slow')
    appendRun(field, from, to, vectorsPerPacket / fastHz, 'fast')
    appendRun(spectra, from, to, spectrumSeconds, 'fast')
    for (const region of regionsIn(parameters, from, to)) appendRun(cycles, ...region, parameters.burst.cycleSeconds, 'fast')
    at = to
  }
  appendRun(field, at, season.stop, vectorsPerPacket / slowHz, 'slow')
  appendRun(state, season.start, season.stop, stateSeconds, 'slow')
  return { field, spectra, state, cycles }
}

/** When a run begins and when its last packet is over. */
export const spanOfRun = ({ from, step, count }: Run): readonly [from: number, to: number] => [from, from + step * count]

/** Packets of `step` seconds whose first sample lies in [from, to), on one grid of TAI for all spacecraft; counts follow the grid. */
export function burstRun(step: number, from: number, to: number): Run {
  const first = Math.ceil(from / step - 1e-6)
  return { from: first * step, step, count: Math.ceil(to / step - 1e-6) - first, before: first, mode: 'burst' }
}

/** Whether a run of spectra covers a moment: fast survey. */
export const modeAt = ({ field }: Schedule, tai: number): Mode =>
  field.find(run => tai >= run.from && tai < run.from + run.step * run.count)?.mode ?? 'slow'

/** Calls `make` for each packet of the runs that is complete in (from, to]; `offset` is the clock's. `time` is that of the first sample. */
export function forEachPacket(
  runs: readonly Run[],
  from: number,
  to: number,
  offset: number,
  make: (time: number, sequence: number, run: Run) => void,
): void {
  for (const run of runs) {
    const first = Math.max(0, Math.floor((from - offset - run.from) / run.step))
    const last = Math.min(run.count - 1, Math.floor((to - offset - run.from) / run.step) - 1)
    // By its number on the grid and in whole milliseconds: a packet's time must not depend on where its run begins.
    const number = Math.round(run.from / run.step)
    const timeOf = (i: number): number => Math.round((number + i) * run.step * 1000) / 1000
    for (let i = first; i <= last; i++) make(timeOf(i) + offset, (run.before + i) % 16_384, run)
  }
}
