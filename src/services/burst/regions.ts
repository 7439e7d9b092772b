import type { BurstTables, Region } from '#domain/burst'
import { overlap } from '#domain/partition'
import { missionEventsIn } from '#services/catalog'
import type { Db, Tx } from '#services/db'
import { taiOf, utcOf } from './clock.ts'

/**
 * The science regions of each spacecraft that touch [from, to) TAI seconds, as the mission's events tell them: a region of the constellation
 * is one of each. None where the mission's burst tables name no regions.
 */
export async function findRegions(
  db: Db | Tx,
  tables: BurstTables,
  mission: string,
  range: { readonly from: number; readonly to: number },
): Promise<readonly Region[]> {
  const name = tables.loop?.regions
  if (name === undefined) return []
  const span = { start: utcOf(range.from), stop: utcOf(range.to) }
  const events = await missionEventsIn(
    db,
    tables.spacecraft.map(spacecraft => ({ mission, spacecraft, window: span })),
  )
  return events.flatMap((own, spacecraft) =>
    own
      // Events are found by their former places, too.
      .filter(event => event.kind === 'region' && event.name === name && event.state !== 'cancelled' && overlap(event.span, span))
      .map(event => ({ spacecraft, start: taiOf(event.span.start), stop: taiOf(event.span.stop) })),
  )
}
