import { describe, expect, test } from 'vitest'
import { sampleFiles, sampleFolder, sampleMission } from '#test/sample-mission'
import { formatFault, identifyName, parseMission } from './index.ts'

const folder = '/missions/duo'

/** Faults after replacing one text in the sample, as lines of text. */
function faultsOf(file: string, from: string | RegExp, to: string): readonly string[] {
  const text = sampleFiles[file] ?? ''
  const changed = text.replace(from, to)
  expect(changed, 'the change must hit').not.toBe(text)
  const parsed = parseMission({ folder, files: { ...sampleFiles, [file]: changed }, exists: name => sampleFolder.includes(name) })
  return (parsed.faults ?? []).map(formatFault)
}

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
      inputs: [{ role: 'packets', product: 'mag srvy l0', optional: false, before: 0, after: 0 }],
      outputs: [{ role: 'counts', product: 'mag srvy l1' }],
      program: { kind: 'builtin', name: 'decommutate' },
      parameters: { packets: 'packets/mag.xml' },
      exits: { noData: [66], tryAgain: [75] },
      limits: { seconds: 600, tries: 3 },
      priority: 0,
      major: 1,
    })
    expect(calibrate).toMatchObject({
      inputs: [
        { role: 'counts', product: 'mag srvy l1', optional: false, before: 60_000, after: 90_000 },
        { role: 'orbit', product: 'orbit', optional: true, before: 0, after: 0 },
      ],
      program: { kind: 'run', command: ['python3', 'programs/calibrate.py', '--quick'] },
      exits: { noData: [3, 4], tryAgain: [9] },
      limits: { seconds: 120, tries: 5 },
      priority: 10,
      major: 2,
    })
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

const m = 'mission.yaml'
const p = 'products.yaml'
const r = 'processes.yaml'

/** File, what is replaced, by what, and the whole list of faults. */
const cases: readonly (readonly [string, string, string | RegExp, string, readonly string[]])[] = [
  [
    'an unknown key',
    p,
    '  description: In nT.',
    '  descripton: In nT.',
    ['products.yaml:15:3: the product "mag srvy l2" has no key "descripton" (nearest is "description")'],
  ],
  [
    'an unknown key of the mission',
    m,
    'release:',
    'relaese:',
    ['mission.yaml:21:1: the mission has no key "relaese" (nearest is "release")'],
  ],
  ['a missing key', p, '  title: Counts\n', '', ['products.yaml:10:3: the product "mag srvy l1" needs the key "title"']],
  [
    'no partition',
    p,
    '  format: cdf\n  partition: hours 6\n',
    '  format: cdf\n',
    ['products.yaml:9:1: the product "mag srvy l1" needs the key "partition" (day, hours N, tag, contact or span)'],
  ],
  [
    'a wrong kind',
    p,
    'kind: telemetry',
    'kind: telemetri',
    ['products.yaml:3:9: kind of the product "mag srvy l0": "telemetri" is unknown (nearest is "telemetry")'],
  ],
  [
    'a number for text',
    m,
    'title: Duo\n',
    'title: 7\n',
    ['mission.yaml:2:8: title of the mission must be text, not the number 7 (put it in quotes)'],
  ],
  [
    'text for a number',
    p,
    'interface: 3',
    'interface: three',
    ['products.yaml:19:14: interface of the product "mag srvy l2" must be a whole number from 0, not the text "three"'],
  ],
  [
    'text for a boolean',
    r,
    'optional: true',
    'optional: maybe',
    ['processes.yaml:10:40: optional of the input orbit of the process "calibrate" must be true or false, not the text "maybe"'],
  ],
  [
    'a text for a list',
    m,
    'public-levels: [l2]',
    'public-levels: l2',
    ['mission.yaml:22:18: public-levels of release must be a list, not the text "l2" (write it as [a, b])'],
  ],
  [
    'a list for a map',
    r,
    'inputs: { packets: mag srvy l0 }',
    'inputs: [mag srvy l0]',
    [
      'processes.yaml:1:1: the process "unpack" has no inputs, so nothing would ever start it (write inputs: { role: product })',
      'processes.yaml:2:11: inputs of the process "unpack" must be keys with values, not a list',
    ],
  ],
  [
    'a broken duration',
    p,
    'due: 1.5 h',
    'due: 90',
    ['products.yaml:18:8: due of the product "mag srvy l2" must be a duration, not the number 90 (write it like 30 s, 30 min, 2 h or 1 d)'],
  ],
  [
    'a duration without unit',
    r,
    'before: 1 min',
    'before: 1 hour',
    [
      'processes.yaml:9:45: before of the input counts of the process "calibrate" must be a duration, not the text "1 hour" (write it like 30 s, 30 min, 2 h or 1 d)',
    ],
  ],
  [
    'hours that do not divide a day',
    p,
    'hours 6',
    'hours 7',
    [
      'products.yaml:12:14: partition of the product "mag srvy l1": "hours 7" does not divide a day evenly (use 1, 2, 3, 4, 6, 8 or 12 hours)',
    ],
  ],
  [
    'an unknown partition',
    p,
    'hours 6',
    'weekly',
    ['products.yaml:12:14: partition of the product "mag srvy l1": "weekly" is unknown (known: day, hours N, tag, contact, span)'],
  ],
  [
    'the same key twice',
    p,
    'mag srvy l1:',
    'mag srvy l0:',
    [
      'products.yaml:9:1: the same key stands here twice (keep one of the two)',
      'products.yaml:9:1: the product "mag srvy l0" is declared twice (keep one of the two)',
      'processes.yaml:3:22: the output counts of unpack: "mag srvy l1" is no product (nearest is "mag srvy l0")',
      'processes.yaml:9:24: the input counts of calibrate: "mag srvy l1" is no product (nearest is "mag srvy l0")',
    ],
  ],
  [
    'a product twice in other spacing',
    p,
    'mag srvy l1:',
    'mag  srvy l0:',
    [
      'products.yaml:9:1: the product "mag srvy l0" is declared twice (keep one of the two)',
      'processes.yaml:3:22: the output counts of unpack: "mag srvy l1" is no product (nearest is "mag srvy l0")',
      'processes.yaml:9:24: the input counts of calibrate: "mag srvy l1" is no product (nearest is "mag srvy l0")',
    ],
  ],
  [
    'broken YAML',
    m,
    'spacecraft:\n',
    'spacecraft: [\n',
    ['mission.yaml:4:3: not YAML: Block collections are not allowed within flow collections (what follows in this file was not read)'],
  ],
  [
    'an unknown instrument',
    p,
    'instrument: nav\n  format',
    'instrument: nev\n  format',
    ['products.yaml:34:15: the instrument "nev" is unknown (nearest is "nav")'],
  ],
  [
    'an instrument in the key',
    m,
    'id: mag',
    'id: mog',
    [
      'products.yaml:1:1: the instrument "mag" is unknown (nearest is "mog")',
      'products.yaml:9:1: the instrument "mag" is unknown (nearest is "mog")',
      'products.yaml:13:1: the instrument "mag" is unknown (nearest is "mog")',
      'products.yaml:21:1: the instrument "mag" is unknown (nearest is "mog")',
      'products.yaml:26:1: the instrument "mag" is unknown (nearest is "mog")',
    ],
  ],
  [
    'no instrument',
    p,
    '  instrument: nav\n  format',
    '  format',
    ['products.yaml:31:1: the product "orbit" needs the key "instrument" (its key does not say it)'],
  ],
  [
    'an unknown spacecraft',
    p,
    'spacecraft: [duo]',
    'spacecraft: [duo3]',
    ['products.yaml:41:16: the spacecraft "duo3" is unknown (nearest is "duo")'],
  ],
  [
    'an unknown name style',
    p,
    '  format: ccsds',
    '  names: sience\n  format: ccsds',
    ['products.yaml:4:10: the name style "sience" is unknown (nearest is "science")'],
  ],
  [
    'an unknown directory',
    p,
    'kind: telemetry',
    'kind: telemetry\n  directory: burst',
    ['products.yaml:4:14: the directory "burst" is unknown (known: science, ancillary)'],
  ],
  [
    'an unknown version scheme',
    m,
    'version: nn',
    'version: mm',
    ['mission.yaml:14:95: the version scheme "mm" is unknown (nearest is "nn")'],
  ],
  [
    'a part that is not written',
    m,
    "'{interface}.{quality}.{revision}'",
    "'{interface}.{revision}'",
    ['mission.yaml:10:58: "{interface}.{revision}" does not write the part quality (put {quality} in it)'],
  ],
  [
    'a part that is not declared',
    m,
    "parts: [revision], written: '{revision:2}'",
    "parts: [revision], written: '{interface}{revision:2}'",
    ['mission.yaml:11:37: "{interface}{revision:2}" writes {interface}, which is none of its parts (known: revision)'],
  ],
  [
    'a version without parts',
    m,
    'parts: [revision]',
    'parts: []',
    [
      'mission.yaml:11:7: the version scheme nn needs parts (known: interface, quality, revision)',
      'mission.yaml:11:29: "{revision:2}" writes {revision}, which is none of its parts (none is declared)',
    ],
  ],
  [
    'a broken template',
    m,
    "'{SC}_{PRODUCT}_",
    "'{SC}_{PRODUCT_",
    ['mission.yaml:14:26: a lone { at character 6 of {SC}_{PRODUCT_{start:yyyyddd}_{stop:yyyyddd}.V{version}'],
  ],
  [
    'a field that no file has',
    m,
    "'ancillary/{sc}/{product}'",
    "'ancillary/{spacecraft}/{product}'",
    [
      'mission.yaml:17:14: no file has the field {spacecraft} (known: sc, inst, mode, level, descriptor, product, ext, start, stop, version)',
    ],
  ],
  [
    'a key word that none knows',
    m,
    'version: xyz }',
    'version: xyz, key: inst mod level }',
    [
      'mission.yaml:13:117: a key cannot have the word "mod" (nearest is "mode")',
      'products.yaml:21:1: the key "mag srvy l2 hourly" has 4 words, its names need: inst mod level',
    ],
  ],
  [
    'a key with too few words',
    p,
    'mag srvy ql:',
    'mag ql:',
    [
      'products.yaml:26:1: the key "mag ql" has 2 words, its names need: inst mode level [descriptor]',
      'processes.yaml:19:23: the output picture of picture: "mag srvy ql" is no product (nearest is "mag srvy l0")',
    ],
  ],
  [
    'a key with a bad word',
    p,
    'mag srvy ql:',
    'mag srvy q_l:',
    [
      'products.yaml:26:1: "q_l" in the key "mag srvy q_l" is part of file names (use letters, digits and hyphens)',
      'processes.yaml:19:23: the output picture of picture: "mag srvy ql" is no product (nearest is "mag srvy q_l")',
    ],
  ],
  [
    'a mission word with a slash',
    m,
    'mission: duo',
    'mission: du/o',
    [
      'mission.yaml:1:10: "du/o" is part of file names and addresses (use letters, digits and hyphens)',
      'products.yaml:41:16: the spacecraft "duo" is unknown (nearest is "du/o")',
    ],
  ],
  [
    'an unknown hook',
    m,
    'identify: identify.ts',
    'identfy: identify.ts',
    ['mission.yaml:25:13: adapters has no key "identfy" (nearest is "identify")'],
  ],
  [
    'a hook that is no path',
    m,
    'identify: identify.ts',
    'identify: [a]',
    ["mission.yaml:25:23: the adapter identify must be the path of a module in the mission's folder"],
  ],
  [
    'files that are not there',
    m,
    /simulation: .*\nadapters: .*/,
    'simulation: s.yaml\nadapters: { identify: i.ts }',
    [
      "mission.yaml:24:13: the simulation s.yaml is not in the mission's folder",
      "mission.yaml:25:23: the adapter identify: i.ts is not in the mission's folder",
    ],
  ],
  [
    'a packet definition that is not there',
    p,
    'packets/mag.xml',
    'packets/mog.xml',
    ["products.yaml:8:12: the packet definition packets/mog.xml is not in the mission's folder"],
  ],
  [
    'a program and a parameter that are not there',
    r,
    /programs\/calibrate.py, --quick\] \}/,
    'programs/calib.py] }\n  parameters: { deep: [{ file: tables/a.csv }], word: a/b }',
    [
      "processes.yaml:12:29: the file of calibrate, programs/calib.py is not in the mission's folder",
      "processes.yaml:13:32: the file of calibrate, tables/a.csv is not in the mission's folder",
    ],
  ],
  [
    'names without a spacecraft',
    m,
    "'{SC}_{PRODUCT}_",
    "'{PRODUCT}_",
    ['products.yaml:31:1: the product "orbit" is of 2 spacecraft, but its names do not say which (put {sc} in the template)'],
  ],
  [
    'names without a time',
    m,
    '{start:yyyyddd}_{stop:yyyyddd}',
    'x',
    [
      'products.yaml:31:1: names of the product "orbit" carry no time (put {start:tag} in the template)',
      'products.yaml:37:1: names of the product "plan" carry no time (put {start:tag} in the template)',
    ],
  ],
  [
    'an ending that is not given',
    p,
    '  format: text\n  ext: txt',
    '  format: defatt',
    ['products.yaml:21:1: names of the product "mag srvy l2 hourly" end in {ext}, but it has none (add the key "ext")'],
  ],
  [
    'a made product without version',
    m,
    /_v\{version\}\.\{ext\}/,
    '.{ext}',
    [
      'products.yaml:9:1: "mag srvy l1" is made here, but its names carry no version (put {version} in the template)',
      'products.yaml:13:1: "mag srvy l2" is made here, but its names carry no version (put {version} in the template)',
      'products.yaml:21:1: "mag srvy l2 hourly" is made here, but its names carry no version (put {version} in the template)',
      'products.yaml:26:1: "mag srvy ql" is made here, but its names carry no version (put {version} in the template)',
    ],
  ],
  [
    'products that cannot be told apart',
    m,
    /\[_\{descriptor\}\]_\{start:tag\}_v\{version\}\.\{ext\}/,
    '_{start:tag}_v{version}',
    [
      'products.yaml:21:1: names of "mag srvy l2 hourly" cannot be told from those of "mag srvy l2", e.g. duo1_mag_srvy_l2_20010203_v1.2.3 (give one another template or ext)',
    ],
  ],
  [
    'a public product that is none',
    m,
    'public-products: [orbit]',
    'public-products: [orbits]',
    ['mission.yaml:23:21: the public product "orbits" is no product (nearest is "orbit")'],
  ],
  [
    'an input that is no product',
    r,
    'product: mag srvy l1',
    'product: mag srvy l1a',
    ['processes.yaml:9:24: the input counts of calibrate: "mag srvy l1a" is no product (nearest is "mag srvy l1")'],
  ],
  [
    'an output that is no product',
    r,
    'counts: mag srvy l1 }',
    'counts: mag srvy l3 }',
    ['processes.yaml:3:22: the output counts of unpack: "mag srvy l3" is no product (nearest is "mag srvy l0")'],
  ],
  [
    'an input without its product',
    r,
    'product: orbit, ',
    '',
    ['processes.yaml:10:12: the input orbit of the process "calibrate" needs the key "product"'],
  ],
  [
    'one product from two processes',
    r,
    'picture: mag srvy ql',
    'picture: mag srvy l1',
    [
      'processes.yaml:17:1: the processes feed themselves: mag srvy l1 -> mag srvy l2 -> mag srvy l1 (take one of these inputs away)',
      'processes.yaml:19:23: "mag srvy l1" is made by unpack too (one process per product)',
    ],
  ],
  [
    'one product twice from a process',
    r,
    'hourly: mag srvy l2 hourly',
    'hourly: mag srvy l2',
    ['processes.yaml:11:42: "mag srvy l2" is made by this process twice (one process per product)'],
  ],
  [
    'processes that feed themselves',
    r,
    'packets: mag srvy l0 }',
    'packets: mag srvy l0, back: mag srvy l2 }',
    ['processes.yaml:1:1: the processes feed themselves: mag srvy l1 -> mag srvy l2 -> mag srvy l1 (take one of these inputs away)'],
  ],
  [
    'a process that reads what it makes',
    r,
    'packets: mag srvy l0 }',
    'packets: mag srvy l1 }',
    ['processes.yaml:1:1: the processes feed themselves: mag srvy l1 -> mag srvy l1 (take one of these inputs away)'],
  ],
  [
    'a picture that nobody makes as input',
    r,
    /picture:\n[^]*/,
    'film:\n  inputs: { picture: mag srvy ql }\n  outputs: { field: mag srvy l0 }\n  program: { builtin: film }\n',
    ['processes.yaml:18:22: the input "mag srvy ql" can never come: quicklooks do not arrive, and no process makes it'],
  ],
  [
    'an input of another spacecraft',
    p,
    '  kind: telemetry',
    '  kind: telemetry\n  spacecraft: [duo1]',
    ['processes.yaml:2:22: the input "mag srvy l0" can never come for duo2: it is of duo1 only'],
  ],
  [
    'a process without program',
    r,
    '  program: { builtin: decommutate }\n',
    '',
    ['processes.yaml:1:1: the process "unpack" needs the key "program" (write program: { run: [command, argument] } or { builtin: name })'],
  ],
  [
    'a program of both kinds',
    r,
    'builtin: decommutate',
    'builtin: decommutate, run: [a]',
    [
      'processes.yaml:4:12: program of the process "unpack" must be either a command or a built-in one, not both (write program: { run: [command, argument] } or { builtin: name })',
    ],
  ],
  [
    'an empty command',
    r,
    '[python3, programs/calibrate.py, --quick]',
    '[]',
    [
      'processes.yaml:12:19: the command of the process "calibrate" is empty (write program: { run: [command, argument] } or { builtin: name })',
    ],
  ],
  [
    'an exit code of 0',
    r,
    'no-data: [3, 4]',
    'no-data: [0]',
    ['processes.yaml:13:22: an exit code must be a whole number from 1, not the number 0'],
  ],
  [
    'no outputs',
    r,
    '  outputs: { picture: mag srvy ql }\n',
    '',
    ['processes.yaml:17:1: the process "picture" has no outputs (write outputs: { role: product })'],
  ],
]

describe('every fault is listed with its place', () => {
  test.each(cases)('%s', (_, file, from, to, expected) => {
    const faults = faultsOf(file, from, to)
    expect(faults).toEqual(expected)
  })

  test('all of them at once, in order of place', () => {
    const files = {
      'mission.yaml': (sampleFiles[m] ?? '').replace('title: Duo\n', 'titel: Duo\n'),
      'products.yaml': (sampleFiles[p] ?? '').replace('format: ccsds', 'format: ccsd').replace('format: png', 'formt: png'),
      'processes.yaml': (sampleFiles[r] ?? '').replace('major: 2', 'major: 0'),
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
