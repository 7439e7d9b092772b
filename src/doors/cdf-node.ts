/**
 * CDF files in Node: `#formats/cdf` bound to node:zlib, node:crypto and file handles.
 *
 *     const cdf = await openCdfFile('field.cdf')
 *     const { values, shape } = await cdf.variables.get('B')!.read({ first: 0, count: 100 })
 *     await cdf.close()
 */
import { createHash } from 'node:crypto'
import { closeSync, fstatSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { readFile, rename, type FileHandle } from 'node:fs/promises'
import { basename, dirname, extname, join } from 'node:path'
import { crc32, deflateRawSync, inflateRawSync } from 'node:zlib'
import {
  encodeCdfParts,
  openCdf,
  openCdfSync,
  openCdfWriter,
  type Cdf,
  type CdfOptions,
  type CdfPlatform,
  type CdfSource,
  type CdfWriter,
  type Dataset,
  type DatasetDescription,
  type EncodeOptions,
} from '#formats/cdf'
import { fail } from '#error'
import { openInflater } from './cdf-inflate.ts'

export { startInflatePool, type InflatePool } from './cdf-pool.ts'

const inflateInto = openInflater()

/** zlib and MD5 of Node. */
export const nodePlatform: CdfPlatform = {
  // With a byte more than comes out, zlib sees the end in one call and asks for no second piece of memory.
  inflateRaw: (deflated, expected, limit, into) => {
    if (into !== undefined && inflateInto !== undefined && expected === limit) {
      inflateInto(deflated, into)
      return into
    }
    return inflateRawSync(deflated, { chunkSize: Math.max(64, Math.min(expected + 1, 1 << 26)), maxOutputLength: Math.max(1, limit) })
  },
  deflateRaw: (bytes, level) => deflateRawSync(bytes, { level }),
  crc32: (bytes, start) => crc32(bytes, start),
  md5: () => {
    const hash = createHash('md5')
    return { update: bytes => void hash.update(bytes), digest: () => new Uint8Array(hash.digest()) }
  },
}

/** A local file as a source. Reads are positioned and synchronous: for local disks that is faster than the thread pool. */
export interface FileSource extends CdfSource {
  readSync(start: number, end: number, into?: Uint8Array): Uint8Array
  close(): Promise<void>
}

/** Opens a file for reading; throws `file/not-read` in words where it cannot. */
export function openFileSource(path: string): FileSource {
  const fd = openOrFail(path, 'r', 'read')
  const stat = fstatSync(fd)
  if (!stat.isFile()) {
    closeSync(fd)
    fail('file/not-read', `${path} is no file`, { path })
  }
  const readRange = (start: number, end: number, into?: Uint8Array): Uint8Array => readFully(fd, start, end, into)
  return {
    size: stat.size,
    read: async (start, end, into) => readRange(start, end, into),
    readSync: readRange,
    close: async () => closeSync(fd),
  }
}

/** A file that is open already as a source; who opened it closes it. */
export async function handleSource(handle: FileHandle): Promise<CdfSource> {
  const { size } = await handle.stat()
  return {
    size,
    read: async (start, end, into) => {
      const bytes = into?.subarray(0, end - start) ?? new Uint8Array(end - start)
      for (let done = 0; done < bytes.length;) {
        const { bytesRead } = await handle.read(bytes, done, bytes.length - done, start + done)
        if (bytesRead === 0) return bytes.subarray(0, done)
        done += bytesRead
      }
      return bytes
    },
  }
}

function openOrFail(path: string, flags: 'r' | 'w+', done: 'read' | 'written'): number {
  try {
    return openSync(path, flags)
  } catch (cause) {
    return fail(`file/not-${done}`, `${path} cannot be ${done}: ${(cause as Error).message}`, { path }, cause)
  }
}

/** Opens a CDF file lazily; close it when done. Side files of a multi-file CDF are found beside it. */
export async function openCdfFile(path: string, options: CdfOptions = {}): Promise<Cdf & { close(): Promise<void> }> {
  const source = openFileSource(path)
  try {
    const cdf = openCdfSync(source, { platform: nodePlatform, sideFile: sideFiles(path), ...options })
    return { ...cdf, close: () => source.close() }
  } catch (error) {
    await source.close()
    throw error
  }
}

/** Reads a whole file into memory and opens it there: values can then be read synchronously, and nothing is to be closed. */
export async function readCdfFile(path: string, options: CdfOptions = {}): Promise<Cdf> {
  return openCdf(await readWhole(path), { platform: nodePlatform, sideFile: sideFiles(path), ...options })
}

/** Writes a dataset as a CDF file: beside it first, then renamed, so that no half file bears the name. Returns its size. */
export async function writeCdfFile(path: string, dataset: Dataset, options: EncodeOptions = {}): Promise<number> {
  const parts = encodeCdfParts(dataset, { platform: nodePlatform, ...options })
  const file = openForWriting(path)
  try {
    let end = 0
    for (const part of parts) {
      file.write(part, end)
      end += part.byteLength
    }
    await file.keep()
    return end
  } catch (error) {
    file.drop()
    throw error
  }
}

/** A file being streamed to; `abort` leaves nothing behind. */
export interface CdfFileWriter extends CdfWriter {
  readonly abort: () => Promise<void>
}

/** Starts a file whose records come in chunks; memory stays small whatever its size. `finish` gives it its name. */
export function createCdfFile(path: string, description: DatasetDescription, options: EncodeOptions = {}): CdfFileWriter {
  const file = openForWriting(path)
  try {
    const writer = openCdfWriter(file, description, { platform: nodePlatform, ...options })
    return {
      append: writer.append,
      finish: async () => {
        const size = await writer.finish()
        await file.keep()
        return size
      },
      abort: async () => file.drop(),
    }
  } catch (error) {
    file.drop()
    throw error
  }
}

interface WritableFile {
  write(bytes: Uint8Array, position: number): void
  read(start: number, end: number): Uint8Array
  /** Closes and renames to the wanted name. */
  readonly keep: () => Promise<void>
  /** Closes and removes. */
  readonly drop: () => void
}

function openForWriting(path: string): WritableFile {
  const temporary = `${path}.part`
  const fd = openOrFail(temporary, 'w+', 'written')
  let closed = false
  const close = (): void => {
    if (!closed) closeSync(fd)
    closed = true
  }
  return {
    write: (bytes, position) => {
      for (let done = 0; done < bytes.byteLength;) done += writeSync(fd, bytes, done, bytes.byteLength - done, position + done)
    },
    read: (start, end) => readFully(fd, start, end),
    keep: async () => {
      close()
      await rename(temporary, path)
    },
    drop: () => {
      close()
      rmSync(temporary, { force: true })
    },
  }
}

function readFully(fd: number, start: number, end: number, into?: Uint8Array): Uint8Array {
  const bytes = into?.subarray(0, end - start) ?? new Uint8Array(end - start)
  for (let done = 0; done < bytes.length;) {
    const got = readSync(fd, bytes, done, bytes.length - done, start + done)
    if (got === 0) return bytes.subarray(0, done)
    done += got
  }
  return bytes
}

async function readWhole(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path)
  } catch (cause) {
    return fail('file/not-read', `${path} cannot be read: ${(cause as Error).message}`, { path }, cause)
  }
}

function sideFiles(path: string): NonNullable<CdfOptions['sideFile']> {
  return async extension => {
    try {
      const bytes = await readFile(join(dirname(path), `${basename(path, extname(path))}.${extension}`))
      return { size: bytes.byteLength, read: async (start, end) => bytes.subarray(start, end) }
    } catch {
      return undefined
    }
  }
}
