import { readFileSync } from 'node:fs'
import { deflateRawSync } from 'node:zlib'
import * as fc from 'fast-check'
import { SdcError } from '#error'
import { damage, makeRandom } from '#test/damage'
import { everything, idlHeap, idlVariables } from '#test/save-values'
import { sharedIsThere, sharedPath } from '#test/shared'
import { describe, expect, test } from 'vitest'
import { array, readSave, scalar, struct, writeSave, type ReadOptions } from './index.ts'

const deflateRaw = (bytes: Uint8Array): Uint8Array => new Uint8Array(deflateRawSync(bytes))
const made = fc
  .sample(fc.tuple(idlVariables, idlHeap, fc.boolean()), { numRuns: 60, seed: 6 })
  .map(([variables, heap, compress]) => writeSave({ variables, heap }, { compress, platform: { deflateRaw } }))
const real = sharedIsThere
  ? ['sitl/abs_selections_sample.sav', 'sitl/BAKStr_for_demo.sav'].map(
      name => new Uint8Array(readFileSync(sharedPath('real', 'mms', name))),
    )
  : []
const records = Array.from({ length: 20 }, () => writeSave(everything))
const files = [...made, ...records, ...real]

/** Mostly behind the time stamp's empty kilobyte. */
const mutate = (bytes: Uint8Array, random: () => number): Uint8Array =>
  damage(bytes, random, 2, random() < 0.9 ? Math.min(1040, bytes.length >> 1) : 0)

function failureOf(action: () => unknown): unknown {
  try {
    action()
    return undefined
  } catch (error) {
    return error
  }
}

describe('changed bytes', () => {
  // The seed is fixed so that a failure repeats; APSIS_FUZZ_SEED and APSIS_FUZZ_RUNS widen the search.
  const seed = Number(process.env['APSIS_FUZZ_SEED'] ?? 20_261_126)
  const runs = Number(process.env['APSIS_FUZZ_RUNS'] ?? 4000)

  test(`${runs} files with changed bytes are read or refused with a typed error that says where`, () => {
    const random = makeRandom(seed)
    for (let run = 0; run < runs; run++) {
      const bytes = mutate(files[Math.floor(random() * files.length)] as Uint8Array, random)
      const options: ReadOptions = { tolerant: run % 2 === 1, maxInflated: 2 ** 24 }
      const error = failureOf(() => readSave(bytes, options))
      if (error === undefined) continue
      if (!(error instanceof SdcError)) throw new Error(`run ${run}`, { cause: error })
      expect(error.code).toMatch(/^idlsave\//u)
      expect(error.message).toMatch(/byte \d+|begins with|record format/u)
    }
  })
})

const small = writeSave({
  variables: [
    { name: 'A', value: array('long', [1, 2, 3]) },
    { name: 'B', value: struct({ t: scalar('string', 'text'), x: array('double', [1, 2]) }, 'PAIR') },
  ],
})
/** The bytes with the big-endian word `from`, behind the text `after`, made `to`. */
function patch(after: string, from: number, to: number): Uint8Array {
  const out = Buffer.from(small)
  const word = Buffer.alloc(4)
  word.writeInt32BE(from)
  const at = out.indexOf(word, out.indexOf(after))
  out.writeInt32BE(to, at)
  return new Uint8Array(out)
}

describe('damage is told: what, where, how much', () => {
  test.each([
    ['another kind of file', new TextEncoder().encode('CDF3'), 'idlsave/not-save', /begins with 43 44 46 33/u],
    ['nothing', new Uint8Array(), 'idlsave/not-save', /begins with nothing/u],
    ['a record format to come', Uint8Array.of(0x53, 0x52, 0, 9), 'idlsave/unsupported', /record format 0\.9/u],
    ['no end', small.subarray(0, -16), 'idlsave/truncated', /truncated at byte \d+ of at least \d+: no END_MARKER/u],
    ['half a record', small.subarray(0, -30), 'idlsave/truncated', /truncated at byte \d+ of at least \d+: record VARIABLE at byte/u],
    ['a count of two milliards', patch('A\0\0\0', 3, 2 ** 31 - 1), 'idlsave/unsupported', /its type is 2147483647/u],
    ['a type unknown', patch('B\0\0\0', 8, 99), 'idlsave/unsupported', /record VARIABLE at byte \d+: its type is 99/u],
    ['a negative length', patch('PAIR', 1, -4), 'idlsave/corrupt', /is -4/u],
    ['a length that lies', patch('X\0\0\0', 4, 40_000), 'idlsave/corrupt', /a string is 40000 bytes long, then 4/u],
  ] as const)('%s', (_, bytes, code, why) => {
    const error = failureOf(() => readSave(bytes))
    expect(error).toMatchObject({ code })
    expect(String(error)).toMatch(why)
  })

  test('what is intact is read all the same, when asked for', () => {
    const file = readSave(patch('A\0\0\0', 7, 8), { tolerant: true })
    expect(file.variables.map(variable => variable.name)).toEqual(['B'])
    expect(file.damage).toMatchObject([{ code: 'idlsave/corrupt', offset: expect.any(Number) }])
    const cut = readSave(small.subarray(0, -30), { tolerant: true })
    expect(cut.variables.map(variable => variable.name)).toEqual(['A'])
    expect(cut.damage).toMatchObject([{ code: 'idlsave/truncated' }])
  })
})

describe('small files made to cost much', () => {
  function nestBomb(depth: number): Uint8Array {
    let value = struct({ x: scalar('byte', 1) }, 'L0')
    for (let i = 1; i <= depth; i++) value = struct({ a: value }, `L${i}`)
    return writeSave({ variables: [{ name: 'BOMB', value }] })
  }

  test('deep nesting is refused before the stack is', () => {
    expect(readSave(nestBomb(90)).variables).toHaveLength(1)
    expect(failureOf(() => readSave(nestBomb(300)))).toMatchObject({ code: 'idlsave/too-large' })
  })

  test('a structure of more fields than memory should hold objects for is refused', () => {
    const wide = struct(Object.fromEntries(Array.from({ length: 66_000 }, (_, i) => [`F${i}`, scalar('byte', 1)])))
    expect(failureOf(() => readSave(writeSave({ variables: [{ name: 'W', value: wide }] })))).toMatchObject({ code: 'idlsave/too-large' })
  })

  test('compressed records share one allowance', () => {
    const zeros = Array.from({ length: 3 }, (_, i) => ({ name: `Z${i}`, value: array('double', new Float64Array(10_000)) }))
    const bytes = writeSave({ variables: zeros }, { compress: true, platform: { deflateRaw } })
    expect(bytes.length).toBeLessThan(4000)
    expect(readSave(bytes, { maxInflated: 250_000 }).variables).toHaveLength(3)
    expect(failureOf(() => readSave(bytes, { maxInflated: 200_000 }))).toMatchObject({ code: 'idlsave/too-large' })
  })

  test('an array of the largest size is refused, not allocated', () => {
    const out = Buffer.from(small)
    const desc = out.indexOf(Buffer.from('0000000800000004', 'hex'))
    out.writeInt32BE(2 ** 31 - 1, desc + 12)
    out.writeInt32BE(2 ** 31 - 1, desc + 32)
    const error = failureOf(() => readSave(new Uint8Array(out)))
    expect(error).toMatchObject({ code: 'idlsave/truncated' })
    expect(String(error)).toContain('2147483647 of type long needs 8589934588 bytes')
  })
})
