import { definition, entry, kind, parameter } from '#test/xtce'
import { describe, expect, test } from 'vitest'
import type { EncodeOptions, Value, Values } from './index.ts'
import { alarmLevel, compileIdentify, compileXtce, decodeColumns, decodePacket, encodePacket, parseXtce } from './index.ts'

const header = { SEC_HDR_FLG: 0, SRC_SEQ_CTR: 5 }

/** A definition with one kind of packet that holds the given entries. */
const mission = (types: string, parameters: string, entries: string) =>
  compileXtce(parseXtce(definition(types, parameters, kind('Kind', 7, entries))))
const single = (type: string) => mission(type, parameter('P', 'T'), entry('P'))

/** Writes values, reads them back; also the octets behind the primary header. Both ways must agree, also through columns. */
function roundTrip(compiled: ReturnType<typeof mission>, values: Values, options?: EncodeOptions) {
  const bytes = encodePacket(compiled, 'Kind', { ...header, ...values }, options)
  const decoded = decodePacket(compiled, bytes)
  expect(decoded).toMatchObject({ container: 'Kind', problems: [] })
  expect(encodePacket(compiled, 'Kind', decoded.raw)).toEqual(bytes)
  const { columns } = decodeColumns(compiled, 'Kind', [{ bytes }])
  for (const [name, value] of Object.entries(decoded.raw)) {
    const column = columns.get(name)!
    // A typed array of integers knows no negative zero.
    const plain = (one: Value | undefined) => (typeof one === 'number' ? one + 0 : one)
    if (typeof value === 'number' || typeof value === 'bigint') expect(column.raw[0]).toBe(plain(value))
    if (column.shape.length === 0) expect(column.engineering[0]).toEqual(plain(decoded.engineering[name]))
  }
  return { octets: [...bytes.subarray(6)], raw: decoded.raw, engineering: decoded.engineering }
}

const integer = (attributes: string) => single(`<IntegerParameterType name="T"><IntegerDataEncoding ${attributes}/></IntegerParameterType>`)
const float = (attributes: string) => single(`<FloatParameterType name="T"><FloatDataEncoding ${attributes}/></FloatParameterType>`)

describe('integers', () => {
  test.each([
    ['sizeInBits="8" encoding="unsigned"', 255, [255]],
    ['sizeInBits="8" encoding="twosComplement"', -128, [128]],
    ['sizeInBits="8" encoding="onesComplement"', -127, [128]],
    ['sizeInBits="8" encoding="onesComplement"', -0, [255]],
    ['sizeInBits="8" encoding="signMagnitude"', -127, [255]],
    ['sizeInBits="8" encoding="signMagnitude"', -0, [128]],
    ['sizeInBits="16" encoding="BCD"', 42, [4, 2]],
    ['sizeInBits="16" encoding="packedBCD"', 9876, [0x98, 0x76]],
    ['sizeInBits="24" encoding="unsigned" byteOrder="leastSignificantByteFirst"', 0x010203, [3, 2, 1]],
    ['sizeInBits="32" encoding="unsigned" byteOrder="2,3,0,1"', 0x01020304, [2, 1, 4, 3]],
    ['sizeInBits="8" encoding="unsigned" bitOrder="leastSignificantBitFirst"', 1, [128]],
    ['sizeInBits="16" encoding="twosComplement" byteOrder="leastSignificantByteFirst"', -2, [0xfe, 0xff]],
    ['sizeInBits="48" encoding="unsigned"', 0x0102_0304_0506, [1, 2, 3, 4, 5, 6]],
    ['sizeInBits="40" encoding="twosComplement"', -1, [255, 255, 255, 255, 255]],
    ['sizeInBits="64" encoding="unsigned"', 0xffff_ffff_ffff_ffffn, [255, 255, 255, 255, 255, 255, 255, 255]],
    ['sizeInBits="64" encoding="twosComplement" byteOrder="leastSignificantByteFirst"', -2n, [254, 255, 255, 255, 255, 255, 255, 255]],
    ['sizeInBits="24" encoding="twosComplement"', -3, [255, 255, 253]],
  ])('%s holds %s', (attributes, value, octets) => {
    const found = roundTrip(integer(attributes), { P: value })
    expect(found.octets).toEqual(octets)
    expect(found.raw['P']).toBe(value)
  })

  test.each([
    ['sizeInBits="8"', 256],
    ['sizeInBits="8"', -1],
    ['sizeInBits="8"', 1.5],
    ['sizeInBits="8" encoding="twosComplement"', 128],
    ['sizeInBits="8" encoding="signMagnitude"', -128],
    ['sizeInBits="16" encoding="BCD"', 100],
    ['sizeInBits="64"', 1n << 64n],
  ])('%s does not hold %s', (attributes, value) => {
    expect(() => encodePacket(integer(attributes), 'Kind', { ...header, P: value })).toThrow('cannot hold')
  })

  test('bits that do not lie on octets', () => {
    const compiled = mission(
      '<IntegerParameterType name="U3"><IntegerDataEncoding sizeInBits="3"/></IntegerParameterType><IntegerParameterType name="U33"><IntegerDataEncoding sizeInBits="33"/></IntegerParameterType><BinaryParameterType name="B12"><BinaryDataEncoding><SizeInBits><FixedValue>12</FixedValue></SizeInBits></BinaryDataEncoding></BinaryParameterType>',
      parameter('A', 'U3') + parameter('B', 'U33') + parameter('C', 'B12'),
      entry('A') + entry('B') + entry('C'),
    )
    const { octets } = roundTrip(compiled, { A: 5, B: 0x1_0000_0001, C: Uint8Array.of(0xab, 0xc0) })
    expect(octets).toEqual([0b10110000, 0, 0, 0, 0b00011010, 0b10111100])
  })
})

describe('floats', () => {
  test.each([
    ['sizeInBits="32"', -1.5, [0xbf, 0xc0, 0, 0]],
    ['sizeInBits="64"', Math.PI, [0x40, 0x09, 0x21, 0xfb, 0x54, 0x44, 0x2d, 0x18]],
    ['sizeInBits="16"', 1.5, [0x3e, 0]],
    ['sizeInBits="16"', -65504, [0xfb, 0xff]],
    ['sizeInBits="16"', 2 ** -24, [0, 1]],
    ['sizeInBits="16"', -Infinity, [0xfc, 0]],
    ['sizeInBits="32" byteOrder="leastSignificantByteFirst"', 1, [0, 0, 0x80, 0x3f]],
    ['sizeInBits="32" encoding="IEEE754_1985"', 1, [0x3f, 0x80, 0, 0]],
    // The examples of MIL-STD-1750A.
    ['sizeInBits="32" encoding="MILSTD_1750A"', 0.5 * 2 ** 127, [0x40, 0, 0, 0x7f]],
    ['sizeInBits="32" encoding="MILSTD_1750A"', -1, [0x80, 0, 0, 0]],
    ['sizeInBits="32" encoding="MILSTD_1750A"', 0.625 * 2 ** 4, [0x50, 0, 0, 4]],
    ['sizeInBits="32" encoding="MILSTD_1750A"', 0, [0, 0, 0, 0]],
    ['sizeInBits="48" encoding="MILSTD_1750A"', -0.75 * 2 ** -1, [0xa0, 0, 0, 0xff, 0, 0]],
  ])('%s holds %s', (attributes, value, octets) => {
    const found = roundTrip(float(attributes), { P: value })
    expect(found.octets).toEqual(octets)
    expect(found.raw['P']).toBe(value)
  })
  test('a half rounds to even, and what is not a number stays so', () => {
    const write = (P: number) => [...encodePacket(float('sizeInBits="16"'), 'Kind', { ...header, P }).subarray(6)]
    expect([write(2049), write(2051), write(65520), write(0), write(Number.NaN)]).toEqual([
      [0x68, 0],
      [0x68, 2],
      [0x7c, 0],
      [0, 0],
      [0x7e, 0],
    ])
    expect(decodePacket(float('sizeInBits="16"'), Uint8Array.of(0, 7, 0xc0, 0, 0, 1, 0x7e, 1)).raw['P']).toBeNaN()
  })
})

describe('strings', () => {
  const string = (inside: string, encoding = 'UTF-8') =>
    single(`<StringParameterType name="T"><StringDataEncoding encoding="${encoding}">${inside}</StringDataEncoding></StringParameterType>`)
  const box = (bits: number, more = '') => `<SizeInBits><Fixed><FixedValue>${bits}</FixedValue></Fixed>${more}</SizeInBits>`
  test.each([
    ['a fixed box', box(32), 'UTF-8', 'abcd', [97, 98, 99, 100]],
    ['a box with terminator', box(40, '<TerminationChar>00</TerminationChar>'), 'UTF-8', 'abc', [97, 98, 99, 0, 0]],
    ['a full box with terminator', box(24, '<TerminationChar>00</TerminationChar>'), 'UTF-8', 'abc', [97, 98, 99]],
    ['a terminator alone', '<SizeInBits><TerminationChar>0A</TerminationChar></SizeInBits>', 'UTF-8', 'ab', [97, 98, 10]],
    ['a leading size', '<Variable maxSizeInBits="800"><LeadingSize sizeInBitsOfSizeTag="8"/></Variable>', 'UTF-8', 'ab', [16, 97, 98]],
    ['Latin', box(16), 'ISO-8859-1', 'é!', [0xe9, 33]],
    ['UTF-16', box(32), 'UTF-16BE', 'é!', [0, 0xe9, 0, 33]],
    ['UTF-16 little', box(32), 'UTF-16LE', 'é!', [0xe9, 0, 33, 0]],
  ])('%s', (_, inside, encoding, text, octets) => {
    const found = roundTrip(string(inside, encoding), { P: text })
    expect(found.octets).toEqual(octets)
    expect(found.engineering['P']).toBe(text)
  })
  test('a text that is too long for its box is refused', () => {
    expect(() => encodePacket(string(box(16)), 'Kind', { ...header, P: 'abc' })).toThrow('it takes 24 bits, the field has 16')
    expect(() => encodePacket(string(box(16)), 'Kind', { ...header, P: Uint8Array.of(1) })).toThrow('it holds 16 bits, not 8')
  })
  test('a number spelt in text is a number', () => {
    const compiled = single(`<IntegerParameterType name="T"><StringDataEncoding>${box(32)}</StringDataEncoding></IntegerParameterType>`)
    expect(roundTrip(compiled, { P: '0042' }).engineering['P']).toBe(42)
  })
  test('without its terminator a text goes to the end of the packet', () => {
    const compiled = string('<SizeInBits><TerminationChar>00</TerminationChar></SizeInBits>')
    const bytes = Uint8Array.of(0, 7, 0xc0, 0, 0, 1, 97, 98)
    expect(decodePacket(compiled, bytes)).toMatchObject({ engineering: { P: 'ab' }, problems: [] })
  })
})

describe('octets', () => {
  const binary = (size: string) =>
    mission(
      `<BinaryParameterType name="T"><BinaryDataEncoding><SizeInBits>${size}</SizeInBits></BinaryDataEncoding></BinaryParameterType>`,
      parameter('N', 'U8') + parameter('P', 'T'),
      entry('N') + entry('P'),
    )
  const dynamic = binary(
    '<DynamicValue><ParameterInstanceRef parameterRef="N"/><LinearAdjustment slope="8" intercept="-8"/></DynamicValue>',
  )
  test('of a size that another parameter gives', () => {
    expect(roundTrip(dynamic, { N: 3, P: Uint8Array.of(1, 2) }).octets).toEqual([3, 1, 2])
  })
  test('of a size from a table of conditions', () => {
    const lookup = binary(
      '<DiscreteLookupList><DiscreteLookup value="8"><Comparison parameterRef="N" value="1"/></DiscreteLookup><DiscreteLookup value="16"><ComparisonList><Comparison parameterRef="N" comparisonOperator="&gt;" value="1"/></ComparisonList></DiscreteLookup></DiscreteLookupList>',
    )
    expect(roundTrip(lookup, { N: 1, P: Uint8Array.of(9) }).octets).toEqual([1, 9])
    expect(roundTrip(lookup, { N: 5, P: Uint8Array.of(9, 8) }).octets).toEqual([5, 9, 8])
    expect(decodePacket(lookup, Uint8Array.of(0, 7, 0xc0, 0, 0, 1, 0, 0)).problems).toMatchObject([{ problem: 'bad-size', parameter: 'P' }])
  })
  test('a size below nothing, or behind the end, is a problem', () => {
    expect(decodePacket(dynamic, Uint8Array.of(0, 7, 0xc0, 0, 0, 1, 0, 0))).toMatchObject({
      raw: { N: 0 },
      problems: [{ problem: 'bad-size', parameter: 'P' }],
    })
    expect(decodePacket(dynamic, Uint8Array.of(0, 7, 0xc0, 0, 0, 1, 9, 0)).problems).toMatchObject([
      { problem: 'short', parameter: 'P', need: 64, have: 8 },
    ])
  })
  test('what is no octets, or of the wrong size, is refused', () => {
    const fixed = binary('<FixedValue>16</FixedValue>')
    expect(() => encodePacket(fixed, 'Kind', { ...header, N: 1, P: 4 })).toThrow('it holds octets')
    expect(() => encodePacket(fixed, 'Kind', { ...header, N: 1, P: Uint8Array.of(1) })).toThrow('it holds 16 bits, not 8')
  })
})

test('booleans, absolute and relative times', () => {
  const compiled = mission(
    `<BooleanParameterType name="BOOL" oneStringValue="ON" zeroStringValue="OFF"><IntegerDataEncoding sizeInBits="8"/></BooleanParameterType>
    <AbsoluteTimeParameterType name="TIME"><Encoding units="seconds" scale="0.0000152587890625" offset="100"><IntegerDataEncoding sizeInBits="48"/></Encoding><ReferenceTime><Epoch>2010-01-01T00:00:00</Epoch></ReferenceTime></AbsoluteTimeParameterType>
    <RelativeTimeParameterType name="SPAN"><Encoding units="seconds"><FloatDataEncoding sizeInBits="32"/></Encoding></RelativeTimeParameterType>`,
    parameter('B', 'BOOL') + parameter('T', 'TIME') + parameter('S', 'SPAN'),
    entry('B') + entry('T') + entry('S'),
  )
  const { raw, engineering } = roundTrip(compiled, { B: true, T: 2.5 * 65536, S: 0.5 })
  expect([raw['B'], engineering['B'], engineering['T'], engineering['S']]).toEqual([1, 'ON', 102.5, 0.5])
  expect(compiled.definition.types.get('TIME')).toMatchObject({ kind: 'absoluteTime', epoch: '2010-01-01T00:00:00', timeUnit: 'seconds' })
  const values = { ...raw, B: 'OFF', T: 102.5 }
  expect(roundTrip(compiled, values, { values: 'engineering' }).raw).toMatchObject({ B: 0, T: 2.5 * 65536 })
})

const pair = `<AggregateParameterType name="PAIR"><MemberList><Member name="x" typeRef="U8"/><Member name="y" typeRef="I16"/></MemberList></AggregateParameterType>`
const dimension = (last: string) =>
  `<DimensionList><Dimension><StartingIndex><FixedValue>0</FixedValue></StartingIndex><EndingIndex>${last}</EndingIndex></Dimension></DimensionList>`
const counted = '<DynamicValue><ParameterInstanceRef parameterRef="N"/><LinearAdjustment intercept="-1"/></DynamicValue>'

test('aggregates, arrays of them, and sizes by a member', () => {
  const compiled = mission(
    `${pair}<ArrayParameterType name="PAIRS" arrayTypeRef="PAIR">${dimension('<FixedValue>1</FixedValue>')}</ArrayParameterType>
    <BinaryParameterType name="T"><BinaryDataEncoding><SizeInBits><DynamicValue><ParameterInstanceRef parameterRef="A/x"/></DynamicValue></SizeInBits></BinaryDataEncoding></BinaryParameterType>`,
    parameter('A', 'PAIR') + parameter('L', 'PAIRS') + parameter('P', 'T'),
    entry('A') + entry('L') + entry('P'),
  )
  const L = [
    { x: 1, y: -1 },
    { x: 2, y: -2 },
  ]
  const { octets, raw } = roundTrip(compiled, { A: { x: 8, y: 3 }, L, P: Uint8Array.of(77) })
  expect(octets).toEqual([8, 0, 3, 1, 255, 255, 2, 255, 254, 77])
  expect(raw).toMatchObject({ L, A: { x: 8 } })
  expect(() => encodePacket(compiled, 'Kind', { ...header, A: { x: 8 }, L, P: Uint8Array.of(77) })).toThrow('member y is absent')
})

test('arrays whose size a parameter gives, at the type or at the entry', () => {
  const compiled = mission(
    `<ArrayParameterType name="LIST" arrayTypeRef="I16">${dimension(counted)}</ArrayParameterType><ArrayParameterType name="OPEN" arrayTypeRef="U8" numberOfDimensions="1"/>`,
    parameter('N', 'U8') + parameter('L', 'LIST') + parameter('M', 'OPEN'),
    `${entry('N')}${entry('L')}<ArrayParameterRefEntry parameterRef="M">${dimension('<FixedValue>2</FixedValue>')}</ArrayParameterRefEntry>`,
  )
  expect(roundTrip(compiled, { N: 2, L: [5, -5], M: [1, 2, 3] }).octets).toEqual([2, 0, 5, 255, 251, 1, 2, 3])
  expect(decodePacket(compiled, Uint8Array.of(0, 7, 0xc0, 0, 0, 1, 200, 0)).problems).toMatchObject([{ problem: 'short', parameter: 'L' }])
  expect(() => encodePacket(compiled, 'Kind', { ...header, N: 2, L: 7, M: [1, 2, 3] })).toThrow('it holds a list')
  expect(() => encodePacket(compiled, 'Kind', { ...header, N: 2, L: [1, 1], M: [1] })).toThrow('it holds 3 elements')
})

test('entries by condition, repeated, placed, and twice', () => {
  const include = '<IncludeCondition><Comparison parameterRef="N" comparisonOperator="&gt;=" value="2"/></IncludeCondition>'
  const repeat =
    '<RepeatEntry><Count><DynamicValue><ParameterInstanceRef parameterRef="N"/></DynamicValue></Count><Offset><FixedValue>8</FixedValue></Offset></RepeatEntry>'
  const compiled = mission(
    '',
    parameter('N', 'U8') + parameter('A', 'U8') + parameter('B', 'I16') + parameter('C', 'U8') + parameter('D', 'U8'),
    `${entry('N')}<ParameterRefEntry parameterRef="A">${include}</ParameterRefEntry><ParameterRefEntry parameterRef="C">${repeat}</ParameterRefEntry>
    <ParameterRefEntry parameterRef="B"><LocationInContainerInBits referenceLocation="previousEntry"><FixedValue>8</FixedValue></LocationInContainerInBits></ParameterRefEntry>${entry('D')}${entry('D')}`,
  )
  expect(roundTrip(compiled, { N: 2, A: 7, C: [1, 2], B: -1, D: 3, 'D#2': 4 }).octets).toEqual([2, 7, 1, 0, 2, 0, 255, 255, 3, 4])
  const short = roundTrip(compiled, { N: 1, C: [1], B: -1, D: 3, 'D#2': 4 })
  expect(short.octets).toEqual([1, 1, 0, 255, 255, 3, 4])
  expect(short.raw).not.toHaveProperty('A')
})

test('places counted from the start of the container', () => {
  const at = (name: string, bits: number) =>
    `<ParameterRefEntry parameterRef="${name}"><LocationInContainerInBits referenceLocation="containerStart"><FixedValue>${bits}</FixedValue></LocationInContainerInBits></ParameterRefEntry>`
  const compiled = mission('', parameter('A', 'U8') + parameter('B', 'U8'), at('A', 64) + at('B', 48))
  expect(roundTrip(compiled, { A: 1, B: 2 }).octets.slice(0, 3)).toEqual([2, 0, 1])
})

test('containers within containers: as they are, repeated, and by condition', () => {
  const inner =
    '<SequenceContainer name="Inner"><EntryList><ParameterRefEntry parameterRef="A"/><ParameterRefEntry parameterRef="B"/></EntryList></SequenceContainer>'
  const ref = (more = '') => `<ContainerRefEntry containerRef="Inner">${more}</ContainerRefEntry>`
  const parse = (entries: string) =>
    compileXtce(
      parseXtce(definition('', parameter('N', 'U8') + parameter('A', 'U8') + parameter('B', 'I16'), inner + kind('Kind', 7, entries))),
    )
  expect(roundTrip(parse(entry('N') + ref()), { N: 1, A: 2, B: 3 }).octets).toEqual([1, 2, 0, 3])
  const repeated = parse(
    entry('N') + ref('<RepeatEntry><Count><DynamicValue><ParameterInstanceRef parameterRef="N"/></DynamicValue></Count></RepeatEntry>'),
  )
  const Inner = [
    { A: 1, B: 2 },
    { A: 3, B: -4 },
  ]
  expect(roundTrip(repeated, { N: 2, Inner }).octets).toEqual([2, 1, 0, 2, 3, 255, 252])
  const conditional = parse(entry('N') + ref('<IncludeCondition><Comparison parameterRef="N" value="1"/></IncludeCondition>'))
  expect(roundTrip(conditional, { N: 0 }).octets).toEqual([0])
  expect(roundTrip(conditional, { N: 1, Inner: { A: 1, B: 2 } }).octets).toEqual([1, 1, 0, 2])
})

describe('calibration', () => {
  const calibrated = (inside: string) =>
    single(`<FloatParameterType name="T"><IntegerDataEncoding sizeInBits="8">${inside}</IntegerDataEncoding></FloatParameterType>`)
  const engineering = (compiled: ReturnType<typeof mission>, P: Value) => roundTrip(compiled, { P }).engineering['P']
  const points = '<SplinePoint raw="10" calibrated="100"/><SplinePoint raw="20" calibrated="300"/><SplinePoint raw="30" calibrated="310"/>'

  test('a polynomial of any order', () => {
    const compiled = calibrated(
      '<DefaultCalibrator><PolynomialCalibrator><Term coefficient="1" exponent="0"/><Term coefficient="2" exponent="2"/></PolynomialCalibrator></DefaultCalibrator>',
    )
    expect(engineering(compiled, 3)).toBe(19)
    expect(() => encodePacket(compiled, 'Kind', { ...header, P: 19 }, { values: 'engineering' })).toThrow(
      'P cannot be brought back from 19',
    )
  })
  test('a spline between its points, and outside them only when it says so', () => {
    const plain = calibrated(`<DefaultCalibrator><SplineCalibrator>${points}</SplineCalibrator></DefaultCalibrator>`)
    expect([10, 15, 20, 25, 30].map(P => engineering(plain, P))).toEqual([100, 200, 300, 305, 310])
    expect([engineering(plain, 9), engineering(plain, 31)]).toEqual([Number.NaN, Number.NaN])
    const further = calibrated(`<DefaultCalibrator><SplineCalibrator extrapolate="true">${points}</SplineCalibrator></DefaultCalibrator>`)
    expect([engineering(further, 0), engineering(further, 40)]).toEqual([-100, 320])
    const steps = calibrated(
      `<DefaultCalibrator><SplineCalibrator order="0" extrapolate="true">${points}</SplineCalibrator></DefaultCalibrator>`,
    )
    expect([0, 10, 19, 20, 200].map(P => engineering(steps, P))).toEqual([100, 100, 100, 300, 310])
    expect(roundTrip(plain, { ...header, PKT_APID: 7, PKT_LEN: 0, P: 305 }, { values: 'engineering' }).raw['P']).toBe(25)
  })
  test('by context, else the default', () => {
    const line = (slope: number) => `<PolynomialCalibrator><Term coefficient="${slope}" exponent="1"/></PolynomialCalibrator>`
    const compiled = mission(
      `<FloatParameterType name="T"><IntegerDataEncoding sizeInBits="8"><DefaultCalibrator>${line(2)}</DefaultCalibrator><ContextCalibratorList><ContextCalibrator>
      <ContextMatch><Comparison parameterRef="N" value="1"/></ContextMatch><Calibrator>${line(10)}</Calibrator></ContextCalibrator></ContextCalibratorList></IntegerDataEncoding></FloatParameterType>`,
      parameter('N', 'U8') + parameter('P', 'T'),
      entry('N') + entry('P'),
    )
    expect(roundTrip(compiled, { N: 1, P: 3 }).engineering['P']).toBe(30)
    expect(roundTrip(compiled, { N: 0, P: 3 }).engineering['P']).toBe(6)
  })
})

describe('which kind a packet is', () => {
  const heir = (name: string, criteria: string, base = 'Trunk') =>
    `<SequenceContainer name="${name}"><EntryList><ParameterRefEntry parameterRef="A"/></EntryList><BaseContainer containerRef="${base}"><RestrictionCriteria>${criteria}</RestrictionCriteria></BaseContainer></SequenceContainer>`
  const condition = (operator: string, value: string) =>
    `<Condition><ParameterInstanceRef parameterRef="PKT_APID"/><ComparisonOperator>${operator}</ComparisonOperator><Value>${value}</Value></Condition>`
  const containerOf = (containers: string, apid: number) =>
    decodePacket(compileXtce(parseXtce(definition('', parameter('A', 'U8'), containers))), Uint8Array.of(0, apid, 0xc0, 0, 0, 0, 1))
      .container
  test('by conditions joined with and, with or, and within each other', () => {
    const either = heir(
      'Either',
      `<BooleanExpression><ORedConditions>${condition('==', '3')}${condition('==', '4')}</ORedConditions></BooleanExpression>`,
    )
    const both = heir(
      'Both',
      `<BooleanExpression><ANDedConditions>${condition('gt', '4')}${condition('!=', '9')}</ANDedConditions></BooleanExpression>`,
    )
    expect([3, 4, 5, 9, 2].map(apid => containerOf(either + both, apid))).toEqual(['Either', 'Either', 'Both', 'Trunk', 'Trunk'])
  })
  test('by two parameters compared', () => {
    const same = heir(
      'Same',
      '<BooleanExpression><Condition><ParameterInstanceRef parameterRef="PKT_APID"/><ComparisonOperator>==</ComparisonOperator><ParameterInstanceRef parameterRef="PKT_LEN"/></Condition></BooleanExpression>',
    )
    expect([0, 1].map(apid => containerOf(same, apid))).toEqual(['Same', 'Trunk'])
  })
  test('by a parameter of changing place', () => {
    const sized =
      '<BinaryParameterType name="T"><BinaryDataEncoding><SizeInBits><DynamicValue><ParameterInstanceRef parameterRef="N"/><LinearAdjustment slope="8"/></DynamicValue></SizeInBits></BinaryDataEncoding></BinaryParameterType>'
    const list = kind('List', 7, entry('N') + entry('P') + entry('A'))
    const compiled = compileXtce(
      parseXtce(
        definition(
          sized,
          parameter('N', 'U8') + parameter('P', 'T') + parameter('A', 'U8') + parameter('B', 'U8'),
          list + heir('Nine', '<Comparison parameterRef="A" value="9"/>', 'List').replace('"A"/></E', '"B"/></E'),
        ),
      ),
    )
    const identify = compileIdentify(compiled)
    expect([
      identify(Uint8Array.of(0, 7, 0xc0, 0, 0, 3, 1, 0, 9, 1)),
      identify(Uint8Array.of(0, 7, 0xc0, 0, 0, 1, 0, 8)),
      identify(Uint8Array.of(0, 8, 0xc0, 0, 0, 1, 0, 8)),
    ]).toEqual(['Nine', 'List', undefined])
  })
  test('an heir without criteria comes last', () => {
    const rest = '<SequenceContainer name="Rest"><EntryList/><BaseContainer containerRef="Trunk"/></SequenceContainer>'
    expect([3, 4].map(apid => containerOf(rest + heir('Three', '<Comparison parameterRef="PKT_APID" value="3"/>'), apid))).toEqual([
      'Three',
      'Rest',
    ])
  })
})

test('systems within systems: names are looked for from the inside out, absolute ones from the root', () => {
  const xml = `<SpaceSystem name="Root"><TelemetryMetaData><ParameterTypeSet><IntegerParameterType name="U8"><IntegerDataEncoding sizeInBits="8"/></IntegerParameterType></ParameterTypeSet>
    <ParameterSet><Parameter name="ID" parameterTypeRef="U8"/></ParameterSet><ContainerSet><SequenceContainer name="Top" abstract="true"><EntryList><ParameterRefEntry parameterRef="ID"/></EntryList></SequenceContainer></ContainerSet></TelemetryMetaData>
    <SpaceSystem name="Camera"><TelemetryMetaData><ParameterSet><Parameter name="TEMP" parameterTypeRef="U8"/><Parameter name="ID" parameterTypeRef="/Root/U8"/></ParameterSet><ContainerSet><SequenceContainer name="Picture"><EntryList>
    <ParameterRefEntry parameterRef="TEMP"/><ParameterRefEntry parameterRef="ID"/></EntryList><BaseContainer containerRef="/Root/Top"><RestrictionCriteria><Comparison parameterRef="../ID" value="1"/></RestrictionCriteria></BaseContainer></SequenceContainer></ContainerSet></TelemetryMetaData></SpaceSystem></SpaceSystem>`
  const compiled = compileXtce(parseXtce(xml))
  expect(decodePacket(compiled, Uint8Array.of(1, 20, 30))).toMatchObject({
    container: 'Camera/Picture',
    raw: { ID: 1, 'Camera/TEMP': 20, 'Camera/ID': 30 },
  })
})

test('alarms with limits', () => {
  const compiled = single(
    `<FloatParameterType name="T"><IntegerDataEncoding sizeInBits="8"/><DefaultAlarm><StaticAlarmRanges><WarningRange minInclusive="10" maxInclusive="20"/><CriticalRange maxInclusive="30"/></StaticAlarmRanges></DefaultAlarm></FloatParameterType>`,
  )
  const type = compiled.definition.types.get('T')!
  expect([10, 20, 9, 25, 31].map(value => alarmLevel(type, value))).toEqual(['normal', 'normal', 'warning', 'warning', 'critical'])
  const modes = single(
    `<EnumeratedParameterType name="T"><IntegerDataEncoding/><EnumerationList><Enumeration value="0" label="SAFE"/></EnumerationList><DefaultAlarm><EnumerationAlarmList><EnumerationAlarm alarmLevel="distress" enumerationLabel="SAFE"/></EnumerationAlarmList></DefaultAlarm></EnumeratedParameterType>`,
  )
  expect(alarmLevel(modes.definition.types.get('T')!, 'SAFE')).toBe('distress')
  expect(alarmLevel(compiled.definition.types.get('U8')!, 1)).toBeUndefined()
})

test('initial values and demands of criteria fill what is not given', () => {
  const compiled = mission(
    '<IntegerParameterType name="T" initialValue="0x10"><IntegerDataEncoding sizeInBits="8"/></IntegerParameterType>',
    '<Parameter name="Q" parameterTypeRef="U8" initialValue="3"/>' + parameter('P', 'T'),
    entry('P') + entry('Q'),
  )
  expect(roundTrip(compiled, {}).octets).toEqual([16, 3])
})
