import { fastLevel, settingAt, smoothField, type Environment } from './environment.ts'
import { dipoleOn, locate, type Track } from './track.ts'

/**
 * The smooth field along a track at nodes of 0.5 s: everything but the fast waves is slower than that, so that vectors between
 * come from cubic interpolation.
 */
export interface FieldNodes {
  readonly start: number
  /** nT, GSE, 3 per node. */
  readonly field: Float64Array
  /** Earth radii, GSE, 3 per node. */
  readonly position: Float64Array
  /** Amplitude of the fast waves, nT. */
  readonly fast: Float64Array
}

export const NODE_S = 0.5

/** Evaluates the environment along a track over [from, to], with two nodes to spare. */
export function makeFieldNodes(environment: Environment, track: Track, from: number, to: number): FieldNodes {
  const start = Math.floor(from / NODE_S - 2) * NODE_S
  const count = Math.ceil((to - start) / NODE_S) + 4
  const nodes = { start, field: new Float64Array(3 * count), position: new Float64Array(3 * count), fast: new Float64Array(count) }
  const place = new Float64Array(3)
  const field = new Float64Array(3)
  for (let i = 0; i < count; i++) {
    const t = start + i * NODE_S
    locate(track, t, place)
    const setting = settingAt(environment, place[0] as number, place[1] as number, place[2] as number, t)
    smoothField(environment, setting, dipoleOn(track, t), field)
    nodes.field.set(field, 3 * i)
    nodes.position.set(place, 3 * i)
    nodes.fast[i] = fastLevel(setting) / Math.sqrt(3)
  }
  return nodes
}

/** Catmull-Rom interpolation of component `axis` between nodes i and i + 1. */
export function interpolate(field: Float64Array, i: number, u: number, axis: number): number {
  const at = 3 * i + axis
  const [p, a, b, n] = [field[at - 3] as number, field[at] as number, field[at + 3] as number, field[at + 6] as number]
  return a + 0.5 * u * (b - p + u * (2 * p - 5 * a + 4 * b - n + u * (3 * (a - b) + n - p)))
}
