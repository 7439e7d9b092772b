import { describe, expect, test } from 'vitest'
import { sampleFiles, sampleMission } from '#test/sample-mission'
import { formatFault, identifyName, parseMission } from './index.ts'

const folder = '/missions/duo'

describe('a sound mission', () => {
  const mission = sampleMission()

  test('is one value with every default filled in', () => {
    expect(mission).toMatchObject({
      id: 'duo',
      title: 'Duo',
      description: '',
      folder,
      spacecraft: [
        { id: 'duo1', title: 'Duo One', number: 1 },
        { id: 'duo2', title: 'duo2', number: 2 },
      ],
      release: { publicLevels: ['l2'], publicProducts: ['orbit'] },
      simulation: 'simulation.yaml',
      adapters: { identify: 'identify.ts' },
    })
    expect(mission.products.map(p => p.id)).toEqual([
      'mag srvy l0',
      'mag srvy l1',
      'mag srvy l2',
      'mag srvy l2 hourly',
      'mag srvy ql',
      'orbit',
      'plan',
    ])
  })

  test('products say what their key and lines say', () => {
    const [l0, l1, l2, hourly, , orbit, plan] = mission.products
    expect(l0).toMatchObject({ kind: 'telemetry', expect: 'contacts', due: 1_800_000, packets: 'packets/mag.xml', ext: 'pkts' })
    expect(l1).toMatchObject({ kind: 'science', expect: 'inputs', partition: { kind: 'hours', hours: 6 }, interface: 0, public: false })
    expect(l1).not.toHaveProperty('due')
    expect(l2).toMatchObject({
      instrument: 'mag',
      mode: 'srvy',
      level: 'l2',
      spacecraft: ['duo1', 'duo2'],
      format: 'cdf',
      ext: 'cdf',
      description: 'In nT.',
      due: 5_400_000,
      interface: 3,
      public: true,
      attributes: { pi: { name: 'A. Person' } },
    })
    expect(l2).not.toHaveProperty('descriptor')
    expect(hourly).toMatchObject({ descriptor: 'hourly', ext: 'txt' })
    expect(orbit).toMatchObject({ instrument: 'nav', public: true, ext: '' })
    expect(orbit).not.toHaveProperty('level')
    expect(plan).toMatchObject({ spacecraft: ['duo'], public: false })
  })

  test('processes say what their lines say', () => {
    const [unpack, calibrate] = mission.processes
    expect(unpack).toEqual({
      id: 'unpack',
      title: 'unpack',
      inputs: [
        {
          role: 'packets',
          products: ['mag srvy l0'],
          optional: false,
          triggers: true,
          window: { kind: 'time', before: 0, after: 0 },
        },
      ],
      outputs: [{ role: 'counts', product: 'mag srvy l1' }],
      program: { kind: 'builtin', name: 'decommutate' },
      parameters: { packets: 'packets/mag.xml' },
      exits: { noData: [{ from: 66, to: 66 }], tryAgain: [{ from: 75, to: 75 }], warning: [], fatal: [] },
      deterministic: true,
      public: true,
      limits: { seconds: 600, tries: 3 },
      retry: { error: 3, fatal: 1, 'try-again': 3, timeout: 3, memory: 3, lost: 10, refused: 3 },
      resources: { memory: undefined, tokens: {} },
      on: [],
      priority: 0,
      weight: 1,
      major: 1,
    })
    expect(calibrate).toMatchObject({
      inputs: [
        { role: 'counts', products: ['mag srvy l1'], optional: false, window: { kind: 'time', before: 60_000, after: 90_000 } },
        { role: 'orbit', products: ['orbit'], optional: true },
      ],
      program: { kind: 'run', command: ['python3', 'programs/calibrate.py', '--quick'] },
      exits: {
        noData: [
          { from: 3, to: 3 },
          { from: 4, to: 4 },
        ],
        tryAgain: [{ from: 9, to: 9 }],
      },
      limits: { seconds: 120, tries: 5 },
      priority: 10,
      major: 2,
    })
  })

  test('telemetry says where packets carry their time', () => {
    const timed = sampleMission(files => ({
      ...files,
      'products.yaml': (files['products.yaml'] ?? '').replace(
        '  packets: packets/mag.xml',
        '  packet-time: { octet: 15, coarse: 4, epoch: 2010-01-01 }',
      ),
    }))
    expect(timed.products[0]).toMatchObject({ packetTime: { octet: 15, coarse: 4, fine: 0, epoch: '2010-01-01' } })
    expect(timed.products[0]).not.toHaveProperty('packets')
  })

  test('needs no processes', () => {
    const { 'processes.yaml': _, ...files } = sampleFiles
    expect(parseMission({ folder, files }).mission?.processes).toEqual([])
  })

  test('anchors and merged maps are resolved; own keys win over merged ones', () => {
    const merged = sampleMission(files => ({
      ...files,
      'products.yaml': (files['products.yaml'] ?? '')
        .replace('mag srvy l1:\n  title: Counts\n  format: cdf', 'mag srvy l1: &base\n  title: Counts\n  format: cdf')
        .replace('  title: Hourly means\n', '  <<: *base\n  title: Hourly means\n'),
    }))
    expect(merged.products.find(p => p.id === 'mag srvy l2 hourly')).toMatchObject({
      title: 'Hourly means',
      ext: 'txt',
      partition: { kind: 'day' },
    })
  })
})

describe('fields of a name style of its own', () => {
  const withFields = (fields: string) =>
    parseMission({
      folder,
      files: {
        ...sampleFiles,
        'mission.yaml': (sampleFiles['mission.yaml'] ?? '').replace(
          "'{SC}_{PRODUCT}_{start:yyyyddd}_{stop:yyyyddd}.V{version}', version: nn",
          `'{SC}_{PRODUCT}_{start:yyyyddd}[-{station}].V{version}', version: nn, fields: ${fields}`,
        ),
      },
    })

  test('are read by their own patterns', () => {
    const mission = withFields(String.raw`{ station: 'dss\d\d|canb' }`).mission
    expect(mission === undefined ? undefined : identifyName(mission, 'DUO1_ORBIT_2026034-dss14.V01')).toMatchObject({
      fields: { station: 'dss14' },
    })
    expect(mission === undefined ? undefined : identifyName(mission, 'DUO1_ORBIT_2026034-dss1.V01').reason).toContain(
      '"dss1.V01" stands there',
    )
  })

  test.each(["{ station: '(a|b)' }", "{ station: '[' }"])('%s is no pattern', fields => {
    expect(withFields(fields).faults?.map(formatFault)).toContainEqual(
      expect.stringContaining('the pattern of station is no regular expression without groups'),
    )
  })
})

describe('every fault is listed with its place', () => {
  test('all of them at once, in order of place', () => {
    const files = {
      'mission.yaml': (sampleFiles['mission.yaml'] ?? '').replace('title: Duo\n', 'titel: Duo\n'),
      'products.yaml': (sampleFiles['products.yaml'] ?? '').replace('format: ccsds', 'format: ccsd').replace('format: png', 'formt: png'),
      'processes.yaml': (sampleFiles['processes.yaml'] ?? '').replace('major: 2', 'major: 0'),
    }
    expect(parseMission({ folder, files }).faults?.map(fault => `${fault.file}:${fault.line}`)).toEqual([
      'mission.yaml:1',
      'mission.yaml:2',
      'products.yaml:4',
      'products.yaml:27',
      'products.yaml:29',
      'processes.yaml:16',
    ])
  })

  test('files that are missing', () => {
    expect(parseMission({ folder, files: {} }).faults?.map(formatFault)).toEqual([
      'mission.yaml:1:1: the file is missing (see docs/add-a-mission.md)',
      'products.yaml:1:1: the file is missing (see docs/add-a-mission.md)',
    ])
  })

  test('a file that is no map', () => {
    const parsed = parseMission({ folder, files: { ...sampleFiles, 'products.yaml': '- a\n' } })
    expect(parsed.faults?.[1]).toMatchObject({
      file: 'products.yaml',
      line: 1,
      message: 'the products must be keys with values, not a list',
    })
  })
})
