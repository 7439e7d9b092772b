import type { TriggerSeason, TriggerTable } from '#domain/burst'
import { addFault, entriesOf, readRecord, type Sheaf } from '#domain/mission'
import { fieldNumbers } from './numbers.ts'

/** One season's table: weights and offsets for all, and what single spacecraft have of their own. */
export function readTriggers(one: Sheaf, spacecraft: readonly string[]): TriggerSeason {
  const terms = one.texts('terms')
  if (terms.length === 0) addFault(one.spot, 'a season of triggers needs terms')
  const common: TriggerTable = {
    weights: fieldNumbers(one, 'weights', terms.length),
    offsets: fieldNumbers(one, 'offsets', terms.length),
    below: one.choice('below', ['zero', 'negative'], 'zero') ?? 'zero',
  }
  checkSum(one, common.weights)
  const own = new Map<string, TriggerTable>()
  const each = one.at('spacecraft')
  for (const { key, keySpot, value } of each === undefined ? [] : entriesOf(each, 'spacecraft')) {
    if (!spacecraft.includes(key)) addFault(keySpot, `the mission has no spacecraft "${key}"`, `known: ${spacecraft.join(', ')}`)
    const table = readRecord(value, `the triggers of ${key}`, ['weights', 'offsets'])
    const weights = table.at('weights') === undefined ? common.weights : fieldNumbers(table, 'weights', terms.length)
    const offsets = table.at('offsets') === undefined ? common.offsets : fieldNumbers(table, 'offsets', terms.length)
    if (weights !== common.weights) checkSum(table, weights)
    own.set(key, { ...common, weights, offsets })
  }
  return { parameterSet: one.text('parameter-set'), terms, spacecraft: spacecraft.map(id => own.get(id) ?? common) }
}

function checkSum(one: Sheaf, weights: readonly number[]): void {
  const sum = weights.reduce((a, b) => a + b, 0)
  if (Math.abs(sum - 1) > 1e-6)
    addFault(one.at('weights') ?? one.spot, `the weights sum to ${Number(sum.toFixed(6))}, not to 1`, 'qualities would leave their scale')
}
