import { fileURLToPath } from 'node:url'
import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { readCdfFile } from '#doors/cdf-node'
import { frameRotation, rotate, type Vector3 } from '#domain/orbit'
import { trueField, truePosition } from '#domain/sim'
import { checkIstp, type Cdf } from '#formats/cdf'
import { formatUtc, tai1958FromTt2000, tt2000 } from '#formats/time'
import { sharedIsThere, sharedNote, sharedPath } from '#test/shared'
import { emptyFolder, missionFolder, mmsFlight, putFile, renderSpan } from '#test/mms-flight'
import { makeJob, runJob, type JobPlan, type JobResult } from '#test/run-job'

const NAME = 'mms1_fgm_srvy_l2_20261120_v5.0.0.cdf'
const L1A = 'mms1_dfg_srvy_l1a_20261120_v0.0.0.cdf'
const day = { start: '2026-11-20T00:00:00Z', stop: '2026-11-21T00:00:00Z' }
const decommutate = fileURLToPath(new URL('../../../src/apps/processors/decommutate.ts', import.meta.url))
const program = fileURLToPath(new URL('./fgm-l2.ts', import.meta.url))
const folder = emptyFolder()
// Two contacts with a gap between: in the first the range changes, in the second slow survey becomes fast at 6.5 Earth radii.
const stretches = [
  ['2026-11-20T01:35:00Z', '2026-11-20T01:55:00Z'],
  ['2026-11-20T03:15:00Z', '2026-11-20T03:40:00Z'],
] as const
const attitude = (to: string): string =>
  putFile(folder, `MMS1_DEFATT_2026324_2026325.V${to.slice(14, 16)}`, renderSpan('attitude', '2026-11-20T01:30:00Z', to))
const ephemeris = putFile(
  folder,
  'MMS1_DEFEPH_2026324_2026325.V00',
  renderSpan('ephemeris', '2026-11-20T01:30:00Z', '2026-11-20T03:50:00Z'),
)

let l1a = ''
const calibrate = (plan: Partial<JobPlan>): Promise<JobResult> =>
  runJob(
    [process.execPath, program],
    makeJob({
      process: 'calibrate-fgm',
      ...day,
      outputs: { field: NAME },
      parameters: { calibration: 'calibration/fgm.yaml' },
      inputs: [
        ['l1a', l1a],
        ['attitude', attitude('2026-11-20T03:50:00Z')],
        ['ephemeris', ephemeris],
      ],
      ...plan,
    }),
  )

const column = <Values>(cdf: Cdf, name: string): Values => cdf.variables.get(name)?.readSync().values as Values

/** Root mean square and mean of the difference to the truth in one range, nT. */
function compareWithTruth(cdf: Cdf, range: 0 | 1): { readonly rms: number; readonly worstMean: number } {
  const time = column<BigInt64Array>(cdf, 'Epoch')
  const field = column<Float32Array>(cdf, 'mms1_fgm_b_gse_srvy_l2')
  const sums = [0, 0, 0]
  let [squares, count] = [0, 0]
  const ranges = column<Uint8Array>(cdf, 'mms1_fgm_hirange_srvy_l2')
  for (let i = 0; i < time.length; i += 37) {
    if (ranges[i] !== range) continue
    count++
    const truth = trueField(mmsFlight().world, 'mms1', tai1958FromTt2000(tt2000(time[i] ?? 0n)))
    truth.forEach((b, k) => {
      const apart = (field[4 * i + k] ?? 0) - b
      squares += apart ** 2
      sums[k] = (sums[k] ?? 0) + apart
    })
  }
  return { rms: Math.sqrt(squares / count / 3), worstMean: Math.max(...sums.map(sum => Math.abs(sum / count))) }
}

beforeAll(async () => {
  const telemetry = stretches.map(
    ([from, to], i) => ['telemetry', putFile(folder, `${i}.pkts`, renderSpan('telemetry', from, to))] as const,
  )
  const parameters = { packets: 'packets/mms.xml', plan: 'packets/fgm-l1a.yaml' }
  const job = makeJob({ process: 'decommutate-fgm', ...day, inputs: telemetry, outputs: { l1a: L1A }, parameters })
  l1a = (await runJob([process.execPath, decommutate], job)).path(L1A)
})

describe('the calibrated field', () => {
  let result: JobResult
  let cdf: Cdf
  beforeAll(async () => {
    result = await calibrate({})
    cdf = await readCdfFile(result.path(NAME))
  })

  test('is the true field within the noise of 0.025 nT and the finest count', () => {
    expect([result.code, result.stderr]).toEqual([0, ''])
    const { rms, worstMean } = compareWithTruth(cdf, 0)
    expect(rms).toBeLessThan(0.03)
    expect(worstMean).toBeLessThan(0.006)
    // Near the Earth a count is 0.32 nT (0.092 rms), and attitude's last digit turns 1000 nT by 0.01 nT.
    expect(compareWithTruth(cdf, 1).rms).toBeLessThan(0.12)
  })

  test('has one magnitude in all frames, the fourth component', () => {
    const vectors = ['bcs', 'dmpa', 'gse', 'gsm'].map(frame => column<Float32Array>(cdf, `mms1_fgm_b_${frame}_srvy_l2`))
    for (let i = 0; i < (vectors[0]?.length ?? 0) / 4; i += 101)
      // Each of the four is rounded to 1/1024 nT.
      for (const v of vectors)
        expect(Math.abs(Math.hypot(v[4 * i] ?? 0, v[4 * i + 1] ?? 0, v[4 * i + 2] ?? 0) - (v[4 * i + 3] ?? 0))).toBeLessThan(0.002)
  })

  test('is turned into GSM at each moment', () => {
    const time = column<BigInt64Array>(cdf, 'Epoch')
    const [gse, gsm] = ['gse', 'gsm'].map(frame => column<Float32Array>(cdf, `mms1_fgm_b_${frame}_srvy_l2`)) as [Float32Array, Float32Array]
    for (let i = 0; i < time.length; i += 503) {
      const vector: Vector3 = [gse[4 * i] ?? 0, gse[4 * i + 1] ?? 0, gse[4 * i + 2] ?? 0]
      const turned = rotate(frameRotation('gse', 'gsm', tt2000(time[i] ?? 0n)), vector)
      turned.forEach((b, k) => expect(Math.abs((gsm[4 * i + k] ?? 0) - b)).toBeLessThan(0.003))
    }
  })

  test('spins in body axes and stands still when despun', () => {
    const change = (frame: string): number => {
      const v = column<Float32Array>(cdf, `mms1_fgm_b_${frame}_srvy_l2`)
      // Half a spin of 19.67 s at 16 vectors a second.
      const [a, b] = [v.length / 4 - 400, v.length / 4 - 400 + 157]
      return Math.abs((v[4 * a] ?? 0) - (v[4 * b] ?? 0)) + Math.abs((v[4 * a + 1] ?? 0) - (v[4 * b + 1] ?? 0))
    }
    expect(change('bcs')).toBeGreaterThan(20)
    expect(change('dmpa')).toBeLessThan(8)
  })

  test('has positions at the times of the ephemeris, in the same frames', () => {
    const time = column<BigInt64Array>(cdf, 'Epoch_state')
    const position = column<Float32Array>(cdf, 'mms1_fgm_r_gse_srvy_l2')
    expect(time.length).toBeGreaterThanOrEqual(62)
    const truth = truePosition(mmsFlight().world, 'mms1', tai1958FromTt2000(tt2000(time[30] ?? 0n)))
    truth.forEach((km, k) => expect(Math.abs((position[120 + k] ?? 0) - km)).toBeLessThan(0.5))
  })

  test('knows both rates and both ranges', () => {
    const [rate, range] = [column<Float32Array>(cdf, 'mms1_fgm_mode_srvy_l2'), column<Uint8Array>(cdf, 'mms1_fgm_hirange_srvy_l2')]
    expect([[...new Set(rate)], [...new Set(range)]]).toEqual([
      [8, 16],
      [1, 0],
    ])
    expect(column<Float32Array>(cdf, 'mms1_fgm_bdeltahalf_srvy_l2')[0]).toBe(0.5 / (rate[0] ?? 1))
  })

  test('has no ISTP error, its parents by name, and is equal to the bit when made again', async () => {
    expect((await checkIstp(cdf, { fileName: NAME })).filter(({ severity }) => severity === 'error')).toEqual([])
    expect(cdf.attributes.get('Parents')?.map(({ value }) => value)).toContain(`CDF>${L1A.slice(0, -4)}`)
    const again = await calibrate({})
    expect(readFileSync(again.path(NAME)).equals(readFileSync(result.path(NAME)))).toBe(true)
  })
})

describe('attitude that does not reach', () => {
  test('samples beyond it are left out and said so; those within ten seconds are flagged', async () => {
    const result = await calibrate({
      inputs: [
        ['l1a', l1a],
        ['attitude', attitude('2026-11-20T03:30:00Z')],
        ['ephemeris', ephemeris],
      ],
    })
    const cdf = await readCdfFile(result.path(NAME))
    const time = column<BigInt64Array>(cdf, 'Epoch')
    expect(formatUtc(tt2000(time.at(-1) ?? 0n), 0)).toMatch(/^2026-11-20T03:(29:5|30:0)/)
    const flags = column<Uint32Array>(cdf, 'mms1_fgm_flag_srvy_l2')
    expect(flags.at(-1)).toBe(1)
    expect(flags.filter(flag => flag !== 0).length).toBeGreaterThan(70)
    expect(flags.filter(flag => flag !== 0).length).toBeLessThanOrEqual(161)
    expect(compareWithTruth(cdf, 0).rms).toBeLessThan(0.03)
    const [said] = cdf.attributes.get('Samples_without_attitude') ?? []
    expect(said?.value).toMatch(/^\d+ of \d+ samples left out: the attitude files do not reach them$/)
  })

  test('none at all is no data, with the span that lacks it', async () => {
    const before = putFile(
      folder,
      'MMS1_DEFATT_2026323_2026324.V00',
      renderSpan('attitude', '2026-11-19T03:00:00Z', '2026-11-19T03:10:00Z'),
    )
    const result = await calibrate({
      inputs: [
        ['l1a', l1a],
        ['attitude', before],
        ['ephemeris', ephemeris],
      ],
    })
    expect(result.code).toBe(66)
    expect(result.stderr).toMatch(/^attitude covers none of the \d+ samples from 2026-11-20T01:\S+ to 2026-11-20T03:\S+\n$/)
  })
})

test('an orbit that lies elsewhere leaves the positions empty and the field whole', async () => {
  const elsewhere = putFile(
    folder,
    'MMS1_DEFEPH_2026322_2026323.V00',
    renderSpan('ephemeris', '2026-11-18T03:00:00Z', '2026-11-18T03:10:00Z'),
  )
  const result = await calibrate({
    inputs: [
      ['l1a', l1a],
      ['attitude', attitude('2026-11-20T03:50:00Z')],
      ['ephemeris', elsewhere],
    ],
  })
  const cdf = await readCdfFile(result.path(NAME))
  expect([result.code, cdf.variables.get('Epoch_state')?.records, cdf.variables.get('mms1_fgm_r_gse_srvy_l2')?.records]).toEqual([0, 0, 0])
  expect(compareWithTruth(cdf, 0).rms).toBeLessThan(0.03)
})

describe('what cannot be calibrated', () => {
  test('a range that the table does not know fails and names it', async () => {
    const text = readFileSync(`${missionFolder}calibration/fgm.yaml`, 'utf8').replaceAll('[0.02, 0.32, 2.0]', '[0.02]')
    const result = await calibrate({ parameters: { calibration: putFile(folder, 'one-range.yaml', text) } })
    expect([result.code, result.stderr]).toEqual([1, 'range 1 of the magnetometer has no nT per count in the calibration table\n'])
  })

  test('a day before the first row of the table fails and names it', async () => {
    const late = readFileSync(`${missionFolder}calibration/fgm.yaml`, 'utf8').replaceAll(/from: '.*'/g, "from: '2027-01-01'")
    const result = await calibrate({ parameters: { calibration: putFile(folder, 'late.yaml', late) } })
    expect([result.code, result.stderr]).toEqual([1, 'late.yaml: no row for field of mms1 is in force on 2026-11-20\n'])
  })

  test('an input that is no L1A file of this spacecraft fails and names the variable', async () => {
    const result = await calibrate({
      inputs: [
        ['l1a', (await calibrate({})).path(NAME)],
        ['attitude', attitude('2026-11-20T03:50:00Z')],
        ['ephemeris', ephemeris],
      ],
    })
    expect([result.code, result.stderr]).toEqual([1, `${NAME} has no variable mms1_dfg_counts_srvy_l1a\n`])
  })
})

describe.skipIf(!sharedIsThere)(`names and shapes of the mission's own file${sharedNote}`, () => {
  test('each variable of ours is theirs, of the same type and shape', async () => {
    const theirs = await readCdfFile(
      sharedPath('real', 'mms', 'sdc', 'mms1/fgm/brst/l2/2016/12/09/mms1_fgm_brst_l2_20161209090304_v5.87.0.cdf'),
    )
    const ours = await readCdfFile((await calibrate({})).path(NAME))
    const kind = (type: string): string => type.replace('CDF_FLOAT', 'CDF_REAL4')
    for (const variable of ours.variables.values()) {
      const same = theirs.variables.get(variable.name.replace('_srvy_', '_brst_'))
      expect([variable.name, kind(same?.type ?? ''), same?.dims]).toEqual([variable.name, kind(variable.type), variable.dims])
    }
  })
})
