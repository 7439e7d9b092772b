import type { Wind } from './solar-wind.ts'

/** Where a point lies between the boundaries. Distances in Earth radii, GSE. */
export interface Place {
  readonly r: number
  /** Outward normal of the magnetopause's shape through this direction. */
  readonly nx: number
  readonly ny: number
  readonly nz: number
  /** Unit vector along the boundary, away from the nose. */
  readonly tx: number
  readonly ty: number
  readonly tz: number
  readonly sinAngle: number
  /** Distance outside the magnetopause; negative inside. */
  readonly pause: number
  /** Distance outside the bow shock; negative inside. */
  readonly shock: number
  /** 0 at the magnetopause, 1 at the shock. */
  readonly depth: number
  /** Weights of the three regions; their sum is 1. */
  readonly inside: number
  readonly sheath: number
  readonly outside: number
}

// Shue et al., J. Geophys. Res. 102 (1997) 9497: r = r0 (2 / (1 + cos))^alpha.
const FLARING = 0.58
// Eccentricity of the shock's conic (Farris and Russell 1994 give 0.81 to 0.9).
const SHOCK_ECCENTRICITY = 0.85
const PAUSE_HALF_WIDTH = 0.055
const SHOCK_HALF_WIDTH = 0.014

/** Finds the place of a point at the boundaries' present distances. */
export function placeOf(x: number, y: number, z: number, wind: Wind): Place {
  const r = Math.sqrt(x * x + y * y + z * z)
  const rho = Math.sqrt(y * y + z * z) + 1e-12
  const [cos, sin] = [x / r, rho / r]
  const flare = 2 / (1 + Math.max(cos, -0.95))
  const surface = wind.magnetopause * flare ** FLARING
  const shockSurface = (wind.bowShock * (1 + SHOCK_ECCENTRICITY)) / (1 + SHOCK_ECCENTRICITY * Math.max(cos, -0.95))
  // d ln(surface)/d(angle): the normal leans towards the nose by it.
  const lean = (FLARING * sin) / (1 + Math.max(cos, -0.95))
  const k = 1 / Math.sqrt(1 + lean * lean)
  const [ey, ez] = [y / rho, z / rho]
  const radial = (cos + lean * sin) * k
  const across = (sin - lean * cos) * k
  const pause = (r - surface) * k
  const shock = r - shockSurface
  const inside = 0.5 * (1 - Math.tanh(pause / PAUSE_HALF_WIDTH))
  const outside = (1 - inside) * 0.5 * (1 + Math.tanh(shock / SHOCK_HALF_WIDTH))
  return {
    r,
    nx: radial,
    ny: across * ey,
    nz: across * ez,
    tx: -across,
    ty: radial * ey,
    tz: radial * ez,
    sinAngle: sin,
    pause,
    shock,
    depth: Math.min(1, Math.max(0, (r - surface) / (shockSurface - surface))),
    inside,
    sheath: 1 - inside - outside,
    outside,
  }
}
