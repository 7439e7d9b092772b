import { sql } from 'kysely'
import type { RawBuilder, Selectable, SelectQueryBuilder } from 'kysely'
import { absences, shownState, shownStates } from '#domain/plan'
import type { CellName, Reason, Shown } from '#domain/plan'
import { fail } from '#error'
import { instant } from '#services/db'
import type { CellTable, Db, Schema } from '#services/db'
import { pageFrom } from './overlap.ts'
import type { Among } from './overlap.ts'

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

/** A search through the cells. `from` and `to` (UTC milliseconds) mean overlap. */
export interface CellSearch {
  readonly mission?: string
  readonly product?: string
  readonly dataset?: string
  readonly spacecraft?: string
  readonly process?: string
  readonly partition?: string
  readonly from?: number
  readonly to?: number
  /** Only cells that are not at rest: something is to come, failed, or was lost. */
  readonly open?: boolean
  /** Only cells that are shown as one of these. */
  readonly states?: readonly Shown[]
  /** Only what comes after this cell in the order of the answer. */
  readonly after?: CellPlace
  readonly limit: number
}

/** Where a cell stands in the order of lists: newest first, then by dataset and partition. */
export type CellPlace = Pick<CellEntry, 'start' | 'dataset' | 'partition'>

/** Cells that answer a search, newest first. */
export async function listCells(db: Db, search: CellSearch, now: number): Promise<readonly CellEntry[]> {
  const page = (among: Among, limit: number): Promise<readonly Selectable<CellTable>[]> =>
    cellsOf(db, search, now)
      .where(among)
      .selectAll()
      .orderBy('start_time', 'desc')
      .orderBy('dataset')
      .orderBy('partition')
      .limit(limit)
      .execute()
  const { from, limit } = search
  const rows = from === undefined ? await page(sql`true`, limit) : await pageFrom('cell', from, limit, page)
  return rows.map(row => readCell(row, now))
}

type CellQuery = SelectQueryBuilder<Schema, 'cell', object>

function cellsOf(db: Db, search: CellSearch, now: number): CellQuery {
  let query = db.selectFrom('cell')
  for (const field of ['mission', 'product', 'dataset', 'spacecraft', 'process', 'partition'] as const) {
    const value = search[field]
    if (value !== undefined) query = query.where(field, '=', value)
  }
  if (search.to !== undefined) query = query.where('start_time', '<', instant(search.to))
  if (search.from !== undefined) query = query.where('stop_time', '>', instant(search.from))
  if (search.open === true) query = query.where('next', '<>', 'none')
  if (search.states !== undefined) {
    query = query.where(sql<boolean>`${shownAs(now)} = any(${search.states}::text[])`)
    // The index of cells that are not simply made is small, and most questions are about those.
    if (!search.states.some(s => s === 'made' || s === 'no data'))
      query = query.where(sql<boolean>`(next <> 'none' or have in ('none', 'partial'))`)
  }
  if (search.after !== undefined) {
    const { start, dataset, partition } = search.after
    query = query
      .where('start_time', '<=', instant(start))
      .where(e => e.or([e('start_time', '<', instant(start)), sql<boolean>`(dataset, partition) > (${dataset}, ${partition})`]))
  }
  return query
}

/** {@link shownState} in SQL; a test holds the two together. */
export const shownAs = (now: number): RawBuilder<Shown> => sql<Shown>`case
  when next = 'held' then 'held' when next = 'failed' and reason->>'kind' = 'not-planned' then 'failed'
  when have = 'full' then 'made' when have = 'no-data' then 'no data'
  when reason->>'kind' = 'waived' then case when have = 'partial' then 'partial' else 'waived' end
  when have = 'partial' then case when ${isLate(now)} and next in ('waiting', 'failed') then 'late' else 'partial' end
  when next in ('running', 'failed', 'lost') then next
  when reason->>'kind' = any(${absences}::text[]) then 'not expected'
  when ${isLate(now)} then 'late' when reason->>'kind' = 'not-due' then 'not due' else 'waiting' end`

const isLate = (now: number): RawBuilder<boolean> => sql<boolean>`(due_at < ${instant(now)} and reason->>'kind' <> 'in-progress')`

export async function findCell(db: Db, mission: string, name: CellName, now: number): Promise<CellEntry | undefined> {
  const query = db.selectFrom('cell').selectAll().where('mission', '=', mission).where('dataset', '=', name.dataset)
  const row = await query.where('partition', '=', name.partition).executeTakeFirst()
  return row === undefined ? undefined : readCell(row, now)
}

export function readCell(row: Selectable<CellTable>, now: number): CellEntry {
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

/** A comma list of states as people write them (`late,no data`). Throws `access/bad-state`. */
export function parseStates(text: string): readonly Shown[] {
  return text.split(',').map(word => {
    const state = word.trim().replaceAll('-', ' ')
    return (
      shownStates.find(s => s === state) ??
      fail('access/bad-state', `there is no state ${word.trim()}; there are ${shownStates.join(', ')}`, { word })
    )
  })
}

/** Where the next page begins, as text for an address. */
export const printPlace = (cell: CellPlace): string =>
  Buffer.from(JSON.stringify([cell.start, cell.dataset, cell.partition])).toString('base64url')

/** Reads {@link printPlace}. Throws `access/bad-page`. */
export function parsePlace(text: string): CellPlace {
  try {
    const parts: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'))
    if (Array.isArray(parts)) {
      const [start, dataset, partition] = parts as readonly unknown[]
      if (Number.isSafeInteger(start) && typeof dataset === 'string' && typeof partition === 'string')
        return { start: start as number, dataset, partition }
    }
  } catch {
    // said below
  }
  return fail('access/bad-page', 'after= is no place in a list: take it as the field next of the answer before', { text })
}
