import type { Product } from '#domain/mission'
import { coveredLength, followsEvents, overlap } from '#domain/partition'
import type { Partition, PartitionRule, Span } from '#domain/partition'
import type { EventFact, Reason } from './facts.ts'

/** Edges of mode intervals may be this much short of a partition's. Milliseconds. */
const tolerance = 60_000

/** The events whose partitions a rule follows, of one spacecraft. */
export const followedEvent = (rule: PartitionRule, event: EventFact): boolean =>
  followsEvents(rule) && event.kind === rule.kind && (rule.kind !== 'region' || event.name === rule.region)

/**
 * Why mission events say that a partition has nothing to make or to come: its own event was cancelled, moved, lost or never downlinked, or
 * the instrument was off or in another mode for all of it. undefined where they say no such thing. `events` are those that touch the
 * partition, and those that once began with it.
 */
export function absenceOf(
  product: Product,
  modes: readonly string[],
  partition: Partition,
  events: readonly EventFact[],
): Reason | undefined {
  return ownAbsence(product, partition, events) ?? modeAbsence(product, modes, partition, events)
}

function ownAbsence(product: Product, partition: Partition, events: readonly EventFact[]): Reason | undefined {
  const followed = events.filter(event => followedEvent(product.partition, event))
  const own = followed.find(event => event.span.start === partition.start)
  if (own === undefined) {
    const moved = followed.find(event => event.former.includes(partition.start))
    return moved === undefined
      ? undefined
      : { kind: 'cancelled', text: `${nameOf(moved)} was moved to ${spanText(moved.span)}${whyText(moved)}` }
  }
  switch (own.state) {
    case 'cancelled':
      return { kind: 'cancelled', text: `${nameOf(own)} was cancelled${whyText(own)}` }
    case 'not-downlinked':
      return { kind: 'not-downlinked', text: `${nameOf(own)} of ${spanText(own.span)} was never downlinked${whyText(own)}` }
    case 'lost':
      return { kind: 'lost', text: `${nameOf(own)} of ${spanText(own.span)} was lost${whyText(own)}` }
    default:
      return undefined
  }
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

const isWhole = (events: readonly EventFact[], partition: Span): boolean =>
  events.length > 0 &&
  coveredLength(
    events.map(e => e.span),
    partition,
  ) >=
    partition.stop - partition.start - Math.min(tolerance, (partition.stop - partition.start) / 10)

const nameOf = (event: EventFact): string => `${event.kind === 'region' ? event.name : event.kind} ${event.key} of ${event.spacecraft}`

const whyText = (event: EventFact): string => (event.reason === undefined ? '' : ` (${event.reason})`)
const whyOf = (events: readonly EventFact[]): string => {
  const reasons = [...new Set(events.flatMap(e => e.reason ?? []))]
  return reasons.length === 0 ? '' : ` (${reasons.join('; ')})`
}

const clock = (ms: number): string => `${new Date(ms).toISOString().slice(0, 16)}Z`
const spanText = (span: Span): string => `${clock(span.start)} to ${clock(span.stop)}`
