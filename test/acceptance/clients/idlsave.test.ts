import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { nodePlatform } from '#doors/cdf-node'
import { fileOfSelection, selectionOfFile } from '#domain/burst'
import { burstDocumentOf, saveVariables, segmentChangesFrom, type FomStructure } from '#domain/burst/files'
import { readSave, writeSave, type IdlPlain, type IdlStruct, type IdlValue, type SaveFile } from '#formats/idlsave'
import { clientsPython } from '#test/needs'
import { idlHeap, idlVariables } from '#test/save-values'
import { sharedIsThere, sharedPath } from '#test/shared'

const program = fileURLToPath(new URL('readsav.py', import.meta.url))

/** What scipy finds in files, in order. */
function readWithScipy(paths: readonly string[]): readonly Record<string, unknown>[] {
  const run = spawnSync(clientsPython ?? '', [program, ...paths], { encoding: 'utf8', maxBuffer: 1 << 28 })
  expect(run.status, run.stderr.slice(-2000)).toBe(0)
  return run.stdout
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as Record<string, unknown>)
}

/** Our reading in scipy's form: variables by their lower-case name, pointers followed, structures always in lists. */
function asScipy({ variables, heap }: SaveFile): Record<string, unknown> {
  const follow = (index: number): unknown => {
    const found = heap.get(index)
    return found === undefined || found.type === 'undefined' ? null : nest(found, found.dims, 0)
  }
  const element = (value: IdlPlain | IdlStruct, at: number): unknown => {
    if (value.type === 'struct')
      return Object.fromEntries(
        value.fields.map(({ name, value: inner }) => [name.toLowerCase(), nest(inner, dimsOf(inner), at * count(dimsOf(inner)))]),
      )
    if (value.type === 'complex' || value.type === 'dcomplex') return [finite(value.values[2 * at]), finite(value.values[2 * at + 1])]
    const found = value.values[at]
    if (value.type === 'pointer' || value.type === 'objref') return follow(found as number)
    if (typeof found === 'string') return Buffer.from(found).toString('latin1')
    return typeof found === 'bigint' ? String(found) : finite(found)
  }
  const nest = (value: IdlValue, dims: readonly number[], first: number): unknown => {
    if (value.type === 'undefined') return null
    const slowest = dims.at(-1)
    if (slowest === undefined) return element(value, first)
    const inner = dims.slice(0, -1)
    return Array.from({ length: slowest }, (_, i) => nest(value, inner, first + i * count(inner)))
  }
  return Object.fromEntries(variables.map(({ name, value }) => [name.toLowerCase(), nest(value, dimsOf(value), 0)]))
}

const dimsOf = (value: IdlValue): readonly number[] => value.dims
const count = (dims: readonly number[]): number => dims.reduce((product, size) => product * size, 1)
const finite = (value: number | undefined): unknown =>
  Number.isFinite(value) ? value : Number.isNaN(value) ? 'nan' : value === Infinity ? 'inf' : '-inf'

const read = (path: string): SaveFile => readSave(new Uint8Array(readFileSync(path)))
const folder = mkdtempSync(join(tmpdir(), 'apsis-readsav-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** The save files that IDL wrote and scipy tests itself with; they come with the package. */
function findScipySamples(): readonly string[] {
  const code = 'import scipy.io, os; print(os.path.join(os.path.dirname(scipy.io.__file__), "tests", "data"))'
  const place = spawnSync(clientsPython ?? '', ['-c', code], { encoding: 'utf8' }).stdout.trim()
  return readdirSync(place)
    .filter(name => name.endsWith('.sav'))
    .toSorted()
    .map(name => join(place, name))
}

describe.skipIf(clientsPython === undefined)('scipy.io.readsav (left out: no Python environment with it)', () => {
  test('reads what we write: any variables, pointers into the heap, plain and compressed', () => {
    const drafts = fc.sample(fc.tuple(idlVariables, idlHeap), { numRuns: 120, seed: 20_261_126 })
    const paths = drafts.flatMap(([variables, heap], i) =>
      [false, true].map(compress => {
        const path = join(folder, `${i}-${compress ? 'packed' : 'plain'}.sav`)
        writeFileSync(path, writeSave({ variables, heap }, { compress, platform: nodePlatform }))
        return path
      }),
    )
    const theirs = readWithScipy(paths)
    for (const [i, path] of paths.entries()) expect(theirs[i]).toEqual(asScipy(read(path)))
  })

  test('and we agree on each of the samples that IDL 7 to 8 wrote for it, and it on them as we write them anew', () => {
    const samples = findScipySamples()
    expect(samples.length).toBeGreaterThan(40)
    const ours = samples.map(path => asScipy(read(path)))
    expect(ours).toEqual(readWithScipy(samples))
    const anew = samples.map((path, i) => {
      const target = join(folder, `anew-${i}.sav`)
      writeFileSync(target, writeSave(read(path)))
      return target
    })
    expect(readWithScipy(anew)).toEqual(ours)
  })

  test.skipIf(!sharedIsThere)('and we agree on every field of the real files (left out: ../shared is absent)', () => {
    const real = readdirSync(sharedPath('real'), { recursive: true, encoding: 'utf8' })
      .filter(name => name.endsWith('.sav'))
      .map(name => sharedPath('real', name))
    expect(real.length).toBeGreaterThanOrEqual(3)
    expect(real.map(path => asScipy(read(path)))).toEqual(readWithScipy(real))
  })

  test.skipIf(!sharedIsThere)(
    'and it reads burst selections that were edited here, and edits of segments (left out: ../shared is absent)',
    () => {
      const abs = burstDocumentOf(read(sharedPath('real', 'mms', 'sitl', 'abs_selections_sample.sav'))) as FomStructure
      const selection = selectionOfFile(abs, 10, 4)
      const edited = { ...selection, segments: selection.segments.map(segment => ({ ...segment, comment: 'Überprüft', spacecraft: 9 })) }
      const change = {
        act: 'deleted',
        segment: 7,
        start: 1_812_820_840,
        end: 1_812_820_940,
        fom: 0,
        spacecraft: 15,
        source: 'moth',
        comment: '',
      } as const
      const documents = [fileOfSelection(edited, abs), segmentChangesFrom([change, { ...change, segment: 8 }], ['a', 'b', 'c', 'd'])]
      const paths = documents.map((document, i) => {
        const path = join(folder, `burst-${i}.sav`)
        writeFileSync(path, writeSave({ variables: saveVariables(document) }))
        return path
      })
      const theirs = readWithScipy(paths)
      expect(theirs).toEqual(paths.map(path => asScipy(read(path))))
      expect(theirs[0]).toMatchObject({ fomstr: [{ nsegs: 7, nbuffs: 354, obsset: [9, 9, 9, 9, 9, 9, 9] }] })
      expect(theirs[1]).toMatchObject({ fomstr: [{ datasegmentid: 7, status: 'Deleted', observatoryid: 'ALL' }, { datasegmentid: 8 }] })
    },
  )
})
