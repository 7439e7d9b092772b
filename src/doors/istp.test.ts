import { describe, expect, test } from 'vitest'
import { checkIstp, type Dataset } from '#formats/cdf'
import { constant, fillOf, globalAttributes, labels, series, spectrogram, support, timeAxis } from '#doors/istp'
import { emptyFolder, putFile } from '#test/mms-flight'
import { makeJob } from '#test/run-job'

const folder = emptyFolder()
const NAME = 'mms1_fpi_fast_l2_dis-moms_20261120060000_v3.4.5.cdf'
const job = makeJob({
  process: 'moments-fpi',
  start: '2026-11-20T06:00:00Z',
  stop: '2026-11-20T08:00:00Z',
  outputs: { ions: NAME },
  inputs: [
    ['l1a', putFile(folder, 'mms1_fpi_fast_l1a_20261120060000_v0.0.1.cdf', '')],
    ['attitude', putFile(folder, 'MMS1_DEFATT_2026324_2026325.V01', '')],
  ],
})
const output = job.outputs[0] as (typeof job.outputs)[number]
const words = { descriptor: 'DIS>Dual Ion Spectrometers', source: 'MMS1>MMS Satellite Number 1', timeResolution: '4.5 s', mods: ['First.'] }

describe('global attributes', () => {
  test('come from name, version, product words and inputs of the job', () => {
    expect(globalAttributes(job, output, words)).toMatchObject({
      Logical_file_id: NAME.slice(0, -4),
      Logical_source: 'mms1_fpi_fast_l2_dis-moms',
      Data_version: '3.4.5',
      Data_type: 'fast_l2_dis-moms>Fast Level 2 dis-moms',
      File_naming_convention: 'source_descriptor_datatype_yyyyMMddHHmmss',
      Generation_date: '20261123',
      Software_version: '0.1.0',
      Parents: ['CDF>mms1_fpi_fast_l1a_20261120060000_v0.0.1', 'MMS1_DEFATT_2026324_2026325.V01'],
      HTTP_LINK: ['https://example.org/'],
    })
  })

  test('say that data are simulated only when they are', () => {
    expect(globalAttributes(job, output, words)).toHaveProperty('Simulated')
    const real = globalAttributes({ ...job, simulated: false, inputs: [] }, { ...output, attributes: {} }, words)
    expect(real).not.toHaveProperty('Simulated')
    expect(real['TEXT']).toEqual(['Product under test', 'Made by a test.'])
    expect(real['Parents']).toEqual(['none'])
    expect(real).not.toHaveProperty('HTTP_LINK')
  })
})

const times = BigInt64Array.of(848_426_517_886_987_671n, 848_426_522_386_987_671n)
const energy = Float32Array.of(10, 100, 1000, 10, 100, 1000)
const dataset: Dataset = {
  attributes: globalAttributes(job, output, words),
  variables: [
    timeAxis('Epoch', times, 'Begin of the accumulation', { DELTA_PLUS_VAR: 'Epoch_plus_var' }),
    constant({ name: 'Epoch_plus_var', type: 'CDF_REAL4', values: [4.5], about: 'Length of the accumulation', units: 's', valid: [0, 10] }),
    series({
      name: 'density',
      type: 'CDF_REAL4',
      values: [1, fillOf('CDF_REAL4')],
      about: 'Number density',
      units: 'cm^-3',
      valid: [0, 100],
      label: 'N',
      notes: 'A note.',
    }),
    series({
      name: 'velocity',
      type: 'CDF_REAL8',
      dims: [3],
      values: [1, 2, 3, 4, 5, 6],
      about: 'Velocity',
      units: 'km/s',
      valid: [
        [-9, -9, -9],
        [9, 9, 9],
      ],
      notes: 'A note.',
      more: { LABL_PTR_1: 'velocity_label' },
    }),
    labels('velocity_label', ['Vx', 'Vy', 'Vz'], 'Labels of velocity'),
    spectrogram(
      {
        name: 'flux',
        type: 'CDF_REAL4',
        dims: [3],
        values: energy,
        about: 'Energy flux',
        units: 'keV/(cm^2 s sr keV)',
        valid: [0, 1e30],
        label: 'DEF',
        notes: 'A note.',
      },
      'energy',
    ),
    support({
      name: 'energy',
      type: 'CDF_REAL4',
      dims: [3],
      values: energy,
      about: 'Energies',
      units: 'eV',
      valid: [0, 40_000],
      label: 'energy',
    }),
    support({
      name: 'flags',
      type: 'CDF_UINT2',
      values: [0, fillOf('CDF_UINT2')],
      about: 'Quality flags',
      units: ' ',
      valid: [0, 65_534],
      label: 'flags',
    }),
  ],
}

test('a dataset of every kind of variable lacks only what no program can invent', async () => {
  const findings = await checkIstp(dataset, { fileName: NAME })
  expect(findings.map(({ rule }) => rule).sort()).toEqual(['global/DOI', 'global/spase_DatasetResourceID'])
})
