import type { Readable } from 'node:stream'

/** Archive bytes under keys such as `mission/data/sc1/mag/…/name.cdf`. Bytes under a key never change and are never replaced. */
export interface Store {
  /**
   * Takes a finished, synced temporary file (same file system for the local store) under a key. If the key is taken, the bytes are
   * compared by hash: equal = adopted silently (`present`), other = refused with `store/taken`. After it resolves the bytes are durable.
   */
  put(key: string, file: string, sha256: string): Promise<'stored' | 'present'>
  /** Bytes [start, end) as a stream of large chunks; throws `store/absent`. */
  read(key: string, range?: { readonly start: number; readonly end: number }): Promise<Readable>
  stat(key: string): Promise<{ readonly size: number } | undefined>
  /** A path where a program can read the bytes; for remote stores a fetched copy. */
  localPath(key: string): Promise<string>
  remove(key: string): Promise<void>
}
