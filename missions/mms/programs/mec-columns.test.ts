import { describe, expect, test } from 'vitest'
import { readCdfFile } from '#doors/cdf-node'
import { DEGREE, angleBetween, despunFrame, directionOf, framesAt, matrixOf, multiply, type Quaternion } from '#domain/orbit'
import type { Cdf } from '#formats/cdf'
import { tt2000 } from '#formats/time'
import { sharedIsThere, sharedNote, sharedPath } from '#test/shared'
import type { AttitudeTrack, Axis } from './attitude.ts'
import { computeEphemeris } from './mec-columns.ts'

const REAL = 'mms1/mec/brst/l2/epht89q/2016/12/09/mms1_mec_brst_l2_epht89q_20161209090305_v2.2.0.cdf'
// Records 3 s apart: MEC bursts come every 30 ms.
const PICKED = [0, 100, 200, 300] as const

interface Reference {
  readonly time: BigInt64Array
  /** Values of a variable at one of the picked records. */
  readonly at: (name: string, pick: number) => number[]
}

async function readReference(): Promise<Reference> {
  const cdf: Cdf = await readCdfFile(sharedPath('real', 'mms', 'sdc', REAL))
  const read = (name: string): { values: ArrayLike<number>; width: number } => {
    const variable = cdf.variables.get(name)
    if (variable === undefined) throw new Error(`no ${name}`)
    return { values: variable.readSync().values as unknown as ArrayLike<number>, width: variable.dims[0] ?? 1 }
  }
  const epoch = cdf.variables.get('Epoch')?.readSync().values as BigInt64Array
  return {
    time: BigInt64Array.from(PICKED, i => epoch[i] ?? 0n),
    at: (name, pick) => {
      const { values, width } = read(`mms1_mec_${name}`)
      return Array.from({ length: width }, (_, k) => values[(PICKED[pick] ?? 0) * width + k] ?? Number.NaN)
    },
  }
}

const quaternion = (list: readonly number[]): Quaternion => list as unknown as Quaternion

function trackOf({ time, at }: Reference): AttitudeTrack {
  const axis = (key: string): Float64Array =>
    Float64Array.from(
      PICKED.flatMap((_, i) => {
        const [ra, dec] = at(`${key}_vec`, i)
        return directionOf((ra ?? 0) * DEGREE, (dec ?? 0) * DEGREE)
      }),
    )
  const phase = (key: string): Float64Array => Float64Array.from(PICKED.map((_, i) => (at(`${key}_phase`, i)[0] ?? 0) * DEGREE))
  const axes: Record<Axis, Float64Array> = { z: axis('Z'), l: axis('L'), p: axis('P') }
  const despin = Float64Array.from(
    PICKED.flatMap((_, i) => {
      const despun = despunFrame([axes.p[3 * i] ?? 0, axes.p[3 * i + 1] ?? 0, axes.p[3 * i + 2] ?? 0], framesAt(tt2000(time[i] ?? 0n)).sun)
      return multiply(despun, matrixOf(quaternion(at('quat_eci_to_bcs', i)))).flat()
    }),
  )
  const turned = (i: number): number => Math.atan2(despin[9 * i + 3] ?? 0, despin[9 * i] ?? 0)
  const spinRate = Float64Array.from(PICKED, (_, i) => {
    const step = Number((time[i + 1] ?? 0n) - (time[i] ?? 0n)) / 1e9
    return step > 0 ? (turned(i + 1) - turned(i)) / step : 0
  })
  return { time, despin, spinRate, doubtful: new Uint8Array(PICKED.length), axes, phases: { z: phase('Z'), l: phase('L'), p: phase('P') } }
}

describe.skipIf(!sharedIsThere)(`columns against the mission's own file${sharedNote}`, async () => {
  const reference = sharedIsThere ? await readReference() : { time: new BigInt64Array(), at: () => [] }
  const orbit = {
    time: reference.time,
    position: Float64Array.from(PICKED.flatMap((_, i) => reference.at('r_eci', i))),
    velocity: Float64Array.from(PICKED.flatMap((_, i) => reference.at('v_eci', i))),
  }
  const { columns } = computeEphemeris(orbit, trackOf(reference), reference.time.slice(0, 3))
  const value = (name: string, record: number): number[] => {
    const column = columns.find(candidate => candidate.name === name)
    const width = column?.parts?.length ?? 1
    return Array.from(column?.values.slice(record * width, record * width + width) ?? [])
  }

  test.each(['bcs', 'dbcs', 'dmpa', 'smpa', 'dsl', 'ssl', 'gsm', 'geo', 'sm', 'gse', 'gse2000'])(
    'the rotation into %s is theirs within 0.04 degrees',
    frame => {
      for (const record of [0, 1]) {
        const mine = matrixOf(quaternion(value(`quat_eci_to_${frame}`, record)))
        const theirs = matrixOf(quaternion(reference.at(`quat_eci_to_${frame}`, record)))
        expect(angleBetween(mine, theirs) / DEGREE).toBeLessThan(0.04)
      }
    },
  )

  test.each([
    ['dipole_tilt', 0.03],
    ['gmst', 0.01],
    ['mlat', 0.02],
    ['mlt', 0.002],
    ['l_dipole', 0.03],
    ['geod_lat', 0.01],
    ['geod_lon', 0.01],
    ['geod_height', 0.5],
    ['L_phase', 0.01],
    ['Z_phase', 0.01],
    ['earth_eclipse_flag', 0],
  ])('%s is theirs within %d', (name, tolerance) => {
    for (const record of [0, 1, 2])
      expect(Math.abs((value(name, record)[0] ?? Number.NaN) - (reference.at(name, record)[0] ?? 0))).toBeLessThanOrEqual(tolerance)
  })

  test.each(['r_eci', 'v_eci', 'r_gse', 'r_gse2000', 'v_gse2000', 'v_gse', 'r_gsm', 'r_sm', 'r_geo', 'L_vec', 'P_vec', 'Z_vec'])(
    '%s is theirs within 0.0004 of its size',
    name => {
      for (const record of [0, 1, 2]) {
        const [mine, theirs] = [value(name, record), reference.at(name, record)]
        const apart = Math.hypot(...mine.map((x, k) => x - (theirs[k] ?? Number.NaN)))
        expect(apart / Math.hypot(...theirs)).toBeLessThan(0.0004)
      }
    },
  )
})
