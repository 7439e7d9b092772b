/**
 * CDF files in Node: `#formats/cdf` bound to node:zlib, node:crypto and file handles.
 *
 *     const cdf = await openCdfFile('mms1_fgm_….cdf')
 *     const { values, shape } = await cdf.variables.get('B')!.read({ first: 0, count: 100 })
 *     await cdf.close()
 */
import { createHash } from 'node:crypto'
import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { basename, dirname, extname, join } from 'node:path'
import { crc32, deflateRawSync, inflateRawSync } from 'node:zlib'
import { openCdf, openCdfSync, type Cdf, type CdfOptions, type CdfPlatform, type CdfSource } from '#formats/cdf'
import { fail } from '#error'

/** zlib and MD5 of Node. */
export const nodePlatform: CdfPlatform = {
  inflateRaw: (deflated, expected, limit) =>
    inflateRawSync(deflated, { chunkSize: Math.max(64, Math.min(expected, 1 << 26)), maxOutputLength: Math.max(1, limit) }),
  deflateRaw: (bytes, level) => deflateRawSync(bytes, { level }),
  crc32: (bytes, start) => crc32(bytes, start),
  md5: () => {
    const hash = createHash('md5')
    return { update: bytes => void hash.update(bytes), digest: () => new Uint8Array(hash.digest()) }
  },
}

/** A local file as a source. Reads are positioned and synchronous: for local disks that is faster than the thread pool. */
export interface FileSource extends CdfSource {
  readSync(start: number, end: number): Uint8Array
  close(): Promise<void>
}

/** Opens a file for reading; throws `file/unreadable` in words where it cannot. */
export function openFileSource(path: string): FileSource {
  const fd = openForReading(path)
  const readRange = (start: number, end: number): Uint8Array => {
    const bytes = new Uint8Array(end - start)
    for (let done = 0; done < bytes.length;) {
      const got = readSync(fd, bytes, done, bytes.length - done, start + done)
      if (got === 0) return bytes.subarray(0, done)
      done += got
    }
    return bytes
  }
  return {
    size: fstatSync(fd).size,
    read: async (start, end) => readRange(start, end),
    readSync: readRange,
    close: async () => closeSync(fd),
  }
}

function openForReading(path: string): number {
  try {
    return openSync(path, 'r')
  } catch (cause) {
    return fail('file/unreadable', `${path} cannot be read: ${(cause as Error).message}`, { path }, cause)
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
  return openCdf(await readFile(path), { platform: nodePlatform, sideFile: sideFiles(path), ...options })
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
