import { fail } from '#error'

/** A telemetry secondary header of the packet utilisation standard; its time field starts at `timeAt`. */
export interface PusHeader {
  /** 1 for ECSS-E-70-41A, 2 for ECSS-E-ST-70-41C. */
  readonly version: number
  /** Spare bits in the older standard, status of the time reference in the newer. */
  readonly status: number
  readonly service: number
  readonly subservice: number
  /** Count of messages of this kind: 8 bits and optional in the older standard, 16 bits in the newer. */
  readonly counter: number | undefined
  readonly destination: number | undefined
  readonly timeAt: number
}

/** What the older standard leaves to the mission. */
export interface PusOptions {
  /** Octets of the packet subcounter (0 or 1; default 0) and of the destination (0, 1 or 2; default 0). */
  readonly counter?: 0 | 1
  readonly destination?: 0 | 1 | 2
}

/**
 * The secondary header at `start` (usually octet 6), up to its time field. Missions choose how that is laid out: read it with
 * decodeCuc or decodeCds. Throws `ccsds/short`, `ccsds/pus-version`.
 */
export function decodePus(bytes: Uint8Array, start: number, options: PusOptions = {}): PusHeader {
  const octet = (at: number): number =>
    bytes[at] ?? fail('ccsds/short', `the secondary header at ${start} goes past the end at ${bytes.byteLength}`, { start })
  const first = octet(start)
  const common = { service: octet(start + 1), subservice: octet(start + 2) }
  const number = (at: number, octets: number): number | undefined =>
    octets === 0 ? undefined : octets === 1 ? octet(at) : (octet(at) << 8) | octet(at + 1)
  // ECSS-E-ST-70-41C section 7.4.3.1: four bits of version; ECSS-E-70-41A: a spare bit, three of version, four spare.
  if (first >> 4 === 2) {
    const timeAt = start + 7
    return { version: 2, status: first & 15, ...common, counter: number(start + 3, 2), destination: number(start + 5, 2), timeAt }
  }
  if ((first >> 4) % 8 !== 1)
    fail('ccsds/pus-version', `the secondary header at ${start} has version ${(first >> 4) % 8}, known are 1 and 2`, { start })
  const { counter = 0, destination = 0 } = options
  return {
    version: 1,
    status: first & 15,
    ...common,
    counter: number(start + 3, counter),
    destination: number(start + 3 + counter, destination),
    timeAt: start + 3 + counter + destination,
  }
}
