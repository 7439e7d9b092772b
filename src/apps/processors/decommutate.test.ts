import { fileURLToPath } from 'node:url'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { readCdfFile } from '#doors/cdf-node'
import { damageStream } from '#domain/sim'
import { checkIstp, type Cdf } from '#formats/cdf'
import { parseUtc } from '#formats/time'
import { decodePacket } from '#formats/xtce'
import { readPackets } from '#formats/ccsds'
import { emptyFolder, missionFolder, mmsFlight, putFile, renderSpan } from '#test/mms-flight'
import { makeJob, runJob, type JobPlan, type JobResult } from '#test/run-job'

const program = fileURLToPath(new URL('./decommutate.ts', import.meta.url))
const NAME = 'mms1_dfg_srvy_l1a_20261120_v0.0.0.cdf'
const parameters = { packets: 'packets/mms.xml', plan: 'packets/fgm-l1a.yaml' }
const day = { process: 'decommutate-fgm', start: '2026-11-20T00:00:00Z', stop: '2026-11-21T00:00:00Z', outputs: { l1a: NAME }, parameters }

const files = emptyFolder()
const first = renderSpan('telemetry', '2026-11-20T06:00:00Z', '2026-11-20T06:06:00Z')
const second = renderSpan('telemetry', '2026-11-20T06:04:00Z', '2026-11-20T06:10:00Z')
const run = (plan: Partial<JobPlan>): Promise<JobResult> => runJob([process.execPath, program], makeJob({ inputs: [], ...day, ...plan }))
const telemetry = (...streams: readonly Uint8Array[]): (readonly [string, string])[] =>
  streams.map((bytes, i) => ['telemetry', putFile(files, `${bytes.length}-${i}.pkts`, bytes)])

const column = <Values>(cdf: Cdf, name: string): Values => cdf.variables.get(name)?.readSync().values as Values
const counted = ({ stdout }: JobResult): Record<string, number> =>
  JSON.parse(stdout.split('\n').find(line => line.includes('"decommutate"')) ?? '{}') as Record<string, number>

describe('decommutation of two contacts that overlap', () => {
  let result: JobResult
  let cdf: Cdf
  beforeAll(async () => {
    result = await run({ inputs: telemetry(second, first) })
    cdf = await readCdfFile(result.path(NAME))
  })

  test('ends well and says nothing on stderr', () => expect([result.code, result.stderr]).toEqual([0, '']))

  test('has each vector of both files once, evenly in time', () => {
    const time = column<BigInt64Array>(cdf, 'Epoch')
    const fields = (bytes: Uint8Array): string[] =>
      readPackets(bytes)
        .packets.filter(({ apid }) => apid === 512)
        .map(({ bytes: b }) => Buffer.from(b).toString('hex'))
    expect(time.length).toBe(64 * new Set([...fields(first), ...fields(second)]).size)
    // The grid is 1/16 s; packet times are cut to 2^-16 s.
    for (let i = 1; i < time.length; i++) expect(Math.abs(Number((time[i] ?? 0n) - (time[i - 1] ?? 0n)) - 62_500_000)).toBeLessThan(16_000)
    expect(counted(result)).toMatchObject({ gaps: 0, bad: 0, conflicts: 0, overlapping: 0, samples: time.length })
    expect(counted(result)['duplicates']).toBeGreaterThan(25)
  })

  test('has the counts of the packets, unchanged', () => {
    const packet = readPackets(first).packets.find(({ apid }) => apid === 512)
    const { raw } = decodePacket(mmsFlight().packets, packet?.bytes ?? new Uint8Array())
    expect(Array.from(column<Int16Array>(cdf, 'mms1_dfg_counts_srvy_l1a').slice(0, 192))).toEqual(raw['FGM_VECTORS'])
  })

  test('has no ISTP error, and says that it is simulated', async () => {
    const findings = await checkIstp(cdf, { fileName: NAME })
    expect(findings.filter(({ severity }) => severity === 'error')).toEqual([])
    expect(cdf.attributes.get('TEXT')?.[0]?.value).toContain('SIMULATED')
    expect(cdf.attributes.get('Packet_statistics')?.map(({ value }) => value)).toContain('gaps=0')
  })

  test('is equal to the bit when the same job runs again', async () => {
    const again = await run({ inputs: telemetry(second, first) })
    expect(readFileSync(again.path(NAME)).equals(readFileSync(result.path(NAME)))).toBe(true)
  })
})

describe('decommutation of what is not as it should be', () => {
  test('a damaged stream loses its damaged packets and no others', async () => {
    const { bytes, faults } = damageStream(first, { gaps: 0.05, duplicates: 0.1, swaps: 0.1, bitErrors: 0.05 }, 5)
    const lost = new Set(faults.filter(({ kind }) => kind === 'gap' || kind === 'bit-error').map(({ index }) => index))
    const kept = readPackets(first).packets.filter(({ apid }, i) => apid === 512 && !lost.has(i))
    const result = await run({ inputs: telemetry(bytes) })
    const time = column<BigInt64Array>(await readCdfFile(result.path(NAME)), 'Epoch')
    expect(time.length).toBe(64 * kept.length)
    expect(time.every((t, i) => i === 0 || t > (time[i - 1] ?? 0n))).toBe(true)
    // A packet sent twice may have been turned a bit in: both copies are then bad.
    expect(counted(result)['bad']).toBeGreaterThanOrEqual(faults.filter(({ kind }) => kind === 'bit-error').length)
    expect(counted(result)['gaps']).toBeGreaterThan(0)
  })

  test('samples outside the partition are cut', async () => {
    const [start, stop] = ['2026-11-20T06:01:00Z', '2026-11-20T06:02:00Z']
    const result = await run({ start, stop, inputs: telemetry(first) })
    const time = column<BigInt64Array>(await readCdfFile(result.path(NAME)), 'Epoch')
    expect(time.length).toBe(960)
    expect((time[0] ?? 0n) >= parseUtc(start) && (time.at(-1) ?? 0n) < parseUtc(stop)).toBe(true)
    expect(counted(result)['outside']).toBeGreaterThan(3000)
  })

  test('ions and electrons go into one file, each with its time', async () => {
    const name = 'mms1_fpi_fast_l1a_20261120060000_v0.0.0.cdf'
    const result = await run({
      outputs: { l1a: name },
      parameters: { ...parameters, plan: 'packets/fpi-l1a.yaml' },
      inputs: telemetry(first),
    })
    const cdf = await readCdfFile(result.path(name))
    expect(column<BigInt64Array>(cdf, 'Epoch').length).toBe(80)
    expect(cdf.variables.get('mms1_des_counts_fast_l1a')?.attributes.get('DEPEND_0')?.value).toBe('Epoch_des')
    // One count of the telemetry field is 0.01 cm^-3.
    const density = column<Float32Array>(cdf, 'mms1_dis_numberdensity_fast_l1a')[0] ?? 0
    expect(density).toBeGreaterThan(0.1)
    expect(Math.abs(density * 100 - Math.round(density * 100))).toBeLessThan(1e-4)
    expect((await checkIstp(cdf, { fileName: name })).filter(({ severity }) => severity === 'error')).toEqual([])
  })

  test('no packet in the partition: code 66, a reason, no file', async () => {
    const result = await run({ start: '2026-11-19T00:00:00Z', stop: '2026-11-20T00:00:00Z', inputs: telemetry(first) })
    expect(result.code).toBe(66)
    expect(result.stderr).toBe('no packet of 2026-11-19T00:00:00Z to 2026-11-20T00:00:00Z is in 1 telemetry files\n')
  })

  test.each([
    ['no such container', 'srvy: FGM', 'srvy: FGN', 'the definition MMS has no container FGN'],
    ['no such parameter', 'parameter: FGM_VECTORS', 'parameter: FGM_VECTOR', 'the definition MMS has no parameter FGM_VECTOR'],
    [
      'a type that packets cannot have',
      'type: CDF_INT2',
      'type: CDF_CHAR',
      'mms1_dfg_counts_srvy_l1a: packets cannot be written as CDF_CHAR',
    ],
  ])('%s is said in one line', async (_, from, to, line) => {
    const plan = putFile(
      files,
      `${to.replaceAll(/\W/g, '')}.yaml`,
      readFileSync(`${missionFolder}packets/fgm-l1a.yaml`, 'utf8').replace(from, to),
    )
    const result = await run({ parameters: { ...parameters, plan }, inputs: telemetry(first) })
    expect([result.code, result.stderr]).toEqual([1, `${line}\n`])
  })

  test.each([
    ['not there', join(files, 'absent.yaml'), /^ENOENT: no such file or directory, open .*absent\.yaml'\n$/],
    ['malformed', putFile(files, 'torn.yaml', 'streams: [1,'), /^\S+torn\.yaml: .*line 1.*\n$/],
    ['empty', putFile(files, 'empty.yaml', ''), /^\S+empty\.yaml: "descriptor" must be a text, it is absent\n$/],
  ])('a plan that is %s is one line', async (_, plan, line) => {
    const result = await run({ parameters: { ...parameters, plan }, inputs: telemetry(first) })
    expect(result.code).toBe(1)
    expect(result.stderr).toMatch(line)
  })

  test('a plan that is wrong fails with the key and the place', async () => {
    const plan = putFile(
      files,
      'wrong.yaml',
      'descriptor: X>Y\nstreams:\n  - { container: FGM, time: { seconds: SECONDS, epoch: tai-1958 }, variables: 3 }\n',
    )
    const result = await run({ parameters: { ...parameters, plan }, inputs: telemetry(first) })
    expect([result.code, result.stderr]).toEqual([1, `${plan}: "variables" must be a list, it is 3\n`])
  })
})
