import { readFileSync } from 'node:fs'
import { SdcError } from '#error'
import { sharedIsThere, sharedNote, sharedPath } from '#test/shared'
import { definition, entry, kind, parameter } from '#test/xtce'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compileXtce, decodeColumns, decodePacket, encodePacket, parseDictionary, parseXtce } from './index.ts'
import type { Value } from './index.ts'

const withType = (type: string) => parseXtce(definition(type, parameter('P', 'T'), kind('Kind', 7, entry('P'))))
const integer = (attributes: string, inside = '') =>
  `<IntegerParameterType name="T"><IntegerDataEncoding ${attributes}>${inside}</IntegerDataEncoding></IntegerParameterType>`

describe('what is not supported is named at load, and refuses only what it spoils', () => {
  test.each([
    [integer('sizeInBits="8" encoding="gray"'), 'integer encoding gray'],
    [integer('sizeInBits="60" encoding="packedBCD"'), 'packedBCD of 60 bits'],
    [integer('sizeInBits="12" byteOrder="leastSignificantByteFirst"'), 'least significant byte first in 12 bits'],
    [
      integer('sizeInBits="8"', '<DefaultCalibrator><MathOperationCalibrator/></DefaultCalibrator>'),
      'a math operation with 0 values left at its end',
    ],
    [
      integer(
        'sizeInBits="8"',
        '<DefaultCalibrator><MathOperationCalibrator><ThisParameterOperand/><Operator>curl</Operator></MathOperationCalibrator></DefaultCalibrator>',
      ),
      'a math operation with the operator "curl"',
    ],
    [
      '<AbsoluteTimeParameterType name="T"><ReferenceTime><Epoch>TAI</Epoch></ReferenceTime></AbsoluteTimeParameterType>',
      'a type without data encoding',
    ],
    [
      '<IntegerParameterType name="T" baseType="Nothing"><IntegerDataEncoding/></IntegerParameterType>',
      'baseType Nothing, which is not there',
    ],
    [
      '<IntegerParameterType name="T" baseType="T"><IntegerDataEncoding/></IntegerParameterType>',
      'baseType T, which goes round in a circle',
    ],
    [
      integer(
        'sizeInBits="8"',
        '<DefaultCalibrator><SplineCalibrator order="3"><SplinePoint raw="1" calibrated="2"/></SplineCalibrator></DefaultCalibrator>',
      ),
      'a spline of order 3',
    ],
    ['<FloatParameterType name="T"><FloatDataEncoding encoding="VAX"/></FloatParameterType>', 'float encoding VAX'],
    ['<FloatParameterType name="T"><FloatDataEncoding sizeInBits="128"/></FloatParameterType>', 'IEEE754 of 128 bits'],
    [
      '<StringParameterType name="T"><StringDataEncoding encoding="UTF-32"><SizeInBits><Fixed><FixedValue>32</FixedValue></Fixed></SizeInBits></StringDataEncoding></StringParameterType>',
      'string encoding UTF-32',
    ],
    ['<IntegerParameterType name="T"/>', 'a type without data encoding'],
    ['<ColourParameterType name="T"/>', 'ColourParameterType'],
  ])('%s', (type, construct) => {
    const definition = withType(type)
    expect(definition.unsupported).toMatchObject([{ construct, affects: 'type T' }])
    expect(definition.unsupported[0]!.line).toBeGreaterThan(5)
    expect(() => compileXtce(definition)).toThrow(`container Kind cannot be decoded: type T uses ${construct}, which is not supported`)
    // The other kinds of a large dictionary stay usable when asked for.
    const lenient = compileXtce(definition, { withoutUnsupported: true })
    expect(lenient.left).toEqual([{ container: 'Kind', reason: `type T uses ${construct}` }])
    expect(decodePacket(lenient, Uint8Array.of(0, 7, 0xc0, 0, 0, 0, 1)).container).toBe('Trunk')
  })

  test.each([
    ['<StreamSegmentEntry streamRef="x"/>', 'StreamSegmentEntry'],
    [
      `<ParameterRefEntry parameterRef="P"><LocationInContainerInBits referenceLocation="nextEntry"><FixedValue>0</FixedValue></LocationInContainerInBits></ParameterRefEntry>`,
      'referenceLocation nextEntry',
    ],
    [
      `<ParameterRefEntry parameterRef="P"><IncludeCondition><BooleanExpression><CustomAlgorithm/></BooleanExpression></IncludeCondition></ParameterRefEntry>`,
      'CustomAlgorithm',
    ],
  ])('in a container: %s', (entries, construct) => {
    const parsed = parseXtce(definition('', parameter('P', 'U8'), kind('Kind', 7, entries)))
    expect(parsed.unsupported).toMatchObject([{ construct, affects: 'container Kind' }])
    expect(() => compileXtce(parsed)).toThrow(construct)
  })

  test('what says nothing about packets is noted and spoils nothing', () => {
    const xml = definition('', parameter('P', 'U8'), kind('Kind', 7, entry('P'))).replace(
      '</TelemetryMetaData>',
      '<AlgorithmSet/></TelemetryMetaData><CommandMetaData/>',
    )
    const parsed = parseXtce(xml)
    expect(parsed.unsupported.map(one => one.construct)).toEqual(['AlgorithmSet', 'CommandMetaData'])
    expect(compileXtce(parsed).plans.has('Kind')).toBe(true)
  })
})

test.each([
  ['', 'must contain a root element'],
  ['<a><b></a>', 'not well-formed'],
  ['<a>&evil;</a>', 'not well-formed'],
  [`${'<a>'.repeat(300)}${'</a>'.repeat(300)}`, 'nested deeper'],
  ['<Cars/>', 'the root element is Cars'],
  ['<SpaceSystem name="x"/>', 'has no container'],
  [definition('', '<Parameter name="P" parameterTypeRef="NONE"/>', ''), 'there is no type "NONE"'],
  [definition('', '<Parameter name="P"/>', ''), 'Parameter has no parameterTypeRef'],
  [definition('', '', kind('Kind', 7, entry('NONE'))), 'there is no parameter "NONE"'],
  [definition(integer('sizeInBits="0"'), '', ''), 'a size of 0 bits'],
  [definition(integer('sizeInBits="much"'), '', ''), '"much" is not a number'],
  [definition(integer('sizeInBits="16" byteOrder="0,0"'), '', ''), 'does not name each of 2 bytes once'],
  [
    definition(
      integer(
        'sizeInBits="8"',
        '<DefaultCalibrator><PolynomialCalibrator><Term coefficient="1" exponent="-1"/></PolynomialCalibrator></DefaultCalibrator>',
      ),
      '',
      '',
    ),
    'exponent -1',
  ],
  [definition(integer('sizeInBits="8"', '<DefaultCalibrator><SplineCalibrator/></DefaultCalibrator>'), '', ''), 'a spline needs points'],
  [definition('<BinaryParameterType name="T"><BinaryDataEncoding/></BinaryParameterType>', '', ''), 'needs SizeInBits'],
  [
    definition('<BinaryParameterType name="T"><BinaryDataEncoding><SizeInBits/></BinaryDataEncoding></BinaryParameterType>', '', ''),
    'SizeInBits says no size',
  ],
  [definition('<StringParameterType name="T"><StringDataEncoding/></StringParameterType>', '', ''), 'a string needs a size'],
  [
    definition(
      '<StringParameterType name="T"><StringDataEncoding><SizeInBits><TerminationChar>0</TerminationChar></SizeInBits></StringDataEncoding></StringParameterType>',
      '',
      '',
    ),
    '"0" is not hexadecimal',
  ],
  [
    definition(
      '<ArrayParameterType name="T" arrayTypeRef="T"><DimensionList/></ArrayParameterType>',
      parameter('P', 'T'),
      kind('Kind', 7, entry('P')),
    ),
    'type T contains itself',
  ],
  [
    definition('', '', '<SequenceContainer name="A"><EntryList><ContainerRefEntry containerRef="A"/></EntryList></SequenceContainer>'),
    'within itself',
  ],
  [
    definition('', parameter('P', 'U8'), kind('Kind', 7, entry('P')).replace('value="7"', 'value="7" comparisonOperator="~"')),
    '"~" is no comparison operator',
  ],
])('a definition that cannot be is refused: %#', (xml, message) => {
  expect(() => compileXtce(parseXtce(xml))).toThrow(message)
})

test('an unknown root is refused, a known one is taken', () => {
  const parsed = parseXtce(definition('', parameter('P', 'U8'), kind('Kind', 7, entry('P'))))
  expect(() => compileXtce(parsed, { root: 'None' })).toThrow('no container None')
  expect(compileXtce(parsed, { root: 'Kind' }).root.name).toBe('Kind')
})

/** Runs something on hostile input: it may only fail as the library says it does. */
function onlyOwnErrors<T>(run: () => T): T | undefined {
  try {
    return run()
  } catch (error) {
    if (error instanceof SdcError) return undefined
    throw error
  }
}

const everything = compileXtce(
  parseXtce(
    definition(
      `<StringParameterType name="LED"><StringDataEncoding><Variable><LeadingSize sizeInBitsOfSizeTag="8"/></Variable></StringDataEncoding></StringParameterType>
      <StringParameterType name="ENDED"><StringDataEncoding><SizeInBits><TerminationChar>00</TerminationChar></SizeInBits></StringDataEncoding></StringParameterType>
      <BinaryParameterType name="DYN"><BinaryDataEncoding><SizeInBits><DynamicValue><ParameterInstanceRef parameterRef="N"/><LinearAdjustment slope="8"/></DynamicValue></SizeInBits></BinaryDataEncoding></BinaryParameterType>
      <ArrayParameterType name="LIST" arrayTypeRef="I16"><DimensionList><Dimension><StartingIndex><FixedValue>1</FixedValue></StartingIndex><EndingIndex><DynamicValue><ParameterInstanceRef parameterRef="M"/></DynamicValue></EndingIndex></Dimension></DimensionList></ArrayParameterType>
      <IntegerParameterType name="U5"><IntegerDataEncoding sizeInBits="5"/></IntegerParameterType><IntegerParameterType name="U59"><IntegerDataEncoding sizeInBits="59" encoding="twosComplement"/></IntegerParameterType>`,
      ['N', 'M'].map(name => parameter(name, 'U8')).join('') +
        parameter('A', 'LED') +
        parameter('B', 'ENDED') +
        parameter('C', 'DYN') +
        parameter('D', 'LIST') +
        parameter('E', 'U5') +
        parameter('F', 'U59'),
      kind('Lists', 1, entry('N') + entry('C') + entry('M') + entry('D') + entry('E') + entry('F')) +
        kind(
          'Texts',
          2,
          `${entry('E')}${entry('A')}${entry('N')}<ParameterRefEntry parameterRef="M"><RepeatEntry><Count><DynamicValue><ParameterInstanceRef parameterRef="N"/></DynamicValue></Count></RepeatEntry></ParameterRefEntry>${entry('B')}`,
        ) +
        kind(
          'Conditional',
          3,
          `${entry('N')}<ParameterRefEntry parameterRef="F"><IncludeCondition><Comparison parameterRef="N" comparisonOperator="&gt;" value="100"/></IncludeCondition></ParameterRefEntry>${entry('A')}`,
        ),
    ),
  ),
)

const anyPacket = fc
  .tuple(fc.integer({ min: 1, max: 4 }), fc.uint8Array({ minLength: 1, maxLength: 80 }))
  .map(([apid, data]) => Uint8Array.from([0, apid, 0xc0, 0, 0, data.length - 1, ...data]))

describe('hostile input', () => {
  test('whatever octets come, decoding gives values or problems, and what it read can be written again', () => {
    fc.assert(
      fc.property(anyPacket, bytes => {
        const decoded = decodePacket(everything, bytes)
        const table = decodeColumns(everything, decoded.container, [{ bytes }, { bytes: bytes.subarray(0, 9) }])
        expect(table.count).toBe(2)
        if (decoded.problems.every(one => one.problem === 'spare')) {
          expect(encodePacket(everything, decoded.container, decoded.raw, { rest: decoded.rest })).toEqual(bytes)
        }
      }),
      { numRuns: 2000 },
    )
  })

  test('what fuzzing found: an empty text of unknown size, a text that ends within an octet', () => {
    for (const octets of [
      [0, 2, 192, 0, 0, 4, 0, 48, 0, 32, 33],
      [0, 2, 192, 0, 0, 2, 0, 0, 1],
    ]) {
      const bytes = Uint8Array.from(octets)
      const { container, raw, rest, problems } = decodePacket(everything, bytes)
      expect(problems.every(({ problem }) => problem === 'spare')).toBe(true)
      expect(encodePacket(everything, container, raw, { rest })).toEqual(bytes)
    }
  })

  test('any values are written so that the same values are read', () => {
    const values = fc.record({
      F: fc.bigInt(-(2n ** 58n), 2n ** 58n - 1n),
      E: fc.nat(31),
      C: fc.uint8Array({ maxLength: 255 }),
      D: fc.array(fc.integer({ min: -32768, max: 32767 }), { maxLength: 255 }),
    })
    fc.assert(
      fc.property(values, given => {
        const all: Record<string, Value> = { SEC_HDR_FLG: 0, SRC_SEQ_CTR: 9, N: given.C.length, M: given.D.length, ...given }
        expect(decodePacket(everything, encodePacket(everything, 'Lists', all))).toMatchObject({
          container: 'Lists',
          raw: all,
          problems: [],
        })
      }),
    )
  })

  test.skipIf(!sharedIsThere)('a real definition with pieces cut out or put elsewhere is refused or read' + sharedNote, () => {
    const xml = readFileSync(sharedPath('real', 'jpss', 'jpss1_geolocation_xtce_v1.xml'), 'utf8')
    const packet = new Uint8Array(readFileSync(sharedPath('real', 'jpss', 'J01_G011_LZ_2021-04-09T00-00-00Z_V01.DAT1')).subarray(0, 71))
    const change = fc.tuple(fc.nat(xml.length), fc.nat(60), fc.oneof(fc.constant(''), fc.stringMatching(/^[<>"=/ a-zA-Z0-9-]{0,20}$/)))
    fc.assert(
      fc.property(change, ([at, cut, put]) => {
        const compiled = onlyOwnErrors(() => compileXtce(parseXtce(xml.slice(0, at) + put + xml.slice(at + cut))))
        if (compiled !== undefined) expect(decodePacket(compiled, packet).container).toBeTypeOf('string')
      }),
      { numRuns: 400 },
    )
  })

  test('numbers of a definition turned into others are refused or read', () => {
    const xml = definition(integer('sizeInBits="8"'), parameter('P', 'T'), kind('Kind', 7, entry('P')))
    const numbers = [...xml.matchAll(/"(\d+)"/g)]
    fc.assert(
      fc.property(
        fc.nat(numbers.length - 1),
        fc.oneof(fc.integer(), fc.double(), fc.constantFrom('1e9', '-1', '', 'NaN', '65', '99999999999999999999')),
        (which, value) => {
          const { index } = numbers[which]!
          const changed = `${xml.slice(0, index)}"${String(value)}"${xml.slice(index + numbers[which]![0].length)}`
          const compiled = onlyOwnErrors(() => compileXtce(parseXtce(changed)))
          if (compiled !== undefined) expect(decodePacket(compiled, Uint8Array.of(0, 7, 0xc0, 0, 0, 0, 1)).container).toBeTypeOf('string')
        },
      ),
      { numRuns: 500 },
    )
  })

  test('any CSV is refused or read', () => {
    const cell = fc.constantFrom(
      'name',
      'type',
      'data size',
      'A',
      'uint',
      'U4321',
      'uint(3)',
      'uint(expand)',
      '8',
      '32',
      '-1',
      '"',
      '',
      'x^2',
      'iif(x .gt. 1, 2, 3)',
      '((((',
    )
    fc.assert(
      fc.property(fc.array(fc.array(cell, { maxLength: 5 }), { maxLength: 6 }), rows => {
        const csv = ['name,type,data size,conversion formula', ...rows.map(row => row.join(','))].join('\n')
        onlyOwnErrors(() => compileXtce(parseDictionary('Any', [{ name: 'One', apid: 1, csv }])))
      }),
      { numRuns: 1000 },
    )
  })
})
