import { exits, failureClasses } from '#domain/process'
import type { CodeRange, ExitTable, FailureClass } from '#domain/process'
import { readRecord } from './record.ts'
import { addFault, entriesOf, integerOf, isTextSpot, itemsOf, kindOf, textOf, valueOf } from './sheet.ts'
import type { Spot } from './sheet.ts'
import type { Process, Resources, Schedule, WaitPolicy } from './types.ts'
import { durationOf, parseDuration } from './words.ts'

/** How a process is run: what its exit codes mean, how often it is tried, what it may use, and when it is looked at. */
const usual = { noData: [range(exits.noData)], tryAgain: [range(exits.tryAgain)], warning: [], fatal: [] } satisfies ExitTable

function range(from: number, to: number = from): CodeRange {
  return { from, to }
}

export function readExits(spot: Spot | undefined, what: string): ExitTable {
  if (spot === undefined) return usual
  const one = readRecord(spot, `exits of ${what}`, ['no-data', 'try-again', 'warning', 'fatal'])
  const codes = (key: string, otherwise: readonly CodeRange[]): readonly CodeRange[] => {
    const list = one.at(key)
    if (list === undefined) return otherwise
    return (kindOf(list) === 'a list' ? itemsOf(list, key) : [list]).flatMap(item => codesOf(item) ?? [])
  }
  return {
    noData: codes('no-data', usual.noData),
    tryAgain: codes('try-again', usual.tryAgain),
    warning: codes('warning', []),
    fatal: codes('fatal', []),
  }
}

/** A code, or a range of them as text. */
function codesOf(spot: Spot): CodeRange | undefined {
  if (!isTextSpot(spot)) return range(integerOf(spot, 'an exit code', 1))
  const match = /^(\d+) ?- ?(\d+)$/.exec(textOf(spot, 'exit codes'))
  const [from, to] = [Number(match?.[1] ?? 0), Number(match?.[2] ?? 0)]
  if (from >= 1 && from <= to && to <= 255) return range(from, to)
  addFault(spot, `exit codes are numbers from 1 to 255 or ranges of them, not ${kindOf(spot)}`, 'write 66 or 1-99')
  return undefined
}

export function readLimits(spot: Spot | undefined, what: string): Process['limits'] {
  const usualLimits = { seconds: 600, tries: 3 }
  if (spot === undefined) return usualLimits
  const one = readRecord(spot, `limits of ${what}`, ['time', 'tries'])
  const time = one.at('time')
  const ms = time === undefined ? usualLimits.seconds * 1000 : durationOf(time, `time of ${what}`)
  return { seconds: Math.ceil(ms / 1000), tries: one.integer('tries', usualLimits.tries, 1) }
}

/** Tries by class of failure. Where nothing is said: `tries` of the limits, a fatal error once, a lost worker ten times. */
export function readRetry(spot: Spot | undefined, what: string, tries: number): Readonly<Record<FailureClass, number>> {
  const plain: Readonly<Record<string, number>> = { fatal: 1, lost: 10 }
  const one = spot === undefined ? undefined : readRecord(spot, `retry of ${what}`, failureClasses)
  const read = (failure: FailureClass): number => {
    const usualTries = plain[failure] ?? tries
    return one?.integer(failure, usualTries, 1) ?? usualTries
  }
  return Object.fromEntries(failureClasses.map(failure => [failure, read(failure)])) as Record<FailureClass, number>
}

export function readResources(spot: Spot | undefined, what: string): Resources {
  if (spot === undefined) return { memory: undefined, tokens: {} }
  const one = readRecord(spot, `resources of ${what}`, ['memory', 'tokens'])
  const memory = one.at('memory')
  const tokens = one.at('tokens')
  return {
    memory: memory === undefined ? undefined : megabytesOf(memory, what),
    tokens:
      tokens === undefined
        ? {}
        : Object.fromEntries(entriesOf(tokens, `tokens of ${what}`).map(t => [t.key, integerOf(t.value, `tokens ${t.key} of ${what}`, 1)])),
  }
}

const sizes: Readonly<Record<string, number>> = { MB: 1, GB: 1000 }

function megabytesOf(spot: Spot, what: string): number {
  const match = /^(\d+(?:\.\d+)?) *(MB|GB)$/.exec(isTextSpot(spot) ? textOf(spot, 'memory') : '')
  if (match !== null) return Math.ceil(Number(match[1]) * (sizes[match[2] ?? ''] ?? 1))
  addFault(spot, `memory of ${what} must be a size, not ${kindOf(spot)}`, 'write it like 500 MB or 2 GB')
  return 0
}

export function readWait(spot: Spot | undefined, what: string): WaitPolicy | undefined {
  if (spot === undefined) return undefined
  const one = readRecord(spot, `wait of ${what}`, ['hold', 'then'])
  const hold = one.at('hold')
  if (hold === undefined) addFault(spot, `wait of ${what} needs the key "hold"`, 'how long after its output is due, e.g. 2 h')
  return {
    hold: hold === undefined ? 0 : durationOf(hold, `hold of ${what}`),
    after: one.choice('then', ['partial', 'give-up'], 'partial') ?? 'partial',
  }
}

/** `1 d`, `6 h at 00:30`: the period divides a day or is whole days; `at` is counted from midnight UTC. */
export function readSchedule(spot: Spot | undefined, what: string): Schedule | undefined {
  if (spot === undefined) return undefined
  const text = String(valueOf(spot))
  const match = /^(.+?)(?: at (\d\d):(\d\d))?$/.exec(text)
  const period = parseDuration(match?.[1] ?? '') ?? 0
  const offset = (Number(match?.[2] ?? 0) * 60 + Number(match?.[3] ?? 0)) * 60_000
  const day = 86_400_000
  if (period < 60_000 || (day % period !== 0 && period % day !== 0))
    addFault(spot, `every of ${what}: "${text}" is no period that divides a day or is whole days`, 'write 15 min, 6 h, or 1 d at 06:30')
  else if (offset >= period) addFault(spot, `every of ${what}: "${text}" starts later than its period is long`, 'make "at" shorter')
  else return { period, offset }
  return { period: day, offset: 0 }
}
