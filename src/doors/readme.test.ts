import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { inspect } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { parseUtc } from '#formats/time'
import { writeCdfFile } from './cdf-node.ts'

// The examples of the package's README run as they stand, against the sources instead of the package, in a folder of
// their own inside the checkout, because the aliases of the sources hold only there.
const root = fileURLToPath(new URL('../../', import.meta.url))
const readme = await readFile(join(root, 'src/formats/cdf/README.md'), 'utf8')
const examples = [...readme.matchAll(/^```ts\n(.*?)^```$/gmsu)].map(match => match[1] ?? '')

const aliases: Readonly<Record<string, string>> = {
  'apsis/cdf/node': '#doors/cdf-node',
  'apsis/time': '#doors/time',
  'apsis/cdf': '#doors/cdf',
}

let folder = ''
const printed: string[] = []

beforeAll(async () => {
  await mkdir(join(root, '.build'), { recursive: true })
  folder = await mkdtemp(join(root, '.build', 'readme-'))
  const start = parseUtc('2016-12-31T23:59:59')
  await writeCdfFile(join(folder, 'field.cdf'), {
    attributes: { Project: 'STP>Solar-Terrestrial Physics' },
    variables: [
      { name: 'Epoch', type: 'CDF_TIME_TT2000', values: [0n, 1n, 2n, 3n].map(i => start + i * 1_000_000_000n) },
      {
        name: 'B',
        type: 'CDF_REAL4',
        dims: [3],
        values: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
        attributes: { DEPEND_0: 'Epoch', UNITS: 'nT' },
      },
      { name: 'labels', type: 'CDF_CHAR', dims: [3], recordVarying: false, values: ['Bx', 'By', 'Bz'] },
    ],
  })
})
afterAll(() => rm(folder, { recursive: true }))

beforeEach(() => {
  printed.length = 0
  vi.spyOn(console, 'log').mockImplementation((...words: unknown[]) => {
    printed.push(words.map(word => (typeof word === 'string' ? word : inspect(word))).join(' '))
  })
})
afterEach(() => vi.restoreAllMocks())

test('there are examples', () => expect(examples.length).toBeGreaterThan(8))

test.each(examples.map((code, i) => [i + 1, code] as const))('example %i of the README prints what it says', async (i, code) => {
  const inFolder = code.replaceAll(/'(\w+\.cdf)'/gu, (_, name: string) => `'${join(folder, name)}'`)
  const script = join(folder, `example-${i}.ts`)
  await writeFile(
    script,
    inFolder.replaceAll(/from '(apsis\/(?:cdf|time)[^']*)'/gu, (_, name: string) => `from '${aliases[name]}'`),
  )
  await import(script)
  expect(printed).toEqual([...code.matchAll(/\/\/ => (.*)$/gmu)].map(match => match[1]))
})
