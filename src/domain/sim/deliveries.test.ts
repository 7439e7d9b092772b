import { describe, expect, test } from 'vitest'
import { checkErrorControl, readPackets } from '#formats/ccsds'
import { readContacts, readDefatt, readDefeph } from '#formats/ephemeris'
import { parseUtc, tt2000 } from '#formats/time'
import { simulatedFlight } from '#test/simulation'
import { momentOf } from './calendar.ts'
import { planDeliveries, renderFile, type PlannedFile } from './index.ts'

const flight = simulatedFlight(1)
const { parameters } = flight.world
const contacts = {
  ...parameters.contacts,
  lost: [{ contact: 2, spacecraft: 'mms1', reason: 'storm over the station' }],
  lateAttitude: [{ contact: 1, spacecraft: 'mms2' }],
}
// Over midnight, in an hour and a half of three contacts.
const end = parseUtc('2026-11-25T00:40:00Z')
const deliveries = planDeliveries({ ...parameters, contacts }, { end, hours: 1.5, contacts: 3 })
const rendered = deliveries.map(({ at, contact, files }) => ({
  at,
  contact,
  files: files.map(file => ({ file, bytes: renderFile(flight, file) })),
}))
const ofKind = (kind: PlannedFile['kind']) => rendered.flatMap(({ files }) => files.filter(({ file }) => file.kind === kind))
const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1')

describe('every file of a run can be read', () => {
  test('telemetry: whole packets of the announced stretch, none of the lost one', () => {
    const files = ofKind('telemetry')
    expect(files).toHaveLength(11)
    for (const { file, bytes } of files) {
      const { packets, problems } = readPackets(bytes)
      expect(problems).toEqual([])
      expect(packets.filter(packet => checkErrorControl(packet) !== undefined)).toEqual([])
      // One state packet in 8 s.
      const states = packets.filter(({ apid }) => apid === 480).length
      expect(Math.abs(states - (file.to - file.from) / 8)).toBeLessThanOrEqual(1)
    }
  })

  test('ephemeris and attitude: from where they say to where they say, on both sides of midnight', () => {
    for (const { file, bytes } of [...ofKind('ephemeris'), ...ofKind('attitude')]) {
      const isOrbit = file.kind === 'ephemeris'
      const { time, header } = isOrbit ? readDefeph(textOf(bytes)) : readDefatt(textOf(bytes))
      expect(header.source).toBe('SIMULATED by Apsis')
      expect(header.spacecraft).toBe(file.name.slice(0, 4))
      const step = isOrbit ? 30_000_000_000n : 10_000_000_000n
      const [first, last] = [tt2000(time.at(0) ?? 0n), tt2000(time.at(-1) ?? 0n)]
      expect(first - momentOf(file.from)).toBeGreaterThanOrEqual(0n)
      expect(first - momentOf(file.from)).toBeLessThan(step)
      expect(momentOf(file.to) - last).toBeGreaterThanOrEqual(0n)
      expect(momentOf(file.to) - last).toBeLessThan(step)
    }
    expect(new Set(ofKind('attitude').map(({ file }) => file.name.slice(12, 27)))).toEqual(new Set(['2026328_2026329', '2026329_2026330']))
  })

  test('contact reports: planned at first, at last all done but one', () => {
    const reports = ofKind('contacts').map(({ bytes }) => readContacts(textOf(bytes)))
    expect(reports[0]?.contacts.every(({ state }) => state === 'planned')).toBe(true)
    const latest = new Map(reports.flatMap(report => report.contacts.map(contact => [`${contact.id} ${contact.spacecraft}`, contact])))
    expect(latest.size).toBe(12)
    const lost = [...latest.values()].filter(({ state }) => state !== 'done')
    expect(lost).toMatchObject([{ spacecraft: 'mms1', state: 'lost', reason: 'storm over the station' }])
    expect(reports.every(({ source, mission }) => source === 'SIMULATED by Apsis' && mission === 'MMS')).toBe(true)
    for (const { contact } of rendered) {
      if (contact === undefined) continue
      const row = latest.get(`${contact.id} ${parameters.spacecraft[contact.craft]?.id}`)
      expect(row).toMatchObject({ start: momentOf(contact.start), dataFrom: momentOf(contact.dataFrom), dataTo: momentOf(contact.dataTo) })
    }
  })

  test('attitude marks the lost stretch in the versions that follow', () => {
    const flags = ofKind('attitude')
      .filter(({ file }) => file.craft === 0)
      .map(({ file, bytes }) => [file.name, readDefatt(textOf(bytes)).flags.includes('INT')])
    expect(flags.some(([, marked]) => marked)).toBe(true)
    expect(flags[0]?.[1]).toBe(false)
  })

  test('the same again is the same to the bit', () => {
    const again = simulatedFlight(1)
    for (const { file, bytes } of [ofKind('telemetry')[4], ofKind('attitude')[2]].filter(one => one !== undefined))
      expect(Buffer.from(renderFile(again, file)).equals(Buffer.from(bytes))).toBe(true)
  })
})
