import type { Md5 } from './platform.ts'

// RFC 1321: K[i] = floor(2^32 * |sin(i + 1)|), four rounds of four shifts.
const K = Int32Array.from({ length: 64 }, (_, i) => Math.floor(2 ** 32 * Math.abs(Math.sin(i + 1))))
const SHIFTS = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21]

/** MD5 in plain TypeScript, for where the platform brings none. CDF's checksum is defined by it; it protects nothing. */
export function makeMd5(): Md5 {
  const state = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476)
  const block = new Uint8Array(64)
  let total = 0
  const update = (bytes: Uint8Array): void => {
    let at = 0
    const used = total % 64
    total += bytes.length
    if (used > 0) {
      at = Math.min(64 - used, bytes.length)
      block.set(bytes.subarray(0, at), used)
      if (used + at < 64) return
      mix(state, block, 0)
    }
    for (; at + 64 <= bytes.length; at += 64) mix(state, bytes, at)
    block.set(bytes.subarray(at))
  }
  return {
    update,
    digest: () => {
      const bits = total * 8
      const tail = new Uint8Array(((total + 8) % 64 < total % 64 ? 128 : 64) - (total % 64))
      tail[0] = 0x80
      const view = new DataView(tail.buffer)
      view.setUint32(tail.length - 8, bits % 2 ** 32, true)
      view.setUint32(tail.length - 4, Math.floor(bits / 2 ** 32), true)
      update(tail)
      const out = new DataView(new ArrayBuffer(16))
      state.forEach((word, i) => out.setInt32(4 * i, word, true))
      return new Uint8Array(out.buffer)
    },
  }
}

const words = new Int32Array(16)

function mix(state: Int32Array, bytes: Uint8Array, at: number): void {
  for (let i = 0; i < 16; i++) {
    const p = at + 4 * i
    words[i] = (bytes[p] as number) | ((bytes[p + 1] as number) << 8) | ((bytes[p + 2] as number) << 16) | ((bytes[p + 3] as number) << 24)
  }
  let [a, b, c, d] = state as unknown as [number, number, number, number]
  for (let i = 0; i < 64; i++) {
    const round = i >> 4
    const f = round === 0 ? (b & c) | (~b & d) : round === 1 ? (d & b) | (~d & c) : round === 2 ? b ^ c ^ d : c ^ (b | ~d)
    const g = round === 0 ? i : round === 1 ? (5 * i + 1) & 15 : round === 2 ? (3 * i + 5) & 15 : (7 * i) & 15
    const sum = (a + f + (K[i] as number) + (words[g] as number)) | 0
    const shift = SHIFTS[round * 4 + (i & 3)] as number
    a = d
    d = c
    c = b
    b = (b + ((sum << shift) | (sum >>> (32 - shift)))) | 0
  }
  state[0] = ((state[0] as number) + a) | 0
  state[1] = ((state[1] as number) + b) | 0
  state[2] = ((state[2] as number) + c) | 0
  state[3] = ((state[3] as number) + d) | 0
}
