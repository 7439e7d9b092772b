import {
  DEGREE,
  EARTH_RADIUS_KM,
  axisRotation,
  cross,
  despunFrame,
  framesAt,
  multiply,
  norm,
  quaternionOf,
  rightAscensionOf,
  rotate,
  transpose,
  unit,
  type FrameSet,
  type Matrix3,
  type State,
  type Vector3,
} from '#domain/orbit'
import { tt2000 } from '#formats/time'
import { attitudeAt, type AttitudeState, type AttitudeTrack } from './attitude.ts'
import { findEclipse } from './eclipse.ts'
import { geodeticOf } from './geodetic.ts'
import { orbitAt, type OrbitTrack } from './orbit-track.ts'

/** One variable of the product without its spacecraft: its words and its values, flat. */
export interface Column {
  readonly name: string
  readonly about: string
  readonly units: string
  readonly valid: readonly [number, number]
  readonly type?: 'CDF_INT4'
  /** Shape of one record of a column without parts. */
  readonly dims?: readonly number[]
  /** Names of the components of a vector. */
  readonly parts?: readonly string[]
  readonly representation?: string
  readonly frame?: string
  readonly to?: string
  readonly notes: string
  readonly values: Float64Array | Int32Array
}

/** Everything known at one moment. */
interface Moment {
  readonly frames: FrameSet
  readonly orbit: State
  readonly attitude: AttitudeState | undefined
}

interface Recipe extends Omit<Column, 'values'> {
  /** Undefined where the inputs do not cover the moment: the value is FILLVAL. */
  readonly find: (at: Moment) => readonly number[] | undefined
}

const FILL = -1e31
const FROM_ORBIT = 'From the definitive orbit (DEFEPH), interpolated to the time of the record.'
const FROM_ATTITUDE = 'From the definitive attitude (DEFATT); FILLVAL where it does not reach.'
const xyz = ['x', 'y', 'z'] as const
const frames = ['eci', 'gsm', 'geo', 'sm', 'gse', 'gse2000'] as const
type ProductFrame = (typeof frames)[number]
const frameTitles = {
  eci: 'GEI/J2000',
  gsm: 'GSM',
  geo: 'GEO',
  sm: 'SM',
  gse: 'GSE',
  gse2000: 'GSE with the ecliptic pole of J2000',
} as const

const angle = (name: string, about: string, valid: readonly [number, number], find: Recipe['find'], units = 'deg'): Recipe => ({
  name,
  about,
  units,
  valid,
  notes: FROM_ORBIT,
  find,
})

const quaternion = (to: string, find: (at: Moment) => Matrix3 | undefined): Recipe => ({
  name: `quat_eci_to_${to}`,
  about: `Rotation from GEI/J2000 (ECI) to ${to.toUpperCase()} as a quaternion ((qx, qy, qz), qw)`,
  units: ' ',
  valid: [-1, 1],
  notes: 'To turn a vector v: q v q*, with (qx, qy, qz) the vector part of q and qw its scalar. FILLVAL where attitude does not reach.',
  parts: ['qx', 'qy', 'qz', 'qw'],
  representation: 'quaternion_representation',
  frame: 'GEI',
  to: to.toUpperCase(),
  find: at => {
    const matrix = find(at)
    if (matrix === undefined) return undefined
    // MEC files turn the vector where DEFATT turns the axes: their quaternions are the conjugates (seen in both kinds of file).
    const [x, y, z, w] = quaternionOf(matrix)
    return [-x, -y, -z, w]
  },
})

const despun =
  (axis: 'z' | 'l' | 'p') =>
  (at: Moment): Matrix3 | undefined =>
    at.attitude === undefined ? undefined : despunFrame(at.attitude.axes[axis], at.frames.sun)

const spinning =
  (axis: 'l' | 'p') =>
  (at: Moment): Matrix3 | undefined => {
    const frame = despun(axis)(at)
    return frame === undefined || at.attitude === undefined ? undefined : multiply(axisRotation(2, at.attitude.phases[axis]), frame)
  }

const direction = (name: string, axis: 'z' | 'l' | 'p', about: string): Recipe => ({
  name: `${name}_vec`,
  about: `Right ascension and declination of ${about}`,
  units: 'deg',
  valid: [-360, 360],
  notes: FROM_ATTITUDE,
  parts: ['RA', 'DEC'],
  representation: 'radec_representation',
  frame: 'GEI',
  find: at => (at.attitude === undefined ? undefined : rightAscensionOf(at.attitude.axes[axis]).map(radians => radians / DEGREE)),
})

const phase = (name: string, axis: 'z' | 'l' | 'p', about: string): Recipe => ({
  ...angle(`${name}_phase`, `${name}-phase: angle from the Sun to body X about ${about}`, [0, 360], at =>
    at.attitude === undefined ? undefined : [at.attitude.phases[axis] / DEGREE],
  ),
  notes: FROM_ATTITUDE,
  frame: 'GEI',
  // A list of one, as the mission's files have it.
  dims: [1],
})

// Mean obliquity of J2000 (IAU 2006).
const OBLIQUITY_J2000 = (84_381.406 / 3600) * DEGREE
const POLE_J2000: Vector3 = [0, -Math.sin(OBLIQUITY_J2000), Math.cos(OBLIQUITY_J2000)]

function matrixInto(frame: ProductFrame, { matrix, sun }: FrameSet): Matrix3 {
  if (frame !== 'gse2000') return matrix[frame]
  const y = unit(cross(POLE_J2000, sun))
  return [sun, y, cross(sun, y)]
}

const inFrame = (kind: 'r' | 'v', frame: ProductFrame): Recipe => ({
  name: `${kind}_${frame}`,
  about: `${kind === 'r' ? 'Position' : 'Velocity, inertial,'} of the spacecraft along the axes of ${frameTitles[frame]}`,
  units: kind === 'r' ? 'km' : 'km/s',
  valid: kind === 'r' ? [-1_000_000, 1_000_000] : [-100_000, 100_000],
  parts: xyz,
  notes: FROM_ORBIT,
  frame: frame === 'eci' ? 'GEI' : frame.toUpperCase(),
  find: at => rotate(matrixInto(frame, at.frames), kind === 'r' ? at.orbit.position : at.orbit.velocity),
})

const smOf = (at: Moment): Vector3 => rotate(at.frames.matrix.sm, at.orbit.position)
const latitudeOf = (v: Vector3): number => Math.atan2(v[2], Math.hypot(v[0], v[1]))

function siderealAngle({ matrix }: FrameSet): number {
  const turned = multiply(matrix.geo, transpose(matrix.gei))
  return (Math.atan2(turned[0][1], turned[0][0]) / DEGREE + 360) % 360
}

const geodetic = (at: Moment): ReturnType<typeof geodeticOf> => geodeticOf(rotate(at.frames.matrix.geo, at.orbit.position))

const recipes: readonly Recipe[] = [
  angle('dipole_tilt', 'Dipole tilt: angle about Y between GSM and SM', [-40, 40], at => [at.frames.dipoleTilt / DEGREE]),
  angle('gmst', 'Greenwich sidereal time', [0, 360], at => [siderealAngle(at.frames)]),
  angle('mlat', 'Magnetic latitude (centred dipole)', [-90, 90], at => [latitudeOf(smOf(at)) / DEGREE]),
  angle(
    'mlt',
    'Magnetic local time (centred dipole)',
    [0, 24],
    at => {
      const [x, y] = smOf(at)
      return [(Math.atan2(y, x) / DEGREE / 15 + 36) % 24]
    },
    'hours',
  ),
  angle(
    'l_dipole',
    'L-shell of the centred dipole through the spacecraft',
    [0, 1e6],
    at => [norm(at.orbit.position) / EARTH_RADIUS_KM / Math.cos(latitudeOf(smOf(at))) ** 2],
    ' ',
  ),
  quaternion('bcs', at => at.attitude?.body),
  quaternion('dbcs', despun('z')),
  quaternion('dmpa', despun('p')),
  quaternion('smpa', spinning('p')),
  quaternion('dsl', despun('l')),
  quaternion('ssl', spinning('l')),
  direction('L', 'l', 'angular momentum (L)'),
  direction('Z', 'z', 'the body Z axis'),
  direction('P', 'p', 'the major principal axis'),
  phase('L', 'l', 'the angular momentum (L)'),
  phase('Z', 'z', 'the body Z axis'),
  phase('P', 'p', 'the major principal axis'),
  {
    ...angle(
      'earth_eclipse_flag',
      'Earth eclipse: 0 none, 1 penumbra, 2 umbra',
      [0, 2],
      at => [findEclipse(at.orbit.position, at.frames.sun)],
      ' ',
    ),
    type: 'CDF_INT4',
  },
  ...frames.flatMap(frame => [
    inFrame('r', frame),
    inFrame('v', frame),
    ...(frame === 'eci' ? [] : [quaternion(frame, at => matrixInto(frame, at.frames))]),
  ]),
  angle('geod_lat', 'Geodetic latitude of the spacecraft', [-90, 90], at => [geodetic(at).latitude / DEGREE]),
  angle('geod_lon', 'Geodetic longitude of the spacecraft', [-180, 180], at => [geodetic(at).longitude / DEGREE]),
  angle('geod_height', 'Height of the spacecraft above the WGS84 spheroid', [0, 1e6], at => [geodetic(at).height], 'km'),
]

/** The product's columns at those of `times` (TT2000) that the orbit covers; attitude columns are FILLVAL where attitude does not reach. */
export function computeEphemeris(
  orbit: OrbitTrack,
  attitude: AttitudeTrack,
  times: BigInt64Array,
): {
  readonly time: BigInt64Array
  readonly columns: readonly Column[]
  readonly withoutAttitude: number
} {
  const covered = Array.from(times).flatMap(t => {
    const state = orbitAt(orbit, t)
    return state === undefined ? [] : [{ t, orbit: state }]
  })
  const targets = recipes.map(recipe => makeValues(recipe, covered.length))
  let withoutAttitude = 0
  covered.forEach(({ t, orbit: state }, i) => {
    const set = framesAt(tt2000(t))
    const at = { frames: set, orbit: state, attitude: attitudeAt(attitude, t, set.sun) }
    if (at.attitude === undefined) withoutAttitude++
    recipes.forEach((recipe, k) => {
      const found = recipe.find(at)
      if (found !== undefined) targets[k]?.set(found, i * found.length)
    })
  })
  const columns = recipes.map((recipe, k): Column => ({ ...recipe, values: targets[k] ?? new Float64Array() }))
  return { time: BigInt64Array.from(covered, ({ t }) => t), columns, withoutAttitude }
}

function makeValues({ type, parts }: Recipe, records: number): Float64Array | Int32Array {
  const length = records * (parts?.length ?? 1)
  return type === undefined ? new Float64Array(length).fill(FILL) : new Int32Array(length)
}
