import type { SkyTime } from './celestial.ts'
import { unit, type Vector3 } from './vector.ts'

// IGRF-14, degree 1: g10, g11, h11 in nT at the epochs, then the change per year after the last.
const epochs: readonly (readonly [number, number, number, number])[] = [
  [2010, -29_496.57, -1586.42, 4944.26],
  [2015, -29_441.46, -1501.77, 4795.99],
  [2020, -29_403.41, -1451.37, 4653.35],
  [2025, -29_350.0, -1410.3, 4545.5],
]
const perYear = [12.6, 10.0, -21.5] as const

/** Earth's centred dipole: equatorial surface field and the direction of its northern pole (negative moment) in GEO. */
export interface Dipole {
  /** nT at one Earth radius in the dipole's equator. */
  readonly strength: number
  readonly axis: Vector3
}

/** The dipole at a moment; coefficients interpolated between epochs, extrapolated outside. */
export function dipoleAt(time: SkyTime): Dipole {
  const year = 2000 + time.ut / 365.25
  const at = Math.max(
    0,
    epochs.findLastIndex(row => row[0] <= year),
  )
  const [from, next] = [epochs[at], epochs[at + 1]]
  const coefficient = (k: 0 | 1 | 2): number => {
    const start = from?.[k + 1] ?? 0
    const slope = next === undefined ? perYear[k] : ((next[k + 1] ?? 0) - start) / 5
    return start + slope * (year - (from?.[0] ?? 0))
  }
  const moment: Vector3 = [coefficient(1), coefficient(2), coefficient(0)]
  return { strength: Math.hypot(...moment), axis: unit([-moment[0], -moment[1], -moment[2]]) }
}
