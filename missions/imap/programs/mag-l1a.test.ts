import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildPacket, readPackets } from '#doors/ccsds'
import { readCdfFile } from '#doors/cdf-node'
import type { JobFile } from '#domain/process'
import type { Cdf } from '#formats/cdf'
import { formatUtc, tt2000 } from '#formats/time'
import { expectedVectors, magPackets, readColumn, vectorsIn } from '#test/mag-vectors'
import { sharedIsThere, sharedNote, sharedPath } from '#test/shared'

const missionFolder = fileURLToPath(new URL('..', import.meta.url))
const program = fileURLToPath(new URL('mag-l1a.ts', import.meta.url))

let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'apsis-mag-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

interface Run {
  readonly inputs: readonly string[]
  readonly parameters?: JobFile['parameters']
  readonly day?: readonly [start: string, stop: string]
}

const output = (role: string, mode: string): JobFile['outputs'][number] => ({
  role,
  dataset: `imap_mag_l1a_${mode}-${role}`,
  fields: { sc: 'imap', inst: 'mag', level: 'l1a', descriptor: `${mode}-${role}`, start: '20231130' },
  name: `imap_mag_l1a_${mode}-${role}_20231130_v001.cdf`,
  version: '001',
  title: 'Magnetic field counts',
  description: '',
  attributes: { instrument_type: 'Magnetic Fields (space)', pi: { name: 'A. Person', affiliation: 'A university' } },
})

/** Starts the program as the executor does, in its own folder. */
function run({ inputs, parameters, day = ['2023-11-30T00:00:00Z', '2023-12-01T00:00:00Z'] }: Run) {
  const work = mkdtempSync(join(folder, 'job-'))
  const burst = parameters?.['apid'] === 1068
  const job: JobFile = {
    format: 'apsis-job/1',
    mission: 'imap',
    missionFolder,
    process: 'mag-l1a-norm',
    job: '1',
    attempt: 1,
    spacecraft: 'imap',
    partition: { kind: 'day', key: day[0].slice(0, 10), start: day[0], stop: day[1] },
    inputs: inputs.map(path => ({
      role: 'telemetry',
      dataset: 'imap_mag_l0_raw',
      fields: {},
      name: 'x',
      version: '001',
      path,
      size: 0,
      sha256: '',
    })),
    outputs: ['mago', 'magi'].map(role => output(role, burst ? 'burst' : 'norm')),
    parameters: { packets: 'packets/mag-science.xml', apid: 1052, clock: { zero: '2010-01-01T00:00:00Z', correction: 0 }, ...parameters },
    generationTime: '2026-01-01T00:00:00Z',
    seed: 1,
    simulated: false,
    scratch: work,
    software: { name: 'apsis', version: '0.1.0' },
  }
  writeFileSync(join(work, 'job.json'), JSON.stringify(job))
  const done = spawnSync(process.execPath, [program], {
    cwd: work,
    encoding: 'utf8',
    env: { ...process.env, APSIS_JOB: join(work, 'job.json') },
  })
  const read = (role: string, mode = 'norm'): Promise<Cdf> => readCdfFile(join(work, output(role, mode).name))
  return { status: done.status, stdout: done.stdout, stderr: done.stderr, read }
}

describe.skipIf(!sharedIsThere)(`real packets of the magnetometer${sharedNote}`, () => {
  const packets = magPackets

  test('all 192 vectors are in two files, equal to those of the instrument team', async () => {
    const done = run({ inputs: [packets] })
    expect(done.stderr).toBe('')
    expect(done.status).toBe(0)
    expect(JSON.parse(done.stdout)).toMatchObject({ packets: 6, repeated: 0, refused: [], mago: 96, magi: 96 })
    expect(await vectorsIn(await done.read('mago'))).toEqual(expectedVectors('pri'))
    expect(await vectorsIn(await done.read('magi'))).toEqual(expectedVectors('sec'))
  })

  test('times follow the clock, rise, and stay in the day', async () => {
    const cdf = await run({ inputs: [packets] }).read('mago')
    const epoch = (await cdf.variables.get('epoch')?.read())?.values as BigInt64Array
    // 439067307 + 64605/65536 s from 2010-01-01 UTC, with three leap seconds since.
    expect(formatUtc(tt2000(epoch[0] ?? 0n), 9)).toBe('2023-11-30T19:08:24.985794067Z')
    expect(epoch.every((t, i) => i === 0 || t > (epoch[i - 1] ?? 0n))).toBe(true)
  })

  test('the correction of the clock moves all times', async () => {
    const clock = { zero: '2010-01-01T00:00:00Z', correction: -2 }
    const cdf = await run({ inputs: [packets], parameters: { clock } }).read('mago')
    const epoch = (await cdf.variables.get('epoch')?.read())?.values as BigInt64Array
    expect(formatUtc(tt2000(epoch[0] ?? 0n), 3)).toBe('2023-11-30T19:08:22.985Z')
  })

  test('a kernel of the spacecraft’s clock takes the place of the rule, and agrees with it before launch', async () => {
    const cdf = await run({ inputs: [packets], parameters: { clock: { kernel: 'clock/sclk.tsc' } } }).read('mago')
    const epoch = (await cdf.variables.get('epoch')?.read())?.values as BigInt64Array
    expect(formatUtc(tt2000(epoch[0] ?? 0n), 6)).toBe('2023-11-30T19:08:24.985794Z')
  })

  test('deliveries that overlap count once', async () => {
    const bytes = readFileSync(packets)
    const half = join(folder, 'half.pkts')
    writeFileSync(half, bytes.subarray(0, 3 * 228))
    const done = run({ inputs: [half, packets] })
    expect(JSON.parse(done.stdout)).toMatchObject({ packets: 6, repeated: 3, mago: 96 })
  })

  test('only vectors of the partition are written', async () => {
    const done = run({ inputs: [packets], day: ['2023-11-30T19:08:30Z', '2023-11-30T19:08:40Z'] })
    const cdf = await done.read('magi')
    const epoch = (await cdf.variables.get('epoch')?.read())?.values as BigInt64Array
    const texts = Array.from(epoch, t => formatUtc(tt2000(t), 3))
    expect(texts.length).toBeGreaterThan(0)
    expect(texts.every(text => text >= '2023-11-30T19:08:30' && text < '2023-11-30T19:08:40')).toBe(true)
  })

  test('attributes are complete and every variable says what ISTP asks for', async () => {
    const cdf = await run({ inputs: [packets] }).read('mago')
    for (const name of [
      'Project',
      'Source_name',
      'Discipline',
      'Data_type',
      'Descriptor',
      'Data_version',
      'Logical_file_id',
      'Logical_source',
      'PI_name',
      'TEXT',
      'Parents',
    ])
      expect(cdf.attributes.get(name)?.[0]?.value, name).toBeTruthy()
    expect(cdf.attributes.get('Logical_source')?.[0]?.value).toBe('imap_mag_l1a_norm-mago')
    for (const variable of cdf.variables.values()) {
      expect(variable.attributes.get('CATDESC')?.value, variable.name).toBeTruthy()
      const kind = variable.attributes.get('VAR_TYPE')?.value
      if (kind !== 'metadata' && variable.name !== 'epoch') expect(variable.attributes.get('DEPEND_0')?.value, variable.name).toBe('epoch')
    }
  })

  test('burst packets make the burst products; no burst packet is no data', async () => {
    expect(run({ inputs: [packets], parameters: { apid: 1068 } })).toMatchObject({
      status: 66,
      stderr: expect.stringContaining('no packet of APID 1068'),
    })
    const both = sharedPath('real', 'imap', 'mag', 'mag_l0_test_data.pkts')
    const done = run({ inputs: [both], parameters: { apid: 1068 }, day: ['2023-10-25T00:00:00Z', '2023-10-26T00:00:00Z'] })
    expect(done.stderr).toBe('')
    const fast = await done.read('mago', 'burst')
    expect(new Set(await readColumn(fast, 'vectors_per_second'))).toEqual(new Set([64]))
  })

  test('a day without a vector of these packets is no data', () => {
    const day = ['2023-12-24T00:00:00Z', '2023-12-25T00:00:00Z'] as const
    expect(run({ inputs: [packets], day })).toMatchObject({
      status: 66,
      stderr: expect.stringContaining('none of 6 packets of APID 1052 has a vector in'),
    })
  })

  test('packets that end before their vectors do are refused and counted', () => {
    const first = readPackets(readFileSync(packets)).packets[0]
    const cut = join(folder, 'cut.pkts')
    writeFileSync(cut, buildPacket({ apid: 1052, secondaryHeader: true }, first?.bytes.subarray(6, 100) ?? new Uint8Array()))
    expect(run({ inputs: [cut] })).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('none of 1 packets of APID 1052 could be read'),
    })
    expect(JSON.parse(run({ inputs: [cut, packets] }).stdout)).toMatchObject({
      mago: 96,
      refused: [expect.stringContaining('announces 16 + 16 vectors')],
    })
  })
})

test('parameters that are missing are named', () => {
  expect(run({ inputs: [], parameters: { clock: 'exact' } }).stderr).toContain('needs the parameter clock: { zero: UTC text')
  expect(run({ inputs: [], parameters: { clock: { zero: '2010-01-01', counts: 'tai' } } }).stderr).toContain('it counts "tai"')
  expect(run({ inputs: [], parameters: { apid: 'x' } })).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('needs the parameter apid (a number)'),
  })
})
