import { describe, expect, test } from 'vitest'
import { encodeCdf, openCdf, openCdfSync, type CdfType, type Dataset, type DatasetVariable } from './index.ts'
import { typeTable } from './types.ts'

/** Offset of the encoding in the CDR of version 3. */
const ENCODING = 36
/** Offset of the release in the CDR. */
const RELEASE = 32

/** A file with some of its 32-bit fields changed. */
function patched(dataset: Dataset, changes: Readonly<Record<number, number>>): Uint8Array {
  const bytes = encodeCdf(dataset)
  const view = new DataView(bytes.buffer)
  for (const [at, value] of Object.entries(changes)) view.setInt32(Number(at), value)
  return bytes
}

const one = (variable: DatasetVariable): Dataset => ({ attributes: {}, variables: [variable] })

// Three records of which the file holds none: all equal the default pad when written, and the pad itself is not stored.
function unwritten(type: CdfType): Dataset {
  const info = typeTable.find(t => t.name === type)
  const pads = Array.from({ length: type === 'CDF_EPOCH16' ? 6 : 3 }, () => info?.pad ?? 0)
  const values = info?.kind === 'text' ? [' ', ' ', ' '] : (pads as number[])
  return one({ name: 'x', type, sparse: 'pad', pad: null, values })
}

describe('records that are not in the file', () => {
  test.each(typeTable.map(({ name, kind, pad }) => [name, kind, pad] as const))(
    '%s: default pads by version and encoding',
    (type, kind, pad) => {
      const read = (changes: Readonly<Record<number, number>>): unknown[] => {
        const variable = openCdfSync(patched(unwritten(type), changes)).variables.get('x')
        expect([variable?.pad, variable?.records, variable?.extentsSync()]).toEqual([null, 3, []])
        return Array.from(variable?.readSync({ padding: true }).values as unknown as ArrayLike<unknown>)
      }
      const expected = kind === 'text' ? ' ' : type === 'CDF_REAL4' || type === 'CDF_FLOAT' ? Math.fround(Number(pad)) : pad
      for (const encoding of [1, 3, 6, 15]) expect(new Set(read({ [ENCODING]: encoding }))).toEqual(new Set([expected]))
      const old = kind === 'text' ? ' ' : typeof pad === 'bigint' ? 0n : 0
      expect(new Set(read({ [RELEASE]: 4 }))).toEqual(new Set([old]))
    },
  )

  test('previous records go on, also from before the range', () => {
    const values = [1, 1, 2, 2, 2, 3]
    const variable = openCdfSync(encodeCdf(one({ name: 'x', type: 'CDF_INT4', sparse: 'prev', values }))).variables.get('x')
    expect(variable?.extentsSync().map(e => [e.first, e.last])).toEqual([
      [0, 0],
      [2, 2],
      [5, 5],
    ])
    expect(variable?.readSync().values).toEqual(Int32Array.from(values))
    expect(variable?.readSync({ first: 3, count: 2 }).values).toEqual(Int32Array.of(2, 2))
  })

  test('FILLVAL instead, where it is asked for and of the type', () => {
    const sparse = { type: 'CDF_INT4', sparse: 'pad', pad: 7, values: [1, 7, 2, 7] } as const
    const bytes = encodeCdf({
      attributes: {},
      variables: [
        { name: 'x', ...sparse, attributes: { FILLVAL: -9 } },
        { name: 'y', ...sparse, attributes: { FILLVAL: { type: 'CDF_REAL8', value: -9 } } },
        {
          name: 't',
          type: 'CDF_CHAR',
          elements: 3,
          sparse: 'pad',
          pad: 'pad',
          values: ['one', 'pad', 'two'],
          attributes: { FILLVAL: '-' },
        },
      ],
    })
    const read = (virtual: 'pad' | 'fillval'): unknown[] =>
      [...openCdfSync(bytes, { virtual }).variables.values()].map(variable => [...variable.readSync().values])
    expect(read('pad')).toEqual([
      [1, 7, 2, 7],
      [1, 7, 2, 7],
      ['one', 'pad', 'two'],
    ])
    expect(read('fillval')).toEqual([
      [1, -9, 2, -9],
      [1, 7, 2, 7],
      ['one', '-', 'two'],
    ])
  })

  test('more of them than allowed are refused', () => {
    const bytes = encodeCdf(one({ name: 'x', type: 'CDF_REAL8', sparse: 'prev', values: new Float64Array(100_000) }))
    const variable = openCdfSync(bytes, { maxVirtual: 1000 }).variables.get('x')
    expect(() => variable?.readSync()).toThrow(/above the limit of 1000/u)
    expect(variable?.readSync({ count: 10 }).values).toEqual(new Float64Array(10))
  })

  test('compressed values beyond the limit are refused, in parts read', () => {
    const bytes = encodeCdf(one({ name: 'x', type: 'CDF_REAL8', compression: 'rle', values: new Float64Array(100_000) }))
    const variable = openCdfSync(bytes, { maxInflated: 100_000 }).variables.get('x')
    expect(() => variable?.readSync()).toThrow(/read them in parts/u)
    expect(variable?.readSync({ first: 9000, count: 10 }).values).toEqual(new Float64Array(10))
  })

  test('a block listed twice is refused', () => {
    const bytes = encodeCdf(one({ name: 'x', type: 'CDF_REAL8', values: new Float64Array(4000).fill(1) }))
    const cdf = openCdfSync(bytes)
    const [extent] = cdf.variables.get('x')?.extentsSync() ?? []
    // The only VXR: its second entry is made a copy of the first for the next records.
    const at = bytes.length - (extent?.bytes ?? 0) - 12 - 140
    const view = new DataView(bytes.buffer)
    view.setInt32(at + 24, 2)
    view.setInt32(at + 32, 4000)
    view.setInt32(at + 60, 7999)
    view.setBigInt64(at + 28 + 56 + 8, view.getBigInt64(at + 28 + 56))
    view.setInt32(404 + 24, 7999)
    expect(() => openCdfSync(bytes).variables.get('x')?.readSync()).toThrow(/some are listed twice/u)
  })
})

describe('values', () => {
  const matrix = one({ name: 'm', type: 'CDF_INT2', dims: [2, 3], values: [1, 2, 3, 4, 5, 6] })

  test('come in row order, or as the file has them', () => {
    const variable = openCdfSync(encodeCdf(matrix, { majority: 'column' })).variables.get('m')
    expect(variable?.readSync().values).toEqual(Int16Array.of(1, 2, 3, 4, 5, 6))
    expect(variable?.readSync({ order: 'file' }).values).toEqual(Int16Array.of(1, 4, 2, 5, 3, 6))
  })

  test('a Buffer is read like any bytes', async () => {
    const cdf = await openCdf(Buffer.from(encodeCdf(matrix)))
    expect((await cdf.variables.get('m')?.read())?.values).toEqual(Int16Array.of(1, 2, 3, 4, 5, 6))
  })

  test('text is UTF-8, or Latin-1 where it is not', () => {
    const latin = Uint8Array.of(0xb5, 0x54, 0x20)
    const long = 'é'.repeat(9000)
    const cdf = openCdfSync(
      encodeCdf({
        attributes: {
          Unit: { type: 'CDF_CHAR', value: 'µT', elements: 2 },
          Long: long,
          Wide: { type: 'CDF_CHAR', value: 'a', elements: 3 },
        },
        variables: [{ name: 't', type: 'CDF_CHAR', elements: 3, values: latin }],
      }),
    )
    expect(cdf.variables.get('t')?.readSync().values).toEqual(['µT'])
    expect(['Unit', 'Long', 'Wide'].map(name => cdf.attributes.get(name)?.[0]).map(e => [e?.elements, e?.value])).toEqual([
      [2, 'µT'],
      [18_000, long],
      [3, 'a  '],
    ])
  })

  test('Latin-1 of any length', () => {
    const value = 'ÿ'.repeat(20_000)
    const cdf = openCdfSync(encodeCdf({ attributes: { A: { type: 'CDF_CHAR', value, elements: value.length } }, variables: [] }))
    expect(cdf.attributes.get('A')?.[0]?.value).toBe(value)
  })

  test('typed arrays as attributes keep their type', () => {
    const attributes = { A: Float32Array.of(1.5), B: Uint16Array.of(1, 2), C: BigInt64Array.of(-1n) }
    const own = { VALIDMIN: Float64Array.of(0), VALIDMAX: Float64Array.of(9), FILLVAL: new Float64Array(0) }
    const cdf = openCdfSync(encodeCdf({ attributes, variables: [{ name: 'e', type: 'CDF_EPOCH', values: [1], attributes: own }] }))
    expect([...cdf.attributes.values()].flat().map(e => e.type)).toEqual(['CDF_REAL4', 'CDF_UINT2', 'CDF_INT8'])
    // No values at all cannot be stored: a blank stands for them.
    expect([...(cdf.variables.get('e')?.attributes.values() ?? [])].map(e => e.type)).toEqual(['CDF_EPOCH', 'CDF_EPOCH', 'CDF_CHAR'])
    expect(() => encodeCdf({ attributes: { A: { type: 'CDF_INT4', value: 'text' } }, variables: [] })).toThrow(/is text but/u)
    expect(() => encodeCdf({ attributes: { A: { type: 'CDF_CHAR', value: 4 } }, variables: [] })).toThrow(/is no text/u)
    expect(() => encodeCdf(one({ name: 't', type: 'CDF_CHAR', values: [1] }))).toThrow(/text variable is number/u)
  })
})

describe('VAX numbers', () => {
  const words = (bits: bigint): Uint8Array => {
    const bytes = new Uint8Array(8)
    new DataView(bytes.buffer).setBigUint64(0, bits)
    // Words of 16 bits, the first with sign and exponent, each little-endian.
    for (let i = 0; i < 8; i += 2) bytes.subarray(i, i + 2).reverse()
    return bytes
  }
  const asVax = (dataset: Dataset, stored: readonly Uint8Array[]): unknown => {
    const bytes = patched(dataset, { [ENCODING]: 15 })
    const at = openCdfSync(bytes).variables.get('x')?.extentsSync()[0]?.offset ?? 0
    stored.forEach((value, i) => bytes.set(value, at + 12 + 8 * i))
    return openCdfSync(bytes).variables.get('x')?.readSync().values
  }

  test('a sign alone is -0, as NASA reads it', () => {
    expect(asVax(one({ name: 'x', type: 'CDF_REAL8', values: [0, 0] }), [words(1n << 63n), words(0x4010n << 48n)])).toEqual(
      Float64Array.of(-0, 1),
    )
  })

  test('EPOCH16 may be half converted: each of its numbers is looked at', () => {
    const plain = new Uint8Array(Float64Array.of(18_021_928_739).buffer)
    const values = asVax(one({ name: 'x', type: 'CDF_EPOCH16', values: [1, 2, 3, 4] }), [
      words(0x4010n << 48n),
      plain,
      plain,
      words(0x4010n << 48n),
    ])
    expect(values).toEqual(Float64Array.of(1, 18_021_928_739, 18_021_928_739, 1))
  })
})
