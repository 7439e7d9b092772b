import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sampleMission } from '#test/sample-mission'
import {
  archivePath,
  consumersOf,
  datasetId,
  datasetsOf,
  fieldsOf,
  findProduct,
  graphLevels,
  identifyName,
  isPublic,
  makerOf,
  printName,
} from './index.ts'

const mission = sampleMission()
const utc = (text: string): number => Date.parse(text)
const product = (id: string) => findProduct(mission, id)

test('datasets are products on spacecraft', () => {
  const ofTwo = ['mag_srvy_l0', 'mag_srvy_l1', 'mag_srvy_l2', 'mag_srvy_l2_hourly', 'mag_srvy_ql', 'orbit']
  expect(datasetsOf(mission).map(dataset => dataset.id)).toEqual([...ofTwo.flatMap(word => [`duo1_${word}`, `duo2_${word}`]), 'duo_plan'])
  expect(datasetId(product('orbit'), 'duo2')).toBe('duo2_orbit')
})

test('fields of a product are what its key says', () => {
  expect(fieldsOf(product('mag srvy l2 hourly'), 'duo1')).toEqual({
    sc: 'duo1',
    inst: 'mag',
    mode: 'srvy',
    level: 'l2',
    descriptor: 'hourly',
  })
  expect(fieldsOf(product('orbit'), 'duo2')).toEqual({ sc: 'duo2', inst: 'nav' })
})

test('an unknown product is named', () => {
  expect(() => product('mag srvy l9')).toThrow('mission duo has no product "mag srvy l9"')
})

describe('a name says product, dataset, spacecraft, times and version', () => {
  test.each([
    ['duo1_mag_srvy_l2_20260203_v5.87.0.cdf', 'mag srvy l2', 'duo1_mag_srvy_l2', '2026-02-03T00:00:00Z', undefined, [5, 87, 0]],
    [
      'duo2_mag_srvy_l2_hourly_20260203_v1.0.0.txt',
      'mag srvy l2 hourly',
      'duo2_mag_srvy_l2_hourly',
      '2026-02-03T00:00:00Z',
      undefined,
      [1, 0, 0],
    ],
    ['duo1_mag_srvy_l1_20260203060000_v0.0.1.cdf', 'mag srvy l1', 'duo1_mag_srvy_l1', '2026-02-03T06:00:00Z', undefined, [0, 0, 1]],
    ['duo1_mag_srvy_l1_202602030600_v0.0.1.cdf', 'mag srvy l1', 'duo1_mag_srvy_l1', '2026-02-03T06:00:00Z', undefined, [0, 0, 1]],
    ['DUO1_ORBIT_2026034_2026035.V01', 'orbit', 'duo1_orbit', '2026-02-03T00:00:00Z', '2026-02-04T00:00:00Z', [1]],
    ['DUO_PLAN_2026034_2026041.V00', 'plan', 'duo_plan', '2026-02-03T00:00:00Z', '2026-02-10T00:00:00Z', [0]],
  ])('%s', (name, id, dataset, start, stop, version) => {
    const found = identifyName(mission, name)
    expect(found.product?.id).toBe(id)
    expect(found).toMatchObject({ dataset, start: utc(start), version, ...(stop === undefined ? {} : { stop: utc(stop) }) })
    if (stop === undefined) expect(found).not.toHaveProperty('stop')
  })

  test('a template without version or spacecraft takes the only one', () => {
    const one = sampleMission(files => ({
      'mission.yaml': (files['mission.yaml'] ?? '').replace(
        "'{SC}_{PRODUCT}_{start:yyyyddd}_{stop:yyyyddd}.V{version}'",
        "'{PRODUCT}_{start:yyyyddd}'",
      ),
      'products.yaml': (files['products.yaml'] ?? '').replace(
        '  instrument: nav\n  format',
        '  instrument: nav\n  spacecraft: [duo2]\n  format',
      ),
      'processes.yaml': files['processes.yaml'] ?? '',
    }))
    expect(identifyName(one, 'ORBIT_2026034')).toMatchObject({ spacecraft: 'duo2', dataset: 'duo2_orbit', version: [0] })
  })
})

describe('a name that fits nothing is explained', () => {
  const science = '{sc}_{inst}_{mode}_{level}[_{descriptor}]_{start:tag}_v{version}.{ext}'
  test.each([
    [
      'duo1_mag_srvy_l9_20260203_v1.0.0.cdf',
      'After "duo1_mag_srvy_" it needs "l0" (level) or "l1" (level) or "l2" (level) or "ql" (level), but "l9" stands there.',
    ],
    [
      'duo1_mag_srvy_l1_20261303_v1.0.0.cdf',
      `Nearest: mag srvy l1 (${science}). After "duo1_mag_srvy_l1_" it needs a start time (tag), but "20261303" stands there.`,
    ],
    [
      'duo1_mag_srvy_l1_20260203_v1.0.cdf',
      'After "duo1_mag_srvy_l1_20260203_v" it needs a version ({interface}.{quality}.{revision}), but "1.0.cdf" stands there.',
    ],
    ['duo1_mag_srvy_l1_20260203_v1.0.0.txt', 'After "duo1_mag_srvy_l1_20260203_v1.0.0." it needs "cdf" (ext), but "txt" stands there.'],
    ['duo1_mag_srvy_l1_20260203_v1.0.0.cdf.gz', 'it needs its end, but ".gz" stands there.'],
    ['DUO1_ORBITS_2026034_2026035.V01', 'After "DUO1_ORBIT" it needs "_", but "S" stands there.'],
    ['DUO1_ATTITUDE_2026034_2026035.V01', 'After "DUO1_" it needs "orbit" (product), but "ATTITUDE" stands there.'],
    ['DUO1_ORBIT_2026034_2026366.V01', 'it needs a stop time (yyyyddd), but "2026366" stands there.'],
    ['DUO1_ORBIT_2026034', 'After "DUO1_ORBIT_2026034" it needs "_", but the name ends.'],
    [
      'duo7_mag.cdf',
      `fits no name of mission duo. Its names look like ${science} or {SC}_{PRODUCT}_{start:yyyyddd}_{stop:yyyyddd}.V{version}.`,
    ],
    ['DUO1_ORBIT_2026035_2026034.V01', 'names a stop (2026-02-03) before its start (2026-02-04).'],
  ])('%s', (name, reason) => {
    const found = identifyName(mission, name)
    expect(found.product).toBeUndefined()
    expect(found.reason).toContain(reason)
    expect(found.reason?.startsWith(name)).toBe(true)
  })

  test('many possible endings are cut short', () => {
    const many = sampleMission(files => ({
      ...files,
      'products.yaml': `${files['products.yaml'] ?? ''}${Array.from({ length: 9 }, (_, i) => `mag srvy x${i}:\n  title: X\n  format: cdf\n  partition: day\n`).join('')}`,
    }))
    expect(identifyName(many, 'duo1_mag_srvy_l9_20260203_v1.0.0.cdf').reason).toMatch(/"x3" \(level\) …, but "l9" stands there\.$/)
  })

  test('any text at all has a reason', () => {
    fc.assert(
      fc.property(fc.string(), text => {
        const found = identifyName(mission, text)
        expect(found.product !== undefined || found.reason.length > 0).toBe(true)
      }),
    )
  })
})

test('printed names are identified as what they were printed from', () => {
  const datasets = fc.constantFrom(...datasetsOf(mission))
  const day = fc.integer({ min: 0, max: 40_000 }).map(n => n * 86_400_000)
  const numbers = fc.array(fc.nat(999), { minLength: 3, maxLength: 3 })
  fc.assert(
    fc.property(datasets, day, fc.integer({ min: 1, max: 9 }), numbers, (dataset, start, days, all) => {
      const version = all.slice(0, dataset.product.scheme.parts.length)
      const stop = start + days * 86_400_000
      const name = printName({ product: dataset.product, spacecraft: dataset.spacecraft, start, stop, version })
      expect(identifyName(mission, name)).toMatchObject({ dataset: dataset.id, spacecraft: dataset.spacecraft, start, version })
    }),
  )
})

test('days print 8 digits, other partitions 14', () => {
  const common = { spacecraft: 'duo1', start: utc('2026-02-03'), version: [1, 0, 0] }
  expect(printName({ ...common, product: product('mag srvy l2') })).toBe('duo1_mag_srvy_l2_20260203_v1.0.0.cdf')
  expect(printName({ ...common, product: product('mag srvy l1') })).toBe('duo1_mag_srvy_l1_20260203000000_v1.0.0.cdf')
})

test('files lie where the directory template says', () => {
  const start = utc('2026-02-03')
  expect(archivePath(product('mag srvy l2'), 'duo1', start, 'a.cdf')).toBe('duo1/mag/srvy/l2/2026/02/a.cdf')
  expect(archivePath(product('mag srvy l2 hourly'), 'duo2', start, 'a.txt')).toBe('duo2/mag/srvy/l2/hourly/2026/02/a.txt')
  expect(archivePath(product('orbit'), 'duo1', start, 'B')).toBe('ancillary/duo1/orbit/B')
})

test('who makes what, who reads what, what is public', () => {
  expect(makerOf(mission, 'mag srvy l1')?.id).toBe('unpack')
  expect(makerOf(mission, 'orbit')).toBeUndefined()
  expect(consumersOf(mission, 'mag srvy l2').map(process => process.id)).toEqual(['picture'])
  expect(consumersOf(mission, 'plan')).toEqual([])
  expect(mission.products.filter(isPublic).map(p => p.id)).toEqual(['mag srvy l2', 'mag srvy l2 hourly', 'orbit'])
})

test('levels count the steps from what arrives', () => {
  expect(graphLevels(mission)).toEqual([
    ['mag srvy l0', 'orbit', 'plan'],
    ['mag srvy l1'],
    ['mag srvy l2', 'mag srvy l2 hourly'],
    ['mag srvy ql'],
  ])
})
