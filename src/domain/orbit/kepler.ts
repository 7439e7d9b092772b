import { axisRotation, multiply, rotate, transpose, type Vector3 } from './vector.ts'

/** Earth's gravitational parameter, km^3/s^2 (IERS Conventions 2010). */
export const EARTH_MU = 398_600.4418
/** Equatorial radius that missions to the magnetosphere count in, km. */
export const EARTH_RADIUS_KM = 6378.137

/** A Kepler ellipse around the Earth in J2000. Angles in radians. */
export interface Elements {
  readonly semiMajorAxisKm: number
  readonly eccentricity: number
  readonly inclination: number
  readonly node: number
  readonly perigee: number
  /** At `epoch`. */
  readonly meanAnomaly: number
  /** Seconds on the scale that the caller counts in (TAI, not UTC: no leap seconds may lie between). */
  readonly epoch: number
}

export interface State {
  /** km, J2000. */
  readonly position: Vector3
  /** km/s, J2000. */
  readonly velocity: Vector3
}

/** Period in seconds. */
export const orbitPeriod = ({ semiMajorAxisKm: a }: Elements): number => 2 * Math.PI * Math.sqrt((a * a * a) / EARTH_MU)

/** Eccentric anomaly of a mean anomaly, to 1e-14 radians; eccentricity in [0, 1). */
export function solveKepler(meanAnomaly: number, eccentricity: number): number {
  const m = meanAnomaly - 2 * Math.PI * Math.round(meanAnomaly / (2 * Math.PI))
  let e = eccentricity < 0.8 ? m : Math.PI * Math.sign(m)
  for (let i = 0; i < 50; i++) {
    const step = (e - eccentricity * Math.sin(e) - m) / (1 - eccentricity * Math.cos(e))
    e -= step
    if (Math.abs(step) < 1e-14) break
  }
  return e
}

/** Position and velocity at `time` seconds by two-body motion. */
export function propagate(elements: Elements, time: number): State {
  const { semiMajorAxisKm: a, eccentricity: e, inclination, node, perigee } = elements
  const motion = Math.sqrt(EARTH_MU / a ** 3)
  const anomaly = solveKepler(elements.meanAnomaly + motion * (time - elements.epoch), e)
  const [c, s] = [Math.cos(anomaly), Math.sin(anomaly)]
  const minor = Math.sqrt(1 - e * e)
  const rate = (a * motion) / (1 - e * c)
  const toPlane = multiply(axisRotation(2, perigee), multiply(axisRotation(0, inclination), axisRotation(2, node)))
  const toInertial = transpose(toPlane)
  return {
    position: rotate(toInertial, [a * (c - e), a * minor * s, 0]),
    velocity: rotate(toInertial, [-rate * s, rate * minor * c, 0]),
  }
}
