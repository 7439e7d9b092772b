import { headerSize, idleApid, largestPacket, packetSize } from './packet.ts'

/** How packets lie in a stream. All sizes in octets. */
export interface FramingOptions {
  /** Octets of a ground header before each packet (default 0). */
  readonly prefix?: number
  /** Octets behind each packet (default 0). */
  readonly suffix?: number
  /** Octets before the first packet, a file header (default 0). */
  readonly fileHeader?: number
  /** The largest packet to believe, with its header (default 65542). */
  readonly largest?: number
  /** The packet version number that headers must have (default 0, the only one in use; flight streams with another exist). */
  readonly version?: number
  /** The APIDs that may occur in the stream; any other is garbage, which makes finding packets again surer (default: all). Idle packets
   * always may. This chooses no packets: filter what comes for that. */
  readonly apids?: readonly number[]
}

export interface Framing {
  readonly prefix: number
  readonly suffix: number
  readonly fileHeader: number
  readonly largest: number
  /** First octet of a header without its five low bits. */
  readonly top: number
  /** One octet per APID, 1 where it may occur. */
  readonly known: Uint8Array
  /** One octet per APID, 1 once a packet of it was met; a search believes only chains with such a one in them. */
  readonly seen: Uint8Array
}

export function resolveFraming(options: FramingOptions): Framing {
  const known = new Uint8Array(2048)
  if (options.apids === undefined) known.fill(1)
  else for (const apid of options.apids) known[apid] = 1
  known[idleApid] = 1
  return {
    prefix: options.prefix ?? 0,
    suffix: options.suffix ?? 0,
    fileHeader: options.fileHeader ?? 0,
    largest: Math.min(options.largest ?? largestPacket, largestPacket),
    top: (options.version ?? 0) << 5,
    known,
    seen: new Uint8Array(2048),
  }
}

/** Headers in a row that must fit before a place found by searching is believed: one alone fits by chance once in eight. */
const confirmations = 3

/** Octets that a search may have to look ahead of its place. */
export const lookAhead = (framing: Framing): number => (confirmations + 1) * (framing.prefix + framing.largest + framing.suffix)

/** Whether a believable header (right version, known APID, length within the limit, not all zero as fill is) starts at `at`. */
export const isHeader = (bytes: Uint8Array, at: number, framing: Framing): boolean =>
  (bytes[at]! & 0xe0) === framing.top &&
  framing.known[readApid(bytes, at)] === 1 &&
  packetSize(bytes, at) <= framing.largest &&
  (bytes[at]! | bytes[at + 1]! | bytes[at + 2]! | bytes[at + 3]! | bytes[at + 4]! | bytes[at + 5]!) !== 0

const readApid = (bytes: Uint8Array, at: number): number => ((bytes[at]! & 7) << 8) | bytes[at + 1]!

/** Whether a chain of packets starts at `unit` (its prefix included) and holds for three headers or exactly to the end. */
function startsChain(bytes: Uint8Array, unit: number, framing: Framing, anySeen: boolean): boolean {
  let at = unit
  let familiar = !anySeen
  for (let links = 0; links < confirmations; links++) {
    if (at === bytes.byteLength) return links > 0 && familiar
    const header = at + framing.prefix
    if (header + headerSize > bytes.byteLength || !isHeader(bytes, header, framing)) return false
    familiar ||= framing.seen[readApid(bytes, header)] === 1
    at = header + packetSize(bytes, header) + framing.suffix
    if (at > bytes.byteLength) return false
  }
  return familiar
}

/** The next place from `from` on, up to `to`, at which a chain of packets starts, or -1. */
export function findChain(bytes: Uint8Array, from: number, to: number, framing: Framing): number {
  const anySeen = framing.seen.includes(1)
  for (let at = from; at < to; at++) {
    if ((bytes[at + framing.prefix]! & 0xe0) === framing.top && startsChain(bytes, at, framing, anySeen)) return at
  }
  return -1
}
