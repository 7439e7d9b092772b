import { computeCrc } from '#formats/ccsds'

/** What every packet begins with; CUC time of TAI since 1958 with 2^-16 s, the nearest below. */
export function headerValues(time: number, sequence: number, craft: number): Record<string, number> {
  const seconds = Math.floor(time)
  return {
    VERSION: 0,
    TYPE: 0,
    SEC_HDR_FLG: 1,
    SEQ_FLGS: 3,
    SRC_SEQ_CTR: sequence,
    SECONDS: seconds,
    // A hair more than the exact fraction, so that offsets of whole milliseconds do not fall below their tick.
    SUBSECONDS: Math.floor((time - seconds) * 65_536 + 1e-6),
    SPACECRAFT: craft + 1,
    CRC: 0,
  }
}

/** Writes the CRC over all before into the last two octets. */
export function sealPacket(packet: Uint8Array): Uint8Array {
  const end = packet.byteLength - 2
  const crc = computeCrc(packet, 0, end)
  packet[end] = crc >> 8
  packet[end + 1] = crc & 255
  return packet
}
