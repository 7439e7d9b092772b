import { readFileSync } from 'node:fs'
import { bytesSource } from '#source'
import { sharedIsThere, sharedNote, sharedPath } from '#test/shared'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Packet, Problem, WalkOptions } from './index.ts'
import { buildPacket, computeCrc, encodePrimaryHeader, readPackets, walkSource } from './index.ts'

const join = (...parts: readonly Uint8Array[]): Uint8Array => {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.byteLength
  }
  return bytes
}
const packet = (apid: number, sequenceCount: number, size = 8): Uint8Array =>
  buildPacket({ apid, sequenceCount }, new Uint8Array(size).fill((apid + sequenceCount) | 0xe0))
const kinds = (problems: readonly Problem[]) => problems.map(problem => problem.problem)

/** With the octets, which packets give only when asked. */
const whole = ({ packets, problems }: ReturnType<typeof readPackets>) => ({
  packets: packets.map(packet => ({ ...packet, bytes: packet.bytes })),
  problems,
})

async function readSource(bytes: Uint8Array, options?: WalkOptions) {
  const packets: Packet[] = []
  const problems: Problem[] = []
  for await (const item of walkSource(bytesSource(bytes), options)) {
    if (item.kind === 'packet') packets.push(item)
    else problems.push(item)
  }
  return { packets, problems }
}

test('a packet carries its header, its place and a view of its octets', () => {
  const bytes = join(
    packet(5, 0),
    buildPacket({ apid: 9, sequenceCount: 77, type: 1, secondaryHeader: true, sequenceFlags: 1 }, Uint8Array.of(1, 2, 3)),
  )
  const { packets, problems } = readPackets(bytes)
  expect(problems).toEqual([])
  expect({ ...packets[1], bytes: packets[1]!.bytes }).toEqual({
    kind: 'packet',
    offset: 14,
    version: 0,
    type: 1,
    secondaryHeader: true,
    apid: 9,
    sequenceFlags: 1,
    sequenceCount: 77,
    length: 3,
    bytes: bytes.subarray(14, 23),
  })
  expect(packets[1]!.bytes.buffer).toBe(bytes.buffer)
})

test('gaps, wraps, duplicates, repeated counts and disorder are values with their place', () => {
  const counts = [16382, 16383, 0, 0, 1, 5, 4, 6]
  const bytes = join(...counts.map(count => packet(7, count)), packet(7, 6, 9))
  const { packets, problems } = readPackets(bytes)
  expect(packets).toHaveLength(9)
  expect(problems).toMatchObject([
    { problem: 'wrap', offset: 28, sequenceCount: 0 },
    { problem: 'duplicate', offset: 42, apid: 7 },
    { problem: 'gap', offset: 70, expected: 2, missing: 3 },
    { problem: 'out-of-order', offset: 84, sequenceCount: 4, behind: 2 },
    { problem: 'repeated-count', offset: 112 },
  ])
})

test('a stream that starts anew is one problem, not one per packet', () => {
  const counts = [100, 101, 102, 0, 1, 2, 3]
  expect(kinds(readPackets(join(...counts.map(count => packet(1, count)))).problems)).toEqual(['out-of-order'])
})

test('APIDs count each for itself, and need not', () => {
  const bytes = join(packet(1, 5), packet(2, 9), packet(1, 6), packet(2, 11))
  expect(readPackets(bytes).problems).toMatchObject([{ problem: 'gap', apid: 2, missing: 1 }])
  expect(readPackets(bytes, { sequence: false }).problems).toEqual([])
})

test('garbage is stepped over and measured, also at the start', () => {
  const garbage = new Uint8Array(37).fill(0xff)
  const good = [0, 1, 2, 3, 4].map(count => packet(3, count, 40))
  const bytes = join(garbage, good[0]!, good[1]!, good[2]!, garbage, good[3]!, good[4]!)
  const { packets, problems } = readPackets(bytes)
  expect(packets.map(p => p.sequenceCount)).toEqual([0, 1, 2, 3, 4])
  expect(problems).toEqual([
    { kind: 'problem', problem: 'garbage', offset: 0, size: 37 },
    { kind: 'problem', problem: 'garbage', offset: 37 + 138, size: 37 },
  ])
})

test('zeros behind the last packet are garbage, not packets', () => {
  const { packets, problems } = readPackets(join(packet(3, 0), packet(3, 1), new Uint8Array(50)))
  expect(packets).toHaveLength(2)
  expect(problems).toEqual([{ kind: 'problem', problem: 'garbage', offset: 28, size: 50 }])
})

test('a cut last packet is left over; a header that says too much is a bad length', () => {
  const bytes = join(packet(3, 0), packet(3, 1))
  expect(readPackets(bytes.subarray(0, 20)).problems).toEqual([{ kind: 'problem', problem: 'leftover', offset: 14, size: 6, need: 14 }])
  expect(readPackets(bytes.subarray(0, 17)).problems).toEqual([{ kind: 'problem', problem: 'leftover', offset: 14, size: 3, need: 7 }])
  const wrong = join(packet(3, 0), packet(3, 1), packet(3, 2), packet(3, 3))
  wrong[14 + 4] = 0x7f
  const { packets, problems } = readPackets(wrong)
  expect(packets.map(p => p.sequenceCount)).toEqual([0, 2, 3])
  expect(problems).toMatchObject([
    { problem: 'bad-length', offset: 14, sequenceCount: 1 },
    { problem: 'garbage', offset: 14, size: 14 },
    { problem: 'gap', offset: 28, missing: 1 },
  ])
})

test('idle packets are reported, or kept on demand', () => {
  const bytes = join(packet(1, 0), packet(2047, 0), packet(1, 1))
  expect(readPackets(bytes).problems).toEqual([{ kind: 'problem', problem: 'idle', offset: 14, size: 14 }])
  expect(readPackets(bytes, { keepIdle: true }).packets.map(p => p.apid)).toEqual([1, 2047, 1])
})

test('prefix, suffix and file header are stepped over', () => {
  const unit = (count: number) => join(Uint8Array.of(255, 255, 255, 255), packet(4, count), Uint8Array.of(254))
  const { packets, problems } = readPackets(join(new Uint8Array(10), unit(0), unit(1)), { fileHeader: 10, prefix: 4, suffix: 1 })
  expect(problems).toEqual([])
  expect(packets.map(p => p.offset)).toEqual([14, 33])
})

test('packet error control is checked when asked for', () => {
  const body = Uint8Array.of(1, 2, 3, 4)
  const head = encodePrimaryHeader({ apid: 1, length: 6 })
  const crc = computeCrc(join(head, body))
  const good = join(head, body, Uint8Array.of(crc >> 8, crc & 255))
  const bad = join(head, body, Uint8Array.of(crc >> 8, (crc & 255) ^ 1))
  expect(computeCrc(new TextEncoder().encode('123456789'))).toBe(0x29b1)
  expect(readPackets(good, { errorControl: true }).problems).toEqual([])
  expect(readPackets(bad, { errorControl: true }).problems).toMatchObject([
    { problem: 'bad-checksum', offset: 0, expected: crc, got: crc ^ 1 },
  ])
})

test('a limit on APIDs and sizes makes the rest garbage', () => {
  const bytes = join(packet(1, 0), packet(2, 0), packet(1, 1), packet(1, 2))
  expect(readPackets(bytes, { apids: [1] }).packets).toHaveLength(3)
  expect(kinds(readPackets(bytes, { apids: [1] }).problems)).toEqual(['garbage'])
  expect(readPackets(bytes, { largest: 10 }).packets).toEqual([])
})

test('whatever the octets, packets and problems cover the stream once, and a source gives the same', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.oneof(
          fc.uint8Array({ maxLength: 60 }),
          fc.nat(3).map(count => packet(1 + (count % 2), count)),
        ),
        { maxLength: 12 },
      ),
      async parts => {
        const bytes = join(...parts)
        const inMemory = readPackets(bytes)
        const covered = inMemory.packets.map(p => [p.offset, p.bytes.byteLength] as const)
        for (const p of inMemory.problems)
          if (p.problem === 'garbage' || p.problem === 'leftover' || p.problem === 'idle') covered.push([p.offset, p.size])
        covered.sort((a, b) => a[0] - b[0])
        let at = 0
        for (const [offset, size] of covered) {
          expect(offset).toBe(at)
          at += size
        }
        expect(at).toBe(bytes.byteLength)
        expect(whole(await readSource(bytes))).toEqual(whole(inMemory))
      },
    ),
    { numRuns: 300 },
  )
})

test('a source larger than one window reads the same packets, across garbage that spans windows', async () => {
  const block = join(...Array.from({ length: 100 }, (_, i) => packet(11, i, 60000)))
  const bytes = join(block, new Uint8Array(9_000_000).fill(0xaa), block)
  const { packets, problems } = await readSource(bytes)
  expect(packets).toHaveLength(200)
  expect(problems).toMatchObject([
    { problem: 'garbage', offset: block.byteLength, size: 9_000_000 },
    { problem: 'out-of-order', behind: 100 },
  ])
})

describe.skipIf(!sharedIsThere)('real streams' + sharedNote, () => {
  const read = (...path: string[]) => new Uint8Array(readFileSync(sharedPath('real', ...path)))
  const counts = JSON.parse(readFileSync(sharedPath('real', 'expected', 'reference_values.json'), 'utf8')).packets as Record<
    string,
    Record<string, number>
  >
  const framing: Record<string, WalkOptions> = { '.spl': { prefix: 4 }, 'packets.bin': { version: 1 }, 'footer.bin': { version: 1 } }
  test.each(Object.keys(counts))('%s: packets per APID as counted independently', file => {
    const found: Record<string, number> = {}
    const options = Object.entries(framing).find(([ending]) => file.endsWith(ending))?.[1]
    for (const { apid } of readPackets(read(...file.split('/')), { ...options, keepIdle: true }).packets)
      found[apid] = (found[apid] ?? 0) + 1
    expect(found).toEqual(counts[file])
  })
})
