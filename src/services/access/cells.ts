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

/** One link of a why-chain: a cell, and the sentence that says why it is as it is. */
export interface WhyStep extends CellName {
  readonly shown: Shown
  readonly text: string
  readonly kind: Reason['kind']
  readonly job: number | undefined
  readonly depth: number
}

/** Why a cell is as it is: from the cell down to what it all hangs on. */
export interface Explanation extends CellName {
  readonly mission: string
  readonly shown: Shown
  /** One sentence. */
  readonly text: string
  /** First the cell itself, then its causes; each once. */
  readonly steps: readonly WhyStep[]
}

const longestChain = 40

/** Follows the causes that the cells name, breadth first, each once. Undefined where there is no such cell. */
export async function explainCell(
  db: Db,
  mission: string,
  dataset: string,
  partition: string,
  now: number,
): Promise<Explanation | undefined> {
  const steps: WhyStep[] = []
  const known = new Set<string>()
  let level: readonly CellName[] = [{ dataset, partition }]
  for (let depth = 0; level.length > 0 && steps.length < longestChain; depth++) {
    const below: CellName[] = []
    for (const name of level) {
      const key = `${name.dataset} ${name.partition}`
      if (known.has(key) || steps.length >= longestChain) continue
      known.add(key)
      const cell = await findCell(db, mission, name, now)
      if (cell === undefined) continue
      steps.push(stepOf(cell, depth))
      below.push(...(cell.reason.causes ?? []))
    }
    level = below
  }
  const [first] = steps
  return first === undefined ? undefined : { mission, dataset, partition, shown: first.shown, text: first.text, steps }
}

const stepOf = (cell: CellEntry, depth: number): WhyStep => ({
  dataset: cell.dataset,
  partition: cell.partition,
  shown: cell.shown,
  text: cell.reason.text,
  kind: cell.reason.kind,
  job: cell.reason.job,
  depth,
})
