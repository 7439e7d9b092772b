import { consumersOf, findProduct, makerOf } from '#domain/mission'
import type { Mission, Process, ProcessInput, Product } from '#domain/mission'
import { isTiled, partitionsOf } from '#domain/partition'
import type { Span } from '#domain/partition'
import type { ContactFact } from '#domain/plan'
import { spotKey } from './context.ts'
import type { Spot } from './context.ts'
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

/** Everywhere a change may matter: its own cell, its maker, and every process that reads its product nearby. */
export function spotsOfChange(mission: Mission, change: Change): readonly Spot[] {
  const product = findProduct(mission, change.product)
  const own = ownSpots(mission, product, change)
  const readers = consumersOf(mission, product.id).flatMap(process => readerSpots(mission, process, product, change))
  return unique([...own, ...readers])
}

function ownSpots(mission: Mission, product: Product, change: Change): readonly Spot[] {
  const partition = { kind: product.partition.kind, key: change.partition, start: change.start, stop: change.stop }
  const maker = makerOf(mission, product.id)
  if (maker !== undefined) return [{ kind: 'work', mission: mission.id, process: maker.id, spacecraft: change.spacecraft, partition }]
  return [{ kind: 'arrival', mission: mission.id, product: product.id, spacecraft: change.spacecraft, partition }]
}

function readerSpots(mission: Mission, process: Process, product: Product, change: Change): readonly Spot[] {
  const output = process.outputs[0]
  if (output === undefined) return []
  const made = findProduct(mission, output.product)
  const inputs = process.inputs.filter(i => i.products.includes(product.id))
  // The window reaches `before` back and `after` ahead of the partition, so a file reaches `after` back and `before` ahead.
  const [before, after] = [Math.max(...inputs.map(reachBack)), Math.max(...inputs.map(reachAhead))]
  const reaches = (change.spans ?? [change]).map(({ start, stop }) => ({ start: start - after, stop: stop + before }))
  return spacecraftOf(made, change.spacecraft).flatMap(spacecraft =>
    reaches
      .flatMap(reach => partitionsFor(made, change, reach))
      .map(partition => ({
        kind: 'work' as const,
        mission: mission.id,
        process: process.id,
        spacecraft,
        partition,
      })),
  )
}

const reachBack = ({ window }: ProcessInput): number => (window.kind === 'time' ? window.before : 0)
const reachAhead = ({ window }: ProcessInput): number => (window.kind === 'time' ? window.after : 0)

/** An input of all spacecraft concerns each one. */
const spacecraftOf = (made: Product, spacecraft: string): readonly string[] =>
  made.spacecraft.includes(spacecraft) ? [spacecraft] : made.spacecraft

/** A product cut by its inputs' tags takes the tag of the changed file. */
function partitionsFor(made: Product, change: Change, reach: Span): Spot['partition'][] {
  if (isTiled(made.partition)) return [...partitionsOf(made.partition, reach)]
  return [
    {
      kind: made.partition.kind,
      key: change.partition,
      start: change.start,
      stop: change.stop,
    },
  ]
}

/** Every cell that contacts say should exist: arrivals and works alike. */
export function spotsOfContacts(mission: Mission, contacts: readonly ContactFact[]): readonly Spot[] {
  const products = mission.products.filter(p => p.expect === 'contacts')
  return unique(
    contacts.flatMap(contact =>
      products
        .filter(p => p.spacecraft.includes(contact.spacecraft))
        .flatMap(product => {
          const spans =
            product.partition.kind === 'span' ? partitionsOf({ kind: 'day' }, contact.data) : partitionsOf(product.partition, contact.data)
          return spans.flatMap(p =>
            ownSpots(mission, product, {
              product: product.id,
              spacecraft: contact.spacecraft,
              partition: p.key,
              start: p.start,
              stop: p.stop,
            }),
          )
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
