/** Bytes as a raw deflate stream of stored blocks (RFC 1951 section 3.2.4): what is left where the platform has no deflate. */
export function storeRaw(bytes: Uint8Array): Uint8Array {
  const blocks = Math.max(1, Math.ceil(bytes.byteLength / 65_535))
  const stored = new Uint8Array(bytes.byteLength + 5 * blocks)
  for (let i = 0; i < blocks; i++) {
    const part = bytes.subarray(i * 65_535, (i + 1) * 65_535)
    const n = part.byteLength
    stored.set([i === blocks - 1 ? 1 : 0, n & 0xff, n >> 8, ~n & 0xff, (~n >> 8) & 0xff], i * 65_540)
    stored.set(part, i * 65_540 + 5)
  }
  return stored
}
