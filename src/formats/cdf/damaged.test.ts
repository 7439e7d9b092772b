import { createHash } from 'node:crypto'
import { readFileSync, readdirSync } from 'node:fs'
import { SdcError } from '#error'
import { sharedIsThere, sharedNote, sharedPath } from '#test/shared'
import { describe, expect, test } from 'vitest'
import { encodeCdf, openCdfSync, type Cdf, type CdfOptions } from './index.ts'

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

interface Damage {
  expect: string
  intactVariables?: Record<string, string>
}

const root = sharedPath('cdf', 'damaged')
const files = sharedIsThere ? readdirSync(root).filter(f => f.endsWith('.cdf')) : []
const read = (file: string): Uint8Array => readFileSync(`${root}/${file}`)
const cases = files.map(file => ({
  file,
  damage: JSON.parse(readFileSync(`${root}/${file.replace(/cdf$/u, 'expected.json')}`, 'utf8')) as Damage,
}))
const having = (...expectations: string[]) => cases.filter(({ damage }) => expectations.includes(damage.expect))

/** Opens and reads everything; the first failure is thrown. */
function readAll(bytes: Uint8Array, options: CdfOptions = {}): Cdf {
  const cdf = openCdfSync(bytes, options)
  for (const variable of cdf.variables.values()) variable.readSync()
  return cdf
}

/** Hashes of all variables that can be read. */
function readIntact(bytes: Uint8Array, options: CdfOptions = {}): Record<string, string> {
  const hashes: Record<string, string> = {}
  for (const variable of openCdfSync(bytes, options).variables.values()) {
    try {
      hashes[variable.name] = sha256(variable.readBytesSync())
    } catch (error) {
      expect(error).toBeInstanceOf(SdcError)
    }
  }
  return hashes
}

// One dump does not list them; what was changed in that file is B alone.
const allButB = (): Record<string, string> =>
  Object.fromEntries(Object.entries(readIntact(read('base_ok.cdf'))).filter(([name]) => name !== 'B'))

function failureOf(action: () => unknown): unknown {
  try {
    action()
    return undefined
  } catch (error) {
    return error
  }
}

describe.skipIf(!sharedIsThere)(`the damaged files of the corpus${sharedNote}`, () => {
  test('there are 54 beside 5 sound ones', () => expect([files.length, having('ok').length]).toEqual([59, 5]))

  test.each(having('error'))('$file fails with a typed error', ({ file }) => {
    const error = failureOf(() => readAll(read(file)))
    expect(error).toBeInstanceOf(SdcError)
    expect((error as SdcError).code).toMatch(/^cdf\//u)
  })

  test.each(having('any', 'damaged'))('$file is read or refused', ({ file }) => {
    const error = failureOf(() => readAll(read(file)))
    if (error !== undefined) expect(error).toBeInstanceOf(SdcError)
  })

  test.each(having('partial'))('$file gives its intact variables', ({ file, damage }) => {
    expect(failureOf(() => readAll(read(file)))).toBeInstanceOf(SdcError)
    const intact = damage.intactVariables ?? allButB()
    expect(readIntact(read(file))).toEqual(intact)
    expect(readIntact(read(file), { tolerant: true })).toEqual(intact)
  })

  test.each(having('checksum'))('$file reads, and fails when its checksum is asked for', ({ file, damage }) => {
    expect(readIntact(read(file))).toEqual(damage.intactVariables)
    expect(failureOf(() => openCdfSync(read(file), { verify: { checksum: true } }))).toMatchObject({ code: 'cdf/checksum' })
  })

  test('a right checksum is accepted', () => {
    expect(readAll(read('odd_checksum_good.cdf'), { verify: { checksum: true } }).variables.size).toBe(4)
  })

  test('a wrong CRC is found when asked for', () => {
    expect(failureOf(() => readAll(read('bad_gzip_bad_crc.cdf')))).toBeUndefined()
    expect(failureOf(() => readAll(read('bad_gzip_bad_crc.cdf'), { verify: { crc: true } }))).toMatchObject({ code: 'cdf/checksum' })
    expect(readAll(read('base_ok.cdf'), { verify: { crc: true } }).variables.size).toBe(4)
  })

  test('half downloads say where they end', () => {
    expect(String(failureOf(() => readAll(read('bad_trunc_half.cdf'))))).toContain('truncated at byte 2516 of 5033')
    expect(String(failureOf(() => readAll(read('bad_trunc_data_tail.cdf'))))).toContain('truncated at byte 4993 of 5033')
  })

  test('tolerant mode passes over what is broken and lists it', () => {
    const loop = openCdfSync(read('bad_vdr_next_self_loop.cdf'), { tolerant: true })
    expect([...loop.variables.keys()]).toEqual(['Epoch', 'B'])
    expect(loop.damage.map(d => d.code)).toEqual(['cdf/corrupt'])
    const type = openCdfSync(read('bad_vdr_type_99.cdf'), { tolerant: true })
    expect([...type.variables.keys()]).toEqual(['Epoch', 'label', 'n'])
    const checksum = openCdfSync(read('bad_checksum_wrong.cdf'), { tolerant: true, verify: { checksum: true } })
    expect([checksum.variables.size, checksum.damage.map(d => d.code)]).toEqual([4, ['cdf/checksum']])
    const attribute = openCdfSync(read('bad_aedr_numelems_huge.cdf'), { tolerant: true })
    expect(attribute.variables.size).toBe(4)
    expect(attribute.damage[0]?.message).toContain('2147483647 elements')
  })
})

describe('small files made to cost much', () => {
  test('attributes that share one list of entries are refused', () => {
    const attributes = { A: Array.from({ length: 50 }, (_, i) => `entry ${i}`), B: ['one'] }
    const bytes = encodeCdf({ attributes, variables: [] })
    const view = new DataView(bytes.buffer)
    // The first ADR follows the GDR at byte 404; its list is at +20, and the next ADR's too.
    const second = Number(view.getBigInt64(404 + 12))
    view.setBigInt64(second + 20, view.getBigInt64(404 + 20))
    expect(() => openCdfSync(bytes)).toThrow(/a second time/u)
    const tolerant = openCdfSync(bytes, { tolerant: true })
    expect([tolerant.attributes.get('A')?.length, tolerant.attributes.get('B'), tolerant.damage.length]).toEqual([50, [], 1])
  })
})
