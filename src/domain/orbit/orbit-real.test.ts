import { readFileSync, readdirSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { openCdfFile } from '#doors/cdf-node'
import { readDefeph } from '#formats/ephemeris'
import type { Tt2000 } from '#formats/time'
import { sharedIsThere, sharedNote, sharedPath } from '#test/shared'
import {
  DEGREE,
  angleBetween,
  conjugate,
  despunFrame,
  directionOf,
  framesAt,
  matrixOf,
  norm,
  propagate,
  elementsOf,
  rotate,
  spinPhase,
  subtract,
  tetrahedronOf,
  type Matrix3,
  type Quaternion,
  type Vector3,
} from './index.ts'

const folder = (n: number): string => sharedPath('real', 'mms', 'sdc', `mms${n}`, 'mec', 'brst', 'l2', 'epht89q', '2016', '12', '09')

interface Mec {
  readonly time: Tt2000
  value(name: string): number[]
}

/** Every 500th record of a MEC file. */
async function readMec(n: number): Promise<Mec[]> {
  const name = readdirSync(folder(n)).find(file => file.endsWith('.cdf')) ?? ''
  const cdf = await openCdfFile(`${folder(n)}/${name}`)
  const times = (await cdf.variables.get('Epoch')!.read()).values as BigInt64Array
  const columns = new Map<string, { width: number; values: ArrayLike<number> }>()
  for (const word of [
    'quat_eci_to_gse',
    'quat_eci_to_gsm',
    'quat_eci_to_sm',
    'quat_eci_to_geo',
    'quat_eci_to_bcs',
    'quat_eci_to_dmpa',
    'r_eci',
    'v_eci',
    'r_gse',
    'r_gsm',
    'r_geo',
    'P_vec',
    'Z_vec',
    'Z_phase',
    'dipole_tilt',
  ]) {
    const variable = cdf.variables.get(`mms${n}_mec_${word}`)!
    const { values, shape } = await variable.read()
    columns.set(word, { width: shape.slice(1).reduce((product, size) => product * size, 1), values: values as Float64Array })
  }
  await cdf.close()
  return Array.from(times)
    .map((time, i) => ({
      time: time as Tt2000,
      value: (word: string) => {
        const { width, values } = columns.get(word) ?? { width: 0, values: [] }
        return Array.from({ length: width }, (_, k) => values[i * width + k] ?? Number.NaN)
      },
    }))
    .filter((_, i) => i % 500 === 0)
}

describe.skipIf(!sharedIsThere)('the MEC files of 2016-12-09' + sharedNote, () => {
  const records: Mec[] = []
  beforeAll(async () => {
    for (const n of [1, 2, 3, 4]) records.push(...(await readMec(n)))
  })
  // MEC's quaternions turn the vector, ours the frame.
  const frameOf = (record: Mec, word: string): Matrix3 => matrixOf(conjugate(record.value(word) as unknown as Quaternion))
  const worst = (measure: (record: Mec) => number): number => Math.max(...records.map(measure))

  test.each([
    ['gse', 0.0003],
    ['geo', 0.0001],
    ['gsm', 0.02],
    ['sm', 0.035],
  ] as const)('quaternions into %s agree to %d degrees', (frame, degrees) => {
    expect(records.length).toBeGreaterThan(30)
    expect(worst(record => angleBetween(framesAt(record.time).matrix[frame], frameOf(record, `quat_eci_to_${frame}`)))).toBeLessThan(
      degrees * DEGREE,
    )
  })

  test.each([
    ['gse', 0.4],
    ['geo', 0.05],
    ['gsm', 7],
  ] as const)('positions in %s agree to %d km at 11.7 Earth radii', (frame, km) => {
    const apart = worst(record => {
      const ours = rotate(framesAt(record.time).matrix[frame], record.value('r_eci') as unknown as Vector3)
      return norm(subtract(ours, record.value(`r_${frame}`) as unknown as Vector3))
    })
    expect(apart).toBeLessThan(km)
  })

  test('the dipole tilt agrees to 0.03 degrees', () => {
    expect(
      worst(record => Math.abs(framesAt(record.time).dipoleTilt / DEGREE - (record.value('dipole_tilt')[0] ?? Number.NaN))),
    ).toBeLessThan(0.03)
  })

  test('DMPA is the despun frame of the principal axis to 0.01 degrees, and body Z and its phase are in the body quaternion', () => {
    const axis = (record: Mec, word: string): Vector3 => {
      const [ra = 0, dec = 0] = record.value(word)
      return directionOf(ra * DEGREE, dec * DEGREE)
    }
    expect(
      worst(record => angleBetween(despunFrame(axis(record, 'P_vec'), framesAt(record.time).sun), frameOf(record, 'quat_eci_to_dmpa'))),
    ).toBeLessThan(0.01 * DEGREE)
    expect(worst(record => norm(subtract(frameOf(record, 'quat_eci_to_bcs')[2], axis(record, 'Z_vec'))))).toBeLessThan(1e-6)
    const phaseApart = (record: Mec): number => {
      const phase = spinPhase(frameOf(record, 'quat_eci_to_bcs'), axis(record, 'Z_vec'), framesAt(record.time).sun)
      return Math.abs(Math.sin((phase - (record.value('Z_phase')[0] ?? Number.NaN) * DEGREE) / 2)) * 2
    }
    expect(worst(phaseApart)).toBeLessThan(0.01 * DEGREE)
  })

  test('two-body motion from the first record is the last within 30 m after two minutes', () => {
    const [first, ...rest] = records.slice(0, records.length / 4)
    const last = rest.at(-1)
    if (first === undefined || last === undefined) throw new Error('no records')
    const seconds = Number(last.time - first.time) / 1e9
    expect(seconds).toBeGreaterThan(100)
    const state = { position: first.value('r_eci') as unknown as Vector3, velocity: first.value('v_eci') as unknown as Vector3 }
    const moved = propagate(elementsOf(state, 0), seconds)
    expect(norm(subtract(moved.position, last.value('r_eci') as unknown as Vector3))).toBeLessThan(0.03)
  })
})

interface Formation {
  readonly time?: string
  readonly mms_tai_days?: number
  readonly separations_km: Readonly<Record<string, number>>
  readonly semi_axes_km: number[]
  readonly elongation: number
  readonly planarity: number
  readonly centre_km: number[]
  readonly volume_km3: number
  readonly volume_over_regular_of_mean_side: number
  readonly mean_side_km: number
  readonly positions_gse_km?: number[][]
  readonly positions_j2000_km?: number[][]
}

describe.skipIf(!sharedIsThere)('the formation of the reference values' + sharedNote, () => {
  const reference = sharedIsThere
    ? (
        JSON.parse(readFileSync(sharedPath('real', 'expected', 'reference_values.json'), 'utf8')) as {
          formation: Record<string, Formation[]>
        }
      ).formation
    : {}
  const cases = Object.entries(reference).flatMap(([name, list]) =>
    list.map(one => [`${name} ${one.time ?? one.mms_tai_days}`, one] as const),
  )

  test.each(cases)('%s', (_, want) => {
    const positions = (want.positions_gse_km ?? want.positions_j2000_km) as unknown as [Vector3, Vector3, Vector3, Vector3]
    const shape = tetrahedronOf(positions)
    // The reference positions are rounded to 0.1 m.
    expect(shape.sidesKm.map(side => side.toFixed(2))).toEqual(Object.values(want.separations_km).map(side => side.toFixed(2)))
    shape.semiAxesKm.forEach((axis, i) => expect(axis).toBeCloseTo(want.semi_axes_km[i] ?? Number.NaN, 2))
    shape.centreKm.forEach((x, i) => expect(x).toBeCloseTo(want.centre_km[i] ?? Number.NaN, 2))
    expect(shape.elongation).toBeCloseTo(want.elongation, 3)
    expect(shape.meanSideKm).toBeCloseTo(want.mean_side_km, 2)
    expect(Math.abs(shape.quality - want.volume_over_regular_of_mean_side)).toBeLessThan(2e-4)
    // Of a formation like a pearl string the rounding of the positions is all that volume says.
    if (want.volume_over_regular_of_mean_side > 0.01) {
      expect(shape.volumeKm3 / want.volume_km3).toBeCloseTo(1, 3)
      expect(shape.planarity).toBeCloseTo(want.planarity, 3)
    }
  })

  test('the same comes out of the DEFEPH files of 2019-01-27', () => {
    const want = cases.find(([name]) => name.startsWith('2019'))?.[1]
    if (want?.mms_tai_days === undefined) throw new Error('no reference')
    const seconds = want.mms_tai_days * 86_400
    const positions = [1, 2, 3, 4].map(n => {
      const orbit = readDefeph(
        readFileSync(sharedPath('real', 'mms', 'sdc', 'ancillary', `mms${n}`, 'defeph', `MMS${n}_DEFEPH_2019027_2019028.V01`), 'latin1'),
      )
      const tai = Array.from(orbit.time, t => Number(t) / 1e9 + 1_325_419_167.816)
      const i = tai.findIndex(t => t > seconds) - 1
      const u = (seconds - (tai[i] ?? 0)) / ((tai[i + 1] ?? 0) - (tai[i] ?? 0))
      return [0, 1, 2].map(k => (1 - u) * (orbit.position[3 * i + k] ?? 0) + u * (orbit.position[3 * i + 3 + k] ?? 0))
    })
    const shape = tetrahedronOf(positions as unknown as [Vector3, Vector3, Vector3, Vector3])
    expect(shape.meanSideKm).toBeCloseTo(want.mean_side_km, 2)
    expect(shape.semiAxesKm[0]).toBeCloseTo(want.semi_axes_km[0] ?? 0, 2)
  })
})
