import { deflateRawSync, inflateRawSync } from 'node:zlib'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  encodeCdf,
  openCdf,
  openCdfSync,
  openCdfWriter,
  type CdfNumbers,
  type CdfPlatform,
  type CdfSink,
  type CdfType,
  type Dataset,
  type DatasetVariable,
  type EncodeOptions,
  type TypedAttribute,
} from '../index.ts'
import { typeOf, typeTable } from '../types.ts'

const platform: CdfPlatform = {
  inflateRaw: (bytes, _, limit) => inflateRawSync(bytes, { maxOutputLength: Math.max(1, limit) }),
  deflateRaw: (bytes, level) => deflateRawSync(bytes, { level }),
}

const numeric = typeTable.filter(type => type.kind !== 'text').map(type => type.name)

/** Any bytes are values of any numeric type: NaN patterns, infinities and denormals included. */
const numbersOf = (type: CdfType, count: number): fc.Arbitrary<CdfNumbers> => {
  const info = typeOf(type)
  const bytes = count * info.bytes
  return fc.uint8Array({ minLength: bytes, maxLength: bytes }).map(raw => new info.array(raw.slice().buffer, 0, bytes / info.word))
}

const arbitraryCompression = fc.constantFrom(null, 'gzip' as const, 'rle' as const, { type: 'gzip' as const, level: 1 })

const arbitraryVariable = (name: string): fc.Arbitrary<DatasetVariable> =>
  fc
    .record({
      type: fc.constantFrom(...numeric, 'CDF_CHAR' as const, 'CDF_UCHAR' as const),
      dims: fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 3 }),
      recordVarying: fc.boolean(),
      records: fc.integer({ min: 0, max: 40 }),
      elements: fc.integer({ min: 1, max: 6 }),
      compression: arbitraryCompression,
      sparse: fc.constantFrom('none' as const, 'pad' as const, 'prev' as const),
      varies: fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }),
    })
    .chain(({ type, records, recordVarying, dims, varies, elements, ...rest }) => {
      const dimVarys = dims.map((_, i) => varies[i] === true)
      const width = dims.filter((_, i) => dimVarys[i]).reduce((a, b) => a * b, 1)
      const count = (recordVarying ? records : Math.min(records, 1)) * width
      const isText = type === 'CDF_CHAR' || type === 'CDF_UCHAR'
      const values = isText ? fc.uint8Array({ minLength: count * elements, maxLength: count * elements }) : numbersOf(type, count)
      return values.map(given => ({ name, type, dims, dimVarys, recordVarying, elements: isText ? elements : 1, values: given, ...rest }))
    })

const arbitraryText = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }).filter(text => !text.includes('\0'))

const arbitraryAttribute: fc.Arbitrary<TypedAttribute> = fc.oneof(
  arbitraryText.map(value => ({ type: 'CDF_CHAR' as const, value })),
  fc.constantFrom(...numeric).chain(type => fc.integer({ min: 1, max: 3 }).chain(n => numbersOf(type, n).map(value => ({ type, value })))),
)

const arbitraryDataset: fc.Arbitrary<Dataset> = fc
  .record({
    attributes: fc.dictionary(fc.stringMatching(/^[A-Z][a-z_]{0,6}$/u), fc.array(arbitraryAttribute, { maxLength: 3 }), { maxKeys: 3 }),
    names: fc.uniqueArray(fc.stringMatching(/^[a-z]\w{0,8}$/u), { maxLength: 4 }),
    own: fc.dictionary(fc.constantFrom('A1', 'A2', 'A3'), arbitraryAttribute),
  })
  .chain(({ attributes, names, own }) =>
    fc.tuple(...names.map(arbitraryVariable)).map(variables => ({
      attributes,
      variables: variables.map((variable, i) => (i % 2 === 0 ? { ...variable, attributes: own } : variable)),
    })),
  )

const rawBytes = (values: DatasetVariable['values']): number[] => {
  const view = values as CdfNumbers
  return Array.from(new Uint8Array(view.buffer, view.byteOffset, view.byteLength))
}

// Attributes are plain lists: one NaN is as good as another there.
const attributeValue = ({ value }: { value: unknown }): unknown => (typeof value === 'string' ? value : Array.from(value as number[]))

function expectSame(dataset: Dataset, options: EncodeOptions): void {
  const cdf = openCdfSync(encodeCdf(dataset, options), { platform, verify: { checksum: true, crc: true } })
  expect([...cdf.attributes.keys()]).toEqual(Object.keys(dataset.attributes))
  for (const [name, given] of Object.entries(dataset.attributes)) {
    const entries = given as readonly TypedAttribute[]
    expect(cdf.attributes.get(name)?.map(e => [e.entry, e.type])).toEqual(entries.map((e, i) => [i, e.type]))
  }
  expect([...cdf.variables.keys()]).toEqual(dataset.variables.map(v => v.name))
  for (const given of dataset.variables) {
    const found = cdf.variables.get(given.name)
    expect(Array.from(found?.readBytesSync() ?? [])).toEqual(rawBytes(given.values))
    expect([found?.type, found?.declaredDims, found?.dimVarys, found?.recordVarying]).toEqual([
      given.type,
      given.dims,
      given.dimVarys,
      given.recordVarying,
    ])
    for (const [name, attribute] of Object.entries((given.attributes ?? {}) as Record<string, TypedAttribute>)) {
      const entry = found?.attributes.get(name)
      expect([entry?.type, entry === undefined ? null : attributeValue(entry)]).toEqual([attribute.type, attributeValue(attribute)])
    }
  }
}

const field = Float32Array.from({ length: 30_000 }, (_, i) => Math.fround(Math.sin(i / 50)))

describe('writing', () => {
  test('write then read is the identity', () => {
    const options = fc.record({
      majority: fc.constantFrom('row' as const, 'column' as const),
      checksum: fc.boolean(),
      layout: fc.constantFrom('blocks' as const, 'contiguous' as const),
      blockBytes: fc.integer({ min: 8, max: 256 }),
      fileCompression: fc.constantFrom(null, 'gzip' as const, 'rle' as const),
    })
    fc.assert(
      fc.property(arbitraryDataset, options, (dataset, given) => expectSame(dataset, { platform, ...given })),
      { numRuns: 150 },
    )
  })

  test('without a platform gzip is stored, and still reads', () => {
    const dataset: Dataset = { attributes: {}, variables: [{ name: 'x', type: 'CDF_REAL4', values: field, compression: 'gzip' }] }
    const cdf = openCdfSync(encodeCdf(dataset, { checksum: true }), { verify: { checksum: true, crc: true } })
    expect(cdf.variables.get('x')?.readSync().values).toEqual(field)
  })

  test('compressed values lie in blocks of 64 KiB under a tree of at most 7 entries', () => {
    const values = Float32Array.from({ length: 1_000_000 }, (_, i) => i % 100)
    const bytes = encodeCdf({ attributes: {}, variables: [{ name: 'x', type: 'CDF_REAL4', values, compression: 'gzip' }] }, { platform })
    const variable = openCdfSync(bytes, { platform }).variables.get('x')
    const extents = variable?.extentsSync() ?? []
    expect(extents).toHaveLength(Math.ceil(1_000_000 / 16_384))
    expect(extents.every(e => e.compressed && e.last - e.first < 16_384)).toBe(true)
    expect([variable?.blockingFactor, variable?.compression]).toEqual([16_384, { type: 'gzip', level: 6 }])
    expect(variable?.readSync({ first: 999_990, count: 5 }).values).toEqual(Float32Array.of(90, 91, 92, 93, 94))
  })

  test('a block that does not shrink is stored plain', () => {
    const noise = Uint8Array.from({ length: 4096 }, (_, i) => (i * 2_654_435_761) >>> 13)
    const random = noise.map((b, i) => (b * 31 + (noise[(i * 7) % 4096] ?? 0)) & 0xff)
    const bytes = encodeCdf({ attributes: {}, variables: [{ name: 'x', type: 'CDF_UINT1', values: random, compression: 'rle' }] })
    expect(openCdfSync(bytes).variables.get('x')?.readSync().values).toEqual(random)
  })

  test('contiguous layout gives one plain run per variable', () => {
    const bytes = encodeCdf(
      { attributes: {}, variables: [{ name: 'x', type: 'CDF_REAL4', dims: [3], values: field, compression: 'gzip' }] },
      { platform, layout: 'contiguous' },
    )
    const variable = openCdfSync(bytes).variables.get('x')
    expect([variable?.compression, variable?.extentsSync().length, variable?.records]).toEqual([null, 1, 10_000])
  })

  test('strings are padded with blanks, read without', () => {
    const variables: DatasetVariable[] = [
      { name: 'label', type: 'CDF_CHAR', dims: [3], recordVarying: false, values: ['Bx', 'µT', 'long one'] },
    ]
    const label = openCdfSync(encodeCdf({ attributes: {}, variables })).variables.get('label')
    expect(label?.readSync()).toEqual({ type: 'CDF_CHAR', shape: [1, 3], values: ['Bx', 'µT', 'long one'] })
    expect(label?.readSync({ padding: true }).values).toEqual(['Bx      ', 'µT     ', 'long one'])
  })

  test('untyped attributes take sensible types', () => {
    const dataset: Dataset = {
      attributes: { TEXT: ['one', 'two'], Count: 3, Pi: 3.14, Big: 5n, Empty: '' },
      variables: [{ name: 'x', type: 'CDF_INT2', values: [1, 2], attributes: { FILLVAL: -32_768, VALIDMIN: 0, Other: 1.5, List: [1, 2] } }],
    }
    const cdf = openCdfSync(encodeCdf(dataset))
    const types = (name: string) => cdf.attributes.get(name)?.map(({ type, value }) => [type, value])
    expect(types('TEXT')).toEqual([
      ['CDF_CHAR', 'one'],
      ['CDF_CHAR', 'two'],
    ])
    expect([types('Count'), types('Pi'), types('Big')]).toEqual([[['CDF_INT4', [3]]], [['CDF_REAL8', [3.14]]], [['CDF_INT8', [5n]]]])
    // NASA's library takes a file with an entry of no bytes for corrupt.
    expect(types('Empty')).toEqual([['CDF_CHAR', ' ']])
    const own = cdf.variables.get('x')?.attributes
    expect(['FILLVAL', 'VALIDMIN', 'Other', 'List'].map(n => own?.get(n)?.type)).toEqual(['CDF_INT2', 'CDF_INT2', 'CDF_REAL8', 'CDF_INT4'])
  })

  const x = (more: Partial<DatasetVariable>): Dataset => ({
    attributes: {},
    variables: [{ name: 'x', type: 'CDF_INT2', values: [1], ...more }],
  })
  test.each<[string, Dataset, RegExp]>([
    ['an empty name', x({ name: ' ' }), /no name/u],
    ['a name of 257 bytes', x({ name: 'n'.repeat(257) }), /257 bytes/u],
    ['two variables of one name', { attributes: {}, variables: [...x({}).variables, ...x({}).variables] }, /two variables are called x/u],
    ['values that are no whole records', x({ dims: [2], values: [1, 2, 3] }), /no whole number of records/u],
    ['a number out of range', x({ values: [40_000] }), /40000 is no CDF_INT2/u],
    ['numbers for 64-bit integers', x({ type: 'CDF_INT8', values: [1] }), /not a bigint/u],
    ['eleven dimensions', x({ dims: Array.from({ length: 11 }, () => 1) }), /allows 10/u],
    ['a dimension of 0', x({ dims: [0] }), /dimension of size 0/u],
    ['text that is too long', x({ type: 'CDF_CHAR', elements: 2, values: ['abc'] }), /3 bytes long/u],
    ['two records where none vary', x({ recordVarying: false, values: [1, 2] }), /does not vary by record/u],
    ['a Huffman code', x({ compression: { type: 'huffman', level: 0 } }), /is read but not written/u],
    ['gzip level 10', x({ compression: { type: 'gzip', level: 10 } }), /level 10/u],
    ['a pad of two values', x({ pad: [1, 2] }), /pad value/u],
    ['variances of another length', x({ dims: [2], dimVarys: [], values: [1, 2] }), /variances/u],
    ['one attribute name for file and variable', { ...x({ attributes: { A: 1 } }), attributes: { A: 1 } }, /two attributes/u],
    [
      'two entries of one number',
      {
        ...x({}),
        attributes: {
          A: [
            { type: 'CDF_CHAR', value: 'a', entry: 1 },
            { type: 'CDF_CHAR', value: 'b', entry: 1 },
          ],
        },
      },
      /two entries numbered 1/u,
    ],
  ])('refuses %s', (_, dataset, message) => {
    expect(() => encodeCdf(dataset)).toThrow(message)
  })
})

/** A sink that keeps what it is given, and how much at most it got at once. */
function memorySink(): CdfSink & { bytes(): Uint8Array } {
  let held = new Uint8Array(0)
  return {
    write: (bytes, position) => {
      if (position + bytes.length > held.length) {
        const grown = new Uint8Array(position + bytes.length)
        grown.set(held)
        held = grown
      }
      held.set(bytes, position)
    },
    read: (start, end) => held.slice(start, end),
    bytes: () => held,
  }
}

describe('streaming', () => {
  const description = {
    attributes: { TITLE: 'streamed' },
    variables: [
      { name: 'Epoch', type: 'CDF_TIME_TT2000' },
      { name: 'B', type: 'CDF_REAL4', dims: [3], compression: 'gzip' },
      { name: 'label', type: 'CDF_CHAR', elements: 2, dims: [3], recordVarying: false },
    ],
  } as const

  test('chunks of any size give the file that one write gives', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 900 }), { maxLength: 8 }), fc.boolean(), async (chunks, checksum) => {
        const sink = memorySink()
        const writer = openCdfWriter(sink, description, { platform, checksum, blockBytes: 4096 })
        await writer.append('label', ['x', 'y', 'z'])
        let at = 0
        for (const n of chunks) {
          await writer.append(
            'Epoch',
            BigInt64Array.from({ length: n }, (_, i) => BigInt(at + i)),
          )
          await writer.append('B', field.subarray(3 * at, 3 * (at + n)))
          at += n
        }
        expect(await writer.finish()).toBe(sink.bytes().length)
        const cdf = await openCdf(sink.bytes(), { platform, verify: { checksum: true } })
        expect((await cdf.variables.get('Epoch')?.read())?.values).toEqual(BigInt64Array.from({ length: at }, (_, i) => BigInt(i)))
        expect((await cdf.variables.get('B')?.read())?.values).toEqual(field.slice(0, 3 * at))
        expect((await cdf.variables.get('label')?.read())?.values).toEqual(['x', 'y', 'z'])
      }),
      { numRuns: 25 },
    )
  })

  test('chunks of one plain variable in a row make one run', async () => {
    const sink = memorySink()
    const writer = openCdfWriter(sink, { attributes: {}, variables: [{ name: 't', type: 'CDF_INT8' }] })
    for (let i = 0n; i < 20n; i++) await writer.append('t', [i])
    await writer.finish()
    const variable = openCdfSync(sink.bytes()).variables.get('t')
    expect(variable?.extentsSync()).toMatchObject([{ first: 0, last: 19, bytes: 160 }])
    expect(Array.from(variable?.readSync().values as BigInt64Array)).toEqual(Array.from({ length: 20 }, (_, i) => BigInt(i)))
  })

  test('refuses what it cannot do', async () => {
    const sink = memorySink()
    const writer = openCdfWriter(sink, description, { platform })
    await expect(writer.append('nothing', [1])).rejects.toThrow(/no variable nothing/u)
    await writer.append('label', ['x', 'y', 'z'])
    await expect(writer.append('label', ['x', 'y', 'z'])).rejects.toThrow(/takes one/u)
    await writer.finish()
    await expect(writer.append('Epoch', [1n])).rejects.toThrow(/finished/u)
    expect(() => openCdfWriter(sink, description, { fileCompression: 'gzip' })).toThrow(/as a whole/u)
    expect(() => openCdfWriter({ write: (bytes, at) => sink.write(bytes, at) }, description, { checksum: true })).toThrow(/read back/u)
    expect(() => openCdfWriter(sink, { attributes: {}, variables: [{ name: 's', type: 'CDF_CHAR' }] })).toThrow(/elements/u)
  })
})
