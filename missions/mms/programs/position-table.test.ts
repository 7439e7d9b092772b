import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { EARTH_RADIUS_KM } from '#domain/orbit'
import { truePosition } from '#domain/sim'
import { parseUtc, tai1958FromTt2000 } from '#formats/time'
import { sharedIsThere, sharedNote, sharedPath } from '#test/shared'
import { emptyFolder, mmsFlight, putFile, renderSpan } from '#test/mms-flight'
import { makeJob, runJob, type JobPlan, type JobResult } from '#test/run-job'

const NAME = 'mms1_mec_srvy_l2_posbrief_20261120_v1.0.0.txt'
const program = fileURLToPath(new URL('./position_table.py', import.meta.url))
const folder = emptyFolder()

function hasPython(): boolean {
  try {
    execFileSync('python3', ['-c', 'pass'])
    return true
  } catch {
    return false
  }
}
const python = hasPython()

const run = (path: string, plan: Partial<JobPlan> = {}): Promise<JobResult> =>
  runJob(
    ['python3', program],
    makeJob({
      process: 'position-table',
      start: '2026-11-20T00:00:00Z',
      stop: '2026-11-21T00:00:00Z',
      outputs: { table: NAME },
      inputs: [['ephemeris', path]],
      ...plan,
    }),
  )
const rowsOf = (text: string): (readonly [string, ...number[]])[] =>
  text
    .split('\n')
    .filter(line => /^\d/.test(line))
    .map(line => {
      const [time = '', ...numbers] = line.split(/\s+/)
      return [time, ...numbers.map(Number)]
    })

describe.skipIf(!python)(`the table in Python${python ? '' : ' (left out: there is no python3)'}`, () => {
  const orbit = putFile(folder, 'MMS1_DEFEPH_2026324_2026325.V00', renderSpan('ephemeris', '2026-11-20T00:00:00Z', '2026-11-20T09:10:00Z'))

  test('has each full hour of the orbit, in GSE within 0.02 degrees', async () => {
    const result = await run(orbit)
    expect([result.code, result.stderr]).toEqual([0, ''])
    const rows = rowsOf(readFileSync(result.path(NAME), 'ascii'))
    expect(rows.map(([time]) => time.slice(11, 13))).toEqual(['01', '02', '03', '04', '05', '06', '07', '08', '09'])
    for (const [time, distance = 0, ...gse] of rows) {
      const truth = truePosition(mmsFlight().world, 'mms1', tai1958FromTt2000(parseUtc(time))).map(km => km / EARTH_RADIUS_KM)
      expect(Math.abs(distance - Math.hypot(...truth))).toBeLessThan(0.0002)
      truth.forEach((re, k) => expect(Math.abs((gse[k] ?? 0) - re) / distance).toBeLessThan(0.02 * (Math.PI / 180) + 0.0001))
    }
  })

  test('says that it is simulated, and from what it was made', async () => {
    const text = readFileSync((await run(orbit)).path(NAME), 'ascii')
    expect(text).toContain('# SIMULATED DATA')
    expect(text).toContain('# parents: MMS1_DEFEPH_2026324_2026325.V00\n')
    expect(text).toContain('# made: 2026-11-23T00:00:00Z  by: apsis 0.1.0, position_table.py\n')
  })

  test('no full hour is no data; no ephemeris and a torn job file are one clear line', async () => {
    const other = await run(orbit, { start: '2026-11-25T00:00:00Z', stop: '2026-11-26T00:00:00Z' })
    expect([other.code, other.stderr.split('\n').length]).toEqual([66, 2])
    const text = await run(putFile(folder, 'text.V00', 'ReferenceFrame = Mean of J2000\nKm/Sec\n2019-027/00:05:53.203 1 2 x\n'))
    expect([text.code, text.stderr]).toEqual([1, "text.V00: line 3 is not an ephemeris record (could not convert string to float: 'x')\n"])
    const torn = await runJob(['python3', program], '{')
    expect([torn.code, torn.stderr.split('\n').length]).toEqual([1, 2])
  })

  test('the wished fault of a demonstration ends with 75 at the first attempt only', async () => {
    const parameters = { simulateFault: { spacecraft: ['mms1'], attempts: 1, message: 'the licence server did not answer' } }
    const [first, second] = [await run(orbit, { parameters }), await run(orbit, { parameters, attempt: 2 })]
    expect([first.code, first.stderr, second.code]).toEqual([75, 'the licence server did not answer\n', 0])
  })

  test.skipIf(!sharedIsThere)(`reads a real orbit: out and back in one day${sharedNote}`, async () => {
    const real = sharedPath('real', 'mms', 'sdc', 'ancillary/mms1/defeph/MMS1_DEFEPH_2019027_2019028.V01')
    const result = await run(real, { start: '2019-01-27T00:00:00Z', stop: '2019-01-28T00:00:00Z' })
    const rows = rowsOf(readFileSync(result.path(NAME), 'ascii'))
    expect(rows).toHaveLength(23)
    expect(Math.max(...rows.map(([, distance = 0]) => distance))).toBeGreaterThan(21)
  })
})
