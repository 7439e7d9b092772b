import type { Packet } from './packet.ts'
import { headerSize, sequenceModulus } from './packet.ts'
import type { Problem } from './problem.ts'

/** User data of one unsegmented packet, or of the segments of one unit joined (CCSDS 133.0-B-2 section 4.1.3.4.2). */
export interface Unit {
  readonly kind: 'unit'
  /** The packet that begins it: its header, place and count are those of the unit. */
  readonly first: Packet
  readonly segments: number
  /** Data fields one behind the other; a view when there is one segment. */
  readonly data: Uint8Array
}

export interface JoinOptions {
  /** Octets at the start of the data field of later segments that repeat the secondary header and are dropped (default 0). */
  readonly repeatedHeader?: number
  /** Units above this size are given up, so that memory is bounded (default 16 MiB). */
  readonly largestUnit?: number
}

interface Open {
  readonly packets: Packet[]
  size: number
}

const orphan = (packet: Packet): Problem => ({
  kind: 'problem',
  problem: 'orphan-segment',
  offset: packet.offset,
  apid: packet.apid,
  sequenceCount: packet.sequenceCount,
  sequenceFlags: packet.sequenceFlags,
  size: packet.bytes.byteLength,
})

function joinData(packets: readonly Packet[], size: number, repeated: number): Uint8Array {
  const data = new Uint8Array(size)
  let at = 0
  for (const [i, packet] of packets.entries()) {
    const part = packet.bytes.subarray(headerSize + (i === 0 ? 0 : repeated))
    data.set(part, at)
    at += part.byteLength
  }
  return data.subarray(0, at)
}

const follows = (open: Open, packet: Packet): boolean => packet.sequenceCount === (open.packets.at(-1)!.sequenceCount + 1) % sequenceModulus

/**
 * Units of user data out of packets, per APID; problems pass through. Segments whose unit is not whole (a first one without the
 * rest, a later one without the first, a gap within) are reported as orphans one by one, at the latest when the stream ends.
 */
export function* joinSegments(items: Iterable<Packet | Problem>, options: JoinOptions = {}): Generator<Unit | Problem> {
  const { repeatedHeader = 0, largestUnit = 16 * 1024 * 1024 } = options
  const opened = new Map<number, Open>()
  const give = function* (apid: number): Generator<Problem> {
    for (const packet of opened.get(apid)?.packets ?? []) yield orphan(packet)
    opened.delete(apid)
  }
  for (const item of items) {
    if (item.kind === 'problem') {
      yield item
      continue
    }
    const { apid, sequenceFlags } = item
    const open = opened.get(apid)
    const continues = (sequenceFlags & 1) === 0 && open !== undefined && follows(open, item) && open.size + item.length <= largestUnit
    if (!continues) yield* give(apid)
    if (sequenceFlags === 3) yield { kind: 'unit', first: item, segments: 1, data: item.bytes.subarray(headerSize) }
    else if (sequenceFlags === 1) opened.set(apid, { packets: [item], size: item.length })
    else if (!continues) yield orphan(item)
    else {
      open.packets.push(item)
      open.size += item.length
      if (sequenceFlags === 2) {
        opened.delete(apid)
        yield {
          kind: 'unit',
          first: open.packets[0]!,
          segments: open.packets.length,
          data: joinData(open.packets, open.size, repeatedHeader),
        }
      }
    }
  }
  for (const apid of opened.keys()) yield* give(apid)
}
