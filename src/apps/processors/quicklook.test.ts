import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import type { JobFile, JobInput } from '#domain/process'
import { encodeCdf, openCdf, type DatasetVariable } from '#formats/cdf'
import type { LinesPanel, SpectrogramPanel } from '#formats/plot'
import { parseUtc } from '#formats/time'
import { sharedIsThere, sharedNote, sharedPath } from '#test/shared'
import { composeQuicklook } from './quicklook-figure.ts'
import { parsePanelSet, parseRenderOptions } from './quicklook-recipe.ts'
import { findSeries, type Found, type OpenInput, type Series } from './quicklook-series.ts'

const noon = parseUtc('2025-11-24T12:00:00Z')
const ms = Date.parse('2025-11-24T12:00:00Z')
const second = 1_000_000_000n

/** Times in seconds after noon. */
const epoch = (seconds: readonly number[], name = 'Epoch'): DatasetVariable => ({
  name,
  type: 'CDF_TIME_TT2000',
  values: BigInt64Array.from(seconds, at => noon + BigInt(at) * second),
})

const real = (
  name: string,
  values: readonly number[],
  dims: readonly number[] = [],
  attributes: Record<string, string | number> = {},
): DatasetVariable => ({
  name,
  type: 'CDF_REAL4',
  dims,
  values: Float32Array.from(values),
  attributes: { DEPEND_0: 'Epoch', FILLVAL: -1e31, ...attributes },
})

const input = (role: string, name: string, path = ''): JobInput => ({
  role,
  dataset: 'sc1_mag_srvy_l2',
  fields: { sc: 'sc1', inst: 'mag', mode: 'srvy', level: 'l2' },
  name,
  version: '1.0.0',
  path,
  size: 0,
  sha256: '',
})

async function open(role: string, name: string, variables: readonly DatasetVariable[]): Promise<OpenInput> {
  return { input: input(role, name), cdf: await openCdf(encodeCdf({ attributes: {}, variables })) }
}

const seriesOf = (found: Found): Series => {
  if ('why' in found) throw new Error(found.why)
  return found.series
}
const whyOf = (found: Found): string => ('why' in found ? found.why : 'found')

const hour = { start: ms, stop: ms + 3_600_000 }

describe('looking variables up', () => {
  test('files of one variable join in order of time, repeated records once, fill as not-a-number', async () => {
    const late = await open('b', 'late', [epoch([2, 3, 4]), real('sc1_b_srvy', [99, 30, 40])])
    const early = await open('b', 'early', [epoch([0, 1, 2]), real('sc1_b_srvy', [0, -1e31, 20])])
    const series = seriesOf(await findSeries([late, early], { patterns: ['{sc}_b_{mode}'] }, hour))
    expect([...series.times].map(time => (time - ms) / 1000)).toEqual([0, 1, 2, 3, 4])
    expect([...series.values]).toEqual([0, Number.NaN, 20, 30, 40])
    expect(series.inputs.map(one => one.name)).toEqual(['early', 'late'])
  })

  test('only the time asked for is read, with one record beyond either end', async () => {
    const file = await open('b', 'a', [epoch([0, 10, 20, 30, 40]), real('v', [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], [2])])
    const series = seriesOf(await findSeries([file], { patterns: ['v'] }, { start: ms + 15_000, stop: ms + 25_000 }))
    expect([...series.values]).toEqual([2, 3, 4, 5, 6, 7])
    expect(series.width).toBe(2)
  })

  test('records out of order are sorted, with their values and energies', async () => {
    const variables = [epoch([20, 0, 10]), real('f', [5, 6, 1, 2, 3, 4], [2], { DEPEND_1: 'e' }), real('e', [50, 60, 10, 20, 30, 40], [2])]
    const series = seriesOf(await findSeries([await open('b', 'a', variables)], { patterns: ['f'], centres: 'own' }, hour))
    expect([...series.values]).toEqual([1, 2, 3, 4, 5, 6])
    expect([...(series.centres ?? [])]).toEqual([10, 20, 30, 40, 50, 60])
  })

  test('one table of energies stays one; different tables are kept per record', async () => {
    const table = (values: readonly number[]): DatasetVariable => ({
      name: 'e',
      type: 'CDF_REAL8',
      dims: [2],
      recordVarying: false,
      values: Float64Array.from(values),
    })
    const flux = (at: number, energies: readonly number[]): Promise<OpenInput> =>
      open('b', `f${at}`, [epoch([at]), real('f', [1, 2], [2], { DEPEND_1: 'e' }), table(energies)])
    const same = seriesOf(await findSeries([await flux(0, [10, 20]), await flux(1, [10, 20])], { patterns: ['f'], centres: 'own' }, hour))
    expect([...(same.centres ?? [])]).toEqual([10, 20])
    const different = seriesOf(
      await findSeries([await flux(0, [10, 20]), await flux(1, [11, 21])], { patterns: ['f'], centres: 'e' }, hour),
    )
    expect([...(different.centres ?? [])]).toEqual([10, 20, 11, 21])
  })

  test('CDF_EPOCH times are understood too', async () => {
    const clock: DatasetVariable = { name: 'Epoch', type: 'CDF_EPOCH', values: Float64Array.of(ms + 62_167_219_200_000) }
    expect(seriesOf(await findSeries([await open('b', 'a', [clock, real('v', [1])])], { patterns: ['v'] }, hour)).times[0]).toBe(ms)
  })

  test('what is missing is said in words', async () => {
    const file = await open('b', 'a', [epoch([0]), real('v', [1])])
    const wide = await open('b', 'c', [epoch([5]), real('v', [1, 2], [2])])
    expect(whyOf(await findSeries([], { patterns: ['v'] }, hour))).toBe('no data: no input files for this time')
    expect(whyOf(await findSeries([file], { patterns: ['v'], role: 'ions' }, hour))).toBe('no data: no file of "ions" for this time')
    expect(whyOf(await findSeries([file], { patterns: ['{sc}_w'] }, hour))).toBe('no data: no file at hand holds sc1_w')
    expect(whyOf(await findSeries([file], { patterns: ['v'] }, { start: ms + 9e5, stop: ms + 1e6 }))).toBe(
      'no data: v has no records in this time range',
    )
    expect(whyOf(await findSeries([file, wide], { patterns: ['v'] }, hour))).toBe('no data: v has different shapes in different files')
    expect(seriesOf(await findSeries([file], { patterns: ['w', 'v'] }, hour)).variable).toBe('v')
  })
})

const makeJob = (inputs: readonly JobInput[], more: Partial<JobFile> = {}): JobFile => ({
  format: 'apsis-job/1',
  mission: 'x',
  missionFolder: '/nowhere',
  process: 'quicklook',
  job: '1',
  attempt: 1,
  spacecraft: 'sc1',
  partition: { kind: 'hours', key: '2025-11-24T12', start: '2025-11-24T12:00:00Z', stop: '2025-11-24T13:00:00Z' },
  inputs,
  outputs: [],
  parameters: {},
  generationTime: '2025-11-25T00:00:00Z',
  seed: 1,
  simulated: true,
  scratch: '',
  software: { name: 'apsis', version: '0' },
  ...more,
})

const set = parsePanelSet(
  {
    title: 'Test',
    note: 'note',
    credit: 'SDC',
    position: { variable: 'r', frame: 'GSE', divide: 10, unit: 'RE' },
    lanes: [
      { label: 'burst', tone: 'strong', role: 'burst' },
      { label: 'fast', tone: 'quiet', variable: 'b' },
    ],
    panels: [
      { label: 'B', kind: 'lines', variable: 'b', components: ['x', 'y', 'z', 'magnitude'] },
      {
        label: 'N',
        kind: 'lines',
        lines: [
          { variable: 'n', name: 'ions', ink: 'red' },
          { variable: 'm', name: 'electrons', ink: 'blue' },
        ],
      },
      { label: 'F', kind: 'spectrogram', variable: 'f', divide: 1000, unit: 'keV', colour: { unit: 'flux', range: [1, 10] } },
      { label: 'fill', kind: 'lines', lines: [{ variable: 'filled', name: 'x', ink: 'red' }], weight: 2, range: [0, 1] },
      { label: 'late', kind: 'spectrogram', variable: 'n', colour: { unit: 'x' } },
    ],
  },
  'test',
)

const openAll = (): Promise<OpenInput> =>
  open('field', 'a_v1.cdf', [
    epoch([0, 60, 120, 1800, 1860]),
    real('b', [3, 4, 0, 0, 6, 8, 1, 0, 0, 2, 0, 0, 3, 0, 0], [3]),
    real('n', [1, 2, 3, 4, 5]),
    real('f', [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], [2], { DEPEND_1: 'e' }),
    { name: 'e', type: 'CDF_REAL4', dims: [2], recordVarying: false, values: Float32Array.of(1000, 2000) },
    real('filled', [-1e31, -1e31, -1e31, -1e31, -1e31]),
    real('r', [10, 0, 0, 10, 0, 0, 10, 0, 0, 10, 0, 0, 10, 0, 0], [3]),
  ])

describe('composing a picture', () => {
  test('panels, lanes, positions and words follow from the files', async () => {
    const file = await openAll()
    const burst = { ...input('burst', 'b_v1.cdf'), coverage: { start: '2025-11-24T12:10:00Z', stop: '2025-11-24T12:12:00Z' } }
    const { figure, hasData } = await composeQuicklook(makeJob([file.input, burst]), set, [file])
    expect(hasData).toBe(true)
    expect([figure.start, figure.stop]).toEqual([hour.start, hour.stop])
    expect(figure.title).toEqual({ subject: 'SC1', name: 'Test', note: 'note' })
    expect(figure.stamp).toBe('SIMULATED DATA')
    expect(figure.footer?.sources).toEqual(['a_v1.cdf'])
    expect(figure.made).toEqual({ time: '2025-11-25T00:00:00Z', software: 'apsis 0' })
    expect(figure.bands).toEqual([{ start: ms + 600_000, stop: ms + 720_000 }])
    expect(figure.lanes?.[1]?.intervals).toEqual([
      { start: ms, stop: ms + 120_000 },
      { start: ms + 1_800_000, stop: ms + 1_860_000 },
    ])
    expect(figure.positions?.map(row => [row.label, row.samples.values[row.samples.offset ?? 0]])).toEqual([
      ['R (RE)', 1],
      ['X GSE (RE)', 1],
      ['Y GSE (RE)', 0],
      ['Z GSE (RE)', 0],
    ])
  })

  test('the magnitude is computed where the file has none, drawn first, in the colours of the components', async () => {
    const file = await openAll()
    const { figure } = await composeQuicklook(makeJob([file.input]), set, [file])
    const { lines } = figure.panels[0] as LinesPanel
    expect(lines.map(line => `${line.name} ${line.ink}`)).toEqual(['mag. black', 'X blue', 'Y green', 'Z red'])
    expect([...(lines[0]?.samples.values ?? [])]).toEqual([5, 10, 1, 2, 3])
  })

  test('a line that is missing beside others is marked; a panel of fill values says so', async () => {
    const file = await openAll()
    const { figure } = await composeQuicklook(makeJob([file.input]), set, [file])
    expect((figure.panels[1] as LinesPanel).lines.map(line => line.name)).toEqual(['ions', 'electrons ∅'])
    expect(figure.panels[3]?.empty).toBe('no data: filled holds only fill values in this time range')
    expect(figure.panels[4]?.empty).toBe('no picture: n names no energies (DEPEND_1)')
    const spectrogram = figure.panels[2] as SpectrogramPanel
    expect([...(spectrogram.spectrum?.centres ?? [])]).toEqual([1, 2])
    expect(spectrogram.colourRange).toEqual([1, 10])
  })

  test('a burst is as long as its records', async () => {
    const file = await openAll()
    const partition = { kind: 'tag', key: '20251124120000', start: '2025-11-24T12:00:00Z', stop: '2025-11-24T12:00:01Z' }
    const { figure } = await composeQuicklook(makeJob([file.input], { partition, simulated: false }), set, [file])
    expect([figure.start, figure.stop]).toEqual([ms, ms + 1_860_000])
    expect(figure.stamp).toBeUndefined()
  })

  test('without any data there is no picture', async () => {
    const { figure, hasData } = await composeQuicklook(makeJob([]), set, [])
    expect(hasData).toBe(false)
    expect(figure.panels.every(panel => panel.empty?.startsWith('no data'))).toBe(true)
    expect(figure.positions).toEqual([])
  })
})

describe('panel sets', () => {
  const folder = fileURLToPath(new URL('../../../missions/mms/quicklook/', import.meta.url))
  test.each(readdirSync(folder))('%s is valid', name => {
    expect(parsePanelSet(parse(readFileSync(join(folder, name), 'utf8')), name).panels.length).toBeGreaterThan(0)
  })

  test('an unknown key, a wrong kind and a range upside down are named', () => {
    const panel = { label: 'B', kind: 'lines', variable: 'b' }
    expect(() => parsePanelSet({ title: 'x', panels: [{ ...panel, variabel: 'b' }] }, 'x.yaml')).toThrow(/x\.yaml.*variabel/)
    expect(() => parsePanelSet({ title: 'x', panels: [{ ...panel, kind: 'pie' }] }, 'x.yaml')).toThrow(/panels\.0\.kind/)
    expect(() => parsePanelSet({ title: 'x', panels: [{ ...panel, range: [2, 1] }] }, 'x.yaml')).toThrow(/lower end/)
    expect(() => parseRenderOptions({ picture: { theme: 'pink' } })).toThrow(/picture\.theme/)
    expect(parseRenderOptions(undefined)).toEqual({})
  })
})

const folders: string[] = []
function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'quicklook-'))
  folders.push(folder)
  return folder
}
afterAll(() => folders.forEach(folder => rmSync(folder, { recursive: true })))

const program = fileURLToPath(new URL('quicklook.ts', import.meta.url))

/** Runs the program by its contract, in an empty folder. */
function run(job: JobFile): { readonly folder: string; readonly status: number | null; readonly stderr: string } {
  const folder = makeFolder()
  const path = join(makeFolder(), 'job.json')
  writeFileSync(path, JSON.stringify(job))
  const { status, stderr } = spawnSync(process.execPath, [program], {
    cwd: folder,
    env: { ...process.env, APSIS_JOB: path },
    encoding: 'utf8',
  })
  return { folder, status, stderr }
}

const output = (role: string, name: string): JobFile['outputs'][number] => ({
  role,
  dataset: '',
  fields: {},
  name,
  version: '',
  title: '',
  description: '',
  attributes: {},
})
const panels = { title: 'T', panels: [{ label: 'B', kind: 'lines', variable: '{sc}_b' }] }

describe('the program', () => {
  test('writes every output under its name and ends with 0', async () => {
    const path = join(makeFolder(), 'a.cdf')
    writeFileSync(path, encodeCdf({ attributes: {}, variables: [epoch([0, 60]), real('sc1_b', [1, 2, 3, 4, 5, 6], [3])] }))
    const outputs = [output('picture', 'a.png'), output('drawing', 'a.svg')]
    const { folder, status, stderr } = run(
      makeJob([input('field', 'a.cdf', path)], { outputs, parameters: { panels, render: { picture: { theme: 'dark', ratio: 2 } } } }),
    )
    expect(stderr).toBe('')
    expect(status).toBe(0)
    const png = readFileSync(join(folder, 'a.png'))
    expect(png.subarray(1, 4).toString()).toBe('PNG')
    expect(png.readUInt32BE(16)).toBe(2400)
    expect(readFileSync(join(folder, 'a.svg'), 'utf8')).toContain('SIMULATED DATA')
  })

  test('ends with 66 and the reasons when nothing can be shown', () => {
    const { folder, status, stderr } = run(makeJob([], { outputs: [output('picture', 'a.png')], parameters: { panels } }))
    expect(status).toBe(66)
    expect(stderr).toBe('nothing to show: no data: no input files for this time\n')
    expect(existsSync(join(folder, 'a.png'))).toBe(false)
  })

  test('ends with one clear line on wrong parameters and unreadable inputs', () => {
    const wrong = run(makeJob([], { parameters: { panels: { title: 'T', panels: [] } } }))
    expect(wrong.status).toBe(1)
    expect(wrong.stderr).toMatch(/^the panels of the parameter "panels" are wrong: panels: [^\n]+\n$/)
    const unreadable = run(makeJob([input('field', 'a.cdf', '/nowhere/a.cdf')], { parameters: { panels } }))
    expect(unreadable.status).toBe(1)
    expect(unreadable.stderr).toMatch(/^\/nowhere\/a\.cdf cannot be read: [^\n]+\n$/)
  })
})

describe.skipIf(!sharedIsThere)(`real files${sharedNote}`, () => {
  const folder = fileURLToPath(new URL('../../../missions/mms', import.meta.url))
  const burst = { kind: 'tag', key: '20161209090304', start: '2016-12-09T09:03:04Z', stop: '2016-12-09T09:03:05Z' }
  const fast = { kind: 'hours', key: '2015-12-01T10', start: '2015-12-01T10:00:00Z', stop: '2015-12-01T12:00:00Z' }
  const at = (role: string, mode: string, ...parts: readonly string[]): JobInput => {
    const path = sharedPath('real', 'mms', 'sdc', 'mms1', ...parts)
    return { ...input(role, parts.at(-1) as string, path), fields: { sc: 'mms1', inst: parts[0] as string, mode, level: 'l2' } }
  }
  const field = at('field', 'brst', 'fgm', 'brst', 'l2', '2016', '12', '09', 'mms1_fgm_brst_l2_20161209090304_v5.87.0.cdf')
  const position = at(
    'position',
    'brst',
    'mec',
    'brst',
    'l2',
    'epht89q',
    '2016',
    '12',
    '09',
    'mms1_mec_brst_l2_epht89q_20161209090305_v2.2.0.cdf',
  )
  const ions = at('ions', 'fast', 'fpi', 'fast', 'l2', 'dis-moms', '2015', '12', 'mms1_fpi_fast_l2_dis-moms_20151201100000_v3.3.0.cdf')
  const electrons = at(
    'electrons',
    'fast',
    'fpi',
    'fast',
    'l2',
    'des-moms',
    '2015',
    '12',
    'mms1_fpi_fast_l2_des-moms_20151201100000_v3.3.0.cdf',
  )

  test.each([
    ['fgm', [field], burst],
    ['mec', [position], burst],
    ['fpi', [ions, electrons], fast],
    ['summary', [ions, electrons], fast],
  ] as const)('%s.yaml makes a picture of them', (name, inputs, partition) => {
    const parameters = { panels: `quicklook/${name}.yaml` }
    const {
      folder: out,
      status,
      stderr,
    } = run(makeJob(inputs, { missionFolder: folder, spacecraft: 'mms1', partition, outputs: [output('picture', 'a.png')], parameters }))
    expect(stderr).toBe('')
    expect(status).toBe(0)
    expect(readFileSync(join(out, 'a.png')).length).toBeGreaterThan(50_000)
  })

  test('the field of 2016-12-09 is drawn over its own two minutes with the position of its own file', async () => {
    const yaml = parse(readFileSync(join(folder, 'quicklook', 'fgm.yaml'), 'utf8')) as unknown
    const cdf = await openCdf(readFileSync(field.path))
    const { figure } = await composeQuicklook(makeJob([field], { partition: burst }), parsePanelSet(yaml, 'fgm.yaml'), [
      { input: field, cdf },
    ])
    expect(new Date(figure.start).toISOString()).toBe('2016-12-09T09:03:04.000Z')
    expect(figure.panels.map(panel => panel.empty)).toEqual([undefined, undefined, undefined])
    const distance = figure.positions?.[0]?.samples.values[0] as number
    expect(distance).toBeCloseTo(11.7, 1)
  })
})
