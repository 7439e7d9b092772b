/** Bits of a byte string, most significant first. */
export class BitReader {
  private readonly bytes: Uint8Array
  private at: number
  private mask = 0x80

  constructor(bytes: Uint8Array, start: number) {
    this.bytes = bytes
    this.at = start
  }

  bit(): number {
    if (this.at >= this.bytes.length) throw new Error('it ends within a symbol')
    const bit = ((this.bytes[this.at] as number) & this.mask) === 0 ? 0 : 1
    this.mask >>= 1
    if (this.mask === 0) {
      this.mask = 0x80
      this.at++
    }
    return bit
  }

  bits(count: number): number {
    let value = 0
    for (let i = 0; i < count; i++) value = value * 2 + this.bit()
    return value
  }
}
