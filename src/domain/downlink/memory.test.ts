import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { tieRules } from '#domain/burst'
import { readBurstTables } from '#test/burst'
import {
  copyMemory,
  emptyMemory,
  forecastDraft,
  forecastPlan,
  heldBuffers,
  heldLimit,
  holdSegment,
  keepLimit,
  memorySettings,
  oldestBuffer,
  playBack,
  playlistOf,
  recordCycles,
  recordedBuffers,
  releaseBuffers,
  simulateDownlink,
  type BurstMemory,
  type DownlinkPlan,
  type MemorySettings,
} from './index.ts'

/** 20 buffers; 10 are reserved, from 100,000 on 15. */
const settings: MemorySettings = {
  buffers: 20,
  reserved: [
    { from: 0, value: 10 },
    { from: 100_000, value: 15 },
  ],
  cycleSeconds: 10,
  ties: 'oldest-first',
  ageingPerDay: 0,
  retransmitAfter: 1000,
}
const order = (segment: number, start: number, end: number, fom: number) => ({ segment, start, end, fom })
function memoryWith(...orders: readonly ReturnType<typeof order>[]): BurstMemory {
  const memory = emptyMemory()
  recordCycles(memory, settings, 0, 200)
  for (const one of orders) holdSegment(memory, settings, one, 200)
  return memory
}

test('a mission’s tables give the settings', () => {
  expect(memorySettings(readBurstTables(), 1_973_183_440)).toMatchObject({
    buffers: 24_576,
    cycleSeconds: 10,
    ties: 'oldest-first',
    retransmitAfter: 21_600,
  })
  expect(heldLimit(memorySettings(readBurstTables(), 1_973_183_440), 1_973_183_440)).toBe(8000)
})

describe('memory', () => {
  test('new recordings overwrite the oldest that is not held', () => {
    const memory = memoryWith(order(1, 20, 40, 50))
    expect([heldBuffers(memory), recordedBuffers(memory, 10), oldestBuffer(memory)]).toEqual([3, 17, 0])
    recordCycles(memory, settings, 200, 260)
    expect([heldBuffers(memory), recordedBuffers(memory, 10), oldestBuffer(memory)]).toEqual([3, 17, 20])
    expect(memory.recorded[0]).toEqual({ from: 90, to: 200 + 60 })
    expect(oldestBuffer(emptyMemory())).toBeNull()
  })

  test('the least worth give way, nobody to an equal, and the reserved pool stays free', () => {
    const memory = memoryWith(order(1, 0, 40, 50), order(2, 50, 90, 20))
    expect(heldBuffers(memory)).toBe(heldLimit(settings, 200))
    expect(holdSegment(memory, settings, order(3, 100, 140, 20), 200)).toEqual({ result: 'demoted', held: 0, demoted: [] })
    expect(holdSegment(memory, settings, order(4, 100, 120, 60), 200)).toEqual({ result: 'held', held: 3, demoted: [2] })
    expect(holdSegment(memory, settings, order(5, 900, 990, 99), 200)).toEqual({ result: 'derelict', held: 0, demoted: [] })
    expect(holdSegment(memory, settings, order(1, 0, 40, 70), 200)).toEqual({ result: 'held', held: 5, demoted: [] })
  })

  test('nobody is demoted for one that does not fit even so', () => {
    const memory = memoryWith(order(1, 0, 40, 90), order(2, 50, 90, 20))
    expect(holdSegment(memory, settings, order(3, 100, 160, 50), 200)).toMatchObject({ result: 'demoted' })
    expect([...memory.holdings.keys()]).toEqual([1, 2])
  })

  test('a larger reserved pool demotes from its date on', () => {
    const memory = memoryWith(order(1, 0, 40, 50), order(2, 50, 90, 20))
    expect(keepLimit(memory, settings, 99_999)).toEqual([])
    expect(keepLimit(memory, settings, 100_000)).toEqual([2])
  })

  test('part of a segment that is still there is held', () => {
    const memory = memoryWith()
    recordCycles(memory, settings, 200, 230)
    expect(holdSegment(memory, settings, order(1, 0, 40, 50), 230)).toEqual({ result: 'held', held: 2, demoted: [] })
    expect(memory.holdings.get(1)?.absent).toBe(3)
  })

  test.each([
    ['oldest-first', [3, 1, 2]],
    ['newest-first', [3, 2, 1]],
    ['shortest-first', [3, 2, 1]],
  ] as const)('ties are played %s', (ties, wanted) => {
    expect(tieRules).toContain(ties)
    const memory = memoryWith(order(1, 0, 30, 50), order(2, 50, 60, 50), order(3, 100, 120, 60))
    expect(playlistOf(memory, { ...settings, ties }, 300).map(({ segment }) => segment)).toEqual(wanted)
  })

  test('waiting adds merit where it is wished', () => {
    const memory = memoryWith(order(1, 0, 30, 50))
    recordCycles(memory, settings, 200, 210)
    holdSegment(memory, settings, order(2, 200, 200, 55), 200 + 86_400)
    const listed = (ageingPerDay: number): readonly number[] =>
      playlistOf(memory, { ...settings, ageingPerDay }, 90_000).map(({ segment }) => segment)
    expect(listed(4)).toEqual([2, 1])
    expect(listed(6)).toEqual([1, 2])
  })

  test('what was sent is sent again only after a while, until it is released', () => {
    const memory = memoryWith(order(1, 0, 30, 50))
    expect(playBack(memory, settings, 300, 3).map(({ start }) => start)).toEqual([0, 10, 20])
    expect(playBack(memory, settings, 400, 3).map(({ start }) => start)).toEqual([30])
    expect(releaseBuffers(memory, 1, [0, 20])).toBe(2)
    expect(playBack(memory, settings, 1350, 9).map(({ start }) => start)).toEqual([10])
    expect(releaseBuffers(memory, 1, [10, 30])).toBe(0)
    expect(memory.holdings.size).toBe(0)
  })

  test('buffers are never more than there are, held ones never above their limit, and none is both held and free', () => {
    const anyAct = fc.oneof(
      fc.record({ act: fc.constant('record' as const), cycles: fc.integer({ min: 1, max: 25 }), gap: fc.nat(3) }),
      fc.record({ act: fc.constant('hold' as const), back: fc.nat(30), cycles: fc.integer({ min: 1, max: 8 }), fom: fc.nat(200) }),
      fc.record({ act: fc.constant('play' as const), budget: fc.nat(9) }),
    )
    fc.assert(
      fc.property(fc.array(anyAct, { maxLength: 60 }), fc.constantFrom(...tieRules), (acts, ties) => {
        const own = { ...settings, ties }
        const memory = emptyMemory()
        let now = 1000
        let id = 0
        for (const one of acts) {
          if (one.act === 'record') {
            recordCycles(memory, own, now + 10 * one.gap, now + 10 * (one.gap + one.cycles))
            now += 10 * (one.gap + one.cycles)
          } else if (one.act === 'hold') {
            const start = now - 10 * (one.back + one.cycles)
            holdSegment(memory, own, order(++id, start, start + 10 * (one.cycles - 1), one.fom), now)
          } else for (const { segment, start } of playBack(memory, own, now, one.budget)) releaseBuffers(memory, segment, [start])
          const kept = [...memory.holdings.values()].flatMap(holding => [...holding.kept.keys()])
          expect(kept.length).toBe(heldBuffers(memory))
          expect(new Set(kept).size).toBe(kept.length)
          expect(kept.length).toBeLessThanOrEqual(heldLimit(own, now))
          expect(kept.length + recordedBuffers(memory, 10)).toBeLessThanOrEqual(own.buffers)
          for (const start of kept) expect(memory.recorded.some(({ from, to }) => start >= from && start < to)).toBe(false)
        }
      }),
    )
  })
})

describe('what if', () => {
  const plan: DownlinkPlan = {
    recordings: [],
    choices: [],
    contacts: [
      { spacecraft: 0, start: 1000, stop: 1100, budget: 4 },
      { spacecraft: 0, start: 5000, stop: 5100, budget: 10 },
    ],
  }
  const draft = (fom: number) => ({ at: 500, orders: [{ ...order(9, 100, 140, fom), spacecraft: [0] }] })

  test('a better draft demotes the worst, delays the next, and is down first', () => {
    const memory = memoryWith(order(1, 0, 40, 50), order(2, 50, 90, 20))
    const before = copyMemory(memory)
    expect(forecastPlan([memory], settings, plan)).toEqual([
      { segment: 1, down: 5010, buffers: 5, received: 5, demoted: 0, derelict: 0 },
      { segment: 2, down: 5060, buffers: 5, received: 5, demoted: 0, derelict: 0 },
    ])
    const { draft: own, demotes, delays } = forecastDraft([memory], settings, plan, draft(80))
    expect(own).toEqual([{ segment: 9, down: 5010, buffers: 5, received: 5, demoted: 0, derelict: 0 }])
    expect(demotes).toEqual([{ segment: 2, spacecraft: 0, buffers: 5, at: 500 }])
    expect(delays).toEqual([
      { segment: 1, seconds: 50 },
      { segment: 2, seconds: null },
    ])
    expect(memory).toEqual(before)
  })

  test('a worse draft is told that it would not be held', () => {
    const memory = memoryWith(order(1, 0, 40, 50), order(2, 50, 90, 20))
    expect(forecastDraft([memory], settings, plan, draft(10))).toEqual({
      draft: [{ segment: 9, down: null, buffers: 5, received: 0, demoted: 5, derelict: 0 }],
      demotes: [],
      delays: [],
    })
  })

  test('lost files come with a later contact, and the days are counted', () => {
    const memory = memoryWith()
    const { outcomes, days } = simulateDownlink(
      [memory],
      settings,
      { ...plan, choices: [draft(80)] },
      (_, start, at) => start === 120 && at < 2000,
    )
    expect(outcomes.get(9)?.get(0)).toEqual({ buffers: 5, received: 5, down: 5020, lost: 'none', lostAt: null })
    expect(days).toEqual([{ day: 0, held: 0, limit: 10, fresh: 5, overwritten: 0, sent: 5 }])
  })
})
