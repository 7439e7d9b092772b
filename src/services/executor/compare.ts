import { lessOf, within } from '#domain/process'
import type { Extent, Less } from '#domain/process'
import { tt2000FromUtcMs } from '#formats/time'
import { latestShared, scienceOf } from '#services/catalog'
import type { FileRow } from '#services/catalog'
import type { Db } from '#services/db'
import type { Prepared } from '#services/ingest'

/** What publishing an output would mean: something new, nothing new in science, or a loss against what is published. */
export type Comparison =
  | { readonly kind: 'new'; readonly newest: FileRow | undefined }
  | { readonly kind: 'same'; readonly file: FileRow }
  | { readonly kind: 'less'; readonly file: FileRow; readonly less: readonly Less[] }

/**
 * Compares an output with the newest version of its partition. Lost or retired bytes are made anew whatever they said, and a declared
 * rise of the interface is published although nothing else changed.
 */
export async function compareWithLatest(db: Db, { file }: Prepared, interfacePart: number): Promise<Comparison> {
  const latest = await latestShared(db, file)
  if (latest === undefined || latest.state !== 'held') return { kind: 'new', newest: latest }
  const raised = interfacePart >= 0 && file.version[interfacePart] !== latest.version[interfacePart]
  if (!raised && scienceOf(latest) === scienceOf(file)) return { kind: 'same', file: latest }
  const before = extentOfRow(latest)
  const less = lessOf(before, extentOf(file))
  if (less.length > 0 && file.job !== undefined && latest.job !== null) {
    // The event that makes the partition may have become shorter: what fell out of it is no loss.
    const { start_time, stop_time } = await db
      .selectFrom('job')
      .select(['start_time', 'stop_time'])
      .where('id', '=', file.job)
      .executeTakeFirstOrThrow()
    const now = { start: tt2000FromUtcMs(start_time), stop: tt2000FromUtcMs(stop_time) }
    const left = lessOf(within(before, now), extentOf(file))
    return left.length === 0 ? { kind: 'new', newest: latest } : { kind: 'less', file: latest, less: left }
  }
  return less.length === 0 ? { kind: 'new', newest: latest } : { kind: 'less', file: latest, less }
}

const extentOf = (file: Prepared['file']): Extent => ({ coverage: file.coverage, records: file.records, variables: countOf(file.content) })

function extentOfRow(row: FileRow): Extent {
  const [start, stop] = [row.coverage_start, row.coverage_stop]
  const coverage = start === null || stop === null ? undefined : { start: BigInt(start), stop: BigInt(stop) }
  return { coverage, records: row.records ?? undefined, variables: countOf(row.content) }
}

function countOf(content: Readonly<Record<string, unknown>>): number | undefined {
  const { variables } = content
  return typeof variables === 'number' ? variables : undefined
}
