/** Three components; km, nT or a unit vector, as the context says. */
export type Vector3 = readonly [number, number, number]
/** Rows: `rotate(m, v)` gives the components of v along the new axes m[0], m[1], m[2]. */
export type Matrix3 = readonly [Vector3, Vector3, Vector3]
/**
 * x y z and the scalar last, unit norm, in the convention of attitude files: it turns the frame. Files that turn the vector
 * instead (v' = q v q*, as the MEC products do) hold the {@link conjugate}.
 */
export type Quaternion = readonly [number, number, number, number]

export const dot = (a: Vector3, b: Vector3): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
export const norm = (a: Vector3): number => Math.hypot(a[0], a[1], a[2])
export const scale = (a: Vector3, k: number): Vector3 => [a[0] * k, a[1] * k, a[2] * k]
export const add = (a: Vector3, b: Vector3): Vector3 => [a[0] + b[0], a[1] + b[1], a[2] + b[2]]
export const subtract = (a: Vector3, b: Vector3): Vector3 => [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
export const cross = (a: Vector3, b: Vector3): Vector3 => [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
export const unit = (a: Vector3): Vector3 => scale(a, 1 / norm(a))

/** Components of `v` in the frame that `m` leads to. */
export const rotate = (m: Matrix3, v: Vector3): Vector3 => [dot(m[0], v), dot(m[1], v), dot(m[2], v)]

/** The inverse of a rotation. */
export const transpose = (m: Matrix3): Matrix3 => [
  [m[0][0], m[1][0], m[2][0]],
  [m[0][1], m[1][1], m[2][1]],
  [m[0][2], m[1][2], m[2][2]],
]

/** First `b`, then `a`. */
export function multiply(a: Matrix3, b: Matrix3): Matrix3 {
  const t = transpose(b)
  return [rotate(t, a[0]), rotate(t, a[1]), rotate(t, a[2])]
}

/** Turns the axes by `angle` radians about axis 0, 1 or 2, right-handed. */
export function axisRotation(axis: 0 | 1 | 2, angle: number): Matrix3 {
  const [c, s] = [Math.cos(angle), Math.sin(angle)]
  if (axis === 0)
    return [
      [1, 0, 0],
      [0, c, s],
      [0, -s, c],
    ]
  if (axis === 1)
    return [
      [c, 0, -s],
      [0, 1, 0],
      [s, 0, c],
    ]
  return [
    [c, s, 0],
    [-s, c, 0],
    [0, 0, 1],
  ]
}

/** The quaternion of a frame rotation, scalar last and not negative. */
export function quaternionOf(m: Matrix3): Quaternion {
  const trace = m[0][0] + m[1][1] + m[2][2]
  // Shepperd's method: divide by the largest of the four, so that nothing is lost near half a turn.
  const candidates = [m[0][0], m[1][1], m[2][2], trace]
  const best = candidates.indexOf(Math.max(...candidates))
  const q = quaternionBy(best, m, trace)
  const k = (q[3] < 0 ? -1 : 1) / Math.hypot(...q)
  return [q[0] * k, q[1] * k, q[2] * k, q[3] * k]
}

function quaternionBy(best: number, m: Matrix3, trace: number): Quaternion {
  const [x, y, z] = [m[1][2] - m[2][1], m[2][0] - m[0][2], m[0][1] - m[1][0]]
  const [xy, xz, yz] = [m[0][1] + m[1][0], m[0][2] + m[2][0], m[1][2] + m[2][1]]
  if (best === 0) return [1 + 2 * m[0][0] - trace, xy, xz, x]
  if (best === 1) return [xy, 1 + 2 * m[1][1] - trace, yz, y]
  if (best === 2) return [xz, yz, 1 + 2 * m[2][2] - trace, z]
  return [x, y, z, 1 + trace]
}

/** The frame rotation of a quaternion (need not be normalised). */
export function matrixOf(q: Quaternion): Matrix3 {
  const k = 1 / Math.hypot(...q)
  const [x, y, z, w] = [q[0] * k, q[1] * k, q[2] * k, q[3] * k]
  return [
    [1 - 2 * (y * y + z * z), 2 * (x * y + z * w), 2 * (x * z - y * w)],
    [2 * (x * y - z * w), 1 - 2 * (x * x + z * z), 2 * (y * z + x * w)],
    [2 * (x * z + y * w), 2 * (y * z - x * w), 1 - 2 * (x * x + y * y)],
  ]
}

/** The inverse rotation, and the change between the two conventions of {@link Quaternion}. */
export const conjugate = (q: Quaternion): Quaternion => [-q[0], -q[1], -q[2], q[3]]

/** Angle of the rotation between two frames, radians. */
export function angleBetween(a: Matrix3, b: Matrix3): number {
  const m = multiply(a, transpose(b))
  // The sine form is exact for small angles, where the trace is flat.
  const s = Math.hypot(m[1][2] - m[2][1], m[2][0] - m[0][2], m[0][1] - m[1][0]) / 2
  return Math.atan2(s, (m[0][0] + m[1][1] + m[2][2] - 1) / 2)
}
