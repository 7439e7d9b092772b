/**
 * How fast packets become values: `node bench/xtce-decode.ts` decodes packets laid out like an attitude and ephemeris packet
 * (27 parameters in 71 octets) and science packets of 64 vectors, into columns and one by one, beside a floor that reads the
 * same fields with DataView calls written out by hand; then loads a definition of ten thousand parameters.
 * Times are CPU time of this process, best of five.
 */
import { readFileSync } from 'node:fs'
import { sharedIsThere, sharedPath } from '#test/shared'
import { readPackets } from '#formats/ccsds'
import { compileIdentify, compileXtce, decodeColumns, decodePacket, encodePacket, parseXtce } from '#formats/xtce'

const header = [
  ['VERSION', 3],
  ['TYPE', 1],
  ['SEC_HDR_FLG', 1],
  ['PKT_APID', 11],
  ['SEQ_FLGS', 2],
  ['SRC_SEQ_CTR', 14],
  ['PKT_LEN', 16],
] as const

const integerType = (name: string, bits: number, coding = 'unsigned'): string =>
  `<IntegerParameterType name="${name}"><IntegerDataEncoding sizeInBits="${bits}" encoding="${coding}"/></IntegerParameterType>`

function makeDefinition(types: string, fields: readonly (readonly [string, string])[]): string {
  const refs = (names: readonly string[]) => names.map(name => `<ParameterRefEntry parameterRef="${name}"/>`).join('')
  return `<SpaceSystem name="Bench"><TelemetryMetaData><ParameterTypeSet>${header.map(([name, bits]) => integerType(name, bits)).join('')}${types}</ParameterTypeSet>
<ParameterSet>${[...header.map(([name]) => [name, name] as const), ...fields].map(([name, type]) => `<Parameter name="${name}" parameterTypeRef="${type}"/>`).join('')}</ParameterSet>
<ContainerSet><SequenceContainer name="Packet" abstract="true"><EntryList>${refs(header.map(([name]) => name))}</EntryList></SequenceContainer>
<SequenceContainer name="Kind"><EntryList>${refs(fields.map(([name]) => name))}</EntryList><BaseContainer containerRef="Packet"><RestrictionCriteria><Comparison parameterRef="PKT_APID" value="11"/></RestrictionCriteria></BaseContainer></SequenceContainer>
</ContainerSet></TelemetryMetaData></SpaceSystem>`
}

function best(run: () => void): number {
  let least = Infinity
  for (let round = 0; round < 5; round++) {
    const before = process.cpuUsage()
    run()
    const { user, system } = process.cpuUsage(before)
    least = Math.min(least, (user + system) / 1e6)
  }
  return least
}

const report = (name: string, bytes: number, seconds: number): boolean =>
  process.stdout.write(`${name.padEnd(60)} ${(bytes / 1e6 / seconds).toFixed(1).padStart(8)} MB/s\n`)

function makeStream(
  compiled: ReturnType<typeof compileXtce>,
  values: (index: number) => Record<string, number | Int16Array>,
  count: number,
) {
  const first = encodePacket(compiled, 'Kind', { SEC_HDR_FLG: 1, SRC_SEQ_CTR: 0, ...values(0) })
  const bytes = new Uint8Array(first.byteLength * count)
  for (let i = 0; i < count; i++)
    bytes.set(encodePacket(compiled, 'Kind', { SEC_HDR_FLG: 1, SRC_SEQ_CTR: i % 16384, ...values(i) }), i * first.byteLength)
  return { bytes, packets: readPackets(bytes).packets, size: first.byteLength }
}

const types = `${integerType('U8', 8)}${integerType('U16', 16)}${integerType('U32', 32)}${integerType('I16', 16, 'twosComplement')}<FloatParameterType name="F32"><FloatDataEncoding sizeInBits="32"/></FloatParameterType>`
const layout = [
  'U16',
  'U32',
  'U16',
  'U8',
  'U16',
  'U32',
  'U16',
  ...Array.from({ length: 6 }, () => 'F32'),
  'U16',
  'U32',
  'U16',
  ...Array.from({ length: 4 }, () => 'F32'),
]
const fields = layout.map((type, i) => [`P${i}`, type] as const)

{
  const compiled = compileXtce(parseXtce(makeDefinition(types, fields)))
  const { bytes, packets, size } = makeStream(
    compiled,
    i => Object.fromEntries(fields.map(([name], k) => [name, (i * 31 + k) % 250])),
    100_000,
  )
  report(
    '27 parameters in 71 octets, columns',
    bytes.byteLength,
    best(() => void decodeColumns(compiled, 'Kind', packets)),
  )
  report(
    '  with walking the stream',
    bytes.byteLength,
    best(() => void decodeColumns(compiled, 'Kind', readPackets(bytes).packets)),
  )
  report(
    '  packet by packet',
    bytes.byteLength / 5,
    best(() => void packets.slice(0, 20_000).map(packet => decodePacket(compiled, packet.bytes).container)),
  )
  const sizes: Readonly<Record<string, number>> = { U8: 1, U16: 2, U32: 4, F32: 4 }
  const floor = best(() => {
    const view = new DataView(bytes.buffer)
    const columns = fields.map(([, type]) => (type === 'F32' ? new Float32Array(packets.length) : new Uint32Array(packets.length)))
    const heads = header.map(() => new Uint16Array(packets.length))
    for (let i = 0, at = 0; i < packets.length; i++, at += size) {
      const one = view.getUint16(at)
      const two = view.getUint16(at + 2)
      heads[0]![i] = one >> 13
      heads[1]![i] = (one >> 12) & 1
      heads[2]![i] = (one >> 11) & 1
      heads[3]![i] = one & 0x7ff
      heads[4]![i] = two >> 14
      heads[5]![i] = two & 0x3fff
      heads[6]![i] = view.getUint16(at + 4)
      let place = at + 6
      for (let k = 0; k < layout.length; k++) {
        const width = sizes[layout[k]!]!
        columns[k]![i] =
          layout[k] === 'F32'
            ? view.getFloat32(place)
            : width === 4
              ? view.getUint32(place)
              : width === 2
                ? view.getUint16(place)
                : view.getUint8(place)
        place += width
      }
    }
  })
  report('  floor: the same fields by hand', bytes.byteLength, floor)
}

if (sharedIsThere) {
  const definition = readFileSync(sharedPath('real', 'jpss', 'jpss1_geolocation_xtce_v1.xml'), 'utf8')
  const flight = readFileSync(sharedPath('real', 'jpss', 'J01_G011_LZ_2021-04-09T00-00-00Z_V01.DAT1'))
  const compiled = compileXtce(parseXtce(definition))
  // 7200 packets are too few for a clock of processor time: ten copies.
  const bytes = Uint8Array.from({ length: flight.byteLength * 10 }, (_, i) => flight[i % flight.byteLength]!)
  const { packets } = readPackets(bytes, { sequence: false })
  const runs = (name: string, run: () => unknown) => report(name, bytes.byteLength, best(run))
  runs(`${packets.length} flight packets (JPSS), columns`, () => decodeColumns(compiled, 'JPSS_ATT_EPHEM', packets))
  runs('  with walking the stream', () => decodeColumns(compiled, 'JPSS_ATT_EPHEM', readPackets(bytes, { sequence: false }).packets))
  runs('  with walking and telling kinds apart', () => {
    const identify = compileIdentify(compiled)
    return decodeColumns(
      compiled,
      'JPSS_ATT_EPHEM',
      readPackets(bytes).packets.filter(packet => identify(packet.bytes) === 'JPSS_ATT_EPHEM'),
    )
  })
  runs('  packet by packet', () => packets.map(packet => decodePacket(compiled, packet.bytes).container))
} else process.stdout.write('flight packets (JPSS): left out, ../shared is not there\n')

{
  const dimension = (last: number) =>
    `<Dimension><StartingIndex><FixedValue>0</FixedValue></StartingIndex><EndingIndex><FixedValue>${last}</FixedValue></EndingIndex></Dimension>`
  const vectors = `<ArrayParameterType name="V" arrayTypeRef="I16"><DimensionList>${dimension(63)}${dimension(2)}</DimensionList></ArrayParameterType>`
  const compiled = compileXtce(
    parseXtce(
      makeDefinition(types + vectors, [
        ['TIME', 'U32'],
        ['B', 'V'],
      ]),
    ),
  )
  const { bytes, packets } = makeStream(compiled, i => ({ TIME: i, B: Int16Array.from({ length: 192 }, (_, k) => i * k) }), 22_000)
  report(
    `1.4 million vectors in ${packets.length} packets, columns`,
    bytes.byteLength,
    best(() => void decodeColumns(compiled, 'Kind', packets)),
  )
  report(
    '  packet by packet',
    bytes.byteLength / 10,
    best(() => void packets.slice(0, 2200).map(packet => decodePacket(compiled, packet.bytes).container)),
  )
  const floor = best(() => {
    const out = new Int16Array(packets.length * 192)
    const view = new DataView(bytes.buffer)
    for (let i = 0; i < packets.length; i++) for (let k = 0; k < 192; k++) out[i * 192 + k] = view.getInt16(i * 394 + 10 + 2 * k)
  })
  report('  floor: the same vectors by hand', bytes.byteLength, floor)
}

{
  const many = Array.from({ length: 10_000 }, (_, i) => [`PARAMETER_${i}`, `TYPE_${i}`] as const)
  const xml = makeDefinition(many.map(([, type], i) => integerType(type, 1 + (i % 32))).join('\n'), many)
  const seconds = best(() => void compileXtce(parseXtce(xml)))
  process.stdout.write(
    `ten thousand parameters (${(xml.length / 1e6).toFixed(1)} MB of XML) parsed and compiled: ${seconds.toFixed(2)} s\n`,
  )
}
