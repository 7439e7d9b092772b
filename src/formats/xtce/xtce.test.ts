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
  const stream = [0, 1, 2].map(n =>
    encodePacket(compiled, 'Science', { SEC_HDR_FLG: 1, SRC_SEQ_CTR: n, FLAG: n, B: Int16Array.from(vectors(n)) }),
  )
  const { packets, problems } = readPackets(Uint8Array.from(stream.flatMap(bytes => [...bytes])))
  expect(problems).toEqual([])
  const table = decodeColumns(compiled, 'Science', packets)
  expect(table.columns.get('B')).toMatchObject({ shape: [64, 3], raw: Int16Array.from([0, 1, 2].flatMap(vectors)) })
  expect(table.columns.get('FLAG')?.raw).toEqual(Uint8Array.of(0, 1, 2))
  expect(table.problems).toEqual([])
  expect(decodePacket(compiled, packets[1]!.bytes).raw['B']).toEqual(vectors(1))
})
