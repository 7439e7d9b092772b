import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { inspect } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { parseUtc } from '#formats/time'
import { array, scalar, struct } from '#formats/idlsave'
import { writeCdfFile } from './cdf-node.ts'
import { writeSaveFile } from './idlsave-node.ts'

// The examples of the packages' READMEs run as they stand, against the sources instead of the package, in a folder of
// their own inside the checkout, because the aliases of the sources hold only there.
const root = fileURLToPath(new URL('../../', import.meta.url))
const readmes = ['cdf', 'idlsave']
const examples = await Promise.all(
  readmes.map(async name => {
    const text = await readFile(join(root, 'src/formats', name, 'README.md'), 'utf8')
    return [...text.matchAll(/^```ts\n(.*?)^```$/gmsu)].map((match, i) => [name, i + 1, match[1] ?? ''] as const)
  }),
)

const aliases: Readonly<Record<string, string>> = {
  'apsis/cdf/node': '#doors/cdf-node',
  'apsis/time': '#doors/time',
  'apsis/cdf': '#doors/cdf',
  'apsis/idlsave/node': '#doors/idlsave-node',
  'apsis/idlsave': '#doors/idlsave',
}

let folder = ''
const printed: string[] = []

beforeAll(async () => {
  await mkdir(join(root, '.build'), { recursive: true })
  folder = await mkdtemp(join(root, '.build', 'readme-'))
  await writeCdf()
  await writeSave()
})
afterAll(() => rm(folder, { recursive: true }))

async function writeCdf(): Promise<void> {
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
}

const writeSave = (): Promise<number> =>
  writeSaveFile(join(folder, 'selection.sav'), {
    timestamp: { date: 'Mon May 11 14:09:46 2015', user: 'moth', host: 'lamp' },
    variables: [
      {
        name: 'FOMSTR',
        value: struct({ valid: scalar('long', 1), fom: array('float', [40, 150]), sourceid: array('string', ['ABS', 'moth']) }),
      },
      { name: 'NOTES', value: scalar('string', 'quiet night') },
    ],
  })

beforeEach(() => {
  printed.length = 0
  vi.spyOn(console, 'log').mockImplementation((...words: unknown[]) => {
    printed.push(words.map(word => (typeof word === 'string' ? word : inspect(word))).join(' '))
  })
})
afterEach(() => vi.restoreAllMocks())

test('there are examples', () =>
  expect(examples.map(list => list.length)).toEqual([expect.toSatisfy((n: number) => n > 8), expect.toSatisfy((n: number) => n > 5)]))

test.each(examples.flat())('%s: example %i of the README prints what it says', async (name, i, code) => {
  const inFolder = code.replaceAll(/'(\w+\.(?:cdf|sav))'/gu, (_, file: string) => `'${join(folder, file)}'`)
  const script = join(folder, `example-${name}-${i}.ts`)
  await writeFile(
    script,
    inFolder.replaceAll(/from '(apsis\/[^']*)'/gu, (_, door: string) => `from '${aliases[door]}'`),
  )
  await import(script)
  expect(printed).toEqual([...code.matchAll(/\/\/ => (.*)$/gmu)].map(match => match[1]))
})
