import { describe, expect, test } from 'vitest'
import { sampleFaults } from '#test/sample-mission'

/** What is wrong, which text is replaced, by what, and the whole list of faults. */
const cases: readonly (readonly [what: string, from: string | RegExp, to: string, faults: readonly string[]])[] = [
  ['an unknown key of the mission', 'release:', 'relaese:', ['mission.yaml:21:1: the mission has no key "relaese" (nearest is "release")']],
  [
    'a number for text',
    'title: Duo\n',
    'title: 7\n',
    ['mission.yaml:2:8: title of the mission must be text, not the number 7 (put it in quotes)'],
  ],
  [
    'a text for a list',
    'public-levels: [l2]',
    'public-levels: l2',
    ['mission.yaml:22:18: public-levels of release must be a list, not the text "l2" (write it as [a, b])'],
  ],
  [
    'broken YAML',
    'spacecraft:\n',
    'spacecraft: [\n',
    ['mission.yaml:4:3: not YAML: Block collections are not allowed within flow collections (what follows in this file was not read)'],
  ],
  [
    'an instrument in the key',
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
  ['an unknown version scheme', 'version: nn', 'version: mm', ['mission.yaml:14:95: the version scheme "mm" is unknown (nearest is "nn")']],
  [
    'a part that is not written',
    "'{interface}.{quality}.{revision}'",
    "'{interface}.{revision}'",
    ['mission.yaml:10:58: "{interface}.{revision}" does not write the part quality (put {quality} in it)'],
  ],
  [
    'a part that is not declared',
    "parts: [revision], written: '{revision:2}'",
    "parts: [revision], written: '{interface}{revision:2}'",
    ['mission.yaml:11:37: "{interface}{revision:2}" writes {interface}, which is none of its parts (known: revision)'],
  ],
  [
    'a version without parts',
    'parts: [revision]',
    'parts: []',
    [
      'mission.yaml:11:7: the version scheme nn needs parts (known: interface, quality, revision)',
      'mission.yaml:11:29: "{revision:2}" writes {revision}, which is none of its parts (none is declared)',
    ],
  ],
  [
    'a broken template',
    "'{SC}_{PRODUCT}_",
    "'{SC}_{PRODUCT_",
    ['mission.yaml:14:26: a lone { at character 6 of {SC}_{PRODUCT_{start:yyyyddd}_{stop:yyyyddd}.V{version}'],
  ],
  [
    'a field that no file has',
    "'ancillary/{sc}/{product}'",
    "'ancillary/{spacecraft}/{product}'",
    [
      'mission.yaml:17:14: no file has the field {spacecraft} (known: sc, inst, mode, level, descriptor, product, ext, start, stop, version)',
    ],
  ],
  [
    'a key word that none knows',
    'version: xyz }',
    'version: xyz, key: inst mod level }',
    [
      'mission.yaml:13:117: a key cannot have the word "mod" (nearest is "mode")',
      'products.yaml:21:1: the key "mag srvy l2 hourly" has 4 words, its names need: inst mod level',
    ],
  ],
  [
    'a mission word with a slash',
    'mission: duo',
    'mission: du/o',
    [
      'mission.yaml:1:10: "du/o" is part of file names and addresses (use letters, digits and hyphens)',
      'products.yaml:41:16: the spacecraft "duo" is unknown (nearest is "du/o")',
    ],
  ],
  [
    'an unknown hook',
    'identify: identify.ts',
    'identfy: identify.ts',
    ['mission.yaml:25:13: adapters has no key "identfy" (nearest is "identify")'],
  ],
  [
    'a hook that is no path',
    'identify: identify.ts',
    'identify: [a]',
    ["mission.yaml:25:23: the adapter identify must be the path of a module in the mission's folder"],
  ],
  [
    'files that are not there',
    /simulation: .*\nadapters: .*/,
    'simulation: s.yaml\nadapters: { identify: i.ts }',
    [
      "mission.yaml:24:13: the simulation s.yaml is not in the mission's folder",
      "mission.yaml:25:23: the adapter identify: i.ts is not in the mission's folder",
    ],
  ],
  [
    'names without a spacecraft',
    "'{SC}_{PRODUCT}_",
    "'{PRODUCT}_",
    ['products.yaml:31:1: the product "orbit" is of 2 spacecraft, but its names do not say which (put {sc} in the template)'],
  ],
  [
    'names without a time',
    '{start:yyyyddd}_{stop:yyyyddd}',
    'x',
    [
      'products.yaml:31:1: names of the product "orbit" carry no time (put {start:tag} in the template)',
      'products.yaml:37:1: names of the product "plan" carry no time (put {start:tag} in the template)',
    ],
  ],
  [
    'a made product without version',
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
    /\[_\{descriptor\}\]_\{start:tag\}_v\{version\}\.\{ext\}/,
    '_{start:tag}_v{version}',
    [
      'products.yaml:21:1: names of "mag srvy l2 hourly" cannot be told from those of "mag srvy l2", e.g. duo1_mag_srvy_l2_20010203_v1.2.3 (give one another template or ext)',
    ],
  ],
  [
    'a public product that is none',
    'public-products: [orbit]',
    'public-products: [orbits]',
    ['mission.yaml:23:21: the public product "orbits" is no product (nearest is "orbit")'],
  ],
]

describe('every fault of mission.yaml is listed with its place', () => {
  test.each(cases)('%s', (_, from, to, faults) => expect(sampleFaults('mission.yaml', from, to)).toEqual(faults))
})
