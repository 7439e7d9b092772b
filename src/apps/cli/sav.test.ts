import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readSaveFile, writeSaveFile } from '#doors/idlsave-node'
import { array, scalar, struct } from '#formats/idlsave'
import { sharedIsThere, sharedNote, sharedPath } from '#test/shared'

const main = fileURLToPath(new URL('main.ts', import.meta.url))

interface Run {
  readonly code: number
  readonly out: string
  readonly err: string
}

const apsis = (...words: readonly string[]): Promise<Run> =>
  new Promise(resolve => {
    execFile(process.execPath, [main, ...words], { maxBuffer: 1 << 26 }, (error, out, err) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err })
    })
  })

let folder = ''
const at = (name: string): string => join(folder, name)

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'apsis-cli-sav-'))
  const content = {
    timestamp: { date: 'Mon May 11 14:09:46 2015', user: 'moth', host: 'lamp' },
    heap: new Map([[4, array('double', [1, 2])]]),
    variables: [
      { name: 'S', value: struct({ t: scalar('string', 'lamp'), b: array('float', [0.1, 2, 3]), p: scalar('pointer', 4) }, 'LIGHT') },
      {
        name: 'N',
        value: array(
          'long64',
          Array.from({ length: 9 }, (_, i) => 2n ** 60n + BigInt(i)),
        ),
      },
    ],
  }
  await writeSaveFile(at('a.sav'), content, { compress: true })
  await writeFile(at('cut.sav'), (await readFile(at('a.sav'))).subarray(0, -40))
  await writeFile(at('list.csv'), '2020-07-05 18:30:05,2020-07-05 18:31:23,50,x\n2020-07-05 19:30:03,2020-07-05 19:30:03,50,y\n')
})
afterAll(() => rm(folder, { recursive: true }))

describe('apsis sav', () => {
  test('ls tells each variable and field in a line', async () => {
    const { out, code } = await apsis('sav', 'ls', at('a.sav'))
    expect(code).toBe(0)
    expect(out).toContain('IDL save file, compressed, 2 variables, 1 heap variable, 7 records')
    expect(out).toContain('saved Mon May 11 14:09:46 2015 by moth on lamp')
    expect(out).toMatch(/^S +struct LIGHT +1\n {2}T +string *\n {2}B +float +3$/mu)
    expect(out).toMatch(/^heap 4 +double +2$/mu)
    const json = JSON.parse((await apsis('sav', 'ls', at('a.sav'), '--json')).out) as { variables: unknown[] }
    expect(json.variables[1]).toEqual({ name: 'N', type: 'long64', dims: [9] })
  })

  test('show tells values, in part where they are many', async () => {
    const { out } = await apsis('sav', 'show', at('a.sav'), 's', 'N')
    expect(out).toContain('s: struct LIGHT [1]\n  T: string "lamp"\n  B: float [3] 0.1 2 3\n  P: pointer 4\n')
    expect(out).toMatch(/N: long64 \[9\] 1152921504606846976 .* … 9 values/u)
    expect((await apsis('sav', 'show', at('a.sav'))).out).toMatch(/^heap 4: double \[2\] 1 2$/mu)
    expect((await apsis('sav', 'show', at('a.sav'), 'S.B')).out).toBe('S.B: float [3] 0.1 2 3\n')
  })

  test('dump gives JSON with whole integers', async () => {
    const dump = JSON.parse((await apsis('sav', 'dump', at('a.sav'))).out) as Record<string, Record<string, unknown>>
    expect(dump['variables']?.['s']).toEqual({ t: 'lamp', b: [Math.fround(0.1), 2, 3], p: { heap: 4 } })
    expect(dump['variables']?.['n']).toContain('1152921504606846984')
    expect(dump['heap']).toEqual({ 4: [1, 2] })
  })

  test('faults are one sentence', async () => {
    expect(await apsis('sav', 'show', at('a.sav'), 'S.X')).toEqual({ code: 2, out: '', err: 'apsis: S.X is not there; there is T, B, P\n' })
    expect((await apsis('sav', 'ls', at('none.sav'))).err).toMatch(/^apsis: .*none\.sav cannot be read: ENOENT/u)
    const cut = await apsis('sav', 'ls', at('cut.sav'))
    expect([cut.code, cut.err]).toEqual([
      2,
      expect.stringMatching(/cut\.sav: truncated at byte \d+ of at least \d+: record VARIABLE at byte \d+ is cut\n$/u),
    ])
    const tolerant = await apsis('sav', 'ls', at('cut.sav'), '--tolerant')
    expect([tolerant.code, tolerant.out]).toEqual([1, expect.stringMatching(/^S +struct LIGHT[^]*^damaged: truncated/mu)])
    expect((await apsis('sav', 'dump', at('a.sav'), '--form', 'burst')).err).toContain('it holds S, N, neither FOMSTR nor BAKSTR')
  })
})

describe.skipIf(!sharedIsThere)(`apsis sav make${sharedNote}`, () => {
  test('gives back the file of which a selection was taken, and never replaces one', async () => {
    const source = sharedPath('real', 'mms', 'sitl', 'abs_selections_sample.sav')
    await writeFile(at('abs.json'), (await apsis('sav', 'dump', source, '--form', 'burst')).out)
    const made = await apsis('sav', 'make', at('abs.json'), at('abs.sav'))
    expect([made.code, made.out]).toEqual([0, expect.stringMatching(/abs\.sav: fom-structure\/1, \d+ bytes\n$/u)])
    expect((await readSaveFile(at('abs.sav'))).variables).toEqual((await readSaveFile(source)).variables)
    expect((await apsis('sitl', 'import', at('abs.json'))).out).toMatch(/7 segments, 354 buffers\n$/u)
    expect((await apsis('sav', 'make', at('abs.json'), at('abs.sav'))).err).toMatch(/abs\.sav is there already; nothing was written\n$/u)
    await writeFile(at('wrong.json'), '{"form": "fom-structure/1", "valid": true}')
    expect((await apsis('sav', 'make', at('wrong.json'), at('w.sav'))).err).toMatch(/wrong\.json: algversion: .*, and \d+ more\n$/u)
  })
})

describe('apsis sitl import', () => {
  test('says what becomes of every line', async () => {
    const { code, out } = await apsis('sitl', 'import', at('list.csv'))
    expect(code).toBe(1)
    expect(out.split('\n')[0]).toMatch(/list\.csv: 2 lines: 0 taken as they are, 1 snapped to the grid, 1 quarantined, 0 passed over$/u)
    expect(out).toContain(
      'line 1: snapped, 2020-07-05T18:30:03 to 2020-07-05T18:31:23, FOM 50: start moved 2 s back to 2020-07-05T18:30:03\n',
    )
    expect(out).toContain('line 2: quarantined: it starts and ends at 2020-07-05 19:30:03: 0 s long: 2020-07-05 19:30:03,')
    const json = JSON.parse((await apsis('sitl', 'import', at('list.csv'), '--json')).out) as { lines: { fate: string }[] }
    expect(json.lines.map(line => line.fate)).toEqual(['snapped', 'quarantined'])
  })

  test.skipIf(!sharedIsThere)(`reads save files too${sharedNote}`, async () => {
    const { out } = await apsis('sitl', 'import', sharedPath('real', 'mms', 'sitl', 'abs_selections_sample.sav'))
    expect(out).toMatch(/FOM structure of 2736 cycles from 2009-02-07T00:25:06: 7 segments, 354 buffers\n$/u)
  })
})
