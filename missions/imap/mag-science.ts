import { fail } from '#error'
import type { Values } from '#formats/xtce'

/** Vectors of one sensor in one packet, in the order in which they were taken. */
export interface SensorVectors {
  readonly sensor: 'mago' | 'magi'
  /** Vectors per second. */
  readonly rate: number
  /** Three components a vector, counts. */
  readonly vectors: Int16Array
  /** Measuring range of each vector, 0 to 3. */
  readonly ranges: Uint8Array
  /** Time of each vector: nanoseconds of mission elapsed time (seconds of the spacecraft clock from 2010-01-01). */
  readonly times: BigInt64Array
  /** Time of the first vector as the packet has it: seconds, and units of 1/65536 s. */
  readonly coarse: number
  readonly fine: number
}

export interface MagScience {
  readonly primary: SensorVectors
  readonly secondary: SensorVectors
}

/** Bits of a vector: three components of 16 and a range of 2, without padding between vectors. */
const vectorBits = 50

/** 16 bits from bit `bit` on, signed. */
const readComponent = (bytes: Uint8Array, bit: number): number => {
  const at = bit >>> 3
  const window = (bytes[at]! << 16) | (bytes[at + 1]! << 8) | (bytes[at + 2] ?? 0)
  return ((window >>> (8 - (bit & 7))) << 16) >> 16
}

const readRange = (bytes: Uint8Array, bit: number): number => {
  const window = (bytes[bit >>> 3]! << 8) | (bytes[(bit >>> 3) + 1] ?? 0)
  return (window >>> (14 - (bit & 7))) & 3
}

function takeVectors(values: Values, role: 'PRIMARY' | 'SECONDARY', sensor: 'mago' | 'magi', seconds: number, from: number): SensorVectors {
  const bytes = values['VECTORS'] as Uint8Array
  const rate = 2 ** Number(values[`${role}_RATE`])
  const count = rate * seconds
  const coarse = Number(values[`${role}_COARSE`])
  const fine = Number(values[`${role}_FINE`])
  const vectors = new Int16Array(count * 3)
  const ranges = new Uint8Array(count)
  const times = new BigInt64Array(count)
  const first = BigInt(coarse) * 1_000_000_000n + BigInt(Math.round((fine * 1e9) / 65536))
  // 10^9 divides by 2^9: the step is exact for every rate that three bits can say.
  const step = BigInt(1e9 / rate)
  for (let i = 0; i < count; i++) {
    const bit = from + i * vectorBits
    for (let axis = 0; axis < 3; axis++) vectors[3 * i + axis] = readComponent(bytes, bit + 16 * axis)
    ranges[i] = readRange(bytes, bit + 48)
    times[i] = first + BigInt(i) * step
  }
  return { sensor, rate, vectors, ranges, times, coarse, fine }
}

/**
 * The vectors of one science packet from its raw values (containers ScienceNorm and ScienceBurst of packets/mag-science.xml).
 * A packet holds PUS subservice + 1 seconds of both sensors, all vectors of the primary one first. Throws `mag/compressed` for
 * compressed vectors, which this adapter does not read, and `mag/short` when the packet ends before its vectors do.
 */
export function decodeMagScience(values: Values): MagScience {
  if (values['COMPRESSED'] === 1) {
    fail('mag/compressed', `packet ${Number(values['SEQUENCE_COUNT'])} holds compressed vectors, which cannot be read`, {
      count: values['SEQUENCE_COUNT'],
    })
  }
  const seconds = Number(values['PUS_SUBSERVICE']) + 1
  const body = values['VECTORS'] as Uint8Array
  const counts = [2 ** Number(values['PRIMARY_RATE']) * seconds, 2 ** Number(values['SECONDARY_RATE']) * seconds] as const
  const need = (counts[0] + counts[1]) * vectorBits
  if (body.byteLength * 8 < need) {
    fail(
      'mag/short',
      `packet ${Number(values['SEQUENCE_COUNT'])} announces ${counts[0]} + ${counts[1]} vectors (${need} bits) and holds ${body.byteLength * 8} bits`,
      {
        need,
        have: body.byteLength * 8,
      },
    )
  }
  const outer = values['PRIMARY_SENSOR'] === 0
  return {
    primary: takeVectors(values, 'PRIMARY', outer ? 'mago' : 'magi', seconds, 0),
    secondary: takeVectors(values, 'SECONDARY', outer ? 'magi' : 'mago', seconds, counts[0] * vectorBits),
  }
}
