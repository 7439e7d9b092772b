import { readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SdcError } from '#error'
import { formatDoy, parseUtc, tai1958FromTt2000, tt2000, tt2000FromUtcMs } from '#formats/time'
import { sharedIsThere, sharedNote, sharedPath } from '#test/shared'
import {
  attitudeColumns,
  attitudeFlags,
  contactStates,
  formatCreation,
  readContacts,
  readDefatt,
  readDefeph,
  writeContacts,
  writeDefatt,
  writeDefeph,
  type Contacts,
  type Defatt,
  type Defeph,
} from './index.ts'

const moment = (ms: number) => tt2000FromUtcMs(ms)
const startMs = Date.UTC(2026, 10, 22)

const orbitOf = (count: number, seed = 1): Defeph => ({
  header: { spacecraft: 'MMS1', scale: 'MMS TAI', project: 'apsis-sim', source: 'SIMULATED', created: 'Nov 22 2026 08:39:20.303 UTC' },
  time: BigInt64Array.from({ length: count }, (_, i) => moment(startMs + 203 + 30_000 * i)),
  position: Float64Array.from({ length: 3 * count }, (_, i) => Math.round(1e5 * Math.sin(i * seed) * 1e9) / 1e9),
  velocity: Float64Array.from({ length: 3 * count }, (_, i) => Math.round(2 * Math.cos(i * seed) * 1e9) / 1e9),
})

const attitudeOf = (count: number): Defatt => ({
  header: {
    spacecraft: 'MMS2',
    objectId: '2015-011B',
    originator: 'APSIS',
    source: 'SIMULATED',
    inertia: 'none',
    created: moment(startMs),
    principalAxis: [-0.00004885, -0.00009667, 0.99999999],
    start: moment(startMs),
    stop: moment(startMs + 10_000 * count),
  },
  time: BigInt64Array.from({ length: count }, (_, i) => moment(startMs + 312 + 10_000 * i)),
  columns: Object.fromEntries(
    attitudeColumns.map((key, k) => [key, Float64Array.from({ length: count }, (_, i) => Math.round(Math.sin(i + k) * 1000) / 1000)]),
  ) as Defatt['columns'],
  flags: Array.from({ length: count }, (_, i) => attitudeFlags[i % 5] ?? 'BAD'),
})

const codeAndLine = (read: () => unknown): readonly [string, unknown] => {
  try {
    read()
  } catch (error) {
    if (error instanceof SdcError) return [error.code, error.detail['line']]
    throw error
  }
  return ['read without complaint', undefined]
}

const damageLine = (text: string, line: number, change: (text: string) => string): string =>
  text
    .split('\n')
    .map((one, i) => (i === line - 1 ? change(one) : one))
    .join('\n')

interface Reference {
  readonly defeph: Readonly<
    Record<
      string,
      Record<'first' | 'middle' | 'last', string[]> & {
        readonly records: number
        readonly radius_km_min: number
        readonly radius_km_max: number
      }
    >
  >
}

describe.skipIf(!sharedIsThere)('DEFEPH as the mission writes it' + sharedNote, () => {
  const reference = sharedIsThere
    ? (JSON.parse(readFileSync(sharedPath('real', 'expected', 'reference_values.json'), 'utf8')) as Reference).defeph
    : {}
  const read = (name: string): string => readFileSync(sharedPath('real', ...name.split('/')), 'latin1')

  test.each(Object.keys(reference))('%s gives the reference values', name => {
    const orbit = readDefeph(read(name))
    const want = reference[name]
    if (want === undefined) throw new Error('no reference')
    expect(orbit.time).toHaveLength(want.records)
    const rows = { first: 0, middle: Math.floor(want.records / 2), last: want.records - 1 }
    for (const [key, i] of Object.entries(rows)) {
      const row = want[key as keyof typeof rows]
      const t = tt2000(orbit.time[i] ?? 0n)
      expect(formatDoy(t, 3, '/')).toBe(row[0])
      expect(Math.abs(tai1958FromTt2000(t) / 86_400 - Number(row[1]))).toBeLessThan(1.5e-9)
      const numbers = [...orbit.position.subarray(3 * i, 3 * i + 3), ...orbit.velocity.subarray(3 * i, 3 * i + 3)]
      expect(numbers.map(n => n.toFixed(9))).toEqual(row.slice(2))
    }
    const radii = Array.from(orbit.time, (_, i) => Math.hypot(...orbit.position.subarray(3 * i, 3 * i + 3)))
    expect(Math.min(...radii)).toBeCloseTo(want.radius_km_min, 5)
    expect(Math.max(...radii)).toBeCloseTo(want.radius_km_max, 5)
  })

  test.each(Object.keys(reference))('%s is written again as it was, but for the last digit of TAI days', name => {
    const text = read(name)
    const withoutTai = (all: string): string[] => all.split('\n').map((line, i) => (i < 14 ? line : line.slice(0, 44) + line.slice(46)))
    const again = writeDefeph(readDefeph(text)).split('\n')
    // The file's days come from a clock finer than the ms of its UTC column: the ninth digit, 0.09 ms, may differ.
    text.split('\n').forEach((line, i) => {
      if (i >= 14 && line !== '') expect(Math.abs(Number(line.slice(24, 45)) - Number(again[i]?.slice(24, 45)))).toBeLessThan(1.5e-9)
    })
    expect(withoutTai(again.join('\n')).map(line => line.slice(0, 24) + line.slice(44))).toEqual(
      withoutTai(text).map(line => line.slice(0, 24) + line.slice(44)),
    )
  })

  test('the DEFATT specimen gives header and first record, and is written again line by line', () => {
    const text = read('mms/specimens/MMS2_DEFATT_2015079_2015080_head.txt')
    expect(() => readDefatt(text)).toThrow(/last line is not DATA_STOP/)
    const attitude = readDefatt(text, { whole: false })
    expect(attitude.header).toEqual({
      spacecraft: 'MMS2',
      objectId: '2015-011B',
      originator: 'GSFC',
      source: 'AGS OPS',
      inertia: 'MMS2_INERTIACAL_2015064.V03',
      created: parseUtc('2015-080T16:21:19'),
      principalAxis: [-0.00004885, -0.00009667, 0.99999999],
      start: parseUtc('2015-079T00:59:04'),
      stop: parseUtc('2015-080T00:39:04'),
    })
    expect(attitude.time[0]).toBe(parseUtc('2015-079T00:59:04.312'))
    const { columns } = attitude
    expect([columns.q1[0], columns.qc[0], columns.wZ[0], columns.zDec[0], columns.nutation[0], attitude.flags[0]]).toEqual([
      0.26383,
      0.73802,
      18,
      50.044,
      0.003,
      'CNV',
    ])
    expect(writeDefatt(attitude)).toBe(`${text}DATA_STOP\n`)
  })
})

describe('write and then read', () => {
  test('gives the same orbit', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 1000 }), (count, seed) => {
        const orbit = orbitOf(count, seed)
        expect(readDefeph(writeDefeph(orbit))).toEqual(orbit)
      }),
    )
  })

  test('gives the same attitude', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 40 }), count => {
        const attitude = attitudeOf(count)
        expect(readDefatt(writeDefatt(attitude))).toEqual(attitude)
      }),
    )
  })

  test('gives the same contact report', () => {
    const time = fc.integer({ min: 0, max: 10_000_000_000 }).map(ms => moment(startMs + ms))
    const contact = fc.record({
      id: fc.stringMatching(/^\d{7}-\d{4}$/),
      spacecraft: fc.constantFrom('mms1', 'mms4'),
      start: time,
      stop: time,
      dataFrom: time,
      dataTo: time,
      state: fc.constantFrom(...contactStates),
      reason: fc.constantFrom('', 'antenna drive fault', 'storm  over the station'),
    })
    fc.assert(
      fc.property(fc.array(contact, { maxLength: 12 }), time, (contacts, created) => {
        const report: Contacts = { mission: 'MMS', source: 'SIMULATED', created, contacts }
        expect(readContacts(writeContacts(report))).toEqual(report)
      }),
    )
  })

  test('lines that end in carriage return and line feed are read too', () => {
    const orbit = orbitOf(3)
    expect(readDefeph(writeDefeph(orbit).replaceAll('\n', '\r\n'))).toEqual(orbit)
  })
})

describe('damaged text is refused with code and line', () => {
  const orbit = writeDefeph(orbitOf(5))
  const attitude = writeDefatt(attitudeOf(5))
  const row: Contacts['contacts'][number] = {
    id: '2026326-1454',
    spacecraft: 'mms1',
    start: moment(startMs),
    stop: moment(startMs),
    dataFrom: moment(startMs),
    dataTo: moment(startMs),
    state: 'lost',
    reason: 'storm',
  }
  const report = writeContacts({ mission: 'MMS', source: 'SIMULATED', created: moment(startMs), contacts: [row, row] })

  test.each([
    ['an empty file', '', 'ephemeris/not-this-kind', 1],
    ['another kind', attitude, 'ephemeris/not-this-kind', 1],
    ['an end within the header', orbit.slice(0, 300), 'ephemeris/cut-short', 8],
    ['no records', orbit.split('\n').slice(0, 14).join('\n'), 'ephemeris/cut-short', 14],
    ['a missing last line', orbit.split('\n').slice(0, 18).join('\n'), 'ephemeris/cut-short', 18],
    ['half a line', orbit.slice(0, -130), 'ephemeris/bad-line', 19],
    ['a blank line', damageLine(orbit, 16, () => ''), 'ephemeris/bad-line', 16],
    ['a number that is none', damageLine(orbit, 16, line => line.replace(/\.\d{9} +$/, '.1x3')), 'ephemeris/bad-line', 16],
    ['a day that is none', damageLine(orbit, 17, line => line.replace('2026-326', '2026-399')), 'ephemeris/bad-line', 17],
    ['a repeated line', orbit.replace(/^2026-326\/00:00:30.*\n/m, line => line + line), 'ephemeris/bad-line', 17],
    [
      'TAI in seconds',
      damageLine(orbit, 15, line => line.replace(/ (\d{5}\.\d{9}) /, (_, d) => ` ${Number(d) * 86_400} `)),
      'ephemeris/times-disagree',
      15,
    ],
    ['a clock that is off by 2 ms', damageLine(orbit, 15, line => line.replace('.203', '.205')), 'ephemeris/times-disagree', 15],
    ['no name of the time scale', damageLine(orbit, 5, () => ''), 'ephemeris/bad-line', 14],
    ['a header line lost', damageLine(orbit, 2, () => 'Craft: MMS1'), 'ephemeris/bad-line', 14],
  ] as const)('DEFEPH: %s', (_, text, code, line) => {
    expect(codeAndLine(() => readDefeph(text))).toEqual([code, line])
  })

  test('TAI in the wrong unit is named', () => {
    expect(() => readDefeph(damageLine(orbit, 15, line => line.replace(/ (\d{5}\.\d{9}) /, (_, d) => ` ${Number(d) * 86_400} `)))).toThrow(
      /seconds, not days/,
    )
    expect(() => readDefatt(damageLine(attitude, 51, line => line.replace(/ \d{10}\.\d{3} /, s => ` ${Number(s) / 86_400} `)))).toThrow(
      /days, not seconds/,
    )
  })

  test.each([
    ['an empty file', '', 'ephemeris/not-this-kind', 1],
    ['an end within the header', attitude.slice(0, 500), 'ephemeris/cut-short', 11],
    ['no footer', attitude.replace('DATA_STOP\n', ''), 'ephemeris/cut-short', 54],
    ['too few fields', damageLine(attitude, 52, line => line.slice(0, 90)), 'ephemeris/bad-line', 52],
    ['an unknown flag', damageLine(attitude, 53, line => `${line.slice(0, -3)}XXX`), 'ephemeris/bad-line', 53],
    ['a header line lost', attitude.replace('OBJECT_ID ', 'OBJECT__ID '), 'ephemeris/bad-line', 47],
    ['a start that is none', attitude.replace(/(START_TIME += )\S+/, '$1yesterday'), 'ephemeris/bad-line', 44],
    ['a repeated line', damageLine(attitude, 52, line => `${line}\n${line}`), 'ephemeris/bad-line', 53],
  ] as const)('DEFATT: %s', (_, text, code, line) => {
    expect(codeAndLine(() => readDefatt(text))).toEqual([code, line])
  })

  test.each([
    ['an empty file', '', 'ephemeris/not-this-kind', 1],
    ['an end within the header', report.slice(0, 60), 'ephemeris/cut-short', 5],
    ['a line too few', report.split('\n').slice(0, 9).join('\n'), 'ephemeris/cut-short', 9],
    ['too few fields', damageLine(report, 9, line => line.slice(0, 50)), 'ephemeris/bad-line', 9],
    ['an unknown state', report.replace('lost', 'gone'), 'ephemeris/bad-line', 9],
    ['a header line lost', report.replace('Mission =', 'Mission:'), 'ephemeris/bad-line', 7],
  ] as const)('contacts: %s', (_, text, code, line) => {
    expect(codeAndLine(() => readContacts(text))).toEqual([code, line])
  })
})

test('the date of creation is written as the mission does', () => {
  expect(formatCreation(parseUtc('2019-01-29T08:39:20.303Z'))).toBe('Jan 29 2019 08:39:20.303 UTC')
})
