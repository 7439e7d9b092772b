import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { pythonIsThere } from '#test/needs'
import { writeZip, zipLength } from './index.ts'
import type { ZipMember } from './index.ts'

const member = (path: string, bytes: Uint8Array, modified = Date.UTC(2026, 10, 23, 8, 30, 10)): ZipMember => ({
  path,
  size: bytes.byteLength,
  modified,
  read: async () =>
    (async function* () {
      for (let at = 0; at < bytes.byteLength; at += 1000) yield bytes.subarray(at, at + 1000)
    })(),
})

/** Reads a zip from its central directory, checking each local header against it (APPNOTE 4.3). */
function readZip(zip: Buffer): ReadonlyMap<string, Uint8Array> {
  const end = zip.lastIndexOf(Buffer.from('PK\u0005\u0006', 'latin1'))
  const members = new Map<string, Uint8Array>()
  let at = zip.readUInt32LE(end + 16)
  for (let i = 0; i < zip.readUInt16LE(end + 10); i++) {
    const [crc, size, nameLength, extra, local] = [
      zip.readUInt32LE(at + 16),
      zip.readUInt32LE(at + 24),
      zip.readUInt16LE(at + 28),
      zip.readUInt16LE(at + 30),
      zip.readUInt32LE(at + 42),
    ]
    const name = zip.toString('utf8', at + 46, at + 46 + nameLength)
    expect(zip.readUInt32LE(local)).toBe(0x0403_4b50)
    expect([zip.readUInt32LE(local + 14), zip.readUInt32LE(local + 18), zip.readUInt32LE(local + 22)]).toEqual([crc, size, size])
    const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28)
    const bytes = zip.subarray(start, start + size)
    expect(crc32(bytes)).toBe(crc)
    members.set(name, new Uint8Array(bytes))
    at += 46 + nameLength + extra
  }
  expect(at).toBe(end)
  return members
}

const path = fc.stringMatching(/^[a-zé0-9/._-]{1,60}$/)
const files = fc.uniqueArray(fc.tuple(path, fc.uint8Array({ maxLength: 5000 })), { selector: ([name]) => name, maxLength: 12 })

describe('a zip of stored members', () => {
  test('gives back every member, and is as long as it was announced', async () => {
    await fc.assert(
      fc.asyncProperty(files, async list => {
        const members = list.map(([name, bytes]) => member(name, bytes))
        const zip = await buffer(writeZip(members))
        expect(zip.byteLength).toBe(zipLength(members))
        expect([...readZip(zip)]).toEqual(list)
      }),
      { numRuns: 60 },
    )
  })
  test('announces zip64 fields for members, offsets and counts that need them', () => {
    const large = { path: 'a', size: 5_000_000_000, modified: 0, read: () => Promise.reject(new Error('not read')) }
    const small = { ...large, size: 10 }
    // Local header 30 + name 1 + extra 20, central 46 + 1 + extra 20 (28 with an offset), end records 56 + 20 + 22.
    expect(zipLength([large])).toBe(51 + 5_000_000_000 + 67 + 98)
    expect(zipLength([large, small])).toBe(51 + 5_000_000_000 + 31 + 10 + 67 + 59 + 98)
    const many = Array.from({ length: 65_535 }, () => small)
    expect(zipLength(many)).toBe(65_535 * (31 + 10 + 47) + 98)
  })
})

describe.skipIf(!pythonIsThere)('read by Python’s zipfile (left out: no python3)', () => {
  test('no fault, right names, right times', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'apsis-zip-'))
    const members = [member('data/a/b.cdf', Buffer.alloc(3000, 7)), member('data/empty.txt', new Uint8Array())]
    await writeFile(join(folder, 'x.zip'), writeZip(members))
    const script =
      'import zipfile;z=zipfile.ZipFile("x.zip");print(z.testzip(),[(i.filename,i.file_size,i.date_time) for i in z.infolist()])'
    const { stdout } = await promisify(execFile)('python3', ['-c', script], { cwd: folder })
    expect(stdout.trim()).toBe("None [('data/a/b.cdf', 3000, (2026, 11, 23, 8, 30, 10)), ('data/empty.txt', 0, (2026, 11, 23, 8, 30, 10))]")
    await rm(folder, { recursive: true })
  })
})
