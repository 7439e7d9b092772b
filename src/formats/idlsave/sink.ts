import { encodeText } from './text.ts'

/** Bytes being written, big-endian, padded to four as {@link Cursor} reads them. */
export class Sink {
  private bytes = new Uint8Array(4096)
  private view = new DataView(this.bytes.buffer)
  private at = 0

  get length(): number {
    return this.at
  }

  take(): Uint8Array {
    return this.bytes.subarray(0, this.at)
  }

  /** A view of `count` fresh zeros, for the writer of many numbers. */
  room(count: number): DataView {
    const end = this.at + count
    if (end > this.bytes.byteLength) {
      const grown = new Uint8Array(Math.max(end, this.bytes.byteLength * 2))
      grown.set(this.take())
      this.bytes = grown
      this.view = new DataView(grown.buffer)
    }
    const start = this.at
    this.at = end
    return new DataView(this.bytes.buffer, start, count)
  }

  long(...values: readonly number[]): void {
    const view = this.room(values.length * 4)
    for (const [i, value] of values.entries()) view.setInt32(i * 4, value)
  }

  wide(value: number): void {
    this.long(Math.floor(value / 4_294_967_296), (value % 4_294_967_296) | 0)
  }

  put(bytes: Uint8Array): void {
    const padded = (bytes.byteLength + 3) & ~3
    this.room(padded)
    this.bytes.set(bytes, this.at - padded)
  }

  text(text: string): void {
    const bytes = encodeText(text)
    this.long(bytes.byteLength)
    this.put(bytes)
  }

  datum(text: string): void {
    const bytes = encodeText(text)
    this.long(bytes.byteLength)
    if (bytes.byteLength === 0) return
    this.long(bytes.byteLength)
    this.put(bytes)
  }
}
