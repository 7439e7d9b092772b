import type { Tt2000 } from '#formats/time'
import { nutation, siderealTime, skyTime, sunLongitude, trueOfDate } from './celestial.ts'
import { dipoleAt } from './dipole.ts'
import { axisRotation, cross, dot, multiply, rotate, transpose, unit, type Matrix3, type Vector3 } from './vector.ts'

/**
 * Earth-centred frames reached from J2000 (`eci`). `gei`: true equator of date; `geo`: turns with the Earth; `gse`: X to the Sun,
 * Z ecliptic pole of date; `gsm`: X to the Sun, the dipole in XZ; `sm`: Z along the dipole, the Sun in XZ.
 * M. Hapgood, Planet. Space Sci. 40 (1992) 711, with precession and nutation from J2000.
 */
export const frames = ['eci', 'gei', 'geo', 'gse', 'gsm', 'sm'] as const
export type Frame = (typeof frames)[number]

/** All frames at one moment, as rotations from J2000. */
export interface FrameSet {
  readonly matrix: Readonly<Record<Frame, Matrix3>>
  /** Unit vector to the Sun, J2000. */
  readonly sun: Vector3
  /** The dipole's angle from the GSM Z axis, positive towards the Sun, radians. */
  readonly dipoleTilt: number
  /** nT at one Earth radius in the dipole's equator. */
  readonly dipoleStrength: number
}

/** Rotations from J2000 at a moment. Against the MEC files of 2016: 0.0003 degrees in GSE and GEO, 0.02 in GSM, 0.03 in SM (another dipole model). */
export function framesAt(t: Tt2000): FrameSet {
  const time = skyTime(t)
  const gei = trueOfDate(time)
  const { obliquity, meanObliquity } = nutation(time)
  const ecliptic = multiply(axisRotation(0, meanObliquity + obliquity), gei)
  const gse = multiply(axisRotation(2, sunLongitude(time)), ecliptic)
  const geo = multiply(axisRotation(2, siderealTime(time)), gei)
  const dipole = dipoleAt(time)
  const axis = rotate(gse, rotate(transpose(geo), dipole.axis))
  const gsm = multiply(axisRotation(0, -Math.atan2(axis[1], axis[2])), gse)
  const dipoleTilt = Math.asin(axis[0])
  const sm = multiply(axisRotation(1, dipoleTilt), gsm)
  const eci: Matrix3 = [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ]
  return { matrix: { eci, gei, geo, gse, gsm, sm }, sun: gse[0], dipoleTilt, dipoleStrength: dipole.strength }
}

/** The rotation from one frame into another at a moment. */
export function frameRotation(from: Frame, to: Frame, t: Tt2000): Matrix3 {
  const { matrix } = framesAt(t)
  return multiply(matrix[to], transpose(matrix[from]))
}

/** From J2000 into the despun frame of an axis: Z along it, the Sun in the XZ plane on the side of X. Axis P gives DMPA, L gives DSL, body Z gives DBCS. */
export function despunFrame(axis: Vector3, sun: Vector3): Matrix3 {
  const z = unit(axis)
  const y = unit(cross(z, sun))
  return [cross(y, z), y, z]
}

/** Unit vector of right ascension and declination, radians. */
export const directionOf = (rightAscension: number, declination: number): Vector3 => [
  Math.cos(declination) * Math.cos(rightAscension),
  Math.cos(declination) * Math.sin(rightAscension),
  Math.sin(declination),
]

/** Right ascension in [0, 2 pi) and declination of a vector, radians. */
export function rightAscensionOf(v: Vector3): readonly [number, number] {
  const ra = Math.atan2(v[1], v[0])
  return [ra < 0 ? ra + 2 * Math.PI : ra, Math.atan2(v[2], Math.hypot(v[0], v[1]))]
}

/** Spin phase in [0, 2 pi): the dihedral angle from the Sun to body X about `axis`; `body` leads from J2000 to the body frame. */
export function spinPhase(body: Matrix3, axis: Vector3, sun: Vector3): number {
  const despun = despunFrame(axis, sun)
  const phase = Math.atan2(dot(despun[1], body[0]), dot(despun[0], body[0]))
  return phase < 0 ? phase + 2 * Math.PI : phase
}
