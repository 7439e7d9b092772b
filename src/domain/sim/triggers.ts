import type { Matrix3 } from '#domain/orbit'
import { NODE_S, type FieldNodes } from './field-nodes.ts'
import { populationsOn } from './plasma-instrument.ts'
import { momentsOf, type Moments } from './plasma.ts'
import { nearestKnot, type Track } from './track.ts'
import type { Environment } from './environment.ts'

// What one number stands for: nT of the field's range and rms, percent of density and temperature, km/s, mV/m.
const PER_NT = 8
const PER_NT_RMS = 50
const PER_LOG = 150
const PER_KM_S = 1
const PER_MV_M = 60
// 255 is the fill value of its octet.
const MOST = 254

interface Instant {
  readonly ions: Moments
  readonly electrons: Moments
}

/** The trigger data numbers of a cycle that begins at `start` (TAI s), 0 to 255 each. */
export type TriggerReader = (start: number) => readonly number[]

/**
 * Returns the function that gives the trigger data numbers of a cycle, in the order of the mission's terms: range of the three field
 * components in despun axes, rms of their differences over half a second, change of density, flow and electron temperature at the cycle's
 * begin, middle and end, and rms of the field's electric counterpart -V x B.
 */
export function makeTriggerReader(environment: Environment, track: Track, nodes: FieldNodes, cycleSeconds: number): TriggerReader {
  const known = new Map<number, Instant>()
  const instantAt = (t: number): Instant => {
    const found = known.get(t)
    if (found !== undefined) return found
    const populations = populationsOn(environment, track, t)
    const made = { ions: momentsOf(populations, 'ion'), electrons: momentsOf(populations, 'electron') }
    known.set(t, made)
    return made
  }
  return start => {
    const field = fieldNumbers(nodes, track, start, cycleSeconds)
    const moments = [0, 0.5, 1].map(part => instantAt(start + part * cycleSeconds))
    known.delete(start)
    return [...field.jumps, field.rms, ...plasmaNumbers(moments), electricNumber(nodes, moments, start, cycleSeconds)]
  }
}

const limit = (value: number): number => Math.min(MOST, Math.max(0, Math.round(value)))

const indexOf = ({ start }: FieldNodes, t: number): number => Math.round((t - start) / NODE_S)

function fieldNumbers(
  nodes: FieldNodes,
  track: Track,
  start: number,
  length: number,
): { readonly jumps: readonly number[]; readonly rms: number } {
  const { field, fast } = nodes
  const [first, last] = [indexOf(nodes, start), indexOf(nodes, start + length)]
  const despun = track.despun[nearestKnot(track, start)] as Matrix3
  let squares = 0
  for (let i = 3 * first + 3; i < 3 * last + 3; i++) squares += ((field[i] as number) - (field[i - 3] as number)) ** 2
  const noise = fast[(first + last) >> 1] as number
  const jumps = despun.map(row => {
    let [least, most] = [Infinity, -Infinity]
    for (let i = first; i <= last; i++) {
      const at = 3 * i
      const value = row[0] * (field[at] as number) + row[1] * (field[at + 1] as number) + row[2] * (field[at + 2] as number)
      least = Math.min(least, value)
      most = Math.max(most, value)
    }
    return limit(PER_NT * (most - least))
  })
  return { jumps, rms: limit(PER_NT_RMS * Math.sqrt(squares / (last - first) + noise ** 2)) }
}

function plasmaNumbers(moments: readonly Instant[]): readonly number[] {
  const spread = (of: (one: Instant) => number): number => {
    const values = moments.map(of)
    return Math.max(...values) - Math.min(...values)
  }
  const flow = Math.max(
    spread(m => m.ions.vx),
    spread(m => m.ions.vy),
    spread(m => m.ions.vz),
  )
  return [
    limit(PER_LOG * spread(m => Math.log(m.ions.density))),
    limit(PER_KM_S * flow),
    limit(PER_LOG * spread(m => Math.log(m.electrons.temperature))),
  ]
}

/** 1 km/s times 1 nT are 0.001 mV/m. */
function electricNumber(nodes: FieldNodes, moments: readonly Instant[], start: number, length: number): number {
  const fields = moments.map(({ ions: { vx, vy, vz } }, k) => {
    const at = 3 * indexOf(nodes, start + (k * length) / 2)
    const [x, y, z] = [nodes.field[at] as number, nodes.field[at + 1] as number, nodes.field[at + 2] as number]
    return [vz * y - vy * z, vx * z - vz * x, vy * x - vx * y].map(e => e / 1000) as [number, number, number]
  })
  const mean = [0, 1, 2].map(axis => fields.reduce((sum, e) => sum + (e[axis] as number), 0) / fields.length)
  const squares = fields.reduce((sum, e) => sum + e.reduce((s, value, axis) => s + (value - (mean[axis] as number)) ** 2, 0), 0)
  return limit(PER_MV_M * Math.sqrt(squares / fields.length))
}
