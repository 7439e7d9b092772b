import { spawnSync } from 'node:child_process'
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readCdfFile } from '#doors/cdf-node'
import { compileXtce, encodePacket, parseXtce } from '#formats/xtce'
import { sharedIsThere, sharedNote, sharedPath } from '#test/shared'
import { definition, entry, kind, parameter } from '#test/xtce'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const main = fileURLToPath(new URL('main.ts', import.meta.url))

function apsis(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, 'packets', ...args], { encoding: 'utf8' })
  return { status, lines: stdout.trimEnd().split('\n'), stderr: stderr.trimEnd() }
}

const xml = definition(
  `<FloatParameterType name="TEMPERATURE"><UnitSet><Unit>degC</Unit></UnitSet><IntegerDataEncoding sizeInBits="8"><DefaultCalibrator><PolynomialCalibrator>
  <Term coefficient="-10" exponent="0"/><Term coefficient="0.5" exponent="1"/></PolynomialCalibrator></DefaultCalibrator></IntegerDataEncoding></FloatParameterType>
  <EnumeratedParameterType name="MODE"><IntegerDataEncoding sizeInBits="8"/><EnumerationList><Enumeration value="1" label="SAFE, cold"/></EnumerationList></EnumeratedParameterType>
  <ArrayParameterType name="PAIR" arrayTypeRef="I16"><DimensionList><Dimension><StartingIndex><FixedValue>0</FixedValue></StartingIndex><EndingIndex><FixedValue>1</FixedValue></EndingIndex></Dimension></DimensionList></ArrayParameterType>`,
  parameter('T', 'U8') + parameter('TEMP', 'TEMPERATURE') + parameter('M', 'MODE') + parameter('B', 'PAIR'),
  kind('House', 5, entry('T') + entry('TEMP') + entry('M')) + kind('Field', 6, entry('T') + entry('B')),
)

let root = ''
let stream = ''
let mission = ''
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'apsis-packets-'))
  stream = join(root, 'day.pkts')
  mission = join(root, 'mission.xml')
  await writeFile(mission, xml)
  const compiled = compileXtce(parseXtce(xml))
  const house = (SRC_SEQ_CTR: number, T: number) => encodePacket(compiled, 'House', { SEC_HDR_FLG: 0, SRC_SEQ_CTR, T, TEMP: 2 * T, M: 1 })
  const field = (SRC_SEQ_CTR: number, T: number) => encodePacket(compiled, 'Field', { SEC_HDR_FLG: 0, SRC_SEQ_CTR, T, B: [T, -T] })
  const parts = [
    house(0, 10),
    field(0, 10),
    house(1, 11),
    house(1, 11),
    house(4, 14),
    field(1, 11),
    Uint8Array.of(255, 255, 255),
    house(5, 25),
    field(2, 12),
    field(3, 13),
    Uint8Array.of(0, 5),
  ]
  await writeFile(stream, Buffer.concat(parts))
})
afterAll(() => rm(root, { recursive: true }))

describe('apsis packets', () => {
  test('ls counts packets, gaps and duplicates per APID, and names kinds by a definition', () => {
    const { status, lines } = apsis('ls', stream, '--xtce', mission)
    expect(status).toBe(0)
    expect(lines.map(line => line.split(/\s{2,}/))).toEqual([
      ['APID', 'packets', 'octets', 'size', 'counts', 'gaps', 'missing', 'duplicates', 'disorder', 'kind'],
      ['5', '5', '45', '9', '0-5', '1', '2', '1', '0', 'House'],
      ['6', '4', '44', '11', '0-3', '0', '0', '0', '0', 'Field'],
      ['5 octets are no packets: apsis packets stat says where'],
    ])
    const json = JSON.parse(apsis('ls', stream, '--json', '--apid', '6').lines.join('\n')) as { apids: { apid: number; packets: number }[] }
    expect(json.apids).toMatchObject([{ apid: 6, packets: 4 }])
  })

  test('stat says what is remarkable and where, also in time', () => {
    const { lines } = apsis('stat', stream, '--xtce', mission, '--time', 'T')
    expect(lines).toEqual([
      `${stream}: 9 packets, 89 octets`,
      'duplicate: 1',
      '  octet 29, APID 5 count 1: the same packet once more',
      'gap: 1',
      '  octet 38, APID 5 count 4: 2 packets are missing, count 2 was due',
      'garbage: 1',
      '  octet 58: 3 octets are no packet and were stepped over',
      'leftover: 1',
      '  octet 92: 2 octets are left at the end, a whole packet would take 7',
      'steps of T that are no usual ones: 1',
      '  octet 61, APID 5: 11 behind 14',
    ])
    expect(apsis('stat', stream, '--time', 'NONE', '--xtce', mission)).toMatchObject({
      status: 2,
      stderr: 'apsis: the definition has no parameter NONE',
    })
  })

  test('show gives octets, or values with units', () => {
    expect(apsis('show', stream).lines).toEqual([
      'octet 0: APID 5, count 0, flags 3, telemetry, without secondary header, 9 octets',
      '      0  00 05 c0 00 00 02 0a 14 01',
    ])
    expect(
      apsis('show', stream, '--xtce', mission, '--first', '1', '--apid', '5')
        .lines.slice(-2)
        .map(line => line.trim().split(/\s{2,}/)),
    ).toEqual([
      ['TEMP', '22', '1', 'degC'],
      ['M', '1', 'SAFE, cold'],
    ])
    expect(apsis('show', stream, '--first', '99')).toMatchObject({
      status: 2,
      stderr: `apsis: ${stream} has 9 packets: there is no packet 99`,
    })
  })

  test('split writes a file per APID, and replaces none', async () => {
    const folder = join(root, 'split')
    expect(apsis('split', stream, folder).status).toBe(0)
    expect((await readdir(folder)).toSorted()).toEqual(['apid00005.tlm', 'apid00006.tlm'])
    expect((await readFile(join(folder, 'apid00006.tlm'))).byteLength).toBe(44)
    expect(apsis('split', stream, folder)).toMatchObject({ status: 2, stderr: expect.stringMatching(/is there already/) })
  })

  test('decode writes rows of CSV and of JSON', () => {
    const several = apsis('decode', stream, '--xtce', mission)
    expect(several).toMatchObject({ status: 2, stderr: expect.stringMatching(/holds House, Field and maybe more/) })
    const rows = apsis('decode', stream, '--xtce', mission, '--container', 'House', '--values', 'both').lines
    expect(rows[0]).toMatch(/,T,T_raw,TEMP,TEMP_raw,M,M_raw$/)
    expect(rows.slice(1).map(row => row.split(',').slice(-7).join())).toEqual([
      '10,10,0,20,"SAFE, cold",1',
      '11,11,1,22,"SAFE, cold",1',
      '11,11,1,22,"SAFE, cold",1',
      '14,14,4,28,"SAFE, cold",1',
      '25,25,15,50,"SAFE, cold",1',
    ])
    const json = apsis('decode', stream, '--xtce', mission, '--format', 'json').lines.map(line => JSON.parse(line) as unknown)
    expect(json[1]).toMatchObject({ offset: 9, apid: 6, sequenceCount: 0, container: 'Field', engineering: { T: 10, B: [10, -10] } })
    expect(json).toHaveLength(9)
  })

  test('decode writes a CDF with a variable per parameter', async () => {
    const file = join(root, 'field.cdf')
    const args = ['--format', 'cdf', '--container', 'Field', '-o', file, '--time', 'T', '--time-zero', '2010-01-01T00:00:00Z']
    expect(apsis('decode', stream, '--xtce', mission, ...args)).toMatchObject({
      status: 0,
      lines: [expect.stringMatching(/10 variables, 4 packets of Field/)],
    })
    const cdf = await readCdfFile(file)
    expect(await cdf.variables.get('B')!.read()).toMatchObject({ shape: [4, 2], values: Int16Array.of(10, -10, 11, -11, 12, -12, 13, -13) })
    const epochs = (await cdf.variables.get('Epoch')!.read()).values as BigInt64Array
    expect(epochs[1]! - epochs[0]!).toBe(1_000_000_000n)
  })

  test('what an integer encoding means that XTCE does not have, and what of a definition is not acted upon', async () => {
    const other = join(root, 'other.xml')
    await writeFile(
      other,
      xml
        .replace(
          '<FloatParameterType',
          '<IntegerParameterType name="ODD"><IntegerDataEncoding sizeInBits="8" encoding="odd"/></IntegerParameterType><FloatParameterType',
        )
        .replace('<Parameter name="T" parameterTypeRef="U8"/>', '<Parameter name="T" parameterTypeRef="ODD"/>')
        .replace('</SpaceSystem>', '<CommandMetaData/></SpaceSystem>'),
    )
    const args = ['decode', stream, '--xtce', other, '--container', 'House', '--values', 'raw']
    expect(apsis(...args).stderr).toMatch(/House is left out, type ODD uses integer encoding odd, which is not supported/)
    const read = apsis(...args, '--integer-word', 'odd=unsigned')
    expect([read.status, read.lines.length]).toEqual([0, 6])
    expect(read.stderr).toMatch(/^\S+other\.xml: not acted upon: CommandMetaData, line \d+$/)
    expect(apsis(...args, '--integer-word', 'odd=even').stderr).toMatch(/--integer-word is WORD=CODING/)
  })

  test('packets out of transfer frames', async () => {
    const data = (await readFile(stream)).subarray(0, 58)
    const frames = join(root, 'frames.bin')
    // Two telemetry frames of 29 octets of data each; the second packet that starts in the second frame does so at its first octet.
    const frame = (count: number, pointer: number) =>
      Buffer.concat([
        Uint8Array.of(0x1a, 0xcf, 0xfc, 0x1d, 0, 0x10, count, count, 0x18, pointer),
        data.subarray(29 * count, 29 * count + 29),
      ])
    await writeFile(frames, Buffer.concat([frame(0, 0), frame(1, 0)]))
    const args = ['ls', frames, '--frames', 'tm', '--sync-marker']
    expect(
      apsis(...args, '--frame-length', '35')
        .lines.slice(1)
        .map(line => line.split(/\s+/).slice(0, 3)),
    ).toEqual([
      ['5', '4', '36'],
      ['6', '2', '22'],
    ])
    expect(apsis(...args)).toMatchObject({ status: 2, stderr: 'apsis: transfer frames need --frame-length OCTETS' })
  })

  test('faults are one sentence and exit code 2', () => {
    expect(apsis('ls', join(root, 'none'))).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/^apsis: .*none cannot be read[^\n]*$/),
    })
    expect(apsis('decode', stream)).toMatchObject({ status: 2, stderr: 'apsis: decoding needs a packet definition: add --xtce FILE' })
    expect(apsis('decode', stream, '--xtce', stream)).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/^apsis: .*day\.pkts: it is not well-formed XML[^\n]*/),
    })
    expect(apsis('decode', stream, '--xtce', mission, '--container', 'Hose')).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/no container Hose; it has House, Field$/),
    })
  })

  test.skipIf(!sharedIsThere)('split of a real file is the expected seven files' + sharedNote, async () => {
    const folder = join(root, 'real')
    expect(apsis('split', sharedPath('real', 'cygnss', 'CYGNSS_F7_L0_2022_086_10_15_V01_F__first101pkts.tlm'), folder).status).toBe(0)
    const expected = sharedPath('real', 'cygnss', 'expected_split')
    const names = (await readdir(expected)).toSorted()
    expect((await readdir(folder)).toSorted()).toEqual(names)
    for (const name of names) expect(Buffer.compare(await readFile(join(folder, name)), await readFile(join(expected, name)))).toBe(0)
  })
})
