import { uniform } from './random.ts'

/** Shares of packets, 0 to 1, that each fault befalls. */
export interface FaultRates {
  readonly gaps?: number
  readonly duplicates?: number
  /** Exchanged with the packet behind. */
  readonly swaps?: number
  /** One bit turned behind the primary header. */
  readonly bitErrors?: number
}

/** What was done to which packet; `index` counts packets of the undamaged stream from 0. */
export interface Fault {
  readonly kind: 'gap' | 'duplicate' | 'swap' | 'bit-error'
  readonly index: number
  /** Bit turned, counted from the packet's first. */
  readonly bit?: number
}

/** Damages a stream of packets by a seed: returns the new stream and the list of all that was done, in order of packets. */
export function damageStream(stream: Uint8Array, rates: FaultRates, seed: number): { bytes: Uint8Array; faults: readonly Fault[] } {
  const faults: Fault[] = []
  const out: Uint8Array[] = []
  let kept: Uint8Array | undefined
  splitPackets(stream).forEach((packet, index) => {
    const chance = (stream: number): number => uniform(seed, stream, index)
    if (chance(1) < (rates.gaps ?? 0)) {
      faults.push({ kind: 'gap', index })
      return
    }
    const bit = 48 + Math.floor(chance(5) * (packet.byteLength * 8 - 48))
    const hit = chance(2) < (rates.bitErrors ?? 0)
    if (hit) faults.push({ kind: 'bit-error', index, bit })
    const bytes = hit ? flipBit(packet, bit) : packet
    if (kept !== undefined) {
      out.push(bytes, kept)
      kept = undefined
    } else if (chance(3) < (rates.swaps ?? 0)) {
      faults.push({ kind: 'swap', index })
      kept = bytes
    } else out.push(bytes)
    if (chance(4) < (rates.duplicates ?? 0) && kept === undefined) {
      faults.push({ kind: 'duplicate', index })
      out.push(bytes)
    }
  })
  if (kept !== undefined) out.push(kept)
  return { bytes: join(out), faults }
}

function splitPackets(stream: Uint8Array): readonly Uint8Array[] {
  const packets: Uint8Array[] = []
  for (let at = 0; at + 6 < stream.byteLength;) {
    const size = 7 + (((stream[at + 4] as number) << 8) | (stream[at + 5] as number))
    packets.push(stream.subarray(at, at + size))
    at += size
  }
  return packets
}

function flipBit(packet: Uint8Array, bit: number): Uint8Array {
  const copy = packet.slice()
  copy[bit >> 3] = (copy[bit >> 3] as number) ^ (0x80 >> (bit & 7))
  return copy
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.byteLength
  }
  return out
}
