import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import { readCdfFile } from '#doors/cdf-node'
import { checkIstp, type Cdf } from '#formats/cdf'
import { formatUtc, parseUtc, tt2000 } from '#formats/time'
import { compileXtce, encodePacket, parseXtce } from '#formats/xtce'
import { emptyFolder, putFile } from '#test/mms-flight'
import { makeJob, runJob, type JobResult } from '#test/run-job'
import { definition, entry, kind, parameter } from '#test/xtce'
import { findGaps, riseStrictly } from './packet-rows.ts'

const program = fileURLToPath(new URL('./tabulate.ts', import.meta.url))
const files = emptyFolder()

const xml = definition(
  `<IntegerParameterType name="U32"><IntegerDataEncoding sizeInBits="32"/></IntegerParameterType>
  <IntegerParameterType name="U64"><IntegerDataEncoding sizeInBits="64"/></IntegerParameterType>
  <IntegerParameterType name="WORD"><IntegerDataEncoding sizeInBits="8" encoding="signed"/></IntegerParameterType>
  <FloatParameterType name="TEMPERATURE"><UnitSet><Unit>degC</Unit></UnitSet><IntegerDataEncoding sizeInBits="8"><DefaultCalibrator><PolynomialCalibrator>
  <Term coefficient="-10" exponent="0"/><Term coefficient="0.5" exponent="1"/></PolynomialCalibrator></DefaultCalibrator></IntegerDataEncoding>
  <DefaultAlarm><StaticAlarmRanges><WatchRange minInclusive="0" maxInclusive="40"/><CriticalRange minInclusive="-5" maxInclusive="60"/></StaticAlarmRanges></DefaultAlarm></FloatParameterType>
  <EnumeratedParameterType name="MODE"><IntegerDataEncoding sizeInBits="8"/><EnumerationList><Enumeration value="1" label="SAFE"/><Enumeration value="2" label="SCIENCE"/></EnumerationList></EnumeratedParameterType>
  <BinaryParameterType name="BLOCK"><BinaryDataEncoding><SizeInBits><DynamicValue><ParameterInstanceRef parameterRef="HK.SIZE"/><LinearAdjustment slope="8"/></DynamicValue></SizeInBits></BinaryDataEncoding></BinaryParameterType>`,
  ['HK.T', 'HK.FINE', 'HK.TEMP', 'HK.M', 'HK.COUNT', 'HK.SIZE', 'HK.DATA', 'HK.WORD']
    .map((name, i) => parameter(name, ['U32', 'U8', 'TEMPERATURE', 'MODE', 'U64', 'U8', 'BLOCK', 'WORD'][i]!))
    .join(''),
  kind('HK', 5, ['HK.T', 'HK.FINE', 'HK.TEMP', 'HK.M', 'HK.COUNT', 'HK.SIZE', 'HK.DATA', 'HK.WORD'].map(entry).join('')) +
    kind('OTHER', 6, entry('HK.T')),
)
const compiled = compileXtce(parseXtce(xml, { integerWords: { signed: 'twosComplement' } }))
const packets = putFile(files, 'small.xml', new TextEncoder().encode(xml))

/** Ten seconds between packets, from 2010-01-02T00:00:00Z by the clock of the tests. */
const packet = (index: number, more: object = {}): Uint8Array =>
  encodePacket(compiled, 'HK', {
    SEC_HDR_FLG: 1,
    SRC_SEQ_CTR: index,
    'HK.T': 86_400 + 10 * index,
    'HK.FINE': 128,
    'HK.TEMP': (40 + index) % 200,
    'HK.M': 1 + (index % 2),
    'HK.COUNT': 2n ** 60n + BigInt(index),
    'HK.SIZE': index % 3,
    'HK.DATA': Uint8Array.from({ length: index % 3 }, (_, k) => (16 * index + k) % 256),
    'HK.WORD': -1,
    ...more,
  })
const other = encodePacket(compiled, 'OTHER', { SEC_HDR_FLG: 1, SRC_SEQ_CTR: 0, 'HK.T': 86_400 })
const join = (...parts: readonly Uint8Array[]): Uint8Array => Buffer.concat(parts)

const names = { raw: 'mms1_hk_day_l1a_20100102_v0.0.0.cdf', engineering: 'mms1_hk_day_l1b_20100102_v0.0.0.cdf' }
const parameters = {
  packets,
  container: 'HK',
  descriptor: 'HK>Housekeeping',
  time: { seconds: 'HK.T', subseconds: 'HK.FINE', 'per-second': 256 },
  clock: { zero: '2010-01-01T00:00:00Z' },
  'integer-words': { signed: 'unsigned' },
}
let serial = 0
const run = (deliveries: readonly Uint8Array[], more: object = {}, outputs: Readonly<Record<string, string>> = names): Promise<JobResult> =>
  runJob(
    [process.execPath, program],
    makeJob({
      process: 'tabulate-hk',
      start: '2010-01-02T00:00:00Z',
      stop: '2010-01-03T00:00:00Z',
      inputs: deliveries.map(bytes => ['telemetry', putFile(files, `${serial++}.pkts`, bytes)] as const),
      outputs,
      parameters: { ...parameters, ...more },
    }),
  )

const column = (cdf: Cdf, name: string): unknown[] => Array.from(cdf.variables.get(name)?.readSync().values as ArrayLike<unknown>)
const counted = ({ stdout }: JobResult): unknown => JSON.parse(stdout.split('\n')[0] ?? '{}')

describe('two deliveries that overlap, the later packets first', () => {
  let result: JobResult
  let raw: Cdf
  let engineering: Cdf
  beforeAll(async () => {
    const late = join(packet(4), packet(5), packet(9), packet(9))
    result = await run([join(late, Uint8Array.of(255, 255)), join(packet(0), other, packet(1), packet(4), packet(5))])
    raw = await readCdfFile(result.path(names.raw))
    engineering = await readCdfFile(result.path(names.engineering))
  })

  test('become each packet once in order of time, with what was met', () => {
    expect([result.code, result.stderr]).toEqual([0, ''])
    expect(counted(result)).toMatchObject({ rows: 5, packets: 8, repeated: 3, bad: 0, outside: 0, strangeOctets: 2, gaps: 2 })
    expect(column(raw, 'SRC_SEQ_CTR')).toEqual([0, 1, 4, 5, 9])
    expect(formatUtc(tt2000(column(raw, 'Epoch')[0] as bigint), 3)).toBe('2010-01-02T00:00:00.500Z')
  })

  test('hold raw values, exact and without a value that reads as fill', () => {
    expect(column(raw, 'TEMP')).toEqual([40, 41, 44, 45, 49])
    expect(raw.variables.get('TEMP')?.type).toBe('CDF_UINT2')
    expect(column(raw, 'COUNT')[4]).toBe(2 ** 60)
    expect(column(raw, 'WORD')).toEqual([255, 255, 255, 255, 255])
    expect(raw.variables.get('M')?.attributes.get('VAR_NOTES')?.value).toContain('1=SAFE, 2=SCIENCE')
    expect(column(raw, 'DATA_size')).toEqual([0, 1, 1, 2, 0])
    expect(column(raw, 'DATA')).toEqual([65535, 65535, 16, 65535, 64, 65535, 80, 81, 65535, 65535])
  })

  test('hold engineering values with units, labels and limits', () => {
    expect(column(engineering, 'TEMP')).toEqual([10, 10.5, 12, 12.5, 14.5])
    expect(engineering.variables.get('TEMP')?.attributes.get('UNITS')?.value).toBe('degC')
    expect(column(engineering, 'M').map(text => String(text).trim())).toEqual(['SAFE', 'SCIENCE', 'SAFE', 'SCIENCE', 'SCIENCE'])
    const limit = (name: string) => engineering.variables.get('TEMP')?.attributes.get(name)?.value
    expect([limit('LIMITS_NOMINAL_MAX'), limit('LIMITS_CRITICAL_MIN')]).toEqual([[40], [-5]])
  })

  test('say their gaps', () =>
    expect(raw.attributes.get('Data_gaps')?.map(({ value }) => value)).toEqual([
      '2010-01-02T00:00:10.500Z/2010-01-02T00:00:40.500Z 2 packets missing',
      '2010-01-02T00:00:50.500Z/2010-01-02T00:01:30.500Z 3 packets missing',
    ]))

  test('have no ISTP error', async () => {
    for (const [cdf, fileName] of [
      [raw, names.raw],
      [engineering, names.engineering],
    ] as const)
      expect((await checkIstp(cdf, { fileName })).filter(({ severity }) => severity === 'error')).toEqual([])
  })
})

test('packets that end too early, and those of another day, are counted and left out', async () => {
  const cut = packet(1).slice(0, 20)
  cut[5] = 20 - 7
  const result = await run([join(packet(0), cut, packet(8640))])
  expect(counted(result)).toMatchObject({ rows: 1, packets: 3, bad: 1, outside: 1 })
})

test.each([
  ['no packet of the kind', [other], 'no packet of HK is in 1 deliveries with data of 2010-01-02T00:00:00Z to 2010-01-03T00:00:00Z\n'],
  ['none of the day', [packet(8640)], 'none of 1 packets of HK (0 of them damaged) is of 2010-01-02T00:00:00Z to 2010-01-03T00:00:00Z\n'],
])('%s: code 66 and a reason', async (_, deliveries, reason) => {
  const { code, stderr } = await run(deliveries)
  expect([code, stderr]).toEqual([66, reason])
})

test.each([
  [{ container: 'HKK' }, 'the definition Small has no container HKK'],
  [{ time: { seconds: 'HK.TT' } }, 'HK has no parameter HK.TT'],
  [{ 'leave-out': ['HK.X'] }, 'HK has no parameter HK.X'],
  [{ colour: 'red' }, 'the parameters of process tabulate-hk are wrong: parameters: Unrecognized key: "colour"'],
  [{ clock: {} }, 'it names no zero'],
])('a parameter that is wrong is one line: %j', async (more, line) => {
  const { code, stderr } = await run([packet(0)], more)
  expect([code, stderr.trim().split('\n').length]).toEqual([1, 1])
  expect(stderr).toContain(line)
})

test('an axis rises strictly: packets that share a time are a nanosecond apart', () => {
  expect([...riseStrictly([5n, 7n, 7n, 7n, 8n, 9n].map(time => ({ time })))]).toEqual([5n, 7n, 8n, 9n, 10n, 11n])
  expect([...riseStrictly([])]).toEqual([])
})

test('gaps: by count and time; a restart of the count is none, a step in time is', () => {
  const at = (...list: readonly (readonly [seconds: number, sequenceCount: number])[]) =>
    findGaps(list.map(([seconds, sequenceCount]) => ({ time: parseUtc('2020-01-01') + BigInt(seconds) * 1_000_000_000n, sequenceCount })))
  expect(at([0, 16_382], [1, 16_383], [2, 0], [3, 1])).toEqual([])
  expect(at([0, 16_382], [1, 16_383], [4, 2], [5, 3]).map(gap => gap.missing)).toEqual([2])
  expect(at([0, 5], [1, 6], [2, 0], [3, 1])).toEqual([])
  expect(at([0, 5], [1, 6], [9, 7], [10, 8], [11, 9]).map(gap => gap.missing)).toEqual([undefined])
  expect(at([0, 5])).toEqual([])
})
