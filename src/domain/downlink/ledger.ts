import { advanceRecord, isFinished, mayReopen, newRecord, type RecordAct, type SegmentRecord } from '#domain/burst'
import type { CommandMessage, SegmentOrder, StatusMessage } from './messages.ts'

/** The data center's side: stored segments, the orders given for them, and what has arrived. Its functions change it in place. */
export interface SegmentLedger {
  readonly cycleSeconds: number
  readonly spacecraft: number
  readonly records: Map<number, SegmentRecord>
  readonly orders: Map<number, SegmentOrder & { readonly window: string }>
  /** Starts of arrived buffers, per segment and spacecraft. */
  readonly received: Map<number, readonly Set<number>[]>
  /** The newest report of each memory. */
  readonly reports: (StatusMessage | undefined)[]
  /** The highest revision that each memory has shown, per segment. */
  readonly shown: Map<number, number[]>
}

export const makeLedger = (spacecraft: number, cycleSeconds: number): SegmentLedger => ({
  cycleSeconds,
  spacecraft,
  records: new Map(),
  orders: new Map(),
  received: new Map(),
  reports: Array.from({ length: spacecraft }, () => undefined),
  shown: new Map(),
})

/** A segment that was decided on. Doubled: nothing happens. */
export function chooseSegment(
  ledger: SegmentLedger,
  window: string,
  segment: Pick<SegmentRecord, 'id' | 'start' | 'end' | 'parameterSet' | 'fom' | 'source' | 'createdAt' | 'comment'>,
  spacecraft: readonly number[],
): void {
  if (ledger.records.has(segment.id)) return
  const count = (segment.end - segment.start) / ledger.cycleSeconds + 1
  const crafts = Array.from({ length: ledger.spacecraft }, (_, i) => i)
  ledger.records.set(
    segment.id,
    newRecord(
      segment,
      crafts.map(i => (spacecraft.includes(i) ? count : 0)),
    ),
  )
  ledger.received.set(
    segment.id,
    crafts.map(() => new Set<number>()),
  )
  ledger.shown.set(
    segment.id,
    crafts.map(() => 0),
  )
  const { id, start, end, fom } = segment
  ledger.orders.set(id, { window, segment: id, revision: 1, start, end, fom, spacecraft: [...spacecraft], wanted: true })
}

/** What people and programs do to a stored segment; refused with a sentence where it cannot be. */
export function actOnSegment(ledger: SegmentLedger, id: number, act: RecordAct, by: string, at: number): string | undefined {
  const record = ledger.records.get(id)
  if (record === undefined) return `there is no segment ${id}`
  const { record: next, refused } = advanceRecord(record, { at, by, act })
  ledger.records.set(id, next)
  followOrder(ledger, next)
  return refused
}

/** The order says what the record wants; a difference is a new revision. */
export function followOrder(ledger: SegmentLedger, record: SegmentRecord): void {
  const order = ledger.orders.get(record.id)
  const wanted = !isFinished(record.status.state)
  if (order === undefined || (order.wanted === wanted && order.fom === record.fom)) return
  ledger.orders.set(record.id, { ...order, fom: record.fom, wanted, revision: order.revision + 1 })
}

/** A burst file has come down. Doubled it changes nothing, nor where its segment is not wanted; one that was given up gains by it. */
export function receiveFile(ledger: SegmentLedger, craft: number, segment: number, start: number, at: number): void {
  const starts = ledger.received.get(segment)?.[craft]
  const record = ledger.records.get(segment)
  if (starts === undefined || record === undefined || starts.has(start)) return
  starts.add(start)
  if (isFinished(record.status.state) && !mayReopen(record.status.state)) return
  // A file may overtake the report that its segment is held.
  if (!isFinished(record.status.state) && record.status.state !== 'held')
    actOnSegment(ledger, segment, { kind: 'hold', held: record.craft.map(({ held }) => held) }, 'POC', at)
  const buffers = record.craft[craft]?.buffers ?? 0
  actOnSegment(ledger, segment, { kind: 'receive', spacecraft: craft, received: starts.size, files: buffers - starts.size }, 'SDC', at)
}

/** Takes a report of a memory; an older one after a newer one is void. */
export function takeStatus(ledger: SegmentLedger, report: StatusMessage): void {
  const craft = report.spacecraft
  if ((ledger.reports[craft]?.sequence ?? 0) >= report.sequence) return
  ledger.reports[craft] = report
  for (const { segment, revision, held, lost, listed } of report.segments) {
    const shown = ledger.shown.get(segment)
    const record = ledger.records.get(segment)
    if (shown === undefined || record === undefined) continue
    shown[craft] = Math.max(shown[craft] ?? 0, revision)
    const share = record.craft[craft]
    if (share === undefined || share.buffers === 0 || isFinished(record.status.state)) continue
    const act = (one: RecordAct): unknown => actOnSegment(ledger, segment, one, 'POC', report.at)
    if (held > 0 && (record.status.state !== 'held' || share.held !== held))
      act({ kind: 'hold', held: record.craft.map((own, i) => (i === craft ? held : own.held)) })
    const now = ledger.records.get(segment)
    if (listed && now?.status.state === 'held' && !now.inPlaylist) act({ kind: 'list' })
    if (lost !== 'none' && share.lost === 'none') act({ kind: 'lose', spacecraft: craft, token: lost })
  }
}

/**
 * What the other side has not shown to know: orders, until every memory has reported their revision, and receipts, as long as
 * fewer are known there. Sent again at every occasion, so that nothing depends on a single message.
 */
export function commandsDue(ledger: SegmentLedger): readonly CommandMessage[] {
  const first = new Map<string, SegmentOrder[]>()
  const messages: CommandMessage[] = []
  for (const { window, ...order } of ledger.orders.values()) {
    const known = ledger.shown.get(order.segment) ?? []
    if (known.every(revision => revision >= order.revision)) continue
    if (order.revision === 1) first.set(window, [...(first.get(window) ?? []), order])
    else messages.push({ kind: 'hold', order })
  }
  for (const [craft, report] of ledger.reports.entries())
    for (const { segment, released } of report?.segments ?? []) {
      const starts = ledger.received.get(segment)?.[craft]
      if (starts === undefined || starts.size <= released) continue
      messages.push({ kind: 'release', segment, spacecraft: craft, received: rangesOf(starts, ledger.cycleSeconds) })
    }
  return [...[...first].map(([window, orders]): CommandMessage => ({ kind: 'selections', window, orders })), ...messages]
}

function rangesOf(starts: ReadonlySet<number>, step: number): [number, number][] {
  const ranges: [number, number][] = []
  for (const start of [...starts].sort((a, b) => a - b)) {
    const last = ranges.at(-1)
    if (last !== undefined && start === last[1] + step) last[1] = start
    else ranges.push([start, start])
  }
  return ranges
}
