import { readFileSync } from 'node:fs'
import { sharedIsThere, sharedNote, sharedPath } from '#test/shared'
import { describe, expect, test } from 'vitest'
import { readSave, toPlain, variableOf, writeSave } from './index.ts'

const read = (path: string): Uint8Array => new Uint8Array(readFileSync(sharedPath('real', 'mms', path)))
const files = [
  'sitl/abs_selections_sample.sav',
  'sitl/BAKStr_for_demo.sav',
  'events/2019-01-27/mp_lmn_systems_20190127_1215_1255_mp_ver2.sav',
]

/** Word at a byte of a file. */
const word = (bytes: Uint8Array, at: number): number => new DataView(bytes.buffer, bytes.byteOffset).getInt32(at)

describe.skipIf(!sharedIsThere)(`real save files${sharedNote}`, () => {
  // IDL leaves whatever its memory held in the seventh word of an array's description; no reader looks at it.
  test.each(files)('%s is written back byte for byte, but for the words without meaning', path => {
    const real = read(path)
    const ours = writeSave(readSave(real))
    expect(ours.length).toBe(real.length)
    const strange: number[] = []
    for (let at = 0; at < real.length; at += 4)
      if (word(real, at) !== word(ours, at) && !(word(ours, at) === 0 && word(real, at - 24) === 8 && word(real, at + 4) === 8))
        strange.push(at)
    // IDL calls the empty string ERROR of the first file dynamic memory (16) where the next one, also a string, is not.
    expect(strange).toEqual(path === 'sitl/abs_selections_sample.sav' ? [1284] : [])
  })

  test('the automated selections', () => {
    const file = readSave(read('sitl/abs_selections_sample.sav'))
    expect(file.version).toEqual({ format: 12, arch: 'x86_64', os: 'linux', release: '8.3' })
    const selection = toPlain(variableOf(file, 'fomstr')) as Record<string, unknown>
    expect(Object.keys(selection)).toHaveLength(28)
    expect(selection).toMatchObject({ valid: 1, numcycles: 2736, nsegs: 7, nbuffs: 354, start: [736, 1272, 1323, 1374, 1425, 1687, 1740] })
    expect((selection['mdq'] as number[])[0]).toBe(Math.fround(1.7))
    expect(selection['algversion']).toBe('$Revision: 1.8 $')
  })

  test('the back structure', () => {
    const back = toPlain(variableOf(readSave(read('sitl/BAKStr_for_demo.sav')), 'bakstr')) as Record<string, unknown[]>
    expect(Object.keys(back).slice(0, 5)).toEqual(['start', 'stop', 'fom', 'seglengths', 'nbuffs'])
    expect(back['start']).toHaveLength(24)
    expect(new Set(back['status'])).toEqual(new Set(['HELD']))
  })
})
