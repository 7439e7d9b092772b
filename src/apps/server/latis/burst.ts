import { isSuperseded, statusColumns, statusRow, type BurstTables, type SegmentRecord } from '#domain/burst'
import { fail } from '#error'
import type { Db } from '#services/db'
import { listCycles, listSegments } from '#services/burst'
import { boundsOf, type Column, type Constraint, type Table } from './table.ts'

const taiUnit = 'TAI seconds since 1958-01-01'
/** More rows than that are asked for in parts: an answer is whole or refused. */
const mostRows = 500_000

const typesOfStatus: Readonly<Record<string, Column['type']>> = {
  PARAMETERSETID: 'text',
  STATUS: 'text',
  SOURCEID: 'text',
  DISCUSSION: 'text',
  CREATETIME: 'time',
  FINISHTIME: 'time',
  FOM: 'real',
}

/** Columns of the segment status table. */
export const segmentColumns = (spacecraft: number): readonly Column[] =>
  statusColumns(spacecraft).map(name => ({
    name,
    type: typesOfStatus[name] ?? 'int',
    ...(name.startsWith('TAI') ? { unit: taiUnit } : {}),
  }))

/** Stored segments as clients of the field read them, by start. */
export async function segmentTable(
  db: Db,
  mission: string,
  tables: BurstTables,
  columns: readonly Column[],
  name: string,
  constraint: Constraint,
): Promise<Table> {
  const starts = boundsOf(constraint, 'TAISTARTTIME')
  const ends = boundsOf(constraint, 'TAIENDTIME')
  const records = await listSegments(db, mission, {
    ...(Number.isFinite(Math.max(starts.low, ends.low)) ? { from: Math.max(starts.low, ends.low) - 1 } : {}),
    ...(Number.isFinite(Math.min(starts.high, ends.high)) ? { to: Math.min(starts.high, ends.high) + 1 } : {}),
    limit: mostRows + 1,
  })
  return { name, columns, rows: whole(records, name, 'TAISTARTTIME').map(statusRow) }
}

/** Columns of the trigger metadata of one spacecraft. */
export const metadataColumns: readonly Column[] = [
  { name: 'TAITIMESTAMP', type: 'int', unit: taiUnit },
  { name: 'DATASEGMENTID', type: 'int' },
  { name: 'CDQ', type: 'int' },
  { name: 'MDQ', type: 'int' },
]

/**
 * What was evaluated per cycle, for one spacecraft: whole numbers of 16 bits, 0 where nothing came, the segment over the cycle or 0.
 * All spacecraft have the same rows, as clients stitch their tables together by position.
 */
export async function metadataTable(
  db: Db,
  mission: string,
  tables: BurstTables,
  spacecraft: number,
  name: string,
  constraint: Constraint,
): Promise<Table> {
  const { low, high } = boundsOf(constraint, 'TAITIMESTAMP')
  const range = { from: Math.max(0, Math.ceil(low)), to: Math.min(2 ** 40, Math.floor(high) + 1) }
  const all = await Promise.all(
    tables.spacecraft.map((_id, craft) =>
      listCycles(db, mission, craft, { ...range, limit: mostRows + 1 }).then(cycles => whole(cycles, name, 'TAITIMESTAMP')),
    ),
  )
  const own = new Map(all[spacecraft]?.map(cycle => [cycle.tai, cycle]))
  const qualities = new Map(all.flat().map(cycle => [cycle.tai, cycle.mdq]))
  const segments = (await listSegments(db, mission, { from: range.from - 1, to: range.to, limit: mostRows })).filter(
    ({ status }) => !isSuperseded(status.state) && status.state !== 'deleted',
  )
  const rows = [...qualities]
    .toSorted(([a], [b]) => a - b)
    .map(([tai, mdq]) => [
      String(tai),
      String(segmentOver(segments, tai)),
      String(Math.round(own.get(tai)?.cdq ?? 0)),
      String(Math.round(mdq)),
    ])
  return { name, columns: metadataColumns, rows }
}

/** The last that covers the moment; records are by start, and those that count do not overlap. */
function segmentOver(segments: readonly SegmentRecord[], tai: number): number {
  let [low, high] = [0, segments.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((segments[middle]?.start ?? 0) <= tai) low = middle + 1
    else high = middle
  }
  const found = segments[low - 1]
  return found !== undefined && tai <= found.end ? found.id : 0
}

function whole<T>(rows: readonly T[], name: string, column: string): readonly T[] {
  if (rows.length > mostRows)
    fail('burst/bad-question', `more than ${mostRows} rows of ${name} fit: ask for less, e.g. by ${column}>= and ${column}<`)
  return rows
}
