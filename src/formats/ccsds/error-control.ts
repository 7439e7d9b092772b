import type { Packet } from './packet.ts'
import type { Problem } from './problem.ts'

const table: Uint16Array = Uint16Array.from({ length: 256 }, (_, octet) => {
  let crc = octet << 8
  for (let bit = 0; bit < 8; bit++) crc = (crc & 0x8000) === 0 ? crc << 1 : (crc << 1) ^ 0x1021
  return crc & 0xffff
})

/** CRC-16 with polynomial 1021 hex from all ones (CCSDS 132.0-B-3 section 4.1.6, ECSS-E-ST-70-41C annex B). */
export function computeCrc(bytes: Uint8Array, start = 0, end: number = bytes.byteLength): number {
  let crc = 0xffff
  for (let i = start; i < end; i++) crc = ((crc << 8) ^ table[((crc >> 8) ^ bytes[i]!) & 255]!) & 0xffff
  return crc
}

/** The problem of a packet whose last two octets are not the CRC of those before. */
export function checkErrorControl(packet: Packet): Problem | undefined {
  const { bytes, offset, apid, sequenceCount } = packet
  const end = bytes.byteLength - 2
  const got = (bytes[end]! << 8) | bytes[end + 1]!
  const expected = computeCrc(bytes, 0, end)
  return got === expected ? undefined : { kind: 'problem', problem: 'bad-checksum', offset, apid, sequenceCount, expected, got }
}
