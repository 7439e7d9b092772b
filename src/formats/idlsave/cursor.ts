import { failSave } from './codes.ts'
import { decodeText } from './text.ts'

/** A place in the bytes of one record. Numbers are big-endian (XDR, RFC 4506); whatever has a length is padded to four bytes. */
export class Cursor {
  private readonly bytes: Uint8Array
  /** Over all of the bytes; {@link pass} says where to read. */
  readonly view: DataView
  /** Where the first of the bytes lies in the file, for messages; inflated bytes lie nowhere. */
  private readonly origin: number | undefined
  private at = 0

  constructor(bytes: Uint8Array, origin: number | undefined) {
    this.bytes = bytes
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.origin = origin
  }

  get left(): number {
    return this.bytes.byteLength - this.at
  }

  /** `byte 1234`, or `byte 34 of its inflated bytes`. */
  get place(): string {
    return this.origin === undefined ? `byte ${this.at} of its inflated bytes` : `byte ${this.origin + this.at}`
  }

  need(count: number, what: string): void {
    if (count > this.left)
      failSave('idlsave/truncated', `${what} needs ${count} bytes at ${this.place}, but ${this.left} are left in its record`, {
        need: count,
        have: this.left,
      })
  }

  take(count: number, what: string): Uint8Array {
    this.need(count, what)
    const taken = this.bytes.subarray(this.at, this.at + count)
    this.at += count
    return taken
  }

  /** As {@link take}, and passes over the padding; the last padding of a record may be missing. */
  takePadded(count: number, what: string): Uint8Array {
    const taken = this.take(count, what)
    this.at = Math.min(this.bytes.byteLength, (this.at + 3) & ~3)
    return taken
  }

  long(what: string): number {
    this.need(4, what)
    const value = this.view.getInt32(this.at)
    this.at += 4
    return value
  }

  /** A length or count, which must not be negative. */
  count(what: string): number {
    const value = this.long(what)
    if (value < 0) this.corrupt(`${what} is ${value}`, { value })
    return value
  }

  /** 64 bits as a number; exact up to 2^53, and what is larger is refused by whoever uses it. */
  wide(what: string): number {
    this.need(8, what)
    const value = this.view.getUint32(this.at) * 4_294_967_296 + this.view.getUint32(this.at + 4)
    this.at += 8
    return value
  }

  /** A string of the descriptions: length, bytes, padding. */
  text(what: string): string {
    return decodeText(this.takePadded(this.count(`the length of ${what}`), what))
  }

  /** A string among data: its length twice, unless it is empty. */
  datum(what: string): string {
    const length = this.count(`the length of ${what}`)
    if (length === 0) return ''
    const again = this.count(`the length of ${what}`)
    if (again !== length) this.corrupt(`${what} is ${length} bytes long, then ${again}`, { length, again })
    return decodeText(this.takePadded(length, what))
  }

  skip(count: number, what: string): void {
    this.pass(count, what)
  }

  /** Goes on by `count` bytes and gives the place in {@link view} where they begin. */
  pass(count: number, what: string): number {
    this.need(count, what)
    const start = this.at
    this.at += count
    return start
  }

  corrupt(message: string, detail: Readonly<Record<string, unknown>> = {}): never {
    return failSave('idlsave/corrupt', `${message} (before ${this.place})`, detail)
  }
}
