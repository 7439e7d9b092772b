import { readRecord } from './record.ts'
import type { Sheaf } from './record.ts'
import { addFault, alternatives, entriesOf, isTextSpot, itemsOf, kindOf, textOf } from './sheet.ts'
import type { Entry, Spot } from './sheet.ts'
import type { InputWindow, ProcessInput, ProcessOutput } from './types.ts'
import { durationOf } from './words.ts'

interface ReadInput {
  readonly input: ProcessInput
  /** One place per product. */
  readonly spots: readonly Spot[]
}

interface ReadOutput {
  readonly output: ProcessOutput
  readonly spot: Spot
}

const keys = ['product', 'set', 'optional', 'triggers', 'before', 'after', 'choose', 'within']
const day = 86_400_000

export const readInputs = (spot: Spot | undefined, what: string): readonly ReadInput[] =>
  spot === undefined ? [] : entriesOf(spot, `inputs of ${what}`).map(entry => readInput(entry, what))

/** `role: product`, or a text of products (`a|b`) whose last words are their roles. */
export function readOutputs(spot: Spot | undefined, what: string): readonly ReadOutput[] {
  if (spot === undefined) return []
  if (isTextSpot(spot))
    return alternatives(textOf(spot, `outputs of ${what}`)).map(product => ({
      output: { role: product.split(' ').at(-1) ?? '', product },
      spot,
    }))
  return entriesOf(spot, `outputs of ${what}`).map(entry => ({
    output: { role: entry.key, product: productWord(entry.value, `the output ${entry.key}`) },
    spot: entry.value,
  }))
}

const productWord = (spot: Spot, what: string): string => textOf(spot, what).trim().split(/\s+/).join(' ')

function readInput(entry: Entry, what: string): ReadInput {
  const role = entry.key
  const plain = { role, optional: false, triggers: true, window: { kind: 'time', before: 0, after: 0 } as const }
  const name = `the input ${role} of ${what}`
  if (isTextSpot(entry.value) || kindOf(entry.value) === 'a list') {
    const read = readNames(entry.value, name)
    return { input: { ...plain, products: read.map(r => r.product) }, spots: read.map(r => r.spot) }
  }
  const one = readRecord(entry.value, name, keys)
  const set = one.at('set')
  const product = one.at('product')
  if (set === undefined && product === undefined) addFault(one.spot, `${name} needs the key "product"`, 'or "set", which takes from each')
  if (set !== undefined && product !== undefined) addFault(set, `${name} has both "product" and "set"`, 'keep one of the two')
  const names = set ?? product
  const read = names === undefined ? [] : readNames(names, name)
  const window = set === undefined ? readWindow(one, name) : readSetWindow(one, name)
  const triggers = one.boolean('triggers', window.kind !== 'previous')
  return {
    input: { role, products: read.map(r => r.product), optional: one.boolean('optional', false), triggers, window },
    spots: read.map(r => r.spot),
  }
}

/** One product, or a list of them, best first. */
function readNames(spot: Spot, what: string): readonly { readonly product: string; readonly spot: Spot }[] {
  if (isTextSpot(spot)) return alternatives(textOf(spot, what)).map(product => ({ product, spot }))
  const items = itemsOf(spot, `products of ${what}`)
  return items.flatMap(item => alternatives(textOf(item, `a product of ${what}`)).map(product => ({ product, spot: item })))
}

const windowKeys = ['before', 'after', 'choose', 'within'] as const

/** What a set takes is fixed by validity: any other choice of files would contradict it. */
function readSetWindow(one: Sheaf, what: string): InputWindow {
  for (const key of windowKeys) {
    const spot = one.at(key)
    if (spot !== undefined) addFault(spot, `${what} is a set, which is chosen by validity: it has no "${key}"`, 'take it away')
  }
  return { kind: 'set' }
}

function readWindow(one: Sheaf, what: string): InputWindow {
  const choose = one.at('choose')
  const withinSpot = one.at('within')
  const within = withinSpot === undefined ? 30 * day : durationOf(withinSpot, `within of ${what}`)
  if (choose === undefined) {
    if (withinSpot !== undefined) addFault(withinSpot, `"within" of ${what} belongs to choose: nearest N or choose: previous`)
    return readReach(one, what)
  }
  for (const key of ['before', 'after'] as const) {
    const spot = one.at(key)
    if (spot !== undefined) addFault(spot, `${what} has both "choose" and "${key}"`, 'keep one of the two')
  }
  const text = textOf(choose, `choose of ${what}`)
  if (text === 'valid') return { kind: 'valid' }
  if (text === 'previous') return { kind: 'previous', within }
  const count = Number(/^nearest ([1-9]\d*)$/.exec(text)?.[1] ?? Number.NaN)
  if (Number.isNaN(count)) addFault(choose, `choose of ${what}: "${text}" is unknown`, 'known: valid, previous, nearest N')
  return { kind: 'nearest', count: Number.isNaN(count) ? 1 : count, within }
}

/** `before` and `after` as durations, or both in orbits. */
function readReach(one: Sheaf, what: string): InputWindow {
  const read = (key: 'before' | 'after'): { readonly orbits?: number; readonly ms?: number } => {
    const spot = one.at(key)
    if (spot === undefined) return {}
    const orbits = Number(/^(\d+) orbits?$/.exec(isTextSpot(spot) ? textOf(spot, key) : '')?.[1] ?? Number.NaN)
    return Number.isNaN(orbits) ? { ms: durationOf(spot, `${key} of ${what}`, ', or 1 orbit') } : { orbits }
  }
  const [before, after] = [read('before'), read('after')]
  const inOrbits = before.orbits !== undefined || after.orbits !== undefined
  if (inOrbits && (before.ms !== undefined || after.ms !== undefined))
    addFault(one.spot, `${what} reaches in orbits on one side and in time on the other`, 'use one of the two for both')
  if (inOrbits) return { kind: 'orbits', before: before.orbits ?? 0, after: after.orbits ?? 0 }
  return { kind: 'time', before: before.ms ?? 0, after: after.ms ?? 0 }
}
