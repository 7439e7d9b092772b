import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { newRecord, parseStatusTable, printStatusTable, statusColumns, type SegmentRecord } from './index.ts'

const header =
  'DATASEGMENTID,TAISTARTTIME (TAI seconds since 1958-01-01),TAIENDTIME (TAI seconds since 1958-01-01),PARAMETERSETID,FOM,ISPENDING,INPLAYLIST,STATUS,NUMEVALCYCLES,SOURCEID,CREATETIME,FINISHTIME,OBS1NUMBUFS,OBS2NUMBUFS,OBS3NUMBUFS,OBS4NUMBUFS,OBS1ALLOCBUFS,OBS2ALLOCBUFS,OBS3ALLOCBUFS,OBS4ALLOCBUFS,OBS1REMFILES,OBS2REMFILES,OBS3REMFILES,OBS4REMFILES,DISCUSSION'

const one: SegmentRecord = {
  ...newRecord(
    {
      id: 31_000,
      start: 1_973_183_440,
      end: 1_973_183_560,
      parameterSet: 'Revision: 1.7 ; parm_set: Revision: 1.17',
      fom: 120.5,
      source: 'jdoe(EVA)',
      createdAt: 1_973_200_000,
      comment: 'BBF, with "jets"',
    },
    [13, 13, 13, 13],
  ),
  inPlaylist: true,
  status: { state: 'held', sticky: ['MODIFIED'], losses: [] },
  evaluations: 3,
  craft: [0, 1, 2, 3].map(i => ({ buffers: 13, held: 13 - i, files: 13 - i, received: i, lost: 'none' as const })),
}

test('the table has 25 columns for four spacecraft, written to the byte', () => {
  expect(statusColumns(4)).toHaveLength(25)
  const done: SegmentRecord = {
    ...newRecord(
      {
        id: 2,
        start: 1_812_820_840,
        end: 1_812_820_840,
        parameterSet: '',
        fom: 35,
        source: 'ABS',
        createdAt: 1_812_830_000,
        comment: 'two\nlines',
      },
      [1, 1, 1, 0],
    ),
    status: { state: 'complete', sticky: [], losses: [] },
    finishedAt: 1_812_900_000,
    craft: [1, 1, 1, 0].map(buffers => ({ buffers, held: 0, files: 0, received: buffers, lost: 'none' as const })),
  }
  expect(printStatusTable([one, done], 4)).toBe(
    `${header}
2,1812820840,1812820840,,35,0,0,COMPLETE+FINISHED,0,ABS,2015-06-12 19:52:45,2015-06-13 15:19:25,1,1,1,0,0,0,0,0,0,0,0,0,two lines
31000,1973183440,1973183560,Revision: 1.7 ; parm_set: Revision: 1.17,120.5,1,1,HELD+MODIFIED,3,jdoe(EVA),2020-07-11 23:06:03,,13,13,13,13,13,12,11,10,13,12,11,10,"BBF, with ""jets"""
`,
  )
})

describe('reading', () => {
  test('what was written is read', () => {
    const { records, faults } = parseStatusTable(printStatusTable([one], 4))
    expect(faults).toEqual([])
    expect(records).toEqual([one])
  })

  test('commas in a comment need no quotes; every bad line is named', () => {
    const row = (id: string, start: string, end: string, status: string, comment: string): string =>
      `${id},${start},${end},p,50,1,0,${status},1,ABS,2020-07-11 23:06:03,,1,1,1,1,1,1,1,1,1,1,1,1,${comment}`
    const { records, faults } = parseStatusTable(
      [
        header,
        row('1', '100', '100', 'HELD', 'a, b, "c"'),
        row('2', '100', '90', 'HELD', ''),
        row('x', '1', '1', 'HELD', ''),
        row('3', '1', '1', 'HOLD', ''),
        '4,5',
      ].join('\r\n'),
    )
    expect(records.map(({ comment }) => comment)).toEqual(['a, b, "c"'])
    expect(faults).toEqual([
      { line: 3, sentence: 'the segment ends at 90, before it starts at 100: a broken row' },
      { line: 4, sentence: 'DATASEGMENTID is "x", no number' },
      { line: 5, sentence: 'the status "HOLD" has the token "HOLD", which means nothing' },
      { line: 6, sentence: '2 cells, 25 are wanted' },
    ])
    expect(parseStatusTable('A,B\n').faults[0]?.sentence).toContain('the header has no column')
  })

  test('any comment and source survive, line breaks as blanks', () => {
    const anyText = fc.string({ unit: fc.constantFrom('a', ',', '"', ' ', 'é', '+'), maxLength: 8 }).map(text => text.trim())
    fc.assert(
      fc.property(anyText, anyText, (comment, source) => {
        const { records } = parseStatusTable(printStatusTable([{ ...one, comment, source }], 4))
        expect(records[0]).toMatchObject({ comment, source: source.trim() })
      }),
    )
  })
})
