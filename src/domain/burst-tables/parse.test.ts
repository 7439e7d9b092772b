import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { categoryOf, inForce } from '#domain/burst'
import { formatFault } from '#domain/mission'
import { parseUtc, tai1958FromTt2000 } from '#formats/time'
import { readBurstTables } from '#test/burst'
import { parseBurstTables } from './index.ts'

const spacecraft = ['mms1', 'mms2', 'mms3', 'mms4']
const text = readFileSync(new URL('../../../missions/mms/burst.yaml', import.meta.url), 'utf8')
const tai = (day: string): number => tai1958FromTt2000(parseUtc(`${day}T00:00:00`))
const faultsOf = (from: string | RegExp, to: string): readonly string[] =>
  (parseBurstTables('burst.yaml', text.replace(from, to), spacecraft).faults ?? []).map(formatFault)

describe('the tables of the first mission', () => {
  const tables = readBurstTables()

  test.each([
    ['2015-09-01', 15_000],
    ['2016-03-01', 10_000],
    ['2018-01-01', 17_350],
    ['2026-01-01', 16_576],
    ['2014-01-01', 15_000],
  ])('at %s %d buffers are reserved', (day, reserved) => expect(inForce(tables.reserved, tai(day))).toBe(reserved))

  test.each([
    ['2015-08-14', 100, 1],
    ['2015-08-14', 99.9, 2],
    ['2015-08-15', 100, 2],
    ['2015-08-23', 26, 3],
    ['2015-08-24', 26, 4],
    ['2020-01-01', 199.99, 1],
    ['2020-01-01', 200, 0],
    ['2020-01-01', 255, 0],
    ['2020-01-01', 256, undefined],
  ])('a segment of %s with FOM %d is of category %s', (day, fom, category) =>
    expect(categoryOf(tables, fom, tai(day))?.category).toBe(category),
  )

  test('spacecraft have their own weights or the common ones', () => {
    const season = inForce(tables.triggers, tai('2016-01-01'))
    expect(season.spacecraft.map(({ offsets }) => offsets[4])).toEqual([6, 6, 6, 8])
    expect(season.terms).toHaveLength(season.spacecraft[0]?.weights.length ?? 0)
  })
})

test.each([
  [
    'reserved:\n',
    'reserverd:\n',
    ['burst.yaml:4:1: the burst table needs the key "reserved"', 'the burst table has no key "reserverd" (nearest is "reserved")'],
  ],
  ['cycle: 10 s', 'cycle: 10', ['cycle must be a duration, not the number 10 (write it like 30 s, 30 min, 2 h or 1 d)']],
  ['2016-02-21T16:06:00, buffers', '2015-01-01, buffers', ['reserved: 2015-01-01 does not follow the entry before (sort by date)']],
  ['buffers: 19150', 'buffers: 99999', ['99999 buffers are reserved, but a spacecraft has 24576']],
  ['[0.1, 0.2, 0.3, 0.4]', '[0.1, 0.2, 0.3]', ['mission-weights has 3 numbers, 4 are wanted']],
  ['0.15, 0.1, 0.1]', '0.15, 0.1, 0.2]', ['the weights sum to 1.1, not to 1 (qualities would leave their scale)']],
  [
    'low: 100, high: 200',
    'low: 110, high: 200',
    ['categories 2 and 1 leave a gap between 100 and 110 (each begins where the one below ends)'],
  ],
  ['search-ratio: 2', 'search-ratio: 3', ['search-ratio must be a number from 0.5 to 2, not the number 3']],
  ['off: [E4', 'off: [E5', ['no check has the id "E5"']],
  ['mms4: {', 'mms5: {', ['the mission has no spacecraft "mms5" (known: mms1, mms2, mms3, mms4)']],
  ['tags: [magnetopause, full, jet]', 'tags: [magnetopauze]', ['the tag "magnetopauze" is unknown (declare it under tags)']],
  ['from: 2015-08-04, buffers', 'from: August, buffers', ['"August" is no date (write 2015-08-04 or 2015-08-04T12:00:00)']],
] as const)('a fault names its place: %s -> %s', (from, to, wanted) => {
  const faults = faultsOf(from, to)
  for (const part of wanted) expect(faults.join('\n')).toContain(part)
  expect(faults).toHaveLength(wanted.length)
})

test('whatever is done to the text, the answer is tables or faults inside of it', () => {
  const lines = text.split('\n')
  fc.assert(
    fc.property(fc.nat(lines.length - 1), fc.constantFrom('', '  x: [', 'from: 1', '- ~', '? a', 'memory: -1', '&a *a'), (at, line) => {
      const { faults } = parseBurstTables('burst.yaml', lines.with(at, line).join('\n'), spacecraft)
      for (const fault of faults ?? []) expect(fault.line >= 1 && fault.line <= lines.length && fault.message !== '').toBe(true)
    }),
    { numRuns: 30 },
  )
})
