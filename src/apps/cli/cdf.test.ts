import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sharedIsThere, sharedNote, sharedPath } from '#test/shared'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readCdfFile, writeCdfFile } from '#doors/cdf-node'
import { parseUtc } from '#formats/time'

const main = fileURLToPath(new URL('main.ts', import.meta.url))

interface Run {
  readonly code: number
  readonly out: string
  readonly err: string
}

const apsis = (...words: readonly string[]): Promise<Run> =>
  new Promise(resolve => {
    execFile(process.execPath, [main, 'cdf', ...words], { maxBuffer: 1 << 26 }, (error, out, err) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err })
    })
  })

let folder = ''
const at = (name: string): string => join(folder, name)

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'apsis-cli-cdf-'))
  const start = parseUtc('2020-01-01')
  const write = async (name: string, shift: number): Promise<void> => {
    const times = BigInt64Array.from({ length: 5 }, (_, i) => start + BigInt(i) * 1_000_000_000n)
    const values = Float32Array.from({ length: 15 }, (_, i) => i / 10 + (i === 7 ? shift : 0))
    await writeCdfFile(at(name), {
      attributes: { TITLE: 'a file', Project: 'P>Project' },
      variables: [
        { name: 'Epoch', type: 'CDF_TIME_TT2000', values: times, attributes: { UNITS: 'ns', VAR_TYPE: 'support_data' } },
        {
          name: 'B',
          type: 'CDF_REAL4',
          dims: [3],
          values,
          compression: 'gzip',
          attributes: { DEPEND_0: 'Epoch', UNITS: 'nT', VAR_TYPE: 'data', CATDESC: 'Magnetic field' },
        },
        { name: 'label', type: 'CDF_CHAR', dims: [3], recordVarying: false, values: ['x', 'y, z', '"'] },
      ],
    })
  }
  await write('a.cdf', 0)
  await write('b.cdf', 2.5)
})
afterAll(() => rm(folder, { recursive: true }))

describe('apsis cdf', () => {
  test('ls tells each variable in a line', async () => {
    const { out, code } = await apsis('ls', at('a.cdf'))
    expect(code).toBe(0)
    expect(out).toMatch(/3 variables, 2 global attributes/u)
    expect(out).toMatch(/^B +REAL4 +5 x 3 +gzip 6 +data +nT +Magnetic field$/mu)
    const json = JSON.parse((await apsis('ls', at('a.cdf'), '--json')).out) as { variables: { name: string; shape: number[] }[] }
    expect(json.variables.map(v => [v.name, v.shape])).toEqual([
      ['Epoch', [5]],
      ['B', [5, 3]],
      ['label', [1, 3]],
    ])
  })

  test('show tells attributes and first values', async () => {
    expect((await apsis('show', at('a.cdf'))).out).toBe('TITLE: a file\nProject: P>Project\n')
    const { out } = await apsis('show', at('a.cdf'), 'B', 'Epoch', '-n', '2')
    expect(out).toContain('  UNITS: nT')
    expect(out).toContain('  [1] 0.3  0.4  0.5')
    expect(out).toContain('  [1] 2020-01-01T00:00:01.000000000Z')
    const json = JSON.parse((await apsis('show', at('a.cdf'), 'Epoch', '--json', '-n', '1')).out) as { values: string[] }[]
    expect(json[0]?.values).toEqual([String(parseUtc('2020-01-01'))])
  })

  test('csv prints records with their times', async () => {
    const { out } = await apsis('csv', at('a.cdf'), '--first', '1', '-n', '2')
    expect(out).toBe('Epoch,B_0,B_1,B_2\n2020-01-01T00:00:01.000000000Z,0.3,0.4,0.5\n2020-01-01T00:00:02.000000000Z,0.6,0.7,0.8\n')
    expect((await apsis('csv', at('a.cdf'), 'label')).out).toContain('"y, z",""""')
  })

  test('diff tells what changed, and by how much', async () => {
    expect(await apsis('diff', at('a.cdf'), at('a.cdf'))).toMatchObject({
      code: 0,
      out: '3 of 3 variables are the same, 0 global attributes differ\n',
    })
    const { out, code } = await apsis('diff', at('a.cdf'), at('b.cdf'))
    expect(code).toBe(1)
    expect(out).toContain('B: records 2 to 2 changed, 2020-01-01T00:00:02.000000000Z to 2020-01-01T00:00:02.000000000Z')
    expect(out).toMatch(/^B +changed +5 +1 +0 +0 +2\.500 +2\.500$/mu)
    const json = JSON.parse((await apsis('diff', at('a.cdf'), at('b.cdf'), '--json')).out) as { same: boolean }
    expect(json.same).toBe(false)
  })

  test('check tells findings, and fails where there are errors', async () => {
    const { out, code } = await apsis('check', at('a.cdf'), '--errors')
    expect(code).toBe(1)
    expect(out).toContain('global attribute PI_name is missing')
    expect(out).not.toContain('warning  ')
    await writeFile(at('text.cdf'), 'no CDF')
    const json = JSON.parse((await apsis('check', at('text.cdf'), '--json')).out) as { findings: { rule: string }[] }[]
    expect(json[0]?.findings.map(f => f.rule)).toEqual(['cdf/not-cdf'])
  })

  test('repair keeps what is intact, in a new file only', async () => {
    const bytes = await readFile(at('a.cdf'))
    await writeFile(at('cut.cdf'), bytes.subarray(0, bytes.length - 20))
    const { out, code } = await apsis('repair', at('cut.cdf'), at('mended.cdf'))
    expect([code, out.split('\n')[0]]).toEqual([1, `${at('mended.cdf')}: 2 variables kept, 1 faults`])
    expect([...(await readCdfFile(at('mended.cdf'))).variables.keys()]).toEqual(['Epoch', 'B'])
    const again = await apsis('repair', at('cut.cdf'), at('mended.cdf'))
    expect([again.code, again.err]).toEqual([2, `apsis: ${at('mended.cdf')} is there already; a repaired file never replaces another\n`])
    const whole = JSON.parse((await apsis('repair', at('a.cdf'), at('whole.cdf'), '--json')).out) as { kept: string[]; lost: unknown[] }
    expect(whole).toMatchObject({ kept: ['Epoch', 'B', 'label'], lost: [] })
  })

  test('faults of the user are one sentence and exit code 2', async () => {
    const cases = [
      [['ls', at('nothing.cdf')], /^apsis: .*nothing\.cdf cannot be read: ENOENT.*\n$/u],
      [['ls', at('.')], /^apsis: .* is no file\n$/u],
      [['show', at('a.cdf'), 'b'], /^apsis: .* has no variable b; there is B, label\n$/u],
      [['dump', at('a.cdf'), '--form', 'xml'], /^apsis: there is no dump form xml; there is cdf-expected\/1\n$/u],
      [['ls', main], /^apsis: .*main\.ts: no CDF: .*\n$/u],
      [['csv', at('a.cdf'), 'B', 'label'], /^apsis: .*: label has 1 records, .*\n$/u],
    ] as const
    for (const [words, message] of cases) {
      const { code, err, out } = await apsis(...words)
      expect([words.join(' '), code, out]).toEqual([words.join(' '), 2, ''])
      expect(err).toMatch(message)
    }
    expect(existsSync(at('nothing.cdf'))).toBe(false)
  })
})

describe.skipIf(!sharedIsThere)(`apsis cdf dump${sharedNote}`, () => {
  const corpus = (name: string): string => sharedPath('cdf', name)
  const expected = async (name: string): Promise<Record<string, unknown>> =>
    JSON.parse(await readFile(corpus(name.replace(/cdf$/u, 'expected.json')), 'utf8')) as Record<string, unknown>

  test.each([
    'missions/psp_fld_l2_mag_rtn_1min_20200104_v02.cdf',
    'features/multi/synth_multifile.cdf',
    'features/synth_enc_vax.cdf',
    'features/synth_alltypes_row.cdf',
  ])('%s in the form of the corpus', async name => {
    const { out, code } = await apsis('dump', '--form', 'cdf-expected/1', corpus(name))
    const { crossCheck: _, ...dump } = await expected(name)
    expect([code, JSON.parse(out)]).toEqual([0, dump])
  })

  test('large numbers are written as doubles', async () => {
    const { out } = await apsis('dump', '--form', 'cdf-expected/1', corpus('features/synth_alltypes_row.cdf'))
    expect(out).toContain('-1.9006640752060006e+17')
  })

  test('a damaged file gives its error as JSON and exit code 2', async () => {
    const { out, code, err } = await apsis('dump', '--form', 'cdf-expected/1', corpus('damaged/bad_trunc_half.cdf'))
    expect([code, err]).toEqual([2, ''])
    expect(JSON.parse(out)).toMatchObject({ expect: 'error', error: { code: 'cdf/truncated' } })
    const none = await apsis('dump', '--form', 'cdf-expected/1', at('nothing.cdf'))
    expect([none.code, none.err, JSON.parse(none.out)]).toMatchObject([2, '', { file: 'nothing.cdf', error: { code: 'file/not-read' } }])
  })

  test('for people it tells everything but most values', async () => {
    const { out } = await apsis('dump', corpus('damaged/base_ok.cdf'))
    expect(out).toContain('TITLE: one\n       two\n')
    expect(out).toContain('  [2] 6  0  1\n')
  })
})
