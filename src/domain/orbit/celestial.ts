import { utcMsFromTt2000, type Tt2000 } from '#formats/time'
import { axisRotation, multiply, type Matrix3 } from './vector.ts'

export const DEGREE: number = Math.PI / 180
const ARCSECOND = DEGREE / 3600
const J2000_UTC_MS = Date.UTC(2000, 0, 1, 12)

/** One moment on the two scales that the sky needs. */
export interface SkyTime {
  /** Julian centuries of 36,525 days since J2000, TT. */
  readonly centuries: number
  /** Days since J2000 noon, UT1; UTC stands in for it (at most 0.9 s, 0.004 degrees of Earth's rotation). */
  readonly ut: number
}

/** The two scales of a moment. */
export const skyTime = (t: Tt2000): SkyTime => ({
  centuries: Number(t) / 86_400e9 / 36_525,
  ut: (utcMsFromTt2000(t) - J2000_UTC_MS) / 86_400_000,
})

/** Nutation in longitude and obliquity and the mean obliquity, radians. */
export interface Tilt {
  readonly longitude: number
  readonly obliquity: number
  readonly meanObliquity: number
}

/** Four largest terms of IAU 1980 nutation (0.5 arcsec); mean obliquity of IAU 2006. */
export function nutation({ centuries: T }: SkyTime): Tilt {
  const node = (125.04452 - 1934.136261 * T) * DEGREE
  const sun = 2 * (280.4665 + 36_000.7698 * T) * DEGREE
  const moon = 2 * (218.3165 + 481_267.8813 * T) * DEGREE
  return {
    longitude: (-17.2 * Math.sin(node) - 1.32 * Math.sin(sun) - 0.23 * Math.sin(moon) + 0.21 * Math.sin(2 * node)) * ARCSECOND,
    obliquity: (9.2 * Math.cos(node) + 0.57 * Math.cos(sun) + 0.1 * Math.cos(moon) - 0.09 * Math.cos(2 * node)) * ARCSECOND,
    meanObliquity: (84_381.406 - 46.836769 * T - 0.0001831 * T * T) * ARCSECOND,
  }
}

/** Mean J2000 to mean equator and equinox of date; IAU 2006 angles (Capitaine et al. 2003, eq. 40). */
export function precession({ centuries: T }: SkyTime): Matrix3 {
  const zeta = (2.650545 + 2306.083227 * T + 0.2988499 * T * T + 0.01801828 * T ** 3) * ARCSECOND
  const z = (-2.650545 + 2306.077181 * T + 1.0927348 * T * T + 0.01826837 * T ** 3) * ARCSECOND
  const theta = (2004.191903 * T - 0.4294934 * T * T - 0.04182264 * T ** 3) * ARCSECOND
  return multiply(axisRotation(2, -z), multiply(axisRotation(1, theta), axisRotation(2, -zeta)))
}

/** Mean J2000 to true equator and equinox of date. */
export function trueOfDate(time: SkyTime): Matrix3 {
  const { longitude, obliquity, meanObliquity } = nutation(time)
  const nutate = multiply(
    axisRotation(0, -meanObliquity - obliquity),
    multiply(axisRotation(2, -longitude), axisRotation(0, meanObliquity)),
  )
  return multiply(nutate, precession(time))
}

/** The Sun's geometric longitude on the ecliptic and true equinox of date, radians; 0.01 degrees (Meeus, Astronomical Algorithms, ch. 25). */
export function sunLongitude(time: SkyTime): number {
  const T = time.centuries
  const mean = 280.46646 + 36_000.76983 * T + 0.0003032 * T * T
  const m = (357.52911 + 35_999.05029 * T - 0.0001537 * T * T) * DEGREE
  const centre =
    (1.914602 - 0.004817 * T - 0.000014 * T * T) * Math.sin(m) + (0.019993 - 0.000101 * T) * Math.sin(2 * m) + 0.000289 * Math.sin(3 * m)
  // Geometric, as in the mission's MEC files: aberration would turn it by -0.0057 degrees.
  return (mean + centre) * DEGREE + nutation(time).longitude
}

/** Greenwich apparent sidereal time, radians (IAU 1982 and the equation of the equinoxes). */
export function siderealTime(time: SkyTime): number {
  const T = time.ut / 36_525
  const mean = 280.46061837 + 360.98564736629 * time.ut + 0.000387933 * T * T - (T * T * T) / 38_710_000
  const { longitude, meanObliquity } = nutation(time)
  return (mean % 360) * DEGREE + longitude * Math.cos(meanObliquity)
}
