import { EARTH_RADIUS_KM, dot, norm, scale, subtract, type Vector3 } from '#domain/orbit'

const SUN_RADIUS_KM = 696_000
const SUN_DISTANCE_KM = 149_597_871

/** 0 in sunlight, 1 in the Earth's penumbra, 2 in its umbra: apparent discs of a round Earth and Sun. */
export function findEclipse(position: Vector3, sun: Vector3): 0 | 1 | 2 {
  const toSun = subtract(scale(sun, SUN_DISTANCE_KM), position)
  const [distance, sunDistance] = [norm(position), norm(toSun)]
  const earthDisc = Math.asin(Math.min(1, EARTH_RADIUS_KM / distance))
  const sunDisc = Math.asin(SUN_RADIUS_KM / sunDistance)
  const apart = Math.acos(Math.max(-1, Math.min(1, -dot(position, toSun) / distance / sunDistance)))
  if (apart >= earthDisc + sunDisc) return 0
  return apart <= earthDisc - sunDisc ? 2 : 1
}
