import { describe, expect, test } from 'vitest'
import { sampleFaults } from '#test/sample-mission'

/** What is wrong, which text is replaced, by what, and the whole list of faults. */
const cases: readonly (readonly [what: string, from: string | RegExp, to: string, faults: readonly string[]])[] = [
  [
    'text for a boolean',
    'optional: true',
    'optional: maybe',
    ['processes.yaml:10:40: optional of the input orbit of the process "calibrate" must be true or false, not the text "maybe"'],
  ],
  [
    'a list for a map',
    'inputs: { packets: mag srvy l0 }',
    'inputs: [mag srvy l0]',
    [
      'processes.yaml:1:1: the process "unpack" has no inputs, so nothing would ever start it (write inputs: { role: product }, every: 1 d, or on: [region])',
      'processes.yaml:2:11: inputs of the process "unpack" must be keys with values, not a list',
    ],
  ],
  [
    'a duration without unit',
    'before: 1 min',
    'before: 1 hour',
    [
      'processes.yaml:9:45: before of the input counts of the process "calibrate" must be a duration, not the text "1 hour" (write it like 30 s, 30 min, 2 h or 1 d, or 1 orbit)',
    ],
  ],
  [
    'a program and a parameter that are not there',
    /programs\/calibrate.py, --quick\] \}/,
    'programs/calib.py] }\n  parameters: { deep: [{ file: tables/a.csv }], word: a/b }',
    [
      "processes.yaml:12:29: the file of calibrate, programs/calib.py is not in the mission's folder",
      "processes.yaml:13:32: the file of calibrate, tables/a.csv is not in the mission's folder",
    ],
  ],
  [
    'an input that is no product',
    'product: mag srvy l1',
    'product: mag srvy l1a',
    ['processes.yaml:9:24: the input counts of calibrate: "mag srvy l1a" is no product (nearest is "mag srvy l1")'],
  ],
  [
    'an output that is no product',
    'counts: mag srvy l1 }',
    'counts: mag srvy l3 }',
    ['processes.yaml:3:22: the output counts of unpack: "mag srvy l3" is no product (nearest is "mag srvy l0")'],
  ],
  [
    'an input without its product',
    'product: orbit, ',
    '',
    ['processes.yaml:10:12: the input orbit of the process "calibrate" needs the key "product" (or "set", which takes from each)'],
  ],
  [
    'one product from two processes',
    'picture: mag srvy ql',
    'picture: mag srvy l1',
    [
      'processes.yaml:17:1: the processes feed themselves: mag srvy l1 -> mag srvy l2 -> mag srvy l1 (take one of these inputs away)',
      'processes.yaml:19:23: "mag srvy l1" is made by unpack too (one process per product)',
    ],
  ],
  [
    'one product twice from a process',
    'hourly: mag srvy l2 hourly',
    'hourly: mag srvy l2',
    ['processes.yaml:11:42: "mag srvy l2" is made by this process twice (one process per product)'],
  ],
  [
    'processes that feed themselves',
    'packets: mag srvy l0 }',
    'packets: mag srvy l0, back: mag srvy l2 }',
    ['processes.yaml:1:1: the processes feed themselves: mag srvy l1 -> mag srvy l2 -> mag srvy l1 (take one of these inputs away)'],
  ],
  [
    'a process that reads what it makes',
    'packets: mag srvy l0 }',
    'packets: mag srvy l1 }',
    ['processes.yaml:1:1: the processes feed themselves: mag srvy l1 -> mag srvy l1 (take one of these inputs away)'],
  ],
  [
    'a picture that nobody makes as input',
    /picture:\n[^]*/,
    'film:\n  inputs: { picture: mag srvy ql }\n  outputs: { field: mag srvy l0 }\n  program: { builtin: quicklook }\n',
    ['processes.yaml:18:22: the input "mag srvy ql" can never come: quicklooks do not arrive, and no process makes it'],
  ],
  [
    'a process without program',
    '  program: { builtin: decommutate }\n',
    '',
    ['processes.yaml:1:1: the process "unpack" needs the key "program" (write program: { run: [command, argument] } or { builtin: name })'],
  ],
  [
    'a program of both kinds',
    'builtin: decommutate',
    'builtin: decommutate, run: [a]',
    [
      'processes.yaml:4:12: program of the process "unpack" must be either a command or a built-in one, not both (write program: { run: [command, argument] } or { builtin: name })',
    ],
  ],
  [
    'a built-in program that there is not',
    'builtin: decommutate',
    'builtin: decomutate',
    ['processes.yaml:4:23: builtin of program of the process "unpack": "decomutate" is unknown (nearest is "decommutate")'],
  ],
  [
    'an empty command',
    '[python3, programs/calibrate.py, --quick]',
    '[]',
    [
      'processes.yaml:12:19: the command of the process "calibrate" is empty (write program: { run: [command, argument] } or { builtin: name })',
    ],
  ],
  [
    'an exit code of 0',
    'no-data: [3, 4]',
    'no-data: [0]',
    ['processes.yaml:13:22: an exit code must be a whole number from 1, not the number 0'],
  ],
  [
    'a range of exit codes upside down',
    'no-data: [3, 4]',
    'no-data: 9-3',
    ['processes.yaml:13:21: exit codes are numbers from 1 to 255 or ranges of them, not the text "9-3" (write 66 or 1-99)'],
  ],
  [
    'a window of two minds',
    'before: 1 min, after: 90 s',
    'before: 1 orbit, after: 90 s',
    [
      'processes.yaml:9:13: the input counts of the process "calibrate" reaches in orbits on one side and in time on the other (use one of the two for both)',
    ],
  ],
  [
    'a choice that there is not',
    'before: 1 min, after: 90 s',
    'choose: newest',
    ['processes.yaml:9:45: choose of the input counts of the process "calibrate": "newest" is unknown (known: valid, previous, nearest N)'],
  ],
  [
    'a set that reaches',
    'product: mag srvy l1, before: 1 min, after: 90 s',
    'set: [mag srvy l1], before: 1 min',
    [
      'processes.yaml:9:43: the input counts of the process "calibrate" is a set, which is chosen by validity: it has no "before" (take it away)',
    ],
  ],
  [
    'an unknown class of failure',
    '  priority: 10',
    '  retry: { timout: 2 }',
    ['processes.yaml:15:12: retry of the process "calibrate" has no key "timout" (nearest is "timeout")'],
  ],
  [
    'a wait without its length',
    '  priority: 10',
    '  wait: { then: give-up }',
    ['processes.yaml:15:9: wait of the process "calibrate" needs the key "hold" (how long after its output is due, e.g. 2 h)'],
  ],
  [
    'a period that does not divide a day',
    '  priority: 10',
    '  every: 7 h',
    [
      'processes.yaml:15:10: every of the process "calibrate": "7 h" is no period that divides a day or is whole days (write 15 min, 6 h, or 1 d at 06:30)',
    ],
  ],
  [
    'memory without unit',
    '  priority: 10',
    '  resources: { memory: 512 }',
    ['processes.yaml:15:24: memory of the process "calibrate" must be a size, not the number 512 (write it like 500 MB or 2 GB)'],
  ],
  [
    'a variable that stands for nothing',
    'picture:\n  inputs: { field: mag srvy l2 }',
    'picture-$mode:\n  for: { mode: [srvy] }\n  inputs: { field: mag $mod l2 }',
    [
      'processes.yaml:19:20: $mod stands for nothing here (nearest is "mode")',
      'processes.yaml:19:20: the input field of picture-srvy: "mag l2" is no product (known: mag srvy l0, mag srvy l1, mag srvy l2, mag srvy l2 hourly, mag srvy ql, orbit, plan)',
    ],
  ],
  [
    'a table whose rows have one name',
    'picture:\n',
    'picture:\n  for: { rate: [srvy] }\n',
    ['processes.yaml:18:10: the key "picture" does not tell its rows apart by $rate (put $rate in it)'],
  ],
  [
    'no outputs',
    '  outputs: { picture: mag srvy ql }\n',
    '',
    ['processes.yaml:17:1: the process "picture" has no outputs (write outputs: { role: product })'],
  ],
]

describe('every fault of processes.yaml is listed with its place', () => {
  test.each(cases)('%s', (_, from, to, faults) => expect(sampleFaults('processes.yaml', from, to)).toEqual(faults))
})
