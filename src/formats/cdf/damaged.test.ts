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

const two = (): { bytes: Uint8Array; view: DataView; vdrs: number[] } => {
  const values = Float64Array.from({ length: 100 }, (_, i) => i)
  const bytes = encodeCdf({
    attributes: {},
    variables: [
      { name: 'one', type: 'CDF_REAL8', values },
      { name: 'two', type: 'CDF_REAL8', values },
    ],
  })
  const view = new DataView(bytes.buffer)
  // The GDR is at byte 320, its zVDR head 20 bytes in; a VDR's `next` 12 bytes in, its name 84.
  const first = Number(view.getBigInt64(320 + 20))
  return { bytes, view, vdrs: [first, Number(view.getBigInt64(first + 12))] }
}

describe('what contradicts itself is refused, and passed over in tolerant mode', () => {
  const cases: readonly (readonly [string, RegExp, readonly string[], (file: ReturnType<typeof two>) => void])[] = [
    [
      'two variables of one name',
      /two variables are called one/u,
      ['one'],
      ({ bytes, vdrs }) => bytes.set(Buffer.from('one'), (vdrs[1] ?? 0) + 84),
    ],
    [
      'a record index that two variables share',
      /the record index of two at byte \d+ is another variable's/u,
      ['one'],
      ({ view, vdrs: [a = 0, b = 0] }) => view.setBigInt64(b + 28, view.getBigInt64(a + 28)),
    ],
    [
      'a list that ends early',
      /the GDR counts 2 zVariables, their list holds 1/u,
      ['one'],
      ({ view, vdrs }) => view.setBigInt64((vdrs[0] ?? 0) + 12, 0n),
    ],
  ]
  test.each(cases)('%s', (_, reason, left, change) => {
    const file = two()
    change(file)
    expect(() => openCdfSync(file.bytes)).toThrow(reason)
    const rest = openCdfSync(file.bytes, { tolerant: true })
    expect([[...rest.variables.keys()], rest.damage.length]).toEqual([left, 1])
  })
})

describe('versions', () => {
  // Version and release lie at 28 and 32 of a v3 file, at 20 and 24 of an older one.
  const asVersion = (version: number, release: number): Uint8Array => {
    const { bytes, view } = two()
    view.setInt32(28, version)
    view.setInt32(32, release)
    return bytes
  }

  test('that no description covers are refused by name; a magic number of another generation is a contradiction', () => {
    expect(() => openCdfSync(asVersion(1, 9))).toThrow(/CDF version 1\.9\.\d+ is not read; 2\.4 to 3\.9 are/u)
    expect(() => openCdfSync(asVersion(4, 0))).toThrow(/CDF version 4\.0\.\d+ is not read/u)
    expect(() => openCdfSync(asVersion(2, 7))).toThrow(/the magic number is that of CDF 3, the CDR says version 2\.7/u)
  })

  test.skipIf(!sharedIsThere)(`before 2.4 are refused, 2.4 is read${sharedNote}`, () => {
    const name = readdirSync(sharedPath('cdf', 'missions')).find(
      file => file.endsWith('.cdf') && openCdfSync(readFileSync(sharedPath('cdf', 'missions', file))).header.version.startsWith('2.4'),
    )
    const bytes = new Uint8Array(readFileSync(sharedPath('cdf', 'missions', name ?? '')))
    const view = new DataView(bytes.buffer)
    expect([view.getInt32(20), view.getInt32(24)]).toEqual([2, 4])
    for (const release of [0, 1, 2, 3]) {
      view.setInt32(24, release)
      expect(failureOf(() => openCdfSync(bytes))).toMatchObject({ code: 'cdf/unsupported' })
    }
  })
})

test.each([1, 4, 8, 100, 319, 320, 330, 403, 404, 700])('a file cut at byte %i says so', end => {
  const { bytes } = two()
  expect(failureOf(() => openCdfSync(bytes.subarray(0, end)))).toMatchObject({
    code: end < 4 ? 'cdf/not-cdf' : 'cdf/truncated',
    message: expect.stringMatching(end < 4 ? /no CDF/u : new RegExp(`truncated at byte ${end} of \\d+`, 'u')),
  })
})

describe('small files made to cost much', () => {
  test.skipIf(!sharedIsThere)(`what inflates to no CDF is refused before it is inflated${sharedNote}`, () => {
    let inflated = 0
    const inflateRaw = (): Uint8Array => new Uint8Array(inflated++)
    expect(() => openCdfSync(read('bad_ccr_bomb_256MiB.cdf'), { platform: { inflateRaw } })).toThrow(/should start a CDR/u)
    expect(inflated).toBe(0)
  })

  test('records that are not there are filled up to 64 times the file, 16 MiB at least', () => {
    const { bytes, view, vdrs } = two()
    view.setInt32((vdrs[0] ?? 0) + 24, 1_000_000)
    expect(openCdfSync(bytes).variables.get('one')?.readSync().shape).toEqual([1_000_001])
    view.setInt32((vdrs[0] ?? 0) + 24, 10_000_000)
    expect(failureOf(() => openCdfSync(bytes).variables.get('one')?.readSync())).toMatchObject({ code: 'cdf/too-large' })
    expect(
      openCdfSync(bytes, { maxVirtual: 2 ** 28 })
        .variables.get('one')
        ?.readSync().shape,
    ).toEqual([10_000_001])
  })

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
