import { createHash } from 'node:crypto'
import { readFileSync, readdirSync } from 'node:fs'
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { bytesSource } from '#source'
import { sharedIsThere, sharedNote, sharedPath } from '#test/shared'
import { describe, expect, test } from 'vitest'
import { dumpCdf, encodeCdf, openCdf, toDataset, type CdfPlatform } from '../index.ts'

const platform: CdfPlatform = {
  inflateRaw: (bytes, expected, limit) => inflateRawSync(bytes, { chunkSize: Math.max(64, expected), maxOutputLength: limit }),
  deflateRaw: (bytes, level) => deflateRawSync(bytes, { level }),
}
const hash = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

const root = sharedPath('cdf')
const files = sharedIsThere
  ? readdirSync(root, { recursive: true, encoding: 'utf8' })
      .filter(f => f.endsWith('.cdf') && !f.startsWith('damaged'))
      .sort()
  : []

interface Described {
  cdf: Record<string, unknown>
  globalAttributes: Record<string, { numElements: number; value: unknown }[]>
  variables: (Record<string, unknown> & { attributes: Record<string, { numElements: number }> })[]
}

async function describeFile(bytes: Uint8Array, name: string): Promise<Described> {
  const cdf = await openCdf(bytes, {
    platform,
    sideFile: async extension => bytesSource(readFileSync(`${root}/${name.replace(/cdf$/u, extension)}`)),
  })
  return (await dumpCdf(cdf, { file: name, size: 0, sha256: '', hash })) as unknown as Described
}

// An entry of no bytes makes NASA's library refuse the file, so that it is written as a blank.
const withoutEmpty = <T extends { numElements: number }>(entry: T): T =>
  entry.numElements === 0 ? { ...entry, numElements: 1, value: ' ' } : entry

const placement = new Set(['kind', 'extents', 'blockingFactor', 'compression'])

/** What a rewritten file must keep: all but where things lie, and which kind of variable held them. */
function essence({ cdf, globalAttributes, variables }: Described): unknown {
  const { numAttributes } = cdf
  return {
    numAttributes,
    globalAttributes: Object.fromEntries(Object.entries(globalAttributes).map(([name, entries]) => [name, entries.map(withoutEmpty)])),
    variables: variables.map(variable => Object.fromEntries(Object.entries(variable).filter(([key]) => !placement.has(key)))),
  }
}

describe.skipIf(!sharedIsThere)(`rewriting the corpus${sharedNote}`, () => {
  test.each(files)('%s keeps its essence', async file => {
    const before = readFileSync(`${root}/${file}`)
    const original = await openCdf(before, {
      platform,
      sideFile: async extension => bytesSource(readFileSync(`${root}/${file.replace(/cdf$/u, extension)}`)),
    })
    const majority = original.header.majority
    const after = encodeCdf(await toDataset(original), { platform, majority })
    expect(essence(await describeFile(after, file))).toEqual(essence(await describeFile(before, file)))
  })
})
