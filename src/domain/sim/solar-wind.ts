import { makeTones, sound, steps, type Tones } from './random.ts'

/** What the Sun sends and where the boundaries stand, at one moment. GSE, nT, cm^-3, km/s, eV, Earth radii. */
export interface Wind {
  readonly bx: number
  readonly by: number
  readonly bz: number
  readonly density: number
  readonly speed: number
  readonly ionTemperature: number
  /** Subsolar distance of the magnetopause. */
  readonly magnetopause: number
  /** Subsolar distance of the bow shock. */
  readonly bowShock: number
  /** 0 to 1: how strongly the dayside reconnects; follows the southward field. */
  readonly reconnection: number
  /** Height of the X line above the ecliptic. */
  readonly xLine: number
}

/** How the boundaries stand and breathe. */
export interface BoundaryParameters {
  /** Subsolar magnetopause at 2 nPa, Earth radii. */
  readonly standoffRe: number
  /** Bow shock over magnetopause distance at the nose. */
  readonly shockRatio: number
  /** Factor on the breathing amplitude; 1 is about +-0.8 Earth radii. */
  readonly breathing: number
}

export interface WindModel {
  readonly seed: number
  readonly boundary: BoundaryParameters
  readonly breath: Tones
  readonly shockBreath: Tones
  readonly pressure: Tones
  readonly ripple: Tones
  /** What {@link windAt} keeps. */
  readonly near: { cell: number; from: Wind; to: Wind }
}

/** Prepares the tones of a seed. */
export function makeWind(seed: number, boundary: BoundaryParameters): WindModel {
  const tones = {
    seed,
    boundary,
    breath: makeTones(
      [
        [2310, 0.3],
        [1130, 0.26],
        [610, 0.17],
        [337, 0.09],
        [151, 0.03],
      ],
      seed,
      101,
    ),
    shockBreath: makeTones(
      [
        [1730, 0.22],
        [470, 0.13],
        [211, 0.05],
      ],
      seed,
      102,
    ),
    pressure: makeTones(
      [
        [41_300, 0.28],
        [19_700, 0.3],
        [8900, 0.16],
      ],
      seed,
      103,
    ),
    ripple: makeTones(
      [
        [190, 0.5],
        [83, 0.35],
        [37, 0.22],
      ],
      seed,
      104,
    ),
  }
  const start = exactWind(tones, 0)
  return { ...tones, near: { cell: Number.NaN, from: start, to: start } }
}

const GRID_S = 2

/**
 * The state at t (TAI seconds): straight lines between exact states every 2 s, which all tones are far slower than. `model.near`
 * keeps the two states around the last question, and nothing else.
 */
export function windAt(model: WindModel, t: number): Wind {
  const { near } = model
  const cell = Math.floor(t / GRID_S)
  if (near.cell !== cell) {
    near.from = near.cell === cell - 1 ? near.to : exactWind(model, cell * GRID_S)
    near.to = exactWind(model, (cell + 1) * GRID_S)
    near.cell = cell
  }
  const { from, to } = near
  const u = t / GRID_S - cell
  return {
    bx: from.bx + u * (to.bx - from.bx),
    by: from.by + u * (to.by - from.by),
    bz: from.bz + u * (to.bz - from.bz),
    density: from.density + u * (to.density - from.density),
    speed: from.speed + u * (to.speed - from.speed),
    ionTemperature: from.ionTemperature + u * (to.ionTemperature - from.ionTemperature),
    magnetopause: from.magnetopause + u * (to.magnetopause - from.magnetopause),
    bowShock: from.bowShock + u * (to.bowShock - from.bowShock),
    reconnection: from.reconnection + u * (to.reconnection - from.reconnection),
    xLine: from.xLine + u * (to.xLine - from.xLine),
  }
}

/** Standoff goes with pressure to the power -1/6 (Shue et al. 1997). */
function exactWind({ seed, boundary, breath, shockBreath, pressure, ripple }: Omit<WindModel, 'near'>, t: number): Wind {
  const load = Math.exp(sound(pressure, t))
  const noise = sound(ripple, t)
  const speed = 410 + 60 * steps(t, 21_600, 7200, seed, 105)
  const bz = -1 + 4.2 * steps(t, 1380, 45, seed, 106) + 0.5 * noise
  const slow = boundary.standoffRe * load ** (-1 / 6)
  const magnetopause = slow + boundary.breathing * sound(breath, t)
  return {
    bx: -2.6 + 1.8 * steps(t, 5200, 90, seed, 107) + 0.3 * noise,
    by: 1 + 3.4 * steps(t, 2100, 60, seed, 108) - 0.4 * noise,
    bz,
    density: 5.5 * load * (410 / speed) ** 2,
    speed,
    ionTemperature: 12 * (speed / 410) ** 2,
    magnetopause,
    bowShock: slow * boundary.shockRatio + boundary.breathing * sound(shockBreath, t),
    reconnection: Math.min(1, Math.max(0, (0.8 - bz) / 4)),
    xLine: 2.5 * steps(t, 2600, 200, seed, 109),
  }
}
