import { sql } from 'kysely'
import type { Selectable } from 'kysely'
import type { Partition, Span } from '#domain/partition'
import { gistOf } from '#domain/plan'
import type { CellName, CellState, FileFact, Reason, SourceCell, Waiver } from '#domain/plan'
import { utcMsFromTt2000 } from '#formats/time'
import type { Tt2000 } from '#formats/time'
import { scienceOf } from '#services/catalog'
import { spansOf } from '#services/catalog'
import type { PlannedFile } from '#services/catalog'
import { rowsInto, textsOf } from '#services/db'
import type { CellTable, Db, JobTable, Tx } from '#services/db'
import type { Unplanned } from './unplanned.ts'

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
export const lockSpot = (tx: Tx, key: string): Promise<void> => lockSpots(tx, [key])

/** The same for many, in one order for all planners, so that no two wait for each other. */
export const lockSpots = async (tx: Tx, keys: readonly string[]): Promise<void> => {
  await sql`select pg_advisory_xact_lock(lock) from (
    select distinct hashtextextended(key, 0) as lock from unnest(${keys}::text[]) key order by 1) locks`.execute(tx)
}

export function toFileFact(row: PlannedFile): FileFact {
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

export const toSourceCell = (
  row: Pick<CellRow, 'product' | 'dataset' | 'partition' | 'start_time' | 'stop_time' | 'have' | 'next' | 'reason'>,
): SourceCell => ({
  product: row.product,
  dataset: row.dataset,
  partition: row.partition,
  span: { start: row.start_time, stop: row.stop_time },
  have: row.have,
  next: row.next,
  reason: row.reason as unknown as Reason,
})

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

interface Before {
  readonly have: CellState['have']
  readonly next: CellState['next']
  readonly kind: Reason['kind']
  readonly text: string
  readonly file: number | null
  readonly due_at: number | null
  readonly recipe: string | null
}

/** Writes cells of a mission; true, in their order, where what decides about their readers changed: these are to be looked at. */
export async function writeCells(tx: Tx, cells: readonly CellWrite[], at: number): Promise<readonly boolean[]> {
  const before = await readBefore(tx, cells)
  const told: boolean[] = []
  const rows: { readonly moved: boolean; readonly row: NewCell }[] = []
  for (const cell of cells) {
    const known = before.get(keyOf(cell))
    const { have, next, reason } = cell.state
    const isMoved = known === undefined || known.have !== have || known.next !== next || known.kind !== reason.kind
    told.push(known === undefined || gistOf(cell.state) !== gistOf({ have: known.have, next: known.next, reason: { kind: known.kind } }))
    if (isMoved || !isSame(known, cell)) rows.push({ moved: isMoved, row: cellRow(cell, at) })
  }
  await upsert(
    tx,
    rows.filter(r => r.moved).map(r => r.row),
    true,
  )
  await upsert(
    tx,
    rows.filter(r => !r.moved).map(r => r.row),
    false,
  )
  return told
}

const isSame = (known: Before, cell: CellWrite): boolean =>
  known.file === (cell.file ?? null) &&
  known.recipe === (cell.recipe ?? null) &&
  known.due_at === (cell.due ?? null) &&
  known.text === cell.state.reason.text

const keyOf = (c: CellName & { readonly mission: string }): string => `${c.mission} ${c.dataset} ${c.partition}`

async function readBefore(tx: Tx, cells: readonly CellWrite[]): Promise<ReadonlyMap<string, Before>> {
  if (cells.length === 0) return new Map()
  const { rows } = await sql<Before & CellName & { readonly mission: string }>`
    select mission, dataset, partition, have, next, reason ->> 'kind' as kind, reason ->> 'text' as text, file, due_at, recipe
    from unnest(${textsOf(cells, 'mission', 'dataset', 'partition')})
      as q (mission, dataset, partition) join cell using (mission, dataset, partition)`.execute(tx)
  return new Map(rows.map(row => [keyOf(row), row]))
}

/** `changed_at` tells when a cell moved, not when its words were put better. */
async function upsert(tx: Tx, rows: readonly NewCell[], moved: boolean): Promise<void> {
  if (rows.length === 0) return
  const own = [...columns, ...(moved ? (['changed_at'] as const) : [])]
  const changes = own.map(column => sql`${sql.ref(column)} = ${sql.ref(`excluded.${column}`)}`)
  // In one order for all, so that no two writers wait for each other.
  const ordered = rows.toSorted((a, b) => (a.dataset < b.dataset || (a.dataset === b.dataset && a.partition < b.partition) ? -1 : 1))
  await sql`insert into ${rowsInto('cell', ordered)} on conflict (mission, dataset, partition) do update set ${sql.join(changes)}`.execute(
    tx,
  )
}

const columns = [
  'product',
  'spacecraft',
  'process',
  'start_time',
  'stop_time',
  'due_at',
  'have',
  'next',
  'reason',
  'file',
  'recipe',
] as const

/** Takes cells away; true, in their order, where there was one. */
export async function dropCells(tx: Tx, names: readonly (CellName & { readonly mission: string })[]): Promise<readonly boolean[]> {
  if (names.length === 0) return []
  const { rows } = await sql<CellName & { readonly mission: string }>`
    delete from cell
    using unnest(${textsOf(names, 'mission', 'dataset', 'partition')})
      as q (mission, dataset, partition)
    where cell.mission = q.mission and cell.dataset = q.dataset and cell.partition = q.partition
    returning cell.mission, cell.dataset, cell.partition`.execute(tx)
  const gone = new Set(rows.map(keyOf))
  return names.map(name => gone.has(keyOf(name)))
}

/** What cells that could not be planned say, over whatever they said; true, in their order, where they did not say so before. */
export async function writeUnplanned(tx: Tx, cells: readonly Unplanned[], at: number): Promise<readonly boolean[]> {
  const told: boolean[] = []
  for (const { mission, dataset, partition, product, spacecraft, process, span, reason } of cells) {
    const found = await sql<{ readonly kind: string | null }>`
      select reason ->> 'kind' as kind from cell where mission = ${mission} and dataset = ${dataset} and partition = ${partition}`.execute(
      tx,
    )
    const isNews = found.rows[0]?.kind !== reason.kind
    told.push(isNews)
    const says = { next: 'failed' as const, reason: JSON.stringify(reason) }
    await tx
      .insertInto('cell')
      .values({
        mission,
        dataset,
        partition,
        product,
        spacecraft,
        process: process ?? null,
        start_time: new Date(span.start),
        stop_time: new Date(span.stop),
        changed_at: new Date(at),
        have: 'none',
        ...says,
      })
      .onConflict(c => c.columns(['mission', 'dataset', 'partition']).doUpdateSet(isNews ? { ...says, changed_at: new Date(at) } : says))
      .execute()
  }
  return told
}

type NewCell = ReturnType<typeof cellRow>

const cellRow = (cell: CellWrite, at: number) => ({
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
  reason: cell.state.reason,
  file: cell.file ?? null,
  recipe: cell.recipe ?? null,
  changed_at: new Date(at),
})
