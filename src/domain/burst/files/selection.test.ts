import { readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { applyEdit, fileOfSelection, makeSelection, regularGrid, selectionOfFile, type RecordEdit, type Selection } from '#domain/burst'
import { readSave, toPlain, variableOf, writeSave, type IdlStruct } from '#formats/idlsave'
import { sharedIsThere, sharedNote, sharedPath } from '#test/shared'
import {
  automaticStructure,
  burstDocumentOf,
  limitVariables,
  recordEditsOf,
  saveVariables,
  segmentChangesFrom,
  type FomStructure,
  type SegmentChanges,
} from './index.ts'

const parameters = {
  targetBuffs: 700,
  fomAve: 20.5,
  targetRatio: 3,
  minSegmentSize: 12,
  maxSegmentSize: 60,
  pad: 2,
  padPasses: 2,
  split: 'clamped' as const,
  searchRatio: 2,
  fomWindowSize: 10,
  fomSlope: 20,
  fomSkew: 0.5,
  fomBias: 0.5,
}
const timestamps = Array.from({ length: 60 }, (_, i) => 1_812_820_840 + 10 * i)
const frame = {
  algversion: '$Revision: 1.8 $',
  metadatainfo: 'A=100.00%',
  oldestavailableburstdata: 'A=1811000000',
  metadataevaltime: '2015-163T17:20:05',
  timestamps,
  mdq: timestamps.map((_, i) => i % 7),
}
const automatic = automaticStructure(
  { valid: true, segments: [{ start: 3, stop: 14, fom: 40.5 }], buffers: 12, stoppedBy: 'mean', next: undefined },
  parameters,
  frame,
) as FomStructure

/** Fields of FOMSTR in the file, with their types. */
function fieldsOf(structure: FomStructure): string[] {
  const value = variableOf(readSave(writeSave({ variables: saveVariables(structure) })), 'fomstr') as IdlStruct
  return value.fields.map(field => `${field.name} ${field.value.type}`)
}

describe('automated selections', () => {
  test('are written with the fields, types and order of the operational files', () => {
    const words =
      'VALID long,ERROR string,ALGVERSION string,SOURCEID string,CYCLESTART long,NUMCYCLES long,NSEGS long,START long,STOP long,' +
      'SEGLENGTHS long,FOM float,NBUFFS long,MDQ float,TIMESTAMPS ulong,TARGETBUFFS long,FOMAVE float,TARGETRATIO float,' +
      'MINSEGMENTSIZE long,MAXSEGMENTSIZE long,PAD long,SEARCHRATIO float,FOMWINDOWSIZE long,FOMSLOPE float,FOMSKEW float,' +
      'FOMBIAS float,METADATAINFO string,OLDESTAVAILABLEBURSTDATA string,METADATAEVALTIME string'
    expect(fieldsOf(automatic)).toEqual(words.split(','))
  })

  test('that found nothing say why', () => {
    const failed = automaticStructure({ valid: false, errno: 3, error: 'no valid buffers' }, parameters, frame)
    const file = readSave(writeSave({ variables: saveVariables(failed) }))
    expect(toPlain(variableOf(file, 'FOMSTR'))).toEqual({ valid: 0, error: 'no valid buffers', errno: 3 })
    expect(burstDocumentOf(file)).toEqual(failed)
  })
})

describe('selections', () => {
  test('edited, written, read again: the same segments and window', () => {
    const { selection } = applyEdit(selectionOfFile(automatic, 10, 4), { kind: 'cut', id: 1, at: 8 })
    expect(selection.segments).toHaveLength(2)
    const edited: Selection = { ...selection, frame: { ...selection.frame, note: 'quiet', close: 1_812_822_000, final: true } }
    const structure = fileOfSelection(edited, automatic)
    expect(fieldsOf(structure).slice(28)).toEqual([
      'DISCUSSION string',
      'OBSSET byte',
      'NOTE string',
      'UPLINKFLAG int',
      'EVALSTARTTIME ulong',
    ])
    const again = selectionOfFile(burstDocumentOf(readSave(writeSave({ variables: saveVariables(structure) }))) as FomStructure, 10, 4)
    const bare = (one: Selection) => ({ ...one, next: 0, segments: one.segments.map(segment => ({ ...segment, id: 0 })) })
    expect(bare(again)).toEqual(bare(edited))
  })

  test('any segments, even impossible ones, come through: validation is to see them', () => {
    const segment = fc.record({
      start: fc.integer({ min: -5, max: 90 }),
      stop: fc.integer({ min: -5, max: 90 }),
      fom: fc.oneof(fc.double({ min: -10, max: 300, noNaN: true }).map(Math.fround), fc.constant(Number.NaN)),
      spacecraft: fc.integer({ min: 0, max: 15 }),
      comment: fc.string({ minLength: 1, maxLength: 9 }).filter(text => text !== ' '),
      tags: fc.constant([]),
      source: fc.string({ maxLength: 9 }),
    })
    fc.assert(
      fc.property(fc.array(segment, { minLength: 1, maxLength: 5 }), segments => {
        const selection = makeSelection(regularGrid(timestamps[0] ?? 0, 60, 10), segments, { evaluation: frame.metadataevaltime })
        const structure = fileOfSelection(selection, automatic)
        const read = burstDocumentOf(readSave(writeSave({ variables: saveVariables(structure) }))) as FomStructure
        expect(selectionOfFile(read, 10, 4)).toEqual(selection)
      }),
    )
  })
})

describe('edits of stored segments', () => {
  const spacecraft = ['bat1', 'bat2', 'bat3', 'bat4']
  const edits: readonly RecordEdit[] = [
    { act: 'new', segment: -1, start: 1_812_820_840, end: 1_812_820_940, fom: 60, spacecraft: 15, source: 'moth(EVA)', comment: 'more' },
    { act: 'deleted', segment: 7012, start: 1_812_820_000, end: 1_812_820_040, fom: 0, spacecraft: 9, source: 'moth(EVA)', comment: '' },
  ]

  test('go through a file of changes', () => {
    const changes = segmentChangesFrom(edits, spacecraft)
    expect(changes.changes.map(change => [change.status, change.observatoryid])).toEqual([
      ['New', 'ALL'],
      ['Deleted', 'BAT1,BAT4'],
    ])
    const read = burstDocumentOf(readSave(writeSave({ variables: saveVariables(changes) }))) as SegmentChanges
    expect(recordEditsOf(read, spacecraft)).toEqual(edits)
  })

  test.each([
    ['status', { status: 'Gone' }, /change 0: the status "Gone" is none of New, Modified, Deleted/u],
    ['spacecraft', { observatoryid: 'BAT1,BAT9' }, /change 0: its spacecraft "BAT1,BAT9" are not among bat1/u],
    ['no spacecraft', { observatoryid: ' ' }, /change 0: its spacecraft " "/u],
  ])('that make no sense: %s', (_, wrong, why) => {
    const { changes } = segmentChangesFrom(edits, spacecraft)
    const [first] = changes
    if (first === undefined) throw new Error('there is one')
    expect(() => recordEditsOf({ form: 'segment-changes/1', changes: [{ ...first, ...wrong }] }, spacecraft)).toThrow(why)
  })
})

test('the limits of validation as old clients download them', () => {
  const limits = {
    fomBounds: [0, 255],
    fomGmax: 200,
    segBounds: [1, 60],
    nominalSegRange: [2, 35],
    buffMax: 1000,
    p1Percent: 33,
    fomDelMax: 100,
    fomModPercent: 0.5,
    fomJustify: 150,
    fomFpiMin: 200,
    fpiSegBounds: [1, 4],
    commentMax: 250,
    commentNeededFrom: 100,
    segmentsMax: 500,
    off: [],
  } as const
  const categories = [
    { category: 0, low: 200, high: 256, use: '' },
    { category: 1, low: 100, high: 200, use: '' },
    { category: 2, low: 50, high: 100, use: '' },
  ]
  const file = readSave(writeSave({ variables: limitVariables(limits, categories) }))
  expect(toPlain(variableOf(file, 'validation_struct'))).toEqual({
    fom_gmax: 200,
    fom_bounds: [0, 255],
    seg_bounds: [1, 60],
    buff_max: 1000,
    p1_percent: 33,
    nominal_seg_range: [2, 35],
    type1_range: [100, 199],
    type2_range: [50, 99],
    fom_del_max: 100,
    fom_mod_percent: 0.5,
    fom_fpi_min: 200,
    fpi_seg_bounds: [1, 4],
  })
})

describe.skipIf(!sharedIsThere)(`the real automated selections${sharedNote}`, () => {
  test('become a selection of seven segments and 354 buffers', () => {
    const file = readSave(readFileSync(sharedPath('real', 'mms', 'sitl', 'abs_selections_sample.sav')))
    const structure = burstDocumentOf(file) as FomStructure
    const selection = selectionOfFile(structure, 10, 4)
    expect(selection.segments.map(segment => segment.stop - segment.start + 1)).toEqual([45, 51, 51, 51, 50, 53, 53])
    expect(selection.grid.runs).toEqual([{ first: 0, last: 2735 }])
    expect(selection.frame).toEqual({ note: '', evaluation: '2015-022T19:37:25', close: null, final: false })
  })
})
