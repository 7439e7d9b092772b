import type { Selectable } from 'kysely'
import { shownState } from '#domain/plan'
import type { CellName, Reason, Shown } from '#domain/plan'
import { instant } from '#services/db'
import type { CellTable, Db } from '#services/db'

/** One expectation as people see it. Times in UTC milliseconds. */
export interface CellEntry extends CellName {
  readonly mission: string
  readonly product: string
  readonly spacecraft: string
  readonly process: string | null
  readonly start: number
  readonly stop: number
  readonly due: number | null
  readonly shown: Shown
  readonly have: CellTable['have']
  readonly next: CellTable['next']
  readonly reason: Reason
  readonly changed: number
}

export interface CellSearch {
  readonly mission?: string
  readonly product?: string
  readonly dataset?: string
  readonly from?: number
  readonly to?: number
  /** Only cells that are not at rest: something is to come, failed, or was lost. */
  readonly open?: boolean
  readonly limit: number
}

export async function listCells(db: Db, search: CellSearch, now: number): Promise<readonly CellEntry[]> {
  let query = db.selectFrom('cell').selectAll()
  for (const field of ['mission', 'product', 'dataset'] as const) {
    const value = search[field]
    if (value !== undefined) query = query.where(field, '=', value)
  }
  if (search.to !== undefined) query = query.where('start_time', '<', instant(search.to))
  if (search.from !== undefined) query = query.where('stop_time', '>', instant(search.from))
  if (search.open === true) query = query.where('next', '<>', 'none')
  const rows = await query.orderBy('start_time', 'desc').orderBy('dataset').limit(search.limit).execute()
  return rows.map(row => readCell(row, now))
}

export async function findCell(db: Db, mission: string, name: CellName, now: number): Promise<CellEntry | undefined> {
  const query = db.selectFrom('cell').selectAll().where('mission', '=', mission).where('dataset', '=', name.dataset)
  const row = await query.where('partition', '=', name.partition).executeTakeFirst()
  return row === undefined ? undefined : readCell(row, now)
}

function readCell(row: Selectable<CellTable>, now: number): CellEntry {
  const reason = { kind: 'inputs', text: '', ...row.reason } as Reason
  return {
    mission: row.mission,
    dataset: row.dataset,
    partition: row.partition,
    product: row.product,
    spacecraft: row.spacecraft,
    process: row.process,
    start: row.start_time,
    stop: row.stop_time,
    due: row.due_at,
    shown: shownState({ have: row.have, next: row.next, due: row.due_at ?? undefined, reason }, now),
    have: row.have,
    next: row.next,
    reason,
    changed: row.changed_at,
  }
}
