import { readPackets } from '#doors/ccsds'
import { decodePacket, type CompiledXtce } from '#doors/xtce'
import type { SpacecraftClock } from '#doors/time'
import { decodeMagScience, type SensorVectors } from './mag-science.ts'

export const sensors = ['mago', 'magi'] as const
export type Sensor = (typeof sensors)[number]

/** One vector with what its packet says of it. */
export interface Sample {
  /** TT2000, ns. */
  readonly time: bigint
  /** Counts. */
  readonly x: number
  readonly y: number
  readonly z: number
  /** 0 to 3. */
  readonly range: number
  /** Vectors per second. */
  readonly rate: number
  /** Of the packet: sequence count, and clock of its first vector. */
  readonly sequence: number
  readonly coarse: number
  readonly fine: number
}

export interface Collected {
  readonly samples: Readonly<Record<Sensor, readonly Sample[]>>
  readonly packets: number
  /** Packets that were byte for byte there already. */
  readonly repeated: number
  /** Packets that could not be read, with the reason. */
  readonly refused: readonly string[]
}

export interface CollectOptions {
  readonly apid: number
  readonly clock: SpacecraftClock
  /** Half-open, TT2000; vectors outside are left out. */
  readonly start: bigint
  readonly stop: bigint
}

/** Vectors of both sensors from deliveries that may overlap and repeat, each once, in order of time. */
export function collectVectors(deliveries: readonly Uint8Array[], definition: CompiledXtce, options: CollectOptions): Collected {
  const samples: Record<Sensor, Sample[]> = { mago: [], magi: [] }
  const seen = new Set<string>()
  const refused: string[] = []
  let repeated = 0
  for (const bytes of deliveries)
    for (const packet of readPackets(bytes).packets) {
      if (packet.apid !== options.apid) continue
      // Whole packets as keys: restarting counters make equal headers of different packets (domain notes on real files).
      const key = Buffer.from(packet.bytes).toString('latin1')
      if (seen.has(key)) repeated++
      else {
        seen.add(key)
        try {
          const { primary, secondary } = decodeMagScience(decodePacket(definition, packet.bytes).raw)
          for (const vectors of [primary, secondary]) samples[vectors.sensor].push(...samplesOf(vectors, packet.sequenceCount, options))
        } catch (error) {
          refused.push(error instanceof Error ? error.message : String(error))
        }
      }
    }
  for (const sensor of sensors) samples[sensor].sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : a.sequence - b.sequence))
  return { samples, packets: seen.size, repeated, refused }
}

function samplesOf(vectors: SensorVectors, sequence: number, options: CollectOptions): readonly Sample[] {
  const { rate, coarse, fine } = vectors
  const first = options.clock(coarse, fine / 65_536)
  const start = vectors.times[0] ?? 0n
  return Array.from(vectors.ranges, (range, i): Sample => {
    const [x = 0, y = 0, z = 0] = vectors.vectors.subarray(3 * i, 3 * i + 3)
    return { time: first + (vectors.times[i] ?? 0n) - start, x, y, z, range, rate, sequence, coarse, fine }
  }).filter(sample => sample.time >= options.start && sample.time < options.stop)
}
