import { add, cross, dot, norm, scale, subtract, type Vector3 } from './vector.ts'

/** Shape of four spacecraft. Semi-axes: P. Robert et al., ISSI SR-001 (1998), ch. 13: roots of the volumetric tensor's eigenvalues. */
export interface Tetrahedron {
  readonly centreKm: Vector3
  /** Sides 1-2, 1-3, 1-4, 2-3, 2-4, 3-4. */
  readonly sidesKm: readonly [number, number, number, number, number, number]
  readonly meanSideKm: number
  /** Largest first. */
  readonly semiAxesKm: Vector3
  /** 1 - b/a and 1 - c/b: 0 and 0 is a regular tetrahedron. */
  readonly elongation: number
  readonly planarity: number
  readonly volumeKm3: number
  /** Volume over that of the regular tetrahedron with the mean side; 1 is best. */
  readonly quality: number
}

/** The shape of four positions, km in any frame. */
export function tetrahedronOf(positions: readonly [Vector3, Vector3, Vector3, Vector3]): Tetrahedron {
  const [a, b, c, d] = positions
  const centreKm = scale(add(add(a, b), add(c, d)), 0.25)
  const side = (p: Vector3, q: Vector3): number => norm(subtract(p, q))
  const sidesKm = [side(a, b), side(a, c), side(a, d), side(b, c), side(b, d), side(c, d)] as const
  const meanSideKm = sidesKm.reduce((sum, s) => sum + s, 0) / 6
  const volumeKm3 = Math.abs(dot(subtract(b, a), cross(subtract(c, a), subtract(d, a)))) / 6
  const [l1, l2, l3] = eigenvaluesOf(volumetricTensor(positions, centreKm))
  const semiAxesKm: Vector3 = [Math.sqrt(l1), Math.sqrt(Math.max(l2, 0)), Math.sqrt(Math.max(l3, 0))]
  return {
    centreKm,
    sidesKm,
    meanSideKm,
    semiAxesKm,
    elongation: 1 - semiAxesKm[1] / semiAxesKm[0],
    planarity: 1 - semiAxesKm[2] / semiAxesKm[1],
    volumeKm3,
    quality: volumeKm3 / (meanSideKm ** 3 / (6 * Math.SQRT2)),
  }
}

/** Upper triangle xx xy xz yy yz zz. */
type Symmetric = readonly [number, number, number, number, number, number]

function volumetricTensor(positions: readonly Vector3[], centre: Vector3): Symmetric {
  const sum: [number, number, number, number, number, number] = [0, 0, 0, 0, 0, 0]
  for (const p of positions) {
    const [x, y, z] = subtract(p, centre)
    ;[x * x, x * y, x * z, y * y, y * z, z * z].forEach((v, i) => {
      sum[i as 0] += v / 4
    })
  }
  return sum
}

// Jacobi rotations: keeps small eigenvalues of flat formations, which the cubic formula loses to cancellation.
function eigenvaluesOf([xx, xy, xz, yy, yz, zz]: Symmetric): Vector3 {
  const m = [
    [xx, xy, xz],
    [xy, yy, yz],
    [xz, yz, zz],
  ]
  const at = (i: number, j: number): number => m[i]?.[j] ?? 0
  for (let sweep = 0; sweep < 12; sweep++)
    for (const [p, q, r] of [
      [0, 1, 2],
      [0, 2, 1],
      [1, 2, 0],
    ] as const)
      turn(m, at, p, q, r)
  const values = [at(0, 0), at(1, 1), at(2, 2)].sort((a, b) => b - a)
  return [values[0] ?? 0, values[1] ?? 0, values[2] ?? 0]
}

function turn(m: number[][], at: (i: number, j: number) => number, p: number, q: number, r: number): void {
  const off = at(p, q)
  if (off === 0) return
  const theta = (at(q, q) - at(p, p)) / (2 * off)
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1))
  const c = 1 / Math.sqrt(t * t + 1)
  const s = t * c
  const [rp, rq, pp, qq] = [at(r, p), at(r, q), at(p, p), at(q, q)]
  const set = (i: number, j: number, value: number): void => {
    ;(m[i] as number[])[j] = value
    ;(m[j] as number[])[i] = value
  }
  set(p, p, pp - t * off)
  set(q, q, qq + t * off)
  set(p, q, 0)
  set(r, p, c * rp - s * rq)
  set(r, q, s * rp + c * rq)
}
