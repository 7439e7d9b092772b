import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { norm, subtract, type Vector3 } from '#domain/orbit'
import { checkErrorControl, readPackets } from '#formats/ccsds'
import { readEventList } from '#formats/ephemeris'
import { parseUtc } from '#formats/time'
import { decodePacket } from '#formats/xtce'
import { simulatedFlight } from '#test/simulation'
import { taiOf } from './calendar.ts'
import { burstFile, burstRegions, planDeliveries, renderFile, trueField } from './index.ts'

const flight = simulatedFlight(20150312)
const { world } = flight
const { parameters } = world
const noon = taiOf(parseUtc('2026-11-22T12:00:00Z'))
const [regionFrom = 0, regionTo = 0] = burstRegions(world, noon, noon + 7200)[0] ?? []
const start = regionFrom + 3600

const burst = (craft: number, from: number, to: number): Uint8Array =>
  renderFile(flight, burstFile(parameters, { craft, from, to, created: to }))
const packetsOf = (bytes: Uint8Array) => {
  const { packets, problems } = readPackets(bytes)
  expect(problems.filter(({ problem }) => problem !== 'wrap')).toEqual([])
  return packets.map(packet => ({ packet, raw: decodePacket(flight.packets, packet.bytes).raw }))
}
const timeOf = (raw: Readonly<Record<string, unknown>>): number => Number(raw['SECONDS']) + Number(raw['SUBSECONDS']) / 65_536

describe('burst packets', () => {
  const packets = packetsOf(burst(2, start, start + 30))

  test('of field, ions and electrons at their rates, sound, in the order of recording, begun inside of the buffers', () => {
    const count = (apid: number): number => packets.filter(({ packet }) => packet.apid === apid).length
    expect([768, 784, 785].map(count)).toEqual([60, 200, 1000])
    expect(packets.filter(({ packet }) => checkErrorControl(packet) !== undefined)).toEqual([])
    expect(packets.every(({ raw }) => raw['SPACECRAFT'] === 3)).toBe(true)
    const times = packets.map(({ raw }) => timeOf(raw))
    expect(Math.min(...times)).toBe(start)
    expect(Math.max(...times)).toBeLessThan(start + 30)
  })

  test('any cut into passes gives the same packets', () => {
    const whole = packets.map(({ packet }) => Buffer.from(packet.bytes).toString('hex')).toSorted()
    fc.assert(
      fc.property(fc.subarray([10, 20]), cuts => {
        const bounds = [0, ...cuts, 30].map(t => start + t)
        const parts = bounds.slice(1).flatMap((to, i) => packetsOf(burst(2, bounds[i] ?? 0, to)))
        expect(parts.map(({ packet }) => Buffer.from(packet.bytes).toString('hex')).toSorted()).toEqual(whole)
      }),
      { numRuns: 4 },
    )
  })

  test('begin in step on all spacecraft', () => {
    const first = [0, 1, 2, 3].map(craft => packetsOf(burst(craft, start, start + 10)).find(({ packet }) => packet.apid === 768)?.raw ?? {})
    expect(first.map(timeOf)).toEqual(Array(4).fill(start))
  })

  test('measure the strength of the true field, 128 times a second', () => {
    const { lsb, offset, gain, orthogonal } = flight.calibrations.field['mms3']?.at(-1) ?? expect.fail('no calibration')
    const field = packets.find(({ packet }) => packet.apid === 768) ?? expect.fail('no packet')
    const counts = field.raw['FGM_VECTORS'] as number[]
    const step = lsb[Number(field.raw['FGM_RANGE'])] ?? 0
    const worst = Array.from({ length: 64 }, (_, i) => {
      const sensor = [0, 1, 2].map(k => (gain[k] ?? 1) * ((counts[3 * i + k] ?? 0) * step - (offset[k] ?? 0))) as unknown as Vector3
      const body = orthogonal.map(row => row[0] * sensor[0] + row[1] * sensor[1] + row[2] * sensor[2]) as unknown as Vector3
      return Math.abs(norm(body) - norm(trueField(world, 'mms3', timeOf(field.raw) + i / 128)))
    })
    expect(Math.max(...worst)).toBeLessThan(0.2)
  })

  test.each([
    ['off the grid', start + 1, start + 11, 'multiples of 10'],
    ['that is empty', start, start, 'the second the later'],
    ['before the region of interest', regionFrom - 10, regionFrom + 10, 'was not recorded'],
    ['behind it', regionTo - 10, regionTo + 10, 'was not recorded'],
  ])('%s are refused', (_, from, to, text) => expect(() => burst(0, from, to)).toThrow(text))

  test('come in a file named by the first buffer', () => {
    const file = burstFile(parameters, { craft: 3, from: taiOf(parseUtc('2026-11-22T12:00:03Z')), to: start, created: start, version: 2 })
    expect(file.name).toBe('mms4_tlm_brst_l0_20261122120003_v0.0.2.pkts')
  })
})

describe('trigger data', () => {
  test('come for the whole buffers of the region of interest and no others, eight numbers each', () => {
    const [from, to] = [regionTo - 305, regionTo + 300]
    const survey = { kind: 'telemetry' as const, name: '', craft: 1, from, to, created: to, late: false, contacts: [] }
    const triggers = packetsOf(renderFile(flight, survey)).filter(({ packet }) => packet.apid === 496)
    // What was complete after `from`.
    expect(triggers.map(({ raw }) => timeOf(raw))).toEqual(Array.from({ length: 31 }, (_, i) => regionTo - 310 + 10 * i))
    expect(triggers.every(({ raw }) => (raw['TRIG_NUMBERS'] as number[]).length === 8)).toBe(true)
  })

  test('are greater where the field turns', () => {
    const turning = (at: number): number => norm(subtract(trueField(world, 'mms1', at + 10), trueField(world, 'mms1', at)))
    const survey = {
      kind: 'telemetry' as const,
      name: '',
      craft: 0,
      from: start,
      to: start + 5000,
      created: start,
      late: false,
      contacts: [],
    }
    const seen = packetsOf(renderFile(flight, survey))
      .filter(({ packet }) => packet.apid === 496)
      .map(({ raw }) => ({ turn: turning(timeOf(raw)), jump: Math.max(...(raw['TRIG_NUMBERS'] as number[]).slice(0, 3)) }))
      .toSorted((a, b) => b.turn - a.turn)
    const mean = (some: typeof seen): number => some.reduce((sum, one) => sum + one.jump, 0) / some.length
    expect(mean(seen.slice(0, 20))).toBeGreaterThan(2 * mean(seen.slice(-200)))
  })
})

describe('the list of orbits', () => {
  test('tells orbits and regions of interest of all spacecraft, which touch its day', () => {
    const plan = planDeliveries(parameters, { end: parseUtc('2026-11-23T11:00:00Z') })
    const files = plan.flatMap(({ files: all }) => all.filter(({ kind }) => kind === 'orbits'))
    expect(files.map(({ name }) => name)).toEqual(['mms_orbits_2026326_2026327_v00.csv', 'mms_orbits_2026327_2026328_v00.csv'])
    for (const file of files) {
      const events = readEventList(new TextDecoder().decode(renderFile(flight, file)))
      expect(new Set(events.filter(({ type }) => type === 'science_roi').map(({ spacecraft }) => spacecraft))).toEqual(new Set(['mms']))
      for (const type of ['SROI', 'orbit']) {
        const own = events.filter(event => event.type === type)
        expect(new Set(own.map(({ spacecraft }) => spacecraft)).size).toBe(4)
        expect(new Set(own.map(({ spacecraft, key }) => `${spacecraft} ${key}`)).size).toBe(own.length)
      }
      const regions = events.filter(({ type, spacecraft }) => type === 'SROI' && spacecraft === 'mms1')
      expect(regions.length).toBeGreaterThanOrEqual(6)
      for (const { start: from, stop } of regions) expect((stop - from) / 3_600_000).toBeLessThanOrEqual(2.5)
      const pauses = regions.slice(1).map(({ start: from }, i) => from - (regions[i]?.stop ?? 0))
      // Both ends are cut to the grid.
      for (const pause of pauses) expect(Math.abs(pause / 1000 - 1210)).toBeLessThanOrEqual(10)
    }
  })
})
