import { bytesSource } from '#source'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ChannelOptions, FrameOptions, Packet, Problem, TransferFrame } from './index.ts'
import { buildPacket, computeCrc, describeProblem, packetsOfFrames, walkFrameBatches, walkFrames } from './index.ts'

interface Stream extends FrameOptions {
  readonly virtualChannel: number
  readonly firstCount?: number
}

const dataSize = (o: Stream): number => {
  const control = o.errorControl === true ? 2 : 0
  if (o.kind === 'tm') return o.length - 6 - control - (o.operationalControl === true ? 4 : 0)
  return o.length - 8 - control - (o.headerErrorControl === true ? 2 : 0) - (o.insertZone ?? 0) - (o.operationalControl === true ? 4 : 0)
}

function header(o: Stream, count: number, pointer: number): readonly number[] {
  if (o.kind === 'tm') {
    const first = (100 << 4) | (o.virtualChannel << 1) | (o.operationalControl === true ? 1 : 0)
    return [first >> 8, first & 255, count & 255, count & 255, 0x18 | (pointer >> 8), pointer & 255]
  }
  const first = 0x4000 | (100 << 6) | o.virtualChannel
  const zone = Array.from({ length: (o.headerErrorControl === true ? 2 : 0) + (o.insertZone ?? 0) }, () => 0x77)
  return [first >> 8, first & 255, (count >> 16) & 255, (count >> 8) & 255, count & 255, 0, ...zone, pointer >> 8, pointer & 255]
}

function wrap(o: Stream, count: number, pointer: number, data: Uint8Array): Uint8Array {
  const body = [...header(o, count, pointer), ...data, ...(o.operationalControl === true ? [1, 2, 3, 4] : [])]
  const crc = computeCrc(Uint8Array.from(body))
  const frame = o.errorControl === true ? [...body, crc >> 8, crc & 255] : body
  expect(frame).toHaveLength(o.length)
  return Uint8Array.from([
    ...(o.syncMarker === true ? [0x1a, 0xcf, 0xfc, 0x1d] : []),
    ...frame,
    ...Array.from({ length: o.trailer ?? 0 }, () => 0x55),
  ])
}

/** Frames of one virtual channel that carry packets one behind the other; the last is filled up with an idle packet. */
function makeFrames(o: Stream, packets: readonly Uint8Array[]): readonly Uint8Array[] {
  const size = dataSize(o)
  const used = packets.reduce((sum, packet) => sum + packet.byteLength, 0)
  let fill = (size - (used % size)) % size
  if (fill > 0 && fill < 7) fill += size
  const all = fill === 0 ? packets : [...packets, buildPacket({ apid: 2047 }, new Uint8Array(fill - 6))]
  const stream = Uint8Array.from(all.flatMap(packet => [...packet]))
  const starts: number[] = []
  let at = 0
  for (const packet of all) {
    starts.push(at)
    at += packet.byteLength
  }
  return Array.from({ length: stream.byteLength / size }, (_, i) => {
    const start = starts.find(one => one >= i * size && one < (i + 1) * size)
    return wrap(o, (o.firstCount ?? 0) + i, start === undefined ? 2047 : start - i * size, stream.subarray(i * size, (i + 1) * size))
  })
}

const joined = (parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap(part => [...part]))

function read(bytes: Uint8Array, options: FrameOptions, channel: Partial<ChannelOptions> = {}) {
  const packets: Packet[] = []
  const problems: Problem[] = []
  for (const item of packetsOfFrames(walkFrames(bytes, options), { kind: options.kind, ...channel })) {
    if (item.kind === 'packet') packets.push(item)
    else problems.push(item)
  }
  return { packets, problems }
}

const packet = (sequenceCount: number, size = 30, apid = 7) =>
  buildPacket({ apid, sequenceCount }, new Uint8Array(size).fill(sequenceCount & 255))
const kinds = (problems: readonly Problem[]) => problems.map(problem => problem.problem)

const layouts: readonly (readonly [string, Stream])[] = [
  ['TM', { kind: 'tm', length: 64, virtualChannel: 1 }],
  [
    'TM with marker, parity, control words',
    { kind: 'tm', length: 80, virtualChannel: 7, syncMarker: true, trailer: 16, errorControl: true, operationalControl: true },
  ],
  ['AOS', { kind: 'aos', length: 64, virtualChannel: 5 }],
  [
    'AOS with everything',
    {
      kind: 'aos',
      length: 90,
      virtualChannel: 62,
      syncMarker: true,
      errorControl: true,
      headerErrorControl: true,
      insertZone: 3,
      operationalControl: true,
    },
  ],
]

test.each(layouts)('%s: packets of any sizes come out as they went in, from memory and from a source', async (_, layout) => {
  const sizes = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 20 })
  await fc.assert(
    fc.asyncProperty(sizes, fc.nat(300), async (list, firstCount) => {
      const packets = list.map((size, i) => packet(i, size))
      const bytes = joined(makeFrames({ ...layout, firstCount }, packets))
      const found = read(bytes, layout)
      expect(found.packets.map(one => [...one.bytes])).toEqual(packets.map(one => [...one]))
      expect(kinds(found.problems).filter(kind => kind !== 'idle')).toEqual([])
      const frames: (TransferFrame | Problem)[] = []
      for await (const batch of walkFrameBatches(bytesSource(bytes), layout)) frames.push(...batch)
      expect(frames).toEqual([...walkFrames(bytes, layout)])
    }),
    { numRuns: 50 },
  )
})

const tm: Stream = { kind: 'tm', length: 64, virtualChannel: 1, syncMarker: true, errorControl: true }

test('a missing frame breaks the packets across it, and is reported; the rest comes out', () => {
  const frames = makeFrames(
    tm,
    Array.from({ length: 20 }, (_, i) => packet(i)),
  )
  const { packets, problems } = read(joined(frames.filter((_, i) => i !== 3)), tm)
  expect(problems.filter(one => one.problem !== 'idle')).toMatchObject([
    { problem: 'frame-gap', virtualChannel: 1, expected: 3, missing: 1 },
    { problem: 'broken-packet', virtualChannel: 1, size: 24 },
    { problem: 'broken-packet', size: 28 },
    { problem: 'gap', apid: 7, expected: 4, missing: 3 },
  ])
  expect(packets).toHaveLength(17)
})

test('a damaged frame is dropped, a repeated one not read twice, garbage between frames stepped over', () => {
  const frames = makeFrames(
    tm,
    Array.from({ length: 20 }, (_, i) => packet(i)),
  )
  const damaged = frames.map((frame, i) => (i === 5 ? frame.with(20, frame[20]! ^ 1) : frame))
  expect(kinds(read(joined(damaged), tm).problems)).toEqual(['bad-frame', 'frame-gap', 'broken-packet', 'broken-packet', 'gap', 'idle'])
  const repeated = [...frames.slice(0, 4), frames[3]!, ...frames.slice(4)]
  expect(read(joined(repeated), tm)).toMatchObject({
    packets: { length: 20 },
    problems: [{ problem: 'repeated-frame', virtualChannel: 1, count: 3 }, { problem: 'idle' }],
  })
  const garbage = [
    Uint8Array.of(1, 2, 3),
    ...frames.slice(0, 4),
    new Uint8Array(100).fill(0x1a),
    ...frames.slice(4),
    Uint8Array.of(0x1a, 0xcf),
  ]
  const found = read(joined(garbage), tm)
  expect(found.packets).toHaveLength(20)
  expect(found.problems).toMatchObject([
    { problem: 'garbage', offset: 0, size: 3 },
    { problem: 'garbage', offset: 3 + 4 * 68, size: 100 },
    { problem: 'idle' },
    { problem: 'leftover', size: 2, need: 68 },
  ])
})

test('virtual channels mix, and can be chosen; frames of fill and of others hold no packets', () => {
  const one = makeFrames(
    tm,
    Array.from({ length: 6 }, (_, i) => packet(i, 30, 1)),
  )
  const two = makeFrames(
    { ...tm, virtualChannel: 2 },
    Array.from({ length: 6 }, (_, i) => packet(i, 30, 2)),
  )
  const fill = wrap({ ...tm, virtualChannel: 7 }, 0, 2046, new Uint8Array(dataSize(tm)))
  const bytes = joined([...one.flatMap((frame, i) => [frame, two[i]!]), fill])
  expect(read(bytes, tm).packets.filter(found => found.apid === 2)).toHaveLength(6)
  expect(read(bytes, tm).packets).toHaveLength(12)
  expect(read(bytes, tm, { virtualChannels: [1] }).packets.map(found => found.apid)).toEqual([1, 1, 1, 1, 1, 1])
  expect(read(bytes, { ...tm, spacecraft: 99 })).toMatchObject({ packets: [], problems: [{ problem: 'garbage', size: bytes.byteLength }] })
  const unsynchronised = one[0]!.slice()
  unsynchronised[4 + 4]! |= 0x40
  expect(kinds(read(unsynchronised, { ...tm, errorControl: false }).problems)).toEqual(['garbage'])
})

test('a secondary header of a TM frame is stepped over', () => {
  const layout: Stream = { kind: 'tm', length: 64, virtualChannel: 0 }
  const inner = packet(1, 48)
  const frame = [...header(layout, 0, 0), 3, 9, 9, 9, ...inner]
  frame[4]! |= 0x80
  expect(read(Uint8Array.from(frame), layout).packets.map(found => [...found.bytes])).toEqual([[...inner]])
})

test('a stream that ends within a packet, and a length that cannot be', () => {
  const frames = makeFrames(tm, [packet(0, 200)])
  const { packets, problems } = read(frames[0]!, tm)
  expect(packets).toEqual([])
  expect(problems.map(describeProblem)).toEqual(['octet 4, virtual channel 1: 56 octets of a packet whose other part is missing'])
  expect(() => read(new Uint8Array(10), { kind: 'tm', length: 4 })).toThrow('a transfer frame of 4 octets cannot be')
})

test('sentences for what is remarkable in frames', () => {
  const at = { kind: 'problem', offset: 9 } as const
  expect(describeProblem({ ...at, problem: 'bad-frame', size: 64 })).toBe(
    'octet 9: the error control of a transfer frame of 64 octets fails',
  )
  expect(describeProblem({ ...at, problem: 'frame-gap', virtualChannel: 2, expected: 3, missing: 4 })).toBe(
    'octet 9, virtual channel 2: 4 transfer frames are missing, count 3 was due',
  )
  expect(describeProblem({ ...at, problem: 'repeated-frame', virtualChannel: 2, count: 3 })).toBe(
    'octet 9, virtual channel 2: transfer frame 3 once more',
  )
})

test('whatever octets come, frames and packets are values', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 600 }), fc.constantFrom(...layouts.map(([, layout]) => layout)), (bytes, layout) => {
      const { packets, problems } = read(bytes, layout)
      expect(packets.length + problems.length).toBeLessThan(600)
    }),
    { numRuns: 500 },
  )
})
