import { readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatUtc, parseUtc, tai1958FromTt2000, tt2000FromTai1958 } from '#formats/time'
import { sharedIsThere, sharedNote, sharedPath } from '#test/shared'
import { readList, type ListedLine, type ListOptions, type RemarkCode } from './index.ts'

const read = (text: string | Uint8Array, options?: ListOptions) => readList(typeof text === 'string' ? Buffer.from(text) : text, options)
const only = (text: string | Uint8Array, options?: ListOptions): ListedLine => {
  const { lines } = read(text, options)
  expect(lines).toHaveLength(1)
  return lines[0] as ListedLine
}
const tai = (utc: string): number => tai1958FromTt2000(parseUtc(utc))
const codes = (line: ListedLine): readonly RemarkCode[] => ('remarks' in line ? line.remarks.map(remark => remark.code) : [])
const said = (line: ListedLine): string => ('remarks' in line ? line.remarks.map(remark => remark.message).join('; ') : '')

// Names and texts here are made up; the real lists name people.
const at = { start: tai('2020-07-05T18:30:03'), end: tai('2020-07-05T18:31:23') }

const ok = '2020-07-05 18:30:03,2020-07-05 18:31:23'

describe('the forms', () => {
  test.each([
    ['a report', '2020-07-05/18:30:03 - 2020-07-05/18:31:23,100.0, moth(EVA),  weak flow,', 'report', 100, 'moth(EVA)', 'weak flow'],
    ['a ground loop', '2020-07-05 18:30:03,2020-07-05 18:31:23,150,MP crossing', 'spans', 150, 'list', 'MP crossing'],
    ['a quick list', "2020-07-05/18:30:03 , 2020-07-05/18:31:23,  4.7, 'a nice front'  ", 'spans', 4.7, 'list', 'a nice front'],
    ['a text list', '2020-07-05, 18:30:03, 18:31:23, 210.3, Moths -- cross cal', 'dated', 210.3, 'list', 'Moths -- cross cal'],
  ] as const)('%s', (_, text, form, fom, source, comment) => {
    expect(only(text)).toEqual({
      line: 1,
      fate: 'taken',
      form,
      remarks: [],
      segment: { ...at, fom, source, comment, spacecraft: undefined },
    })
  })

  test('columns under a header, in any order, with spacecraft', () => {
    const text = 'FOM,Stop_Time,start time,obsset,DISCUSSION,source id\r\n'
    const row = '80,2020-07-05T18:31:23,2020-07-05T18:30:03,'
    const { lines } = read(`${text}${row}5,"a, b","Moth"\n${row.replace('30:03', '30:13')}bat1 bat3,c,\n`, {
      spacecraft: ['bat1', 'bat2', 'bat3'],
    })
    expect(lines[1]).toMatchObject({ fate: 'taken', form: 'columns', remarks: [] })
    expect(lines[1]).toMatchObject({ segment: { ...at, fom: 80, source: 'Moth', comment: 'a, b', spacecraft: 5 } })
    expect(lines[2]).toMatchObject({ segment: { source: 'list', spacecraft: 5 } })
  })

  test('a text list ends on the next day where its end comes before its start', () => {
    expect(only('2015-08-01, 23:58:04, 00:02:14, 210, over midnight')).toMatchObject({
      fate: 'taken',
      segment: { start: tai('2015-08-01T23:58:04'), end: tai('2015-08-02T00:02:14') },
    })
  })

  test.each(['\n', '\r\n', '\r'])('lines may end with %j', ending => {
    expect(read(['# note', `${ok},9,x`, ''].join(ending)).counts).toEqual({ taken: 1, snapped: 0, quarantined: 0, passed: 1 })
  })

  test('leap seconds count', () => {
    const line = only('2016-12-31 23:59:54,2017-01-01 00:00:03,50,over the leap second')
    expect(line).toMatchObject({ fate: 'taken' })
    expect('segment' in line && line.segment.end - line.segment.start).toBe(10)
  })

  test('headers, blank lines and comments are passed over by name', () => {
    const { lines, counts } = read('\uFEFFSTART TIME          - END TIME,FOM,ID,DISCUSSION,\n\n# note\n; note\n')
    expect(lines.map(line => (line.fate === 'passed' ? line.why : line.fate))).toEqual(['header', 'blank', 'comment', 'comment'])
    expect(counts).toEqual({ taken: 0, snapped: 0, quarantined: 0, passed: 4 })
  })
})

describe('the dirt', () => {
  test.each<[string, string | Uint8Array, 'taken' | 'snapped' | 'quarantined', RemarkCode, RegExp]>([
    ['zero', '2020-07-05 18:30:03,2020-07-05 18:30:03,150,x', 'quarantined', 'zero-length', /0 s long/u],
    ['negative', '2020-07-05 18:31:23,2020-07-05 18:30:03,150,x', 'quarantined', 'negative', /ends 80 s before it starts/u],
    ['an hour', '2020-07-05 18:30:03,2020-07-05 19:30:03,150,x', 'quarantined', 'too-long', /lasts 3600 s; 3600 s and more/u],
    ['many hours', '2020-07-05 18:30:03,2020-07-06 03:00:03,150,x', 'quarantined', 'too-long', /lasts 30600 s/u],
    [
      'off the grid',
      '2020-07-05 18:30:05.5,2020-07-05 18:31:20,150,x',
      'snapped',
      'off-grid',
      /start moved 2\.5 s back .*end moved 3 s on/u,
    ],
    ['a second off', '2020-07-05 18:30:04,2020-07-05 18:31:22,150,x', 'snapped', 'off-grid', /start moved 1 s back .*end moved 1 s on/u],
    ['less than a cycle', '2020-07-05 18:30:03,2020-07-05 18:30:03.4,150,x', 'snapped', 'off-grid', /end moved 9\.6 s on/u],
    ['Latin-1', Buffer.from(`${ok},150,caf\xe9 \x96 x`, 'latin1'), 'taken', 'not-utf8', /Windows-1252/u],
    ['half a UTF-8 sequence', Buffer.concat([Buffer.from(`${ok},150,x`), Buffer.of(0xe2, 0x82)]), 'taken', 'not-utf8', /no UTF-8/u],
    ['control characters', `${ok},150,a\x00\x07b`, 'taken', 'control-characters', /became blanks/u],
    ['commas in text', `${ok},150,flow, waves, and more`, 'taken', 'comma-in-text', /2 commas belong/u],
    ['no merit', `${ok},a crossing`, 'taken', 'no-fom', /150 was put/u],
    ['an empty merit', `${ok},,a crossing`, 'taken', 'no-fom', /150 was put/u],
    ['a merit too high', `${ok},256,x`, 'quarantined', 'bad-fom', /256, outside of 0 to 255/u],
    ['a merit below', `${ok},-1,x`, 'quarantined', 'bad-fom', /-1, outside/u],
    ['a merit in words', '2020-07-05/18:30:03 - 2020-07-05/18:31:23,high, moth, x', 'quarantined', 'bad-fom', /"high" is no number/u],
    ['merit NaN', '2020-07-05/18:30:03 - 2020-07-05/18:31:23,NaN, moth, x', 'quarantined', 'bad-fom', /"NaN" is no number/u],
    ['no such day', '2020-02-30 18:30:03,2020-07-05 18:31:23,1,x', 'quarantined', 'bad-time', /its start .*month 2 of 2020 has no day 30/u],
    ['no such hour', '2020-07-05 18:30:03,2020-07-05 28:31:23,1,x', 'quarantined', 'bad-time', /its end .*no such time of day/u],
    ['no such leap second', '2020-07-05 18:30:03,2020-07-05 23:59:60,1,x', 'quarantined', 'bad-time', /no leap second/u],
    ['no end', '2020-07-05 18:30:03,,150,x', 'quarantined', 'missing-column', /has no end/u],
    ['blanks in times', '2015-05-06 /23:36:35, 2015-05 -06/23:44:55, 50', 'taken', 'blanks-in-time', /2015-05 -06/u],
    ['prose', 'see the mail of Monday', 'quarantined', 'no-form', /no form of a list/u],
    ['one time alone', '2020-07-05 18:30:03', 'quarantined', 'no-form', /no form/u],
  ])('%s', (_, text, fate, code, why) => {
    const line = only(text)
    expect([line.fate, codes(line)]).toEqual([fate, expect.arrayContaining([code])])
    expect(said(line)).toMatch(why)
  })

  test('Windows dashes and accents are read as they were meant', () => {
    expect(only(Buffer.from(`${ok},150,caf\xe9 \x96 x`, 'latin1'))).toMatchObject({ segment: { comment: 'café – x' } })
  })

  test('more cells than the header has columns are text; unknown columns are said', () => {
    const { lines, remarks } = read(`start,stop,weather,fom,comment,source\n${ok},rain,70,flow,waves,moth\n`)
    expect(remarks).toEqual(['column 3 "weather" is not known; its values are left out'])
    expect(lines[1]).toMatchObject({ fate: 'taken', segment: { comment: 'flow,waves', source: 'moth', fom: 70 } })
    expect(said(lines[1] as ListedLine)).toMatch(/1 more columns than the header/u)
  })

  test('lines made to be slow are not', () => {
    const blanks = ' '.repeat(200_000)
    const { lines } = read(
      [
        `1${blanks}x`,
        `2020${blanks}-,y`,
        '"'.repeat(200_001),
        ','.repeat(200_000),
        `2020-07-05 18:30:03,${'1'.repeat(200_000)}x,2`,
        `start${blanks}time`,
      ].join('\n'),
    )
    expect(lines.map(line => line.fate)).toEqual(lines.map(() => 'quarantined'))
    const columns = read(`start,stop,fom\n2020${blanks}-${blanks},${blanks}2021,5\n`)
    expect(said(columns.lines[1] as ListedLine)).toMatch(/its start is no time but a text of \d+ characters/u)
  })

  test('spacecraft that are none', () => {
    const { lines } = read(`start,stop,fom,obsset\n${ok},70,0\n${ok},70,16\n${ok},70,bat9\n`, {
      spacecraft: ['bat1', 'bat2', 'bat3', 'bat4'],
    })
    expect(lines.slice(1).map(line => [line.fate, said(line)])).toEqual([
      ['quarantined', 'its spacecraft are 0, a sum of bits from 1 to 15 is wanted'],
      ['quarantined', 'its spacecraft are 16, a sum of bits from 1 to 15 is wanted'],
      ['quarantined', 'its spacecraft "bat9" are not among bat1, bat2, bat3, bat4'],
    ])
  })

  test('the same line again, the same times with other words, shared time', () => {
    const { lines } = read([`${ok},150,x`, `${ok},150,x`, `${ok},120,y`, '2020-07-05 18:31:03,2020-07-05 18:32:03,9,z'].join('\n'))
    expect(lines.map(line => [line.fate, said(line)])).toEqual([
      ['taken', ''],
      ['quarantined', 'it says again what line 1 says'],
      ['quarantined', 'line 1 has the same times with FOM 150 and another source or text'],
      ['taken', 'it shares 20 s with line 1'],
    ])
  })
})

describe('laws', () => {
  test('every line of any bytes is accounted for, with a reason where it is not simply taken', () => {
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 20 }).map(bytes => Buffer.from(bytes)),
      fc.constantFrom(`${ok},150,x\n`, '\n', '2020-07-05/18:30:03 - ', ',', '"', 'start,stop,fom\n', '150').map(text => Buffer.from(text)),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), pieces => {
        const bytes = Buffer.concat(pieces)
        const { lines, counts } = readList(bytes)
        const ending = bytes.includes(0x0a) ? 0x0a : 0x0d
        const newlines = bytes.filter(byte => byte === ending).length
        expect(lines.map(line => line.line)).toEqual(lines.map((_, i) => i + 1))
        expect(lines.length).toBe(newlines + (bytes.length > 0 && bytes.at(-1) !== ending ? 1 : 0))
        expect(Object.values(counts).reduce((a, b) => a + b, 0)).toBe(lines.length)
        for (const line of lines) if (line.fate === 'quarantined' || line.fate === 'snapped') expect(line.remarks.length).toBeGreaterThan(0)
      }),
    )
  })

  test('a snapped span lies on the grid and holds the wanted one, but for a second', () => {
    const start = fc.integer({ min: 1_800_000_000_000, max: 2_100_000_000_000 })
    fc.assert(
      fc.property(start, fc.integer({ min: 1, max: 3_599_000 }), (from, length) => {
        const utc = (ms: number): string => formatUtc(tt2000FromTai1958(BigInt(ms) * 1_000_000n), 3, '')
        const line = only(`${utc(from)},${utc(from + length)},1,x`)
        if (!('segment' in line)) throw new Error(said(line))
        const { start: first, end } = line.segment
        expect([first % 10, end % 10, end > first]).toEqual([0, 0, true])
        expect(first * 1000).toBeLessThanOrEqual(from + 1000)
        expect(end * 1000).toBeGreaterThanOrEqual(from + length - 1000)
        expect(end - first).toBeLessThan(length / 1000 + 20)
        expect(line.fate === 'taken').toBe(first * 1000 === from && end * 1000 === from + length)
      }),
    )
  })
})

describe.skipIf(!sharedIsThere)(`the real lists import whole${sharedNote}`, () => {
  const report = (name: string) => readList(readFileSync(sharedPath('real', 'mms', 'sitl', name)))
  const tally = (name: string): Record<string, number> => {
    const all = report(name).lines.flatMap(line => codes(line).map(code => `${line.fate}: ${code}`))
    return Object.fromEntries([...new Set(all)].toSorted().map(key => [key, all.filter(one => one === key).length]))
  }

  // Counted beforehand by a program of another kind, in Python.
  test.each([
    [
      'sitl_reports_2016.csv',
      { taken: 328, snapped: 0, quarantined: 22, passed: 1 },
      { 'quarantined: too-long': 22, 'taken: overlaps': 7 },
    ],
    ['example_sitl_reports.csv', { taken: 96, snapped: 0, quarantined: 104, passed: 1 }, { 'quarantined: repeated': 104 }],
    [
      'gl-mp-unh_2017-02-03-100000_2017-02-05-235959.csv',
      { taken: 0, snapped: 49, quarantined: 0, passed: 0 },
      { 'snapped: no-fom': 49, 'snapped: off-grid': 49 },
    ],
    ['eva_sitl_restore_txt_sample.txt', { taken: 0, snapped: 3, quarantined: 0, passed: 0 }, { 'snapped: off-grid': 3 }],
    [
      'sitl_quick_sample_input.csv',
      { taken: 0, snapped: 3, quarantined: 0, passed: 0 },
      { 'snapped: blanks-in-time': 2, 'snapped: off-grid': 3 },
    ],
  ])('%s', (name, counts, remarks) => {
    expect(report(name).counts).toEqual(counts)
    expect(tally(name)).toEqual(remarks)
  })
})
