import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseUtc, tai1958FromTt2000 } from '#formats/time'
import { simulationYaml } from '#test/simulation'
import { parseSimulation, planDeliveries, type Delivery } from './index.ts'
import { taiOf } from './calendar.ts'

const parameters = parseSimulation(simulationYaml('simulation.yaml'))
const quiet = { ...parameters, contacts: { ...parameters.contacts, lost: [], lateAttitude: [] } }
const end = parseUtc('2026-11-23T11:00:00Z')

const contactsOf = (deliveries: readonly Delivery[], craft: number) =>
  deliveries.flatMap(({ contact }) => (contact !== undefined && contact.craft === craft ? [contact] : []))
const namesOf = (deliveries: readonly Delivery[]): string[] => deliveries.flatMap(({ files }) => files.map(({ name }) => name))

describe('a run of a day', () => {
  const deliveries = planDeliveries(parameters, { end })

  test('announces all contacts and regions of interest first and ends now', () => {
    expect(deliveries).toHaveLength(1 + 5 * 4)
    expect(deliveries[0]?.files.map(({ name }) => name)).toEqual([
      'MMS_CONTACTS_2026326_2026327.V00',
      'MMS_CONTACTS_2026327_2026328.V00',
      'mms_orbits_2026326_2026327_v00.csv',
      'mms_orbits_2026327_2026328_v00.csv',
      ...[1, 2, 3, 4].map(n => `MMS${n}_PREDATT_2026326_2026328.V00`),
    ])
    expect(deliveries[0]?.files.flatMap(({ contacts }) => contacts.map(({ state }) => state))).toEqual(Array(20).fill('planned'))
    expect(deliveries.at(-1)?.at).toBe(end)
    expect(deliveries.map(({ at }) => at)).toEqual(deliveries.map(({ at }) => at).sort((a, b) => (a < b ? -1 : 1)))
  })

  test('names telemetry by the start of its data', () => {
    expect(deliveries[1]?.files.map(({ name }) => name)).toEqual([
      'mms1_tlm_srvy_l0_20261122110000_v0.0.0.pkts',
      'MMS1_DEFEPH_2026326_2026327.V00',
      'MMS1_DEFATT_2026326_2026327.V00',
      'MMS_CONTACTS_2026326_2026327.V01',
    ])
  })

  test('loses one contact with a reason: no data, and the report says so', () => {
    const lost = deliveries.filter(({ contact }) => contact?.outcome === 'lost')
    expect(lost).toHaveLength(1)
    expect(lost[0]?.contact).toMatchObject({ craft: 2, number: 3, reason: 'ground station antenna drive fault' })
    expect(lost[0]?.files.map(({ kind }) => kind)).toEqual(['contacts'])
    const row = lost[0]?.files[0]?.contacts.find(({ id, craft }) => id === lost[0]?.contact?.id && craft === 2)
    expect(row?.state).toBe('lost')
    expect(namesOf(deliveries).filter(name => name.startsWith('mms3_tlm'))).toHaveLength(4)
  })

  test('brings one attitude file a contact later, before the newer version', () => {
    const late = deliveries.flatMap(({ files, contact }) => files.filter(file => file.late).map(file => ({ file, contact, files })))
    expect(late).toHaveLength(1)
    expect(late[0]?.contact).toMatchObject({ craft: 1, number: 5 })
    expect(late[0]?.files.filter(({ kind }) => kind === 'attitude').map(({ name }) => name)).toEqual([
      'MMS2_DEFATT_2026327_2026328.V01',
      'MMS2_DEFATT_2026327_2026328.V02',
    ])
    expect(deliveries.find(({ contact }) => contact?.craft === 1 && contact.number === 4)?.files.map(({ kind }) => kind)).not.toContain(
      'attitude',
    )
  })

  test('a fault may be counted from the last contact', () => {
    const from = planDeliveries(
      { ...quiet, contacts: { ...quiet.contacts, lost: [{ contact: -1, spacecraft: 'mms4', reason: 'storm' }] } },
      { end },
    )
    expect(from.at(-1)?.contact?.outcome).toBe('lost')
  })
})

const anyRun = fc.record({
  end: fc.integer({ min: 0, max: 40_000 }).map(hours => end + BigInt(hours) * 3_600_000_000_000n),
  hours: fc.integer({ min: 1, max: 72 }),
  contacts: fc.integer({ min: 1, max: 12 }),
})

describe('any run', () => {
  test('brings down every second once, in order, from its begin to the last contact', () => {
    fc.assert(
      fc.property(anyRun, run => {
        const deliveries = planDeliveries(quiet, { ...run, end: run.end as typeof end })
        for (let craft = 0; craft < 4; craft++) {
          const contacts = contactsOf(deliveries, craft)
          expect(contacts).toHaveLength(run.contacts)
          let at = taiOf(run.end as typeof end) - run.hours * 3600
          for (const contact of contacts) {
            expect(contact.dataFrom).toBe(at)
            expect(contact.dataTo).toBeGreaterThan(contact.dataFrom)
            expect(contact.dataTo).toBeLessThanOrEqual(contact.start)
            expect(contact.stop).toBeGreaterThan(contact.start)
            at = contact.dataTo
          }
        }
        expect(deliveries.at(-1)?.at).toBe(run.end)
      }),
      { numRuns: 40 },
    )
  })

  test('uses no name twice, and versions of a stem are 0, 1, 2 … with growing content', () => {
    fc.assert(
      fc.property(anyRun, run => {
        const deliveries = planDeliveries(quiet, { ...run, end: run.end as typeof end })
        const names = namesOf(deliveries)
        expect(new Set(names).size).toBe(names.length)
        const reached = new Map<string, { next: number; to: number }>()
        for (const file of deliveries.flatMap(({ files }) => files)) {
          const match = /^(.+)\.V(\d+)$/.exec(file.name)
          if (match === null) continue
          const stem = match[1] ?? ''
          const known = reached.get(stem) ?? { next: 0, to: -Infinity }
          expect(Number(match[2])).toBe(known.next)
          if (file.kind !== 'contacts') expect(file.to).toBeGreaterThan(known.to)
          reached.set(stem, { next: known.next + 1, to: file.to })
        }
      }),
      { numRuns: 40 },
    )
  })

  test('day files cover the data that came down with them', () => {
    for (const { contact, files } of planDeliveries(quiet, { end, hours: 50, contacts: 7 })) {
      if (contact === undefined) continue
      for (const kind of ['ephemeris', 'attitude'] as const) {
        const spans = files.filter(file => file.kind === kind)
        expect(Math.max(...spans.map(({ to }) => to))).toBeGreaterThanOrEqual(contact.dataTo)
      }
    }
  })

  test('goes on above the versions that are held, from where simulated data began', () => {
    const held = namesOf(planDeliveries(quiet, { end }))
    const later = parseUtc('2026-11-23T17:00:00Z')
    const recordedTo = { mms1: parseUtc('2026-11-23T10:06:00Z') }
    const next = planDeliveries(quiet, { end: later, hours: 6, contacts: 1, since: parseUtc('2026-11-22T11:00:00Z'), recordedTo, held })
    expect(contactsOf(next, 0)[0]?.dataFrom).toBe(taiOf(recordedTo.mms1))
    expect(contactsOf(next, 1)[0]?.dataFrom).toBe(taiOf(end))
    expect(namesOf(next).filter(name => held.includes(name))).toEqual([])
    const ephemeris = next.flatMap(({ files }) => files).find(({ name }) => name.startsWith('MMS1_DEFEPH'))
    expect(ephemeris?.name).toBe('MMS1_DEFEPH_2026327_2026328.V03')
    expect(ephemeris?.from).toBe(tai1958FromTt2000(parseUtc('2026-11-23T00:00:00Z')))
  })

  test.each([
    [{ hours: 0 }, /a run of 0 hours/],
    [{ hours: Number.NaN }, /a run of NaN hours/],
    [{ contacts: 0 }, /0 contacts/],
    [{ contacts: 1.5 }, /1.5 contacts/],
  ])('%j is refused', (options, message) => {
    expect(() => planDeliveries(parameters, { end, ...options })).toThrow(message)
  })
})
