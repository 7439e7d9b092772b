/** An unsigned number of 1 to 53 bits, most significant first, from bit `bit` counted from the start of `bytes`. Octets behind the end count as 0. */
export function readBits(bytes: Uint8Array, bit: number, count: number): number {
  if (count > 32) return readBits(bytes, bit, count - 32) * 0x1_0000_0000 + readBits(bytes, bit + count - 32, 32)
  const last = bit + count - 1
  const end = last >>> 3
  let at = bit >>> 3
  let value = bytes[at]! & (0xff >> (bit & 7))
  const drop = 7 - (last & 7)
  if (end - at < 4 && (end - at < 3 || (bit & 7) !== 0)) {
    while (at < end) value = (value << 8) | bytes[++at]!
    return value >>> drop
  }
  while (at < end) value = value * 256 + bytes[++at]!
  return drop === 0 ? value : Math.floor(value / (1 << drop))
}

/** The same of up to 64 bits, exact. */
export const readWideBits = (bytes: Uint8Array, bit: number, count: number): bigint =>
  count <= 32
    ? BigInt(readBits(bytes, bit, count))
    : (BigInt(readBits(bytes, bit, count - 32)) << 32n) | BigInt(readBits(bytes, bit + count - 32, 32))

/** Writes the lowest `count` (at most 53) bits of a number >= 0, most significant first; the octets there must be zero before. */
export function writeBits(bytes: Uint8Array, bit: number, count: number, value: number): void {
  let rest = value
  let left = count
  while (left > 0) {
    const end = bit + left
    const inLast = end & 7 || 8
    const take = Math.min(inLast, left)
    const scale = 1 << take
    bytes[(end - 1) >>> 3]! |= (rest % scale) << (8 - inLast)
    rest = Math.floor(rest / scale)
    left -= take
  }
}

/** `count` bits from bit `bit` on as octets, the first bit the highest of the first octet. A view when they lie on octets, else a copy. */
export function readOctets(bytes: Uint8Array, bit: number, count: number): Uint8Array {
  const start = bit >>> 3
  if ((bit & 7) === 0 && (count & 7) === 0) return bytes.subarray(start, start + (count >>> 3))
  const octets = new Uint8Array((count + 7) >>> 3)
  const rest = count & 7
  const whole = count >>> 3
  for (let i = 0; i < whole; i++) octets[i] = readBits(bytes, bit + 8 * i, 8)
  if (rest !== 0) octets[whole] = readBits(bytes, bit + 8 * whole, rest) << (8 - rest)
  return octets
}

/** Writes the first `count` bits of `octets`; the octets there must be zero before. */
export function writeOctets(bytes: Uint8Array, bit: number, count: number, octets: Uint8Array): void {
  const whole = count >>> 3
  if ((bit & 7) === 0) bytes.set(octets.subarray(0, whole), bit >>> 3)
  else for (let i = 0; i < whole; i++) writeBits(bytes, bit + 8 * i, 8, octets[i]!)
  const rest = count & 7
  if (rest !== 0) writeBits(bytes, bit + 8 * whole, rest, octets[whole]! >> (8 - rest))
}
