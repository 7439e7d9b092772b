// Slicing by 4 of the reflected polynomial 0xEDB88320 (RFC 1952 section 8).
const tables = makeTables()

function makeTables(): readonly Uint32Array[] {
  const made = [0, 1, 2, 3].map(() => new Uint32Array(256))
  const [t0, t1, t2, t3] = made as [Uint32Array, Uint32Array, Uint32Array, Uint32Array]
  for (let i = 0; i < 256; i++) {
    let c = i
    for (let k = 0; k < 8; k++) c = (c & 1) === 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1
    t0[i] = c
  }
  const step = (c: number): number => (c >>> 8) ^ (t0[c & 0xff] as number)
  for (let i = 0; i < 256; i++) {
    t1[i] = step(t0[i] as number)
    t2[i] = step(t1[i] as number)
    t3[i] = step(t2[i] as number)
  }
  return made
}

/** CRC-32 as gzip has it; `start` is the CRC of what came before. */
export function crc32(bytes: Uint8Array, start = 0): number {
  const [t0, t1, t2, t3] = tables as [Uint32Array, Uint32Array, Uint32Array, Uint32Array]
  let c = ~start
  let i = 0
  for (const end = bytes.length - 3; i < end; i += 4) {
    c ^= (bytes[i] as number) | ((bytes[i + 1] as number) << 8) | ((bytes[i + 2] as number) << 16) | ((bytes[i + 3] as number) << 24)
    c = (t3[c & 0xff] as number) ^ (t2[(c >>> 8) & 0xff] as number) ^ (t1[(c >>> 16) & 0xff] as number) ^ (t0[c >>> 24] as number)
  }
  for (; i < bytes.length; i++) c = (c >>> 8) ^ (t0[(c ^ (bytes[i] as number)) & 0xff] as number)
  return ~c >>> 0
}
