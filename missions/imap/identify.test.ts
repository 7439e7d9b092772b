import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { buildPacket } from '#doors/ccsds'
import { sharedIsThere, sharedNote, sharedPath } from '#test/shared'
import { identify } from './identify.ts'

const of = (head: Uint8Array) => identify({ name: 'delivery.bin', size: head.byteLength, head })

/** A packet with its time at octet 6 and, as magnetometer science has it, that of its first vector at octet 15. */
function packet(apid: number, coarse: number, length = 30): Uint8Array {
  const data = new Uint8Array(length)
  if (length >= 4) new DataView(data.buffer).setUint32(0, coarse)
  if (length >= 13) new DataView(data.buffer).setUint32(9, coarse)
  return buildPacket({ apid, secondaryHeader: true }, data)
}

const join = (...parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap(part => [...part]))

/** 86400 s and the seconds that were inserted in 2012, 2015 and 2017 earlier on UTC clocks. */
const day = 5081 * 86_400

describe('packets tell whose they are', () => {
  test('the earliest vector is the start, in whatever order packets come', () => {
    expect(of(join(packet(1052, day + 20), packet(1068, day + 10), packet(1052, day + 30)))).toEqual({
      product: 'mag l0 raw',
      spacecraft: 'imap',
      start: Date.parse('2023-11-30T00:00:07Z'),
    })
  })

  test('a head that ends inside a packet is enough', () => {
    expect(of(join(packet(1052, day), packet(1052, day + 8).subarray(0, 12)))?.start).toBe(Date.parse('2023-11-29T23:59:57Z'))
  })

  test('packets of several instruments are a delivery of their own kind, some unknown ones among them', () => {
    expect(of(join(packet(1344, day + 9), packet(1251, day), packet(11, day), packet(645, day)))).toMatchObject({ product: 'tlm l0 raw' })
  })

  test('a clock that shows 0 was not set yet', () => {
    expect(of(join(packet(1136, 0), packet(1136, day)))).toMatchObject({
      product: 'codice l0 raw',
      start: Date.parse('2023-11-29T23:59:57Z'),
    })
    expect(of(packet(1136, 0))?.start).toBe(Date.parse('2010-01-01T00:00:00Z'))
  })

  test.each([
    ['an unknown APID', packet(11, day)],
    ['as many unknown packets as known ones', join(packet(1052, day), packet(11, day))],
    ['a packet without a vector time', packet(1052, day, 12)],
    ['no packet', new TextEncoder().encode('time,value\n2026-01-01T00:00:00Z,1\n')],
    ['nothing', new Uint8Array()],
  ])('%s is not ours', (_, head) => expect(of(head)).toBeUndefined())
})

describe.skipIf(!sharedIsThere)(`real packet files${sharedNote}`, () => {
  const real = (...parts: readonly string[]) => of(readFileSync(sharedPath('real', ...parts)).subarray(0, 256 * 1024))

  test("the magnetometer's are recognized, with their start", () => {
    expect(real('imap', 'mag', 'mag_l1_test_data.pkts')).toEqual({
      product: 'mag l0 raw',
      spacecraft: 'imap',
      start: Date.parse('2023-11-30T19:08:24Z'),
    })
    expect(real('imap', 'mag', 'mag_l0_test_data.pkts')?.start).toBe(Date.parse('2023-10-25T18:30:19Z'))
  })

  test.each([
    ['swe/2024051010_SWE_SCIENCE_packet.bin', 'swe l0 raw', '2024-05-10T15:35:05Z'],
    ['codice/imap_codice_l0_hskp_20100101_v001.pkts', 'codice l0 raw', '2023-08-22T17:27:34Z'],
    ['swapi/imap_swapi_l0_raw_20240924_v001.pkts', 'swapi l0 raw', '2024-09-24T13:21:32Z'],
    ['hit/imap_hit_l0_hk_20100105_v001.pkts', 'hit l0 raw', '2010-01-05T08:59:51Z'],
    ['mag-hk/MAG_HSK_PW.pkts', 'mag l0 raw', '2025-05-02T02:18:21Z'],
    ['sc-hk/SCID_X285.pkts', 'sc l0 raw', '2010-01-01T00:03:15Z'],
  ])('%s is %s of %s', (path, product, start) =>
    expect(real('imap', ...path.split('/'))).toEqual({ product, spacecraft: 'imap', start: Date.parse(start) }),
  )

  test.each([
    ['imap', 'mag-hk', 'EMPTY_HK.pkts'],
    ['imap', 'mag', 'mag_l1a_test_output.csv'],
    ['imap', 'mag', 'imap_mag_l1a_burst-magi_20231025_v001.cdf'],
    ['jpss', 'J01_G011_LZ_2021-04-09T00-00-00Z_V01.DAT1'],
  ])('%s %s %s is not', (...parts) => expect(real(...parts)).toBeUndefined())
})
