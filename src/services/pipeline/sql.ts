import { sql } from 'kysely'
import type { Insertable, Selectable } from 'kysely'
import type { Partition, Span } from '#domain/partition'
import type { CellName, CellState, FileFact, JobFact, Reason, SourceCell, Waiver } from '#domain/plan'
import { utcMsFromTt2000 } from '#formats/time'
import type { Tt2000 } from '#formats/time'
import { scienceOf } from '#services/catalog'
import { spansOf } from '#services/catalog'
import type { FileRow } from '#services/catalog'
import { instant } from '#services/db'
import type { CellTable, Db, JobTable, Tx } from '#services/db'

export type CellRow = Selectable<CellTable>
export type JobRow = Selectable<JobTable>

/** What one work is about, as columns. */
export interface WorkKey {
  readonly mission: string
  readonly process: string
  readonly spacecraft: string
  readonly partition: Partition
}

/** One planner at a time decides about a spot; the others wait for its transaction to end. */
export const lockSpot = async (tx: Tx, key: string): Promise<void> => {
  await sql`select pg_advisory_xact_lock(hashtextextended(${key}, 0))`.execute(tx)
}

export function toFileFact(row: FileRow): FileFact {
  const [first, last] = [row.coverage_start, row.coverage_stop]
  const covers: Span =
    first === null || last === null
      ? { start: row.start_time, stop: row.stop_time }
      : { start: toUtc(first), stop: Math.max(toUtc(last), toUtc(first) + 1) }
  const spans = spansOf(row)
  return {
    id: row.id,
    name: row.name,
    dataset: row.dataset,
    product: row.product,
    partition: row.partition,
    version: row.version,
    science: scienceOf(row),
    covers,
    ...(spans === undefined ? {} : { spans }),
    arrived: row.arrived_at,
  }
}

const toUtc = (t: number | bigint): number => utcMsFromTt2000(BigInt(t) as Tt2000)

export async function cellsIn(tx: Tx | Db, mission: string, datasets: readonly string[], window: Span): Promise<readonly SourceCell[]> {
  const rows = await tx
    .selectFrom('cell')
    .selectAll()
    .where('mission', '=', mission)
    .where('dataset', 'in', datasets)
    .where('start_time', '<', instant(window.stop))
    .where('stop_time', '>', instant(window.start))
    // Nothing that overlaps begins earlier than the longest cell of its dataset before it: a bound that an index understands.
    .where(
      sql<boolean>`start_time >= ${instant(window.start)} - make_interval(secs => 1 + (select coalesce(max(longest), 0) from cell_tally
        where mission = ${mission} and dataset = any(${datasets}::text[])))`,
    )
    .orderBy('start_time')
    .execute()
  return rows.map(toSourceCell)
}

export const toSourceCell = (row: CellRow): SourceCell => ({
  product: row.product,
  dataset: row.dataset,
  partition: row.partition,
  span: { start: row.start_time, stop: row.stop_time },
  have: row.have,
  next: row.next,
  reason: row.reason as unknown as Reason,
})

/** The newest verdict on a partition: what was made, or that there is nothing. */
export const lastVerified = (
  tx: Tx,
  mission: string,
  dataset: string,
  partition: string,
): Promise<{ recipe: string; outcome: string } | undefined> =>
  tx
    .selectFrom('verified')
    .select(['recipe', 'outcome'])
    .where('mission', '=', mission)
    .where('dataset', '=', dataset)
    .where('partition', '=', partition)
    .orderBy('job', 'desc')
    .limit(1)
    .executeTakeFirst()

export async function lastJob(tx: Tx, key: WorkKey): Promise<JobFact | undefined> {
  const row = await tx
    .selectFrom('job')
    .select(['id', 'state', 'recipe', 'tries', 'not_before', 'created_at', 'message'])
    .where('mission', '=', key.mission)
    .where('process', '=', key.process)
    .where('spacecraft', '=', key.spacecraft)
    .where('partition', '=', key.partition.key)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
  if (row === undefined) return undefined
  return {
    id: row.id,
    state: row.state,
    recipe: row.recipe,
    tries: row.tries,
    notBefore: row.not_before,
    created: row.created_at,
    message: row.message ?? undefined,
  }
}

/** The waiver that holds for a cell now. */
export async function validWaiver(db: Db | Tx, mission: string, { dataset, partition }: CellName): Promise<Waiver | undefined> {
  return db
    .selectFrom('waiver')
    .select(['actor', 'reason', 'at'])
    .where('mission', '=', mission)
    .where('dataset', '=', dataset)
    .where('partition', '=', partition)
    .where('revoked_at', 'is', null)
    .executeTakeFirst()
}

export interface CellWrite extends CellName {
  readonly mission: string
  readonly product: string
  readonly spacecraft: string
  readonly process: string | undefined
  readonly span: Span
  readonly due: number | undefined
  readonly file: number | undefined
  readonly recipe: string | undefined
  readonly state: CellState
}

/** Writes a cell; true where its `have` or `next` changed, so that those who wait for it are to be looked at. */
export async function writeCell(tx: Tx, cell: CellWrite, at: number): Promise<boolean> {
  const before = await tx
    .selectFrom('cell')
    .select(['have', 'next', sql<string>`reason::text`.as('reason'), 'file', 'due_at', 'recipe'])
    .where('mission', '=', cell.mission)
    .where('dataset', '=', cell.dataset)
    .where('partition', '=', cell.partition)
    .executeTakeFirst()
  const row = cellRow(cell, at)
  const moved =
    before === undefined || before.have !== row.have || before.next !== row.next || kindOf(before.reason) !== cell.state.reason.kind
  const same =
    !moved &&
    before.file === row.file &&
    before.recipe === row.recipe &&
    before.due_at === (cell.due ?? null) &&
    textOf(before.reason) === cell.state.reason.text
  if (same) return false
  const { mission: _m, dataset: _d, partition: _p, changed_at, ...rest } = row
  await tx
    .insertInto('cell')
    .values(row)
    .onConflict(c => c.columns(['mission', 'dataset', 'partition']).doUpdateSet(moved ? { ...rest, changed_at } : rest))
    .execute()
  return moved
}

const kindOf = (reason: string): string => String((JSON.parse(reason) as { kind?: unknown }).kind)
const textOf = (reason: string): string => String((JSON.parse(reason) as { text?: unknown }).text)

const cellRow = (cell: CellWrite, at: number): Insertable<CellTable> & { have: CellState['have']; next: CellState['next'] } => ({
  mission: cell.mission,
  dataset: cell.dataset,
  partition: cell.partition,
  product: cell.product,
  spacecraft: cell.spacecraft,
  process: cell.process ?? null,
  start_time: new Date(cell.span.start),
  stop_time: new Date(cell.span.stop),
  due_at: cell.due === undefined ? null : new Date(cell.due),
  have: cell.state.have,
  next: cell.state.next,
  reason: JSON.stringify(cell.state.reason),
  file: cell.file ?? null,
  recipe: cell.recipe ?? null,
  changed_at: new Date(at),
})
