import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { JoinOptions, Problem, Unit } from './index.ts'
import {
  buildPacket,
  decodePrimaryHeader,
  decodePus,
  describeProblem,
  encodePrimaryHeader,
  isHarmless,
  joinSegments,
  readPackets,
  walkPackets,
} from './index.ts'

const stream = (parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap(part => [...part]))
const segment = (apid: number, sequenceCount: number, sequenceFlags: number, ...data: number[]) =>
  buildPacket({ apid, sequenceCount, sequenceFlags }, Uint8Array.from(data))

function join(parts: readonly Uint8Array[], options?: JoinOptions) {
  const units: Unit[] = []
  const problems: Problem[] = []
  for (const item of joinSegments(walkPackets(stream(parts)), options)) {
    if (item.kind === 'unit') units.push(item)
    else problems.push(item)
  }
  return { units: units.map(({ first, segments, data }) => [first.apid, first.sequenceCount, segments, ...data]), problems }
}

test('segments are joined per APID, whatever lies between them', () => {
  const { units, problems } = join([
    segment(1, 0, 1, 1, 2),
    segment(2, 0, 3, 9),
    segment(1, 1, 0, 3),
    segment(2, 1, 1, 7),
    segment(1, 2, 2, 4),
    segment(2, 2, 2, 8),
  ])
  expect(units).toEqual([
    [2, 0, 1, 9],
    [1, 0, 3, 1, 2, 3, 4],
    [2, 1, 2, 7, 8],
  ])
  expect(problems).toEqual([])
})

test('a secondary header that later segments repeat is dropped', () => {
  expect(join([segment(1, 0, 1, 50, 51, 1), segment(1, 1, 2, 50, 51, 2)], { repeatedHeader: 2 }).units).toEqual([[1, 0, 2, 50, 51, 1, 2]])
})

test('segments without their unit are orphans, each with its place', () => {
  const { units, problems } = join([
    segment(1, 0, 0, 1),
    segment(1, 1, 1, 2),
    segment(1, 3, 2, 3),
    segment(1, 4, 1, 4),
    segment(1, 5, 3, 5),
    segment(1, 6, 1, 6),
  ])
  expect(units).toEqual([[1, 5, 1, 5]])
  expect(problems).toMatchObject([
    { problem: 'orphan-segment', offset: 0, sequenceFlags: 0 },
    { problem: 'gap', offset: 14 },
    { problem: 'orphan-segment', offset: 7, sequenceFlags: 1 },
    { problem: 'orphan-segment', offset: 14, sequenceFlags: 2 },
    { problem: 'orphan-segment', offset: 21 },
    { problem: 'orphan-segment', offset: 35 },
  ])
})

test('a unit above the limit is given up', () => {
  const { units, problems } = join([segment(1, 0, 1, 1, 1), segment(1, 1, 0, 2, 2), segment(1, 2, 2, 3, 3)], { largestUnit: 5 })
  expect([units, problems.length]).toEqual([[], 3])
})

test('any data cut into segments comes out as it was', () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ minLength: 1, maxLength: 20 }), { minLength: 2, maxLength: 10 }),
      fc.nat(16383),
      (parts, start) => {
        const flags = (i: number) => (i === 0 ? 1 : i === parts.length - 1 ? 2 : 0)
        const packets = parts.map((part, i) => segment(5, (start + i) % 16384, flags(i), ...part))
        expect(join(packets).units).toEqual([[5, start, parts.length, ...stream(parts)]])
      },
    ),
  )
})

test('secondary headers of both packet utilisation standards', () => {
  expect(decodePus(Uint8Array.of(0x10, 3, 25, 0, 0, 0, 1), 0)).toEqual({
    version: 1,
    status: 0,
    service: 3,
    subservice: 25,
    counter: undefined,
    destination: undefined,
    timeAt: 3,
  })
  expect(decodePus(Uint8Array.of(0, 0x10, 3, 25, 9, 0, 2), 1, { counter: 1, destination: 2 })).toMatchObject({
    counter: 9,
    destination: 2,
    timeAt: 7,
  })
  expect(decodePus(Uint8Array.of(0x21, 5, 1, 0, 7, 0, 3), 0)).toEqual({
    version: 2,
    status: 1,
    service: 5,
    subservice: 1,
    counter: 7,
    destination: 3,
    timeAt: 7,
  })
  expect(() => decodePus(Uint8Array.of(0x70, 5, 1), 0)).toThrow('version 7')
  expect(() => decodePus(Uint8Array.of(0x20, 5), 0)).toThrow('past the end at 2')
})

test('any header is itself again', () => {
  const header = fc.record({
    version: fc.nat(7),
    type: fc.nat(1),
    secondaryHeader: fc.boolean(),
    apid: fc.nat(2047),
    sequenceFlags: fc.nat(3),
    sequenceCount: fc.nat(16383),
    length: fc.integer({ min: 1, max: 65536 }),
  })
  fc.assert(
    fc.property(header, fields => {
      expect(decodePrimaryHeader(encodePrimaryHeader(fields))).toEqual(fields)
    }),
  )
  expect(() => encodePrimaryHeader({ apid: 2048, length: 1 })).toThrow('apid of a packet header is 2048')
  expect(() => encodePrimaryHeader({ apid: 1, length: 0 })).toThrow('1 to 65536 octets')
  expect(() => decodePrimaryHeader(new Uint8Array(5))).toThrow('takes 6 octets, 5 are there')
})

test('every problem has a sentence, and only wraps and fill are harmless', () => {
  const at = { kind: 'problem', offset: 10 } as const
  const of = { ...at, apid: 7, sequenceCount: 3 }
  const problems: Problem[] = [
    { ...at, problem: 'leftover', size: 3, need: 7 },
    { ...at, problem: 'garbage', size: 3 },
    { ...of, problem: 'bad-length', size: 300 },
    { ...of, problem: 'gap', expected: 1, missing: 2 },
    { ...of, problem: 'duplicate' },
    { ...of, problem: 'repeated-count' },
    { ...of, problem: 'out-of-order', expected: 5, behind: 2 },
    { ...of, problem: 'orphan-segment', sequenceFlags: 1, size: 9 },
    { ...of, problem: 'bad-checksum', expected: 255, got: 254 },
    { ...of, problem: 'wrap' },
    { ...at, problem: 'idle', size: 8 },
  ]
  expect(problems.map(describeProblem)).toEqual([
    'octet 10: 3 octets are left at the end, a whole packet would take 7',
    'octet 10: 3 octets are no packet and were stepped over',
    'octet 10, APID 7 count 3: the packet says 300 octets, and no packet follows there',
    'octet 10, APID 7 count 3: 2 packets are missing, count 1 was due',
    'octet 10, APID 7 count 3: the same packet once more',
    'octet 10, APID 7 count 3: the same sequence count with other content',
    'octet 10, APID 7 count 3: the count is 2 behind, 5 was due',
    'octet 10, APID 7 count 3: a segment (flags 1, 9 octets) without the rest of its unit',
    'octet 10, APID 7 count 3: the packet error control is fe, computed ff',
    'octet 10, APID 7 count 3: the sequence count went round to 0',
    'octet 10: an idle packet of 8 octets',
  ])
  expect(problems.filter(isHarmless).map(one => one.problem)).toEqual(['wrap', 'idle'])
  expect(readPackets(new Uint8Array())).toEqual({ packets: [], problems: [] })
})
