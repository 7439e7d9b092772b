import { mkdtemp, open, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sharedIsThere, sharedNote, sharedPath } from '#test/shared'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openCdf } from '#formats/cdf'
import type { Dataset } from '#formats/cdf'
import { createCdfFile, handleSource, nodePlatform, openCdfFile, readCdfFile, startInflatePool, writeCdfFile } from './cdf-node.ts'

let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'apsis-cdf-'))
})
afterAll(() => rm(folder, { recursive: true }))

const values = Float64Array.from({ length: 100_000 }, (_, i) => i / 7)
const dataset: Dataset = {
  attributes: { TITLE: 'test' },
  variables: [{ name: 'x', type: 'CDF_REAL8', dims: [2], values, compression: 'gzip' }],
}

describe('CDF files in Node', () => {
  test('written, opened lazily, read whole', async () => {
    const path = join(folder, 'a.cdf')
    const size = await writeCdfFile(path, dataset, { checksum: true })
    expect((await readFile(path)).length).toBe(size)
    const cdf = await openCdfFile(path, { verify: { checksum: true, crc: true } })
    const x = cdf.variables.get('x')
    expect((await x?.read({ first: 1000, count: 2 }))?.values).toEqual(values.slice(2000, 2004))
    expect(x?.readSync().values).toEqual(values)
    await cdf.close()
    expect((await readCdfFile(path)).variables.get('x')?.readSync().values).toEqual(values)
  })

  test('through a handle that somebody else opened', async () => {
    const path = join(folder, 'handle.cdf')
    const values = Float64Array.from({ length: 100_000 }, (_, i) => i)
    await writeCdfFile(path, { attributes: {}, variables: [{ name: 'x', type: 'CDF_REAL8', values }] })
    await using handle = await open(path)
    const cdf = await openCdf(await handleSource(handle))
    expect((await cdf.variables.get('x')?.read({ first: 5, count: 2 }))?.values).toEqual(Float64Array.of(5, 6))
    let sum = 0
    for await (const chunk of cdf.variables.get('x')?.chunks({ records: 9999 }) ?? [])
      for (const v of chunk.values as Float64Array) sum += v
    expect(sum).toBe(4_999_950_000)
  })

  test('streamed with an MD5', async () => {
    const path = join(folder, 'b.cdf')
    const writer = createCdfFile(
      path,
      { attributes: {}, variables: [{ name: 'x', type: 'CDF_REAL8', compression: 'gzip' }] },
      { checksum: true },
    )
    for (let i = 0; i < 10; i++) await writer.append('x', values.subarray(i * 1000, (i + 1) * 1000))
    expect(await readdir(folder)).toContain('b.cdf.part')
    await writer.finish()
    const cdf = await readCdfFile(path, { verify: { checksum: true } })
    expect(cdf.variables.get('x')?.readSync().values).toEqual(values.slice(0, 10_000))
  })

  test('nothing is left of a file that was given up or could not be written', async () => {
    const writer = createCdfFile(join(folder, 'c.cdf'), { attributes: {}, variables: [] })
    await writer.abort()
    await expect(
      writeCdfFile(join(folder, 'd.cdf'), { attributes: {}, variables: [{ name: '', type: 'CDF_INT1', values: [] }] }),
    ).rejects.toThrow(/no name/u)
    expect(() => createCdfFile(join(folder, 'e.cdf'), { attributes: {}, variables: [{ name: 's', type: 'CDF_CHAR' }] })).toThrow(
      /elements/u,
    )
    const left = await readdir(folder)
    expect(left.filter(name => /^[cde]/u.test(name))).toEqual([])
  })

  test('what cannot be opened is told in a sentence', async () => {
    await expect(openCdfFile(join(folder, 'nothing.cdf'))).rejects.toMatchObject({ code: 'file/not-read' })
    await expect(readCdfFile(join(folder, 'nothing.cdf'))).rejects.toMatchObject({ code: 'file/not-read' })
    await expect(writeCdfFile(join(folder, 'no', 'folder.cdf'), dataset)).rejects.toMatchObject({ code: 'file/not-written' })
    await writeFile(join(folder, 'text.cdf'), 'no CDF')
    await expect(openCdfFile(join(folder, 'text.cdf'))).rejects.toMatchObject({ code: 'cdf/not-cdf' })
  })
})

describe('a pool of threads', () => {
  const noisy = Float32Array.from({ length: 1_500_000 }, (_, i) => Math.sin(i * i))
  const large: Dataset = { attributes: {}, variables: [{ name: 'x', type: 'CDF_REAL4', dims: [3], values: noisy, compression: 'gzip' }] }

  test('inflates what one thread would, whole and in part', async () => {
    const path = join(folder, 'large.cdf')
    await writeCdfFile(path, large)
    const pool = startInflatePool(2)
    let jobs = 0
    const inflateAside: typeof pool.inflate = job => {
      jobs++
      return pool.inflate(job)
    }
    const cdf = await openCdfFile(path, { platform: { ...nodePlatform, inflateAside } })
    const x = cdf.variables.get('x')
    expect((await x?.read())?.values).toEqual(noisy)
    expect(jobs).toBeGreaterThan(1)
    expect((await x?.read({ first: 100_001, count: 300_000 }))?.values).toEqual(noisy.slice(300_003, 1_200_003))
    expect(x?.readSync({ first: 3, count: 400_000 }).values).toEqual(noisy.slice(9, 1_200_009))
    await cdf.close()
    await pool.close()
  })

  test('a broken block is told as without', async () => {
    const path = join(folder, 'broken.cdf')
    await writeCdfFile(path, large)
    const bytes = await readFile(path)
    const block = (await readCdfFile(path)).variables.get('x')?.extentsSync().at(-2)
    bytes.fill(0xff, (block?.offset ?? 0) + 1000, (block?.offset ?? 0) + 1400)
    await writeFile(path, bytes)
    const pool = startInflatePool(1)
    const cdf = await openCdfFile(path, { platform: { ...nodePlatform, inflateAside: pool.inflate } })
    await expect(cdf.variables.get('x')?.read()).rejects.toMatchObject({ code: 'cdf/inflate' })
    await cdf.close()
    await pool.close()
  })
})

describe.skipIf(!sharedIsThere)(`multi-file CDFs in Node${sharedNote}`, () => {
  test('side files are found beside the file', async () => {
    const cdf = await openCdfFile(sharedPath('cdf', 'features', 'multi', 'synth_multifile.cdf'))
    expect((await cdf.variables.get('a')?.read())?.values).toEqual(Int32Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9))
    expect(() => cdf.variables.get('a')?.readSync()).toThrow(/awaiting form/u)
    await cdf.close()
  })

  test('a missing side file is named', async () => {
    const path = join(folder, 'alone.cdf')
    await writeFile(path, await readFile(sharedPath('cdf', 'features', 'multi', 'synth_multifile.cdf')))
    const cdf = await openCdfFile(path)
    await expect(cdf.variables.get('b')?.read()).rejects.toMatchObject({ code: 'cdf/side-file' })
    await cdf.close()
  })
})
