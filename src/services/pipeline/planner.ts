import { foldTallies } from '#services/catalog'
import { spotOfCell } from './cell-spots.ts'
import type { CellSpot } from './cell-spots.ts'
import type { PipelineContext, Spot } from './context.ts'
import { sqlLedger } from './ledger.ts'
import type { LedgerStore } from './ledger.ts'
import { lookAt } from './reconcile.ts'
import type { PlanContext } from './reconcile.ts'
import { remindTransport } from './remind.ts'
import { unique } from './spots.ts'
import { spotsOfChanges, spotsOfSchedules, spotsOfSpoken } from './spread.ts'
import { sweepAll, sweepOn, usualSlice } from './sweep.ts'

const batch = 500
/** Open cells that one audit looks at. */
const auditedTogether = 5000

const soonest = (cells: readonly CellSpot[]): number | undefined =>
  cells.length === 0 ? undefined : cells.reduce((least, c) => Math.min(least, c.until ?? Infinity), Infinity)

export interface Planner {
  /** Looks where the log says that something changed. Returns how many events were read. */
  follow(): Promise<number>
  /** When a promised look is due, in UTC milliseconds: `follow` then does it, whatever the log holds. */
  promised(): number | undefined
  /** Looks again at every cell that waits, failed, runs or is late: what a lost hint would have missed. */
  audit(): Promise<void>
  /** Looks at everything the ledger holds and every mission event. */
  sweep(): Promise<void>
  /** The same a piece at a time, from a place that the ledger remembers: after a start, and daily. False where there is nothing to do. */
  sweepOn(): Promise<boolean>
}

/** The planning loop's three speeds. None of them needs to remember anything that the ledger does not hold. */
export const makePlanner = (context: PipelineContext, rows: number = usualSlice): Planner => {
  const planner = plannerOver(context, sqlLedger(context), rows)
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
    sweepOn: () => planner.sweepOn(),
  }
}

/** The same over any ledger. */
export function plannerOver(context: PlanContext, store: LedgerStore, rows: number = usualSlice): Planner {
  let promised: number | undefined
  let audited = 0
  const fresh = new Set(context.missions.map(m => m.id))
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
        const [now, cells] = [context.clock(), await store.openCells('promised')]
        const isDue = ({ until }: CellSpot): boolean => until === undefined || until === null || until <= now
        promised = soonest(cells.filter(c => !isDue(c)))
        await look(spotsOfCells(cells.filter(isDue)))
      }
      return log?.events ?? 0
    },
    audit: async () => {
      const due = context.missions.flatMap(mission => spotsOfSchedules(context, mission))
      const open = await store.openCells('open')
      // Where very much is open, each audit takes the next piece of it: what is dirty is not to wait for the rest.
      if (audited >= open.length) audited = 0
      await look(unique([...due, ...spotsOfCells(open.slice(audited, audited + auditedTogether))]))
      audited += auditedTogether
    },
    sweep: () => sweepAll({ context, store, look, rows }),
    sweepOn: () => sweepOn({ context, store, look, rows }, fresh),
  }
}

async function spotsOfLog(context: PlanContext, store: LedgerStore, { told, spoken }: Log): Promise<readonly Spot[]> {
  // Files of a mission or product that is no longer configured concern nobody; they must not stop the log.
  const changes = told.flatMap(change => {
    const mission = context.missions.find(m => m.id === change.mission)
    return mission === undefined || !mission.products.some(p => p.id === change.product) ? [] : [{ mission, change }]
  })
  const events = spoken.flatMap(({ mission: id, missionEvents }) => {
    const mission = context.missions.find(m => m.id === id)
    return mission === undefined ? [] : missionEvents.map(event => ({ mission, event }))
  })
  return unique([...(await spotsOfChanges(context, store, changes)), ...(await spotsOfSpoken(context, store, events))])
}

type Log = NonNullable<Awaited<ReturnType<LedgerStore['readLog']>>>
