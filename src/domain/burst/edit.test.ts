import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  applyEdit,
  beginHistory,
  diffSelections,
  makeGrid,
  makeSelection,
  performEdit,
  redoEdit,
  regularGrid,
  replayEdits,
  revertChange,
  runAround,
  totalLength,
  undoEdit,
  type Edit,
  type SegmentContent,
  type Selection,
} from './index.ts'

const content = (fom: number, comment = ''): SegmentContent => ({ fom, spacecraft: 15, comment, tags: [], source: 'ABS' })

/** Segments of a selection, `start-stop:fom#id`. */
const shown = ({ segments }: Selection): string => segments.map(s => `${s.start}-${s.stop}:${s.fom}#${s.id}`).join(' ')

/** Cycles 0-19, a gap of ten minutes, cycles 20-39; segments 2-5 and 8-15. */
const starts = Array.from({ length: 40 }, (_, i) => 1000 + i * 10 + (i >= 20 ? 600 : 0))
const grid = makeGrid(starts, 10)
const base = makeSelection(grid, [
  { start: 2, stop: 5, ...content(10, 'one') },
  { start: 8, stop: 15, ...content(20, 'two') },
])

const cases: readonly (readonly [what: string, edit: Edit, want: string])[] = [
  ['add in free space', { kind: 'add', start: 30, stop: 31, content: content(7) }, '2-5:10#1 8-15:20#2 30-31:7#3'],
  ['add trims both neighbours', { kind: 'add', start: 4, stop: 9, content: content(7) }, '2-3:10#1 4-9:7#3 10-15:20#2'],
  ['add replaces what it covers', { kind: 'add', start: 1, stop: 6, content: content(7) }, '1-6:7#3 8-15:20#2'],
  ['add cuts what contains it in two', { kind: 'add', start: 10, stop: 11, content: content(7) }, '2-5:10#1 8-9:20#2 10-11:7#3 12-15:20#4'],
  [
    'add is cut at a gap and at the window’s end',
    { kind: 'add', start: 18, stop: 99, content: content(7) },
    '2-5:10#1 8-15:20#2 18-19:7#3 20-39:7#4',
  ],
  ['trim to less', { kind: 'trim', id: 2, start: 9, stop: 10 }, '2-5:10#1 9-10:20#2'],
  ['trim to more', { kind: 'trim', id: 2, start: 5, stop: 16 }, '2-4:10#1 5-16:20#2'],
  ['cut', { kind: 'cut', id: 2, at: 12 }, '2-5:10#1 8-11:20#2 12-15:20#3'],
  ['split', { kind: 'split', id: 2, most: 3 }, '2-5:10#1 8-10:20#2 11-13:20#3 14-15:20#4'],
  ['unite', { kind: 'unite', ids: [2, 1] }, '2-15:20#1'],
  ['fill between', { kind: 'fill', at: 6, content: content(45) }, '2-5:10#1 6-7:45#3 8-15:20#2'],
  ['fill up to a gap', { kind: 'fill', at: 17, content: content(45) }, '2-5:10#1 8-15:20#2 16-19:45#3'],
  ['delete', { kind: 'delete', ids: [1, 2] }, ''],
  ['clear', { kind: 'clear', start: 4, stop: 10 }, '2-3:10#1 11-15:20#2'],
  ['change', { kind: 'change', ids: [1, 2], to: { fom: 99 } }, '2-5:99#1 8-15:99#2'],
  ['replace', { kind: 'replace', segments: [{ start: 0, stop: 3, ...content(1) }] }, '0-3:1#3'],
  [
    'of what comes at once the later wins',
    { kind: 'replace', segments: [0, 2].map(start => ({ start, stop: start + 3, ...content(start) })) },
    '0-1:0#3 2-5:2#4',
  ],
  [
    'several',
    {
      kind: 'several',
      edits: [
        { kind: 'cut', id: 2, at: 12 },
        { kind: 'delete', ids: [3] },
      ],
    },
    '2-5:10#1 8-11:20#2',
  ],
]

const refusals: readonly (readonly [edit: Edit, why: string])[] = [
  [{ kind: 'add', start: 5, stop: 4, content: content(7) }, 'cycle 5 lies after cycle 4'],
  [{ kind: 'add', start: 40, stop: 44, content: content(7) }, 'cycles 40 to 44 lie outside of the window, which has cycles 0 to 39'],
  [{ kind: 'add', start: 0.5, stop: 4, content: content(7) }, 'cycles 0.5 to 4 are no whole numbers'],
  [{ kind: 'cut', id: 1, at: 2 }, 'segment 1 has cycles 2 to 5: it cannot be cut before cycle 2'],
  [{ kind: 'cut', id: 9, at: 2 }, 'there is no segment 9'],
  [{ kind: 'split', id: 1, most: 4 }, 'segment 1 has 4 buffers, not more than 4'],
  [{ kind: 'unite', ids: [1] }, 'two segments at least can be united'],
  [{ kind: 'fill', at: 3, content: content(45) }, 'cycle 3 belongs to segment 1'],
  [{ kind: 'fill', at: 40, content: content(45) }, 'cycle 40 is not in the window, which has cycles 0 to 39'],
  [{ kind: 'delete', ids: [] }, 'no segment is named'],
  [
    {
      kind: 'several',
      edits: [
        { kind: 'cut', id: 2, at: 12 },
        { kind: 'cut', id: 2, at: 12 },
      ],
    },
    'step 2 of 2: segment 2 has cycles 8 to 11: it cannot be cut before cycle 12',
  ],
]

describe('edits', () => {
  test.each(cases)('%s', (_, edit, want) => {
    const { selection, change, refused } = applyEdit(base, edit)
    expect(refused).toBeUndefined()
    expect(shown(selection)).toBe(want)
    expect(revertChange(selection, change)).toEqual(base)
  })

  test.each(refusals)('%o is refused: %s', (edit, why) => {
    const outcome = applyEdit(base, edit)
    expect(outcome.refused).toBe(why)
    expect(outcome.selection).toBe(base)
  })

  test('uniting over a gap or over a stranger is refused', () => {
    const more = applyEdit(base, { kind: 'add', start: 25, stop: 26, content: content(7) }).selection
    expect(applyEdit(more, { kind: 'unite', ids: [2, 3] }).refused).toBe('a gap lies between cycle 8 and cycle 26')
    const middle = applyEdit(base, { kind: 'add', start: 6, stop: 7, content: content(7) }).selection
    expect(applyEdit(middle, { kind: 'unite', ids: [1, 2] }).refused).toBe('segment 3 lies between them')
  })

  test('the last editor is the source', () => {
    expect(applyEdit(base, { kind: 'cut', id: 2, at: 12, by: 'jdoe(desk)' }).selection.segments.map(({ source }) => source)).toEqual([
      'ABS',
      'jdoe(desk)',
      'jdoe(desk)',
    ])
  })
})

const anyCycle = fc.integer({ min: -5, max: 45 })
const anyId = fc.integer({ min: 0, max: 12 })
const anyContent = fc.record({
  fom: fc.double({ min: 0, max: 255, noNaN: true }),
  spacecraft: fc.integer({ min: 1, max: 15 }),
  comment: fc.string({ maxLength: 5 }),
  tags: fc.constantFrom([], ['jet']),
  source: fc.constantFrom('ABS', 'jdoe(desk)'),
})
const oneEdit: fc.Arbitrary<Edit> = fc.oneof(
  fc.record({ kind: fc.constant('add' as const), start: anyCycle, stop: anyCycle, content: anyContent }),
  fc.record({ kind: fc.constant('trim' as const), id: anyId, start: anyCycle, stop: anyCycle }),
  fc.record({ kind: fc.constant('cut' as const), id: anyId, at: anyCycle }),
  fc.record({ kind: fc.constant('split' as const), id: anyId, most: fc.integer({ min: -1, max: 8 }) }),
  fc.record({ kind: fc.constant('unite' as const), ids: fc.array(anyId, { maxLength: 3 }) }),
  fc.record({ kind: fc.constant('fill' as const), at: anyCycle, content: anyContent }),
  fc.record({ kind: fc.constant('delete' as const), ids: fc.array(anyId, { maxLength: 2 }) }),
  fc.record({ kind: fc.constant('clear' as const), start: anyCycle, stop: anyCycle }),
  fc.record({ kind: fc.constant('change' as const), ids: fc.array(anyId, { maxLength: 3 }), to: fc.record({ fom: fc.nat(255) }) }),
  fc.record({ kind: fc.constant('frame' as const), to: fc.record({ note: fc.string({ maxLength: 4 }) }) }),
)
const anyEdit = fc.oneof(
  oneEdit,
  fc.record({
    kind: fc.constant('replace' as const),
    segments: fc.array(
      fc.tuple(anyCycle, anyCycle, anyContent).map(([start, stop, own]) => ({ start, stop, ...own })),
      { maxLength: 4 },
    ),
  }),
  fc.record({ kind: fc.constant('several' as const), edits: fc.array(oneEdit, { maxLength: 3 }) }),
)
const anyEdits = fc.array(anyEdit, { maxLength: 25 })

function expectSound(selection: Selection): void {
  const covered = new Set<number>()
  for (const [i, { start, stop }] of selection.segments.entries()) {
    const run = runAround(selection.grid, start)
    expect(run !== undefined && start <= stop && stop <= run.last).toBe(true)
    expect(start).toBeGreaterThan(selection.segments[i - 1]?.stop ?? -1)
    for (let cycle = start; cycle <= stop; cycle++) covered.add(cycle)
  }
  expect(totalLength(selection.segments)).toBe(covered.size)
  const ids = selection.segments.map(({ id }) => id)
  expect(new Set(ids).size).toBe(ids.length)
  expect(Math.max(0, ...ids)).toBeLessThan(selection.next)
}

describe('whatever is done', () => {
  test('segments stay on the grid, inside of its runs, without overlap, counted right', () => {
    fc.assert(
      fc.property(anyEdits, edits => {
        let selection = base
        for (const edit of edits) {
          const outcome = applyEdit(selection, edit)
          expectSound(outcome.selection)
          expect(revertChange(outcome.selection, outcome.change)).toEqual(selection)
          const had = selection.segments.filter(one => !outcome.change.removed.includes(one))
          expect([...had, ...outcome.change.added].sort((a, b) => a.start - b.start)).toEqual(outcome.selection.segments)
          selection = outcome.selection
        }
      }),
    )
  })

  test('undo of all is the base, redo of all is the end, and the list of edits replays to it', () => {
    fc.assert(
      fc.property(anyEdits, edits => {
        const end = edits.reduce((history, edit) => performEdit(history, edit).history, beginHistory(base))
        let back = end
        for (const _ of end.done) back = undoEdit(back)
        expect(back.selection).toEqual(base)
        expect(undoEdit(back)).toBe(back)
        let again = back
        for (const _ of end.done) again = redoEdit(again)
        expect(again.selection).toEqual(end.selection)
        expect(redoEdit(again)).toBe(again)
        const stored = JSON.parse(JSON.stringify(end.done.map(({ edit }) => edit))) as readonly Edit[]
        expect(replayEdits(base, stored)).toEqual(end.selection)
      }),
    )
  })

  test('an edit after an undo forgets what was undone', () => {
    const one = performEdit(beginHistory(base), { kind: 'delete', ids: [1] }).history
    const other = performEdit(undoEdit(one), { kind: 'delete', ids: [2] }).history
    expect(shown(redoEdit(other).selection)).toBe('2-5:10#1')
  })

  test('a selection has no difference from itself, and every difference is counted once', () => {
    fc.assert(
      fc.property(anyEdits, edits => {
        const end = replayEdits(base, edits)
        expect(diffSelections(end, end)).toMatchObject({ added: [], removed: [], changed: [], same: end.segments.length })
        const { added, removed, changed, same } = diffSelections(base, end)
        expect(same + changed.length + removed.length).toBe(base.segments.length)
        expect(same + changed.length + added.length).toBe(end.segments.length)
      }),
    )
  })
})

test('a diff says what changed', () => {
  const after = replayEdits(base, [
    { kind: 'change', ids: [1], to: { fom: 30, comment: 'better' } },
    { kind: 'trim', id: 2, start: 8, stop: 9 },
    { kind: 'add', start: 12, stop: 14, content: content(50) },
  ])
  const { added, removed, changed, buffers } = diffSelections(base, after)
  expect([added.length, removed.length]).toEqual([1, 0])
  expect(changed.map(pair => pair.in)).toEqual([
    ['fom', 'comment'],
    ['place', 'fom', 'comment'],
  ])
  expect(buffers).toEqual({ before: 12, after: 9 })
})

test('edits of a day keep ids that others can name', () => {
  const day = makeSelection(regularGrid(0, 100, 10))
  const ids = replayEdits(day, [
    { kind: 'add', start: 0, stop: 9, content: content(1) },
    { kind: 'add', start: 20, stop: 29, content: content(2) },
    { kind: 'cut', id: 1, at: 5 },
  ]).segments.map(({ id }) => id)
  expect(ids).toEqual([1, 3, 2])
})
