import { readFileSync, readdirSync } from 'node:fs'
import { sharedIsThere, sharedNote, sharedPath } from '#test/shared'
import { describe, expect, test } from 'vitest'
import { checkIstp, encodeCdf, openCdf, openCdfSync, type Dataset, type DatasetVariable, type IstpOptions } from '../index.ts'

const globals = {
  Data_type: 'brst_l2>Level 2 Burst',
  Data_version: '1.2.0',
  Descriptor: 'FGM>Fluxgate Magnetometer',
  Instrument_type: 'Magnetic Fields (space)',
  Logical_file_id: 'sc1_fgm_brst_l2_20000101_v1.2.0',
  Logical_source: 'sc1_fgm_brst_l2',
  Logical_source_description: 'Level 2 magnetic field',
  Mission_group: 'SC',
  PI_affiliation: 'Institute',
  PI_name: 'A. Person',
  Source_name: 'SC1>Spacecraft 1',
  TEXT: 'what it is',
  Project: 'STP>Solar-Terrestrial Physics',
  Discipline: 'Space Physics>Magnetospheric Science',
  Acknowledgement: 'thanks',
  DOI: 'https://doi.org/10.1/2',
  Generated_by: 'SDC',
  Generation_date: '20200102',
  HTTP_LINK: 'https://example.org',
  LINK_TITLE: 'home',
  LINK_TEXT: 'at',
  MODS: 'none',
  Rules_of_use: 'free',
  spase_DatasetResourceID: 'spase://x/y',
  Time_resolution: '1 s',
  File_naming_convention: 'source_descriptor_type',
}

const epoch: DatasetVariable = {
  name: 'Epoch',
  type: 'CDF_TIME_TT2000',
  values: [10n, 20n, 30n],
  attributes: {
    VAR_TYPE: 'support_data',
    CATDESC: 'Time',
    FIELDNAM: 'Time',
    FORMAT: 'I20',
    FILLVAL: -(2n ** 63n),
    UNITS: 'ns',
    VALIDMIN: 0n,
    VALIDMAX: 100n,
    TIME_BASE: 'J2000',
    TIME_SCALE: 'Terrestrial Time',
    MONOTON: 'INCREASE',
  },
}
const field: DatasetVariable = {
  name: 'B_flagged',
  type: 'CDF_REAL4',
  dims: [3],
  values: [1, 2, 3, 4, 5, 6, 7, 8, -1e31],
  compression: 'gzip',
  attributes: {
    VAR_TYPE: 'data',
    CATDESC: 'Field',
    FIELDNAM: 'B',
    FORMAT: 'F8.3',
    FILLVAL: -1e31,
    DEPEND_0: 'Epoch',
    DISPLAY_TYPE: 'time_series',
    LABL_PTR_1: 'labels',
    UNITS: 'nT',
    VALIDMIN: -100,
    VALIDMAX: 100,
    SCALETYP: 'linear',
    VAR_NOTES: 'none',
    SI_CONVERSION: '1e-9>T',
  },
}
const labels: DatasetVariable = {
  name: 'labels',
  type: 'CDF_CHAR',
  dims: [3],
  recordVarying: false,
  values: ['Bx', 'By', 'Bz'],
  attributes: { VAR_TYPE: 'metadata', CATDESC: 'Labels', FIELDNAM: 'Labels', FORMAT: 'A2' },
}
const good: Dataset = { attributes: globals, variables: [epoch, field, labels] }
const named: IstpOptions = { fileName: 'sc1_fgm_brst_l2_20000101_v1.2.0.cdf' }

const withField = (more: Partial<DatasetVariable>, attributes: Record<string, unknown> = {}): Dataset => ({
  ...good,
  variables: [
    epoch,
    { ...field, ...more, attributes: { ...field.attributes, ...attributes } as DatasetVariable['attributes'] & object },
    labels,
  ],
})
const withEpoch = (more: Partial<DatasetVariable>): Dataset => ({ ...good, variables: [{ ...epoch, ...more }, field, labels] })
const withGlobal = (more: Record<string, string | string[]>): Dataset => ({ ...good, attributes: { ...globals, ...more } })
const without = (dataset: Dataset, name: string): Dataset => ({
  ...dataset,
  variables: dataset.variables.map(v => ({
    ...v,
    attributes: Object.fromEntries(Object.entries(v.attributes ?? {}).filter(([key]) => key !== name)),
  })),
})

const two: DatasetVariable = { ...labels, name: 'two', dims: [2], values: ['a', 'b'] }
const delta = withField({}, { DELTA_PLUS_VAR: 'two' })
const withTwo: Dataset = { ...delta, variables: [...delta.variables, two] }

describe('the ISTP check', () => {
  test('finds nothing in a good file', async () => expect(await checkIstp(good, named)).toEqual([]))

  test.each<[string, string, Dataset]>([
    ['a missing global attribute', 'error global/Project', withGlobal({ Project: '' })],
    ['a name without long form', 'warning global/Source_name/form', withGlobal({ Source_name: 'SC1' })],
    ['an unknown instrument type', 'warning global/Instrument_type/form', withGlobal({ Instrument_type: 'Magic' })],
    [
      'six instrument types',
      'warning global/Instrument_type',
      withGlobal({ Instrument_type: Array.from({ length: 6 }, () => 'Engineering') }),
    ],
    ['links without titles', 'warning global/links', withGlobal({ HTTP_LINK: ['a', 'b'] })],
    ['another file id', 'error identity/logical-file-id', withGlobal({ Logical_file_id: 'else' })],
    ['another version', 'error identity/data-version', withGlobal({ Data_version: '1.3.0' })],
    ['another source', 'error identity/file-name', withGlobal({ Logical_source: 'sc2_fgm_brst_l2' })],
    ['a source of other parts', 'warning identity/logical-source', withGlobal({ Descriptor: 'EDP>Electric' })],
    ['a missing VAR_TYPE', 'error variable/VAR_TYPE', without(good, 'VAR_TYPE')],
    ['a missing FORMAT', 'error variable/FORMAT', without(good, 'FORMAT')],
    ['a missing FILLVAL', 'error variable/FILLVAL', without(good, 'FILLVAL')],
    ['a long CATDESC', 'warning variable/CATDESC/form', withField({}, { CATDESC: 'x'.repeat(121) })],
    ['an SI_CONVERSION without unit', 'warning variable/SI_CONVERSION/form', withField({}, { SI_CONVERSION: '1e-9' })],
    ['a FILLVAL of another type', 'error fillval/type', withField({}, { FILLVAL: { type: 'CDF_REAL8', value: -1e31 } })],
    ['a FILLVAL of another value', 'warning fillval/value', withField({}, { FILLVAL: -999 })],
    ['limits of another type', 'error limits/type', withField({}, { VALIDMIN: { type: 'CDF_INT4', value: 0 } })],
    ['limits of another size', 'error limits/size', withField({}, { VALIDMIN: { type: 'CDF_REAL4', value: [0, 0] } })],
    ['limits in the wrong order', 'error limits/order', withField({}, { VALIDMIN: 200 })],
    ['DEPEND_0 that is not there', 'error depend/missing', withField({}, { DEPEND_0: 'Nothing' })],
    ['DEPEND_0 that is no time', 'error depend/time', withField({}, { DEPEND_0: 'labels' })],
    ['more times than records', 'error depend/records', withField({ values: [1, 2, 3] })],
    ['labels of another size', 'error depend/size', withField({ dims: [1], values: [1, 2, 3] })],
    ['labels that are numbers', 'error depend/labels', withField({}, { LABL_PTR_1: 'B_flagged' })],
    ['a pointer to nothing', 'error pointer/missing', withField({}, { DELTA_PLUS_VAR: 'Nothing' })],
    ['a delta of another size', 'warning delta/size', withTwo],
    ['a spectrogram of scalars', 'error display/dimensions', withField({ dims: [], values: [1, 2, 3] }, { DISPLAY_TYPE: 'spectrogram' })],
    ['a spectrogram without axis', 'error display/depend', withField({}, { DISPLAY_TYPE: 'spectrogram' })],
    [
      'an image without its second axis',
      'error display/depend',
      withField({ dims: [3, 1] }, { DISPLAY_TYPE: 'image', DEPEND_1: 'labels' }),
    ],
    ['a stack plot without labels', 'error display/depend', without(withField({}, { DISPLAY_TYPE: 'stack_plot' }), 'LABL_PTR_1')],
    ['a format too narrow for the limits', 'warning format/width', withField({}, { FORMAT: 'F6.3', VALIDMIN: -1000 })],
    ['a scale beyond the limits', 'warning limits/scale', withField({}, { SCALEMIN: -1e6, SCALEMAX: 50 })],
    ['a delta of another type', 'warning delta/type', withField({}, { DELTA_MINUS_VAR: 'labels' })],
    ['a virtual variable without a function', 'warning virtual/dangling', withField({}, { VIRTUAL: 'TRUE', COMPONENT_0: 'Epoch' })],
    ['a long axis label', 'warning variable/LABLAXIS/form', withField({}, { LABLAXIS: 'x'.repeat(21) })],
    ['a place outside the bin', 'warning variable/BIN_LOCATION/form', withField({}, { BIN_LOCATION: 1.5 })],
    ['a format for other types', 'warning format/type', withField({}, { FORMAT: 'A10' })],
    ['compressed times', 'error epoch/compressed', withEpoch({ compression: 'gzip' })],
    ['times that go back', 'error epoch/order', withEpoch({ values: [10n, 30n, 20n] })],
    ['fill among the times', 'error epoch/fill', withEpoch({ values: [10n, -(2n ** 63n), 20n] })],
    ['EPOCH instead of TT2000', 'warning epoch/type', withEpoch({ type: 'CDF_EPOCH', values: [1, 2, 3], attributes: {} })],
    ['no times', 'error epoch/missing', { ...good, variables: [field, labels] }],
    ['times that are not first', 'warning epoch/first', { ...good, variables: [field, epoch, labels] }],
    ['values outside the limits', 'warning values/range', withField({ values: [1, 2, 3, 4, 5, 6, 7, 8, 900] })],
    ['NaN', 'warning values/nan', withField({ values: [1, 2, 3, 4, 5, 6, 7, 8, Number.NaN] })],
    ['names that differ by case', 'error names/case', { ...good, variables: [...good.variables, { ...labels, name: 'LABELS' }] }],
    ['an odd name', 'warning names/form', { ...good, variables: [...good.variables, { ...labels, name: '3vec' }] }],
    ['an odd attribute name', 'warning names/form', withGlobal({ 'a-b': 'x' })],
    ['no quality flag', 'warning file/quality-flag', withField({ name: 'B' })],
    ['what cannot be written', 'error file/not-writable', { ...good, variables: [{ ...labels, name: '' }] }],
  ])('finds %s', async (_, found, dataset) => {
    const findings = await checkIstp(dataset, named)
    expect(findings.map(({ severity, rule }) => `${severity} ${rule}`)).toContain(found)
    for (const { message, mend } of findings) expect(message.length * mend.length).toBeGreaterThan(0)
  })

  test('a mission adds rules, replaces them, and sets their weight', async () => {
    const rules = [
      { attribute: 'Mission_extra', on: 'file', presence: 'required', mend: 'add it' },
      { attribute: 'DOI', on: 'file', presence: 'optional', mend: 'none' },
    ] as const
    const { DOI: _, ...rest } = globals
    const bare = { ...good, attributes: rest }
    expect((await checkIstp(bare, named)).map(f => f.rule)).toEqual(['global/DOI'])
    expect((await checkIstp(bare, { ...named, rules })).map(f => f.rule)).toEqual(['global/Mission_extra'])
    const severity = { 'global/Mission_extra': 'warning', 'global/DOI': 'off' } as const
    expect((await checkIstp(bare, { ...named, rules, severity })).map(f => f.severity)).toEqual(['warning'])
  })

  test('entries without bytes, which only a foreign writer makes, are found', async () => {
    const cdf = openCdfSync(encodeCdf(good))
    const empty = { entry: 0, type: 'CDF_CHAR', elements: 0, value: '' } as const
    const odd = { ...cdf, attributes: new Map([...cdf.attributes, ['Empty', [empty]] as const]) }
    expect((await checkIstp(odd, named)).map(f => [f.severity, f.rule])).toEqual([['error', 'entries/empty']])
  })

  test('values can be left alone', async () => {
    const bytes = encodeCdf(withField({ values: [1, 2, 3, 4, 5, 6, 7, 8, Number.NaN] }))
    expect(await checkIstp(openCdfSync(bytes), { ...named, values: false })).toEqual([])
  })
})

describe.skipIf(!sharedIsThere)(`the ISTP check on real and damaged files${sharedNote}`, () => {
  const root = sharedPath('cdf')
  const files = sharedIsThere ? readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(f => f.endsWith('.cdf')) : []

  test('never throws, no check fails, and names and keywords of real files are found good but for one', async () => {
    let checked = 0
    const odd: string[] = []
    for (const file of files) {
      const cdf = await openCdf(readFileSync(`${root}/${file}`), { tolerant: true }).catch(() => undefined)
      if (cdf === undefined) continue
      const findings = await checkIstp(cdf, { fileName: file, values: file.length % 3 === 0 })
      expect(findings.filter(f => f.rule === 'check/failed')).toEqual([])
      for (const { rule, message } of findings)
        if (rule === 'identity/start' || rule === 'variable/DICT_KEY/form') odd.push(`${file.split('/').at(-1)}: ${message}`)
      checked++
    }
    expect(checked).toBeGreaterThan(152)
    expect(odd).toEqual(['wi_plsp_3dp_00000000_v01.cdf: DICT_KEY of MOM.P.SC_POT does not have the form asked for: "spacecraft potential"'])
  })

  test('a real MMS file has but two faults', async () => {
    const file = 'mms1_fgm_brst_l2_20161209090054_v5.87.0.cdf'
    const findings = await checkIstp(await openCdf(readFileSync(`${root}/mms/${file}`)), { fileName: file })
    const errors = findings.filter(f => f.severity === 'error')
    expect(errors.map(f => [f.rule, f.variable])).toEqual([
      ['variable/FORMAT', 'Epoch'],
      ['variable/FORMAT', 'Epoch_state'],
    ])
  })
})
