import { exits } from '#domain/process'
import { readRecord } from './record.ts'
import type { Sheaf } from './record.ts'
import { addFault, entriesOf, integerOf, isTextSpot, itemsOf, kindOf, textOf } from './sheet.ts'
import type { Entry, Spot } from './sheet.ts'
import { builtinPrograms } from './types.ts'
import type { Process, ProcessInput, ProcessOutput, Program } from './types.ts'
import { durationOf } from './words.ts'

/** A process with the places that later checks name. */
export interface ReadProcess {
  readonly process: Process
  readonly spot: Spot
  readonly inputSpots: readonly Spot[]
  readonly outputSpots: readonly Spot[]
  /** Paths inside the folder that must exist, each with its place. */
  readonly files: readonly { readonly path: string; readonly spot: Spot }[]
}

const keys = ['title', 'inputs', 'outputs', 'program', 'parameters', 'exits', 'limits', 'priority', 'major']

export function readProcesses(spot: Spot): readonly ReadProcess[] {
  return entriesOf(spot, 'the processes').map(readProcess)
}

function readProcess(entry: Entry): ReadProcess {
  const what = `the process "${entry.key}"`
  const one = readRecord(entry.value, what, keys)
  const inputs = entriesOf(one.at('inputs') ?? nothingAt(entry.keySpot), `inputs of ${what}`)
  const outputs = entriesOf(one.at('outputs') ?? nothingAt(entry.keySpot), `outputs of ${what}`)
  if (inputs.length === 0)
    addFault(entry.keySpot, `${what} has no inputs, so nothing would ever start it`, 'write inputs: { role: product }')
  if (outputs.length === 0) addFault(entry.keySpot, `${what} has no outputs`, 'write outputs: { role: product }')
  const programSpot = one.at('program')
  const parameterSpot = one.at('parameters')
  const read = inputs.map(input => readInput(input, what))
  return {
    process: {
      id: entry.key,
      title: one.text('title', entry.key),
      inputs: read.map(r => r.input),
      outputs: outputs.map((output): ProcessOutput => ({
        role: output.key,
        product: productWord(output.value, `the output ${output.key}`),
      })),
      program: readProgram(programSpot, entry, what),
      parameters: one.data('parameters'),
      exits: readExits(one.at('exits'), what),
      limits: readLimits(one.at('limits'), what),
      priority: one.integer('priority', 0),
      major: one.integer('major', 1, 1),
    },
    spot: entry.keySpot,
    inputSpots: read.map(r => r.spot),
    outputSpots: outputs.map(output => output.value),
    files: [
      ...(programSpot === undefined ? [] : pathsIn(programSpot)),
      ...(parameterSpot === undefined ? [] : entriesOf(parameterSpot, 'parameters').flatMap(p => pathsIn(p.value))),
    ],
  }
}

const nothingAt = (spot: Spot): Spot => ({ sheet: spot.sheet, node: null, at: spot.at })

const productWord = (spot: Spot, what: string): string => textOf(spot, what).trim().split(/\s+/).join(' ')

function readInput(entry: Entry, what: string): { readonly input: ProcessInput; readonly spot: Spot } {
  const role = entry.key
  if (isTextSpot(entry.value))
    return { input: { role, product: productWord(entry.value, role), optional: false, before: 0, after: 0 }, spot: entry.value }
  const name = `the input ${role} of ${what}`
  const one: Sheaf = readRecord(entry.value, name, ['product', 'optional', 'before', 'after'])
  const reach = (key: string): number => {
    const spot = one.at(key)
    return spot === undefined ? 0 : durationOf(spot, `${key} of ${name}`)
  }
  const product = one.text('product').trim().split(/\s+/).join(' ')
  const input = { role, product, optional: one.boolean('optional', false), before: reach('before'), after: reach('after') }
  return { input, spot: one.at('product') ?? entry.keySpot }
}

function readProgram(spot: Spot | undefined, entry: Entry, what: string): Program {
  const none: Program = { kind: 'builtin', name: '' }
  const hint = 'write program: { run: [command, argument] } or { builtin: name }'
  if (spot === undefined) {
    addFault(entry.keySpot, `${what} needs the key "program"`, hint)
    return none
  }
  const one = readRecord(spot, `program of ${what}`, ['builtin', 'run'])
  const run = one.at('run')
  if ((run === undefined) === (one.at('builtin') === undefined)) {
    addFault(spot, `program of ${what} must be either a command or a built-in one, not ${run === undefined ? kindOf(spot) : 'both'}`, hint)
    return none
  }
  if (run === undefined) return { kind: 'builtin', name: one.choice('builtin', builtinPrograms) ?? '' }
  const command = one.texts('run')
  if (command.length === 0) addFault(run, `the command of ${what} is empty`, hint)
  return { kind: 'run', command }
}

function readExits(spot: Spot | undefined, what: string): Process['exits'] {
  const usual = { noData: [exits.noData], tryAgain: [exits.tryAgain] }
  if (spot === undefined) return usual
  const one = readRecord(spot, `exits of ${what}`, ['no-data', 'try-again'])
  const codes = (key: string, otherwise: readonly number[]): readonly number[] => {
    const list = one.at(key)
    return list === undefined ? otherwise : itemsOf(list, key).map(item => integerOf(item, `an exit code`, 1))
  }
  return { noData: codes('no-data', usual.noData), tryAgain: codes('try-again', usual.tryAgain) }
}

function readLimits(spot: Spot | undefined, what: string): Process['limits'] {
  const usual = { seconds: 600, tries: 3 }
  if (spot === undefined) return usual
  const one = readRecord(spot, `limits of ${what}`, ['time', 'tries'])
  const time = one.at('time')
  const ms = time === undefined ? usual.seconds * 1000 : durationOf(time, `time of ${what}`)
  return { seconds: Math.ceil(ms / 1000), tries: one.integer('tries', usual.tries, 1) }
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
