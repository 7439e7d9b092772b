import { proposeNearest } from './fault.ts'
import { addFault, booleanOf, choiceOf, entriesOf, integerOf, itemsOf, textOf, valueOf } from './sheet.ts'
import type { Entry, Spot } from './sheet.ts'

/** A map whose keys are known. Every reader adds a fault and gives a harmless value where the text is wrong. */
export interface Sheaf {
  readonly spot: Spot
  at(key: string): Spot | undefined
  /** Without `otherwise` the key is required. */
  text(key: string, otherwise?: string): string
  integer(key: string, otherwise: number, lowest?: number): number
  boolean(key: string, otherwise: boolean): boolean
  choice<Choice extends string>(key: string, choices: readonly Choice[], otherwise?: Choice): Choice | undefined
  texts(key: string): readonly string[]
  items(key: string): readonly Spot[]
  /** Any plain data below the key; {} where absent. */
  data(key: string): Readonly<Record<string, unknown>>
}

/**
 * Reads a map; keys that are not in `known` are faults that name the nearest one. `what` names the thing, e.g. `the product fgm`;
 * `defaults` are values of keys that the map does not have, of two for one key the later.
 */
export function readRecord(spot: Spot, what: string, known: readonly string[], defaults: readonly Entry[] = []): Sheaf {
  const found = new Map<string, Spot>(defaults.map(({ key, value }) => [key, value]))
  for (const { key, keySpot, value } of entriesOf(spot, what)) {
    if (known.includes(key)) found.set(key, value)
    else if (key !== '') addFault(keySpot, `${what} has no key "${key}"`, proposeNearest(key, known))
  }
  const name = (key: string): string => `${key} of ${what}`
  const required = (key: string): void => addFault(spot, `${what} needs the key "${key}"`)
  return {
    spot,
    at: key => found.get(key),
    text(key, otherwise) {
      const value = found.get(key)
      if (value !== undefined) return textOf(value, name(key))
      if (otherwise === undefined) required(key)
      return otherwise ?? ''
    },
    integer(key, otherwise, lowest) {
      const value = found.get(key)
      return value === undefined ? otherwise : integerOf(value, name(key), lowest)
    },
    boolean(key, otherwise) {
      const value = found.get(key)
      return value === undefined ? otherwise : booleanOf(value, name(key))
    },
    choice(key, choices, otherwise) {
      const value = found.get(key)
      if (value !== undefined) return choiceOf(value, name(key), choices)
      if (otherwise === undefined) required(key)
      return otherwise
    },
    items: key => {
      const value = found.get(key)
      return value === undefined ? [] : itemsOf(value, name(key))
    },
    texts: key => {
      const value = found.get(key)
      return value === undefined ? [] : itemsOf(value, name(key)).map(item => textOf(item, `an item of ${name(key)}`))
    },
    data(key) {
      const value = found.get(key)
      if (value === undefined || entriesOf(value, name(key)).length === 0) return {}
      return valueOf(value) as Readonly<Record<string, unknown>>
    },
  }
}
