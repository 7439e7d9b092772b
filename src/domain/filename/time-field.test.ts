import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatTimeField, isTimeForm, parseTimeField, timeForms } from './index.ts'

test.each([
  ['tag', '20200229', '2020-02-29T00:00:00Z'],
  ['tag', '202002291234', '2020-02-29T12:34:00Z'],
  ['tag', '20200229123456', '2020-02-29T12:34:56Z'],
  ['yyyyddd', '2020366', '2020-12-31T00:00:00Z'],
  ['yyyy_ddd', '2026_076', '2026-03-17T00:00:00Z'],
  ['yyyymmddThhmmss', '20200229T235959', '2020-02-29T23:59:59Z'],
  ['yyyy-mm-ddThh-mm-ssZ', '2021-04-09T01-02-03Z', '2021-04-09T01:02:03Z'],
  ['yyyy_ddd_hh_mm', '2022_086_10_15', '2022-03-27T10:15:00Z'],
  ['yyyy', '2020', '2020-01-01T00:00:00Z'],
])('%s reads %s', (form, text, utc) => expect(parseTimeField(form, text)).toBe(Date.parse(utc)))

test.each([
  ['tag', '20190229'],
  ['tag', '2019022'],
  ['tag', '20201301'],
  ['tag', '20200100'],
  ['tag', '20200101240000'],
  ['tag', '20200101006000'],
  ['tag', '20200101000060'],
  ['yyyyddd', '2019366'],
  ['yyyyddd', '2019000'],
  ['yyyymmdd', '00500101'],
  ['yyyymmdd', '2019-1-1'],
  ['yyyymmdd', '201901011'],
  ['yyyy-mm-dd', '2019_01_01'],
  ['mm', '01'],
])('%s does not read %s', (form, text) => expect(parseTimeField(form, text)).toBeUndefined())

test('forms are compositions of units and separators', () => {
  for (const form of [...timeForms, 'yyyy-ddd', 'hhmmss', 'dd']) expect(isTimeForm(form)).toBe(true)
  for (const form of ['', 'yy', 'T', '_', 'yyyy.mm', 'month', 'yyyymmd']) expect(isTimeForm(form)).toBe(false)
})

test('every form to the second writes what it reads', () => {
  const second = fc.integer({ min: 0, max: Date.parse('2199-12-31') / 1000 }).map(s => s * 1000)
  const form = fc.constantFrom('tag', 'yyyymmddhhmmss', 'yyyymmddThhmmss', 'yyyy_ddd_hh_mm_ss', 'yyyy-mm-ddThh-mm-ssZ')
  fc.assert(fc.property(second, form, (ms, f) => parseTimeField(f, formatTimeField(f, ms, 14)) === ms))
})

test('a tag writes 8 digits where files start at midnight', () => {
  expect(formatTimeField('tag', Date.parse('2020-02-29T00:00:00Z'), 8)).toBe('20200229')
  expect(formatTimeField('tag', Date.parse('2020-02-29T00:00:00Z'), 14)).toBe('20200229000000')
})
