import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import { readCdfFile } from '#doors/cdf-node'
import { renderFile, trueField } from '#domain/sim'
import { checkIstp, type Cdf } from '#formats/cdf'
import { parseUtc, tai1958FromTt2000, tt2000 } from '#formats/time'
import { emptyFolder, mmsFlight, putFile, renderSpan } from '#test/mms-flight'
import { makeJob, runJob, type JobPlan, type JobResult } from '#test/run-job'

const day = { start: '2026-11-20T00:00:00Z', stop: '2026-11-21T00:00:00Z' }
// As a region of interest: the telemetry reaches beyond it on both sides.
const region = { start: '2026-11-20T08:05:03Z', stop: '2026-11-20T08:25:03Z' }
const telemetry = ['2026-11-20T08:00:00Z', '2026-11-20T08:30:00Z'] as const
const programOf = (path: string): readonly [string, string] => [process.execPath, fileURLToPath(new URL(path, import.meta.url))]
const folder = emptyFolder()
const columnOf = <Values>(cdf: Cdf, variable: string): Values => cdf.variables.get(variable)?.readSync().values as Values
const taiOf = (utc: string): number => tai1958FromTt2000(parseUtc(utc))

const [from, to] = [taiOf('2026-11-20T07:50:00Z'), taiOf('2026-11-20T08:40:00Z')]
const predicted = putFile(
  folder,
  'MMS1_PREDATT_2026324_2026325.V00',
  // Foretold an hour before, so that the spin phase is off by half a degree and more.
  renderFile(mmsFlight(), { kind: 'prediction', name: '', craft: 0, from, to, created: from - 3600, late: false, contacts: [] }),
)
const definitive = (until: string): string =>
  putFile(folder, `MMS1_DEFATT_2026324_2026325.V${until.slice(14, 16)}`, renderSpan('attitude', '2026-11-20T07:50:00Z', until))

const l1a = { dfg: '', fpi: '' }
beforeAll(async () => {
  const packets = putFile(folder, 'survey.pkts', renderSpan('telemetry', ...telemetry))
  for (const [inst, output, plan] of [
    ['dfg', 'mms1_dfg_srvy_l1a_20261120_v0.0.0.cdf', 'fgm'],
    ['fpi', 'mms1_fpi_fast_l1a_20261120080000_v0.0.0.cdf', 'fpi'],
  ] as const) {
    const parameters = { packets: 'packets/mms.xml', plan: `packets/${plan}-l1a.yaml` }
    const job = makeJob({ process: `decommutate-${plan}`, ...day, inputs: [['telemetry', packets]], outputs: { l1a: output }, parameters })
    l1a[inst] = (await runJob(programOf('../../../src/apps/processors/decommutate.ts'), job)).path(output)
  }
})

describe('the field for the scientist in the loop', () => {
  const file = 'mms1_dfg_srvy_ql_20261120080503_v0.0.0.cdf'
  const make = (...inputs: JobPlan['inputs']): Promise<JobResult> =>
    runJob(
      programOf('fgm-l2.ts'),
      makeJob({
        process: 'sitl-fgm',
        ...region,
        outputs: { field: file },
        parameters: { calibration: 'calibration/fgm.yaml' },
        inputs: [['l1a', l1a.dfg], ...inputs],
      }),
    )
  /** Greatest difference to the truth among samples whose attitude is definitive, or is not, nT. */
  const worst = (cdf: Cdf, doubtful: boolean): number => {
    const [time, field] = [columnOf<BigInt64Array>(cdf, 'Epoch'), columnOf<Float32Array>(cdf, 'mms1_dfg_b_gse_srvy_ql')]
    const flags = columnOf<Uint32Array>(cdf, 'mms1_dfg_flag_srvy_ql')
    const apart = Array.from(time, (t, i) =>
      i % 37 === 0 && ((flags[i] ?? 0) & 2) > 0 === doubtful
        ? Math.max(
            ...trueField(mmsFlight().world, 'mms1', tai1958FromTt2000(tt2000(t))).map((b, k) => Math.abs((field[4 * i + k] ?? 0) - b)),
          )
        : 0,
    )
    return Math.max(...apart)
  }

  test('is made with predicted attitude as soon as its telemetry is there, and every sample says so', async () => {
    const result = await make(['predicted', predicted])
    expect([result.code, result.stderr]).toEqual([0, ''])
    const cdf = await readCdfFile(result.path(file))
    const time = columnOf<BigInt64Array>(cdf, 'Epoch')
    // Of the day's counts those of the region, 16 a second.
    expect(time.length).toBe(1200 * 16)
    expect([(time[0] ?? 0n) >= parseUtc(region.start), (time.at(-1) ?? 0n) < parseUtc(region.stop)]).toEqual([true, true])
    expect(new Set(columnOf<Uint32Array>(cdf, 'mms1_dfg_flag_srvy_ql'))).toEqual(new Set([2]))
    // Half a degree of 60 nT is half a nT.
    expect(worst(cdf, true)).toBeGreaterThan(0.1)
    expect(worst(cdf, true)).toBeLessThan(1.5)
    expect((await checkIstp(cdf, { fileName: file })).filter(({ severity }) => severity === 'error')).toEqual([])
  })

  test('takes the definitive attitude as far as it reaches, and the predicted one behind it', async () => {
    const cdf = await readCdfFile((await make(['predicted', predicted], ['attitude', definitive('2026-11-20T08:15:00Z')])).path(file))
    const flags = columnOf<Uint32Array>(cdf, 'mms1_dfg_flag_srvy_ql')
    expect(flags.length).toBe(1200 * 16)
    expect(flags.filter(flag => (flag & 2) > 0).length / 16).toBeGreaterThan(590)
    expect(flags.filter(flag => (flag & 2) > 0).length / 16).toBeLessThan(680)
    expect(worst(cdf, false)).toBeLessThan(0.15)
  })

  test('without any attitude there is no data', async () => {
    const none = await make()
    expect([none.code, none.stderr.slice(0, 36)]).toEqual([66, 'attitude covers none of the 19200 sa'])
  })
})

test('the plasma for the scientist in the loop: both species in one file, each with its time', async () => {
  const file = 'mms1_fpi_fast_sitl_20261120080503_v0.0.0.cdf'
  const result = await runJob(
    programOf('fpi-l2.ts'),
    makeJob({
      process: 'sitl-fpi',
      ...region,
      outputs: { plasma: file },
      parameters: { calibration: 'calibration/fpi.yaml' },
      inputs: [
        ['l1a', l1a.fpi],
        ['predicted', predicted],
      ],
    }),
  )
  expect([result.code, result.stderr]).toEqual([0, ''])
  const cdf = await readCdfFile(result.path(file))
  for (const [epoch, variable] of [
    ['Epoch', 'mms1_dis_numberdensity_fast'],
    ['Epoch_des', 'mms1_des_numberdensity_fast'],
  ] as const) {
    expect(Math.abs(columnOf<BigInt64Array>(cdf, epoch).length - 1200 / 4.5)).toBeLessThan(1)
    expect(cdf.variables.get(variable)?.attributes.get('DEPEND_0')?.value).toBe(epoch)
    expect(cdf.variables.get(variable)?.records).toBe(columnOf<BigInt64Array>(cdf, epoch).length)
  }
  expect((await checkIstp(cdf, { fileName: file })).filter(({ severity }) => severity === 'error')).toEqual([])
})
