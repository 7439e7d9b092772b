import { consumersOf, findProduct } from '#domain/mission'
import type { InputWindow, Mission } from '#domain/mission'
import { dayMs } from '#domain/partition'
import type { PartitionRule } from '#domain/partition'

/** What is late, settles, or is told afterwards. */
const slack = 5 * dayMs
/** No orbit that anybody flies around a planet is longer. */
const longestOrbit = 10 * dayMs

/** For how long after its time a product is read by what is made of it, in milliseconds; Infinity where that has no bound. */
export function lastRead(mission: Mission): (product: string) => number {
  const known = new Map<string, number>()
  return id => {
    let reach = known.get(id)
    if (reach === undefined) known.set(id, (reach = reachOf(mission, id)))
    return reach
  }
}

function reachOf(mission: Mission, id: string): number {
  const own = findProduct(mission, id)
  if (own.partition.kind === 'validity' || own.partition.kind === 'mission') return Infinity
  const reaches = consumersOf(mission, id).flatMap(process => {
    const made = findProduct(mission, process.outputs[0]?.product ?? id)
    return process.inputs
      .filter(i => i.products.includes(id))
      .map(i => lengthOf(made.partition) + back(i.window) + (process.wait?.hold ?? 0))
  })
  return slack + Math.max(lengthOf(own.partition), ...reaches)
}

/** How long a partition can be at the most, as far as its rule tells. */
function lengthOf(rule: PartitionRule): number {
  if (rule.kind === 'mission') return Infinity
  if (rule.kind === 'month') return 31 * dayMs
  return rule.kind === 'orbit' || rule.kind === 'region' ? longestOrbit : dayMs
}

function back(window: InputWindow): number {
  if (window.kind === 'time') return Math.max(window.before, window.after)
  if (window.kind === 'orbits') return (Math.max(window.before, window.after) + 1) * longestOrbit
  if (window.kind === 'nearest' || window.kind === 'previous') return window.within
  return window.kind === 'valid' || window.kind === 'set' ? Infinity : 0
}
