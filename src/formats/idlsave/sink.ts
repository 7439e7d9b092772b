import { encodeText } from './text.ts'

/** Bytes being written, big-endian, padded to four as {@link Cursor} reads them. */
export class Sink {
  private bytes = new Uint8Array(4096)
  /** Over all of the bytes; another one after {@link room}. */
  view: DataView = new DataView(this.bytes.buffer)
  private at = 0

  take(): Uint8Array {
    return this.bytes.subarray(0, this.at)
  }

  /** Adds `count` zeros and gives the place in {@link view} where they begin. */
  room(count: number): number {
    const end = this.at + count
    if (end > this.bytes.byteLength) {
      const grown = new Uint8Array(Math.max(end, this.bytes.byteLength * 2))
      grown.set(this.take())
      this.bytes = grown
      this.view = new DataView(grown.buffer)
    }
    const start = this.at
    this.at = end
    return start
  }

  long(...values: readonly number[]): void {
    let at = this.room(values.length * 4)
    for (const value of values) {
      this.view.setInt32(at, value)
      at += 4
    }
  }

  wide(value: number): void {
    this.long(Math.floor(value / 4_294_967_296), (value % 4_294_967_296) | 0)
  }

  put(bytes: Uint8Array): void {
    const start = this.room((bytes.byteLength + 3) & ~3)
    this.bytes.set(bytes, start)
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
