import { walkPackets } from '#doors/ccsds'
import type { RawDelivery, RawIdentity } from '#domain/mission'
import { utcMsFromCoarse } from './clock.ts'

/** Magnetometer science, normal and burst rate. Both go into one raw product; the processes pick their APID. */
const scienceApids: ReadonlySet<number> = new Set([1052, 1068])

/** In these packets the primary sensor's coarse time stands after header, packet time, PUS words and modes: octet 15. */
const coarseAt = 15

/**
 * Recognizes a delivery of magnetometer packets by its APIDs. Start is the earliest vector's time; packets come in any order, so
 * all of the head are looked at. Files that also hold other packets belong to somebody else.
 */
export function identify({ head }: RawDelivery): RawIdentity | undefined {
  let first = Number.POSITIVE_INFINITY
  for (const item of walkPackets(head, { sequence: false })) {
    if (item.kind === 'problem') {
      // The head ends in the middle of a packet.
      if (item.problem === 'leftover' || item.problem === 'idle') continue
      return undefined
    }
    if (!scienceApids.has(item.apid) || item.bytes.byteLength < coarseAt + 4) return undefined
    const { buffer, byteOffset } = item.bytes
    first = Math.min(first, new DataView(buffer, byteOffset).getUint32(coarseAt))
  }
  if (!Number.isFinite(first)) return undefined
  return { product: 'mag l0 raw', spacecraft: 'imap', start: utcMsFromCoarse(first) }
}
