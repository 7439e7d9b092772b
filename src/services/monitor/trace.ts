import { childrenOf, findFile, parentsOf } from '#services/catalog'
import type { FileRow } from '#services/catalog'
import type { Db } from '#services/db'

/** One thing that happened to a file or to what came of it. */
export interface TraceStep {
  readonly at: number
  readonly text: string
}

/** The story of a file from its arrival to the last product that came of it, and of how it was made. */
export interface Trace {
  readonly file: FileRow
  readonly steps: readonly TraceStep[]
}

const iso = (ms: number): string => new Date(ms).toISOString()

/** undefined where no mission holds a file of this name. */
export async function traceFile(db: Db, mission: string, name: string): Promise<Trace | undefined> {
  const file = await findFile(db, mission, name)
  if (file === undefined) return undefined
  const seen: Seen = { files: new Set([file.id]), jobs: new Set() }
  const steps: TraceStep[] = [...(await originOf(db, file, seen))]
  await followChildren(db, file, steps, seen)
  // Two outputs of a job tell its story twice.
  const once = [...new Map(steps.map(s => [`${s.at} ${s.text}`, s])).values()]
  return { file, steps: once.toSorted((a, b) => a.at - b.at) }
}

interface Seen {
  readonly files: Set<number>
  /** A job with several outputs is told once. */
  readonly jobs: Set<number>
}

async function originOf(db: Db, file: FileRow, seen: Seen): Promise<readonly TraceStep[]> {
  const event = await db.selectFrom('event').select('sequence').where('file', '=', file.id).orderBy('sequence').limit(1).executeTakeFirst()
  const recorded = {
    at: file.arrived_at,
    text: `file ${file.id} ${file.name} recorded as event ${event?.sequence ?? '?'} (sha256 ${file.sha256.slice(0, 12)}…), from ${file.actor}`,
  }
  if (file.job === null || seen.jobs.has(file.job)) return [recorded]
  seen.jobs.add(file.job)
  const parents = await parentsOf(db, file.id)
  return [...(await jobStory(db, file.job, parents.length)), recorded]
}

async function jobStory(db: Db, job: number, inputs: number): Promise<readonly TraceStep[]> {
  const row = await db
    .selectFrom('job')
    .select(['process', 'spacecraft', 'partition', 'created_at'])
    .where('id', '=', job)
    .executeTakeFirstOrThrow()
  const attempts = await db.selectFrom('attempt').selectAll().where('job', '=', job).orderBy('number').execute()
  return [
    { at: row.created_at, text: `job ${job} made: ${row.process} for ${row.spacecraft} ${row.partition}, ${inputs} inputs` },
    ...attempts.flatMap(a => [
      { at: a.started_at, text: `job ${job} try ${a.number} started on ${a.worker}` },
      ...(a.ended_at === null
        ? []
        : [{ at: a.ended_at, text: `job ${job} try ${a.number} ended: ${a.outcome}${a.message === null ? '' : ` (${a.message})`}` }]),
    ]),
  ]
}

async function followChildren(db: Db, file: { readonly id: number }, steps: TraceStep[], seen: Seen): Promise<void> {
  for (const child of await childrenOf(db, file.id)) {
    if (seen.files.has(child.id)) continue
    seen.files.add(child.id)
    const row = await db.selectFrom('file').selectAll().where('id', '=', child.id).executeTakeFirstOrThrow()
    steps.push(...(await originOf(db, row, seen)))
    await followChildren(db, child, steps, seen)
  }
}

/** The trace as lines of text, one per step. */
export const traceLines = (trace: Trace): readonly string[] => trace.steps.map(s => `${iso(s.at)}  ${s.text}`)
