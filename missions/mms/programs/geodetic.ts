import type { Vector3 } from '#domain/orbit'

/** World Geodetic System 1984: semi-major axis in km and flattening. */
const [A, F] = [6378.137, 1 / 298.257_223_563]
const E2 = F * (2 - F)

/** Geodetic latitude and longitude (radians) and height above the WGS84 ellipsoid (km) of a position in GEO, km. */
export function geodeticOf([x, y, z]: Vector3): { readonly latitude: number; readonly longitude: number; readonly height: number } {
  const equatorial = Math.hypot(x, y)
  let latitude = Math.atan2(z, equatorial * (1 - E2))
  // Each round gains a factor of 150 near the ground and more above: five reach the last digit.
  for (let round = 0; round < 5; round++) {
    const normal = A / Math.sqrt(1 - E2 * Math.sin(latitude) ** 2)
    latitude = Math.atan2(z + E2 * normal * Math.sin(latitude), equatorial)
  }
  const height = equatorial * Math.cos(latitude) + z * Math.sin(latitude) - A * Math.sqrt(1 - E2 * Math.sin(latitude) ** 2)
  return { latitude, longitude: Math.atan2(y, x), height }
}
