import { walkPackets } from '#doors/ccsds'
import type { RawDelivery, RawIdentity } from '#domain/mission'
import { utcMsFromCoarse } from './clock.ts'

/** Whose packets are of which APIDs, as far as packet definitions and held files tell. */
const owners: readonly { readonly product: string; readonly from: number; readonly to: number }[] = [
  { product: 'sc l0 raw', from: 380, to: 380 },
  { product: 'sc l0 raw', from: 476, to: 479 },
  { product: 'sc l0 raw', from: 645, to: 646 },
  { product: 'mag l0 raw', from: 995, to: 1082 },
  { product: 'codice l0 raw', from: 1120, to: 1169 },
  { product: 'swapi l0 raw', from: 1184, to: 1192 },
  { product: 'hit l0 raw', from: 1251, to: 1252 },
  { product: 'swe l0 raw', from: 1344, to: 1344 },
]

const mixed = 'tlm l0 raw'

/** Every packet begins with its seconds; in magnetometer science the primary sensor's first vector is a few seconds older, octet 15. */
const coarseOf = new Map([
  [1052, 15],
  [1068, 15],
])
const usualCoarse = 6

const ownerOf = (apid: number): string | undefined => owners.find(({ from, to }) => apid >= from && apid <= to)?.product

/**
 * Recognizes a delivery of packets by its APIDs: an instrument's own, or one of several instruments. Start is the earliest time that
 * the head holds; packets come in any order, and a clock that shows 0 was not set yet. Files whose packets are mostly unknown, or that
 * hold anything else, belong to somebody else.
 */
export function identify({ head }: RawDelivery): RawIdentity | undefined {
  const found = new Set<string>()
  let [known, all] = [0, 0]
  let [first, unset] = [Number.POSITIVE_INFINITY, false]
  for (const item of walkPackets(head, { sequence: false })) {
    if (item.kind === 'problem') {
      // The head ends in the middle of a packet.
      if (item.problem === 'leftover' || item.problem === 'idle') continue
      return undefined
    }
    all++
    const owner = ownerOf(item.apid)
    const at = coarseOf.get(item.apid) ?? usualCoarse
    if (owner === undefined || item.bytes.byteLength < at + 4) continue
    known++
    found.add(owner)
    const coarse = new DataView(item.bytes.buffer, item.bytes.byteOffset).getUint32(at)
    if (coarse === 0) unset = true
    else first = Math.min(first, coarse)
  }
  if (known === 0 || known * 2 <= all || (!unset && !Number.isFinite(first))) return undefined
  const [only, ...more] = found
  return {
    product: only !== undefined && more.length === 0 ? only : mixed,
    spacecraft: 'imap',
    start: utcMsFromCoarse(Number.isFinite(first) ? first : 0),
  }
}
