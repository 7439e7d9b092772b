import { EARTH_MU, type Elements, type State } from './kepler.ts'
import { cross, dot, norm, scale, subtract, type Vector3 } from './vector.ts'

/** The Kepler ellipse through a state at `epoch` seconds; neither circular nor equatorial. */
export function elementsOf({ position, velocity }: State, epoch: number): Elements {
  const r = norm(position)
  const h = cross(position, velocity)
  const eVector = subtract(scale(cross(velocity, h), 1 / EARTH_MU), scale(position, 1 / r))
  const eccentricity = norm(eVector)
  const semiMajorAxisKm = 1 / (2 / r - dot(velocity, velocity) / EARTH_MU)
  const node: Vector3 = [-h[1], h[0], 0]
  const inclination = Math.atan2(Math.hypot(h[0], h[1]), h[2])
  // Angles in the orbit's plane are counted from the node: axes along the node and at right angles to it.
  const across = cross(scale(h, 1 / norm(h)), scale(node, 1 / norm(node)))
  const along = (v: Vector3): number => Math.atan2(dot(v, across), dot(v, node) / norm(node))
  const perigee = along(eVector)
  const trueAnomaly = along(position) - perigee
  const k = Math.sqrt(1 - eccentricity ** 2)
  const anomaly = Math.atan2(k * Math.sin(trueAnomaly), eccentricity + Math.cos(trueAnomaly))
  return {
    semiMajorAxisKm,
    eccentricity,
    inclination,
    node: Math.atan2(node[1], node[0]),
    perigee,
    meanAnomaly: anomaly - eccentricity * Math.sin(anomaly),
    epoch,
  }
}
