import type { Selectable } from 'kysely'
import { factsOfFile, selectionOfFile, type BurstTables, type Region, type Selection, type WindowFacts } from '#domain/burst'
import type { FomStructure } from '#domain/burst/files'
import { fail } from '#error'
import { withTx, type Db, type Schema, type Tx } from '#services/db'
import { recordAct } from '#services/people'
import { taiOf } from './clock.ts'
import { tellNews } from './news.ts'

/** A window as it is opened. Times in UTC milliseconds. */
export interface NewWindow {
  readonly mission: string
  readonly automatic: FomStructure
  readonly regions: readonly Region[]
  readonly openedAt: number
  readonly deadline: number
  /** Start of its science region as a partition says it, and the file of its evaluation; absent: opened by hand. */
  readonly region?: string | undefined
  readonly file?: number | undefined
}

/** A window of selection. Times in UTC milliseconds. */
export interface BurstWindow extends NewWindow {
  readonly id: number
  readonly evaluation: string
  readonly state: 'open' | 'closed'
  readonly warned: number
  readonly closedAt: number | null
  /** The submission that decided; null and closed: the automated selection stands. */
  readonly decidedBy: number | null
  /** How often trigger data were evaluated for it. */
  readonly evaluated: number
}

export const windowOf = (row: Selectable<Schema['burst_window']>): BurstWindow => ({
  id: row.id,
  mission: row.mission,
  evaluation: row.evaluation,
  automatic: row.automatic,
  regions: row.regions,
  openedAt: row.opened_at,
  deadline: row.deadline,
  state: row.state,
  warned: row.warned,
  closedAt: row.closed_at,
  decidedBy: row.decided_by,
  region: row.region ?? undefined,
  file: row.file ?? undefined,
  evaluated: row.evaluated,
})

/** Opens a window for an evaluation; the same evaluation again gives the window that there is. */
export const openWindow = (db: Db, window: NewWindow, by: string): Promise<BurstWindow> => withTx(db, tx => openWindowIn(tx, window, by))

/** The same inside of a transaction. */
export async function openWindowIn(tx: Tx, window: NewWindow, by: string): Promise<BurstWindow> {
  const evaluation = window.automatic.metadataevaltime
  if (window.deadline <= window.openedAt) fail('burst/deadline', `the window of ${evaluation} would close before it opens`)
  const added = await tx
    .insertInto('burst_window')
    .values({
      mission: window.mission,
      evaluation,
      opened_at: new Date(window.openedAt),
      deadline: new Date(window.deadline),
      automatic: JSON.stringify(window.automatic),
      regions: JSON.stringify(window.regions),
      region: window.region ?? null,
      file: window.file ?? null,
      evaluated: window.file === undefined ? 0 : 1,
    })
    .onConflict(c => c.doNothing())
    .executeTakeFirst()
  if (added.numInsertedOrUpdatedRows === 1n) {
    const { mission, openedAt: at, deadline } = window
    await recordAct(tx, { at, actor: by, act: 'burst.open', object: `${mission} ${evaluation}` })
    await tellNews(tx, { mission, actor: by, at }, [{ act: 'window-opened', evaluation, deadline }])
  }
  return findWindow(tx, window.mission, evaluation)
}

/** Throws `burst/no-window`. */
export async function findWindow(db: Db | Tx, mission: string, evaluation: string, lock = false): Promise<BurstWindow> {
  const query = db.selectFrom('burst_window').selectAll().where('mission', '=', mission).where('evaluation', '=', evaluation)
  const row = await (lock ? query.forUpdate() : query).executeTakeFirst()
  return row === undefined
    ? fail('burst/no-window', `${mission} has no window of the evaluation ${evaluation}; apsis sitl window lists them`, { evaluation })
    : windowOf(row)
}

/** The newest first. */
export async function listWindows(db: Db, mission: string, limit = 20): Promise<readonly BurstWindow[]> {
  const rows = await db
    .selectFrom('burst_window')
    .selectAll()
    .where('mission', '=', mission)
    .orderBy('opened_at', 'desc')
    .limit(limit)
    .execute()
  return rows.map(windowOf)
}

/** The automated selection of a window, whose grid all its selections share. */
export const automaticOf = (tables: BurstTables, window: BurstWindow): Selection =>
  selectionOfFile(window.automatic, tables.cycleSeconds, tables.spacecraft.length)

/** What validation knows of a window. */
export async function windowFacts(db: Db | Tx, tables: BurstTables, window: BurstWindow): Promise<WindowFacts> {
  const final = await db
    .selectFrom('burst_submission')
    .select('id')
    .where('burst_window', '=', window.id)
    .where('final', '=', true)
    .where('state', '=', 'accepted')
    .executeTakeFirst()
  return {
    madeAt: taiOf(window.openedAt),
    automatic: automaticOf(tables, window),
    ...factsOfFile(window.automatic, tables.spacecraft),
    // Without regions nothing is known of them; a mission without any would forbid every selection.
    ...(window.regions.length === 0 ? {} : { regions: window.regions }),
    finalAccepted: final !== undefined,
  }
}
