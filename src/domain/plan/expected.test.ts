import { describe, expect, test } from 'vitest'
import type { Product } from '#domain/mission'
import { hourMs, partitionAt } from '#domain/partition'
import type { PartitionRule } from '#domain/partition'
import { foresee } from './index.ts'
import type { EventFact } from './index.ts'

const start = Date.UTC(2026, 10, 22)
const product = (partition: PartitionRule, mode = 'fast'): Product => ({ partition, instrument: 'mag', mode }) as unknown as Product

const event = (change: Partial<EventFact>): EventFact => ({
  kind: 'region',
  key: 'r1',
  name: 'sroi',
  spacecraft: 'sc1',
  span: { start, stop: start + 6 * hourMs },
  state: 'planned',
  reason: undefined,
  former: [],
  ...change,
})
const mode = (name: string, from: number, to: number, reason?: string): EventFact =>
  event({ kind: 'mode', key: name, name, span: { start: start + from * hourMs, stop: start + to * hourMs }, reason })

describe('a partition of an event', () => {
  const rule: PartitionRule = { kind: 'region', region: 'sroi' }
  const partition = partitionAt(rule, start, start + 6 * hourMs)
  const see = (...events: readonly EventFact[]) => foresee(product(rule), [], partition, events)

  test('is known by its own event only', () => {
    expect(see()).toMatchObject({ known: false, absence: undefined })
    expect(see(event({}))).toMatchObject({ known: true, absence: undefined, barred: false })
    expect(see(event({ name: 'shadow' })).known).toBe(false)
    expect(see(event({ kind: 'orbit' })).known).toBe(false)
    expect(see(event({ span: { start: start + hourMs, stop: start + 2 * hourMs } })).known).toBe(false)
  })

  test.each([
    [
      event({ state: 'cancelled', reason: 'safe mode' }),
      'cancelled',
      'sroi r1 of sc1 of 2026-11-22T00:00Z to 2026-11-22T06:00Z was cancelled (safe mode)',
    ],
    [event({ state: 'not-downlinked' }), 'not-downlinked', 'sroi r1 of sc1 of 2026-11-22T00:00Z to 2026-11-22T06:00Z was never downlinked'],
    [event({ state: 'lost' }), 'lost', 'sroi r1 of sc1 of 2026-11-22T00:00Z to 2026-11-22T06:00Z was lost'],
    [
      event({ span: { start: start + 2 * hourMs, stop: start + 8 * hourMs }, former: [start - hourMs, start] }),
      'cancelled',
      'sroi r1 of sc1 was moved to 2026-11-22T02:00Z to 2026-11-22T08:00Z',
    ],
  ] as const)('%#: its reason', (told, kind, text) =>
    expect(see(told)).toEqual({ known: true, absence: { kind, text }, barred: kind === 'cancelled' }),
  )

  test('an event that went and came back is itself again', () => {
    expect(see(event({ former: [start + hourMs, start] })).absence).toBeUndefined()
  })
})

describe('modes of an instrument', () => {
  const partition = partitionAt({ kind: 'hours', hours: 6 }, start)
  const see = (of: Product, ...events: readonly EventFact[]) => foresee(of, ['fast', 'slow'], partition, events).absence
  const fast = product({ kind: 'hours', hours: 6 })

  test('off for all of it, also in pieces, to within a minute', () => {
    expect(see(fast, mode('mag off', -1, 3, 'high voltage'), mode('mag off', 3, 5.99))).toEqual({
      kind: 'off',
      text: 'mag of sc1 was off (high voltage)',
    })
    expect(see(fast, mode('mag off', 0, 5))).toBeUndefined()
    expect(see(fast, mode('other off', 0, 6))).toBeUndefined()
    expect(see(product({ kind: 'day' }, 'srvy'), mode('mag off', 0, 6))?.kind).toBe('off')
  })

  test('bars the making, unless data of the instrument itself are there', () => {
    const off = [mode('mag off', 0, 6)]
    expect(foresee(fast, [], partition, off).barred).toBe(true)
    expect(foresee(fast, [], partition, off, true)).toMatchObject({ absence: { kind: 'off' }, barred: false })
  })

  test('in another mode for all of it', () => {
    expect(see(fast, mode('mag slow', 0, 6))).toEqual({ kind: 'not-in-mode', text: 'mag of sc1 was in slow, not in fast' })
    expect(see(fast, mode('mag slow', 0, 4), mode('mag off', 4, 6))?.text).toBe('mag of sc1 was in slow and off, not in fast')
    expect(see(fast, mode('mag slow', 0, 4), mode('mag fast', 4, 6))).toBeUndefined()
    // A product of a mode that the instrument is not switched to says nothing.
    expect(see(product({ kind: 'day' }, 'srvy'), mode('mag slow', 0, 6))).toBeUndefined()
  })
})
