import { sequenceModulus, walkPackets, type Packet, type Problem } from '#formats/ccsds'

/** One packet of a stream with the time of its first sample. */
export interface TimedPacket<Values> {
  /** TT2000. */
  readonly time: bigint
  readonly packet: Packet
  readonly values: Values
}

/** What was met in all files of a job, for the report and the product's attributes. */
export interface PacketCounts {
  packets: number
  duplicates: number
  /** Failed error control, could not be decoded, or octets that are no packet. */
  bad: number
  badOctets: number
  /** Breaks of the sequence count in order of time, and how many packets they lack. */
  gaps: number
  missing: number
  /** Same time, other content: the first one is kept. */
  conflicts: number
  /** Samples cut off because they lie outside the partition. */
  outside: number
  /** Samples that are not later than the one before. */
  overlapping: number
}

export const makeCounts = (): PacketCounts => ({
  packets: 0,
  duplicates: 0,
  bad: 0,
  badOctets: 0,
  gaps: 0,
  missing: 0,
  conflicts: 0,
  outside: 0,
  overlapping: 0,
})

/** The packets of one file that are whole and sound; the rest is counted. */
export function* soundPackets(bytes: Uint8Array, errorControl: boolean, counts: PacketCounts): Generator<Packet> {
  let refused = -1
  // Sequence counts are judged over all files together, in order of time.
  for (const item of walkPackets(bytes, { sequence: false, errorControl })) {
    if (item.kind === 'problem') refused = Math.max(refused, countProblem(item, counts))
    else if (item.offset !== refused) yield item
  }
}

function countProblem(problem: Problem, counts: PacketCounts): number {
  if (problem.problem === 'idle') return -1
  counts.bad++
  if ('size' in problem) counts.badOctets += problem.size
  return problem.problem === 'bad-checksum' ? problem.offset : -1
}

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => a.byteLength === b.byteLength && a.every((octet, i) => octet === b[i])

/**
 * Orders packets by time and keeps one of each: byte-equal ones are duplicates (contacts overlap, and ground stations send
 * again), others of the same time are conflicts. Counts the breaks of the sequence count between those that remain.
 */
export function mergePackets<Values>(packets: readonly TimedPacket<Values>[], counts: PacketCounts): TimedPacket<Values>[] {
  const sorted = [...packets].sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0))
  const kept: TimedPacket<Values>[] = []
  for (const next of sorted) {
    const last = kept.at(-1)
    if (last === undefined || last.time !== next.time) kept.push(next)
    else if (sameBytes(last.packet.bytes, next.packet.bytes)) counts.duplicates++
    else counts.conflicts++
  }
  countGaps(kept, counts)
  counts.packets += kept.length
  return kept
}

function countGaps(packets: readonly TimedPacket<unknown>[], counts: PacketCounts): void {
  for (let i = 1; i < packets.length; i++) {
    const [before, next] = [packets[i - 1]?.packet.sequenceCount ?? 0, packets[i]?.packet.sequenceCount ?? 0]
    const missing = (next - before - 1 + sequenceModulus) % sequenceModulus
    if (missing === 0) continue
    counts.gaps++
    counts.missing += missing
  }
}
