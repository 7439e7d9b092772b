import { beforeAll, describe, expect, test } from 'vitest'
import { findProduct } from '#domain/mission'
import type { Mission } from '#domain/mission'
import { followsEvents, partitionAt } from '#domain/partition'
import type { ContactFact } from '#domain/plan'
import { loadMission } from '#services/missions'
import { missionFolder } from '#test/installation'
import type { Spot } from './index.ts'
import type { Surroundings } from './known.ts'
import { spotsOfChange, spotsOfContacts, unique } from './spots.ts'

let mms: Mission
const hour = 3_600_000
const day = Date.UTC(2026, 10, 21)

beforeAll(async () => {
  mms = await loadMission(missionFolder('mms'))
})

const contact = (spacecraft: string, from: number, to: number): ContactFact => ({
  key: 'c',
  spacecraft,
  span: { start: to + hour, stop: to + 2 * hour },
  data: { start: from, stop: to },
  state: 'planned',
  reason: undefined,
})

/** No cell and no event is known. */
const nothing: Surroundings = { cellsIn: () => [], missionEvents: () => [] }

const tell = (spot: Spot): string =>
  `${spot.kind === 'work' ? spot.process : spot.product} ${spot.spacecraft} ${new Date(spot.partition.start).toISOString().slice(5, 13)}`

describe('where contacts of the real mission say to look', () => {
  test('every product that contacts expect has its spots, each once', () => {
    const spots = spotsOfContacts(mms, [contact('mms1', day + 2 * hour, day + 9 * hour), contact('mms1', day + 5 * hour, day + 11 * hour)])
    expect(unique(spots)).toEqual(spots)
    const expected = mms.products.filter(p => p.expect === 'contacts' && p.spacecraft.includes('mms1'))
    for (const product of expected) {
      const maker = mms.processes.find(p => p.outputs.some(o => o.product === product.id))
      const own = spots.filter(s => (s.kind === 'work' ? s.process === maker?.id : s.product === product.id))
      expect([product.id, own.length > 0]).toEqual([product.id, true])
      expect(own.every(s => s.spacecraft === 'mms1')).toBe(true)
    }
    expect(
      spots.every(s => (s.kind === 'work' ? mms.processes : mms.products).some(x => x.id === (s.kind === 'work' ? s.process : s.product))),
    ).toBe(true)
  })

  test('data over midnight are two days, of a whole day one', () => {
    const daysOf = (from: number, to: number): number => {
      const spots = spotsOfContacts(mms, [contact('mms2', from, to)]).filter(s => s.partition.kind === 'day')
      return new Set(spots.map(s => s.partition.start)).size
    }
    expect(daysOf(day + 20 * hour, day + 30 * hour)).toBe(2)
    expect(daysOf(day, day + 24 * hour)).toBe(1)
    expect(daysOf(day - 1, day + 24 * hour + 1)).toBe(3)
  })

  test('a spacecraft that the mission does not have has none', () => {
    expect(spotsOfContacts(mms, [contact('mms9', day, day + hour)])).toEqual([])
    expect(spotsOfContacts(mms, [])).toEqual([])
  })

  test('the same contacts in another order give the same spots', () => {
    const contacts = ['mms1', 'mms2', 'mms3', 'mms4'].map((sc, i) => contact(sc, day + i * hour, day + (i + 7) * hour))
    const sorted = (list: readonly ContactFact[]): readonly string[] =>
      spotsOfContacts(mms, list)
        .map(tell)
        .toSorted((a, b) => (a < b ? -1 : 1))
    expect(sorted(contacts.toReversed())).toEqual(sorted(contacts))
  })
})

describe('where a changed file says to look', () => {
  test('at its own cell and at every process that reads its product', async () => {
    for (const product of mms.products) {
      const spacecraft = product.spacecraft[0] ?? ''
      const spots = spotsOfChange(nothing, mms, {
        product: product.id,
        spacecraft,
        partition: 'k',
        start: day,
        stop: day + 24 * hour,
      })
      // What follows events is looked for at the events that are known: there are none here.
      const readers = mms.processes.filter(
        p => p.inputs.some(i => i.products.includes(product.id)) && !followsEvents(findProduct(mms, p.outputs[0]?.product ?? '').partition),
      )
      const looked = new Set(spots.flatMap(s => (s.kind === 'work' ? [s.process] : [])))
      for (const reader of readers) expect([product.id, looked.has(reader.id)]).toEqual([product.id, true])
      const maker = mms.processes.find(p => p.outputs.some(o => o.product === product.id))
      expect(maker === undefined ? spots.some(s => s.kind === 'arrival' && s.product === product.id) : looked.has(maker.id)).toBe(true)
    }
  })

  test('a file reaches as far as the windows of its readers', async () => {
    const text: Mission = {
      ...mms,
      processes: mms.processes.map(p => ({
        ...p,
        inputs: p.inputs.map(i => ({ ...i, window: { kind: 'time' as const, before: 2 * hour, after: 3 * hour } })),
      })),
    }
    const reader = text.processes.find(p => {
      const out = text.products.find(x => x.id === p.outputs[0]?.product)
      const source = text.products.find(x => x.id === p.inputs[0]?.products[0])
      return out?.partition.kind === 'day' && source !== undefined && out.spacecraft.includes(source.spacecraft[0] ?? '')
    })
    const product = reader?.inputs[0]?.products[0] ?? ''
    const spacecraft = text.products.find(p => p.id === product)?.spacecraft[0] ?? ''
    const daysAt = async (start: number, stop: number): Promise<number> =>
      spotsOfChange(nothing, text, { product, spacecraft, partition: 'k', start, stop }).filter(
        s => s.kind === 'work' && s.process === reader?.id && s.spacecraft === spacecraft,
      ).length
    // a day reads from 2 h before to 3 h after itself
    expect(await daysAt(day + 4 * hour, day + 21 * hour)).toBe(1)
    expect(await daysAt(day + 2 * hour, day + 21 * hour)).toBe(2)
    expect(await daysAt(day + 4 * hour, day + 23 * hour)).toBe(2)
    expect(await daysAt(day + 2 * hour, day + 23 * hour)).toBe(3)
  })

  test('a file that holds less than its burst is looked at over the whole burst; a part of one also there', () => {
    const span = { start: day + hour, stop: day + hour + 60_000 }
    const event = { kind: 'segment' as const, key: '7', name: '', spacecraft: 'mms1', span, state: 'planned' as const, reason: undefined }
    const around: Surroundings = { cellsIn: () => [], missionEvents: () => [{ ...event, former: [] }] }
    const at = (product: string, start: number) => {
      const { key } = partitionAt({ kind: 'segment' }, start)
      const spots = spotsOfChange(around, mms, { product, spacecraft: 'mms1', partition: key, start, stop: start + 20_000 })
      return unique(spots.map(s => ({ ...s, partition: { ...s.partition, kind: 'segment' as const } }))).map(s => ({
        of: s.kind === 'work' ? s.process : s.product,
        from: s.partition.start - span.start,
        to: s.partition.stop - span.start,
      }))
    }
    expect(at('dfg brst l1a', span.start).filter(s => s.to !== 60_000)).toEqual([])
    const part = at('tlm brst l0', span.start + 20_000)
    expect(part).toContainEqual({ of: 'tlm brst l0', from: 20_000, to: 40_000 })
    expect(part.filter(s => s.from === 0 && s.to === 60_000).map(s => s.of)).toEqual(
      expect.arrayContaining(['tlm brst l0', 'decommutate-fgm-burst', 'decommutate-fpi-burst', 'ephemeris-burst']),
    )
  })
})
