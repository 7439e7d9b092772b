import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  EPOCH_FILL,
  TT2000_FILL,
  TT2000_PAD,
  builtInLeapTable,
  civilFromDays,
  daysFromCivil,
  epoch16FromTt2000,
  epochFromTt2000,
  formatDoy,
  formatEpoch,
  formatEpoch16,
  formatUtc,
  leapTable,
  makeLeapTable,
  parseDoy,
  parseEpoch16,
  parseUtc,
  replaceLeapTable,
  tai1958FromTt2000,
  tai1958NsFromTt2000,
  taiMinusUtcNs,
  tt2000,
  tt2000FromEpoch,
  tt2000FromEpoch16,
  tt2000FromTai1958,
  tt2000FromUtcMs,
  utcMsFromEpoch,
  utcMsFromEpoch16,
  utcMsFromTt2000,
  utcMsFromTt2000Array,
  type Tt2000,
} from './index.ts'

/** Any moment that text can say: 1708 to 2291. */
const moment = fc.bigInt({ min: -9_200_000_000_000_000_000n, max: 9_200_000_000_000_000_000n }).map(ns => ns as Tt2000)
const since1972 = fc.bigInt({ min: -883_000_000_000_000_000n, max: 9_200_000_000_000_000_000n }).map(ns => ns as Tt2000)

describe('the calendar', () => {
  test('days and dates are each other backwards', () => {
    fc.assert(
      fc.property(fc.integer({ min: -4_000_000, max: 4_000_000 }), days => {
        const { year, month, day } = civilFromDays(days)
        expect(daysFromCivil(year, month, day)).toBe(days)
      }),
    )
    expect(civilFromDays(0)).toEqual({ year: 1970, month: 1, day: 1 })
    expect(civilFromDays(daysFromCivil(2000, 2, 29))).toEqual({ year: 2000, month: 2, day: 29 })
  })
})

describe('UTC text', () => {
  test('printed and parsed is the same moment', () => {
    fc.assert(
      fc.property(since1972, t => {
        expect(parseUtc(formatUtc(t))).toBe(t)
      }),
    )
    fc.assert(
      fc.property(since1972, t => {
        expect(parseDoy(formatDoy(t, 9))).toBe(t)
      }),
    )
  })

  test.each([
    ['2015-09-01', '2015-09-01T00:00:00.000000000Z'],
    ['2015-09-01T12:30', '2015-09-01T12:30:00.000000000Z'],
    ['2015-09-01 12:30:01', '2015-09-01T12:30:01.000000000Z'],
    ['2015-09-01T12:30:01.5Z', '2015-09-01T12:30:01.500000000Z'],
    ['2015-244', '2015-09-01T00:00:00.000000000Z'],
    ['2015-244/12:30:00', '2015-09-01T12:30:00.000000000Z'],
    ['2015-09-01T12:30:01.123456789999', '2015-09-01T12:30:01.123456789Z'],
    ['2016-12-31T23:59:60.25', '2016-12-31T23:59:60.250000000Z'],
    ['9999-12-31T23:59:59.999999999', '9999-12-31T23:59:59.999999999Z'],
    ['0000-01-01T00:00:00', '0000-01-01T00:00:00.000000000Z'],
  ])('%s', (text, printed) => expect(formatUtc(parseUtc(text))).toBe(printed))

  test.each([
    ['yesterday', 'time/malformed'],
    ['2015-9-1', 'time/malformed'],
    ['2015-13-01', 'time/no-such-moment'],
    ['2015-02-29', 'time/no-such-moment'],
    ['2015-366', 'time/no-such-moment'],
    ['2015-000', 'time/no-such-moment'],
    ['2015-01-01T24:00', 'time/no-such-moment'],
    ['2015-01-01T00:60', 'time/no-such-moment'],
    ['2015-01-01T00:00:60', 'time/no-such-moment'],
    ['2015-01-01T23:59:60', 'time/no-such-moment'],
    ['1500-01-01', 'time/out-of-range'],
    ['2400-01-01', 'time/out-of-range'],
  ])('%s is refused', (text, code) => {
    expect(() => parseUtc(text)).toThrow(expect.objectContaining({ code }))
  })

  test('digits are cut, not rounded, and the Z is a choice', () => {
    const t = parseUtc('2016-12-31T23:59:60.999999999')
    expect([formatUtc(t, 3), formatUtc(t, 0, ''), formatUtc(t, 6, '')]).toEqual([
      '2016-12-31T23:59:60.999Z',
      '2016-12-31T23:59:60',
      '2016-12-31T23:59:60.999999',
    ])
  })

  test('day of year', () => {
    const t = parseUtc('2016-12-31T23:59:60.5')
    expect([formatDoy(t), formatDoy(t, 3), formatDoy(t, 0, '/')]).toEqual(['2016-366', '2016-366T23:59:60.500', '2016-366/23:59:60'])
    expect([formatDoy(TT2000_FILL), formatDoy(TT2000_PAD)]).toEqual(['9999-365', '0000-001'])
    expect(() => parseDoy('2015-09-01')).toThrow(expect.objectContaining({ code: 'time/malformed' }))
  })
})

describe('milliseconds since 1970', () => {
  test('Date and TT2000 agree', () => {
    fc.assert(
      fc.property(fc.integer({ min: Date.UTC(1972, 0, 2), max: Date.UTC(2290, 0) }), ms => {
        const t = tt2000FromUtcMs(ms)
        expect(utcMsFromTt2000(t)).toBe(ms)
        expect(formatUtc(t, 3)).toBe(new Date(ms).toISOString())
      }),
    )
  })

  test('arrays give what single values give', () => {
    const edges = builtInLeapTable.steps.flatMap(({ start }) => [
      start - 5_000_000_000n,
      start - 1n,
      start,
      start + 1n,
      start + 5_000_000_000n,
    ])
    fc.assert(
      fc.property(fc.array(fc.oneof(moment, fc.constantFrom(...edges, TT2000_FILL, TT2000_PAD))), times => {
        const array = BigInt64Array.from(times)
        const single = times.map(t => utcMsFromTt2000(t as Tt2000))
        // A double of today's ms has steps of 0.25 µs.
        utcMsFromTt2000Array(array).forEach((ms, i) => {
          if (Number.isNaN(single[i])) expect(ms).toBeNaN()
          else expect(Math.abs(ms - (single[i] ?? 0))).toBeLessThan(0.002)
        })
      }),
    )
    expect(utcMsFromTt2000Array(BigInt64Array.of(TT2000_FILL, TT2000_PAD))).toEqual(Float64Array.of(Number.NaN, Number.NaN))
  })

  test('whole milliseconds stay whole in arrays', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: Date.UTC(1972, 0, 2), max: Date.UTC(2290, 0) })), list => {
        expect(Array.from(utcMsFromTt2000Array(BigInt64Array.from(list, ms => tt2000FromUtcMs(ms))))).toEqual(list)
      }),
    )
  })

  test('a leap second repeats the first second of the next day', () => {
    expect(utcMsFromTt2000(parseUtc('2016-12-31T23:59:60.25'))).toBe(Date.UTC(2017, 0, 1) + 250)
    expect(utcMsFromTt2000(parseUtc('2017-01-01T00:00:00.25'))).toBe(Date.UTC(2017, 0, 1) + 250)
  })

  test('what is no moment is refused', () => {
    expect(() => tt2000FromUtcMs(Number.NaN)).toThrow(expect.objectContaining({ code: 'time/out-of-range' }))
    expect(() => tt2000(2n ** 63n)).toThrow(expect.objectContaining({ code: 'time/out-of-range' }))
  })
})

describe('TAI since 1958', () => {
  test('seconds and nanoseconds', () => {
    const t = parseUtc('2017-01-01')
    expect(tai1958FromTt2000(t)).toBe(daysFromCivil(2017, 1, 1) * 86_400 - daysFromCivil(1958, 1, 1) * 86_400 + 37)
    expect(tt2000FromTai1958(tai1958FromTt2000(t))).toBe(t)
    fc.assert(
      fc.property(
        moment.filter(m => m < 7_000_000_000_000_000_000n),
        m => {
          expect(tt2000FromTai1958(tai1958NsFromTt2000(m))).toBe(m)
        },
      ),
    )
    expect(tt2000FromTai1958(0.5)).toBe(tt2000FromTai1958(500_000_000n))
  })
})

describe('EPOCH and EPOCH16', () => {
  test('of a TT2000 and back', () => {
    const t = parseUtc('2015-09-01T12:30:00.123')
    expect(formatEpoch(epochFromTt2000(t))).toBe('2015-09-01T12:30:00.123Z')
    expect(tt2000FromEpoch(epochFromTt2000(t))).toBe(t)
    expect(formatEpoch16(epoch16FromTt2000(t))).toBe('2015-09-01T12:30:00.123000000000Z')
    fc.assert(
      fc.property(since1972, m => {
        expect(tt2000FromEpoch16(epoch16FromTt2000(m))).toBe(isLeap(m) ? m + 1_000_000_000n : m)
      }),
    )
  })
  // EPOCH16 has no leap seconds: theirs become the second after.
  const isLeap = (m: Tt2000): boolean => formatUtc(m).includes(':60.')

  test('fill values', () => {
    expect([tt2000FromEpoch(EPOCH_FILL), tt2000FromEpoch16([EPOCH_FILL, EPOCH_FILL])]).toEqual([TT2000_FILL, TT2000_FILL])
    expect([epochFromTt2000(TT2000_FILL), epoch16FromTt2000(TT2000_FILL)]).toEqual([EPOCH_FILL, [EPOCH_FILL, EPOCH_FILL]])
    expect([utcMsFromEpoch(EPOCH_FILL), utcMsFromEpoch16([EPOCH_FILL, EPOCH_FILL])]).toEqual([Number.NaN, Number.NaN])
    expect([formatEpoch(Number.NaN), formatEpoch16([Number.NaN, 0])]).toEqual([
      '9999-12-31T23:59:59.999Z',
      '9999-12-31T23:59:59.999999999999Z',
    ])
  })

  test('milliseconds', () => {
    expect(utcMsFromEpoch(62_167_219_200_001)).toBe(1)
    expect(utcMsFromEpoch16(parseEpoch16('1970-01-01T00:00:00.0015'))).toBe(1.5)
  })
})

describe('the leap-second table', () => {
  test('can be replaced at run time', () => {
    const before = formatUtc(parseUtc('2030-01-01'))
    const longer = makeLeapTable([...builtInLeapTable.steps, { date: '2029-01-01', offsetNs: 38e9, base: 0, driftNs: 0 }], '2030-12-28')
    const old = replaceLeapTable(longer)
    try {
      expect([leapTable().lastUpdated, leapTable().expires]).toEqual([20_290_101, '2030-12-28'])
      expect(formatUtc(parseUtc('2028-12-31T23:59:60.5'))).toBe('2028-12-31T23:59:60.500000000Z')
      expect(parseUtc('2030-01-01') - parseUtc('2030-01-01', builtInLeapTable)).toBe(1_000_000_000n)
    } finally {
      replaceLeapTable(old)
    }
    expect(formatUtc(parseUtc('2030-01-01'))).toBe(before)
  })

  test('states its end', () => {
    expect([builtInLeapTable.lastUpdated, builtInLeapTable.steps.length]).toEqual([20_170_101, 42])
    expect(taiMinusUtcNs(builtInLeapTable, daysFromCivil(2020, 1, 1))).toBe(37_000_000_000n)
    expect(makeLeapTable([], '').lastUpdated).toBe(0)
  })
})
