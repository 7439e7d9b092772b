import { consumersOf, datasetId, findProduct, makerOf } from '#domain/mission'
import type { Mission, Process, ProcessInput, Product } from '#domain/mission'
import { dayMs, followsEvents, isTiled, partitionAt, partitionsOf } from '#domain/partition'
import type { Partition, Span } from '#domain/partition'
import { followsEvent, reachOf } from '#domain/plan'
import type { ContactFact } from '#domain/plan'
import { spotKey } from './context.ts'
import type { Spot } from './context.ts'
import type { Surroundings } from './known.ts'
import type { JobRow } from './sql.ts'

/** What is known of a changed file: enough to say where to look. */
export interface Change {
  readonly product: string
  readonly spacecraft: string
  readonly partition: string
  readonly start: number
  readonly stop: number
  /** The stretches that its content has, where these are not all from start to stop, or lie elsewhere. */
  readonly spans?: readonly Span[] | undefined
}

/** A change that reaches further than this is looked for in the cells that exist, not counted out partition by partition. */
const longReach = 45 * dayMs

/** Everywhere a change may matter: its own cell, its maker, and every process that reads its product nearby. Some may be named twice. */
export function spotsOfChange(around: Surroundings, mission: Mission, change: Change): readonly Spot[] {
  const product = findProduct(mission, change.product)
  const own = partitionsOfChange(around, mission, product, change).flatMap(p => ownSpots(mission, product, change.spacecraft, p))
  const readers = consumersOf(mission, product.id).flatMap(process => readerSpots(around, mission, process, product, change))
  return [...own, ...readers]
}

/** The partition of a changed file as its event has it, which may be longer than the file; and the bursts that it is a part of. */
function partitionsOfChange(around: Surroundings, mission: Mission, product: Product, change: Change): readonly Partition[] {
  const own = { kind: product.partition.kind, key: change.partition, start: change.start, stop: change.stop }
  if (!followsEvents(product.partition)) return [own]
  const followed = around
    .missionEvents(mission.id, change.spacecraft, change)
    .filter(event => followsEvent(product.partition, event))
    .map(({ span }) => partitionAt(product.partition, span.start, span.stop))
  const parts = product.kind === 'telemetry' && own.kind === 'segment' ? followed.filter(p => p.key !== own.key) : []
  return [followed.find(p => p.key === own.key) ?? own, ...parts]
}

export function ownSpots(mission: Mission, product: Product, spacecraft: string, partition: Partition): readonly Spot[] {
  const maker = makerOf(mission, product.id)
  if (maker !== undefined) return [{ kind: 'work', mission: mission.id, process: maker.id, spacecraft, partition }]
  return [{ kind: 'arrival', mission: mission.id, product: product.id, spacecraft, partition }]
}

function readerSpots(around: Surroundings, mission: Mission, process: Process, product: Product, change: Change): readonly Spot[] {
  const output = process.outputs[0]
  if (output === undefined) return []
  const made = findProduct(mission, output.product)
  const spots: Spot[] = []
  for (const spacecraft of spacecraftOf(made, change.spacecraft)) {
    const partitions = new Map<string, Partition>()
    for (const input of process.inputs.filter(i => i.products.includes(product.id)))
      for (const span of change.spans ?? [change])
        for (const p of partitionsReached(around, mission, made, spacecraft, input, change, span)) partitions.set(p.key, p)
    for (const partition of partitions.values())
      spots.push({ kind: 'work', mission: mission.id, process: process.id, spacecraft, partition })
  }
  return spots
}

/** An input of all spacecraft concerns each one. */
const spacecraftOf = (made: Product, spacecraft: string): readonly string[] =>
  made.spacecraft.includes(spacecraft) ? [spacecraft] : made.spacecraft

function partitionsReached(
  around: Surroundings,
  mission: Mission,
  made: Product,
  spacecraft: string,
  input: ProcessInput,
  change: Change,
  span: Span,
): readonly Partition[] {
  const reach = reachOfChange(around, mission.id, spacecraft, input, span)
  const isShort = reach.stop - reach.start <= longReach
  if (isTiled(made.partition) && (isShort || made.partition.kind === 'mission')) return partitionsOf(made.partition, reach)
  const own = { kind: made.partition.kind, key: change.partition, start: change.start, stop: change.stop }
  if (!isTiled(made.partition) && !followsEvents(made.partition)) return [own]
  const existing = around.cellsIn(mission.id, datasetId(made, spacecraft), reach)
  const found = existing.map(c => ({ kind: made.partition.kind, key: c.partition, ...c.span }))
  if (isTiled(made.partition)) return found
  const events = around.missionEvents(mission.id, spacecraft, reach)
  const followed = events.filter(e => followsEvent(made.partition, e)).map(e => partitionAt(made.partition, e.span.start, e.span.stop))
  // A delivered burst of a time that no list tells of: what is made of it takes its partition.
  const isAlone = followed.length + found.length === 0 && findProduct(mission, change.product).partition.kind === made.partition.kind
  return isAlone ? [own] : [...found, ...followed]
}

/** A window reaches `before` back and `after` ahead of the partition, so a file reaches `after` back and `before` ahead. */
function reachOfChange(around: Surroundings, mission: string, spacecraft: string, { window }: ProcessInput, change: Span): Span {
  switch (window.kind) {
    case 'time':
      return { start: change.start - window.after, stop: change.stop + window.before }
    case 'orbits':
      return reachOf(
        { ...window, before: window.after, after: window.before },
        change,
        orbitsAround(around, mission, spacecraft, window, change),
      )
    case 'nearest':
      return { start: change.start - window.within, stop: change.stop + window.within }
    case 'previous':
      return { start: change.start, stop: change.stop + window.within }
    default:
      return { start: change.start, stop: change.stop }
  }
}

/** No orbit that anybody flies around a planet is longer. */
const longestOrbit = 10 * dayMs

/** The orbits that a window in orbits may name, in order. */
export function orbitsAround(
  around: Surroundings,
  mission: string,
  spacecraft: string,
  window: { readonly before: number; readonly after: number },
  span: Span,
): readonly Span[] {
  const margin = (Math.max(window.before, window.after) + 1) * longestOrbit
  const events = around.missionEvents(mission, spacecraft, { start: span.start - margin, stop: span.stop + margin })
  return events.filter(e => e.kind === 'orbit' && e.state !== 'cancelled').map(e => e.span)
}

/** Every cell that contacts say should exist: arrivals and works alike. */
export function spotsOfContacts(mission: Mission, contacts: readonly Pick<ContactFact, 'spacecraft' | 'data'>[]): readonly Spot[] {
  const products = mission.products.filter(p => p.expect === 'contacts')
  return unique(
    contacts.flatMap(contact =>
      products
        .filter(p => p.spacecraft.includes(contact.spacecraft))
        .flatMap(product => {
          const rule = product.partition.kind === 'span' ? ({ kind: 'day' } as const) : product.partition
          return partitionsOf(rule, contact.data).flatMap(p => ownSpots(mission, product, contact.spacecraft, p))
        }),
    ),
  )
}

/** The work that a job is a run of. */
export const spotOfJob = (job: JobRow): Spot & { readonly kind: 'work' } => ({
  kind: 'work',
  mission: job.mission,
  process: job.process,
  spacecraft: job.spacecraft,
  partition: {
    kind: job.partition_kind as Spot['partition']['kind'],
    key: job.partition,
    start: job.start_time,
    stop: job.stop_time,
  },
})

export function unique(spots: readonly Spot[]): readonly Spot[] {
  return [...new Map(spots.map(s => [spotKey(s), s])).values()]
}
