import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { buildPacket, checkErrorControl, readPackets, type Packet } from '#formats/ccsds'
import { sealPacket } from './packet-header.ts'
import { damageStream, type Fault } from './index.ts'

const clean = (count: number): Uint8Array =>
  Buffer.concat(
    Array.from({ length: count }, (_, i) =>
      sealPacket(buildPacket({ apid: 512, sequenceCount: i }, Uint8Array.from([i >> 8, i, 7, 0, 0]))),
    ),
  )
const packetsOf = (stream: Uint8Array): readonly Packet[] => readPackets(stream).packets
const countOf = (faults: readonly Fault[], kind: Fault['kind']): number => faults.filter(fault => fault.kind === kind).length

describe('a damaged stream', () => {
  test('without rates is the stream itself', () => {
    const stream = clean(20)
    const { bytes, faults } = damageStream(stream, {}, 1)
    expect(bytes).toEqual(new Uint8Array(stream))
    expect(faults).toEqual([])
  })

  test('is what the list of faults says, for any rates and seed', () => {
    const rate = fc.double({ min: 0, max: 0.4, noNaN: true })
    fc.assert(
      fc.property(fc.record({ gaps: rate, duplicates: rate, swaps: rate, bitErrors: rate }), fc.integer(), (rates, seed) => {
        const { bytes, faults } = damageStream(clean(120), rates, seed)
        expect(damageStream(clean(120), rates, seed).faults).toEqual(faults)
        const packets = packetsOf(bytes)
        const indexes = packets.map(({ sequenceCount }) => sequenceCount)
        expect(packets).toHaveLength(120 - countOf(faults, 'gap') + countOf(faults, 'duplicate'))
        const gone = faults.filter(({ kind }) => kind === 'gap').map(({ index }) => index)
        expect(indexes.filter(index => gone.includes(index))).toEqual([])
        expect(new Set(indexes).size).toBe(120 - gone.length)
        const bad = new Set(packets.filter(packet => checkErrorControl(packet) !== undefined).map(({ sequenceCount }) => sequenceCount))
        expect([...bad].sort((a, b) => a - b)).toEqual(faults.filter(({ kind }) => kind === 'bit-error').map(({ index }) => index))
        const behind = indexes.filter((index, i) => index < (indexes[i - 1] ?? -1)).length
        expect(behind).toBeLessThanOrEqual(countOf(faults, 'swap'))
        if (rates.swaps === 0) expect(behind).toBe(0)
      }),
    )
  })

  test('has a swap where the list says', () => {
    const { bytes, faults } = damageStream(clean(200), { swaps: 0.1 }, 3)
    const order = packetsOf(bytes).map(({ sequenceCount }) => sequenceCount)
    expect(countOf(faults, 'swap')).toBeGreaterThan(5)
    for (const { index } of faults.slice(0, -1)) expect(order.indexOf(index)).toBe(order.indexOf(index + 1) + 1)
  })
})
