import { cycleStart, inForce, isFinished, membersOf, newRecord, segmentLength, type BurstTables, type Selection } from '#domain/burst'
import type { Tx } from '#services/db'
import { recordAct } from '#services/people'
import { taiOf } from './clock.ts'
import { newsOfSegment, type BurstNews } from './news.ts'
import type { Submission } from './submission.ts'
import { automaticOf, type BurstWindow } from './window.ts'

/** Closes a window by a submission, or by its automated selection where there is none, and stores the segments. Gives what is to be told. */
export async function closeWindow(
  tx: Tx,
  tables: BurstTables,
  window: BurstWindow,
  submission: Submission | undefined,
  now: number,
  actor: string,
): Promise<readonly BurstNews[]> {
  await tx
    .updateTable('burst_window')
    .set({ state: 'closed', closed_at: new Date(now), decided_by: submission?.id ?? null })
    .where('id', '=', window.id)
    .execute()
  const automatic = automaticOf(tables, window)
  const selection: Selection = submission === undefined ? automatic : { ...submission.selection, grid: automatic.grid }
  const rows = selection.segments.map(segment => rowOf(tables, window, selection, segment, taiOf(now)))
  const stored = rows.length === 0 ? [] : await tx.insertInto('burst_segment').values(rows).returning(['id', 'record']).execute()
  await recordAct(tx, {
    at: now,
    actor,
    act: 'burst.close',
    object: `${window.mission} ${window.evaluation}`,
    detail: { decidedBy: submission === undefined ? 'automatic' : submission.id, segments: rows.length },
  })
  return [
    { act: 'window-closed', evaluation: window.evaluation, submission: submission?.id ?? null, segments: rows.length },
    ...stored.flatMap(({ id, record }) => newsOfSegment(undefined, { ...record, id })),
  ]
}

function rowOf(tables: BurstTables, window: BurstWindow, { grid }: Selection, segment: Selection['segments'][number], createdAt: number) {
  const start = cycleStart(grid, segment.start)
  const end = cycleStart(grid, segment.stop)
  const members = membersOf(segment.spacecraft)
  const { id: _, ...record } = newRecord(
    {
      id: 0,
      start,
      end,
      parameterSet: inForce(tables.triggers, createdAt).parameterSet,
      fom: segment.fom,
      source: segment.source,
      createdAt,
      comment: segment.comment,
    },
    tables.spacecraft.map((_craft, i) => (members.includes(i) ? segmentLength(segment) : 0)),
  )
  return {
    mission: window.mission,
    burst_window: window.id,
    start_tai: start,
    end_tai: end,
    finished: isFinished(record.status.state),
    record: JSON.stringify(record),
  }
}
