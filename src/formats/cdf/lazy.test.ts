import { readFileSync } from 'node:fs'
import { inflateRawSync } from 'node:zlib'
import type { Source } from '#source'
import { sharedIsThere, sharedNote, sharedPath } from '#test/shared'
import { describe, expect, test } from 'vitest'
import { encodeCdf, openCdf, openCdfSync, type CdfPlatform, type CdfSource } from './index.ts'

/** A source that counts what is asked of it. */
function countingSource(bytes: Uint8Array): Source & { reads: number; bytes: number } {
  const source = {
    size: bytes.length,
    reads: 0,
    bytes: 0,
    read: async (start: number, end: number) => {
      source.reads++
      source.bytes += end - start
      return bytes.slice(start, end)
    },
  }
  return source
}

const platform: CdfPlatform = { inflateRaw: bytes => inflateRawSync(bytes) }
const values = Float32Array.from({ length: 3_000_000 }, (_, i) => i % 997)
const plain = encodeCdf({ attributes: { A: 'x' }, variables: [{ name: 'x', type: 'CDF_REAL4', dims: [3], values }] })

describe('reading no more than needed', () => {
  test('a plain range takes its bytes and the head of its run', async () => {
    const source = countingSource(plain)
    const cdf = await openCdf(source)
    expect(source.bytes).toBeLessThanOrEqual(65_536)
    const before = { reads: source.reads, bytes: source.bytes }
    const { shape, values: read } = (await cdf.variables.get('x')?.read({ first: 500_000, count: 10 })) ?? { shape: [], values: [] }
    expect([shape, read]).toEqual([[10, 3], values.slice(1_500_000, 1_500_030)])
    expect(source.reads - before.reads).toBeLessThanOrEqual(3)
    expect(source.bytes - before.bytes).toBeLessThanOrEqual(200)
  })

  test('a compressed range takes only the blocks it touches', async () => {
    const bytes = encodeCdf({ attributes: {}, variables: [{ name: 'x', type: 'CDF_REAL4', values, compression: 'rle' }] })
    const source = countingSource(bytes)
    const cdf = await openCdf(source)
    const before = source.bytes
    expect((await cdf.variables.get('x')?.read({ first: 2_000_000, count: 4 }))?.values).toEqual(values.slice(2_000_000, 2_000_004))
    expect(source.bytes - before).toBeLessThan(200_000)
  })

  test('metadata are parsed once', async () => {
    const source = countingSource(plain)
    const cdf = await openCdf(source)
    const { reads } = source
    for (let i = 0; i < 100; i++) expect(cdf.variables.get('x')?.records).toBe(1_000_000)
    expect(source.reads).toBe(reads)
  })

  test('in memory nothing is copied where bytes already lie as they should', () => {
    const variable = openCdfSync(plain).variables.get('x')
    const bytes = variable?.readBytesSync()
    expect(bytes?.buffer).toBe(plain.buffer)
  })

  test('ranges beyond the end are cut, before the start refused', async () => {
    const variable = openCdfSync(plain).variables.get('x')
    expect(variable?.readSync({ first: 999_999, count: 10 }).shape).toEqual([1, 3])
    expect(variable?.readSync({ first: 1_000_000 }).shape).toEqual([0, 3])
    expect(() => variable?.readSync({ first: 1_000_001 })).toThrow(/cannot start at 1000001/u)
    expect(() => variable?.readSync({ first: -1 })).toThrow(/cannot start at -1/u)
    expect(() => variable?.readSync({ count: -1 })).toThrow(/no number of records/u)
  })

  test('a source without readSync says so', async () => {
    const cdf = await openCdf(countingSource(plain))
    expect(() => cdf.variables.get('x')?.readSync({ first: 10 })).toThrow(/awaiting form/u)
    expect(() => openCdfSync(countingSource(plain))).toThrow(/awaiting form/u)
  })

  test('a source that ends early is told from a file that does', async () => {
    const source: CdfSource = { size: plain.length, read: async (start, end) => plain.slice(start, Math.min(end, 1000)) }
    await expect(openCdf(source)).rejects.toThrow(/truncated at byte 1000/u)
  })
})

describe.skipIf(!sharedIsThere)(`a real file by ranges${sharedNote}`, () => {
  test('an ion moments file opens with few reads', async () => {
    const bytes = readFileSync(sharedPath('cdf', 'mms', 'mms1_fpi_fast_l2_dis-moms_20151201100000_v3.3.0.cdf'))
    const source = countingSource(bytes)
    const cdf = await openCdf(source, { platform })
    expect(cdf.variables.size).toBe(48)
    expect(source.reads).toBeLessThanOrEqual(Math.ceil(bytes.length / 65_536))
    const variable = cdf.variables.get('mms1_dis_numberdensity_fast')
    const whole = openCdfSync(bytes, { platform }).variables.get('mms1_dis_numberdensity_fast')
    expect((await variable?.read())?.values).toEqual(whole?.readSync().values)
  })

  test('reading in parts gives the whole', async () => {
    const bytes = readFileSync(sharedPath('cdf', 'features', 'synth_sparse_gzip.cdf'))
    for (const variable of openCdfSync(bytes).variables.values()) {
      const all = Array.from(variable.readBytesSync())
      const parts: number[] = []
      for (let first = 0; first < variable.records; first += 7) parts.push(...variable.readBytesSync({ first, count: 7 }))
      expect(parts).toEqual(all)
    }
  })
})
