import { contactsOf, eventsAfter, filesByIds, heldPartitions } from '#services/catalog'
import { spotColumns, spotOfCell } from './cell-spots.ts'
import type { PipelineContext, Spot } from './context.ts'
import { findMission, reconcile } from './reconcile.ts'
import { remindTransport } from './remind.ts'
import { spotsOfChange, spotsOfContacts, unique } from './spots.ts'

const follower = 'planner'
const batch = 500

export interface Planner {
  /** Looks where the log says that something changed. Returns how many events were read. */
  follow(): Promise<number>
  /** Looks again at every cell that waits, failed, runs or is late: what a lost hint would have missed. */
  audit(): Promise<void>
  /** Looks at everything the ledger holds and every contact: after a start, and daily. */
  sweep(): Promise<void>
}

/** The planning loop's three speeds. None of them remembers anything that the ledger does not hold, but the time of a promised look. */
export function makePlanner(context: PipelineContext): Planner {
  let promised: number | undefined
  const look = async (spots: readonly Spot[]): Promise<void> => {
    const { until } = await reconcile(context, spots)
    if (until !== undefined) promised = Math.min(promised ?? Infinity, until)
  }
  return {
    follow: async () => {
      const { events, spots } = await readLog(context)
      if (spots.length > 0) await look(spots)
      if (events > 0) await advance(context, events)
      if (promised !== undefined && promised <= context.clock()) {
        promised = undefined
        await look(await settlingSpots(context))
      }
      return events === 0 ? 0 : events
    },
    audit: async () => {
      await look(await openSpots(context))
      await remindTransport(context)
    },
    sweep: async () => {
      await look(await allSpots(context))
      await remindTransport(context)
    },
  }
}

async function readLog(context: PipelineContext): Promise<{ readonly events: number; readonly spots: readonly Spot[] }> {
  const at = await cursorOf(context)
  const events = await eventsAfter(context.db, at, batch)
  const files = await filesByIds(
    context.db,
    events.flatMap(e => (e.file === null ? [] : [e.file])),
  )
  const spots: Spot[] = []
  const reports = new Set<string>()
  for (const file of files) {
    const mission = context.missions.find(m => m.id === file.mission)
    // Files of a mission or product that is no longer configured concern nobody; they must not stop the log.
    if (mission === undefined || !mission.products.some(p => p.id === file.product)) continue
    spots.push(
      ...spotsOfChange(mission, {
        product: file.product,
        spacecraft: file.spacecraft,
        partition: file.partition,
        start: file.start_time,
        stop: file.stop_time,
      }),
    )
    if (typeof file.content['contacts'] === 'number') reports.add(file.mission)
  }
  for (const id of reports) spots.push(...spotsOfContacts(findMission(context.missions, id), await contactsOf(context.db, id, undefined)))
  return { events: events.at(-1)?.sequence ?? 0, spots: unique(spots) }
}

async function cursorOf(context: PipelineContext): Promise<number> {
  const row = await context.db.selectFrom('cursor').select('sequence').where('follower', '=', follower).executeTakeFirst()
  return row?.sequence ?? 0
}

const advance = (context: PipelineContext, sequence: number): Promise<unknown> =>
  context.db
    .insertInto('cursor')
    .values({ follower, sequence })
    .onConflict(c => c.column('follower').doUpdateSet({ sequence }))
    .execute()

const openSpots = async (context: PipelineContext): Promise<readonly Spot[]> => {
  const rows = await context.db
    .selectFrom('cell')
    .select(spotColumns)
    .where(e => e.or([e('next', '<>', 'none'), e('have', '=', 'partial')]))
    .execute()
  return unique(rows.flatMap(r => spotOfCell(context.missions, r)))
}

const settlingSpots = async (context: PipelineContext): Promise<readonly Spot[]> => {
  const rows = await context.db.selectFrom('cell').select(spotColumns).where('next', '=', 'waiting').execute()
  return unique(rows.flatMap(r => spotOfCell(context.missions, r)))
}

async function allSpots(context: PipelineContext): Promise<readonly Spot[]> {
  const spots: Spot[] = []
  for (const mission of context.missions) {
    spots.push(...spotsOfContacts(mission, await contactsOf(context.db, mission.id, undefined)))
    for (const held of await heldPartitions(context.db, mission.id)) {
      if (mission.products.some(p => p.id === held.product)) spots.push(...spotsOfChange(mission, held))
    }
  }
  return unique(spots)
}
