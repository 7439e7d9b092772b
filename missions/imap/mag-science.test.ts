import { readFileSync } from 'node:fs'
import { readPackets } from '#formats/ccsds'
import { compileXtce, decodePacket, encodePacket, parseXtce } from '#formats/xtce'
import { sharedIsThere, sharedNote, sharedPath } from '#test/shared'
import { describe, expect, test } from 'vitest'
import type { SensorVectors } from './mag-science.ts'
import { decodeMagScience } from './mag-science.ts'

const compiled = compileXtce(parseXtce(readFileSync(new URL('packets/mag-science.xml', import.meta.url), 'utf8')))

test('the definition leaves nothing unsupported', () => {
  expect(compiled.definition.unsupported).toEqual([])
})

const values = {
  SEQUENCE_COUNT: 3,
  MET: 100,
  PUS_SPARE_1: 0,
  PUS_VERSION: 1,
  PUS_SPARE_2: 0,
  PUS_SERVICE: 21,
  PUS_SUBSERVICE: 0,
  COMPRESSED: 0,
  MAGO_ACTIVE: 1,
  MAGI_ACTIVE: 1,
  PRIMARY_SENSOR: 'MAGi',
  SPARE_1: 0,
  PRIMARY_RATE: 0,
  SECONDARY_RATE: 0,
  SPARE_2: 0,
  PRIMARY_COARSE: 10,
  PRIMARY_FINE: 32768,
  SECONDARY_COARSE: 11,
  SECONDARY_FINE: 0,
}
const decode = (changes: object) =>
  decodeMagScience(decodePacket(compiled, encodePacket(compiled, 'ScienceNorm', { ...values, ...changes })).raw)

test('vectors of 50 bits follow each other without padding, the primary sensor first', () => {
  // 1, -1, -32768, range 2 and 2, 3, 4, range 1
  const bits =
    '0000000000000001' +
    '1111111111111111' +
    '1000000000000000' +
    '10' +
    '0000000000000010' +
    '0000000000000011' +
    '0000000000000100' +
    '01'
  const body = Uint8Array.from({ length: 13 }, (_, i) => Number.parseInt(bits.slice(8 * i, 8 * i + 8).padEnd(8, '0'), 2))
  const { primary, secondary } = decode({ VECTORS: body })
  expect(primary).toEqual({
    sensor: 'magi',
    rate: 1,
    vectors: Int16Array.of(1, -1, -32768),
    ranges: Uint8Array.of(2),
    times: BigInt64Array.of(10_500_000_000n),
    coarse: 10,
    fine: 32768,
  })
  expect(secondary).toMatchObject({ sensor: 'mago', vectors: Int16Array.of(2, 3, 4), ranges: Uint8Array.of(1) })
})

test('each vector has its time', () => {
  const { secondary } = decode({ SECONDARY_RATE: 2, VECTORS: new Uint8Array(32) })
  expect([...secondary.times]).toEqual([11_000_000_000n, 11_250_000_000n, 11_500_000_000n, 11_750_000_000n])
})

test('compressed vectors and short packets are refused with numbers', () => {
  expect(() => decode({ COMPRESSED: 1, VECTORS: new Uint8Array(13) })).toThrow('packet 3 holds compressed vectors')
  expect(() => decode({ VECTORS: new Uint8Array(12) })).toThrow('announces 1 + 1 vectors (100 bits) and holds 96 bits')
})

describe.skipIf(!sharedIsThere)('real packets' + sharedNote, () => {
  test('all 192 vectors equal those of the instrument team', () => {
    const [names, ...rows] = readFileSync(sharedPath('real', 'imap', 'mag', 'mag_l1a_test_output.csv'), 'utf8')
      .trim()
      .split(/\r?\n/)
    expect(names).toBe('sequence,x_pri,y_pri,z_pri,rng_pri,x_sec,y_sec,z_sec,rng_sec,pri_coarse,pri_fine,sec_coarse,sec_fine')
    const { packets, problems } = readPackets(new Uint8Array(readFileSync(sharedPath('real', 'imap', 'mag', 'mag_l1_test_data.pkts'))))
    expect(problems.filter(p => p.problem === 'garbage' || p.problem === 'leftover')).toEqual([])
    const row = (s: SensorVectors, i: number) => [...s.vectors.subarray(3 * i, 3 * i + 3), s.ranges[i]!]
    const found = packets.flatMap(packet => {
      const decoded = decodePacket(compiled, packet.bytes)
      expect(decoded.problems).toEqual([])
      const { primary: p, secondary: s } = decodeMagScience(decoded.raw)
      expect(p.ranges).toHaveLength(s.ranges.length)
      return Array.from(p.ranges, (_, i) =>
        [packet.sequenceCount, ...row(p, i), ...row(s, i), p.coarse, p.fine, s.coarse, s.fine].join(','),
      )
    })
    expect(found).toHaveLength(96)
    expect(found).toEqual(rows)
  })
})
