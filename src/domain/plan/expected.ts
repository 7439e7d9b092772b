import type { Product } from '#domain/mission'
import { coveredLength, followsEvents, overlap, partitionAt } from '#domain/partition'
import type { Partition, PartitionRule, Span } from '#domain/partition'
import type { EventFact, Reason } from './facts.ts'

/** Edges of mode intervals may be this much short of a partition's. Milliseconds. */
const tolerance = 60_000

/** Whether a rule's partitions follow events like this one. */
export const followsEvent = (rule: PartitionRule, event: EventFact): boolean =>
  followsEvents(rule) && event.kind === rule.kind && (rule.kind !== 'region' || event.name === rule.region)

/** What mission events say about one partition of a product. */
export interface Foreseen {
  /** An event has, or had, this partition: a cell is expected, or told why not. */
  readonly known: boolean
  /** Why there is nothing to make and nothing to come: cancelled, moved, lost, never downlinked, off, in another mode. */
  readonly absence: Reason | undefined
  /** Nothing is made even from inputs that are there: they do not contradict the absence. */
  readonly barred: boolean
}

/**
 * `events` are those that touch the partition, and those that once began with it; `modes` those that the product's instrument is switched
 * between; `hasOwnData`: an input is of the instrument itself, so that it was not silent whatever the list of modes says.
 */
export function foresee(
  product: Product,
  modes: readonly string[],
  partition: Partition,
  events: readonly EventFact[],
  hasOwnData = false,
): Foreseen {
  const followed = events.filter(event => followsEvent(product.partition, event))
  const isOwn = (start: number): boolean => partitionAt(product.partition, start).key === partition.key
  const own = followed.find(event => isOwn(event.span.start))
  const moved = followed.find(event => event.former.some(isOwn))
  const known = own !== undefined || moved !== undefined
  const absence = ownAbsence(own, moved)
  if (absence !== undefined) return { known, absence, barred: absence.kind === 'cancelled' }
  const silent = modeAbsence(product, modes, partition, events)
  return { known, absence: silent, barred: silent !== undefined && !hasOwnData }
}

const fates = { cancelled: 'cancelled', 'not-downlinked': 'never downlinked', lost: 'lost' } as const

function ownAbsence(own: EventFact | undefined, moved: EventFact | undefined): Reason | undefined {
  if (own === undefined)
    return moved === undefined
      ? undefined
      : { kind: 'cancelled', text: `${nameOf(moved)} was moved to ${spanText(moved.span)}${whyOf([moved])}` }
  // A lost contact has words of its own, see planArrival.
  if (own.state === 'planned' || own.state === 'done' || (own.state === 'lost' && own.kind === 'contact')) return undefined
  return { kind: own.state, text: `${nameOf(own)} of ${spanText(own.span)} was ${fates[own.state]}${whyOf([own])}` }
}

function modeAbsence(product: Product, modes: readonly string[], partition: Partition, events: readonly EventFact[]): Reason | undefined {
  const { instrument, mode } = product
  const own = events.filter(
    e => e.kind === 'mode' && e.state !== 'cancelled' && e.name.startsWith(`${instrument} `) && overlap(e.span, partition),
  )
  const modeOf = (event: EventFact): string => event.name.slice(instrument.length + 1)
  const off = own.filter(event => modeOf(event) === 'off')
  if (isWhole(off, partition)) return { kind: 'off', text: `${instrument} of ${off[0]?.spacecraft} was off${whyOf(off)}` }
  if (mode === undefined || !modes.includes(mode)) return undefined
  const others = own.filter(event => modeOf(event) !== mode)
  if (!isWhole(others, partition)) return undefined
  const words = [...new Set(others.map(modeOf))].join(' and ')
  return { kind: 'not-in-mode', text: `${instrument} of ${others[0]?.spacecraft} was in ${words}, not in ${mode}${whyOf(others)}` }
}

function isWhole(events: readonly EventFact[], partition: Span): boolean {
  const length = partition.stop - partition.start
  const spans = events.map(e => e.span)
  return events.length > 0 && coveredLength(spans, partition) >= length - Math.min(tolerance, length / 10)
}

const nameOf = (event: EventFact): string => `${event.kind === 'region' ? event.name : event.kind} ${event.key} of ${event.spacecraft}`

function whyOf(events: readonly EventFact[]): string {
  const reasons = [...new Set(events.flatMap(e => e.reason ?? []))]
  return reasons.length === 0 ? '' : ` (${reasons.join('; ')})`
}

const clock = (ms: number): string => `${new Date(ms).toISOString().slice(0, 16)}Z`
const spanText = (span: Span): string => `${clock(span.start)} to ${clock(span.stop)}`
