import { openFileSource } from '#doors/cdf-node'
import { walkBatches, type Packet, type WalkOptions } from '#formats/ccsds'
import { formatUtc, tt2000, type Interval } from '#formats/time'

/** A packet that becomes one row, with its time. Its octets are its own copy: the rest of the file can be given back. */
export interface Row {
  /** TT2000. */
  readonly time: bigint
  readonly sequenceCount: number
  readonly bytes: Uint8Array
}

export interface RowCounts {
  /** Packets of this kind in all files. */
  packets: number
  /** Octet for octet there already: contacts overlap, and ground stations send again. */
  repeated: number
  /** Failed error control, or shorter than their definition says. */
  bad: number
  /** Of another partition. */
  outside: number
  /** Octets of the files that are no packet. */
  strangeOctets: number
}

export const makeRowCounts = (): RowCounts => ({ packets: 0, repeated: 0, bad: 0, outside: 0, strangeOctets: 0 })

/** The time of a packet, `bad` when it is too short, undefined when it is of another kind. */
export type TimeOf = (packet: Packet) => bigint | 'bad' | undefined

/** The packets of one kind and partition in one file, window by window. */
export async function readRows(
  path: string,
  options: WalkOptions,
  timeOf: TimeOf,
  partition: Interval,
  counts: RowCounts,
): Promise<readonly Row[]> {
  const rows: Row[] = []
  const source = openFileSource(path)
  try {
    for await (const batch of walkBatches(source, { ...options, sequence: false })) {
      let refused = -1
      for (const item of batch) {
        if (item.kind === 'problem') {
          if (item.problem === 'bad-checksum') refused = item.offset
          else if (item.problem !== 'idle' && 'size' in item) counts.strangeOctets += item.size
          continue
        }
        const time = timeOf(item)
        if (time === undefined) continue
        counts.packets++
        if (time === 'bad' || item.offset === refused) counts.bad++
        else if (time < partition.start || time >= partition.stop) counts.outside++
        else rows.push({ time, sequenceCount: item.sequenceCount, bytes: item.bytes.slice() })
      }
    }
  } finally {
    await source.close()
  }
  return rows
}

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => a.byteLength === b.byteLength && a.every((octet, i) => octet === b[i])

/** Rows of all deliveries in order of time, each octet-equal packet once. Different packets of one time stay in the order in which they came. */
export function mergeRows(rows: readonly Row[], counts: RowCounts): readonly Row[] {
  const sorted = rows.toSorted((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0))
  const kept: Row[] = []
  for (const row of sorted) {
    let at = kept.length - 1
    while (at >= 0 && kept[at]!.time === row.time && !sameBytes(kept[at]!.bytes, row.bytes)) at--
    if (at >= 0 && kept[at]!.time === row.time) counts.repeated++
    else kept.push(row)
  }
  return kept
}

/** Times that rise from row to row: packets that share a time are put a nanosecond apart, for an axis may not hold one twice. */
export function riseStrictly(rows: readonly Pick<Row, 'time'>[]): BigInt64Array {
  const times = BigInt64Array.from(rows, row => row.time)
  for (let i = 1; i < times.length; i++) if (times[i]! <= times[i - 1]!) times[i] = times[i - 1]! + 1n
  return times
}

/** Time without packets between two of them. */
export interface Gap {
  /** TT2000 of the last packet before and the first one behind. */
  readonly from: bigint
  readonly to: bigint
  /** How many packets the sequence count says are missing; undefined where the count tells nothing (it was started anew). */
  readonly missing: number | undefined
}

const modulus = 16_384

/**
 * Gaps of one kind of packet in order of time: where the sequence count leaves packets out, and where the step in time is more
 * than one and a half of the usual one although the count goes on or was started anew.
 */
export function findGaps(rows: readonly Pick<Row, 'time' | 'sequenceCount'>[]): readonly Gap[] {
  const steps = rows.slice(1).map((row, i) => Number(row.time - rows[i]!.time))
  const usual = steps.filter(step => step > 0).toSorted((a, b) => a - b)[steps.length >> 1] ?? Number.POSITIVE_INFINITY
  return steps.flatMap((step, i) => {
    const [before, row] = [rows[i]!, rows[i + 1]!]
    const missing = (row.sequenceCount - before.sequenceCount - 1 + modulus) % modulus
    const counted = missing > 0 && missing < modulus / 2
    if (step === 0 || (!counted && step <= 1.5 * usual)) return []
    return [{ from: before.time, to: row.time, missing: counted ? missing : undefined }]
  })
}

/** One entry of the attribute Data_gaps: `2026-01-01T00:00:00.000Z/2026-01-01T00:00:08.000Z 3 packets missing`. */
export const describeGap = ({ from, to, missing }: Gap): string =>
  `${formatUtc(tt2000(from), 3)}/${formatUtc(tt2000(to), 3)}${missing === undefined ? '' : ` ${missing} packets missing`}`
