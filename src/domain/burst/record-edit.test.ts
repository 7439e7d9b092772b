import { describe, expect, test } from 'vitest'
import { readBurstTables } from '#test/burst'
import { newRecord, recordRules, validateRecordEdits, type RecordEdit, type SegmentRecord } from './index.ts'

const tables = readBurstTables()
const t0 = 1_973_183_440
const facts = { madeAt: t0 }
const stored = (id: number, start: number, fom: number, more: Partial<SegmentRecord> = {}): SegmentRecord => ({
  ...newRecord(
    { id, start: t0 + start, end: t0 + start + 100, parameterSet: '', fom, source: 'ABS', createdAt: t0, comment: '' },
    [11, 11, 11, 11],
  ),
  ...more,
})
const records = [
  stored(1, 0, 120),
  stored(2, 1000, 40),
  stored(3, 2000, 0),
  stored(4, 3000, 50, { status: { state: 'complete', sticky: [], losses: [] }, finishedAt: t0 + 9000 }),
  stored(5, 4000, 50, { status: { state: 'deleted', sticky: [], losses: [] }, finishedAt: t0 + 9000 }),
]
const made = (start: number, buffers: number, more: Partial<RecordEdit> = {}): RecordEdit => ({
  act: 'new',
  segment: -1,
  start: t0 + start,
  end: t0 + start + 10 * (buffers - 1),
  fom: 60,
  spacecraft: 15,
  source: 'jdoe(EVA)',
  comment: 'late FTE',
  ...more,
})
const of = (segment: number, act: 'modified' | 'deleted', more: Partial<RecordEdit> = {}): RecordEdit => {
  const record = records.find(({ id }) => id === segment)
  return {
    act,
    segment,
    start: record?.start ?? 0,
    end: record?.end ?? 0,
    fom: record?.fom ?? 0,
    spacecraft: 15,
    source: 'x',
    comment: 'c',
    ...more,
  }
}

const cases: readonly (readonly [rule: string, edits: readonly RecordEdit[], says: string])[] = [
  ['B-E1', [of(1, 'modified', { fom: 256 })], 'gets the figure of merit 256, outside of 0 to 255.'],
  ['B-E1', [made(5000, 5, { fom: Number.NaN })], 'gets the figure of merit NaN'],
  ['B-E2', [made(5000, 61)], 'has 61 buffers; 1 to 60 whole ones are allowed.'],
  ['B-E2', [made(5000, 2.5)], 'has 2.5 buffers'],
  ['B-E2', [made(5000, 5, { calibration: true, fom: 210 })], 'has 5 buffers; 1 to 4 whole ones are allowed.'],
  ['B-E3', [made(5000, -3)], '40 s before it starts'],
  ['B-O1', [made(5000, 5, { fom: 201 })], 'above 200 a Super-SITL must approve'],
  ['B-Y1', [made(5000, 31)], 'has 31 buffers; 2 to 30 are usual.'],
  ['B-Y2', [made(5000, 5, { fom: 150 })], 'from 150 on the reason is asked for'],
  ['B-Y3', [of(1, 'deleted')], 'has the figure of merit 120; deleting above 100 asks for a reason.'],
  ['B-Y4', [of(2, 'modified', { fom: 57 })], 'goes from the figure of merit 40 to 57; more than 40 % asks for a reason.'],
  ['B-Y4', [of(3, 'modified', { fom: 1 })], 'from the figure of merit 0 to 1'],
  ['B-Y5', [made(5000, 4, { calibration: true, fom: 199 })], '200 and more are usual'],
  ['B-N1', [made(950, 10)], 'overlaps segment 2 by 50 s'],
  ['B-N1', [made(5000, 5), made(5040, 5)], 'overlaps the new one of edit 1'],
  ['B-N2', [of(4, 'modified', { fom: 51 })], 'is finished (complete since'],
  ['B-N3', [of(1, 'modified', { end: t0 + 90 })], 'its times stay'],
  ['B-N4', [of(99, 'deleted')], 'There is no segment 99.'],
  ['B-N5', [of(1, 'modified'), of(1, 'deleted')], 'Edits 1 and 2 are both of segment 1.'],
  ['B-N7', [made(5000, 5, { spacecraft: 0 })], 'for the spacecraft set 0, not within 1 to 15'],
]

describe('edits of stored segments', () => {
  test.each(cases)('%s: %o', (rule, edits, says) => {
    const found = validateRecordEdits(tables, facts, records, edits).find(finding => finding.rule === rule)
    expect(found?.sentence).toContain(says)
    if (found === undefined) return
    const at = found.edits[0] ?? 0
    const mended = found.mend.edit === null ? edits.toSpliced(at, 1) : edits.with(at, found.mend.edit)
    expect(validateRecordEdits(tables, facts, records, mended).map(({ rule: other }) => other)).not.toContain(rule)
  })

  test('every rule has a case', () => {
    expect(recordRules.map(({ id }) => id).filter(id => !cases.some(([rule]) => rule === id))).toEqual([])
  })

  test.each([
    ['a modest change', [of(2, 'modified', { fom: 56 })]],
    ['deleting one of little merit', [of(2, 'deleted')]],
    ['a new one where one was deleted', [made(4000, 11)]],
    ['a new one where one is deleted by the same act', [of(2, 'deleted'), made(1000, 11)]],
    ['a calibration', [made(5000, 4, { calibration: true, fom: 210 })]],
    ['a new comment on a high segment', [of(1, 'modified', { comment: 'better' })]],
  ])('%s needs nothing', (_, edits) => expect(validateRecordEdits(tables, facts, records, edits)).toEqual([]))
})
