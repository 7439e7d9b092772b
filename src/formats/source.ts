/** Random access to bytes: a file, a Blob, a URL with ranges, or memory. Readers of formats know nothing else of I/O. */
export interface Source {
  /** Total length in bytes. */
  readonly size: number
  /**
   * The bytes of [start, end), both inside [0, size]. The result may share memory with the source: do not write to it. A
   * source that copies anyhow may copy into `into`, which is long enough, and return its first part.
   */
  read(start: number, end: number, into?: Uint8Array): Promise<Uint8Array>
}

/** Bytes in memory as a source; reads are views, not copies. */
export const bytesSource = (bytes: Uint8Array): Source => ({
  size: bytes.byteLength,
  read: (start, end) => Promise.resolve(bytes.subarray(start, end)),
})
