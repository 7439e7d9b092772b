import { describe, expect, test } from 'vitest'
import { sampleFaults } from '#test/sample-mission'

/** What is wrong, which text is replaced, by what, and the whole list of faults. */
const cases: readonly (readonly [what: string, from: string | RegExp, to: string, faults: readonly string[]])[] = [
  [
    'an unknown key',
    '  description: In nT.',
    '  descripton: In nT.',
    ['products.yaml:15:3: the product "mag srvy l2" has no key "descripton" (nearest is "description")'],
  ],
  ['a missing key', '  title: Counts\n', '', ['products.yaml:10:3: the product "mag srvy l1" needs the key "title"']],
  [
    'no partition',
    '  format: cdf\n  partition: hours 6\n',
    '  format: cdf\n',
    [
      'products.yaml:9:1: the product "mag srvy l1" needs the key "partition" (day, hours N, month, orbit, region NAME, segment, contact, tag, span …)',
    ],
  ],
  [
    'a wrong kind',
    'kind: telemetry',
    'kind: telemetri',
    ['products.yaml:3:9: kind of the product "mag srvy l0": "telemetri" is unknown (nearest is "telemetry")'],
  ],
  [
    'text for a number',
    'interface: 3',
    'interface: three',
    ['products.yaml:19:14: interface of the product "mag srvy l2" must be a whole number from 0, not the text "three"'],
  ],
  [
    'a broken duration',
    'due: 1.5 h',
    'due: 90',
    ['products.yaml:18:8: due of the product "mag srvy l2" must be a duration, not the number 90 (write it like 30 s, 30 min, 2 h or 1 d)'],
  ],
  [
    'hours that do not divide a day',
    'hours 6',
    'hours 7',
    [
      'products.yaml:12:14: partition of the product "mag srvy l1": "hours 7" does not divide a day evenly (use 1, 2, 3, 4, 6, 8 or 12 hours)',
    ],
  ],
  [
    'an unknown partition',
    'hours 6',
    'weekly',
    [
      'products.yaml:12:14: partition of the product "mag srvy l1": "weekly" is unknown (known: day, hours N, month, mission, orbit, region NAME, segment, contact, tag, span, validity)',
    ],
  ],
  [
    'the same key twice',
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
    'mag srvy l1:',
    'mag  srvy l0:',
    [
      'products.yaml:9:1: the product "mag srvy l0" is declared twice (keep one of the two)',
      'processes.yaml:3:22: the output counts of unpack: "mag srvy l1" is no product (nearest is "mag srvy l0")',
      'processes.yaml:9:24: the input counts of calibrate: "mag srvy l1" is no product (nearest is "mag srvy l0")',
    ],
  ],
  [
    'a packet time from no known epoch',
    '  packets: packets/mag.xml',
    '  packets: packets/mag.xml\n  packet-time: { octet: 5, coarse: 4, fine: 2, epoch: gps }',
    [
      'products.yaml:9:25: octet of packet-time of the product "mag srvy l0" must be a whole number from 6, not the number 5',
      'products.yaml:9:55: the epoch "gps" is no date (tai-1958 or a date such as 2010-01-01)',
    ],
  ],
  [
    'contacts that nobody lists',
    'format: contacts',
    'format: text',
    ['products.yaml:1:1: "mag srvy l0" is expected by contacts, but no product is of format contacts (write expect: inputs)'],
  ],
  [
    'an unknown instrument',
    'instrument: nav\n  format',
    'instrument: nev\n  format',
    ['products.yaml:34:15: the instrument "nev" is unknown (nearest is "nav")'],
  ],
  [
    'no instrument',
    '  instrument: nav\n  format',
    '  format',
    ['products.yaml:31:1: the product "orbit" needs the key "instrument" (its key does not say it)'],
  ],
  [
    'an unknown spacecraft',
    'spacecraft: [duo]',
    'spacecraft: [duo3]',
    ['products.yaml:41:16: the spacecraft "duo3" is unknown (nearest is "duo")'],
  ],
  [
    'an unknown name style',
    '  format: ccsds',
    '  names: sience\n  format: ccsds',
    ['products.yaml:4:10: the name style "sience" is unknown (nearest is "science")'],
  ],
  [
    'an unknown directory',
    'kind: telemetry',
    'kind: telemetry\n  directory: burst',
    ['products.yaml:4:14: the directory "burst" is unknown (known: science, ancillary)'],
  ],
  [
    'a key with too few words',
    'mag srvy ql:',
    'mag ql:',
    [
      'products.yaml:26:1: the key "mag ql" has 2 words, its names need: inst mode level [descriptor]',
      'processes.yaml:19:23: the output picture of picture: "mag srvy ql" is no product (nearest is "mag srvy l0")',
    ],
  ],
  [
    'a key with a bad word',
    'mag srvy ql:',
    'mag srvy q_l:',
    [
      'products.yaml:26:1: "q_l" in the key "mag srvy q_l" is part of file names (use letters, digits and hyphens)',
      'processes.yaml:19:23: the output picture of picture: "mag srvy ql" is no product (nearest is "mag srvy q_l")',
    ],
  ],
  [
    'a packet definition that is not there',
    'packets/mag.xml',
    'packets/mog.xml',
    ["products.yaml:8:12: the packet definition packets/mog.xml is not in the mission's folder"],
  ],
  [
    'an ending that is not given',
    '  format: text\n  ext: txt',
    '  format: defatt',
    ['products.yaml:21:1: names of the product "mag srvy l2 hourly" end in {ext}, but it has none (add the key "ext")'],
  ],
  [
    'an input of another spacecraft',
    '  kind: telemetry',
    '  kind: telemetry\n  spacecraft: [duo1]',
    ['processes.yaml:2:22: the input "mag srvy l0" can never come for duo2: it is of duo1 only'],
  ],
]

describe('every fault of products.yaml is listed with its place', () => {
  test.each(cases)('%s', (_, from, to, faults) => expect(sampleFaults('products.yaml', from, to)).toEqual(faults))
})
