import { archivePath, datasetId, makerOf, printName } from '#domain/mission'
import type { Mission, Product } from '#domain/mission'
import { dayMs, hourMs, partitionAt, partitionsOf } from '#domain/partition'
import type { Partition, Span } from '#domain/partition'
import type { EventFact } from '#domain/plan'
import type { Agenda, Coming } from './agenda.ts'
import type { MemoryLedger } from './memory-ledger.ts'
import type { Rehearsal } from './rehearse.ts'
import { sha256Text } from './text.ts'

const burstLength = 60_000

/** Puts on the agenda what comes from outside of one day: contacts and mission events, files after them. */
export function arrivalsOf(
  mission: Mission,
  plan: Rehearsal,
  ledger: MemoryLedger,
  agenda: Agenda,
  day: number,
  clock: () => number,
): void {
  const start = plan.from + day * dayMs
  const span = { start, stop: start + dayMs }
  for (const { id } of mission.spacecraft) for (const coming of contactsOf(plan, ledger, id, span)) agenda.put(coming)
  for (const event of eventsOf(mission, plan, span)) {
    // Planned a day before; what is not told yet is expected by nobody.
    agenda.put({ at: Math.max(plan.from, event.span.start - dayMs), happen: () => ledger.tellEvent({ ...event, state: 'planned' }) })
    agenda.put({ at: event.span.stop, happen: () => ledger.tellEvent(event) })
  }
  for (const product of mission.products.filter(p => makerOf(mission, p.id) === undefined))
    for (const spacecraft of product.spacecraft)
      for (const { partition, at } of comingOf(product, plan, span)) {
        const happen = arrivalOf(plan, ledger, product, spacecraft, partition, clock)
        if (happen !== undefined) agenda.put({ at, happen })
      }
}

function arrivalOf(
  plan: Rehearsal,
  ledger: MemoryLedger,
  product: Product,
  spacecraft: string,
  partition: Partition,
  clock: () => number,
): (() => unknown) | undefined {
  const dataset = datasetId(product, spacecraft)
  if (plan.comes?.(dataset, partition.key) === false) return undefined
  const contact = product.partition.kind === 'contact' ? plan.contact?.(spacecraft, partition.key) : undefined
  if (contact === 'lost') return undefined
  return () => {
    const version = product.scheme.parts.map(() => 0)
    const name = printName({ product, spacecraft, start: partition.start, stop: partition.stop, version })
    const covers = plan.covers?.(dataset, partition) ?? partition
    const science = sha256Text(archivePath(product, spacecraft, partition.start, name))
    const file = { name, dataset, product: product.id, spacecraft, partition: partition.key, version, science, covers }
    const tells = product.format === 'contacts' || product.format === 'events'
    ledger.record({ ...file, span: partition, arrived: clock(), inputs: [] }, tells)
  }
}

function* contactsOf(plan: Rehearsal, ledger: MemoryLedger, spacecraft: string, day: Span): Generator<Coming> {
  const each = dayMs / plan.contactsPerDay
  for (let start = day.start; start < day.stop; start += each) {
    const data = { start, stop: start + each }
    const { key } = partitionAt({ kind: 'contact' }, start, data.stop)
    const state = plan.contact?.(spacecraft, key) ?? 'done'
    const span = { start: data.stop, stop: data.stop + hourMs / 2 }
    const contact = { key, spacecraft, span, data, reason: state === 'lost' ? 'the antenna failed' : undefined }
    yield { at: Math.max(plan.from, start - dayMs), happen: () => ledger.tell({ ...contact, state: 'planned' }) }
    yield { at: span.stop, happen: () => ledger.tell({ ...contact, state }) }
  }
}

/** Orbits that begin in a day, regions in their middle third, bursts: where the flight is told of them at all. */
function* eventsOf(mission: Mission, plan: Rehearsal, day: Span): Generator<EventFact> {
  const { orbit } = plan
  if (orbit === undefined) return
  const event = (kind: EventFact['kind'], name: string, start: number, stop: number): EventFact => {
    const { key } = partitionAt({ kind: 'tag' }, start)
    return { kind, key: `${name}${key}`, name, spacecraft: mission.id, span: { start, stop }, state: 'done', reason: undefined, former: [] }
  }
  const regions = new Set([
    ...mission.products.flatMap(({ partition: rule }) => (rule.kind === 'region' ? [rule.region] : [])),
    ...mission.processes.flatMap(p => p.on),
  ])
  for (let start = plan.from + Math.ceil((day.start - plan.from) / orbit) * orbit; start < day.stop; start += orbit) {
    yield event('orbit', '', start, start + orbit)
    for (const region of regions) yield event('region', region, start + orbit / 3, start + (2 * orbit) / 3)
  }
  for (const { start } of every(day, plan.burstsPerDay)) yield event('segment', '', start, start + burstLength)
}

const every = ({ start, stop }: Span, times: number): readonly { readonly start: number }[] =>
  Array.from({ length: times }, (_, i) => ({ start: start + (i * (stop - start)) / times }))

/** Partitions of what comes from outside that begin in a day, and when each comes. */
function comingOf(product: Product, plan: Rehearsal, day: Span): readonly { readonly partition: Partition; readonly at: number }[] {
  const { partition: rule } = product
  const after = (partition: Partition): { partition: Partition; at: number } => ({ partition, at: partition.stop + plan.delay })
  const cut = (times: number, length: number): readonly { partition: Partition; at: number }[] =>
    every(day, times).map(({ start }) => after(partitionAt(rule, start, start + length)))
  if (rule.kind === 'contact') return cut(plan.contactsPerDay, dayMs / plan.contactsPerDay).map(c => ({ ...c, at: c.at + hourMs / 2 }))
  if (rule.kind === 'span') return cut(1, dayMs)
  // In force from now on; it comes when it is made.
  if (rule.kind === 'validity') return cut(1, dayMs)
  if (rule.kind === 'tag' || rule.kind === 'segment') return cut(plan.burstsPerDay, burstLength)
  return partitionsOf(rule, day)
    .filter(p => p.start >= day.start || day.start === plan.from)
    .map(after)
}
