import { describe, expect, test } from 'vitest'
import {
  accountFor,
  advanceRecord,
  formatStatus,
  isFinished,
  isOverwritten,
  isSuperseded,
  newRecord,
  parseStatus,
  segmentMoves,
  segmentStates,
  type RecordAct,
  type SegmentRecord,
  type SegmentState,
} from './index.ts'

const base = newRecord(
  { id: 7, start: 1000, end: 1010, parameterSet: 'p', fom: 80, source: 'jdoe(EVA)', createdAt: 2000, comment: 'FTE' },
  [2, 1],
)
const after = (record: SegmentRecord, ...acts: readonly RecordAct[]): SegmentRecord =>
  acts.reduce((now, act, i) => advanceRecord(now, { at: 3000 + i, by: 'BDM', act }).record, record)

const held: RecordAct = { kind: 'hold', held: [2, 1] }
const got = (spacecraft: number, received: number, files: number): RecordAct => ({ kind: 'receive', spacecraft, received, files })

describe('status tokens', () => {
  test.each([
    ['COMPLETE+FINISHED', 'complete'],
    ['INCOMPLETE+DEMOTED+FINISHED', 'incomplete'],
    ['INCOMPLETE+DEMOTED+DERELICT+FINISHED', 'incomplete'],
    ['DEMOTED+FINISHED', 'demoted'],
    ['HELD', 'held'],
    ['HELD+MODIFIED+REALLOC', 'held'],
    ['TRIMMED+FINISHED', 'trimmed'],
  ])('%s is %s and is written again the same', (text, state) => {
    const status = parseStatus(text)
    expect(status).toMatchObject({ state })
    expect(typeof status === 'string' ? status : formatStatus(status)).toBe(text)
  })

  test('INCOMPLETE does not contain COMPLETE, lost data outweigh lost buffers, order does not matter', () => {
    expect(parseStatus('FINISHED+INCOMPLETE')).toMatchObject({ state: 'incomplete' })
    expect(parseStatus('DEMOTED+DERELICT+FINISHED')).toMatchObject({ state: 'derelict' })
    expect(parseStatus('MODIFIED')).toMatchObject({ state: 'new', sticky: ['MODIFIED'] })
    expect(parseStatus('OVERWRITTEN')).toBe('the status "OVERWRITTEN" has the token "OVERWRITTEN", which means nothing')
    expect(parseStatus('FINISHED')).toBe('the status "FINISHED" names no state')
  })
})

const lives: readonly (readonly [what: string, acts: readonly RecordAct[], status: string, held: readonly number[]])[] = [
  ['is new', [], 'NEW', [0, 0]],
  ['waits for its metadata', [{ kind: 'evaluate' }, { kind: 'defer', why: 'no metadata' }], 'DEFERRED', [0, 0]],
  ['is held', [{ kind: 'defer', why: '' }, held], 'HELD', [2, 1]],
  ['comes down whole', [held, { kind: 'list' }, got(0, 1, 1), got(1, 1, 0), got(0, 2, 0)], 'COMPLETE+FINISHED', [0, 0]],
  ['old messages after new ones change nothing', [held, got(0, 2, 0), got(0, 1, 1), got(1, 1, 0)], 'COMPLETE+FINISHED', [0, 0]],
  [
    'is demoted before anything came',
    [held, { kind: 'lose', spacecraft: 0, token: 'DEMOTED' }, { kind: 'lose', spacecraft: 1, token: 'DEMOTED' }],
    'DEMOTED+FINISHED',
    [0, 0],
  ],
  ['is demoted on one spacecraft', [held, { kind: 'lose', spacecraft: 0, token: 'DEMOTED' }], 'HELD', [0, 1]],
  [
    'is incomplete',
    [held, got(0, 1, 1), got(1, 1, 0), { kind: 'lose', spacecraft: 0, token: 'DEMOTED' }],
    'INCOMPLETE+DEMOTED+FINISHED',
    [0, 0],
  ],
  [
    'was never there',
    [
      { kind: 'lose', spacecraft: 0, token: 'DERELICT' },
      { kind: 'lose', spacecraft: 1, token: 'DERELICT' },
    ],
    'DERELICT+FINISHED',
    [0, 0],
  ],
  [
    'is complete after all, by files that come late',
    [held, got(0, 1, 1), got(1, 1, 0), { kind: 'lose', spacecraft: 0, token: 'DERELICT' }, got(0, 2, 0)],
    'COMPLETE+FINISHED',
    [0, 0],
  ],
  [
    'gains by a late file what it was given up for',
    [{ kind: 'lose', spacecraft: 0, token: 'DERELICT' }, { kind: 'lose', spacecraft: 1, token: 'DEMOTED' }, got(0, 1, 1), got(1, 1, 0)],
    'INCOMPLETE+DERELICT+FINISHED',
    [0, 0],
  ],
  ['moves in memory', [{ kind: 'hold', held: [1, 1] }, held], 'HELD+REALLOC', [2, 1]],
  ['is changed by a person', [{ kind: 'modify', fom: 99 }, held], 'HELD+MODIFIED', [2, 1]],
  ['shows no past when complete', [{ kind: 'modify', fom: 99 }, held, got(0, 2, 0), got(1, 1, 0)], 'COMPLETE+FINISHED', [0, 0]],
  ['is deleted', [held, { kind: 'delete' }], 'DELETED+FINISHED', [0, 0]],
  ['is replaced', [held, { kind: 'supersede', as: 'trimmed', successor: 8 }], 'TRIMMED+FINISHED', [0, 0]],
]

describe('a life', () => {
  test.each(lives)('%s', (_, acts, status, wanted) => {
    const record = after(base, ...acts)
    expect(formatStatus(record.status)).toBe(status)
    expect(record.craft.map(share => share.held)).toEqual(wanted)
    expect(record.finishedAt === null).toBe(!isFinished(record.status.state))
  })

  test('the history holds who did what, and refused events are not in it', () => {
    const record = after(base, held, { kind: 'list' }, got(2, 1, 0), { kind: 'delete' }, held)
    expect(record.history.map(({ act }) => act.kind)).toEqual(['hold', 'list', 'delete'])
    expect(record.history[0]).toEqual({ at: 3000, by: 'BDM', act: held })
  })

  test.each([
    ['playback of what is not held', { kind: 'list' } as const, base, 'segment 7 is not held: it cannot be played back'],
    ['a receipt before anything is held', got(0, 1, 1), base, 'segment 7 is new: nothing of it can have come down'],
    ['buffers on a spacecraft that has none', got(5, 1, 1), after(base, held), 'segment 7 has no buffers on spacecraft 6'],
    ['anything after the end', held, after(base, { kind: 'delete' }), 'segment 7 is finished (deleted)'],
    ['a file of what nobody wants any more', got(0, 1, 1), after(base, held, { kind: 'delete' }), 'segment 7 is finished (deleted)'],
    [
      'a file that came before the end, again',
      got(0, 1, 1),
      after(base, held, got(0, 1, 1), got(1, 1, 0), { kind: 'lose', spacecraft: 0, token: 'DEMOTED' }),
      'segment 7 is finished (incomplete): nothing new of it has come',
    ],
  ])('%s is refused', (_, act, record, why) => {
    const outcome = advanceRecord(record, { at: 1, by: 'POC', act })
    expect(outcome).toEqual({ record, refused: why })
  })
})

test('the whole space of a small case: every move is in the table, every state is reached, and no other', () => {
  const acts: readonly RecordAct[] = [
    { kind: 'evaluate' },
    { kind: 'defer', why: '' },
    held,
    { kind: 'hold', held: [1, 0] },
    { kind: 'list' },
    { kind: 'unlist' },
    got(0, 1, 1),
    got(0, 2, 0),
    got(1, 1, 0),
    { kind: 'lose', spacecraft: 0, token: 'DEMOTED' },
    { kind: 'lose', spacecraft: 0, token: 'DERELICT' },
    { kind: 'lose', spacecraft: 1, token: 'DERELICT' },
    { kind: 'lose', spacecraft: 1, token: 'DEMOTED' },
    { kind: 'modify', fom: 90 },
    { kind: 'delete' },
    { kind: 'abort', why: '' },
    ...(['trimmed', 'subsumed', 'obsolete'] as const).map((as): RecordAct => ({ kind: 'supersede', as, successor: 9 })),
  ]
  // The history and the count of evaluations grow without end; all else is the state of the model.
  const key = (record: SegmentRecord): string =>
    JSON.stringify({ ...record, history: [], finishedAt: record.finishedAt === null, evaluations: Math.min(record.evaluations, 1) })
  // On one spacecraft alone, a single file can make whole what was given up.
  const alone = newRecord({ ...base, id: 8 }, [0, 1])
  const seen = new Map<string, SegmentRecord>([base, alone].map(record => [key(record), record]))
  const reached = new Set<SegmentState>()
  const taken = new Set<string>()
  for (const record of seen.values()) {
    reached.add(record.status.state)
    expectSound(record)
    for (const act of acts) {
      const { record: next, refused } = advanceRecord(record, { at: 1, by: 'x', act })
      if (refused !== undefined) {
        expect(next).toBe(record)
        continue
      }
      expect(next.history.slice(0, -1)).toEqual(record.history)
      const [from, to] = [record.status.state, next.status.state]
      if (from !== to) {
        expect(segmentMoves[from].includes(to), `${from} -> ${to} by ${act.kind}`).toBe(true)
        taken.add(`${from} ${to}`)
      }
      const lean = { ...next, history: [] }
      if (!seen.has(key(lean))) seen.set(key(lean), lean)
    }
  }
  expect([...reached].sort()).toEqual([...segmentStates].sort())
  expect(seen.size).toBeGreaterThan(300)
  const never = Object.entries(segmentMoves).flatMap(([from, all]) =>
    all.filter(to => !taken.has(`${from} ${to}`)).map(to => `${from} ${to}`),
  )
  expect(never).toEqual([])
})

function expectSound(record: SegmentRecord): void {
  const { status, craft, finishedAt, inPlaylist } = record
  const finished = isFinished(status.state)
  expect(finished).toBe(finishedAt !== null)
  if (inPlaylist) expect(status.state).toBe('held')
  for (const { buffers, held: kept, received, files, lost } of craft) {
    expect(kept >= 0 && kept <= buffers && received <= buffers && files >= 0).toBe(true)
    if (finished || lost !== 'none') expect(kept).toBe(0)
  }
  if (status.state === 'complete') expect(craft.every(({ buffers, received, files }) => received === buffers && files === 0)).toBe(true)
  if (isOverwritten(status)) expect(craft.every(({ received }) => received === 0)).toBe(true)
  expect(isSuperseded(status.state) && !finished).toBe(false)
  const { chosen, received, demoted, derelict, withdrawn, pending } = accountFor([record])
  expect(received + demoted + derelict + withdrawn + pending).toBe(chosen)
  if (finished) expect(pending).toBe(0)
  const read = parseStatus(formatStatus(status))
  expect(read).toMatchObject({ state: status.state, losses: status.state === 'incomplete' ? status.losses : [] })
}
