import { sql } from 'kysely'
import type { Mission } from '#domain/mission'
import type { Span } from '#domain/partition'
import { promises } from '#domain/plan'
import type { CellName, ContactFact, EventFact, FileFact, JobFact, PlannedInput, Waiver, WorkFacts } from '#domain/plan'
import {
  allMissionEvents,
  contactsOf,
  eventsAfter,
  filesByIds,
  heldPartitions,
  latestFiles,
  latestOf,
  missionEventsOf,
  spansOf,
} from '#services/catalog'
import { withTx } from '#services/db'
import type { Db, Tx } from '#services/db'
import { spotColumns } from './cell-spots.ts'
import type { CellSpot } from './cell-spots.ts'
import type { PipelineContext } from './context.ts'
import { deferRemake } from './defer.ts'
import type { Deferral } from './defer.ts'
import { makeJob } from './jobs.ts'
import type { Change } from './spots.ts'
import { surroundingsIn } from './surroundings.ts'
import type { Surroundings } from './surroundings.ts'
import { lastJob, lastVerified, lockSpot, toFileFact, validWaiver, writeCell } from './sql.ts'
import type { CellWrite, WorkKey } from './sql.ts'

/** What one look at one spot reads and writes. Nobody else decides about the spot meanwhile, and all of it is kept or none. */
export interface Ledger extends Surroundings {
  /** Latest held files of a product whose nominal time (or, with `byContent`, whose content) touches the window, in order of start. */
  latestFiles(mission: string, product: string, spacecraft: string, window: Span, byContent?: boolean): Promise<readonly FileFact[]>
  contacts(mission: string, spacecraft: string, window: Span): Promise<readonly ContactFact[]>
  lastVerified(mission: string, name: CellName): Promise<{ readonly recipe: string; readonly outcome: string } | undefined>
  lastJob(key: WorkKey): Promise<JobFact | undefined>
  /** Id of the highest version of a partition. */
  newestFile(mission: string, name: CellName): Promise<number | undefined>
  waiver(mission: string, name: CellName): Promise<Waiver | undefined>
  /** True where what others see of the cell changed. */
  writeCell(cell: CellWrite, at: number): Promise<boolean>
  /** Takes a cell away that nobody expects any more; true where there was one. */
  dropCell(mission: string, name: CellName): Promise<boolean>
  /** The job's number; or that it is left to a campaign. */
  makeJob(mission: Mission, facts: WorkFacts, key: WorkKey, run: Run): Promise<number | Deferral>
}

export interface Run {
  readonly recipe: string
  readonly inputs: readonly PlannedInput[]
}

/** A change that the log tells of, with the mission events (contacts as well) that it was the last to tell. */
export interface Told extends Change {
  readonly mission: string
  readonly missionEvents: readonly EventFact[]
}

/** What planning as a whole reads beside its looks. */
export interface LedgerStore extends Surroundings {
  look<T>(key: string, work: (ledger: Ledger) => Promise<T>): Promise<T>
  /** The changes after the planner's place in the log, and the place behind them; undefined where there are none. */
  readLog(limit: number): Promise<{ readonly to: number; readonly events: number; readonly told: readonly Told[] } | undefined>
  advance(to: number): Promise<void>
  /** Cells where something may still come, or only those whose reason names the moment of the next look; in order of start and dataset. */
  openCells(which: 'open' | 'promised'): Promise<readonly CellSpot[]>
  allContacts(mission: string): Promise<readonly ContactFact[]>
  /** All but contacts. */
  allMissionEvents(mission: string): Promise<readonly EventFact[]>
  /** Every partition that has a file, then every one that has a cell: where something may have been missed. */
  partitions(mission: string): Promise<readonly Change[]>
}

const follower = 'planner'

async function partitionsOf(db: Db, mission: string): Promise<readonly Change[]> {
  const cells = await db
    .selectFrom('cell')
    .select(['product', 'spacecraft', 'partition', 'start_time as start', 'stop_time as stop'])
    .where('mission', '=', mission)
    .orderBy('start_time')
    .orderBy(sql`product collate "C"`)
    .orderBy(sql`spacecraft collate "C"`)
    .execute()
  const held = await heldPartitions(db, mission)
  // Of a partition with a file, the file knows better which stretches of its time there are.
  const nameOf = ({ product, spacecraft, partition }: Change): string => `${product} ${spacecraft} ${partition}`
  const known = new Set(held.map(nameOf))
  return [...held, ...cells.filter(cell => !known.has(nameOf(cell)))]
}

const isPromised = sql<boolean>`reason->>'kind' = any(${[...promises]}::text[])`

/** The ledger in PostgreSQL. */
export const sqlLedger = (context: PipelineContext): LedgerStore => ({
  look: (key, work) =>
    withTx(context.db, async tx => {
      await lockSpot(tx, key)
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
    for (const f of files)
      told.push({
        mission: f.mission,
        product: f.product,
        spacecraft: f.spacecraft,
        partition: f.partition,
        start: f.start_time,
        stop: f.stop_time,
        spans: spansOf(f),
        missionEvents: 'contacts' in f.content || 'events' in f.content ? await missionEventsOf(db, f.id) : [],
      })
    return { to: last.sequence, events: events.length, told }
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
      .select(spotColumns)
      .where(e =>
        which === 'promised' ? e.and([e('next', '=', 'waiting'), isPromised]) : e.or([e('next', '<>', 'none'), e('have', '=', 'partial')]),
      )
      .orderBy('start_time')
      .orderBy('dataset')
      .orderBy('partition')
      .execute(),
  allContacts: mission => contactsOf(context.db, mission, undefined),
  allMissionEvents: mission => allMissionEvents(context.db, mission),
  ...surroundingsIn(context.db),
  partitions: mission => partitionsOf(context.db, mission),
})

/** One look's reads and writes in a transaction that is open already. */
export const inTx = (context: PipelineContext, tx: Tx): Ledger => ({
  latestFiles: async (...question) => (await latestFiles(tx, ...question)).map(toFileFact),
  ...surroundingsIn(tx),
  contacts: (...question) => contactsOf(tx, ...question),
  lastVerified: (mission, { dataset, partition }) => lastVerified(tx, mission, dataset, partition),
  lastJob: key => lastJob(tx, key),
  newestFile: async (mission, { dataset, partition }) => (await latestOf(tx, mission, dataset, partition))?.id,
  waiver: (mission, name) => validWaiver(tx, mission, name),
  writeCell: (cell, at) => writeCell(tx, cell, at),
  dropCell: async (mission, { dataset, partition }) =>
    (
      await tx
        .deleteFrom('cell')
        .where(e => e.and({ mission, dataset, partition }))
        .executeTakeFirst()
    ).numDeletedRows > 0n,
  makeJob: async (...job) => (await deferRemake(context, tx, ...job)) ?? makeJob(context, tx, ...job),
})
