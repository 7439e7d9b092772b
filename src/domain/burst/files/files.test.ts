import { readFileSync } from 'node:fs'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { array, readSave, scalar, struct, variableOf, writeSave, type IdlStruct, type SaveFile } from '#formats/idlsave'
import { sharedIsThere, sharedNote, sharedPath } from '#test/shared'
import { burstDocumentOf, burstSchema, parseBurstDocument, saveVariables, type BurstDocument, type FomStructure } from './index.ts'

const single = fc.double({ min: 0, max: 255, noNaN: true }).map(value => Math.fround(value))
const tai = fc.integer({ min: 1_800_000_000, max: 2_100_000_000 })
const word = fc.string({ maxLength: 12 })
const small = fc.integer({ min: 0, max: 3000 })
const others = fc.option(
  fc.constant({
    weather: { type: 'float' as const, dims: [2], values: [1.5, null] },
    wide: { type: 'long64' as const, dims: [], values: ['-5'] },
  }),
  { nil: undefined },
)

/** Without the keys that are undefined: JSON has no such thing. */
const lean = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T

const fomStructure: fc.Arbitrary<FomStructure> = fc
  .record({
    count: fc.integer({ min: 1, max: 40 }),
    start: tai,
    edited: fc.boolean(),
    segments: fc.array(
      fc.record({ start: small, stop: small, fom: single, sourceid: word, discussion: word, obsset: fc.integer({ min: 0, max: 15 }) }),
      {
        minLength: 1,
        maxLength: 6,
      },
    ),
    numbers: fc.array(single, { minLength: 6, maxLength: 6 }),
    note: fc.option(word, { nil: undefined }),
    close: fc.option(tai, { nil: undefined }),
    more: others,
  })
  .map(({ count, start, edited, segments, numbers, note, close, more }) =>
    lean<FomStructure>({
      form: 'fom-structure/1',
      valid: true,
      algversion: '$Revision: 1.8 $',
      cycles: { timestamps: Array.from({ length: count }, (_, i) => start + 10 * i), mdq: Array.from({ length: count }, (_, i) => i / 4) },
      segments: edited ? segments : segments.map(({ start, stop, fom, sourceid }) => ({ start, stop, fom, sourceid })),
      settings: {
        targetbuffs: 700,
        fomave: numbers[0] as number,
        targetratio: numbers[1] as number,
        minsegmentsize: 12,
        maxsegmentsize: 60,
        pad: 2,
        searchratio: numbers[2] as number,
        fomwindowsize: 10,
        fomslope: numbers[3] as number,
        fomskew: numbers[4] as number,
        fombias: numbers[5] as number,
      },
      metadatainfo: 'A=100%',
      oldestavailableburstdata: '',
      metadataevaltime: '2015-022T19:37:25',
      note,
      evalstarttime: close,
      uplinkflag: close === undefined ? undefined : 1,
      more,
    }),
  )

const backStructure = fc
  .array(
    fc.record({
      datasegmentid: fc.integer({ min: -1, max: 90_000 }),
      start: tai,
      length: small,
      fom: single,
      status: word,
      sourceid: word,
    }),
    {
      minLength: 1,
      maxLength: 6,
    },
  )
  .map((rows): BurstDocument => ({
    form: 'back-structure/1',
    segments: rows.map(({ length, ...row }) => ({
      ...row,
      stop: row.start + 10 * length,
      parametersetid: 'Revision: 1.7',
      ispending: 1,
      inplaylist: 0,
      numevalcycles: 3,
      createtime: '2015-10-01 00:00:00',
      finishtime: '',
      changestatus: 0,
    })),
  }))

const changes = fc
  .array(
    fc.record({
      id: word,
      datasegmentid: fc.integer({ min: -1, max: 90_000 }),
      starttime: tai,
      endtime: tai,
      fom: single,
      discussion: word,
    }),
    {
      minLength: 1,
      maxLength: 6,
    },
  )
  .map((rows): BurstDocument => ({
    form: 'segment-changes/1',
    changes: rows.map(row => ({ ...row, status: 'Modified', source: 'moth(EVA)', observatoryid: 'ALL' })),
  }))

const failed: BurstDocument = { form: 'fom-structure/1', valid: false, error: 'no valid buffers', errno: 3 }
const anyDocument = fc.oneof(fomStructure, backStructure, changes, fc.constant(failed))

describe('documents', () => {
  test('go into save files and JSON and come back as they were', () => {
    fc.assert(
      fc.property(anyDocument, document => {
        expect(burstDocumentOf(readSave(writeSave({ variables: saveVariables(document) })))).toEqual(document)
        expect(parseBurstDocument(JSON.parse(JSON.stringify(document)))).toEqual(document)
      }),
    )
  })

  test('the published schema is the one in force, and accepts them', async () => {
    const schema = burstSchema()
    await expect(`${JSON.stringify(schema, null, 2)}\n`).toMatchFileSnapshot('../../../../docs/schemas/burst-selection.schema.json')
    const byItself = z.fromJSONSchema(schema)
    fc.assert(
      fc.property(anyDocument, document => {
        expect(byItself.safeParse(JSON.parse(JSON.stringify(document))).success).toBe(true)
      }),
    )
  })
})

const [plain] = fc.sample(fomStructure, { numRuns: 1, seed: 3 }) as [FomStructure]

describe('refusals of JSON', () => {
  test.each([
    ['no form', {}, /there is no form undefined; there is fom-structure\/1, back-structure\/1, segment-changes\/1/u],
    ['another form', { form: 'fom-structure/9' }, /no form "fom-structure\/9"/u],
    ['a text for a number', { ...plain, segments: [{ ...plain.segments[0], fom: '40' }] }, /^segments\.0\.fom: /u],
    ['half a cycle', { ...plain, segments: [{ ...plain.segments[0], start: 1.5 }] }, /^segments\.0\.start: /u],
    ['a word too many', { ...plain, weather: 1 }, /weather/u],
    [
      'a quality missing',
      { ...plain, cycles: { ...plain.cycles, mdq: [1, ...plain.cycles.mdq] } },
      /^cycles\.mdq has \d+ values for \d+ cycles/u,
    ],
  ])('%s', (_, json, why) => {
    expect(() => parseBurstDocument(json)).toThrow(
      expect.objectContaining({ code: 'burst/bad-document', message: expect.stringMatching(why) }),
    )
  })
})

/** The save file of a structure with some fields in place of, or beside, its own. */
function withFields(fields: Parameters<typeof struct>[0]): SaveFile {
  const value = variableOf({ variables: saveVariables(plain) }, 'FOMSTR') as IdlStruct
  const own = Object.fromEntries(value.fields.map(({ name, value }) => [name.toLowerCase(), value]))
  return readSave(writeSave({ variables: [{ name: 'FOMSTR', value: struct({ ...own, ...fields }) }] }))
}

describe('save files of others', () => {
  const count = plain.segments.length

  test('counts that contradict the segments are kept for validation, and written again', () => {
    const file = withFields({ nsegs: scalar('long', count + 3), nbuffs: scalar('long', 7) })
    const document = burstDocumentOf(file)
    expect(document).toMatchObject({ declared: { nsegs: count + 3, nbuffs: 7 } })
    expect(burstDocumentOf(readSave(writeSave({ variables: saveVariables(document) })))).toEqual(document)
  })

  test('times as doubles, as the command line of EVA leaves them', () => {
    const starts = plain.segments.map(segment => segment.start)
    expect(burstDocumentOf(withFields({ start: array('double', starts) }))).toEqual(plain)
  })

  test('a figure of merit that is no number is null', () => {
    const document = burstDocumentOf(
      withFields({
        fom: array(
          'float',
          Array.from({ length: count }, () => Number.NaN),
        ),
      }),
    )
    expect(document).toMatchObject({ segments: plain.segments.map(() => ({ fom: null })) })
    expect(parseBurstDocument(JSON.parse(JSON.stringify(document)))).toEqual(document)
  })

  test.each([
    [
      'a column too short',
      {
        stop: array(
          'long',
          Array.from({ length: count + 1 }, () => 1),
        ),
      },
      /STOP has \d+ values for \d+ segments/u,
    ],
    [
      'half an index',
      {
        start: array(
          'float',
          Array.from({ length: count }, () => 0.5),
        ),
      },
      /value 0 of START in FOMSTR is 0\.5/u,
    ],
    ['text for numbers', { fom: scalar('string', 'x') }, /field FOM of FOMSTR is of type string, numbers are wanted/u],
    ['a valid error', { error: scalar('string', 'no MDQ') }, /calls itself valid and has the error "no MDQ"/u],
    ['a structure within', { site: struct({ a: scalar('long', 1) }) }, /field SITE of FOMSTR is a structure/u],
  ])('%s', (_, fields, why) => {
    expect(() => burstDocumentOf(withFields(fields))).toThrow(
      expect.objectContaining({ code: 'burst/bad-structure', message: expect.stringMatching(why) }),
    )
  })

  test('other variables, missing fields, nothing to write', () => {
    expect(() => burstDocumentOf({ variables: [{ name: 'X', value: scalar('long', 1) }] })).toThrow(/holds X, neither FOMSTR nor BAKSTR/u)
    expect(() => burstDocumentOf({ variables: [{ name: 'FOMSTR', value: struct({ valid: scalar('long', 1) }) }] })).toThrow(
      /no field TIMESTAMPS/u,
    )
    expect(() => saveVariables({ ...plain, segments: [] })).toThrow(/IDL has no empty arrays/u)
  })
})

describe.skipIf(!sharedIsThere)(`real structures${sharedNote}`, () => {
  const read = (name: string): SaveFile => readSave(readFileSync(sharedPath('real', 'mms', 'sitl', name)))

  test.each(['abs_selections_sample.sav', 'BAKStr_for_demo.sav'])(
    '%s goes through our JSON and is the same variable again, to the last bit',
    name => {
      const file = read(name)
      const document = parseBurstDocument(JSON.parse(JSON.stringify(burstDocumentOf(file))))
      expect(document).not.toHaveProperty('declared')
      expect(document).not.toHaveProperty('more')
      expect(saveVariables(document)).toEqual(file.variables)
      const { variables: _, ...frame } = file
      expect(readSave(writeSave({ ...frame, variables: saveVariables(document) }))).toEqual(readSave(writeSave(file)))
    },
  )

  test('the automated selections say what they are', () => {
    expect(burstDocumentOf(read('abs_selections_sample.sav'))).toMatchObject({
      valid: true,
      metadataevaltime: '2015-022T19:37:25',
      settings: { targetbuffs: 700, fomave: Math.fround(20.343), pad: 2, fomskew: 0.5 },
      segments: [{ start: 736, stop: 780, sourceid: 'ABS' }, {}, {}, {}, {}, {}, { start: 1740, stop: 1792 }],
    })
  })
})
