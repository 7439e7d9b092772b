import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { template } from './index.ts'
import type { TemplateOptions } from './index.ts'

const utc = (text: string): number => Date.parse(text)

/** Naming styles of seven missions: template, options, a real name, what it says. */
const styles: readonly (readonly [string, TemplateOptions, string, Record<string, string | number>])[] = [
  [
    '{sc}_{inst}_{mode}_{level}[_{descriptor}]_{start:tag}_v{version}.{ext}',
    { patterns: { version: String.raw`\d+\.\d+\.\d+` } },
    'mms1_fgm_brst_l2_20161209090304_v5.87.0.cdf',
    { sc: 'mms1', inst: 'fgm', mode: 'brst', level: 'l2', start: utc('2016-12-09T09:03:04Z'), version: '5.87.0', ext: 'cdf' },
  ],
  [
    '{sc}_{inst}_{mode}_{level}[_{descriptor}]_{start:tag}_v{version}.{ext}',
    { patterns: { version: String.raw`\d+\.\d+\.\d+` } },
    'mms1_mec_brst_l2_epht89q_20161209090305_v2.2.0.cdf',
    {
      sc: 'mms1',
      inst: 'mec',
      mode: 'brst',
      level: 'l2',
      descriptor: 'epht89q',
      start: utc('2016-12-09T09:03:05Z'),
      version: '2.2.0',
      ext: 'cdf',
    },
  ],
  [
    '{SC}_{PRODUCT}_{start:yyyyddd}_{stop:yyyyddd}.V{version}',
    { patterns: { version: String.raw`\d{2,}` } },
    'MMS1_DEFEPH_2019027_2019028.V01',
    { sc: 'mms1', product: 'defeph', start: utc('2019-01-27'), stop: utc('2019-01-28'), version: '01' },
  ],
  [
    '{sc}_{inst}_{level}_{descriptor}_{start:yyyymmdd}_v{version}.{ext}',
    { patterns: { version: String.raw`\d{3}(?:\.\d{4})?` } },
    'imap_mag_l1b_norm-mago_20251017_v001.0001.cdf',
    { sc: 'imap', inst: 'mag', level: 'l1b', descriptor: 'norm-mago', start: utc('2025-10-17'), version: '001.0001', ext: 'cdf' },
  ],
  [
    '{sc}_{product}_{start:yyyy_ddd}_{stop:yyyy_ddd}_{version}.{ext}',
    { patterns: { version: String.raw`\d{3}`, ext: String.raw`ah\.bc` } },
    'imap_dps_2025_359_2026_076_001.ah.bc',
    { sc: 'imap', product: 'dps', start: utc('2025-12-25'), stop: utc('2026-03-17'), version: '001', ext: 'ah.bc' },
  ],
  [
    '{sc}_{inst}_{level}_{start:yyyyddd-hhmmss}_v{version}.{ext}',
    {},
    'hermes_EEA_l0_2023042-000000_v0.bin',
    { sc: 'hermes', inst: 'EEA', level: 'l0', start: utc('2023-02-11'), version: '0', ext: 'bin' },
  ],
  [
    '{sc}_{inst}_{mode}_{level}_{start:yyyymmddThhmmss}_v{version}.{ext}',
    { patterns: { version: String.raw`\d+\.\d+\.\d+` } },
    'hermes_nem_default_l1_20160322T123031_v0.0.1.cdf',
    { sc: 'hermes', inst: 'nem', mode: 'default', level: 'l1', start: utc('2016-03-22T12:30:31Z'), version: '0.0.1', ext: 'cdf' },
  ],
  [
    'REACH-{product}_{start:yyyymmddThhmmss}_{stop:yyyymmddThhmmss}.csv',
    {},
    'REACH-TEST_20250904T000000_20250904T010000.csv',
    { product: 'TEST', start: utc('2025-09-04'), stop: utc('2025-09-04T01:00:00Z') },
  ],
  [
    '{sc}_{inst}_{level}_{mode}_{start:yyyymmddThhmmss}_v{version}.cdf',
    { patterns: { version: String.raw`\d+\.\d+\.\d+` } },
    'reach_all_l1c_prelim_20250904T000000_v1.0.0.cdf',
    { sc: 'reach', inst: 'all', level: 'l1c', mode: 'prelim', start: utc('2025-09-04'), version: '1.0.0' },
  ],
  [
    '{sc}_int_{product}_{day}_v{version}.cdf',
    { patterns: { version: String.raw`\d+\.\d+\.\d+`, day: String.raw`\d{4}` } },
    'rbspa_int_ect-mageisLOW-ns-L05_0372_v3.0.0.cdf',
    { sc: 'rbspa', product: 'ect-mageisLOW-ns-L05', day: '0372', version: '3.0.0' },
  ],
  [
    '{sc}_{inst}_LZ_{start:yyyy-mm-ddThh-mm-ssZ}_V{version}.DAT1',
    {},
    'J01_G011_LZ_2021-04-09T00-00-00Z_V01.DAT1',
    { sc: 'J01', inst: 'G011', start: utc('2021-04-09'), version: '01' },
  ],
  [
    'CYGNSS_{sc}_L0_{start:yyyy_ddd_hh_mm}_V{version}_F__{part}.tlm',
    {},
    'CYGNSS_F7_L0_2022_086_10_15_V01_F__first101pkts.tlm',
    { sc: 'F7', start: utc('2022-03-27T10:15:00Z'), version: '01', part: 'first101pkts' },
  ],
]

describe('one template reads and prints the names of any mission', () => {
  test.each(styles)('%s', (text, options, name, fields) => {
    const it = template(text, options)
    expect(it.parse(name)).toEqual(fields)
    expect(it.print(fields)).toBe(name)
  })

  test.each(styles)('%s refuses the name with a letter too much', (text, options, name) => {
    expect(template(text, options).parse(`${name}~`)).toBeUndefined()
    expect(template(text, options).parse(`~${name}`)).toBeUndefined()
  })
})

describe('constants, patterns, absent fields', () => {
  const text = '{sc}_{inst}[_{descriptor}]_{start:tag}.{ext}'
  const fixed = template(text, {
    constants: { inst: 'fgm', ext: 'cdf' },
    absent: ['descriptor'],
    patterns: { sc: 'mms1|mms2' },
    tagDigits: 8,
  })

  test('a name with another constant is not read', () => {
    expect(fixed.parse('mms1_fgm_20200101.cdf')).toEqual({ sc: 'mms1', inst: 'fgm', start: utc('2020-01-01'), ext: 'cdf' })
    for (const name of ['mms1_fpi_20200101.cdf', 'mms3_fgm_20200101.cdf', 'mms1_fgm_x_20200101.cdf', 'mms1_fgm_20200101.png'])
      expect(fixed.parse(name)).toBeUndefined()
  })

  test('constants need not be given to print', () =>
    expect(fixed.print({ sc: 'mms2', start: utc('2020-01-01') })).toBe('mms2_fgm_20200101.cdf'))

  test('a constant in an optional part must be there', () => {
    const it = template(text, { constants: { descriptor: 'moms' } })
    expect(it.parse('a_b_20200101.c')).toBeUndefined()
    expect(it.parse('a_b_moms_20200101.c')?.['descriptor']).toBe('moms')
  })

  test('a field that stands twice must be the same twice', () => {
    const it = template('{sc}/{sc}_{inst}')
    expect(it.parse('a/a_b')).toEqual({ sc: 'a', inst: 'b' })
    expect(it.parse('a/c_b')).toBeUndefined()
  })

  test('capitals in the template are capitals in the name', () => {
    const it = template('{SC}_{PRODUCT}', { constants: { product: 'def-eph' }, patterns: { sc: String.raw`mms\d` } })
    expect(it.parse('MMS1_DEF-EPH')).toEqual({ sc: 'mms1', product: 'def-eph' })
    expect(it.parse('mms1_def-eph')).toBeUndefined()
    expect(it.print({ sc: 'mms4' })).toBe('MMS4_DEF-EPH')
  })

  test('what is missing is named', () => expect(() => fixed.print({ start: 0 })).toThrow('needs the field sc'))
})

test.each([
  ['{sc', 'a lone { at character 1'],
  ['a]b', 'a ] without its [ at character 2'],
  ['a[b', 'a [ without its ]'],
  ['{start:yymmdd}', 'the time form yymmdd is none'],
])('the template %s is refused', (text, message) => expect(() => template(text)).toThrow(message))

describe('where a name stops fitting', () => {
  const it = template('{sc}_{inst}_{level}[_{descriptor}]_{start:tag}_v{version}.{ext}', {
    constants: { inst: 'fpi', level: 'l2', descriptor: 'dis-moms', ext: 'cdf' },
    patterns: { sc: 'mms1|mms2', version: String.raw`\d+\.\d+\.\d+` },
  })
  test.each([
    ['mms3_fpi_l2_dis-moms_20200101_v1.0.0.cdf', { matched: 0, field: 'sc', expected: '', found: 'mms3' }],
    ['mms1_fpi_l3_dis-moms_20200101_v1.0.0.cdf', { matched: 9, field: 'level', expected: '', found: 'l3' }],
    ['mms1_fpi_l2_des-moms_20200101_v1.0.0.cdf', { matched: 12, field: 'descriptor', expected: '', found: 'des-moms' }],
    ['mms1_fpi_l2_dis-moms_20201301_v1.0.0.cdf', { matched: 21, field: 'start', expected: 'tag', found: '20201301' }],
    ['mms1_fpi_l2_dis-moms_2020_v1.0.0.cdf', { matched: 21, field: 'start', expected: 'tag', found: '2020' }],
    ['mms1_fpi_l2_dis-moms_20200101_v1.0.cdf', { matched: 31, field: 'version', expected: '', found: '1.0.cdf' }],
    ['mms1_fpi_l2_dis-moms_20200101_w1.0.0.cdf', { matched: 29, expected: '_v', found: '_' }],
    ['mms1_fpi_l2_dis-moms_20200101_v1.0.0.cdf.tmp', { matched: 40, expected: '', found: '.tmp' }],
    ['mms1_fpi_l2', { matched: 11, expected: '_', found: '' }],
    ['', { matched: 0, field: 'sc', expected: '', found: '' }],
  ])('%s', (name, expected) => {
    expect(it.parse(name)).toBeUndefined()
    expect(it.mismatch(name)).toEqual(expected)
  })

  test('an absent field is not waited for', () => {
    const without = template('{sc}[_{descriptor}]_{level}', { constants: { sc: 'a', level: 'l2' }, absent: ['descriptor'] })
    expect(without.mismatch('a_l3')).toEqual({ matched: 2, field: 'level', expected: '', found: 'l3' })
  })
})

test('printing then reading gives the same fields', () => {
  const word = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/)
  const second = fc.integer({ min: utc('1970-01-01') / 1000, max: utc('2099-12-31') / 1000 }).map(s => s * 1000)
  const it = template('{sc}_{inst}_{level}[_{descriptor}]_{start:tag}_{stop:yyyy_ddd_hh_mm_ss}_v{version}.{ext}', {
    patterns: { version: String.raw`\d+\.\d+` },
  })
  const version = fc.tuple(fc.nat(), fc.nat()).map(v => v.join('.'))
  fc.assert(
    fc.property(
      fc.record({ sc: word, inst: word, level: word, start: second, stop: second, version, ext: fc.constantFrom('cdf', 'txt') }),
      fc.option(word, { nil: undefined }),
      (fields, descriptor) => {
        const all = { ...fields, ...(descriptor === undefined ? {} : { descriptor }) }
        expect(it.parse(it.print(all))).toEqual(all)
      },
    ),
  )
})
