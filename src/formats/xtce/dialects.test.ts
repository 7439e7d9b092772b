import { definition, entry, kind, parameter } from '#test/xtce'
import { describe, expect, test } from 'vitest'
import { alarmLevel, compileXtce, decodePacket, encodePacket, parseXtce } from './index.ts'

const build = (types: string, parameters: string, entries: string) =>
  compileXtce(parseXtce(definition(types, parameters, kind('Kind', 7, entries))))
const packet = (...octets: readonly number[]) => Uint8Array.of(0, 7, 0xc0, 0, 0, octets.length - 1, ...octets)
const valueOf = (compiled: ReturnType<typeof build>, octets: readonly number[], name = 'P') => {
  const bytes = packet(...octets)
  const decoded = decodePacket(compiled, bytes)
  expect(decoded.problems).toEqual([])
  expect(encodePacket(compiled, 'Kind', decoded.raw)).toEqual(bytes)
  return decoded.engineering[name]
}

const dimension = (ref: string, attribute = '') =>
  `<DimensionList><Dimension><StartingIndex><FixedValue>0</FixedValue></StartingIndex><EndingIndex><DynamicValue><ParameterInstanceRef parameterRef="${ref}" ${attribute}/><LinearAdjustment intercept="-1"/></DynamicValue></EndingIndex></Dimension></DimensionList>`

describe('what missions write beside the letter of the standard', () => {
  test('a size that a member of the same record gives, nested in each other; what the record says goes before parameters', () => {
    const compiled = build(
      `<ArrayParameterType name="INNER" arrayTypeRef="U8">${dimension('count')}</ArrayParameterType>
      <AggregateParameterType name="GROUP"><MemberList><Member name="count" typeRef="U8"/><Member name="list" typeRef="INNER"/></MemberList></AggregateParameterType>
      <ArrayParameterType name="OUTER" arrayTypeRef="GROUP">${dimension('number', 'dialect:aggregateMember="true" xmlns:dialect="urn:x"')}</ArrayParameterType>
      <AggregateParameterType name="REPORT"><MemberList><Member name="number" typeRef="U8"/><Member name="groups" typeRef="OUTER"/></MemberList></AggregateParameterType>`,
      parameter('number', 'U8') + parameter('P', 'REPORT'),
      entry('number') + entry('P'),
    )
    expect(valueOf(compiled, [9, 2, 1, 5, 3, 6, 7, 8])).toEqual({
      number: 2,
      groups: [
        { count: 1, list: [5] },
        { count: 3, list: [6, 7, 8] },
      ],
    })
    // A count beyond the packet stops with a problem, not with a crash.
    expect(decodePacket(compiled, packet(9, 2, 200, 1)).problems).toMatchObject([{ problem: 'short', parameter: 'P' }])
  })

  test('a size by a parameter that is not there, beside a terminator or a size tag', () => {
    const text = (end: string) =>
      `<StringParameterType name="T"><StringDataEncoding><Variable maxSizeInBits="80"><DynamicValue><ParameterInstanceRef parameterRef="_nothing"/></DynamicValue>${end}</Variable></StringDataEncoding></StringParameterType>`
    for (const [end, octets] of [
      ['<TerminationChar>00</TerminationChar>', [65, 66, 0, 3]],
      ['<LeadingSize sizeInBitsOfSizeTag="8"/>', [16, 65, 66, 3]],
    ] as const) {
      const compiled = build(text(end), parameter('P', 'T') + parameter('Q', 'U8'), entry('P') + entry('Q'))
      expect(valueOf(compiled, octets)).toBe('AB')
      expect(compiled.definition.unsupported).toMatchObject([{ construct: expect.stringContaining('that is not there') }])
    }
  })

  test('a size tag that counts octets, by configuration', () => {
    const xml = definition(
      '<StringParameterType name="T"><StringDataEncoding><Variable maxSizeInBits="80"><LeadingSize sizeInBitsOfSizeTag="8"/></Variable></StringDataEncoding></StringParameterType>',
      parameter('P', 'T') + parameter('Q', 'U8'),
      kind('Kind', 7, entry('P') + entry('Q')),
    )
    const compiled = compileXtce(parseXtce(xml, { sizeTags: 'octets' }))
    expect(valueOf(compiled, [2, 65, 66, 3])).toBe('AB')
    expect(encodePacket(compiled, 'Kind', { SEC_HDR_FLG: 0, SRC_SEQ_CTR: 0, P: 'AB', Q: 3 })).toEqual(packet(2, 65, 66, 3))
  })

  test('a type built on another one takes what it does not say itself', () => {
    const compiled = build(
      `<IntegerParameterType name="BASE"><UnitSet><Unit>V</Unit></UnitSet><IntegerDataEncoding sizeInBits="8"><DefaultCalibrator><PolynomialCalibrator><Term exponent="1" coefficient="2"/></PolynomialCalibrator></DefaultCalibrator></IntegerDataEncoding></IntegerParameterType>
      <IntegerParameterType name="MIDDLE" baseType="BASE" shortDescription="a voltage"/>
      <IntegerParameterType name="T" baseType="MIDDLE"><UnitSet><Unit>kV</Unit></UnitSet></IntegerParameterType>`,
      parameter('P', 'T'),
      entry('P'),
    )
    expect(valueOf(compiled, [21])).toBe(42)
    expect(compiled.definition.types.get('T')).toMatchObject({ unit: 'kV', description: 'a voltage' })
  })

  test.each([
    [
      '<ThisParameterOperand/><ValueOperand>2</ValueOperand><Operator>*</Operator><ValueOperand>1</ValueOperand><Operator>+</Operator>',
      5,
      11,
    ],
    ['<ValueOperand>100</ValueOperand><ThisParameterOperand/><Operator>swap</Operator><Operator>-</Operator>', 30, -70],
    ['<ThisParameterOperand/><Operator>dup</Operator><Operator>*</Operator><Operator>1/x</Operator>', 4, 1 / 16],
    ['<ThisParameterOperand/><Operator>ln</Operator><Operator>e^x</Operator>', 7, 7],
  ])('a calibrator of operations %#', (steps, raw, value) => {
    const type = `<FloatParameterType name="T"><IntegerDataEncoding sizeInBits="8"><DefaultCalibrator><MathOperationCalibrator>${steps}</MathOperationCalibrator></DefaultCalibrator></IntegerDataEncoding></FloatParameterType>`
    const { engineering } = decodePacket(build(type, parameter('P', 'T'), entry('P')), packet(raw))
    expect(engineering['P']).toBeCloseTo(value, 12)
  })

  test('an element of a list as condition', () => {
    const compiled = build(
      `<ArrayParameterType name="LIST" arrayTypeRef="U8"><DimensionList><Dimension><StartingIndex><FixedValue>0</FixedValue></StartingIndex><EndingIndex><FixedValue>2</FixedValue></EndingIndex></Dimension></DimensionList></ArrayParameterType>`,
      parameter('L', 'LIST') + parameter('P', 'U8'),
      entry('L') +
        '<ParameterRefEntry parameterRef="P"><IncludeCondition><Comparison parameterRef="L[1]" value="9"/></IncludeCondition></ParameterRefEntry>',
    )
    expect(valueOf(compiled, [1, 9, 3, 4])).toBe(4)
    expect(decodePacket(compiled, packet(1, 8, 3)).raw).not.toHaveProperty('P')
  })

  test('limits that exclude their bound', () => {
    const { definition: parsed } = build(
      '<IntegerParameterType name="T"><IntegerDataEncoding/><DefaultAlarm><StaticAlarmRanges><WarningRange minExclusive="0" maxExclusive="10"/><CriticalRange maxInclusive="20"/></StaticAlarmRanges></DefaultAlarm></IntegerParameterType>',
      parameter('P', 'T'),
      entry('P'),
    )
    const type = parsed.types.get('T')!
    expect([0, 1, 9, 10, 20, 21].map(value => alarmLevel(type, value))).toEqual([
      'warning',
      'normal',
      'normal',
      'warning',
      'warning',
      'critical',
    ])
  })

  test('types and parameters that commands bring along', () => {
    const xml = definition('', '', kind('Kind', 7, entry('P'))).replace(
      '</TelemetryMetaData>',
      '</TelemetryMetaData><CommandMetaData><ParameterTypeSet><IntegerParameterType name="T"><IntegerDataEncoding sizeInBits="8"/></IntegerParameterType></ParameterTypeSet><ParameterSet><Parameter name="P" parameterTypeRef="T"/></ParameterSet></CommandMetaData>',
    )
    expect(decodePacket(compileXtce(parseXtce(xml)), packet(5)).raw['P']).toBe(5)
  })

  test('what nobody reads is named, wherever it stands, once per kind', () => {
    const xml = definition(
      '<IntegerParameterType name="T"><IntegerDataEncoding sizeInBits="8"><ErrorDetectCorrect><CRC/></ErrorDetectCorrect></IntegerDataEncoding><ContextAlarmList/><DefaultAlarm><ChangeAlarmRanges/></DefaultAlarm></IntegerParameterType>',
      parameter('P', 'T'),
      kind('Kind', 7, '<ParameterRefEntry parameterRef="P"><TimeAssociation parameterRef="P"/></ParameterRefEntry>'),
    ).replace('<TelemetryMetaData>', '<include href="other.xml" xmlns="http://www.w3.org/2001/XInclude"/><TelemetryMetaData>')
    const { unsupported } = parseXtce(xml)
    expect(unsupported.map(({ construct }) => construct).toSorted()).toEqual([
      'ChangeAlarmRanges',
      'ContextAlarmList',
      'ErrorDetectCorrect',
      'TimeAssociation',
      'include',
    ])
    expect(valueOf(compileXtce(parseXtce(xml)), [5])).toBe(5)
  })
})
