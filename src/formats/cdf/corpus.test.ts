import { createHash } from 'node:crypto'
import { readFileSync, readdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { bytesSource } from '#source'
import { sharedIsThere, sharedNote, sharedPath } from '#test/shared'
import { describe, expect, test } from 'vitest'
import { dumpCdf, openCdf, type CdfOptions } from './index.ts'

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

interface Dump {
  expect: string
  why?: string
  cdf: Record<string, unknown>
  globalAttributes: unknown
  variables: unknown[]
}

const root = sharedPath('cdf')
const files = sharedIsThere
  ? readdirSync(root, { recursive: true, encoding: 'utf8' })
      .filter(f => f.endsWith('.cdf'))
      .sort()
  : []
const dumps = files.map(file => ({
  file,
  dump: JSON.parse(readFileSync(`${root}/${file.replace(/cdf$/u, 'expected.json')}`, 'utf8')) as Dump,
}))
const sound = dumps.filter(({ dump }) => dump.expect === 'ok')

// In four dumps, of files compressed whole by Huffman codes, null means that NASA's library could not tell.
const isWholeHuffman = (dump: Dump): boolean => dump.cdf['version'] === null

const withoutNulls = (found: unknown, known: readonly unknown[]): unknown =>
  (found as Record<string, unknown>[]).map((record, i) =>
    Object.fromEntries(Object.entries(record).filter(([key]) => (known[i] as Record<string, unknown>)[key] !== null)),
  )

const optionsFor = (file: string): CdfOptions => ({
  sideFile: async extension => bytesSource(readFileSync(`${root}/${dirname(file)}/${file.split('/').at(-1)?.replace(/cdf$/u, extension)}`)),
})

describe.skipIf(!sharedIsThere)(`the sound files of the corpus${sharedNote}`, () => {
  test('there are 152', () => expect(sound).toHaveLength(152))

  test.each(sound)('$file equals its dump', async ({ file, dump }) => {
    const bytes = readFileSync(`${root}/${file}`)
    const cdf = await openCdf(bytes, optionsFor(file))
    const name = file.split('/').at(-1) ?? ''
    const found = (await dumpCdf(cdf, { file: name, size: bytes.length, sha256: sha256(bytes), hash: sha256 })) as unknown as Dump
    const known = isWholeHuffman(dump) ? withoutNulls : <T>(value: T): T => value
    expect(known([found.cdf], [dump.cdf])).toEqual(known([dump.cdf], [dump.cdf]))
    expect(found.globalAttributes).toEqual(dump.globalAttributes)
    expect(known(found.variables, dump.variables)).toEqual(known(dump.variables, dump.variables))
  })
})
