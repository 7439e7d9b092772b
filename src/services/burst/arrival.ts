import type { BurstTables } from '#domain/burst'
import { coveredLength, type Span } from '#domain/partition'
import { filesByIds, latestFiles, spansOf, type FileRow } from '#services/catalog'
import type { Db } from '#services/db'
import { taiOf, utcOf } from './clock.ts'
import { takeArrivals, type BurstArrival } from './relay.ts'
import { listSegments } from './segment.ts'

/** Packets begin and end anywhere: a buffer has come where this share of its time has. */
const enough = 0.5

/** What of a file of burst telemetry counts. */
type BurstFile = Pick<FileRow, 'mission' | 'spacecraft' | 'kind' | 'content' | 'coverage_start' | 'coverage_stop'>

/**
 * Counts what a file of burst telemetry has brought: the buffers of stored segments that its packets cover. Gives the count of buffers; a
 * file that was counted before adds none.
 */
export async function countBurstFile(db: Db, tables: BurstTables, file: BurstFile, now: number): Promise<number> {
  const spacecraft = tables.spacecraft.indexOf(file.spacecraft)
  const spans = withoutGaps(file)
  if (spacecraft < 0 || spans.length === 0) return 0
  const step = tables.cycleSeconds
  const from = taiOf(Math.min(...spans.map(({ start }) => start))) - step
  const to = taiOf(Math.max(...spans.map(({ stop }) => stop))) + step
  const arrivals: BurstArrival[] = []
  for (const { id, start, end, craft } of await listSegments(db, file.mission, { from, to })) {
    if ((craft[spacecraft]?.buffers ?? 0) === 0) continue
    for (let tai = start; tai <= end; tai += step) {
      const buffer = { start: utcOf(tai), stop: utcOf(tai + step) }
      if (coveredLength(spans, buffer) >= enough * (buffer.stop - buffer.start)) arrivals.push({ spacecraft, segment: id, start: tai })
    }
  }
  if (arrivals.length > 0) await takeArrivals(db, tables, file.mission, arrivals, now)
  return arrivals.length
}

/** Segments that are looked at in one turn. */
const batch = 100

/**
 * Counts, for segments that were stored since the last turn, the files of burst telemetry that had come before. Those that come later are
 * counted as they come, so that none is missed whichever is first. Gives the count of segments.
 */
export async function countEarlierFiles(
  db: Db,
  tables: BurstTables,
  { mission, telemetry }: { readonly mission: string; readonly telemetry: string },
  now: number,
): Promise<number> {
  const segments = await db
    .selectFrom('burst_segment')
    .select(['id', 'start_tai', 'end_tai'])
    .where('mission', '=', mission)
    .where('sought', '=', false)
    .orderBy('id')
    .limit(batch)
    .execute()
  if (segments.length === 0) return 0
  const questions = segments.flatMap(({ start_tai, end_tai }) => {
    const window = { start: utcOf(start_tai), stop: utcOf(end_tai + tables.cycleSeconds) }
    return tables.spacecraft.map(spacecraft => ({ mission, product: telemetry, spacecraft, window, also: true }))
  })
  const ids = new Set((await latestFiles(db, questions)).flat().map(({ id }) => id))
  for (const file of await filesByIds(db, [...ids])) await countBurstFile(db, tables, file, now)
  await db
    .updateTable('burst_segment')
    .set({ sought: true })
    .where(
      'id',
      'in',
      segments.map(({ id }) => id),
    )
    .execute()
  return segments.length
}

/** The stretches of time that a file of packets has, UTC milliseconds, without those where its packets are known to be missing. */
function withoutGaps(file: BurstFile): readonly Span[] {
  const gaps = (file.content['gaps'] ?? []) as readonly { readonly start: string | null; readonly stop: string }[]
  const holes = gaps.flatMap(({ start, stop }): readonly Span[] =>
    start === null ? [] : [{ start: Date.parse(`${start}Z`), stop: Date.parse(`${stop}Z`) }],
  )
  return holes.reduce<readonly Span[]>(
    (spans, hole) =>
      spans.flatMap(span =>
        [
          { start: span.start, stop: Math.min(span.stop, hole.start) },
          { start: Math.max(span.start, hole.stop), stop: span.stop },
        ].filter(part => part.start < part.stop),
      ),
    spansOf(file) ?? [],
  )
}
