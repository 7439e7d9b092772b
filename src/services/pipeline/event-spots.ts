import { datasetId, findProduct } from '#domain/mission'
import type { Mission, Process, Product } from '#domain/mission'
import { dayMs, isTiled, partitionAt, partitionsOf } from '#domain/partition'
import type { Partition, Span } from '#domain/partition'
import { followsEvent, lastTick } from '#domain/plan'
import type { EventFact } from '#domain/plan'
import type { Spot } from './context.ts'
import type { Surroundings } from './known.ts'
import { ownSpots, spotsOfContacts, unique } from './spots.ts'

/** Where mission events matter: what contacts expect, partitions that follow them now or did once, works that they start, and all of an instrument that a mode is of. */
export function spotsOfEvents(around: Surroundings, mission: Mission, events: readonly EventFact[]): readonly Spot[] {
  const spots: Spot[] = []
  for (const event of events)
    for (const spacecraft of spacecraftOf(mission, event)) {
      spots.push(...followers(mission, event, spacecraft), ...started(around, mission, event, spacecraft))
      if (event.kind === 'contact') spots.push(...spotsOfContacts(mission, [{ spacecraft, data: event.span }]))
      if (event.kind === 'mode') spots.push(...concerned(around, mission, event, spacecraft))
    }
  return unique(spots)
}

/** An event of the constellation is one of each spacecraft. */
const spacecraftOf = (mission: Mission, event: EventFact): readonly string[] =>
  event.spacecraft === mission.id ? [mission.id, ...mission.spacecraft.map(sc => sc.id)] : [event.spacecraft]

function followers(mission: Mission, event: EventFact, spacecraft: string): readonly Spot[] {
  const starts = [event.span.start, ...event.former]
  return mission.products
    .filter(
      p =>
        (p.expect === 'events' || p.partition.kind === 'contact') && p.spacecraft.includes(spacecraft) && followsEvent(p.partition, event),
    )
    .flatMap(product =>
      starts.flatMap((start, i) => {
        const stop = i === 0 ? event.span.stop : undefined
        return ownSpots(mission, product, spacecraft, partitionAt(product.partition, start, stop))
      }),
    )
}

function started(around: Surroundings, mission: Mission, event: EventFact, spacecraft: string): readonly Spot[] {
  const spots: Spot[] = []
  for (const process of mission.processes.filter(p => event.kind === 'region' && p.on.includes(event.name))) {
    const made = madeBy(mission, process)
    if (made === undefined || !made.spacecraft.includes(spacecraft)) continue
    const partitions = isTiled(made.partition)
      ? partitionsOf(made.partition, event.span)
      : existing(around, mission, made, spacecraft, event.span)
    for (const partition of partitions) spots.push({ kind: 'work', mission: mission.id, process: process.id, spacecraft, partition })
  }
  return spots
}

/** Cells of the instrument that the mode is of, where they exist already: they may have learned why they are empty. */
function concerned(around: Surroundings, mission: Mission, event: EventFact, spacecraft: string): readonly Spot[] {
  const instrument = event.name.split(' ')[0]
  const spots: Spot[] = []
  for (const product of mission.products.filter(p => p.instrument === instrument && p.spacecraft.includes(spacecraft)))
    for (const partition of existing(around, mission, product, spacecraft, event.span))
      spots.push(...ownSpots(mission, product, spacecraft, partition))
  return spots
}

const madeBy = (mission: Mission, process: Process): Product | undefined => {
  const output = process.outputs[0]
  return output === undefined ? undefined : findProduct(mission, output.product)
}

function existing(around: Surroundings, mission: Mission, product: Product, spacecraft: string, span: Span): readonly Partition[] {
  const cells = around.cellsIn(mission.id, datasetId(product, spacecraft), span)
  return cells.map(c => ({ kind: product.partition.kind, key: c.partition, ...c.span }))
}

/** Partitions that a process's time trigger expects: those that touch its last two periods, at the least two days, before the last moment. */
export function spotsOfSchedule(mission: Mission, process: Process, now: number): readonly Spot[] {
  const { every } = process
  const made = every === undefined ? undefined : madeBy(mission, process)
  if (every === undefined || made === undefined || made.expect !== 'time' || !isTiled(made.partition)) return []
  const tick = lastTick(every, now)
  const partitions = partitionsOf(made.partition, { start: tick - Math.max(2 * every.period, 2 * dayMs), stop: tick })
  return made.spacecraft.flatMap(spacecraft =>
    partitions.map(partition => ({ kind: 'work' as const, mission: mission.id, process: process.id, spacecraft, partition })),
  )
}
