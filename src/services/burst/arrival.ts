import type { BurstTables } from '#domain/burst'
import { coveredLength, type Span } from '#domain/partition'
import type { Db } from '#services/db'
import { taiOf, utcOf } from './clock.ts'
import { takeArrivals, type BurstArrival } from './relay.ts'
import { listSegments } from './segment.ts'

/** Packets begin and end anywhere: a buffer has come where this share of its time has. */
const enough = 0.5

/**
 * Counts what a file of burst telemetry has brought: the buffers of stored segments that its packets cover. `spans` are the stretches of time
 * that its content has, UTC milliseconds. Gives the count of buffers; a file that was counted before adds none.
 */
export async function countBurstFile(
  db: Db,
  tables: BurstTables,
  file: { readonly mission: string; readonly spacecraft: string; readonly spans: readonly Span[] },
  now: number,
): Promise<number> {
  const spacecraft = tables.spacecraft.indexOf(file.spacecraft)
  if (spacecraft < 0 || file.spans.length === 0) return 0
  const step = tables.cycleSeconds
  const from = taiOf(Math.min(...file.spans.map(({ start }) => start))) - step
  const to = taiOf(Math.max(...file.spans.map(({ stop }) => stop))) + step
  const arrivals: BurstArrival[] = []
  for (const { id, start, end, craft } of await listSegments(db, file.mission, { from, to })) {
    if ((craft[spacecraft]?.buffers ?? 0) === 0) continue
    for (let tai = start; tai <= end; tai += step) {
      const buffer = { start: utcOf(tai), stop: utcOf(tai + step) }
      if (coveredLength(file.spans, buffer) >= enough * (buffer.stop - buffer.start)) arrivals.push({ spacecraft, segment: id, start: tai })
    }
  }
  if (arrivals.length > 0) await takeArrivals(db, tables, file.mission, arrivals, now)
  return arrivals.length
}
