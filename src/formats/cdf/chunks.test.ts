import { readFileSync, readdirSync } from 'node:fs'
import { inflateRawSync } from 'node:zlib'
import { sharedIsThere, sharedNote, sharedPath } from '#test/shared'
import { describe, expect, test } from 'vitest'
import { encodeCdf, openCdf, type CdfChunk, type CdfPlatform, type CdfSource, type CdfVariable } from './index.ts'

/** A source that copies, as files do: into the memory it is given where there is some. */
function copyingSource(bytes: Uint8Array): CdfSource & { fresh: number } {
  const source = {
    size: bytes.length,
    fresh: 0,
    read: async (start: number, end: number, into?: Uint8Array) => {
      if (into === undefined) source.fresh += end - start
      const target = into?.subarray(0, end - start) ?? new Uint8Array(end - start)
      target.set(bytes.subarray(start, end))
      return target
    },
  }
  return source
}

const platform: CdfPlatform = { inflateRaw: bytes => inflateRawSync(bytes) }

async function joined(variable: CdfVariable, records: number): Promise<unknown[]> {
  const all: unknown[] = []
  for await (const { values, shape, first } of variable.chunks({ records })) {
    expect(shape[0]).toBe(Math.min(records, variable.records - first))
    for (const value of values) all.push(value)
  }
  return all
}

describe('reading in chunks', () => {
  const values = Float64Array.from({ length: 300_000 }, (_, i) => i)
  const bytes = encodeCdf({ attributes: {}, variables: [{ name: 'x', type: 'CDF_REAL8', values }] })

  test('one memory serves all of them, and nothing else is made', async () => {
    const source = copyingSource(bytes)
    const variable = (await openCdf(source)).variables.get('x') as CdfVariable
    const before = source.fresh
    const seen = new Set<unknown>()
    let sum = 0
    for await (const { values: part } of variable.chunks({ records: 10_000 })) {
      seen.add((part as Float64Array).buffer)
      for (const value of part as Float64Array) sum += value
    }
    expect(seen.size).toBe(1)
    expect(sum).toBe((299_999 * 300_000) / 2)
    // The heads of the run, each time; never values.
    expect(source.fresh - before).toBeLessThan(30 * 100)
  })

  test('a part of the records, about 1 MiB each unless told', async () => {
    const variable = (await openCdf(bytes)).variables.get('x') as CdfVariable
    const sizes: [number, number][] = []
    for await (const { first, shape } of variable.chunks({ first: 10_000, count: 200_000 })) sizes.push([first, shape[0] ?? 0])
    expect(sizes).toEqual([
      [10_000, 131_072],
      [141_072, 68_928],
    ])
    const none: CdfChunk[] = []
    for await (const chunk of variable.chunks({ first: 300_000 })) none.push(chunk)
    expect(none).toEqual([])
  })

  test.each([
    [{ first: 300_001 }, /cannot start at 300001/u],
    [{ records: 0 }, /0 records are no chunk/u],
    [{ records: 1.5 }, /1.5 records are no chunk/u],
  ])('%j is refused', async (range, reason) => {
    const variable = (await openCdf(bytes)).variables.get('x') as CdfVariable
    await expect(variable.chunks(range).next()).rejects.toThrow(reason)
  })
})

/** All bytes, and how many streams were inflated for them; inflating into the memory offered where there is some. */
async function joinedBytes(bytes: Uint8Array, name: string): Promise<{ joined: Buffer; parts: number; inflated: number; blocks: number }> {
  let inflated = 0
  const counting: CdfPlatform = {
    inflateRaw: (deflated, _, __, into) => {
      inflated++
      const out = inflateRawSync(deflated)
      if (into === undefined) return out
      into.set(out)
      return into.subarray(0, out.length)
    },
  }
  const variable = (await openCdf(copyingSource(bytes), { platform: counting })).variables.get(name) as CdfVariable
  const before = inflated
  const parts: Buffer[] = []
  for await (const part of variable.byteChunks()) parts.push(Buffer.from(part))
  const blocks = (await variable.extents()).filter(extent => extent.compressed).length
  return { joined: Buffer.concat(parts), parts: parts.length, inflated: inflated - before, blocks }
}

describe('reading bytes in chunks', () => {
  test.each([
    ['plain', {}],
    ['in blocks that are no divisor of a chunk', { compression: 'gzip', blockBytes: 100_000 }],
    ['in blocks larger than a chunk', { compression: 'gzip', blockBytes: 700_000 }],
  ] as const)(
    '%s: every block once, in order',
    async (_, { compression = null, ...options }: { compression?: 'gzip' | null; blockBytes?: number }) => {
      const values = Float64Array.from({ length: 300_000 }, (_, i) => i * i)
      const bytes = encodeCdf(
        { attributes: {}, variables: [{ name: 'x', type: 'CDF_REAL8', dims: [3], values, compression }] },
        { ...options },
      )
      const { joined, parts, inflated, blocks } = await joinedBytes(bytes, 'x')
      expect(joined.equals(Buffer.from(values.buffer))).toBe(true)
      expect([inflated, parts > 2]).toEqual([blocks, true])
    },
  )
})

describe.skipIf(!sharedIsThere)(`chunks of the corpus${sharedNote}`, () => {
  const root = sharedPath('cdf', 'features')
  const files = sharedIsThere ? readdirSync(root).filter(f => f.endsWith('.cdf') && !f.includes('multi')) : []

  test('joined are the whole, for every kind of variable', async () => {
    let variables = 0
    for (const file of files) {
      const cdf = await openCdf(copyingSource(readFileSync(`${root}/${file}`)), { platform })
      for (const variable of cdf.variables.values()) {
        if (variable.records > 2000) continue
        const { values } = await variable.read()
        expect(await joined(variable, 3), `${file} ${variable.name}`).toEqual([...values])
        const parts: Buffer[] = []
        for await (const part of variable.byteChunks()) parts.push(Buffer.from(part))
        expect(Buffer.concat(parts).equals(await variable.readBytes()), `${file} ${variable.name}`).toBe(true)
        variables++
      }
    }
    expect(variables).toBeGreaterThan(500)
  })
})
