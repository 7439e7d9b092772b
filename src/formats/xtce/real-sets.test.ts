import { readFileSync } from 'node:fs'
import { readPackets } from '#formats/ccsds'
import type { Packet, WalkOptions } from '#formats/ccsds'
import { sharedIsThere, sharedNote, sharedPath } from '#test/shared'
import { describe, expect, test } from 'vitest'
import type { CompiledXtce, DecodedPacket, ParseOptions, Value, Values } from './index.ts'
import {
  applyCalibrations,
  compileIdentify,
  compileXtce,
  decodeColumns,
  decodePacket,
  encodePacket,
  parseXtce,
  readCalibrationTable,
} from './index.ts'

const real = (path: string) => sharedPath('real', ...path.split('/'))
const text = (path: string) => readFileSync(real(path), 'utf8')
const loaded = new Map<string, CompiledXtce>()
/** Definitions hold no state: each is read once. */
const load = (path: string, options?: ParseOptions): CompiledXtce => {
  const key = path + JSON.stringify(options)
  const compiled = loaded.get(key) ?? compileXtce(parseXtce(text(path), options))
  loaded.set(key, compiled)
  return compiled
}
const packetsOf = (path: string, options?: WalkOptions) => readPackets(new Uint8Array(readFileSync(real(path))), options).packets

/** Rows of a CSV without quotes, by column. */
function table(path: string): readonly Readonly<Record<string, string>>[] {
  const [head, ...lines] = text(path)
    .trim()
    .split(/\r?\n/)
    .map(line => line.split(','))
  return lines.map(line => Object.fromEntries(head!.map((name, i) => [name, line[i] ?? ''])))
}

const decodeAll = (compiled: CompiledXtce, packets: readonly Packet[]) => packets.map(packet => decodePacket(compiled, packet.bytes))

function count<T>(items: Iterable<T>, key: (item: T) => string): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const item of items) counts[key(item)] = (counts[key(item)] ?? 0) + 1
  return counts
}

/** Cells of rows that differ from the values of packets, per column; a column without parameter is not looked at. */
function compare(
  rows: readonly Readonly<Record<string, string>>[],
  packets: readonly DecodedPacket[],
  side: 'raw' | 'engineering' = 'raw',
  tolerance = 0,
) {
  let equal = 0
  const different: Record<string, number> = {}
  const unknown = new Set<string>()
  for (const [i, row] of rows.entries()) {
    for (const [name, cell] of Object.entries(row)) {
      const value = packets[i]![side][name]
      if (value === undefined) unknown.add(name)
      else if (sameCell(value, cell, tolerance)) equal++
      else different[name] = (different[name] ?? 0) + 1
    }
  }
  return { equal, different, unknown: [...unknown] }
}

/** Exporters round what they calibrate: `tolerance` is the difference they may make. */
const sameCell = (value: Value, cell: string, tolerance: number): boolean =>
  typeof value === 'string' ? value === cell : cell !== '' && Math.abs(Number(value) - Number(cell)) <= tolerance

/** Values under the names of an exported table: without the packet's name before the dot, in the letters the table has. */
const rename = (packets: readonly DecodedPacket[], change: (name: string) => string): readonly DecodedPacket[] =>
  packets.map(packet => {
    const renamed = (values: Values) => Object.fromEntries(Object.entries(values).map(([name, value]) => [change(name), value]))
    return { ...packet, raw: renamed(packet.raw), engineering: renamed(packet.engineering) }
  })
const withoutPacket = (name: string): string => name.slice(name.indexOf('.') + 1)

const exportedHeader: Readonly<Record<string, string>> = {
  VERSION: 'PHVERNO',
  TYPE: 'PHTYPE',
  SEC_HDR_FLG: 'PHSHF',
  PKT_APID: 'PHAPID',
  SEQ_FLGS: 'PHGROUPF',
  SRC_SEQ_CTR: 'PHSEQCNT',
  PKT_LEN: 'PHDLEN',
}

/** Packets that differ in their octets, in the order of first coming. */
const distinct = (packets: readonly Packet[]): readonly Packet[] => [
  ...new Map(packets.map(packet => [packet.bytes.join(), packet])).values(),
]

describe.skipIf(!sharedIsThere)('definitions and packets of real missions' + sharedNote, () => {
  test('IMAP MAG: header values of 36 packets, rates as exponents', () => {
    const decoded = decodeAll(load('imap/mag/MAG_SCI_COMBINED.xml'), packetsOf('imap/mag/mag_l0_test_data.pkts'))
    const rows = table('imap/mag/mag_l0_test_output.csv').map(({ PRI_VECSEC, SEC_VECSEC, ...row }) => ({
      ...row,
      PRI_VECSEC: String(Math.log2(Number(PRI_VECSEC))),
      SEC_VECSEC: String(Math.log2(Number(SEC_VECSEC))),
    }))
    const names: Readonly<Record<string, string>> = {
      PKT_APID: 'PHAPID',
      SRC_SEQ_CTR: 'PHSEQCNT',
      PKT_LEN: 'PHDLEN',
      MAGO_ACT: 'FOB_ACT',
      MAGI_ACT: 'FIB_ACT',
    }
    const result = compare(
      rows,
      rename(decoded, name => names[name] ?? name),
    )
    expect(result).toEqual({ equal: 36 * 16, different: {}, unknown: ['CCSDS_HEX'] })
  })

  test.each([
    ['raw', 2, 'idle_export_raw.SWE_SCIENCE_20240510_092742.csv'],
    ['engineering', 3, 'idle_export_eu.SWE_SCIENCE_20240510_092742.csv'],
  ] as const)('IMAP SWE: %s values of %i exported packets, and the counts inside', (side, exported, file) => {
    const names = (name: string) => exportedHeader[withoutPacket(name)] ?? withoutPacket(name)
    const packets = rename(
      decodeAll(load('imap/swe/swe_packet_definition.xml'), packetsOf('imap/swe/2024051010_SWE_SCIENCE_packet.bin')),
      names,
    )
    expect(packets).toHaveLength(29)
    const rows = table(`imap/swe/${file}`)
    const starts = rows.flatMap((row, i) => (row['SHCOARSE'] === '' ? [] : [i]))
    expect(starts).toHaveLength(exported)
    for (const start of starts) {
      const packet = packets.find(one => Number(one.raw['PHSEQCNT']) === Number(rows[start]!['PHSEQCNT']))!
      const head = Object.fromEntries(Object.entries(rows[start]!).filter(([name]) => !/^CEM\d$/.test(name)))
      expect(compare([head], [packet], side, 1e-4)).toEqual({ equal: 27, different: {}, unknown: ['timestamp'] })
      // Seven detectors a row, 180 rows below the head.
      const counts = rows.slice(start + 1, start + 181).flatMap(row => [1, 2, 3, 4, 5, 6, 7].map(i => Number(row[`CEM${i}`])))
      expect(counts).toEqual([...(packet.raw['SCIENCE_DATA'] as Uint8Array)])
    }
  })

  test('IMAP CoDICE housekeeping: 12,078 cells, and 2 spare octets in every packet', () => {
    const decoded = decodeAll(load('imap/codice/P_COD_NHK.xml'), packetsOf('imap/codice/imap_codice_l0_hskp_20100101_v001.pkts'))
    const housekeeping = decoded.filter(packet => packet.container === 'P_COD_NHK')
    expect(compare(table('imap/codice/idle_export_raw.COD_NHK_20230822_122700.csv'), housekeeping)).toEqual({
      equal: 12078,
      different: {},
      unknown: ['timestamp'],
    })
    expect(
      count(
        decoded.flatMap(packet => packet.problems),
        problem => `${problem.container} ${problem.problem} ${'size' in problem ? problem.size : ''}`,
      ),
    ).toEqual({
      'CCSDSPacket unknown-kind ': 523,
      'P_COD_NHK spare 16': 99,
    })
  })

  test('IMAP CoDICE housekeeping: engineering values by the calibration table beside the definition', () => {
    const rows = readCalibrationTable(text('imap/codice/eu_unit_lookup_table.csv'))
    const definition = applyCalibrations(load('imap/codice/P_COD_NHK.xml').definition, rows, row =>
      row.packet === 'COD_NHK' ? row.parameter.toUpperCase() : undefined,
    )
    const packets = packetsOf('imap/codice/imap_codice_l0_hskp_20100101_v001.pkts').filter(packet => packet.apid === 1136)
    const decoded = decodeAll(compileXtce(definition), packets)
    const exported = table('imap/codice/idle_export_eu.COD_NHK_20230822_122700.csv')
    const calibrated = rows.filter(row => row.packet === 'COD_NHK').map(row => row.parameter.toUpperCase())
    expect([calibrated.length, exported.length, decoded.length]).toEqual([62, 99, 99])
    for (const [i, row] of exported.entries()) {
      for (const name of calibrated) {
        // Small coefficients of the table are rounded to three digits.
        expect(Math.abs(Number(decoded[i]!.engineering[name]) - Number(row[name]))).toBeLessThanOrEqual(5e-3 * Math.abs(Number(row[name])))
      }
    }
  })

  describe('IMAP SWAPI', () => {
    const decode = (options?: ParseOptions) =>
      decodeAll(load('imap/swapi/swapi_packet_definition.xml', options), packetsOf('imap/swapi/imap_swapi_l0_raw_20240924_v001.pkts'))
    const of = (decoded: readonly DecodedPacket[], container: string) => decoded.filter(packet => packet.container === container)
    const housekeeping = () => table('imap/swapi/idle_export_raw.SWP_HK_20240924_080204.csv')
    const sum = (different: Readonly<Record<string, number>>) => Object.values(different).reduce((a, b) => a + b, 0)

    test('7,650 science cells', () => {
      const result = compare(table('imap/swapi/idle_export_raw.SWP_SCI_20240924_080204.csv'), of(decode(), 'P_SWP_SCI'))
      expect(result).toMatchObject({ equal: 7650, different: {} })
    })

    test('housekeeping: 142 cells differ while 12 bits are signed as the definition says; 17 checksums lie behind its end', () => {
      const { equal, different } = compare(housekeeping(), of(decode(), 'P_SWP_HK'))
      expect({ equal, sign: sum(different) - different['CHKSUM']!, checksum: different['CHKSUM'] }).toEqual({
        equal: 1558,
        sign: 142,
        checksum: 17,
      })
    })

    test('housekeeping: with the sign convention of the exporter only the checksums differ, and the spare octets are named', () => {
      const packets = of(decode({ integerWords: { signed: 'unsigned' } }), 'P_SWP_HK')
      expect(compare(housekeeping(), packets)).toMatchObject({ equal: 1700, different: { CHKSUM: 17 } })
      expect(packets.every(packet => packet.problems.some(problem => problem.problem === 'spare' && problem.size === 48))).toBe(true)
    })
  })

  test('IMAP HIT housekeeping: 10,266 cells and those of the header', () => {
    const names: Readonly<Record<string, string>> = {
      VERSION: 'CCSDS_VERSION',
      TYPE: 'CCSDS_TYPE',
      SEC_HDR_FLG: 'CCSDS_SEC_HDR_FLAG',
      PKT_APID: 'CCSDS_APPID',
      SEQ_FLGS: 'CCSDS_GRP_FLAG',
      SRC_SEQ_CTR: 'CCSDS_SEQ_CNT',
      PKT_LEN: 'CCSDS_LENGTH',
      SC_TICK: 'SHCOARSE',
    }
    const decoded = decodeAll(load('imap/hit/hit_packet_definitions.xml'), packetsOf('imap/hit/imap_hit_l0_hk_20100105_v001.pkts'))
    const result = compare(
      table('imap/hit/hskp_sample_raw.csv'),
      rename(decoded, name => names[withoutPacket(name)] ?? withoutPacket(name)),
    )
    expect(decoded).toHaveLength(88)
    expect(result).toEqual({ equal: 87 * 126, different: {}, unknown: [] })
  })

  describe('IMAP MAG housekeeping', () => {
    // The exporter's clock: coarse seconds plus this constant, in nanoseconds.
    const offset = 315_576_064_184_000_000n
    test.each([
      ['MAG_HSK_PW', 'MAG_HSK_PW.pkts'],
      ['MAG_HSK_STATUS', 'MAG_HSK_STATUS.pkts'],
      ['MAG_HSK_PROCSTAT', 'MAG_HSK_PROCSTAT.pkts'],
    ])('%s: first and last row and the count of distinct packets', (kind, file) => {
      const [head, first, last, lines] = text(`imap/mag-hk/expected/${kind}.csv`).trim().split(/\r?\n/)
      const packets = distinct(packetsOf(`imap/mag-hk/${file}`))
      expect(packets.length + 1).toBe(Number(lines))
      const decoded = rename(decodeAll(load('imap/packet_def/mag_17.9.xml'), packets), name => withoutPacket(name).toLowerCase())
      expect(new Set(decoded.map(packet => packet.container))).toEqual(new Set([kind]))
      const rows = [first!, last!].map(line => Object.fromEntries(line.split(',').map((cell, i) => [head!.split(',')[i]!, cell])))
      const ends = [decoded[0]!, decoded.at(-1)!]
      const { equal, different, unknown } = compare(rows, ends, 'engineering')
      expect({ equal, different }).toEqual({ equal: 2 * (Object.keys(rows[0]!).length - unknown.length), different: {} })
      expect(unknown).toEqual(['epoch', 'time_met_iso', 'epoch_iso'])
      expect(ends.map(packet => String(BigInt(Number(packet.raw['shcoarse'])) * 1_000_000_000n + offset))).toEqual(
        rows.map(row => row['epoch']),
      )
    })
  })

  test('IMAP spacecraft housekeeping: all columns of the team, context calibrators, 4 spare bits', () => {
    const decoded = rename(decodeAll(load('imap/packet_def/sc_4.2.xml'), packetsOf('imap/sc-hk/SCID_X285.pkts')), name =>
      withoutPacket(name).toLowerCase(),
    )
    expect(decoded).toHaveLength(82)
    const columns = text('imap/sc-hk/imap_sc_l1_x285_20260217_v001.csv').split('\n', 1)[0]!.split(',')
    expect(columns.filter(name => decoded[0]!.raw[name] === undefined)).toEqual(['epoch', 'time_met_iso', 'epoch_iso'])
    for (const { problems, raw, engineering } of decoded) {
      expect(problems).toEqual([{ problem: 'spare', container: 'SCID_X285', size: 4 }])
      const counts = Number(raw['h90_curr'])
      const [constant, slope] = counts <= 100 ? [-0.6772857718101211, 0.01414948704541766] : [-2.080124541725779, 0.02803897981685982]
      expect(engineering['h90_curr']).toBe(constant + slope * counts)
    }
  })

  test.each(['jpss1_geolocation_xtce_v1.xml', 'contrived_inheritance_structure.xml'])(
    'JPSS with %s: orbit radius and unit quaternion of 7,200 packets',
    definition => {
      const compiled = load(`jpss/${definition}`)
      const packets = packetsOf('jpss/J01_G011_LZ_2021-04-09T00-00-00Z_V01.DAT1')
      const { columns, count, problems } = decodeColumns(compiled, 'JPSS_ATT_EPHEM', packets)
      const norm = (names: readonly string[]) =>
        Float64Array.from({ length: count }, (_, i) => Math.hypot(...names.map(name => Number(columns.get(name)!.raw[i]))))
      expect([count, problems]).toEqual([7200, []])
      const radius = norm(['ADGPSPOSX', 'ADGPSPOSY', 'ADGPSPOSZ'])
      expect(radius[0]).toBeCloseTo(7_205_701.003, 2)
      expect(radius.at(-1)).toBeCloseTo(7_212_380.438, 2)
      // One orbit and a little more: nothing may jump.
      for (let i = 1; i < count; i++) expect(Math.abs(radius[i]! - radius[i - 1]!)).toBeLessThan(15)
      for (const length of norm(['ADCFAQ1', 'ADCFAQ2', 'ADCFAQ3', 'ADCFAQ4'])) expect(length).toBeCloseTo(1, 5)
      for (const index of [0, 3600, 7199]) {
        const decoded = decodePacket(compiled, packets[index]!.bytes)
        expect(decoded).toMatchObject({ container: 'JPSS_ATT_EPHEM', problems: [] })
        for (const [name, value] of Object.entries(decoded.raw)) expect(columns.get(name)!.raw[index]).toBe(value)
      }
    },
  )

  test('SUDA: 13 packets behind a prefix of 4 octets, aliases, octets of dynamic size', () => {
    const compiled = load('suda/suda_combined_science_definition.xml')
    const decoded = decodeAll(compiled, packetsOf('suda/sciData_2022_130_17_41_53.spl', { prefix: 4 }))
    expect(count(decoded, packet => packet.container)).toEqual({ SciFetchTypeZero: 1, SciFetchTypeNonZero: 12 })
    expect(decoded.flatMap(packet => packet.problems)).toEqual([])
    expect(compiled.definition.unsupported).toEqual([])
    expect([...compiled.definition.parameters.values()].filter(parameter => parameter.aliases.length > 0)).toHaveLength(200)
  })

  test.each([
    ['imap/mag/MAG_SCI_COMBINED.xml', 'imap/mag/mag_l0_test_data.pkts', {}],
    ['imap/swe/swe_packet_definition.xml', 'imap/swe/2024051010_SWE_SCIENCE_packet.bin', {}],
    ['imap/codice/P_COD_NHK.xml', 'imap/codice/imap_codice_l0_hskp_20100101_v001.pkts', {}],
    ['imap/swapi/swapi_packet_definition.xml', 'imap/swapi/imap_swapi_l0_raw_20240924_v001.pkts', {}],
    ['imap/hit/hit_packet_definitions.xml', 'imap/hit/imap_hit_l0_hk_20100105_v001.pkts', {}],
    ['imap/packet_def/mag_17.9.xml', 'imap/mag-hk/MAG_HSK_PW_20251017_sclk.pkts', {}],
    ['imap/packet_def/mag_17.9.xml', 'imap/mag-hk/MAG_HSK_PROCSTAT.pkts', {}],
    ['imap/packet_def/sc_4.2.xml', 'imap/sc-hk/SCID_X285.pkts', {}],
    ['jpss/jpss1_geolocation_xtce_v1.xml', 'jpss/J01_G011_LZ_2021-04-09T00-00-00Z_V01.DAT1', {}],
    ['suda/suda_combined_science_definition.xml', 'suda/sciData_2022_130_17_41_53.spl', { prefix: 4 }],
  ])('%s: every packet of %s is known, and itself again when encoded from its values', (definition, file, options) => {
    const compiled = load(definition)
    const packets = packetsOf(file, options)
    expect(packets.length).toBeGreaterThan(0)
    const identify = compileIdentify(compiled)
    for (const { bytes } of packets) {
      const { container, raw, rest, problems } = decodePacket(compiled, bytes)
      expect(identify(bytes)).toBe(problems.some(({ problem }) => problem === 'unknown-kind') ? undefined : container)
      expect(Buffer.compare(encodePacket(compiled, container, raw, { rest }), bytes)).toBe(0)
    }
  })
})
