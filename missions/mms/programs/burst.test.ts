import { fileURLToPath } from 'node:url'
import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { readCdfFile } from '#doors/cdf-node'
import { burstFile, burstRegions, renderFile, trueField, truePlasma, truePosition } from '#domain/sim'
import { checkIstp, type Cdf } from '#formats/cdf'
import { formatUtc, parseUtc, tai1958FromTt2000, tt2000, tt2000FromTai1958 } from '#formats/time'
import { sharedIsThere, sharedNote, sharedPath } from '#test/shared'
import { emptyFolder, mmsFlight, putFile, renderSpan } from '#test/mms-flight'
import { makeJob, runJob, type JobResult } from '#test/run-job'

const { world } = mmsFlight()
const noon = tai1958FromTt2000(parseUtc('2026-11-20T12:00:00Z'))
const [region = 0] = burstRegions(world, noon, noon + 7200)[0] ?? []
// A segment of three buffers.
const [from, to] = [region + 600, region + 630]
const utc = (tai: number): string => formatUtc(tt2000FromTai1958(tai), 0)
const tag = utc(from).replaceAll(/[-:TZ]/g, '')
const segment = { start: utc(from), stop: utc(to) }
const programOf = (path: string): readonly [string, string] => [process.execPath, fileURLToPath(new URL(path, import.meta.url))]
const folder = emptyFolder()
const name = (product: string, version: string): string => `mms1_${product}_${tag}_v${version}.cdf`
const columnOf = <Values>(cdf: Cdf, variable: string): Values => cdf.variables.get(variable)?.readSync().values as Values
const taiOf = (time: BigInt64Array, i: number): number => tai1958FromTt2000(tt2000(time[i] ?? 0n))

/** One pass: the buffers from the first to before the last. */
const pass = (first: number, last: number): readonly [string, string] => {
  const file = burstFile(world.parameters, { craft: 0, from: from + 10 * first, to: from + 10 * last, created: to })
  return ['telemetry', putFile(folder, file.name, renderFile(mmsFlight(), file))]
}
const decommutate = (product: 'dfg' | 'fpi', ...passes: readonly (readonly [string, string])[]): Promise<JobResult> =>
  runJob(
    programOf('../../../src/apps/processors/decommutate.ts'),
    makeJob({
      process: `decommutate-${product}-burst`,
      ...segment,
      inputs: passes,
      outputs: { l1a: name(`${product}_brst_l1a`, '0.0.0') },
      parameters: { packets: 'packets/mms.xml', plan: `packets/${product === 'dfg' ? 'fgm' : 'fpi'}-l1a.yaml` },
    }),
  )
const around = [utc(from - 120), utc(to + 120)] as const
const attitude = putFile(folder, 'MMS1_DEFATT_2026324_2026325.V00', renderSpan('attitude', ...around))
const ephemeris = putFile(folder, 'MMS1_DEFEPH_2026324_2026325.V00', renderSpan('ephemeris', ...around))
const errorsOf = async (cdf: Cdf, fileName: string) => (await checkIstp(cdf, { fileName })).filter(({ severity }) => severity === 'error')

const l1a = { dfg: '', fpi: '' }
beforeAll(async () => {
  // The second buffer comes down twice, in passes of the wrong order.
  for (const product of ['dfg', 'fpi'] as const) {
    const made = await decommutate(product, pass(1, 3), pass(0, 2))
    expect([made.code, made.stderr]).toEqual([0, ''])
    l1a[product] = made.path(name(`${product}_brst_l1a`, '0.0.0'))
  }
})

describe('burst to Level 1A', () => {
  test('passes that overlap give each sample once, without a gap', async () => {
    const field = await readCdfFile(l1a.dfg)
    expect(field.attributes.get('Packet_statistics')?.map(({ value }) => value)).toEqual(
      expect.arrayContaining(['packets=60', 'duplicates=20', 'gaps=0', 'conflicts=0', 'outside=0']),
    )
    expect(columnOf<BigInt64Array>(field, 'Epoch').length).toBe(30 * 128)
    expect(columnOf<Float32Array>(field, 'mms1_dfg_rate_brst_l1a')[0]).toBe(128)
    const plasma = await readCdfFile(l1a.fpi)
    expect([columnOf<BigInt64Array>(plasma, 'Epoch').length, columnOf<BigInt64Array>(plasma, 'Epoch_des').length]).toEqual([200, 1000])
    for (const [cdf, path] of [
      [field, name('dfg_brst_l1a', '0.0.0')],
      [plasma, name('fpi_brst_l1a', '0.0.0')],
    ] as const)
      expect(await errorsOf(cdf, path)).toEqual([])
  })

  test('what came down first is a file of its own that the rest makes longer', async () => {
    const first = await readCdfFile((await decommutate('dfg', pass(0, 1))).path(name('dfg_brst_l1a', '0.0.0')))
    expect(columnOf<BigInt64Array>(first, 'Epoch').length).toBe(10 * 128)
    const whole = columnOf<Int16Array>(await readCdfFile(l1a.dfg), 'mms1_dfg_counts_brst_l1a')
    expect(columnOf<Int16Array>(first, 'mms1_dfg_counts_brst_l1a')).toEqual(whole.slice(0, 10 * 128 * 3))
  })
})

describe('the field of a burst', () => {
  const file = name('fgm_brst_l2', '5.0.0')
  let cdf: Cdf
  beforeAll(async () => {
    const result = await runJob(
      programOf('fgm-l2.ts'),
      makeJob({
        process: 'calibrate-fgm-burst',
        ...segment,
        outputs: { field: file },
        parameters: { calibration: 'calibration/fgm.yaml' },
        inputs: [
          ['l1a', l1a.dfg],
          ['attitude', attitude],
          ['ephemeris', ephemeris],
        ],
      }),
    )
    expect([result.code, result.stderr]).toEqual([0, ''])
    cdf = await readCdfFile(result.path(file))
  })

  test('is the true field 128 times a second within the noise of 0.025 nT', () => {
    const [time, field] = [columnOf<BigInt64Array>(cdf, 'Epoch'), columnOf<Float32Array>(cdf, 'mms1_fgm_b_gse_brst_l2')]
    expect(time.length).toBe(30 * 128)
    const steps = Array.from(time.slice(1), (t, i) => Number(t - (time[i] ?? 0n)) / 7_812_500)
    expect(Math.max(...steps.map(step => Math.abs(step - 1)))).toBeLessThan(0.003)
    let squares = 0
    for (let i = 0; i < time.length; i += 11)
      trueField(world, 'mms1', taiOf(time, i)).forEach((b, k) => (squares += ((field[4 * i + k] ?? 0) - b) ** 2))
    expect(Math.sqrt(squares / Math.ceil(time.length / 11) / 3)).toBeLessThan(0.03)
  })

  test('has no ISTP error', async () => expect(await errorsOf(cdf, file)).toEqual([]))

  test.skipIf(!sharedIsThere)(`names, types and shapes are those of the mission's own burst file${sharedNote}`, async () => {
    const theirs = await readCdfFile(
      sharedPath('real', 'mms', 'sdc', 'mms1/fgm/brst/l2/2016/12/09/mms1_fgm_brst_l2_20161209090304_v5.87.0.cdf'),
    )
    const kind = (type = ''): string => type.replace('CDF_FLOAT', 'CDF_REAL4')
    for (const { name: variable, type, dims } of cdf.variables.values()) {
      const same = theirs.variables.get(variable)
      expect([variable, kind(same?.type), same?.dims]).toEqual([variable, kind(type), dims])
    }
  })
})

describe('the plasma of a burst', () => {
  const outputs = { ions: name('fpi_brst_l2_dis-moms', '3.0.0'), electrons: name('fpi_brst_l2_des-moms', '3.0.0') }
  let result: JobResult
  beforeAll(async () => {
    result = await runJob(
      programOf('fpi-l2.ts'),
      makeJob({
        process: 'moments-fpi-burst',
        ...segment,
        outputs,
        parameters: { calibration: 'calibration/fpi.yaml', seconds: { dis: 0.15, des: 0.03 } },
        inputs: [
          ['l1a', l1a.fpi],
          ['attitude', attitude],
        ],
      }),
    )
    expect([result.code, result.stderr]).toEqual([0, ''])
  })

  test.each([
    ['dis', 'ion', outputs.ions, 0.15, 200],
    ['des', 'electron', outputs.electrons, 0.03, 1000],
  ] as const)('%s: moments are the true ones, every %s spectrum', async (inst, species, file, seconds, count) => {
    const cdf = await readCdfFile(result.path(file))
    const [time, density] = [columnOf<BigInt64Array>(cdf, 'Epoch'), columnOf<Float32Array>(cdf, `mms1_${inst}_numberdensity_brst`)]
    const velocity = columnOf<Float32Array>(cdf, `mms1_${inst}_bulkv_gse_brst`)
    expect([time.length, columnOf<Float32Array>(cdf, 'Epoch_plus_var')[0]]).toEqual([count, Math.fround(seconds)])
    for (let i = 0; i < count; i += 13) {
      const truth = truePlasma(world, 'mms1', taiOf(time, i) + seconds / 2, species)
      expect(Math.abs((density[i] ?? 0) - truth.density)).toBeLessThan(0.075 * truth.density + 0.006)
      expect(Math.abs((velocity[3 * i] ?? 0) - truth.vx)).toBeLessThan(species === 'ion' ? 12 : 46)
    }
    expect(await errorsOf(cdf, file)).toEqual([])
  })

  test.skipIf(!sharedIsThere)(`names, types and shapes are those of the mission's own burst file${sharedNote}`, async () => {
    const theirs = await readCdfFile(
      sharedPath('real', 'mms', 'sdc', 'mms1/fpi/brst/l2/dis-moms/2015/12/01/mms1_fpi_brst_l2_dis-moms_20151201101704_v3.3.0.cdf'),
    )
    for (const { name: variable, type, dims } of (await readCdfFile(result.path(outputs.ions))).variables.values()) {
      const same = theirs.variables.get(variable)
      expect([variable, same?.type, same?.dims]).toEqual([variable, type, dims])
    }
  })
})

test('the position of a burst every 30 ms is the true one to 10 m', async () => {
  const file = name('mec_brst_l2_epht89q', '2.0.0')
  const plan = {
    process: 'ephemeris-burst',
    ...segment,
    outputs: { l2: file },
    inputs: [
      ['ephemeris', ephemeris],
      ['attitude', attitude],
    ] as const,
  }
  const result = await runJob(programOf('mec-l2.ts'), makeJob({ ...plan, parameters: { step: 0.03 } }))
  expect([result.code, result.stderr]).toEqual([0, ''])
  const cdf = await readCdfFile(result.path(file))
  const [time, position] = [columnOf<BigInt64Array>(cdf, 'Epoch'), columnOf<Float64Array>(cdf, 'mms1_mec_r_gse')]
  expect(time.length).toBe(1000)
  for (let i = 0; i < time.length; i += 97)
    truePosition(world, 'mms1', taiOf(time, i)).forEach((km, k) => expect(Math.abs((position[3 * i + k] ?? 0) - km)).toBeLessThan(0.01))
  expect(readFileSync(result.path(file)).byteLength).toBeLessThan(3_000_000)
  const wrong = await runJob(programOf('mec-l2.ts'), makeJob({ ...plan, parameters: { step: 0 } }))
  expect([wrong.code, wrong.stderr]).toEqual([1, 'process ephemeris-burst: "step" is 0, it must be seconds of at least 0.001\n'])
})
