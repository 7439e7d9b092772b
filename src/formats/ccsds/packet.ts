import { fail } from '#error'

/** The six octets of a primary header as values (CCSDS 133.0-B-2 section 4.1.3). */
export interface PrimaryHeader {
  readonly version: number
  /** 0 telemetry, 1 telecommand. */
  readonly type: number
  readonly secondaryHeader: boolean
  readonly apid: number
  /** 3 unsegmented, 1 first, 0 continuation, 2 last segment. */
  readonly sequenceFlags: number
  /** 14 bits; a packet name for telecommands. */
  readonly sequenceCount: number
  /** Octets in the packet data field: the length field plus one. */
  readonly length: number
}

/** One packet of a stream. `bytes` is a view on the whole packet with its header (no prefix, no suffix): do not write to it. */
export interface Packet extends PrimaryHeader {
  readonly kind: 'packet'
  /** Octet of the stream at which the primary header starts. */
  readonly offset: number
  readonly bytes: Uint8Array
}

/** APID of idle packets (CCSDS 133.0-B-2 section 4.1.3.3.4.4). */
export const idleApid = 2047

/** Octets of a primary header. */
export const headerSize = 6

/** The largest whole packet: six octets of header and 65536 of data. */
export const largestPacket: number = headerSize + 65536

export const sequenceModulus = 16384

/**
 * A packet whose view on its octets is made when it is asked for: making it takes as long as finding the packet, and who counts,
 * sorts or filters packets needs none. A class for that getter alone; copies by spread leave the octets out.
 */
class PacketView implements Packet {
  readonly kind = 'packet'
  readonly offset: number
  readonly version: number
  readonly type: number
  readonly secondaryHeader: boolean
  readonly apid: number
  readonly sequenceFlags: number
  readonly sequenceCount: number
  readonly length: number
  readonly #stream: Uint8Array
  readonly #start: number

  constructor(stream: Uint8Array, start: number, size: number, offset: number) {
    const first = (stream[start]! << 8) | stream[start + 1]!
    const second = (stream[start + 2]! << 8) | stream[start + 3]!
    this.offset = offset
    this.version = first >> 13
    this.type = (first >> 12) & 1
    this.secondaryHeader = (first & 0x800) !== 0
    this.apid = first & 0x7ff
    this.sequenceFlags = second >> 14
    this.sequenceCount = second & 0x3fff
    this.length = size - headerSize
    this.#stream = stream
    this.#start = start
  }

  get bytes(): Uint8Array {
    return new Uint8Array(this.#stream.buffer, this.#stream.byteOffset + this.#start, headerSize + this.length)
  }
}

/** The packet whose primary header starts at `start` of `bytes`; the caller has checked that it is whole. */
export const viewPacket = (bytes: Uint8Array, start: number, size: number, offset: number): Packet =>
  new PacketView(bytes, start, size, offset)

/** Whole size of the packet whose header starts at `start`: CCSDS 133.0-B-2 section 4.1.3.5, the field holds octets of data minus one. */
export const packetSize = (bytes: Uint8Array, start: number): number => headerSize + 1 + ((bytes[start + 4]! << 8) | bytes[start + 5]!)

/** The primary header at `start`. Throws `ccsds/short` when fewer than six octets are there. */
export function decodePrimaryHeader(bytes: Uint8Array, start = 0): PrimaryHeader {
  if (bytes.byteLength - start < headerSize) {
    fail('ccsds/short', `a primary header takes 6 octets, ${bytes.byteLength - start} are there`, { start, have: bytes.byteLength - start })
  }
  const { version, type, secondaryHeader, apid, sequenceFlags, sequenceCount } = viewPacket(bytes, start, headerSize, start)
  return { version, type, secondaryHeader, apid, sequenceFlags, sequenceCount, length: packetSize(bytes, start) - headerSize }
}

/** What an encoder needs to know; the rest has the usual value (version 0, telemetry, unsegmented, no secondary header). */
export type HeaderFields = Partial<PrimaryHeader> & Pick<PrimaryHeader, 'apid' | 'length'>

const limits = { version: 7, type: 1, apid: 2047, sequenceFlags: 3, sequenceCount: 16383 } as const

/** The six octets of a primary header. `length` is octets in the data field, 1 to 65536. Throws `ccsds/header-range`. */
export function encodePrimaryHeader(fields: HeaderFields): Uint8Array {
  const header = { version: 0, type: 0, secondaryHeader: false, sequenceFlags: 3, sequenceCount: 0, ...fields }
  for (const [name, most] of Object.entries(limits)) {
    const value = header[name as keyof typeof limits]
    if (!Number.isInteger(value) || value < 0 || value > most) {
      fail('ccsds/header-range', `${name} of a packet header is ${value}, it must be an integer from 0 to ${most}`, { name, value })
    }
  }
  if (!Number.isInteger(header.length) || header.length < 1 || header.length > 65536) {
    fail('ccsds/header-range', `a packet holds 1 to 65536 octets of data, not ${header.length}`, { length: header.length })
  }
  const first = (header.version << 13) | (header.type << 12) | ((header.secondaryHeader ? 1 : 0) << 11) | header.apid
  const second = (header.sequenceFlags << 14) | header.sequenceCount
  const last = header.length - 1
  return Uint8Array.of(first >> 8, first & 255, second >> 8, second & 255, last >> 8, last & 255)
}

/** A whole packet: header with the right length, then `data` (copied). */
export function buildPacket(fields: Omit<HeaderFields, 'length'>, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(headerSize + data.byteLength)
  bytes.set(encodePrimaryHeader({ ...fields, length: data.byteLength }))
  bytes.set(data, headerSize)
  return bytes
}
