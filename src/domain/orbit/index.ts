/**
 * Where spacecraft are and how frames turn: two-body motion, rotations from J2000 into GEI, GEO, GSE, GSM and SM, spin
 * frames, and the shape of a formation. Pure geometry; moments are {@link Tt2000} or TAI seconds where said.
 */
export {
  framesAt,
  frameRotation,
  frames,
  despunFrame,
  directionOf,
  rightAscensionOf,
  spinPhase,
  type Frame,
  type FrameSet,
} from './frames.ts'
export { EARTH_MU, EARTH_RADIUS_KM, orbitPeriod, propagate, solveKepler, type Elements, type State } from './kepler.ts'
export { elementsOf } from './elements.ts'
export { DEGREE } from './celestial.ts'
export { tetrahedronOf, type Tetrahedron } from './tetrahedron.ts'
export {
  add,
  angleBetween,
  axisRotation,
  conjugate,
  cross,
  dot,
  matrixOf,
  multiply,
  norm,
  quaternionOf,
  rotate,
  scale,
  subtract,
  transpose,
  unit,
  type Matrix3,
  type Quaternion,
  type Vector3,
} from './vector.ts'
