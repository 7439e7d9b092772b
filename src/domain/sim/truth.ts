import { EARTH_RADIUS_KM, framesAt, rotate, scale, type FrameSet, type State, type Vector3 } from '#domain/orbit'
import { tt2000FromTai1958 } from '#formats/time'
import { fail } from '#error'
import { fastLevel, makeEnvironment, settingAt, smoothField, type DipoleInGse, type Environment, type Setting } from './environment.ts'
import type { SimulationParameters } from './parameters.ts'
import { addSpectrum, momentsOf, populationsAt, type Moments, type Species } from './plasma.ts'
import { seasonAt, stateIn, type Season } from './season.ts'
import { addWaves } from './waves.ts'

/** A simulated mission ready to be asked: parameters, seed and what follows from them. */
export interface World {
  readonly parameters: SimulationParameters
  readonly seed: number
  readonly environment: Environment
  /** The season that holds a moment, TAI seconds; kept once made. */
  readonly seasonOf: (tai: number) => Season
}

/** Prepares a world. Equal parameters and seed give equal worlds to the bit. */
export function makeWorld(parameters: SimulationParameters, seed: number): World {
  const seasons: Season[] = []
  return {
    parameters,
    seed,
    environment: makeEnvironment(seed, parameters.boundary),
    seasonOf: tai => {
      const known = seasons.find(season => tai >= season.start && tai < season.stop)
      if (known !== undefined) return known
      const made = seasonAt(parameters, seed, tai)
      seasons.push(made)
      return made
    },
  }
}

/** Index of a spacecraft; throws `simulation/no-spacecraft`. */
export function craftIndex(world: World, spacecraft: string): number {
  const index = world.parameters.spacecraft.findIndex(({ id }) => id === spacecraft)
  return index >= 0
    ? index
    : fail(
        'simulation/no-spacecraft',
        `there is no spacecraft "${spacecraft}"; known are ${world.parameters.spacecraft.map(s => s.id).join(', ')}`,
      )
}

/** The dipole's northern axis in GSE with its strength. */
export function dipoleInGse({ matrix, dipoleStrength }: FrameSet): DipoleInGse {
  // SM's Z axis is the dipole.
  const [x, y, z] = rotate(matrix.gse, matrix.sm[2])
  return { x, y, z, strength: dipoleStrength }
}

/** Position km and velocity km/s in J2000 at TAI seconds. */
export const trueState = (world: World, spacecraft: string, tai: number): State =>
  stateIn(world.seasonOf(tai), craftIndex(world, spacecraft), tai)

function trueSetting(world: World, spacecraft: string, tai: number): { setting: Setting; dipole: DipoleInGse } {
  const frames = framesAt(tt2000FromTai1958(tai))
  const [x, y, z] = scale(rotate(frames.matrix.gse, trueState(world, spacecraft, tai).position), 1 / EARTH_RADIUS_KM)
  return { setting: settingAt(world.environment, x, y, z, tai), dipole: dipoleInGse(frames) }
}

/** Position in GSE, km. */
export const truePosition = (world: World, spacecraft: string, tai: number): Vector3 =>
  rotate(framesAt(tt2000FromTai1958(tai)).matrix.gse, trueState(world, spacecraft, tai).position)

/** Magnetic field in GSE, nT, with its fast waves and without the instrument's noise. */
export function trueField(world: World, spacecraft: string, tai: number): Vector3 {
  const { setting, dipole } = trueSetting(world, spacecraft, tai)
  const out = new Float64Array(3)
  smoothField(world.environment, setting, dipole, out)
  addWaves(world.environment.fast, setting.x, setting.y, setting.z, tai, fastLevel(setting) / Math.sqrt(3), out)
  return [out[0] ?? 0, out[1] ?? 0, out[2] ?? 0]
}

/** Moments of ions or electrons; velocity in GSE. */
export const truePlasma = (world: World, spacecraft: string, tai: number, species: Species): Moments =>
  momentsOf(populationsAt(world.environment, trueSetting(world, spacecraft, tai).setting), species)

/** Omnidirectional energy flux, eV/(cm^2 s sr eV), at energies in eV. */
export function trueSpectrum(world: World, spacecraft: string, tai: number, species: Species, energies: Float64Array): Float64Array {
  const out = new Float64Array(energies.length)
  for (const population of populationsAt(world.environment, trueSetting(world, spacecraft, tai).setting))
    addSpectrum(population, species, energies, out)
  return out
}

/** In which region a spacecraft is. */
export type Region = 'magnetosphere' | 'magnetosheath' | 'solar wind'

/** The region that weighs most at a moment. */
export function trueRegion(world: World, spacecraft: string, tai: number): Region {
  const { inside, outside } = trueSetting(world, spacecraft, tai).setting.place
  if (inside > 0.5) return 'magnetosphere'
  return outside > 0.5 ? 'solar wind' : 'magnetosheath'
}
