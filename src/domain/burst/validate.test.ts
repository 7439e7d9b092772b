import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseUtc, tai1958FromTt2000 } from '#formats/time'
import { readBurstTables } from '#test/burst'
import {
  applyEdit,
  findingKey,
  inForce,
  makeGrid,
  makeSelection,
  selectionRules,
  validateSelection,
  type BurstTables,
  type Finding,
  type Frame,
  type Segment,
  type Selection,
  type WindowFacts,
} from './index.ts'

/** Everything that the mission has switched off is on. */
const mission = readBurstTables()
const tables: BurstTables = {
  ...mission,
  validation: mission.validation.map(({ from, value }) => ({ from, value: { ...value, off: [] } })),
}
const t0 = Math.round(tai1958FromTt2000(parseUtc('2020-07-11T18:30:03')))
/** 400 cycles, with an hour's gap before cycle 200. */
const grid = makeGrid(
  Array.from({ length: 400 }, (_, i) => t0 + 10 * i + (i >= 200 ? 3600 : 0)),
  10,
)
const good: Omit<Segment, 'id' | 'start' | 'stop'> = { fom: 45, spacecraft: 15, comment: 'Fill', tags: ['fill'], source: 'jdoe(EVA)' }
const seg = (start: number, stop: number, more: Partial<Segment> = {}): Omit<Segment, 'id'> => ({ ...good, start, stop, ...more })
const facts: WindowFacts = {
  madeAt: t0,
  automatic: makeSelection(grid, [seg(0, 11, { source: 'ABS' })], { evaluation: '2020-194T01:00:00' }),
  regions: [0, 1, 2, 3].map(spacecraft => ({ spacecraft, start: t0 - 100, stop: t0 + 10_000 })),
  oldest: [t0 - 900, t0 - 900, t0 - 900, t0 - 900],
  received: [100, 100, 100, 100],
  finalAccepted: false,
}
const draft = (segments: readonly Omit<Segment, 'id'>[], frame: Partial<Frame> = {}): Selection =>
  makeSelection(grid, segments, { evaluation: '2020-194T01:00:00', ...frame })
const closing = { final: true, close: t0 + 20_000 }
const limits = inForce(mission.validation, t0)

interface Case {
  readonly rule: string
  readonly what: string
  readonly selection: Selection
  readonly facts?: Partial<WindowFacts>
  readonly says: string
}

const many = Array.from({ length: 501 }, (_, i) => seg(i % 400, i % 400))
const cases: readonly Case[] = [
  {
    rule: 'E1',
    what: 'below',
    selection: draft([seg(10, 20, { fom: -1 })]),
    says: 'segment 1 (2020-07-11T18:31:43, 11 buffers) has the figure of merit -1, outside of 0 to 255.',
  },
  { rule: 'E1', what: 'above', selection: draft([seg(10, 20, { fom: 255.5 })]), says: 'figure of merit 255.5' },
  { rule: 'E2', what: 'longer than allowed', selection: draft([seg(10, 70)]), says: 'has 61 buffers; 1 to 60 are allowed.' },
  { rule: 'E3', what: 'reversed', selection: draft([seg(20, 10)]), says: 'starts with cycle 20 and stops with cycle 10' },
  { rule: 'E3', what: 'reversed outside', selection: draft([seg(520, 510)]), says: 'starts with cycle 520' },
  {
    rule: 'E4',
    what: 'of another evaluation',
    selection: draft([seg(10, 20)], { evaluation: '2020-193T01:00:00' }),
    says: 'answers the evaluation "2020-193T01:00:00", the window is of "2020-194T01:00:00"',
  },
  { rule: 'O1', what: 'reserved', selection: draft([seg(10, 13, { fom: 200.5 })]), says: 'above 200 a Super-SITL must approve' },
  { rule: 'Y1', what: 'unusually long', selection: draft([seg(10, 40)]), says: 'has 31 buffers; 2 to 30 are usual' },
  { rule: 'Y1', what: 'unusually short', selection: draft([seg(10, 10)]), says: 'has 1 buffers; 2 to 30 are usual' },
  { rule: 'Y1', what: 'short without room', selection: draft([seg(9, 9, { fom: 50 }), seg(10, 10), seg(11, 11)]), says: 'has 1 buffers' },
  {
    rule: 'Y2',
    what: '199.0 does not escape',
    selection: draft([seg(10, 19, { fom: 199 }), seg(30, 40)]),
    says: '10 of 21 buffers (47.6 %) are of category 1; 33 % are usual.',
  },
  {
    rule: 'U0',
    what: 'without close',
    selection: draft([seg(10, 20)], { final: true }),
    says: 'names no time at which the window closes; its last segment ends at 2020-07-11T18:33:33',
  },
  {
    rule: 'U1',
    what: 'inclusive at the end',
    selection: draft([seg(10, 20)], { final: true, close: t0 + 10_000 }),
    says: 'lies inside of the science region of mms1',
  },
  {
    rule: 'U1',
    what: 'of the fourth spacecraft only, straddling the window',
    selection: draft([seg(10, 20)], { final: true, close: t0 + 10_050 }),
    facts: { regions: [...(facts.regions ?? []), { spacecraft: 3, start: t0 - 50_000, stop: t0 + 10_090 }] },
    says: 'science region of mms4',
  },
  {
    rule: 'U2',
    what: 'ends at the close',
    selection: draft([seg(10, 20)], { final: true, close: t0 + 210 }),
    facts: { regions: [] },
    says: 'ends at 2020-07-11T18:33:33, not before the close at 2020-07-11T18:33:33',
  },
  {
    rule: 'U3',
    what: 'an empty region',
    selection: draft([seg(10, 20)], closing),
    facts: {
      regions: [
        { spacecraft: 0, start: t0, stop: t0 + 500 },
        { spacecraft: 1, start: t0 + 1000, stop: t0 + 1200 },
      ],
    },
    says: 'has no selection, though 20 cycles of it can be selected',
  },
  {
    rule: 'U4',
    what: 'a second final',
    selection: draft([seg(10, 20)], closing),
    facts: { finalAccepted: true },
    says: 'was accepted before',
  },
  { rule: 'N1', what: 'NaN', selection: draft([seg(10, 20, { fom: Number.NaN })]), says: 'a figure of merit that is no number' },
  {
    rule: 'N2',
    what: 'beyond the last cycle',
    selection: draft([seg(390, 400)]),
    says: 'bounds 390 and 400; the window has cycles 0 to 399',
  },
  { rule: 'N2', what: 'wholly outside', selection: draft([seg(-9, -1)]), says: 'bounds -9 and -1' },
  { rule: 'N2', what: 'between cycles', selection: draft([seg(10.5, 20.5)]), says: 'bounds 10.5 and 20.5' },
  { rule: 'N2', what: 'no bounds at all', selection: draft([seg(Number.NaN, 20)]), says: 'bounds NaN and 20' },
  {
    rule: 'N3',
    what: 'overlap',
    selection: draft([seg(10, 20), seg(15, 30, { fom: 80, comment: 'FTE' })]),
    says: 'segment 2 share 6 cycles from 2020-07-11T18:32:33 on',
  },
  { rule: 'N3', what: 'one inside of another', selection: draft([seg(10, 30), seg(15, 20)]), says: 'share 6 cycles' },
  {
    rule: 'N4',
    what: 'twice',
    selection: draft([seg(10, 20), seg(10, 20, { fom: 80 })]),
    says: 'stands there again as segment 2, with the figures of merit 45 and 80',
  },
  {
    rule: 'N5',
    what: 'unsorted',
    selection: draft([seg(30, 40), seg(10, 20)]),
    says: 'Segment 2 starts with cycle 10 but stands after one that starts later.',
  },
  {
    rule: 'N6',
    what: 'wrong counts',
    selection: draft([seg(10, 20)], { declared: { segments: 2, buffers: 10, lengths: [10] } }),
    says: 'The file states 2 segments instead of 1, 10 buffers instead of 11, the length 10 of segment 1 instead of 11.',
  },
  {
    rule: 'N7',
    what: 'no spacecraft',
    selection: draft([seg(10, 20, { spacecraft: 0 })]),
    says: 'spacecraft set 0; it must name some of mms1, mms2, mms3, mms4 (1 to 15)',
  },
  { rule: 'N7', what: 'a fifth spacecraft', selection: draft([seg(10, 20, { spacecraft: 17 })]), says: 'spacecraft set 17' },
  {
    rule: 'N8',
    what: 'too long',
    selection: draft([seg(10, 20, { comment: 'é'.repeat(251) })]),
    says: 'has 251 characters; 250 are allowed',
  },
  {
    rule: 'N9',
    what: 'not UTF-8',
    selection: draft([seg(10, 20, { comment: 'dipolari\ufffdation' })]),
    says: '1 characters that are no text, the first (U+fffd) at 8',
  },
  { rule: 'N10', what: 'no comment', selection: draft([seg(10, 20, { comment: ' ' })]), says: 'the figure of merit 45 and no comment' },
  {
    rule: 'N11',
    what: 'no comment on a jet',
    selection: draft([seg(10, 13, { fom: 150, comment: '' }), seg(20, 40)]),
    says: 'the figure of merit 150 and no comment',
  },
  {
    rule: 'N12',
    what: 'outside',
    selection: draft([seg(390, 399)]),
    facts: { regions: [{ spacecraft: 0, start: t0, stop: t0 + 3000 }] },
    says: 'lies outside of all 1 science regions',
  },
  {
    rule: 'N13',
    what: 'half outside',
    selection: draft([seg(10, 19)]),
    facts: { regions: [{ spacecraft: 2, start: t0, stop: t0 + 150 }] },
    says: 'has 50 of 100 seconds outside',
  },
  {
    rule: 'N14',
    what: 'gone on two spacecraft',
    selection: draft([seg(10, 19)]),
    facts: { oldest: [t0, t0 + 150, null, t0] },
    says: 'mms2 (since 2020-07-11T18:32:33), mms3 (since never)',
  },
  {
    rule: 'N14',
    what: 'gone in part on all',
    selection: draft([seg(10, 19)]),
    facts: { oldest: [t0 + 155, t0 + 150, t0 + 150, t0 + 150] },
    says: 'mms1 (since 2020-07-11T18:32:38)',
  },
  {
    rule: 'N14',
    what: 'gone everywhere',
    selection: draft([seg(10, 19)]),
    facts: { oldest: [null, null, null, null] },
    says: 'older than the burst data',
  },
  { rule: 'N15', what: 'over the gap', selection: draft([seg(190, 205)]), says: 'reaches over the gap after cycle 199' },
  { rule: 'N16', what: '501 segments', selection: draft(many), says: '501 segments are selected; 500 are the limit' },
  {
    rule: 'N17',
    what: 'metadata lost',
    selection: draft([seg(10, 20)]),
    facts: { received: [100, 93.5, 100, 0] },
    says: 'Trigger metadata incomplete: mms2 93.5 %, mms4 0 %.',
  },
  {
    rule: 'N18',
    what: 'unknown tag',
    selection: draft([seg(10, 20, { tags: ['fill', 'jett'] })]),
    says: 'the tags "jett", which are none of the mission\'s 16',
  },
  { rule: 'N19', what: 'empty', selection: draft([]), says: '0 segments are selected' },
  { rule: 'N20', what: 'unchanged', selection: draft([seg(0, 11)]), says: 'All 1 segments are as the automated selection made them' },
]

const about = (findings: readonly Finding[], rule: string): readonly Finding[] => findings.filter(finding => finding.rule === rule)

describe('every rule', () => {
  test.each(cases)('$rule: $what', ({ rule, selection, facts: more, says }) => {
    const known = { ...facts, ...more }
    const [found, ...others] = about(validateSelection(tables, known, selection).findings, rule)
    expect(found?.sentence).toContain(says)
    expect(found?.class).toBe(selectionRules.find(({ id }) => id === rule)?.class)
    if (found === undefined) return
    expect(others.every(other => findingKey(other) !== findingKey(found))).toBe(true)
    const mended = applyEdit(selection, found.mend.edit)
    expect(mended.refused).toBeUndefined()
    expect(about(validateSelection(tables, known, mended.selection).findings, rule).map(findingKey)).not.toContain(findingKey(found))
  })

  test('has a case here, or a test of its own', () => {
    expect(selectionRules.map(({ id }) => id).filter(id => !cases.some(({ rule }) => rule === id))).toEqual(['O2'])
  })

  test('O2: too many buffers, and deleting the least worth mends it', () => {
    const wide = makeGrid(
      Array.from({ length: 3000 }, (_, i) => t0 + 10 * i),
      10,
    )
    const selection = makeSelection(
      wide,
      Array.from({ length: 80 }, (_, i) => seg(i * 30, i * 30 + 26 + (i < 40 ? 1 : 0), { fom: 40 + (i % 7) })),
      { evaluation: '2020-194T01:00:00' },
    )
    const findings = about(validateSelection(tables, facts, selection).findings, 'O2')
    expect(findings.map(({ sentence }) => sentence)).toEqual(['2200 buffers are selected, 100 more than the limit of 2100.'])
    const mended = applyEdit(selection, (findings[0] as Finding).mend.edit).selection
    expect(mended.segments.length).toBe(76)
    expect(Math.min(...mended.segments.map(({ fom }) => fom))).toBe(40)
  })
})

describe('thresholds', () => {
  test('bounds are inclusive, limits are not crossed at their value', () => {
    const selection = draft([
      seg(0, 1, { fom: 0, comment: 'a' }),
      seg(10, 39, { fom: 200, comment: 'b' }),
      seg(41, 43, { fom: 100, comment: 'c' }),
    ])
    expect(validateSelection(tables, { ...facts, madeAt: t0 }, selection).findings).toEqual([])
    expect(limits.off).toEqual(['E4', 'U3', 'U4'])
  })

  test('the date decides: 33 buffers were usual in June 2015', () => {
    const selection = draft([seg(0, 32)])
    const june = Math.round(tai1958FromTt2000(parseUtc('2015-06-12T00:00:00')))
    const rules = (madeAt: number): readonly string[] =>
      validateSelection(tables, { ...facts, madeAt }, selection).findings.map(({ rule }) => rule)
    expect(rules(june)).toEqual([])
    expect(rules(t0)).toEqual(['Y1'])
  })

  test('a draft is not asked for its close', () => {
    expect(validateSelection(tables, { ...facts, finalAccepted: true }, draft([seg(10, 20)], { close: t0 })).findings).toEqual([])
  })
})

test('what is switched off or not known is said', () => {
  const { unchecked, worst } = validateSelection(mission, { madeAt: t0 }, draft([seg(10, 20)], closing))
  expect(unchecked).toEqual([
    { rule: 'E4', why: 'the mission has switched it off' },
    { rule: 'U1', why: 'the science regions of the window are not known' },
    { rule: 'U3', why: 'the mission has switched it off' },
    { rule: 'U4', why: 'the mission has switched it off' },
    { rule: 'N12', why: 'the science regions of the window are not known' },
    { rule: 'N13', why: 'the science regions of the window are not known' },
    { rule: 'N14', why: 'how far back the burst memory reaches is not known' },
    { rule: 'N17', why: 'the share of received trigger metadata is not known' },
    { rule: 'N20', why: 'the automated selection of the window is not known' },
  ])
  expect(worst).toBe('none')
})

describe('whatever a file brings', () => {
  const anyBound = fc.oneof(
    fc.integer({ min: -5, max: 410 }),
    // Around the gap, and around where regions and memory begin and end.
    fc.integer({ min: 185, max: 215 }),
    fc.integer({ min: 7, max: 24 }),
    fc.constantFrom(Number.NaN, 3.5, Infinity),
  )
  const anySegment = fc.record({
    start: anyBound,
    stop: anyBound,
    fom: fc.oneof(fc.integer({ min: -3, max: 260 }), fc.constant(Number.NaN)),
    spacecraft: fc.integer({ min: -1, max: 33 }),
    comment: fc.oneof(fc.string({ unit: 'binary', maxLength: 4 }), fc.constant('x'.repeat(300))),
    tags: fc.constantFrom<string[]>([], ['fill'], ['what']),
    source: fc.constant('file'),
  })
  const anyFrame = fc.record({
    note: fc.constantFrom('', 'a note'),
    evaluation: fc.constantFrom('', '2020-194T01:00:00'),
    close: fc.option(fc.integer({ min: t0 - 100, max: t0 + 12_000 })),
    final: fc.boolean(),
  })
  const anyFacts = fc.record({
    oldest: fc.constantFrom([t0, t0 + 95, null, t0 + 9000], [null, null, null, null], [t0, t0, t0, t0]),
    received: fc.constantFrom([100, 100, 100, 100], [1, 2, 3, 4]),
    regions: fc.constantFrom(
      facts.regions,
      [],
      [{ spacecraft: 1, start: t0 + 205, stop: t0 + 1900 }],
      [
        { spacecraft: 0, start: t0 + 75, stop: t0 + 105 },
        { spacecraft: 1, start: t0 + 215, stop: t0 + 1995 },
      ],
    ),
    finalAccepted: fc.boolean(),
  })

  test('every finding has a sentence and a mend that can be applied and ends it', () => {
    fc.assert(
      fc.property(fc.array(anySegment, { maxLength: 6 }), anyFrame, anyFacts, (segments, frame, more) => {
        const selection = makeSelection(grid, segments, frame)
        const known = { ...facts, ...more }
        const { findings } = validateSelection(tables, known, selection)
        for (const finding of findings) {
          expect(finding.sentence).toMatch(/\d|no number|no text/)
          const { selection: mended, refused } = applyEdit(selection, finding.mend.edit)
          expect(refused, finding.sentence).toBeUndefined()
          const left = validateSelection(tables, known, mended).findings.filter(
            other => findingKey(other) === findingKey(finding) && other.sentence === finding.sentence,
          )
          expect(left, `${finding.rule}: ${finding.mend.label}`).toEqual([])
        }
      }),
      { numRuns: 200 },
    )
  })

  test('applying every mend in order, also of what is yellow, ends with nothing left to mend', () => {
    fc.assert(
      fc.property(fc.array(anySegment, { maxLength: 6 }), anyFrame, anyFacts, (segments, frame, more) => {
        let selection = makeSelection(grid, segments, frame)
        const known = { ...facts, ...more }
        let steps = 0
        for (;;) {
          const next = validateSelection(tables, known, selection).findings[0]
          if (next === undefined) break
          expect(++steps, `${next.rule} ${next.sentence} ${next.mend.label}`).toBeLessThan(1000)
          selection = applyEdit(selection, next.mend.edit).selection
        }
      }),
      { numRuns: 200 },
    )
  })

  test('a segment too short at the edge of a region, or of memory, grows inward; the other way it has no room', () => {
    const edge = [{ spacecraft: 0, start: t0 + 100, stop: t0 + 300 }]
    const mendOf = (start: number, more: Partial<WindowFacts>) =>
      validateSelection(tables, { ...facts, regions: edge, ...more }, draft([seg(start, start, { spacecraft: 1 })])).findings.map(
        ({ rule, mend: { edit } }) => [rule, edit.kind === 'trim' ? [edit.start, edit.stop] : edit.kind],
      )
    expect(mendOf(29, {})).toEqual([['Y1', [28, 29]]])
    expect(mendOf(10, {})).toEqual([['Y1', [10, 11]]])
    expect(mendOf(29, { oldest: [t0 + 285, t0, t0, t0] })).toEqual([['Y1', 'delete']])
    expect(mendOf(10, { regions: [{ spacecraft: 0, start: t0 + 100, stop: t0 + 115 }] })).toEqual([['Y1', 'delete']])
  })
})
