import { sql } from 'kysely'
import type { Mission } from '#domain/mission'
import { promises } from '#domain/plan'
import type { CellName, EventFact, PlannedInput, WorkFacts } from '#domain/plan'
import { eventsAfter, filesByIds, missionEventsNamed, missionEventsOf, spansOf } from '#services/catalog'
import type { FileRow } from '#services/catalog'
import { isDatabaseAway, withTx } from '#services/db'
import type { Db, Tx } from '#services/db'
import { readsIn } from './answers.ts'
import { spotColumns } from './cell-spots.ts'
import type { CellSpot } from './cell-spots.ts'
import type { PipelineContext } from './context.ts'
import { deferRemake } from './defer.ts'
import type { Deferral } from './defer.ts'
import { makeJobs } from './jobs.ts'
import type { Reads } from './known.ts'
import type { Change } from './spots.ts'
import { dropCells, lockSpots, writeCells, writeUnplanned } from './sql.ts'
import { dayBefore, noteSeen, noteSweep, seenOf, sliceOf, sweepOf } from './sweep-sql.ts'
import type { Day, Seen, Slice, Sweep } from './sweep.ts'
import type { CellWrite, WorkKey } from './sql.ts'
import type { Unplanned } from './unplanned.ts'

/** What looks at some spots read and write. Nobody else decides about these spots meanwhile, and all of it is kept or none. */
export interface Ledger {
  readonly reads: Reads
  /** True, in their order, where what decides about the readers of a cell changed. What is written is not read before the end of the looks. */
  writeCells(cells: readonly CellWrite[], at: number): Promise<readonly boolean[]>
  /** Takes cells away that nobody expects any more; true, in their order, where there was one. */
  dropCells(cells: readonly (CellName & { readonly mission: string })[]): Promise<readonly boolean[]>
  /** Says in cells that they could not be planned, over whatever they say; true, in their order, where they did not say so before. */
  noteUnplanned(cells: readonly Unplanned[], at: number): Promise<readonly boolean[]>
  /** The jobs' numbers, in the order of the works, which are different ones; or that one is left to a campaign. */
  makeJobs(orders: readonly JobOrder[]): Promise<readonly (number | Deferral)[]>
}

/** A run of a work that is to be made a job. */
export interface JobOrder {
  readonly mission: Mission
  readonly facts: WorkFacts
  readonly key: WorkKey
  readonly run: Run
}

export interface Run {
  readonly recipe: string
  readonly inputs: readonly PlannedInput[]
}

/** A change that the log tells of, with the mission events (contacts as well) that it was the last to tell. */
export interface Told extends Change {
  readonly mission: string
  readonly missionEvents: readonly EventFact[]
  /** Why the row could not be read as a whole. */
  readonly fault?: unknown
}

/** What planning as a whole reads beside its looks. */
export interface LedgerStore {
  readonly reads: Reads
  /** Whether an error tells of the ledger (it is away, full, or another went first) and not of what was looked at. */
  readonly isAway: (error: unknown) => boolean
  /** Looks at the spots of these keys. */
  look<T>(keys: readonly string[], work: (ledger: Ledger) => Promise<T>): Promise<T>
  /** The changes after the planner's place in the log, and the place behind them; undefined where there are none. */
  readLog(limit: number): Promise<
    | {
        readonly to: number
        readonly events: number
        readonly told: readonly Told[]
        /** Mission events that no file tells. */
        readonly spoken: readonly { readonly mission: string; readonly missionEvents: readonly EventFact[] }[]
      }
    | undefined
  >
  advance(to: number): Promise<void>
  /** Cells where something may still come, in order of start and dataset; `promised`: those whose reason names the moment of the next look. */
  openCells(which: 'open' | 'promised'): Promise<readonly CellSpot[]>
  /** What starts before a time, newest first, and not before `since`: about as many files and as many cells as asked for. */
  slice(mission: string, before: number | undefined, rows: number, since: number | undefined): Promise<Slice>
  /** The newest day of which anything starts before a time; undefined where nothing is older. */
  dayBefore(mission: string, before: number | undefined): Promise<Day | undefined>
  /** How a day was when all of it was last looked at. */
  seenOf(mission: string, start: number): Promise<Seen | undefined>
  noteSeen(mission: string, start: number, seen: Seen): Promise<void>
  sweepOf(mission: string): Promise<Sweep | undefined>
  noteSweep(mission: string, sweep: Sweep): Promise<void>
}

const follower = 'planner'

const isPromised = sql<boolean>`reason->>'kind' = any(${[...promises]}::text[])`

/** The ledger in PostgreSQL. */
export const sqlLedger = (context: PipelineContext): LedgerStore => ({
  reads: readsIn(context.db),
  isAway: isDatabaseAway,
  look: (keys, work) =>
    withTx(context.db, async tx => {
      await lockSpots(tx, keys)
      return work(inTx(context, tx))
    }),
  readLog: async limit => {
    const { db } = context
    const at = await db.selectFrom('cursor').select('sequence').where('follower', '=', follower).executeTakeFirst()
    const events = await eventsAfter(db, at?.sequence ?? 0, limit)
    const last = events.at(-1)
    if (last === undefined) return undefined
    const files = await filesByIds(
      db,
      events.flatMap(e => (e.file === null ? [] : [e.file])),
    )
    const told: Told[] = []
    for (const file of files) told.push(await toldOf(db, file))
    const spoken: { mission: string; missionEvents: readonly EventFact[] }[] = []
    for (const { mission, detail } of events.filter(e => e.kind === 'mission-events')) {
      const { kind, keys } = detail as { kind: string; keys: readonly string[] }
      spoken.push({ mission, missionEvents: await missionEventsNamed(db, mission, kind, keys) })
    }
    return { to: last.sequence, events: events.length, told, spoken }
  },
  advance: async sequence => {
    await context.db
      .insertInto('cursor')
      .values({ follower, sequence })
      .onConflict(c => c.column('follower').doUpdateSet({ sequence }))
      .execute()
  },
  openCells: which =>
    context.db
      .selectFrom('cell')
      .select([...spotColumns, sql<number | null>`(reason ->> 'until')::bigint`.as('until')])
      .where(e =>
        which === 'promised' ? e.and([e('next', '=', 'waiting'), isPromised]) : e.or([e('next', '<>', 'none'), e('have', '=', 'partial')]),
      )
      .orderBy('start_time')
      .orderBy('dataset')
      .orderBy('partition')
      .execute(),
  slice: (...question) => sliceOf(context.db, ...question),
  dayBefore: (...question) => dayBefore(context.db, ...question),
  seenOf: (...question) => seenOf(context.db, ...question),
  noteSeen: (...note) => noteSeen(context.db, ...note),
  sweepOf: mission => sweepOf(context.db, mission),
  noteSweep: (mission, sweep) => noteSweep(context.db, mission, sweep),
})

/** One odd row keeps nobody from reading the log beyond it. */
async function toldOf(db: Db, f: FileRow): Promise<Told> {
  const change = {
    mission: f.mission,
    product: f.product,
    spacecraft: f.spacecraft,
    partition: f.partition,
    start: f.start_time,
    stop: f.stop_time,
  }
  try {
    const missionEvents = 'contacts' in f.content || 'events' in f.content ? await missionEventsOf(db, f.id) : []
    return { ...change, spans: spansOf(f), missionEvents }
  } catch (fault) {
    if (isDatabaseAway(fault)) throw fault
    return { ...change, missionEvents: [], fault }
  }
}

/** Reads and writes in a transaction that is open already. */
const inTx = (context: PipelineContext, tx: Tx): Ledger => ({
  reads: readsIn(tx),
  writeCells: (cells, at) => writeCells(tx, cells, at),
  dropCells: cells => dropCells(tx, cells),
  noteUnplanned: (cells, at) => writeUnplanned(tx, cells, at),
  makeJobs: async orders => {
    const made = new Map<JobOrder, number | Deferral>()
    for (const order of orders) {
      const deferral = await deferRemake(context, tx, order)
      if (deferral !== undefined) made.set(order, deferral)
    }
    const now = orders.filter(order => !made.has(order))
    for (const [i, job] of (await makeJobs(context, tx, now)).entries()) made.set(now[i] as JobOrder, job)
    return orders.map(order => made.get(order) as number | Deferral)
  },
})
