import { readInputs, readOutputs } from './inputs.ts'
import { readRecord } from './record.ts'
import { readExits, readLimits, readResources, readRetry, readSchedule, readWait } from './running.ts'
import { addFault, entriesOf, isRow, isTextSpot, itemsOf, kindOf, textOf } from './sheet.ts'
import type { Entry, Spot, Words } from './sheet.ts'
import { builtinPrograms } from './types.ts'
import type { Process, Program } from './types.ts'

/** A process with the places that later checks name. */
export interface ReadProcess {
  readonly process: Process
  readonly spot: Spot
  /** One place per product of each input. */
  readonly inputSpots: readonly (readonly Spot[])[]
  readonly outputSpots: readonly Spot[]
  /** Paths inside the folder that must exist, each with its place. */
  readonly files: readonly { readonly path: string; readonly spot: Spot }[]
}

const keys =
  'for title inputs outputs program parameters exits limits retry resources wait every on priority weight major code deterministic public'.split(
    ' ',
  )

export function readProcesses(sheets: readonly Spot[]): readonly ReadProcess[] {
  const all = sheets.flatMap(spot => entriesOf(spot, 'the processes').filter(isRow).flatMap(rowsOf).map(readProcess))
  const seen = new Set<string>()
  for (const { process, spot } of all) {
    if (seen.has(process.id)) addFault(spot, `the process "${process.id}" is declared twice`, 'keep one of the two')
    seen.add(process.id)
  }
  return all
}

/** One entry per combination of the words under `for`: `$name` stands for one of them everywhere in the entry. */
function rowsOf(entry: Entry): readonly Entry[] {
  const table = entriesOf(entry.value, `the process "${entry.key}"`).find(one => one.key === 'for')
  if (table === undefined) return [entry]
  const variables = entriesOf(table.value, `for of the process "${entry.key}"`)
  for (const { key, keySpot } of variables)
    if (!entry.key.includes(`$${key}`))
      addFault(keySpot, `the key "${entry.key}" does not tell its rows apart by $${key}`, `put $${key} in it`)
  const combinations = variables.reduce<readonly Words[]>(
    (all, { key, value }) => {
      const words = itemsOf(value, `the words of ${key}`).map(item => textOf(item, `a word of ${key}`))
      return all.flatMap(row => words.map(word => ({ ...row, [key]: word })))
    },
    [{}],
  )
  return combinations.map(words => ({
    key: entry.key.replace(/\$([a-z]+)/g, (whole, name: string) => words[name] ?? whole),
    keySpot: entry.keySpot,
    value: { ...entry.value, words },
  }))
}

function readProcess(entry: Entry): ReadProcess {
  const what = `the process "${entry.key}"`
  const one = readRecord(entry.value, what, keys)
  const inputs = readInputs(one.at('inputs'), what)
  const outputs = readOutputs(one.at('outputs'), what)
  const every = readSchedule(one.at('every'), what)
  const on = one.texts('on')
  if (inputs.length === 0 && every === undefined && on.length === 0)
    addFault(
      entry.keySpot,
      `${what} has no inputs, so nothing would ever start it`,
      'write inputs: { role: product }, every: 1 d, or on: [region]',
    )
  if (outputs.length === 0) addFault(entry.keySpot, `${what} has no outputs`, 'write outputs: { role: product }')
  const programSpot = one.at('program')
  const parameterSpot = one.at('parameters')
  const limits = readLimits(one.at('limits'), what)
  const wait = readWait(one.at('wait'), what)
  return {
    process: {
      id: entry.key,
      title: one.text('title', entry.key),
      inputs: inputs.map(r => r.input),
      outputs: outputs.map(r => r.output),
      program: readProgram(programSpot, entry, what),
      parameters: one.data('parameters'),
      exits: readExits(one.at('exits'), what),
      limits,
      retry: readRetry(one.at('retry'), what, limits.tries),
      resources: readResources(one.at('resources'), what),
      ...(wait === undefined ? {} : { wait }),
      ...(every === undefined ? {} : { every }),
      on,
      priority: one.integer('priority', 0),
      weight: one.integer('weight', 1, 1),
      major: one.integer('major', 1, 1),
      ...(one.at('code') === undefined ? {} : { code: one.text('code') }),
      deterministic: one.boolean('deterministic', true),
      public: one.boolean('public', true),
    },
    spot: entry.keySpot,
    inputSpots: inputs.map(r => r.spots),
    outputSpots: outputs.map(r => r.spot),
    files: [
      ...(programSpot === undefined ? [] : pathsIn(programSpot)),
      ...(parameterSpot === undefined ? [] : entriesOf(parameterSpot, 'parameters').flatMap(p => pathsIn(p.value))),
    ],
  }
}

function readProgram(spot: Spot | undefined, entry: Entry, what: string): Program {
  const none: Program = { kind: 'builtin', name: '' }
  const hint = 'write program: { run: [command, argument] } or { builtin: name }'
  if (spot === undefined) {
    addFault(entry.keySpot, `${what} needs the key "program"`, hint)
    return none
  }
  const one = readRecord(spot, `program of ${what}`, ['builtin', 'run', 'style', 'inside'])
  const run = one.at('run')
  if ((run === undefined) === (one.at('builtin') === undefined)) {
    addFault(spot, `program of ${what} must be either a command or a built-in one, not ${run === undefined ? kindOf(spot) : 'both'}`, hint)
    return none
  }
  const inside = one.boolean('inside', false)
  if (run === undefined) return { kind: 'builtin', name: one.choice('builtin', builtinPrograms) ?? '', ...(inside ? { inside } : {}) }
  if (inside) addFault(spot, `${what} is a command: only a built-in program can run inside its worker`, 'leave "inside" out')
  const command = one.texts('run')
  if (command.length === 0) addFault(run, `the command of ${what} is empty`, hint)
  const style = one.choice('style', ['job', 'legacy'], 'job')
  return style === 'legacy' ? { kind: 'run', command, style } : { kind: 'run', command }
}

/** Texts that can only be a file of the folder: a path with a folder and an ending. */
function pathsIn(spot: Spot): readonly { readonly path: string; readonly spot: Spot }[] {
  if (!isTextSpot(spot)) {
    const below = spot.node !== null && 'items' in spot.node ? spot.node.items : []
    return below.length === 0 ? [] : nested(spot)
  }
  const path = textOf(spot, 'a path')
  return /^[\w.-]+(?:\/[\w.-]+)*\/[\w.-]+\.[A-Za-z]\w*$/.test(path) && !path.startsWith('..') ? [{ path, spot }] : []
}

function nested(spot: Spot): readonly { readonly path: string; readonly spot: Spot }[] {
  const isList = kindOf(spot) === 'a list'
  return (isList ? itemsOf(spot, 'a list') : entriesOf(spot, 'a map').map(e => e.value)).flatMap(pathsIn)
}
