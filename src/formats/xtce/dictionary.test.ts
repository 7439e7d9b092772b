import { readFileSync, readdirSync } from 'node:fs'
import { readPackets } from '#formats/ccsds'
import type { Packet } from '#formats/ccsds'
import { sharedIsThere, sharedNote, sharedPath } from '#test/shared'
import { describe, expect, test } from 'vitest'
import { compileXtce, decodeColumns, decodePacket, encodePacket, parseDictionary } from './index.ts'

const header = { SEC_HDR_FLG: 0, SRC_SEQ_CTR: 1 }

test('fields one behind the other, with arrays and an array of what is left', () => {
  const csv = 'name,data_type,bit_length\nA,int,4\nB,fill,4\nC,"uint(3)",12\nPAD,uint,4\nD,uint(expand),16\nE,uint,8\n'
  const compiled = compileXtce(parseDictionary('Small', [{ name: 'One', apid: 3, csv }]))
  const values = { ...header, 'One.A': -2, 'One.B': 5, 'One.C': [1, 2, 4095], 'One.PAD': 0, 'One.D': [7, 8], 'One.E': 9 }
  const bytes = encodePacket(compiled, 'One', values)
  expect([...bytes.subarray(6)]).toEqual([0xe5, 0, 0x10, 0x02, 0xff, 0xf0, 0, 7, 0, 8, 9])
  expect(decodePacket(compiled, bytes)).toMatchObject({
    container: 'One',
    raw: { 'One.A': -2, 'One.C': [1, 2, 4095], 'One.D': [7, 8], 'One.E': 9 },
    problems: [],
  })
})

test('fields at start byte and bit, byte orders, formulas and coefficients', () => {
  const csv = `Mnemonic ,Type,Units,Start Byte,Start Bit,Data Size,Conversion Formula,States
H,U12,,0,0,16,,
V,U12,V,6,4,12,X*0.5 - 1,
F,F4321,,8,0,32,,
W,U2143,,12,0,32,0 2,
S,U1,,16,7,1,,ON_OFF`
  const definition = parseDictionary('Small', [{ name: 'One', apid: 3, csv }])
  expect(definition.unsupported).toMatchObject([{ construct: 'states ON_OFF without a table (numbers are given)', where: 'One.S' }])
  const bytes = Uint8Array.of(0, 3, 0xc0, 1, 0, 10, 0xff, 0x02, 0, 0, 0x80, 0x3f, 2, 1, 4, 3, 1)
  expect(decodePacket(compileXtce(definition), bytes)).toMatchObject({
    raw: { 'One.V': 0xf02, 'One.F': 1, 'One.W': 0x01020304, 'One.S': 1 },
    engineering: { 'One.V': 0xf02 * 0.5 - 1, 'One.W': 0x02040608 },
    problems: [],
  })
})

test.each([
  ['name,data_type\nA,uint', 'no column bitlength or datasize'],
  ['name,data_type,bit_length\nA,quad,4', 'row 2: "quad" is no kind of data'],
  ['name,data_type,bit_length\nA,uint,x', 'row 2: the size is "x"'],
  ['name,data_type,bit_length\nA,U11,16', 'row 2: 11 is no order of 2 bytes'],
  ['name,data_type,bit_length\nA,float,24', 'no float has 24 bits'],
  ['name,data_type,bit_length\nA,uint,8\nA,uint,8', 'row 3: A is there twice'],
  ['name,data_type,bit_length\n"A,uint,8', 'ends inside a quoted cell'],
])('a dictionary %j is refused: %s', (csv, message) => {
  expect(() => parseDictionary('Bad', [{ name: 'One', apid: 1, csv }])).toThrow(message)
})

describe.skipIf(!sharedIsThere)('real dictionaries' + sharedNote, () => {
  const read = (...path: string[]) => new Uint8Array(readFileSync(sharedPath('real', ...path)))
  const text = (...path: string[]) => readFileSync(sharedPath('real', ...path), 'utf8')

  test('HERMES: 3,051 packets with 34 counts of 12 bits, 528 bits behind the primary header', () => {
    const compiled = compileXtce(
      parseDictionary('HERMES', [{ name: 'EEA', apid: 260, csv: text('hermes', 'eea', 'hermes_EEA_sci_packet_def.csv') }]),
    )
    expect(compiled.plans.get('EEA')!.bits).toBe(528 + 48)
    const { packets, problems } = readPackets(read('hermes', 'eea', 'hermes_EEA_l0_2023042-000000_v0.bin'))
    expect(packets).toHaveLength(3051)
    expect(problems.filter(p => p.problem === 'garbage' || p.problem === 'leftover')).toEqual([])
    const table = decodeColumns(compiled, 'EEA', packets)
    expect(table.problems).toEqual([])
    const counts = table.columns.get('EEA.ACCUM')!
    expect([counts.shape, counts.raw.length]).toEqual([[34], 3051 * 34])
    const steps = table.columns.get('EEA.STEP')!.raw as Uint8Array
    for (const i of [0, 1500, 3050]) {
      const { raw } = decodePacket(compiled, packets[i]!.bytes)
      expect(Array.from(counts.raw.slice(i * 34, i * 34 + 34))).toEqual(raw['EEA.ACCUM'])
      expect(steps[i]).toBe(raw['EEA.STEP'])
    }
    expect(Math.max(...steps)).toBeLessThan(164)
  })

  test('HERMES NEMISIS: a dictionary with its columns in another order loads', () => {
    const compiled = compileXtce(
      parseDictionary('HERMES', [{ name: 'NEM', apid: 1, csv: text('hermes', 'nemisis', 'NEM_sci_packet_def.csv') }]),
    )
    expect(compiled.definition.types.get('NEM.MAG_DATA')).toMatchObject({ kind: 'array', dimensions: [{ kind: 'fixed', value: 1080 }] })
  })

  describe('CYGNSS', () => {
    const apids: Readonly<Record<string, number>> = {
      ENG_LZ: 384,
      ENG_HI: 386,
      ENG_FILL: 391,
      ENG_ADCS: 392,
      ENG_ADCSIO: 393,
      ENG_PVT: 394,
      DIAG_DDMI_PROCESSED_DATA: 1313,
    }
    const definition = () =>
      parseDictionary(
        'CYGNSS',
        Object.entries(apids).map(([name, apid]) => ({ name, apid, csv: text('cygnss', 'defs', `${name}.csv`) })),
      )
    const file = () => readPackets(read('cygnss', 'CYGNSS_F7_L0_2022_086_10_15_V01_F__first101pkts.tlm'))

    test('101 packets split by APID are the seven files, octet for octet', () => {
      const byApid = new Map<number, Packet[]>()
      for (const packet of file().packets) byApid.set(packet.apid, [...(byApid.get(packet.apid) ?? []), packet])
      const names = readdirSync(sharedPath('real', 'cygnss', 'expected_split')).toSorted()
      expect([...byApid.keys()].toSorted((a, b) => a - b).map(apid => `apid${String(apid).padStart(5, '0')}.tlm`)).toEqual(names)
      for (const [apid, packets] of byApid) {
        const joined = Buffer.concat(packets.map(packet => packet.bytes))
        expect(Buffer.compare(joined, read('cygnss', 'expected_split', `apid${String(apid).padStart(5, '0')}.tlm`))).toBe(0)
      }
    })

    test('every packet decodes whole by the dictionaries, formulas included, and is itself again', () => {
      const compiled = compileXtce(definition())
      const kinds: Record<string, number> = {}
      for (const { bytes } of file().packets) {
        const { container, raw, engineering, problems, rest } = decodePacket(compiled, bytes)
        kinds[container] = (kinds[container] ?? 0) + 1
        expect(problems).toEqual([])
        expect(Buffer.compare(encodePacket(compiled, container, raw, { rest }), bytes)).toBe(0)
        for (const [name, value] of Object.entries(engineering)) if (typeof raw[name] === 'number') expect(typeof value).toBe('number')
      }
      expect(kinds).toEqual({ ENG_LZ: 4, ENG_HI: 4, ENG_FILL: 1, ENG_ADCS: 4, ENG_ADCSIO: 40, ENG_PVT: 39, DIAG_DDMI_PROCESSED_DATA: 9 })
    })

    test('a supply voltage comes out near what its name says', () => {
      const compiled = compileXtce(definition())
      const values = file()
        .packets.filter(packet => packet.apid === 384)
        .map(packet => decodePacket(compiled, packet.bytes).engineering)
      for (const value of values) {
        expect(value['ENG_LZ.LZ_EPS_LVPS_3P3V']).toBeCloseTo(3.3, 0)
        expect(value['ENG_LZ.LZ_EPS_LVPS_5V']).toBeCloseTo(5, 0)
        expect(value['ENG_LZ.LZ_EPS_LVPS_12V']).toBeCloseTo(12, 0)
        expect(Math.abs(Number(value['ENG_LZ.LZ_EPS_LVPS_TEMP0_SNS']))).toBeLessThan(60)
      }
    })
  })

  test.each([
    ['1234', 32],
    ['4321', 32],
    ['2143', 32],
    ['3412', 32],
    ['12', 16],
    ['21', 16],
  ])('conformance: byte order %s of %i bits', (order, bits) => {
    const csv = `Mnemonic,Type,Start Byte,Start Bit,Data Size\n${Array.from({ length: 80 }, (_, i) => `W${i},U${order},${6 + (i * bits) / 8},0,${bits}`).join('\n')}`
    const compiled = compileXtce(parseDictionary('Order', [{ name: 'P', apid: 226, csv }]))
    const { packets, problems } = readPackets(read('ccsds-conformance', `byteorder_${order}.bin`), { version: 1 })
    expect(problems).toEqual([])
    const rows = packets.map(packet => {
      const { raw } = decodePacket(compiled, packet.bytes)
      expect(Buffer.compare(encodePacket(compiled, 'P', raw), packet.bytes)).toBe(0)
      return Array.from({ length: 80 }, (_, i) => Number(raw[`P.W${i}`])).join(',')
    })
    expect(rows).toEqual(text('ccsds-conformance', `byteorder_${order}.csv`).trim().split(/\r?\n/))
    const table = decodeColumns(compiled, 'P', packets)
    expect(packets.map((_, i) => Array.from({ length: 80 }, (__, k) => Number(table.columns.get(`P.W${k}`)!.raw[i])).join(','))).toEqual(
      rows,
    )
  })

  test.each([
    ['var_length_packets.bin', ''],
    ['var_length_packets_with_footer.bin', '\nFOOTER,uint,16'],
  ])('conformance: variable length, %s', (file, footer) => {
    const compiled = compileXtce(
      parseDictionary('Variable', [{ name: 'P', apid: 226, csv: `name,data_type,bit_length\nDATA,uint(expand),16${footer}` }]),
    )
    const decoded = readPackets(read('ccsds-conformance', file), { version: 1 }).packets.map(packet => decodePacket(compiled, packet.bytes))
    expect(decoded.flatMap(packet => packet.problems)).toEqual([])
    const counts = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29]
    expect(decoded.map(packet => packet.raw['P.DATA'])).toEqual(counts.map(count => Array.from({ length: count }, (_, i) => count + i)))
    if (footer !== '') expect(decoded.map(packet => packet.raw['P.FOOTER'])).toEqual(counts.map(() => 1))
  })
})
