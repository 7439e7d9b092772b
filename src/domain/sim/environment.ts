import { placeOf, type Place } from './boundaries.ts'
import { sound, makeTones, uniform, type Tones } from './random.ts'
import { makeWind, windAt, type BoundaryParameters, type Wind, type WindModel } from './solar-wind.ts'
import { addWaves, makeWaves, type Waves } from './waves.ts'

/** The simulated space around the Earth, prepared for one seed. */
export interface Environment {
  readonly seed: number
  readonly wind: WindModel
  readonly turbulence: Waves
  readonly fast: Waves
  readonly mirror: Tones
  readonly pulsation: Tones
  /** Slow unevenness of the plasma: of its density, and of its heat. */
  readonly lumps: Tones
  readonly heat: Tones
}

/** Everything at one point and moment that field and plasma are made from. */
export interface Setting {
  readonly x: number
  readonly y: number
  readonly z: number
  readonly t: number
  readonly wind: Wind
  readonly place: Place
  /** Flux transfer events: -1 to 1 bipolar, and 0 to 1 core. */
  readonly bipolar: number
  readonly core: number
  /** Compression of mirror modes, about -1 to 1. */
  readonly mirror: number
  /** Shear of the sheath's turbulence in nT, 3 components. */
  readonly shear: Float64Array
}

/** The northern dipole axis in GSE (unit) and the equatorial surface field in nT. */
export interface DipoleInGse {
  readonly x: number
  readonly y: number
  readonly z: number
  readonly strength: number
}

/** Prepares the environment of a seed. */
export function makeEnvironment(seed: number, boundary: BoundaryParameters): Environment {
  return {
    seed,
    wind: makeWind(seed, boundary),
    turbulence: makeWaves({ count: 9, longest: 420, shortest: 3.2, slope: 0.45, speed: 180 }, seed, 200),
    fast: makeWaves({ count: 3, longest: 2.8, shortest: 0.65, slope: 0.3, speed: 300 }, seed, 210),
    mirror: makeTones(
      [
        [21, 0.5],
        [13.7, 0.45],
        [8.9, 0.3],
      ],
      seed,
      220,
    ),
    pulsation: makeTones(
      [
        [410, 0.7],
        [263, 0.5],
        [91, 0.25],
      ],
      seed,
      221,
    ),
    lumps: makeTones(unevenness, seed, 222),
    heat: makeTones(unevenness, seed, 223),
  }
}

// Period in s and amplitude; the deviation of the sum is 0.5.
const unevenness = [
  [2100, 0.4],
  [870, 0.35],
  [390, 0.3],
  [147, 0.25],
  [61, 0.2],
  [27, 0.15],
] as const

const FTE_CELL_S = 430

/** Collects what rules at a point (Earth radii, GSE) and moment (TAI s). */
export function settingAt(environment: Environment, x: number, y: number, z: number, t: number): Setting {
  const wind = windAt(environment.wind, t)
  const place = placeOf(x, y, z, wind)
  const shear = new Float64Array(3)
  const level = 5.2 * place.sheath + 0.9 * place.outside
  if (level > 1e-4) addWaves(environment.turbulence, x, y, z, t, level / 1.7, shear)
  const cell = Math.floor(t / FTE_CELL_S)
  const centre = (cell + 0.3 + 0.4 * uniform(environment.seed, 230, cell)) * FTE_CELL_S
  const tau = (t - centre) / (9 + 8 * uniform(environment.seed, 231, cell))
  const near = Math.exp(-((place.pause / 0.7) ** 2)) * wind.reconnection * (uniform(environment.seed, 232, cell) < 0.7 ? 1 : 0)
  const bell = near * Math.exp(-tau * tau)
  // Structures drift with the flow, so that spacecraft meet them one after the other: 150 km/s along y + z.
  const late = ((y + z) * 6378) / 150
  return { x, y, z, t, wind, place, shear, bipolar: 2.33 * tau * bell, core: bell, mirror: sound(environment.mirror, t - late) }
}

/** Adds dipole and compression: the magnetosphere's field in nT. */
function addInside({ x, y, z, place, wind }: Setting, dipole: DipoleInGse, out: Float64Array, weight: number): void {
  const along = (x * dipole.x + y * dipole.y + z * dipole.z) / place.r
  const k = (dipole.strength / place.r ** 3) * weight
  // The axis points north, the moment south: B = -k (3 (m r) r - m) with m along the axis turns the sign.
  const radial = -3 * k * along
  // Currents of the boundary about double the dipole's field at the nose and fade inward.
  const squeeze = 0.9 * weight * dipole.strength * wind.magnetopause ** -3 * Math.exp(-((Math.min(place.pause, 0) / 6) ** 2))
  out[0] = (out[0] as number) + (radial * x) / place.r + (k + squeeze) * dipole.x
  out[1] = (out[1] as number) + (radial * y) / place.r + (k + squeeze) * dipole.y
  out[2] = (out[2] as number) + (radial * z) / place.r + (k + squeeze) * dipole.z
}

/** Adds the solar wind's field, draped and compressed in the sheath: its part along the boundary's normal vanishes at the boundary. */
function addOutside({ wind, place, mirror, shear }: Setting, out: Float64Array): void {
  const { nx, ny, nz, depth, sheath, outside } = place
  const normal = wind.bx * nx + wind.by * ny + wind.bz * nz
  const overshoot = 1 + 0.45 * Math.exp(-(((place.shock + 0.035) / 0.025) ** 2))
  const pile = (3 + 2.4 * (1 - depth) ** 2) * overshoot * (1 - 0.2 * mirror * Math.min(1, 6 * depth))
  const kt = sheath * pile + outside
  const kn = sheath * depth * overshoot + outside - kt
  const ripple = sheath + outside
  out[0] = (out[0] as number) + kt * wind.bx + kn * normal * nx + ripple * (shear[0] as number)
  out[1] = (out[1] as number) + kt * wind.by + kn * normal * ny + ripple * (shear[1] as number)
  out[2] = (out[2] as number) + kt * wind.bz + kn * normal * nz + ripple * (shear[2] as number)
}

/** The magnetic field without fast waves, nT in GSE, into out[0..2]. */
export function smoothField(environment: Environment, setting: Setting, dipole: DipoleInGse, out: Float64Array): void {
  const { place, bipolar, core, t, x } = setting
  out.fill(0, 0, 3)
  if (place.inside > 1e-6) addInside(setting, dipole, out, place.inside)
  if (place.inside < 1 - 1e-6) addOutside(setting, out)
  const pulse = place.inside * sound(environment.pulsation, t - x * 20) * 3.2 * Math.min(1, (place.r / 8) ** 2)
  const normal = 7 * bipolar
  out[0] = (out[0] as number) + normal * place.nx + 0.3 * pulse
  out[1] = (out[1] as number) + normal * place.ny + 11 * core + pulse
  out[2] = (out[2] as number) + normal * place.nz + 0.5 * pulse
}

/** Rms of the fast waves in nT at a setting. */
export function fastLevel({ place, wind }: Setting): number {
  const edge = Math.exp(-((place.pause / 0.9) ** 2))
  return 0.55 * place.sheath + 0.06 * place.outside + place.inside * (0.05 + 0.5 * edge * (0.4 + wind.reconnection))
}
