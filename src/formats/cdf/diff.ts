import { isTime, typeOf, type CdfNumbers } from './types.ts'
import type { Cdf, CdfEntry, CdfVariable } from './model.ts'

/** An attribute that differs; null where a file lacks it. */
export interface AttributeDiff {
  readonly name: string
  readonly before: CdfEntry['value'] | readonly CdfEntry['value'][] | null
  readonly after: CdfEntry['value'] | readonly CdfEntry['value'][] | null
}

export interface VariableDiff {
  readonly name: string
  /** `redefined`: type or shape differ, so that values are not compared. */
  readonly state: 'same' | 'changed' | 'added' | 'removed' | 'redefined'
  readonly attributes: readonly AttributeDiff[]
  /** Records of both files that were compared: of equal time where DEPEND_0 is there, else of equal number. */
  readonly compared: number
  readonly changedRecords: number
  /** Records that only one of the files has. */
  readonly onlyBefore: number
  readonly onlyAfter: number
  /** Runs of changed records, by number in the later file; the first 1000. */
  readonly intervals: readonly { readonly first: number; readonly last: number }[]
  /** Largest and median of |after - before| over changed finite values; null for text or where none. */
  readonly largest: number | null
  readonly median: number | null
}

export interface CdfDiff {
  readonly same: boolean
  readonly attributes: readonly AttributeDiff[]
  readonly variables: readonly VariableDiff[]
}

/** Compares two files variable by variable: what changed, where, and by how much. Reads all values. */
export async function diffCdf(before: Cdf, after: Cdf): Promise<CdfDiff> {
  const attributes = diffGlobals(before, after)
  const variables: VariableDiff[] = []
  for (const [name, old] of before.variables) {
    const now = after.variables.get(name)
    variables.push(now === undefined ? oneSided(old, 'removed') : await diffVariable(before, after, old, now))
  }
  for (const [name, now] of after.variables) if (!before.variables.has(name)) variables.push(oneSided(now, 'added'))
  return { same: attributes.length === 0 && variables.every(v => v.state === 'same'), attributes, variables }
}

function diffGlobals(before: Cdf, after: Cdf): AttributeDiff[] {
  const values = (cdf: Cdf, name: string): CdfEntry['value'][] | null => cdf.attributes.get(name)?.map(entry => entry.value) ?? null
  return differing(before.attributes, after.attributes, name => [values(before, name), values(after, name)])
}

function diffAttributes(before: CdfVariable, after: CdfVariable): AttributeDiff[] {
  const value = (variable: CdfVariable, name: string): CdfEntry['value'] | null => variable.attributes.get(name)?.value ?? null
  return differing(before.attributes, after.attributes, name => [value(before, name), value(after, name)])
}

function differing(
  before: ReadonlyMap<string, unknown>,
  after: ReadonlyMap<string, unknown>,
  pick: (name: string) => readonly [AttributeDiff['before'], AttributeDiff['after']],
): AttributeDiff[] {
  const names = new Set([...before.keys(), ...after.keys()])
  return [...names].flatMap(name => {
    const [old, now] = pick(name)
    return sameValue(old, now) ? [] : [{ name, before: old, after: now }]
  })
}

function sameValue(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, i) => sameValue(item, b[i]))
  return Object.is(a, b)
}

const oneSided = (variable: CdfVariable, state: 'added' | 'removed'): VariableDiff => ({
  name: variable.name,
  state,
  attributes: [],
  compared: 0,
  changedRecords: 0,
  onlyBefore: state === 'removed' ? variable.records : 0,
  onlyAfter: state === 'added' ? variable.records : 0,
  intervals: [],
  largest: null,
  median: null,
})

async function diffVariable(before: Cdf, after: Cdf, old: CdfVariable, now: CdfVariable): Promise<VariableDiff> {
  const attributes = diffAttributes(old, now)
  const redefined = old.type !== now.type || old.elements !== now.elements || old.dims.join() !== now.dims.join()
  const empty = { name: now.name, attributes, intervals: [], largest: null, median: null, compared: 0, changedRecords: 0 }
  if (redefined) return { ...empty, state: 'redefined', onlyBefore: old.records, onlyAfter: now.records }
  const pairs = await pairRecords(before, after, old, now)
  const width = old.dims.reduce((product, size) => product * size, typeOf(old.type).kind === 'pair' ? 2 : 1)
  const tally = compareRecords(pairs, (await old.read()).values, (await now.read()).values, width)
  const [onlyBefore, onlyAfter] = [old.records - pairs.length / 2, now.records - pairs.length / 2]
  const changed = tally.changedRecords > 0 || onlyBefore > 0 || onlyAfter > 0 || attributes.length > 0
  return { ...empty, ...tally, state: changed ? 'changed' : 'same', onlyBefore, onlyAfter, compared: pairs.length / 2 }
}

/** Record numbers (before, after) that belong together, flat. */
async function pairRecords(before: Cdf, after: Cdf, old: CdfVariable, now: CdfVariable): Promise<Int32Array> {
  const times = [await timesOf(before, old), await timesOf(after, now)]
  const [a, b] = times
  if (a === undefined || b === undefined) {
    const count = Math.min(old.records, now.records)
    return Int32Array.from({ length: 2 * count }, (_, i) => i >> 1)
  }
  const pairs: number[] = []
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    const [x, y] = [a[i] as bigint, b[j] as bigint]
    if (x === y) pairs.push(i++, j++)
    else if (x < y) i++
    else j++
  }
  return Int32Array.from(pairs)
}

/** Times of the records, where they are in order: the variable's own or those of DEPEND_0. */
async function timesOf(cdf: Cdf, variable: CdfVariable): Promise<BigInt64Array | Float64Array | undefined> {
  if (!variable.recordVarying) return undefined
  const name = variable.attributes.get('DEPEND_0')?.value
  const time = isTime(variable.type) ? variable : typeof name === 'string' ? cdf.variables.get(name.trim()) : undefined
  if (time === undefined || time.type === 'CDF_EPOCH16' || !isTime(time.type) || time.dims.length > 0 || time.records !== variable.records)
    return undefined
  const values = (await time.read()).values as BigInt64Array | Float64Array
  for (let i = 1; i < values.length; i++) if ((values[i] as bigint) <= (values[i - 1] as bigint)) return undefined
  return values
}

interface Tally {
  readonly changedRecords: number
  readonly intervals: readonly { readonly first: number; readonly last: number }[]
  readonly largest: number | null
  readonly median: number | null
}

const MAX_INTERVALS = 1000

function compareRecords(pairs: Int32Array, old: CdfNumbers | string[], now: CdfNumbers | string[], width: number): Tally {
  const changes: number[] = []
  const intervals: { first: number; last: number }[] = []
  let changedRecords = 0
  for (let p = 0; p < pairs.length; p += 2) {
    const [i, j] = [pairs[p] as number, pairs[p + 1] as number]
    let changed = false
    for (let k = 0; k < width; k++) {
      const [x, y] = [old[i * width + k], now[j * width + k]]
      if (Object.is(x, y) || x === y) continue
      changed = true
      const change = typeof x === 'string' ? Number.NaN : Math.abs(Number(y) - Number(x))
      if (Number.isFinite(change)) changes.push(change)
    }
    if (!changed) continue
    changedRecords++
    const last = intervals.at(-1)
    if (last !== undefined && last.last === j - 1) last.last = j
    else if (intervals.length < MAX_INTERVALS) intervals.push({ first: j, last: j })
  }
  changes.sort((a, b) => a - b)
  return { changedRecords, intervals, largest: changes.at(-1) ?? null, median: changes[changes.length >> 1] ?? null }
}
