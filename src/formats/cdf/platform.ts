/** What the platform does better than plain TypeScript: node:zlib and node:crypto, or a WebAssembly build. All optional. */
export interface CdfPlatform {
  /**
   * Inflates one raw deflate stream; the result has at most `limit` bytes, else it throws. `expected` is the likely size. Bytes behind the
   * stream are ignored; the memory is the caller's. The answer may lie in `into`, which has `expected` bytes.
   */
  readonly inflateRaw?: (deflated: Uint8Array, expected: number, limit: number, into?: Uint8Array) => Uint8Array
  /** Raw deflate at level 1 to 9. */
  readonly deflateRaw?: (bytes: Uint8Array, level: number) => Uint8Array
  readonly crc32?: (bytes: Uint8Array, start?: number) => number
  readonly md5?: () => Md5
  /**
   * Inflates blocks on another thread, for awaited reads of more than 1 MiB; called many times before the first answer.
   * It rejects where a stream is broken or gives another length; the read then goes on by itself and finds which.
   */
  readonly inflateAside?: (job: InflateJob) => Promise<Uint8Array>
}

/** Raw deflate streams to be inflated side by side; their results are wanted one behind the other. */
export interface InflateJob {
  readonly packed: Uint8Array
  /** Where each stream lies in `packed`, and the bytes it must give. */
  readonly streams: readonly { readonly start: number; readonly end: number; readonly expected: number }[]
}

/** A running MD5. */
export interface Md5 {
  update(bytes: Uint8Array): void
  digest(): Uint8Array
}
