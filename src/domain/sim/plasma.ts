import type { Environment, Setting } from './environment.ts'
import { sound } from './random.ts'

/** A drifting Maxwellian: cm^-3, km/s in GSE, eV. Electrons share density and flow, with their own temperature. */
export interface Population {
  readonly density: number
  readonly vx: number
  readonly vy: number
  readonly vz: number
  readonly ionTemperature: number
  readonly electronTemperature: number
}

/** Moments of one species: cm^-3, km/s in GSE, eV along and across the field. */
export interface Moments {
  readonly density: number
  readonly vx: number
  readonly vy: number
  readonly vz: number
  readonly temperature: number
  readonly parallel: number
  readonly perpendicular: number
}

export type Species = 'ion' | 'electron'
/** eV per (km/s)^2 / 2: the particles' masses. */
export const massOf: Readonly<Record<Species, number>> = { ion: 0.010_439_68, electron: 5.685_63e-6 }
// Perpendicular over parallel temperature of the sheath and of the magnetosphere's hot plasma.
const anisotropy: Readonly<Record<Species, number>> = { ion: 1.35, electron: 1.08 }

/** The populations at a setting: magnetosphere, sheath (with the jet of reconnection at its edge), solar wind. Weights below 1e-4 are left out. */
export function populationsAt({ lumps, heat }: Environment, setting: Setting): readonly Population[] {
  const { place, t } = setting
  const uneven = { density: Math.exp(0.34 * sound(lumps, t)), heat: Math.exp(0.16 * sound(heat, t)) }
  const found: Population[] = []
  if (place.inside > 1e-4) found.push(magnetosphere(setting, uneven), coldPlasma(setting, uneven))
  if (place.sheath > 1e-4) found.push(sheath(setting, uneven))
  if (place.outside > 1e-4) found.push(solarWind(setting))
  return found
}

/** Factors about 1 that vary on scales of half a minute to half an hour. */
interface Uneven {
  readonly density: number
  readonly heat: number
}

function magnetosphere({ place, wind, core, t, y }: Setting, uneven: Uneven): Population {
  const sway = 14 * Math.sin(t / 65 + y)
  return {
    density: (0.5 * uneven.density + 0.25 * core) * place.inside,
    vx: sway * 0.4 - 70 * wind.reconnection * Math.exp(-((place.pause / 0.5) ** 2)),
    vy: sway - 12,
    vz: 6 * Math.sin(t / 41),
    ionTemperature: 4300 * uneven.heat,
    electronTemperature: 700 * uneven.heat,
  }
}

/** Ions of the ionosphere: the plasmasphere, and what drains from it to the magnetopause, moving with the magnetosphere's waves. */
function coldPlasma({ place, t, y }: Setting, uneven: Uneven): Population {
  // Carpenter and Anderson (1992): the plasmasphere ends near 4.5 Earth radii, its density falls with the fourth power.
  const sphere = (900 * (3 / Math.max(place.r, 1.1)) ** 4) / (1 + Math.exp((place.r - 4.6) / 0.25))
  const sway = Math.sin(t / 65 + y)
  return {
    density: (sphere + 0.3 * uneven.density ** 2) * place.inside,
    vx: 22 * sway,
    vy: 38 * sway - 12,
    vz: 6 * Math.sin(t / 41),
    ionTemperature: 3 + 9 / uneven.density,
    electronTemperature: 14 * uneven.heat,
  }
}

function sheath({ place, wind, mirror, bipolar, core, shear, z }: Setting, uneven: Uneven): Population {
  const edge = Math.exp(-((place.pause / 0.11) ** 2))
  const depletion = 1 - 0.35 * (1 - wind.reconnection) * Math.exp(-((place.pause / 0.4) ** 2))
  const crowd = (3.4 + 0.5 * (1 - place.depth)) * depletion * (1 + 0.16 * mirror * Math.min(1, 6 * place.depth) + 0.15 * core)
  const density = Math.max(0.4, wind.density * crowd * uneven.density)
  // Away from the X line, along the boundary's north-south direction.
  const jet = 330 * wind.reconnection * edge * Math.tanh((z - wind.xLine) / 0.8) + 90 * bipolar
  const slide = wind.speed * (0.12 + 0.72 * place.sinAngle)
  const inflow = -0.22 * wind.speed * place.depth
  // Alfven waves: 21.8 km/s per nT at 1 cm^-3.
  const shake = (0.7 * 21.8) / Math.sqrt(density)
  // Denser parcels are cooler.
  const heat = ((0.35 + 0.65 * (1 - place.sinAngle * 0.6)) * uneven.heat) / uneven.density ** 0.4
  const northX = -place.nz * place.nx
  const northY = -place.nz * place.ny
  const northZ = 1 - place.nz * place.nz
  return {
    density: density * place.sheath,
    vx: slide * place.tx + inflow * place.nx + jet * northX + shake * (shear[0] as number),
    vy: slide * place.ty + inflow * place.ny + jet * northY + shake * (shear[1] as number),
    vz: slide * place.tz + inflow * place.nz + jet * northZ + shake * (shear[2] as number),
    ionTemperature: 330 * (wind.speed / 410) ** 2 * heat + 420 * wind.reconnection * edge,
    electronTemperature: 48 * heat + 22 * wind.reconnection * edge + 6 * core,
  }
}

function solarWind({ place, wind, shear }: Setting): Population {
  const shake = (0.8 * 21.8) / Math.sqrt(wind.density)
  return {
    density: wind.density * place.outside,
    vx: -wind.speed + shake * (shear[0] as number),
    // 30 km/s of the Earth's own motion.
    vy: 30 + shake * (shear[1] as number),
    vz: shake * (shear[2] as number),
    ionTemperature: wind.ionTemperature,
    electronTemperature: 13,
  }
}

const temperatureOf = (population: Population, species: Species): number =>
  species === 'ion' ? population.ionTemperature : population.electronTemperature

/** Moments of the populations together; relative drifts count as temperature. */
export function momentsOf(populations: readonly Population[], species: Species): Moments {
  let [density, vx, vy, vz] = [0, 0, 0, 0]
  for (const p of populations) {
    density += p.density
    vx += p.density * p.vx
    vy += p.density * p.vy
    vz += p.density * p.vz
  }
  vx /= density
  vy /= density
  vz /= density
  let energy = 0
  for (const p of populations) {
    const drift = (p.vx - vx) ** 2 + (p.vy - vy) ** 2 + (p.vz - vz) ** 2
    energy += p.density * (temperatureOf(p, species) + (massOf[species] * drift) / 3)
  }
  const temperature = energy / density
  const parallel = (3 * temperature) / (1 + 2 * anisotropy[species])
  return { density, vx, vy, vz, temperature, parallel, perpendicular: parallel * anisotropy[species] }
}

const SPEED_CM_S: Readonly<Record<Species, number>> = { ion: 1.384_11e6, electron: 5.930_97e7 }

/**
 * Adds the omnidirectional differential energy flux of a population, eV/(cm^2 s sr eV), at each energy (eV) to `out`:
 * the drifting Maxwellian averaged over all directions.
 */
export function addSpectrum(population: Population, species: Species, energies: Float64Array, out: Float64Array): void {
  const T = temperatureOf(population, species)
  const drift = 0.5 * massOf[species] * (population.vx ** 2 + population.vy ** 2 + population.vz ** 2)
  const k = (population.density * SPEED_CM_S[species]) / (2 * Math.PI ** 1.5 * T ** 1.5)
  for (let i = 0; i < energies.length; i++) {
    const energy = energies[i] as number
    const u = (2 * Math.sqrt(energy * drift)) / T
    // exp(-(E + K) / T) sinh(u) / u, written so that neither factor overflows.
    const far = Math.exp(-(energy + drift) / T + u)
    const spread = u < 1e-3 ? far : (far * (1 - Math.exp(-2 * u))) / (2 * u)
    out[i] = (out[i] as number) + k * energy * energy * spread
  }
}
