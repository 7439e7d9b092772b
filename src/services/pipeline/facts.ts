import { datasetId, findProduct } from '#domain/mission'
import type { Dataset, Mission, Process, ProcessInput, Product } from '#domain/mission'
import { dayMs, followsEvents } from '#domain/partition'
import type { Partition, Span } from '#domain/partition'
import { belongsTo, chooseFiles, foresee, isWider, reachOf } from '#domain/plan'
import type { ArrivalFacts, ContactFact, EventFact, FileFact, Foreseen, RoleFacts, SourceCell, WorkFacts } from '#domain/plan'
import type { Known } from './known.ts'
import { orbitsAround } from './spots.ts'
import type { WorkKey } from './sql.ts'

/** Ancillary files of neighbouring days overlap a little (real-data 4.1): their nominal day may be another one. */
const nominalSlack = dayMs

export function gatherWork(known: Known, mission: Mission, process: Process, key: WorkKey, now: number): WorkFacts {
  const products = process.outputs.map(o => findProduct(mission, o.product))
  const outputs = products.map(product => datasetId(product, key.spacecraft))
  const job = known.lastJob(key)
  const roles = process.inputs.map(input => gatherRole(known, mission, input, key))
  const verdicts = outputs.map(dataset => known.lastVerified(mission.id, { dataset, partition: key.partition.key }))
  const recipes = new Set(verdicts.map(v => v?.recipe))
  const agreed = recipes.size === 1 ? verdicts[0] : undefined
  const made = verdicts.some(v => v !== undefined && v.outcome !== 'no-data')
    ? 'files'
    : agreed === undefined
      ? deliveredOf(known, mission, outputs, key)
      : 'no-data'
  const [first] = products
  const events = eventsOf(known, mission, key.spacecraft, key.partition)
  const contacts = first?.expect === 'contacts' ? known.contacts(mission.id, key.spacecraft, key.partition) : []
  return {
    process,
    partition: key.partition,
    roles,
    madeRecipe: agreed?.recipe,
    made,
    job,
    due: first === undefined || isAwaited(key.partition, events) ? undefined : dueTime(first, contacts, key.partition, now),
    foreseen: first === undefined ? nothingForeseen : foreseenOf(mission, first, key.partition, events, roles),
    events: events.filter(e => e.kind === 'region' && process.on.includes(e.name) && e.state !== 'cancelled' && e.span.stop <= now),
  }
}

/** A burst that was chosen and has not been played back yet may stay in memory for weeks: it is not late. */
export const isAwaited = ({ kind, start }: Partition, events: readonly EventFact[]): boolean =>
  kind === 'segment' && events.some(event => event.kind === kind && event.span.start === start && event.state === 'planned')

const nothingForeseen: Foreseen = { known: false, absence: undefined, barred: false }

/** Asked only where the mission has lists of events, or contacts that can move. */
const eventsOf = (known: Known, mission: Mission, spacecraft: string, partition: Partition): readonly EventFact[] =>
  mission.products.some(p => p.format === 'events' || p.format === 'contacts') ? known.missionEvents(mission.id, spacecraft, partition) : []

function foreseenOf(
  mission: Mission,
  product: Product,
  partition: Partition,
  events: readonly EventFact[],
  roles: readonly RoleFacts[] = [],
): Foreseen {
  const hasOwnData = roles.some(r => r.files.some(f => findProduct(mission, f.product).instrument === product.instrument))
  const modes = mission.instruments.find(i => i.id === product.instrument)?.modes ?? []
  return foresee(product, modes, partition, events, hasOwnData)
}

/** Whether every output came from outside: nothing was made here yet. */
const deliveredOf = (known: Known, mission: Mission, outputs: readonly string[], { partition }: WorkKey): 'none' | 'delivered' =>
  outputs.every(dataset => known.newestFile(mission.id, { dataset, partition: partition.key }) !== undefined) ? 'delivered' : 'none'

function gatherRole(known: Known, mission: Mission, input: ProcessInput, key: WorkKey): RoleFacts {
  const { window } = input
  const orbits = window.kind === 'orbits' ? orbitsAround(known, mission.id, key.spacecraft, window, key.partition) : []
  const reach = reachOf(window, key.partition, orbits)
  const sources = sourcesOf(mission, input, key.spacecraft)
  const files = sources.flatMap(({ product, spacecraft }) => filesAround(known, mission, product, spacecraft, reach))
  const chosen = chooseFiles(input, key.partition, files, orbits)
  const cells = cellsOf(known, mission, input, sources, key.partition, reach)
  return { input, files: chosen, cells, sources: sources.map(({ id, product }) => ({ dataset: id, product: product.id })) }
}

const sources = new WeakMap<Mission, Map<ProcessInput, Map<string, readonly Dataset[]>>>()

/** The datasets that an input may come from: of the same spacecraft, else of all that its product is of. */
function sourcesOf(mission: Mission, input: ProcessInput, spacecraft: string): readonly Dataset[] {
  let inputs = sources.get(mission)
  if (inputs === undefined) sources.set(mission, (inputs = new Map()))
  let known = inputs.get(input)
  if (known === undefined) inputs.set(input, (known = new Map()))
  let found = known.get(spacecraft)
  if (found === undefined) {
    found = input.products.flatMap(id => {
      const product = findProduct(mission, id)
      const own = product.spacecraft.includes(spacecraft) ? [spacecraft] : product.spacecraft
      return own.map(sc => ({ id: datasetId(product, sc), product, spacecraft: sc }))
    })
    known.set(spacecraft, found)
  }
  return found
}

/** What a role may wait for or blame: cells of its window; the newest earlier output is taken as it is. */
function cellsOf(
  known: Known,
  mission: Mission,
  input: ProcessInput,
  sources: readonly Dataset[],
  partition: Partition,
  reach: Span,
): readonly SourceCell[] {
  const { kind } = input.window
  if (kind === 'previous' || kind === 'nearest') return []
  const found = sources.map(({ id }) => known.cellsIn(mission.id, id, reach))
  const cells = found.length === 1 ? (found[0] ?? []) : found.flat().toSorted((a, b) => a.span.start - b.span.start)
  const isOneEvent = (partition.kind === 'tag' || followsEvents(partition)) && !isWider(input.window)
  const own = isOneEvent ? cells.filter(c => c.partition === partition.key) : []
  return own.length > 0 ? own : cells
}

function filesAround(known: Known, mission: Mission, product: Product, spacecraft: string, reach: Span): readonly FileFact[] {
  const wide = { start: reach.start - nominalSlack, stop: reach.stop + nominalSlack }
  return known.latestFiles(mission.id, product.id, spacecraft, wide, product.kind === 'telemetry' ? { also: true } : { touching: reach })
}

export function gatherArrival(known: Known, mission: Mission, product: Product, spacecraft: string, partition: Partition): ArrivalFacts {
  const contacts = product.expect === 'contacts' ? known.contacts(mission.id, spacecraft, partition) : []
  const files = known.latestFiles(mission.id, product.id, spacecraft, { start: partition.start, stop: partition.stop })
  const events = eventsOf(known, mission, spacecraft, partition)
  return {
    product,
    partition,
    contacts,
    files: files.filter(f => belongsTo(partition, f)),
    foreseen: foreseenOf(mission, product, partition, events),
  }
}

/**
 * When a cell is due: the product's time after its data came down with the last contact that is over, or will with the next; after the end
 * of its event; after its time trigger's moment, which is the end of its time.
 */
export function dueTime(product: Product, contacts: readonly ContactFact[], partition: Span, now: number): number | undefined {
  const { due } = product
  if (due === undefined) return undefined
  if (product.expect === 'events' || product.expect === 'time') return partition.stop + due
  if (contacts.length === 0) return undefined
  const over = contacts.filter(c => c.span.stop <= now)
  const down = over.length > 0 ? Math.max(...over.map(c => c.span.stop)) : Math.min(...contacts.map(c => c.span.stop))
  return down + due
}
