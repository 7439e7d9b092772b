import { readPackets } from '#formats/ccsds'
import { definition, entry, kind, parameter } from '#test/xtce'
import { expect, test } from 'vitest'
import { compileXtce, decodeColumns, decodePacket, encodePacket, parseXtce } from './index.ts'

/** A mission with one kind, APID 7, that holds one parameter P of the given type. */
const single = (type: string) => compileXtce(parseXtce(definition(type, parameter('P', 'T'), kind('Kind', 7, entry('P')))))
const start = { SEC_HDR_FLG: 0, SRC_SEQ_CTR: 5 }

test('a packet is written and read by the same definition; header fields are filled in', () => {
  const compiled = compileXtce(
    parseXtce(
      definition('', parameter('A', 'U8') + parameter('B', 'I16'), kind('One', 7, entry('A') + entry('B')) + kind('Two', 8, entry('B'))),
    ),
  )
  const bytes = encodePacket(compiled, 'One', { ...start, A: 200, B: -3 })
  expect([...bytes]).toEqual([0, 7, 0xc0, 5, 0, 2, 200, 0xff, 0xfd])
  expect(decodePacket(compiled, bytes)).toMatchObject({
    container: 'One',
    raw: { PKT_APID: 7, SRC_SEQ_CTR: 5, A: 200, B: -3 },
    problems: [],
  })
  const other = encodePacket(compiled, 'Two', { ...start, B: 1 })
  expect(decodePacket(compiled, other).container).toBe('Two')
  expect(() => encodePacket(compiled, 'One', { ...start, A: 1 })).toThrow('One needs a value for B')
  expect(() => encodePacket(compiled, 'One', { ...start, A: 256, B: 0 })).toThrow('cannot hold 256')
  expect(() => encodePacket(compiled, 'Three', {})).toThrow('no container Three')
})

test('a kind that is not known, a short packet and spare octets are problems, not errors', () => {
  const compiled = single('<IntegerParameterType name="T"><IntegerDataEncoding sizeInBits="32"/></IntegerParameterType>')
  const bytes = encodePacket(compiled, 'Kind', { ...start, P: 1 }, { rest: Uint8Array.of(9, 8) })
  expect(decodePacket(compiled, bytes)).toMatchObject({
    rest: Uint8Array.of(9, 8),
    problems: [{ problem: 'spare', container: 'Kind', size: 16 }],
  })
  expect(decodePacket(compiled, bytes.subarray(0, 8)).problems).toEqual([
    { problem: 'short', container: 'Kind', parameter: 'P', need: 32, have: 16 },
  ])
  const strange = Uint8Array.from(bytes)
  strange[1] = 9
  expect(decodePacket(compiled, strange)).toMatchObject({ container: 'Trunk', problems: [{ problem: 'unknown-kind' }] })
})

test('polynomials calibrate, and straight ones go back', () => {
  const compiled =
    single(`<FloatParameterType name="T"><UnitSet><Unit>degC</Unit></UnitSet><IntegerDataEncoding sizeInBits="12"><DefaultCalibrator>
    <PolynomialCalibrator><Term coefficient="-50" exponent="0"/><Term coefficient="0.5" exponent="1"/></PolynomialCalibrator></DefaultCalibrator></IntegerDataEncoding></FloatParameterType>`)
  const bytes = encodePacket(compiled, 'Kind', { ...start, PKT_APID: 7, PKT_LEN: 0, P: 25 }, { values: 'engineering' })
  expect(decodePacket(compiled, bytes)).toMatchObject({ raw: { P: 150 }, engineering: { P: 25 } })
  expect(compiled.definition.types.get('T')).toMatchObject({ unit: 'degC' })
})

test('labels stand for enumerated values in both directions; a value without label stays a number', () => {
  const compiled = single(`<EnumeratedParameterType name="T"><IntegerDataEncoding sizeInBits="8"/><EnumerationList>
    <Enumeration value="1" label="ON"/><Enumeration value="4" maxValue="6" label="SAFE"/></EnumerationList></EnumeratedParameterType>`)
  const read = (P: number | string) => decodePacket(compiled, encodePacket(compiled, 'Kind', { ...start, P })).engineering['P']
  expect([read('ON'), read(1), read(5), read(9)]).toEqual(['ON', 'ON', 'SAFE', 9])
  expect(() => read('OFF')).toThrow('cannot be brought back from OFF')
})

test('columns hold fixed arrays as one typed array', () => {
  const compiled = compileXtce(
    parseXtce(
      definition(
        `<ArrayParameterType name="VECTORS" arrayTypeRef="I16"><DimensionList>
        <Dimension><StartingIndex><FixedValue>0</FixedValue></StartingIndex><EndingIndex><FixedValue>63</FixedValue></EndingIndex></Dimension>
        <Dimension><StartingIndex><FixedValue>0</FixedValue></StartingIndex><EndingIndex><FixedValue>2</FixedValue></EndingIndex></Dimension>
        </DimensionList></ArrayParameterType>`,
        parameter('FLAG', 'U8') + parameter('B', 'VECTORS'),
        kind('Science', 7, entry('FLAG') + entry('B')),
      ),
    ),
  )
  const vectors = (seed: number) => Array.from({ length: 192 }, (_, i) => ((seed * 7919 + i * 331) % 65536) - 32768)
  const stream = [0, 1, 2].map(n => encodePacket(compiled, 'Science', { SEC_HDR_FLG: 1, SRC_SEQ_CTR: n, FLAG: n, B: vectors(n) }))
  const { packets, problems } = readPackets(Uint8Array.from(stream.flatMap(bytes => [...bytes])))
  expect(problems).toEqual([])
  const table = decodeColumns(compiled, 'Science', packets)
  expect(table.columns.get('B')).toMatchObject({ shape: [64, 3], raw: Int16Array.from([0, 1, 2].flatMap(vectors)) })
  expect(table.columns.get('FLAG')?.raw).toEqual(Uint8Array.of(0, 1, 2))
  expect(table.problems).toEqual([])
  expect(decodePacket(compiled, packets[1]!.bytes).raw['B']).toEqual(vectors(1))
})

test('columns of packets that are too short or too long, said once', () => {
  const compiled = compileXtce(
    parseXtce(definition('', parameter('A', 'U8') + parameter('B', 'I16'), kind('One', 7, entry('A') + entry('B')))),
  )
  const whole = encodePacket(compiled, 'One', { ...start, A: 1, B: -2 })
  const long = encodePacket(compiled, 'One', { ...start, A: 3, B: -4 }, { rest: new Uint8Array(2) })
  const table = decodeColumns(
    compiled,
    'One',
    [whole, whole.subarray(0, 8), long, long].map(bytes => ({ bytes })),
  )
  expect(table.problems).toEqual([
    { problem: { problem: 'short', container: 'One', parameter: 'B', need: 16, have: 8 }, first: 1, packets: 1 },
    { problem: { problem: 'spare', container: 'One', size: 16 }, first: 2, packets: 2 },
  ])
  expect(table.columns.get('A')!.raw).toEqual(Uint8Array.of(1, 1, 3, 3))
  expect(table.columns.get('B')!.raw).toEqual(Int16Array.of(-2, 0, -4, -4))
})

test('columns on demand: some fields, raw only, calibrated arrays, labels', () => {
  const curve = '<DefaultCalibrator><PolynomialCalibrator><Term coefficient="0.5" exponent="1"/></PolynomialCalibrator></DefaultCalibrator>'
  const compiled = compileXtce(
    parseXtce(
      definition(
        `<FloatParameterType name="HALF"><IntegerDataEncoding sizeInBits="8">${curve}</IntegerDataEncoding></FloatParameterType>
        <EnumeratedParameterType name="MODE"><IntegerDataEncoding sizeInBits="8"/><EnumerationList><Enumeration value="1" label="ON"/></EnumerationList></EnumeratedParameterType>
        ${['HALF', 'MODE'].map(type => `<ArrayParameterType name="${type}S" arrayTypeRef="${type}"><DimensionList><Dimension><StartingIndex><FixedValue>0</FixedValue></StartingIndex><EndingIndex><FixedValue>1</FixedValue></EndingIndex></Dimension></DimensionList></ArrayParameterType>`).join('')}`,
        parameter('H', 'HALF') + parameter('HS', 'HALFS') + parameter('M', 'MODE') + parameter('MS', 'MODES'),
        kind('One', 7, entry('H') + entry('HS') + entry('M') + entry('MS')),
      ),
    ),
  )
  const packets = [1, 3].map(n => ({ bytes: encodePacket(compiled, 'One', { ...start, H: n, HS: [n, 2 * n], M: n, MS: [n, 1] }) }))
  const { columns } = decodeColumns(compiled, 'One', packets)
  expect(columns.get('H')).toMatchObject({ raw: Uint8Array.of(1, 3), engineering: Float64Array.of(0.5, 1.5) })
  expect(columns.get('HS')).toMatchObject({ shape: [2], raw: Uint8Array.of(1, 2, 3, 6), engineering: Float64Array.of(0.5, 1, 1.5, 3) })
  expect(columns.get('M')).toMatchObject({ raw: Uint8Array.of(1, 3), engineering: ['ON', 3] })
  expect(columns.get('MS')).toMatchObject({
    raw: Uint8Array.of(1, 1, 3, 1),
    engineering: [
      ['ON', 'ON'],
      [3, 'ON'],
    ],
  })
  const some = decodeColumns(compiled, 'One', packets, { only: ['H'], rawOnly: true })
  expect([...some.columns.keys()]).toEqual(['H'])
  expect(some.columns.get('H')!.engineering).toBe(some.columns.get('H')!.raw)
  expect(decodePacket(compiled, packets[1]!.bytes).engineering).toMatchObject({ HS: [1.5, 3], MS: [3, 'ON'] })
  const back = encodePacket(
    compiled,
    'One',
    { ...start, PKT_APID: 7, H: 1.5, HS: [1.5, 3], M: 3, MS: [3, 'ON'] },
    { values: 'engineering' },
  )
  expect(back).toEqual(packets[1]!.bytes)
})
