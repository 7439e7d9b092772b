/** Output that grows as it must, up to a limit: memory follows what comes out, never what a header promises. */
export class ByteSink {
  private bytes: Uint8Array
  private length = 0
  private readonly limit: number

  constructor(expected: number, limit: number) {
    this.limit = limit
    this.bytes = new Uint8Array(Math.min(expected, limit, 1 << 20))
  }

  put(byte: number): void {
    if (this.length === this.bytes.length) this.grow(1)
    this.bytes[this.length++] = byte
  }

  zeros(count: number): void {
    if (this.length + count > this.bytes.length) this.grow(count)
    this.length += count
  }

  take(): Uint8Array {
    return this.bytes.subarray(0, this.length)
  }

  private grow(count: number): void {
    const need = this.length + count
    if (need > this.limit) throw new RangeError(`more than ${this.limit} bytes come out`)
    const grown = new Uint8Array(Math.min(this.limit, Math.max(need, this.bytes.length * 2, 1024)))
    grown.set(this.bytes)
    this.bytes = grown
  }
}
