import type { Packet } from './packet.ts'
import { headerSize, packetSize, viewPacket } from './packet.ts'
import type { Problem } from './problem.ts'
import type { TransferFrame } from './transfer-frame.ts'
import { counts } from './transfer-frame.ts'
import { judgePacket, startJudge } from './walk.ts'
import type { WalkOptions } from './walk.ts'

export interface ChannelOptions extends Pick<WalkOptions, 'sequence' | 'errorControl' | 'keepIdle'> {
  readonly kind: 'tm' | 'aos'
  /** Only packets of these virtual channels (default: all). */
  readonly virtualChannels?: readonly number[]
}

/** What is known of one virtual channel. */
interface Channel {
  due: number
  /** Octets of the packet that has begun, and where its frame lies; empty when none has. */
  carry: Uint8Array
  offset: number
}

/** Takes packets out of virtual channels, frame by frame; keep one for all frames of a stream. */
export interface ChannelReader {
  read(item: TransferFrame | Problem): Generator<Packet | Problem>
  /** What is left when the stream has ended. */
  finish(): Generator<Problem>
}

const append = (a: Uint8Array, b: Uint8Array): Uint8Array => {
  if (a.byteLength === 0) return b
  const both = new Uint8Array(a.byteLength + b.byteLength)
  both.set(a)
  both.set(b, a.byteLength)
  return both
}

const broken = (offset: number, virtualChannel: number, size: number): Problem => ({
  kind: 'problem',
  problem: 'broken-packet',
  offset,
  virtualChannel,
  size,
})

function* giveUp(channel: Channel, virtualChannel: number): Generator<Problem> {
  if (channel.carry.byteLength > 0) yield broken(channel.offset, virtualChannel, channel.carry.byteLength)
  channel.carry = new Uint8Array()
}

/** Whether the frame is to be read; what its count says is reported. */
function* checkCount(channel: Channel, frame: TransferFrame, modulus: number): Generator<Problem, boolean> {
  const { offset, virtualChannel, count } = frame
  const ahead = (count - channel.due + modulus) % modulus
  if (ahead === 0) return true
  if (ahead === modulus - 1) {
    yield { kind: 'problem', problem: 'repeated-frame', offset, virtualChannel, count }
    return false
  }
  yield { kind: 'problem', problem: 'frame-gap', offset, virtualChannel, expected: channel.due, missing: ahead }
  yield* giveUp(channel, virtualChannel)
  return true
}

/** Whole packets from the start of what the channel carries; the rest stays carried. */
function takePackets(channel: Channel): readonly Packet[] {
  const packets: Packet[] = []
  const { carry, offset } = channel
  let at = 0
  while (at + headerSize <= carry.byteLength && at + packetSize(carry, at) <= carry.byteLength) {
    const size = packetSize(carry, at)
    packets.push(viewPacket(carry, at, size, offset))
    at += size
  }
  channel.carry = carry.subarray(at)
  return packets
}

/** Packets of one frame: the end of the one that has begun, then those that start in the frame. */
function* readData(channel: Channel, frame: TransferFrame): Generator<Packet | Problem> {
  const { firstPacket, virtualChannel, offset, data } = frame
  if (firstPacket === 'idle') return yield* giveUp(channel, virtualChannel)
  const start = firstPacket === 'none' ? data.byteLength : Math.min(firstPacket, data.byteLength)
  if (channel.carry.byteLength > 0) {
    channel.carry = append(channel.carry, data.subarray(0, start))
    yield* takePackets(channel)
  } else if (start > 0) yield broken(offset, virtualChannel, start)
  if (firstPacket === 'none') return undefined
  // The pointer says where a packet starts: what is still open before it cannot become whole.
  yield* giveUp(channel, virtualChannel)
  channel.carry = data.subarray(start)
  channel.offset = offset
  yield* takePackets(channel)
  return undefined
}

/** A reader of packets out of frames. A packet's `offset` is the octet of the stream at which the frame starts that it begins in. */
export function readChannels(options: ChannelOptions): ChannelReader {
  const channels = new Map<string, Channel>()
  const judge = startJudge(options)
  const wanted = options.virtualChannels === undefined ? undefined : new Set(options.virtualChannels)
  return {
    *read(item) {
      if (item.kind === 'problem') return yield item
      if (wanted !== undefined && !wanted.has(item.virtualChannel)) return undefined
      const key = `${item.spacecraft}/${item.virtualChannel}`
      const channel = channels.get(key) ?? { due: item.count, carry: new Uint8Array(), offset: 0 }
      channels.set(key, channel)
      if (!(yield* checkCount(channel, item, counts[options.kind]))) return undefined
      channel.due = (item.count + 1) % counts[options.kind]
      for (const found of readData(channel, item)) {
        if (found.kind === 'problem') yield found
        else yield* judgePacket(judge, found)
      }
      return undefined
    },
    *finish() {
      for (const [key, channel] of channels) yield* giveUp(channel, Number(key.split('/')[1]))
    },
  }
}

/** Packets of all virtual channels of a stream of frames, and what is remarkable between them. */
export function* packetsOfFrames(frames: Iterable<TransferFrame | Problem>, options: ChannelOptions): Generator<Packet | Problem> {
  const reader = readChannels(options)
  for (const frame of frames) yield* reader.read(frame)
  yield* reader.finish()
}
