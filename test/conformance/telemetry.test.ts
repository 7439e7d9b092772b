import { readFileSync, readdirSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readPackets, type WalkOptions } from '#doors/ccsds'
import {
  collectProblems,
  compileXtce,
  decodeColumns,
  decodePacket,
  describeDecodeProblem,
  encodePacket,
  parseDictionary,
  parseXtce,
  type CompiledXtce,
  type ParseOptions,
} from '#doors/xtce'
import { sharedIsThere, sharedNote, sharedPath } from '#test/shared'

const real = (path: string): string => sharedPath('real', ...path.split('/'))
const text = (path: string): string => readFileSync(real(path), 'utf8')

interface PacketSet {
  readonly file: string
  readonly definition: () => CompiledXtce
  readonly framing?: WalkOptions
  /** Packets by what they decode as; those of no container of the definition stand under its trunk. */
  readonly kinds: Readonly<Record<string, number>>
  /** What decoding remarks, each once per kind of packet. */
  readonly remarks?: readonly string[]
}

const xtce =
  (path: string, options?: ParseOptions): PacketSet['definition'] =>
  () =>
    compileXtce(parseXtce(text(path), options))
const csv =
  (name: string, ...packets: readonly (readonly [kind: string, apid: number, csv: () => string])[]): PacketSet['definition'] =>
  () =>
    compileXtce(
      parseDictionary(
        name,
        packets.map(([kind, apid, read]) => ({ name: kind, apid, csv: read() })),
      ),
    )
const cygnss = (
  [
    ['ENG_LZ', 384],
    ['ENG_HI', 386],
    ['ENG_FILL', 391],
    ['ENG_ADCS', 392],
    ['ENG_ADCSIO', 393],
    ['ENG_PVT', 394],
    ['DIAG_DDMI_PROCESSED_DATA', 1313],
  ] as const
).map(([kind, apid]) => [kind, apid, () => text(`cygnss/defs/${kind}.csv`)] as const)
const orders = (order: string, bits: number): PacketSet => ({
  file: `ccsds-conformance/byteorder_${order}.bin`,
  definition: csv('Order', [
    'P',
    226,
    () =>
      `Mnemonic,Type,Start Byte,Start Bit,Data Size\n${Array.from({ length: 80 }, (_, i) => `W${i},U${order},${6 + (i * bits) / 8},0,${bits}`).join('\n')}`,
  ]),
  framing: { version: 1 },
  kinds: { P: 10 },
})
const lengths = (file: string, footer: string): PacketSet => ({
  file: `ccsds-conformance/${file}`,
  definition: csv('Variable', ['P', 226, () => `name,data_type,bit_length\nDATA,uint(expand),16${footer}`]),
  framing: { version: 1 },
  kinds: { P: 10 },
})
const mag = xtce('imap/packet_def/mag_17.9.xml')
const spare = (kind: string, what: string): string => `${kind}: the definition says nothing about the last ${what}`
const unknown = 'CCSDSPacket: no container of the definition fits'

/** Every file of packets that is held, with counts from the notes on real data and from independent readers. */
const sets: readonly PacketSet[] = [
  {
    file: 'imap/mag/mag_l0_test_data.pkts',
    definition: xtce('imap/mag/MAG_SCI_COMBINED.xml'),
    kinds: { P_MAG_SCI_NORM: 17, P_MAG_SCI_BURST: 19 },
  },
  { file: 'imap/mag/mag_l1_test_data.pkts', definition: xtce('imap/mag/MAG_SCI_COMBINED.xml'), kinds: { P_MAG_SCI_NORM: 6 } },
  {
    file: 'imap/swe/2024051010_SWE_SCIENCE_packet.bin',
    definition: xtce('imap/swe/swe_packet_definition.xml'),
    kinds: { SWE_SCIENCE: 29 },
  },
  {
    file: 'imap/codice/imap_codice_l0_hskp_20100101_v001.pkts',
    definition: xtce('imap/codice/P_COD_NHK.xml'),
    kinds: { P_COD_NHK: 99, CCSDSPacket: 523 },
    remarks: [unknown, spare('P_COD_NHK', '2 octets')],
  },
  {
    file: 'imap/swapi/imap_swapi_l0_raw_20240924_v001.pkts',
    definition: xtce('imap/swapi/swapi_packet_definition.xml', { integerWords: { signed: 'unsigned' } }),
    kinds: { P_SWP_SCI: 153, P_SWP_HK: 17, P_SWP_AUT: 153, CCSDSPacket: 140 },
    remarks: [unknown, spare('P_SWP_HK', '6 octets')],
  },
  {
    file: 'imap/hit/imap_hit_l0_hk_20100105_v001.pkts',
    definition: xtce('imap/hit/hit_packet_definitions.xml'),
    kinds: { HIT_HSKP: 88 },
  },
  { file: 'imap/mag-hk/EMPTY_HK.pkts', definition: mag, kinds: {} },
  { file: 'imap/mag-hk/MAG_HSK_PROCSTAT.pkts', definition: mag, kinds: { MAG_HSK_PROCSTAT: 54 } },
  { file: 'imap/mag-hk/MAG_HSK_PW.pkts', definition: mag, kinds: { MAG_HSK_PW: 1334 } },
  { file: 'imap/mag-hk/MAG_HSK_PW_20250421_sclk.bin', definition: mag, kinds: { MAG_HSK_PW: 414 } },
  { file: 'imap/mag-hk/MAG_HSK_PW_20251017_sclk.pkts', definition: mag, kinds: { MAG_HSK_PW: 1834 } },
  { file: 'imap/mag-hk/MAG_HSK_STATUS.pkts', definition: mag, kinds: { MAG_HSK_STATUS: 2881 } },
  {
    file: 'imap/sc-hk/SCID_X285.pkts',
    definition: xtce('imap/packet_def/sc_4.2.xml'),
    kinds: { SCID_X285: 82 },
    remarks: [spare('SCID_X285', '4 bits')],
  },
  {
    file: 'jpss/J01_G011_LZ_2021-04-09T00-00-00Z_V01.DAT1',
    definition: xtce('jpss/jpss1_geolocation_xtce_v1.xml'),
    kinds: { JPSS_ATT_EPHEM: 7200 },
  },
  {
    file: 'cygnss/CYGNSS_F7_L0_2022_086_10_15_V01_F__first101pkts.tlm',
    definition: csv('CYGNSS', ...cygnss),
    kinds: { ENG_LZ: 4, ENG_HI: 4, ENG_FILL: 1, ENG_ADCS: 4, ENG_ADCSIO: 40, ENG_PVT: 39, DIAG_DDMI_PROCESSED_DATA: 9 },
  },
  ...(
    [
      [384, 'ENG_LZ', 4],
      [386, 'ENG_HI', 4],
      [391, 'ENG_FILL', 1],
      [392, 'ENG_ADCS', 4],
      [393, 'ENG_ADCSIO', 40],
      [394, 'ENG_PVT', 39],
      [1313, 'DIAG_DDMI_PROCESSED_DATA', 9],
    ] as const
  ).map(([apid, kind, count]) => ({
    file: `cygnss/expected_split/apid${String(apid).padStart(5, '0')}.tlm`,
    definition: csv('CYGNSS', ...cygnss),
    kinds: { [kind]: count },
  })),
  {
    file: 'suda/sciData_2022_130_17_41_53.spl',
    definition: xtce('suda/suda_combined_science_definition.xml'),
    framing: { prefix: 4 },
    kinds: { SciFetchTypeZero: 1, SciFetchTypeNonZero: 12 },
  },
  {
    file: 'hermes/eea/hermes_EEA_l0_2023042-000000_v0.bin',
    definition: csv('HERMES', ['EEA', 260, () => text('hermes/eea/hermes_EEA_sci_packet_def.csv')]),
    kinds: { EEA: 3051 },
  },
  ...(['1234', '4321', '2143', '3412'] as const).map(order => orders(order, 32)),
  ...(['12', '21'] as const).map(order => orders(order, 16)),
  lengths('var_length_packets.bin', ''),
  lengths('var_length_packets_with_footer.bin', '\nFOOTER,uint,16'),
]

describe.skipIf(!sharedIsThere)(`telemetry of every mission that is held${sharedNote}`, () => {
  test('no file of packets is left out', () => {
    const folders = ['imap', 'jpss', 'cygnss', 'suda', 'hermes', 'ccsds-conformance']
    const files = folders.flatMap(folder =>
      readdirSync(real(folder), { recursive: true, withFileTypes: true }).flatMap(entry =>
        entry.isFile() && /\.(pkts|bin|tlm|spl|DAT1)$/.test(entry.name) ? [relative(real(''), join(entry.parentPath, entry.name))] : [],
      ),
    )
    expect(files.length).toBeGreaterThan(30)
    expect(sets.map(({ file }) => file).toSorted()).toEqual(files.toSorted())
  })

  test.each(sets.map(set => [basename(set.file), set] as const))('%s', (_, { file, definition, framing, kinds, remarks = [] }) => {
    const compiled = definition()
    const { packets, problems } = readPackets(new Uint8Array(readFileSync(real(file))), framing)
    expect(problems.filter(({ problem }) => ['garbage', 'leftover', 'bad-length'].includes(problem))).toEqual([])
    const met = collectProblems()
    const found = new Map<string, (typeof packets)[number][]>()
    for (const [index, packet] of packets.entries()) {
      const decoded = decodePacket(compiled, packet.bytes)
      for (const problem of decoded.problems) met.add(index, problem)
      // What the simulator writes with gives every packet back, octet for octet.
      const again = encodePacket(compiled, decoded.container, decoded.raw, { rest: decoded.rest })
      expect(Buffer.compare(again, packet.bytes)).toBe(0)
      found.set(decoded.container, [...(found.get(decoded.container) ?? []), packet])
    }
    expect(Object.fromEntries([...found].map(([kind, list]) => [kind, list.length]))).toEqual(kinds)
    expect(
      met
        .groups()
        .map(({ problem }) => describeDecodeProblem(problem))
        .toSorted(),
    ).toEqual(remarks.toSorted())
    for (const [kind, list] of found) {
      // Columns hold what packet by packet holds.
      const { columns, count } = decodeColumns(compiled, kind, list)
      expect(count).toBe(list.length)
      for (const at of new Set([0, list.length >> 1, list.length - 1])) {
        const { raw, engineering } = decodePacket(compiled, list[at]!.bytes, { container: kind })
        for (const [name, value] of Object.entries(raw)) {
          const column = columns.get(name)!
          const width = column.shape.reduce((a, b) => a * b, 1)
          if (column.shape.length === 0) expect([name, column.raw[at], column.engineering[at]]).toEqual([name, value, engineering[name]])
          else expect([name, Array.from((column.raw as Uint8Array).slice(at * width, (at + 1) * width))]).toEqual([name, value])
        }
      }
    }
  })
})
