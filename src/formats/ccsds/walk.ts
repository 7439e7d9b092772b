import type { Source } from '#source'
import { checkErrorControl } from './error-control.ts'
import type { Framing, FramingOptions } from './frame.ts'
import { findChain, isHeader, lookAhead, resolveFraming } from './frame.ts'
import type { Packet } from './packet.ts'
import { headerSize, idleApid, packetSize, viewPacket } from './packet.ts'
import type { Problem } from './problem.ts'
import type { SequenceTracker } from './sequence.ts'
import { trackSequence } from './sequence.ts'

export interface WalkOptions extends FramingOptions {
  /** Follow sequence counts and report gaps, wraps, duplicates and disorder (default true). */
  readonly sequence?: boolean
  /** The last two octets of each packet are the CRC of ECSS-E-ST-70-41C annex B: check it (default false). */
  readonly errorControl?: boolean
  /** Yield packets of fill as packets instead of as problems (default false). */
  readonly keepIdle?: boolean
}

/** Octets read at once. */
const windowSize = 512 * 1024

/** Packets handed on at once: few enough that the young generation stays small, so that 1 GB takes no more memory than 100 MB. */
const batchSize = 256

interface Walk {
  readonly framing: Framing
  readonly judge: Judge
  /** Next octet of the stream to look at. */
  position: number
  /** Where octets that are no packet began, or -1. */
  garbageFrom: number
}

const startWalk = (options: WalkOptions): Walk => {
  const framing = resolveFraming(options)
  return { framing, judge: startJudge(options), position: framing.fileHeader, garbageFrom: -1 }
}

function* endGarbage(walk: Walk): Generator<Problem> {
  if (walk.garbageFrom < 0) return
  yield { kind: 'problem', problem: 'garbage', offset: walk.garbageFrom, size: walk.position - walk.garbageFrom }
  walk.garbageFrom = -1
}

/** What packets are judged by, one after the other. */
export interface Judge {
  readonly tracker: SequenceTracker | undefined
  readonly errorControl: boolean
  readonly keepIdle: boolean
}

export const startJudge = (options: Pick<WalkOptions, 'sequence' | 'errorControl' | 'keepIdle'>): Judge => ({
  tracker: options.sequence === false ? undefined : trackSequence(),
  errorControl: options.errorControl === true,
  keepIdle: options.keepIdle === true,
})

/** A packet with what is remarkable about it before it; fill becomes a problem unless it is kept. */
export function* judgePacket(judge: Judge, packet: Packet): Generator<Packet | Problem> {
  const idle = packet.apid === idleApid
  if (idle && !judge.keepIdle) {
    yield { kind: 'problem', problem: 'idle', offset: packet.offset, size: packet.bytes.byteLength }
    return
  }
  // Idle packets need no continuous count: CCSDS 133.0-B-2 section 4.1.3.4.3.
  const problem = idle ? undefined : judge.tracker?.check(packet)
  if (problem !== undefined) yield problem
  const bad = judge.errorControl ? checkErrorControl(packet) : undefined
  if (bad !== undefined) yield bad
  yield packet
}

/** Steps over octets that start no packet. Answers false when no packet is found in this window. */
function skipGarbage(window: Uint8Array, base: number, final: boolean, walk: Walk): boolean {
  const from = walk.position - base + (walk.garbageFrom < 0 ? 1 : 0)
  if (walk.garbageFrom < 0) walk.garbageFrom = walk.position
  const to = final ? window.byteLength : Math.max(from, window.byteLength - lookAhead(walk.framing))
  const found = findChain(window, from, to, walk.framing)
  walk.position = base + (found >= 0 ? found : to)
  return found >= 0
}

/** The last header says more than is left: either the stream was cut here, or the length is wrong and packets follow. */
function* endShort(window: Uint8Array, base: number, size: number, walk: Walk): Generator<Problem> {
  const start = walk.position - base
  const behind = findChain(window, start + 1, window.byteLength, walk.framing)
  if (behind < 0) return
  const { apid, sequenceCount } = viewPacket(window, start + walk.framing.prefix, headerSize, 0)
  yield { kind: 'problem', problem: 'bad-length', offset: walk.position + walk.framing.prefix, apid, sequenceCount, size }
  walk.garbageFrom = walk.position
  walk.position = base + behind
}

function* finishWalk(walk: Walk, window: Uint8Array, base: number): Generator<Problem> {
  const end = base + window.byteLength
  if (walk.garbageFrom >= 0) {
    walk.position = end
    yield* endGarbage(walk)
  } else if (walk.position < end) {
    const header = walk.position - base + walk.framing.prefix
    const around = walk.framing.prefix + walk.framing.suffix
    const need = around + (header + headerSize <= window.byteLength ? packetSize(window, header) : headerSize + 1)
    yield { kind: 'problem', problem: 'leftover', offset: walk.position, size: end - walk.position, need }
    walk.position = end
  }
}

/** Everything in `window` (octets from `base` of the stream) that can be judged; `final` says that the stream ends with it. */
function* walkWindow(window: Uint8Array, base: number, final: boolean, walk: Walk): Generator<Packet | Problem> {
  const { framing, judge } = walk
  const { tracker, errorControl } = judge
  const end = base + window.byteLength
  const around = framing.prefix + framing.suffix
  while (walk.position < end) {
    const header = walk.position - base + framing.prefix
    if (header + headerSize > window.byteLength) break
    if (walk.garbageFrom >= 0 || !isHeader(window, header, framing)) {
      if (!skipGarbage(window, base, final, walk)) break
      yield* endGarbage(walk)
      continue
    }
    const size = packetSize(window, header)
    if (walk.position + around + size > end) {
      if (!final) break
      const before = walk.position
      yield* endShort(window, base, size, walk)
      if (walk.position === before) break
      yield* endGarbage(walk)
      continue
    }
    walk.position += around + size
    const packet = viewPacket(window, header, size, base + header)
    framing.seen[packet.apid] = 1
    // The way of almost all packets is kept short.
    if (packet.apid === idleApid || errorControl) {
      yield* judgePacket(judge, packet)
      continue
    }
    const problem = tracker?.check(packet)
    if (problem !== undefined) yield problem
    yield packet
  }
  if (final) yield* finishWalk(walk, window, base)
}

/**
 * All packets of a stream in memory, and between them what is remarkable, in the order of the stream. Never throws on content.
 * @example for (const item of walkPackets(bytes)) if (item.kind === 'packet') count(item.apid)
 */
export function walkPackets(bytes: Uint8Array, options: WalkOptions = {}): Generator<Packet | Problem> {
  // Not a generator around a generator: passing each packet on would cost as much as finding it.
  return walkWindow(bytes, 0, true, startWalk(options))
}

/**
 * The same over a source, half a megabyte at a time, as short lists: for those who count packets in millions, since each step of
 * an asynchronous loop costs more than a packet. A packet's octets stay valid as long as they are kept.
 */
export async function* walkBatches(source: Source, options: WalkOptions = {}): AsyncGenerator<readonly (Packet | Problem)[]> {
  const walk = startWalk(options)
  const window = Math.max(windowSize, 2 * lookAhead(walk.framing))
  while (walk.position < source.size) {
    const base = walk.position
    const end = Math.min(source.size, base + window)
    let batch: (Packet | Problem)[] = []
    for (const item of walkWindow(await source.read(base, end), base, end === source.size, walk)) {
      batch.push(item)
      if (batch.length < batchSize) continue
      yield batch
      batch = []
    }
    yield batch
    walk.judge.tracker?.release()
  }
}

/** The same over a source, one by one. */
export async function* walkSource(source: Source, options: WalkOptions = {}): AsyncGenerator<Packet | Problem> {
  for await (const batch of walkBatches(source, options)) yield* batch
}

/** Packets and problems of a stream in memory, apart. */
export function readPackets(bytes: Uint8Array, options: WalkOptions = {}): { packets: readonly Packet[]; problems: readonly Problem[] } {
  const packets: Packet[] = []
  const problems: Problem[] = []
  for (const item of walkPackets(bytes, options)) {
    if (item.kind === 'packet') packets.push(item)
    else problems.push(item)
  }
  return { packets, problems }
}
