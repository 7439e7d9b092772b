import { fileURLToPath } from 'node:url'
import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { readCdfFile } from '#doors/cdf-node'
import { truePosition } from '#domain/sim'
import { checkIstp, type Cdf } from '#formats/cdf'
import { tai1958FromTt2000, tt2000 } from '#formats/time'
import { sharedIsThere, sharedNote, sharedPath } from '#test/shared'
import { emptyFolder, mmsFlight, putFile, renderSpan } from '#test/mms-flight'
import { makeJob, runJob, type JobResult } from '#test/run-job'

const NAME = 'mms1_mec_srvy_l2_epht89d_20261120_v2.0.0.cdf'
const program = fileURLToPath(new URL('./mec-l2.ts', import.meta.url))
const folder = emptyFolder()
const morning = putFile(folder, 'MMS1_DEFEPH_2026324_2026325.V00', renderSpan('ephemeris', '2026-11-20T00:00:00Z', '2026-11-20T04:00:00Z'))
const noon = putFile(folder, 'MMS1_DEFEPH_2026324_2026325.V01', renderSpan('ephemeris', '2026-11-20T03:55:00Z', '2026-11-20T08:00:00Z'))
const later = putFile(folder, 'MMS1_DEFEPH_2026325_2026326.V00', renderSpan('ephemeris', '2026-11-20T12:00:00Z', '2026-11-20T13:00:00Z'))
const attitude = putFile(folder, 'MMS1_DEFATT_2026324_2026325.V00', renderSpan('attitude', '2026-11-20T00:00:00Z', '2026-11-20T06:00:00Z'))

const run = (...orbits: readonly string[]): Promise<JobResult> =>
  runJob(
    [process.execPath, program],
    makeJob({
      process: 'ephemeris',
      start: '2026-11-20T00:00:00Z',
      stop: '2026-11-21T00:00:00Z',
      outputs: { l2: NAME },
      inputs: [...orbits.map(path => ['ephemeris', path] as const), ['attitude', attitude]],
    }),
  )
const column = <Values>(cdf: Cdf, name: string): Values => cdf.variables.get(`mms1_mec_${name}`)?.readSync().values as Values
const timeOf = (cdf: Cdf): BigInt64Array => cdf.variables.get('Epoch')?.readSync().values as BigInt64Array

describe('ephemeris out of three files that overlap and leave a gap', () => {
  let result: JobResult
  let cdf: Cdf
  beforeAll(async () => {
    result = await run(morning, noon, later)
    cdf = await readCdfFile(result.path(NAME))
  })

  test('has each half minute that the orbit covers, once', () => {
    expect([result.code, result.stderr]).toEqual([0, ''])
    const time = timeOf(cdf)
    const steps = Array.from(time.slice(1), (t, i) => Number(t - (time[i] ?? 0n)) / 30e9)
    expect(time.length).toBe(8 * 120 + 120 - 2)
    expect(steps.filter(step => step !== 1)).toEqual([482])
  })

  test('positions between records are the true ones to 10 m, also near perigee', () => {
    const [time, position] = [timeOf(cdf), column<Float64Array>(cdf, 'r_gse')]
    for (let i = 0; i < time.length; i += 11) {
      const truth = truePosition(mmsFlight().world, 'mms1', tai1958FromTt2000(tt2000(time[i] ?? 0n)))
      truth.forEach((km, k) => expect(Math.abs((position[3 * i + k] ?? 0) - km)).toBeLessThan(0.01))
    }
  })

  test('attitude is FILLVAL where its file does not reach, and counted', () => {
    const quaternions = column<Float64Array>(cdf, 'quat_eci_to_bcs')
    expect(Math.hypot(...quaternions.slice(400, 404))).toBeCloseTo(1, 9)
    expect(Array.from(quaternions.slice(-4))).toEqual([-1e31, -1e31, -1e31, -1e31])
    const fills = quaternions.filter(q => q === -1e31).length / 4
    expect(cdf.attributes.get('Records_without_attitude')?.[0]?.value).toBe(String(fills))
  })

  test('no ISTP error', async () => {
    expect((await checkIstp(cdf, { fileName: NAME })).filter(({ severity }) => severity === 'error')).toEqual([])
  })

  test('the same job makes the same bytes', async () => {
    const again = await run(morning, noon, later)
    expect(readFileSync(again.path(NAME)).equals(readFileSync(result.path(NAME)))).toBe(true)
  })

  test.skipIf(!sharedIsThere)(`names, types and shapes are those of the mission's own file${sharedNote}`, async () => {
    const theirs = await readCdfFile(
      sharedPath('real', 'mms', 'sdc', 'mms1/mec/brst/l2/epht89q/2016/12/09/mms1_mec_brst_l2_epht89q_20161209090305_v2.2.0.cdf'),
    )
    for (const variable of cdf.variables.values()) {
      const same = theirs.variables.get(variable.name)
      expect([variable.name, same?.type, same?.dims]).toEqual([variable.name, variable.type, variable.dims])
    }
  })
})

test('an orbit of another day is no data; a torn one fails with its line', async () => {
  const other = putFile(folder, 'MMS1_DEFEPH_2026322_2026323.V00', renderSpan('ephemeris', '2026-11-18T00:00:00Z', '2026-11-18T00:10:00Z'))
  const none = await run(other)
  expect([none.code, none.stderr]).toEqual([66, 'no moment of 2026-11-20T00:00:00Z to 2026-11-21T00:00:00Z lies inside the orbit files\n'])
  const torn = await run(putFile(folder, 'torn.V00', readFileSync(morning).subarray(0, 9000)))
  expect(torn.code).toBe(1)
  expect(torn.stderr).toMatch(/^line \d+: .*\n$/)
})
