import { rotate, type Matrix3, type Vector3 } from '#domain/orbit'
import { settingAt, type Environment } from './environment.ts'
import type { PlasmaCalibration } from './parameters.ts'
import { addSpectrum, momentsOf, populationsAt, type Moments, type Population, type Species } from './plasma.ts'
import { gauss, poisson } from './random.ts'
import { locate, nearestKnot, type Track } from './track.ts'

/** One interval of one species: counts by energy, and the moments made on board in despun axes. */
export interface PlasmaCounts {
  readonly counts: readonly number[]
  readonly moments: Moments
}

/** A plasma instrument on its way. `stream` separates the noise of species and spacecraft. */
export interface PlasmaInstrument {
  readonly species: Species
  readonly calibration: PlasmaCalibration
  readonly energies: Float64Array
  readonly seed: number
  readonly stream: number
  /** Draws of noise in a second: enough to tell any two intervals apart. */
  readonly drawHz: number
}

/** The populations around a spacecraft at a moment of its track. */
export function populationsOn(environment: Environment, track: Track, t: number): readonly Population[] {
  const place = new Float64Array(3)
  locate(track, t, place)
  return populationsAt(environment, settingAt(environment, place[0] as number, place[1] as number, place[2] as number, t))
}

const MOST = 65_535
// Relative error of on-board density and temperature, and km/s of velocity, for ions and electrons.
const MOMENT_NOISE: Readonly<Record<Species, readonly [number, number]>> = { ion: [0.012, 2.2], electron: [0.015, 9] }

/** What the instrument gives for the populations at `t`; `despun` leads from GSE into the despun frame. */
export function countPlasma(
  { species, calibration, energies, seed, stream, drawHz }: PlasmaInstrument,
  populations: readonly Population[],
  t: number,
  track: Track,
): PlasmaCounts {
  const flux = new Float64Array(energies.length)
  for (const population of populations) addSpectrum(population, species, energies, flux)
  const index = Math.round(t * drawHz) * 64
  const { factor, background, efficiency } = calibration
  const counts = Array.from(flux, (value, i) =>
    Math.min(MOST, poisson(value * factor * (efficiency[i] as number) + background, seed, stream, index + i)),
  )
  const noise = (k: number): number => gauss(seed, stream, index + 40 + k)
  const [relative, speed] = MOMENT_NOISE[species]
  const exact = momentsOf(populations, species)
  const [vx, vy, vz]: Vector3 = rotate(track.despun[nearestKnot(track, t)] as Matrix3, [exact.vx, exact.vy, exact.vz])
  const blur = (value: number, k: number): number => Math.max(0, value * (1 + relative * noise(k)))
  const moments = {
    density: blur(exact.density, 0),
    vx: vx + speed * noise(1),
    vy: vy + speed * noise(2),
    vz: vz + speed * noise(3),
    temperature: exact.temperature,
    parallel: blur(exact.parallel, 4),
    perpendicular: blur(exact.perpendicular, 5),
  }
  return { counts, moments }
}
