import { EARTH_RADIUS_KM, despunFrame, framesAt, multiply, rotate, transpose, type Matrix3, type Vector3 } from '#domain/orbit'
import { tt2000FromTai1958 } from '#formats/time'
import type { DipoleInGse } from './environment.ts'
import { stateIn, type Season, type Spin } from './season.ts'
import { dipoleInGse } from './truth.ts'

/** The way of one spacecraft through GSE with the turning frames beside it, at knots close enough to interpolate between. */
export interface Track {
  readonly start: number
  readonly step: number
  /** Earth radii and Earth radii per second, 3 per knot. */
  readonly position: Float64Array
  readonly rate: Float64Array
  readonly dipole: readonly DipoleInGse[]
  /** GSE into the despun frame of the spin axis, per knot. */
  readonly despun: readonly Matrix3[]
  /** Unit vector to the Sun in J2000, per knot. */
  readonly sun: readonly Vector3[]
}

const STEP_S = 30

/** Follows spacecraft `index` of a season over [from, to] with a knot to spare at both ends. */
export function followTrack(season: Season, index: number, from: number, to: number): Track {
  const start = Math.floor(from / STEP_S - 1) * STEP_S
  const count = Math.ceil((to - start) / STEP_S) + 2
  const frames = Array.from({ length: count }, (_, i) => framesAt(tt2000FromTai1958(start + i * STEP_S)))
  const position = new Float64Array(3 * count)
  const rate = new Float64Array(3 * count)
  const spin = season.spins[index] as Spin
  frames.forEach(({ matrix }, i) => {
    const { position: r, velocity } = stateIn(season, index, start + i * STEP_S)
    const gse = rotate(matrix.gse, r)
    const moving = rotate(matrix.gse, velocity)
    // GSE turns: its own rate is part of the derivative of the components.
    const [before, after] = [Math.max(0, i - 1), Math.min(count - 1, i + 1)]
    const [a, b] = [rotate((frames[before] ?? frames[i])!.matrix.gse, r), rotate((frames[after] ?? frames[i])!.matrix.gse, r)]
    for (let axis = 0; axis < 3; axis++) {
      const turning = ((b[axis] ?? 0) - (a[axis] ?? 0)) / ((after - before) * STEP_S)
      position[3 * i + axis] = (gse[axis] ?? 0) / EARTH_RADIUS_KM
      rate[3 * i + axis] = ((moving[axis] ?? 0) + turning) / EARTH_RADIUS_KM
    }
  })
  return {
    start,
    step: STEP_S,
    position,
    rate,
    dipole: frames.map(dipoleInGse),
    despun: frames.map(({ matrix, sun }) => multiply(despunFrame(spin.axis, sun), transpose(matrix.gse))),
    sun: frames.map(({ sun }) => sun),
  }
}

/** The knot before a moment. */
export const knotOf = ({ start, step }: Track, t: number): number => Math.floor((t - start) / step)

/** The knot nearest to a moment. */
export const nearestKnot = ({ start, step }: Track, t: number): number => Math.round((t - start) / step)

/** Position in Earth radii, GSE, by cubic Hermite interpolation (0.3 m at perigee), into out[0..2]. */
export function locate(track: Track, t: number, out: Float64Array): void {
  const i = knotOf(track, t)
  const h = track.step
  const u = (t - track.start) / h - i
  const [u2, u3] = [u * u, u * u * u]
  const [a, b, c, d] = [2 * u3 - 3 * u2 + 1, (u3 - 2 * u2 + u) * h, 3 * u2 - 2 * u3, (u3 - u2) * h]
  const { position, rate } = track
  for (let axis = 0; axis < 3; axis++) {
    const at = 3 * i + axis
    out[axis] = a * (position[at] as number) + b * (rate[at] as number) + c * (position[at + 3] as number) + d * (rate[at + 3] as number)
  }
}

/** The dipole at a moment, between knots in a straight line. */
export function dipoleOn(track: Track, t: number): DipoleInGse {
  const i = knotOf(track, t)
  const u = (t - track.start) / track.step - i
  const [a, b] = [track.dipole[i] as DipoleInGse, track.dipole[i + 1] as DipoleInGse]
  return { x: a.x + u * (b.x - a.x), y: a.y + u * (b.y - a.y), z: a.z + u * (b.z - a.z), strength: a.strength }
}
