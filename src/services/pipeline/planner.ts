import { foldTallies } from '#services/catalog'
import { spotOfCell } from './cell-spots.ts'
import type { CellSpot } from './cell-spots.ts'
import type { PipelineContext, Spot } from './context.ts'
import { sqlLedger } from './ledger.ts'
import { workOut } from './known.ts'
import type { LedgerStore } from './ledger.ts'
import { spotsOfEvents, spotsOfSchedules } from './event-spots.ts'
import { lookAt } from './reconcile.ts'
import type { PlanContext } from './reconcile.ts'
import { remindTransport } from './remind.ts'
import { spotsOfChange, spotsOfContacts, unique } from './spots.ts'

const batch = 500

export interface Planner {
  /** Looks where the log says that something changed. Returns how many events were read. */
  follow(): Promise<number>
  /** When a promised look is due, in UTC milliseconds: `follow` then does it, whatever the log holds. */
  promised(): number | undefined
  /** Looks again at every cell that waits, failed, runs or is late: what a lost hint would have missed. */
  audit(): Promise<void>
  /** Looks at everything the ledger holds and every contact: after a start, and daily. */
  sweep(): Promise<void>
}

/** The planning loop's three speeds. None of them remembers anything that the ledger does not hold, but the time of a promised look. */
export const makePlanner = (context: PipelineContext): Planner => {
  const planner = plannerOver(context, sqlLedger(context))
  return {
    follow: () => planner.follow(),
    promised: () => planner.promised(),
    audit: async () => {
      await planner.audit()
      await remindTransport(context)
      await foldTallies(context.db)
    },
    sweep: async () => {
      await planner.sweep()
      await remindTransport(context)
    },
  }
}

/** The same over any ledger. */
export function plannerOver(context: PlanContext, store: LedgerStore): Planner {
  let promised: number | undefined
  const look = async (spots: readonly Spot[]): Promise<void> => {
    const { until } = await lookAt(context, store, spots)
    if (until !== undefined) promised = Math.min(promised ?? Infinity, until)
  }
  const spotsOfCells = (cells: readonly CellSpot[]): readonly Spot[] => unique(cells.flatMap(c => spotOfCell(context.missions, c)))
  return {
    promised: () => promised,
    follow: async () => {
      const log = await store.readLog(batch)
      if (log !== undefined) {
        await look(await spotsOfLog(context, store, log))
        await store.advance(log.to)
      }
      if (promised !== undefined && promised <= context.clock()) {
        promised = undefined
        await look(spotsOfCells(await store.openCells('promised')))
      }
      return log?.events ?? 0
    },
    audit: async () => {
      const due = context.missions.flatMap(mission => spotsOfSchedules(mission, context.clock()))
      await look(unique([...due, ...spotsOfCells(await store.openCells('open'))]))
    },
    sweep: async () => look(await allSpots(context, store)),
  }
}

async function spotsOfLog(context: PlanContext, store: LedgerStore, { told, spoken }: Log): Promise<readonly Spot[]> {
  // Files of a mission or product that is no longer configured concern nobody; they must not stop the log.
  const configured = told.flatMap(change => {
    const mission = context.missions.find(m => m.id === change.mission)
    return mission === undefined || !mission.products.some(p => p.id === change.product) ? [] : [{ mission, change }]
  })
  const heard = spoken.flatMap(({ mission: id, missionEvents }) => {
    const mission = context.missions.find(m => m.id === id)
    return mission === undefined ? [] : [{ mission, missionEvents }]
  })
  return workOut(store.reads, known =>
    unique([
      ...configured.flatMap(({ mission, change }) => [
        ...spotsOfChange(known, mission, change),
        ...spotsOfEvents(known, mission, change.missionEvents),
      ]),
      ...heard.flatMap(({ mission, missionEvents }) => spotsOfEvents(known, mission, missionEvents)),
    ]),
  )
}

type Log = NonNullable<Awaited<ReturnType<LedgerStore['readLog']>>>

async function allSpots(context: PlanContext, store: LedgerStore): Promise<readonly Spot[]> {
  const spots: Spot[] = []
  for (const mission of context.missions) {
    const [contacts, events] = [await store.allContacts(mission.id), await store.allMissionEvents(mission.id)]
    // Cells too: a look that broke off may have left their readers out.
    const seen = (await store.partitions(mission.id)).filter(({ product }) => mission.products.some(p => p.id === product))
    spots.push(
      ...spotsOfContacts(mission, contacts),
      ...(await workOut(store.reads, known => spotsOfEvents(known, mission, events))),
      ...spotsOfSchedules(mission, context.clock()),
      ...(await workOut(store.reads, known => unique(seen.flatMap(change => spotsOfChange(known, mission, change))))),
    )
  }
  return unique(spots)
}
