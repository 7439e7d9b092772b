import { sql } from 'kysely'
import { isFinished, type BurstTables, type SegmentRecord } from '#domain/burst'
import {
  commandsDue,
  followOrder,
  makeLedger,
  receiveFile,
  takeStatus,
  type CommandMessage,
  type PlaybackMessage,
  type SegmentLedger,
  type StatusMessage,
} from '#domain/downlink'
import { withTx, type Db, type Tx } from '#services/db'
import { taiOf } from './clock.ts'
import { newsOfSegment, tellNews, type BurstNews, type NewsFrame } from './news.ts'

/** A burst file that has come down: one buffer of a segment on one spacecraft. */
export interface BurstArrival {
  readonly spacecraft: number
  readonly segment: number
  /** Start of the buffer, TAI seconds. */
  readonly start: number
}

/** The commands that the payload operations center has not shown to know. Asking changes nothing but that new segments get their orders. */
export const commandsFor = (db: Db, tables: BurstTables, mission: string, now: number): Promise<readonly CommandMessage[]> =>
  withLedger(db, tables, { mission, actor: 'BDM', at: now }, commandsDue)

/** Takes a report of the payload operations center. Late, doubled and disordered ones are harmless. */
export async function takeReport(
  db: Db,
  tables: BurstTables,
  mission: string,
  report: StatusMessage | PlaybackMessage,
  now: number,
): Promise<void> {
  // What a contact has sent counts when it arrives.
  const { kind, spacecraft } = report
  const take = (ledger: SegmentLedger): void => {
    if (report.kind === 'status') takeStatus(ledger, report)
  }
  await withLedger(db, tables, { mission, actor: 'POC', at: now }, take, [{ act: 'report-taken', kind, spacecraft }])
}

/** Burst files have come down. Doubled ones, and those of segments that are not wanted, change nothing; late ones count still. */
export async function takeArrivals(
  db: Db,
  tables: BurstTables,
  mission: string,
  files: readonly BurstArrival[],
  now: number,
): Promise<void> {
  const take = (ledger: SegmentLedger): void => {
    for (const { spacecraft, segment, start } of files) receiveFile(ledger, spacecraft, segment, start, taiOf(now))
  }
  await withLedger(
    db,
    tables,
    { mission, actor: 'BDM', at: now },
    take,
    [{ act: 'files-arrived', files: files.length }],
    [...new Set(files.map(({ segment }) => segment))],
  )
}

/** Loads what is not settled, and these segments whatever they are, acts, and stores what has changed, in one transaction; one at a time per mission. */
async function withLedger<T>(
  db: Db,
  tables: BurstTables,
  frame: NewsFrame,
  act: (ledger: SegmentLedger) => T,
  news: readonly BurstNews[] = [],
  segments: readonly number[] = [],
): Promise<T> {
  const { mission, at: now } = frame
  return withTx(db, async tx => {
    await enrol(tx, tables, mission)
    const { ledger, before } = await load(tx, tables, mission, segments)
    // People's edits reach the record first; the order follows.
    for (const record of ledger.records.values()) followOrder(ledger, record)
    const result = act(ledger)
    await store(tx, mission, ledger, before)
    await storeReports(tx, mission, ledger, now)
    const changed = [...before].flatMap(([id, { record }]) => newsOfSegment(record, ledger.records.get(id) ?? record))
    await tellNews(tx, frame, [...news, ...changed])
    return result
  })
}

/** Segments that have no order yet get one, in the order of their ids. */
async function enrol(tx: Tx, tables: BurstTables, mission: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext(${`burst ${mission}`}))`.execute(tx)
  const fresh = await tx
    .selectFrom('burst_segment')
    .leftJoin('burst_order', 'burst_order.segment', 'burst_segment.id')
    .leftJoin('burst_window', 'burst_window.id', 'burst_segment.burst_window')
    .select(['burst_segment.id', 'burst_segment.record', 'burst_window.evaluation'])
    .where('burst_segment.mission', '=', mission)
    .where('burst_segment.finished', '=', false)
    .where('burst_order.segment', 'is', null)
    .orderBy('burst_segment.id')
    .execute()
  for (const { id, record, evaluation } of fresh)
    await tx
      .insertInto('burst_order')
      .values({
        segment: id,
        mission,
        burst_window: evaluation ?? '',
        revision: 1,
        wanted: true,
        fom: record.fom,
        spacecraft: record.craft.flatMap(({ buffers }, i) => (buffers > 0 ? [i] : [])),
        shown: tables.spacecraft.map(() => 0),
        received: JSON.stringify(tables.spacecraft.map(() => [])),
      })
      .execute()
}

interface Loaded {
  readonly ledger: SegmentLedger
  readonly before: ReadonlyMap<number, { readonly record: SegmentRecord; readonly text: string }>
}

async function load(tx: Tx, tables: BurstTables, mission: string, segments: readonly number[]): Promise<Loaded> {
  const ledger = makeLedger(tables.spacecraft.length, tables.cycleSeconds)
  const before = new Map<number, { record: SegmentRecord; text: string }>()
  const rows = await tx
    .selectFrom('burst_order')
    .innerJoin('burst_segment', 'burst_segment.id', 'burst_order.segment')
    .selectAll('burst_order')
    .select('burst_segment.record')
    .where('burst_order.mission', '=', mission)
    .where(e => e.or([e('burst_order.settled', '=', false), ...(segments.length === 0 ? [] : [e('burst_order.segment', 'in', segments)])]))
    .orderBy('burst_order.segment')
    .forUpdate('burst_segment')
    .execute()
  for (const row of rows) {
    const record: SegmentRecord = { ...row.record, id: row.segment }
    ledger.records.set(row.segment, record)
    ledger.orders.set(row.segment, {
      window: row.burst_window,
      segment: row.segment,
      revision: row.revision,
      start: record.start,
      end: record.end,
      fom: row.fom,
      spacecraft: row.spacecraft,
      wanted: row.wanted,
    })
    ledger.shown.set(row.segment, [...row.shown])
    ledger.received.set(
      row.segment,
      row.received.map(starts => new Set(starts)),
    )
    before.set(row.segment, { record, text: textOf(ledger, row.segment) })
  }
  for (const { spacecraft, report } of await tx.selectFrom('burst_report').selectAll().where('mission', '=', mission).execute())
    ledger.reports[spacecraft] = report
  return { ledger, before }
}

/** All that is stored of a segment beside its record, to see whether it has changed. */
const textOf = (ledger: SegmentLedger, id: number): string =>
  JSON.stringify([ledger.orders.get(id), ledger.shown.get(id), ledger.received.get(id)?.map(starts => starts.size)])

async function store(tx: Tx, mission: string, ledger: SegmentLedger, before: Loaded['before']): Promise<void> {
  for (const [id, was] of before) {
    const record = ledger.records.get(id)
    const order = ledger.orders.get(id)
    if (record === undefined || order === undefined) continue
    if (record !== was.record) {
      const { id: _id, ...own } = record
      const finished = isFinished(record.status.state)
      await tx
        .updateTable('burst_segment')
        .set({ finished, record: JSON.stringify(own) })
        .where('mission', '=', mission)
        .where('id', '=', id)
        .execute()
    }
    const shown = ledger.shown.get(id) ?? []
    const settled = !order.wanted && shown.every(revision => revision >= order.revision)
    if (textOf(ledger, id) === was.text && !settled) continue
    const received = JSON.stringify((ledger.received.get(id) ?? []).map(starts => [...starts]))
    const { revision, wanted, fom } = order
    await tx.updateTable('burst_order').set({ revision, wanted, fom, shown, received, settled }).where('segment', '=', id).execute()
  }
}

async function storeReports(tx: Tx, mission: string, ledger: SegmentLedger, now: number): Promise<void> {
  for (const [spacecraft, report] of ledger.reports.entries()) {
    if (report === undefined) continue
    const row = { sequence: report.sequence, at: new Date(now), report: JSON.stringify(report) }
    await tx
      .insertInto('burst_report')
      .values({ mission, spacecraft, ...row })
      .onConflict(c => c.columns(['mission', 'spacecraft']).doUpdateSet(row))
      .execute()
  }
}
