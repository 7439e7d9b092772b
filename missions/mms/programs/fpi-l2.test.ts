import { fileURLToPath } from 'node:url'
import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { readCdfFile } from '#doors/cdf-node'
import { truePlasma, trueSpectrum } from '#domain/sim'
import { checkIstp, type Cdf } from '#formats/cdf'
import { tai1958FromTt2000, tt2000 } from '#formats/time'
import { sharedIsThere, sharedNote, sharedPath } from '#test/shared'
import { emptyFolder, mmsFlight, putFile, renderSpan } from '#test/mms-flight'
import { makeJob, runJob, type JobResult } from '#test/run-job'

const L1A = 'mms1_fpi_fast_l1a_20261120080000_v0.0.0.cdf'
const outputs = {
  ions: 'mms1_fpi_fast_l2_dis-moms_20261120080000_v3.0.0.cdf',
  electrons: 'mms1_fpi_fast_l2_des-moms_20261120080000_v3.0.0.cdf',
}
const span = { start: '2026-11-20T08:00:00Z', stop: '2026-11-20T10:00:00Z' }
const decommutate = fileURLToPath(new URL('../../../src/apps/processors/decommutate.ts', import.meta.url))
const program = fileURLToPath(new URL('./fpi-l2.ts', import.meta.url))
const folder = emptyFolder()

let l1a = ''
const attitude = (from: string, to: string): string =>
  putFile(folder, `MMS1_DEFATT_2026324_2026325.V${to.slice(14, 16)}`, renderSpan('attitude', from, to))
const moments = (attitudePath: string): Promise<JobResult> =>
  runJob(
    [process.execPath, program],
    makeJob({
      process: 'moments-fpi',
      ...span,
      outputs,
      inputs: [
        ['l1a', l1a],
        ['attitude', attitudePath],
      ],
      parameters: { calibration: 'calibration/fpi.yaml' },
    }),
  )
const column = <Values>(cdf: Cdf, name: string): Values => cdf.variables.get(name)?.readSync().values as Values

beforeAll(async () => {
  const telemetry = putFile(folder, 'telemetry.pkts', renderSpan('telemetry', '2026-11-20T08:00:00Z', '2026-11-20T08:30:00Z'))
  const parameters = { packets: 'packets/mms.xml', plan: 'packets/fpi-l1a.yaml' }
  const job = makeJob({ process: 'decommutate-fpi', ...span, inputs: [['telemetry', telemetry]], outputs: { l1a: L1A }, parameters })
  l1a = (await runJob([process.execPath, decommutate], job)).path(L1A)
})

describe('spectra and moments', () => {
  let result: JobResult
  const cdfs: Partial<Record<'dis' | 'des', Cdf>> = {}
  beforeAll(async () => {
    result = await moments(attitude('2026-11-20T07:50:00Z', '2026-11-20T08:40:00Z'))
    cdfs.dis = await readCdfFile(result.path(outputs.ions))
    cdfs.des = await readCdfFile(result.path(outputs.electrons))
  })
  const cdfOf = (species: 'dis' | 'des'): Cdf => cdfs[species] as Cdf
  const middle = (time: BigInt64Array, i: number): number => tai1958FromTt2000(tt2000(time[i] ?? 0n)) + 2.25

  test('both files come from one job', () => expect([result.code, result.stderr]).toEqual([0, '']))

  test.each([
    ['dis', 'ion'],
    ['des', 'electron'],
  ] as const)('%s: moments are the true ones within the noise of the instrument', (inst, species) => {
    const time = column<BigInt64Array>(cdfOf(inst), 'Epoch')
    const density = column<Float32Array>(cdfOf(inst), `mms1_${inst}_numberdensity_fast`)
    const velocity = column<Float32Array>(cdfOf(inst), `mms1_${inst}_bulkv_gse_fast`)
    const along = column<Float32Array>(cdfOf(inst), `mms1_${inst}_temppara_fast`)
    expect(time.length).toBeGreaterThan(390)
    for (let i = 0; i < time.length; i += 7) {
      const truth = truePlasma(mmsFlight().world, 'mms1', middle(time, i), species)
      // Five deviations: 1.5 percent of density and temperature, 2.2 and 9 km/s of a velocity's component.
      expect(Math.abs((density[i] ?? 0) - truth.density)).toBeLessThan(0.075 * truth.density + 0.006)
      expect(Math.abs((along[i] ?? 0) / truth.parallel - 1)).toBeLessThan(0.08)
      ;[truth.vx, truth.vy, truth.vz].forEach((v, k) =>
        expect(Math.abs((velocity[3 * i + k] ?? 0) - v)).toBeLessThan(species === 'ion' ? 12 : 46),
      )
    }
  })

  test.each([
    ['dis', 'ion'],
    ['des', 'electron'],
  ] as const)('%s: energy flux is the true one where counts are many', (inst, species) => {
    const time = column<BigInt64Array>(cdfOf(inst), 'Epoch')
    const flux = column<Float32Array>(cdfOf(inst), `mms1_${inst}_energyspectr_omni_fast`)
    const energy = column<Float32Array>(cdfOf(inst), `mms1_${inst}_energy_fast`)
    const energies = Float64Array.from(energy.slice(0, 32))
    const [ours, truth] = [new Float64Array(32), new Float64Array(32)]
    for (let i = 0; i < time.length; i++) {
      const spectrum = trueSpectrum(mmsFlight().world, 'mms1', middle(time, i), species, energies)
      for (let k = 0; k < 32; k++) {
        ours[k] = (ours[k] ?? 0) + (flux[32 * i + k] ?? 0)
        truth[k] = (truth[k] ?? 0) + (spectrum[k] ?? 0)
      }
    }
    const best = Math.max(...truth)
    truth.forEach((value, k) => {
      if (value > best / 10) expect(Math.abs((ours[k] ?? 0) / value - 1)).toBeLessThan(0.03)
    })
    expect(energy.slice(32, 64)).toEqual(energy.slice(0, 32))
  })

  test('no ISTP error in either', async () => {
    for (const [inst, name] of [
      ['dis', outputs.ions],
      ['des', outputs.electrons],
    ] as const)
      expect((await checkIstp(cdfOf(inst), { fileName: name })).filter(({ severity }) => severity === 'error')).toEqual([])
  })

  test.skipIf(!sharedIsThere)(`names, types and shapes are those of the mission's own files${sharedNote}`, async () => {
    for (const inst of ['dis', 'des'] as const) {
      const theirs = await readCdfFile(
        sharedPath('real', 'mms', 'sdc', `mms1/fpi/fast/l2/${inst}-moms/2015/12/mms1_fpi_fast_l2_${inst}-moms_20151201100000_v3.3.0.cdf`),
      )
      for (const variable of cdfOf(inst).variables.values()) {
        const same = theirs.variables.get(variable.name)
        expect([variable.name, same?.type, same?.dims, same?.recordVarying]).toEqual([
          variable.name,
          variable.type,
          variable.dims,
          variable.recordVarying,
        ])
      }
    }
  })

  test('the same job makes the same bytes', async () => {
    const again = await moments(attitude('2026-11-20T07:50:00Z', '2026-11-20T08:40:00Z'))
    for (const name of Object.values(outputs)) expect(readFileSync(again.path(name)).equals(readFileSync(result.path(name)))).toBe(true)
  })
})

test('records without attitude are left out; without any there is no data', async () => {
  const half = await moments(attitude('2026-11-20T07:50:00Z', '2026-11-20T08:15:00Z'))
  const cdf = await readCdfFile(half.path(outputs.ions))
  // The last record of attitude lies up to 10 s before the end of its file, and is carried 10 s on.
  const kept = column<BigInt64Array>(cdf, 'Epoch').length
  expect(kept).toBeGreaterThanOrEqual(199)
  expect(kept).toBeLessThanOrEqual(203)
  expect(Number(cdf.attributes.get('Records_without_attitude')?.[0]?.value)).toBe(
    column<BigInt64Array>(await readCdfFile(l1a), 'Epoch').length - kept,
  )
  const none = await moments(attitude('2026-11-20T01:00:00Z', '2026-11-20T01:05:00Z'))
  expect([none.code, none.stderr]).toEqual([66, 'attitude covers no spectrum of 2026-11-20T08:00:00Z to 2026-11-20T10:00:00Z\n'])
})
