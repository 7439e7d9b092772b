import { computeCrc } from './error-control.ts'

/** How transfer frames lie in a stream, after channel decoding. Sizes in octets. */
export interface FrameOptions {
  /** Telemetry frames (CCSDS 132.0-B-3) or AOS frames (CCSDS 732.0-B-4). */
  readonly kind: 'tm' | 'aos'
  /** Size of a frame from its primary header to its error control, without sync marker. */
  readonly length: number
  /** Each frame has the marker 1ACFFC1D before it (default false: frames lie one behind the other). */
  readonly syncMarker?: boolean
  /** Octets behind each frame, as Reed-Solomon parity left in (default 0). */
  readonly trailer?: number
  /** The last two octets are a CRC; a frame that fails is dropped and reported (default false). */
  readonly errorControl?: boolean
  /** Only frames of this spacecraft are frames (default: any). */
  readonly spacecraft?: number
  /** AOS: the header has its own error control of two octets (default false; not checked). */
  readonly headerErrorControl?: boolean
  /** AOS: octets of the insert zone (default 0). */
  readonly insertZone?: number
  /** AOS: four octets of operational control lie before the error control (default false; TM frames say it themselves). */
  readonly operationalControl?: boolean
}

/** One transfer frame with packets in its data field. */
export interface TransferFrame {
  readonly kind: 'frame'
  /** Octet of the stream at which its primary header starts. */
  readonly offset: number
  readonly spacecraft: number
  readonly virtualChannel: number
  /** Count of the virtual channel: 8 bits (TM) or 24 bits (AOS). */
  readonly count: number
  /** Octet of `data` at which the first packet starts; `none` when one goes on all through, `idle` when there is only fill. */
  readonly firstPacket: number | 'none' | 'idle'
  readonly data: Uint8Array
}

/** First header pointers with a meaning of their own: CCSDS 132.0-B-3 section 4.1.2.7.6. */
const noHeader = 2047
const onlyIdle = 2046

/** VCID of AOS frames of fill: CCSDS 732.0-B-4 section 4.1.2.3. */
const idleChannel = 63

export const counts = { tm: 256, aos: 0x100_0000 } as const

const pointerOf = (pointer: number): TransferFrame['firstPacket'] =>
  pointer === noHeader ? 'none' : pointer === onlyIdle ? 'idle' : pointer

function readTm(frame: Uint8Array, offset: number, end: number): TransferFrame | undefined {
  const first = (frame[0]! << 8) | frame[1]!
  const status = (frame[4]! << 8) | frame[5]!
  // Frames whose data field is not synchronised hold no packets.
  if (first >> 14 !== 0 || (status & 0x4000) !== 0) return undefined
  const start = 6 + ((status & 0x8000) === 0 ? 0 : 1 + (frame[6]! & 0x3f))
  const data = frame.subarray(start, end - ((first & 1) === 0 ? 0 : 4))
  return {
    kind: 'frame',
    offset,
    spacecraft: (first >> 4) & 0x3ff,
    virtualChannel: (first >> 1) & 7,
    count: frame[3]!,
    firstPacket: pointerOf(status & 0x7ff),
    data,
  }
}

function readAos(frame: Uint8Array, offset: number, end: number, options: FrameOptions): TransferFrame | undefined {
  const first = (frame[0]! << 8) | frame[1]!
  if (first >> 14 !== 1) return undefined
  const start = 6 + (options.headerErrorControl === true ? 2 : 0) + (options.insertZone ?? 0)
  const pointer = ((frame[start]! & 7) << 8) | frame[start + 1]!
  const virtualChannel = first & 0x3f
  return {
    kind: 'frame',
    offset,
    spacecraft: (first >> 6) & 0xff,
    virtualChannel,
    count: (frame[2]! << 16) | (frame[3]! << 8) | frame[4]!,
    firstPacket: virtualChannel === idleChannel ? 'idle' : pointerOf(pointer),
    data: frame.subarray(start + 2, end - (options.operationalControl === true ? 4 : 0)),
  }
}

/** The frame in these octets; undefined when they are none that holds packets, `bad` when its error control fails. */
export function readFrame(frame: Uint8Array, offset: number, options: FrameOptions): TransferFrame | 'bad' | undefined {
  const end = options.length - (options.errorControl === true ? 2 : 0)
  const read = options.kind === 'tm' ? readTm(frame, offset, end) : readAos(frame, offset, end, options)
  if (read === undefined || (options.spacecraft !== undefined && read.spacecraft !== options.spacecraft)) return undefined
  const told = (frame[end]! << 8) | frame[end + 1]!
  return options.errorControl === true && computeCrc(frame, 0, end) !== told ? 'bad' : read
}
