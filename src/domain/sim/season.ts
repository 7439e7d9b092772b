import {
  DEGREE,
  EARTH_MU,
  EARTH_RADIUS_KM,
  add,
  cross,
  despunFrame,
  elementsOf,
  framesAt,
  norm,
  orbitPeriod,
  propagate,
  rotate,
  scale,
  transpose,
  unit,
  type Elements,
  type Matrix3,
  type State,
  type Vector3,
} from '#domain/orbit'
import { civilFromDays, daysFromCivil, tai1958FromTt2000, tt2000FromTai1958, tt2000FromUtcMs, utcMsFromTt2000 } from '#formats/time'
import type { OrbitParameters, SimulationParameters, SpacecraftParameters } from './parameters.ts'
import { uniform } from './random.ts'

/**
 * One UTC month of the simulated mission. Orbits are two-body ellipses, chosen anew on the first of each month so that
 * apogee stays on the day side; packet counters start again there too, as after a manoeuvre with a reset.
 */
export interface Season {
  /** TAI seconds since 1958, of 00:00 UTC on the first, and of the next. */
  readonly start: number
  readonly stop: number
  /** Seconds. */
  readonly period: number
  /** TAI of the first perigee at or before the start. */
  readonly perigee: number
  readonly elements: readonly Elements[]
  readonly spins: readonly Spin[]
}

/** A steady spin about the principal axis, which is the angular momentum's: no nutation. */
export interface Spin {
  /** Unit vector in J2000. */
  readonly axis: Vector3
  /** Degrees per second. */
  readonly rate: number
  /** Degrees at the season's start: from the Sun to the spinning X axis. */
  readonly phase: number
  /** Frame of the spin (Z = principal axis) into the body frame. */
  readonly body: Matrix3
}

const utcMs = (tai: number): number => utcMsFromTt2000(tt2000FromTai1958(tai))
const taiOfUtcMs = (ms: number): number => tai1958FromTt2000(tt2000FromUtcMs(ms))

/** The season that holds a moment (TAI seconds). */
export function seasonAt(parameters: SimulationParameters, seed: number, tai: number): Season {
  const { year, month } = civilFromDays(Math.floor(utcMs(tai) / 86_400_000))
  const first = daysFromCivil(year, month, 1)
  const next = month === 12 ? daysFromCivil(year + 1, 1, 1) : daysFromCivil(year, month + 1, 1)
  const start = Math.round(taiOfUtcMs(first * 86_400_000))
  const stop = Math.round(taiOfUtcMs(next * 86_400_000))
  const elements = formationAt(parameters.orbit, start, (start + stop) / 2)
  const period = orbitPeriod(elements[0] as Elements)
  const apogee = start + parameters.orbit.apogeeUtc * 3600
  return {
    start,
    stop,
    period,
    perigee: apogee - period * (0.5 + Math.ceil((apogee - period / 2 - start) / period)),
    elements,
    spins: parameters.spacecraft.map((craft, i) => spinOf(craft, start, (start + stop) / 2, 360 * uniform(seed, 300, i))),
  }
}

// Corners of a regular tetrahedron of side 1 about its centre.
const corners: readonly Vector3[] = [
  [1, 1, 1],
  [1, -1, -1],
  [-1, 1, -1],
  [-1, -1, 1],
].map(corner => scale(corner as unknown as Vector3, 1 / Math.sqrt(8)))

function formationAt(orbit: OrbitParameters, start: number, middle: number): readonly Elements[] {
  const fromGse = transpose(framesAt(tt2000FromTai1958(middle)).matrix.gse)
  const angle = (orbit.apogeeLocalTime - 12) * 15 * DEGREE
  const away: Vector3 = [Math.cos(angle), Math.sin(angle), 0]
  const normal: Vector3 = [
    Math.sin(angle) * Math.sin(orbit.inclination * DEGREE),
    -Math.cos(angle) * Math.sin(orbit.inclination * DEGREE),
    Math.cos(orbit.inclination * DEGREE),
  ]
  const a = ((orbit.perigeeRe + orbit.apogeeRe) / 2) * EARTH_RADIUS_KM
  const apogee = orbit.apogeeRe * EARTH_RADIUS_KM
  const speed = Math.sqrt(EARTH_MU * (2 / apogee - 1 / a))
  const along = cross(normal, away)
  return corners.map(corner => {
    const position = add(scale(away, apogee), scale(corner, orbit.sideKm))
    // The same energy for all: equal periods keep the formation together.
    const v = Math.sqrt(EARTH_MU * (2 / norm(position) - 1 / a))
    const state: State = { position: rotate(fromGse, position), velocity: rotate(fromGse, scale(along, Math.min(v, speed * 1.1))) }
    return elementsOf(state, start + orbit.apogeeUtc * 3600)
  })
}

function spinOf(craft: SpacecraftParameters, start: number, middle: number, phase: number): Spin {
  const { matrix } = framesAt(tt2000FromTai1958(middle))
  const tilt = craft.spinTilt * DEGREE
  const azimuth = craft.spinAzimuth * DEGREE
  const inGse: Vector3 = [Math.sin(tilt) * Math.cos(azimuth), Math.sin(tilt) * Math.sin(azimuth), Math.cos(tilt)]
  const [x, y] = craft.principalAxis
  const principal = unit([x, y, Math.sqrt(1 - x * x - y * y)])
  // Rows of `spinFrame` are the spinning frame's axes in body coordinates; its X lies nearest to body X.
  const spinFrame = despunFrame(principal, [1, 0, 0])
  return { axis: rotate(transpose(matrix.gse), inGse), rate: craft.spinRpm * 6, phase, body: transpose(spinFrame) }
}

/** Where spacecraft `index` is at a moment of the season: km and km/s in J2000. */
export const stateIn = (season: Season, index: number, tai: number): State => propagate(season.elements[index] as Elements, tai)

/** Spin phase in degrees, 0 to 360. */
export function phaseIn({ start, spins }: Season, index: number, tai: number): number {
  const spin = spins[index] as Spin
  const phase = (spin.phase + spin.rate * (tai - start)) % 360
  return phase < 0 ? phase + 360 : phase
}
