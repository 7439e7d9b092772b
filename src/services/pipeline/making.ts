import type { JobFile } from '#domain/process'
import { sql } from 'kysely'
import { fail } from '#error'
import { recordEnvironment } from '#services/code'
import type { Environment } from '#services/code'
import { perDatabase, together } from '#services/db'
import type { Db } from '#services/db'
import type { Attempt } from './begin.ts'
import type { PipelineContext } from './context.ts'
import { sha256Text } from './text.ts'
import type { JobRow } from './sql.ts'

/** What made, or would have made, the outputs of a try. */
export interface Making {
  readonly package: string
  readonly code: string
  readonly environment: Environment
  readonly jobFile: JobFile
}

/** The whole recipe: equal where a remake must be equal. The job's own recipe leaves code and environment out (decision 0001). */
const wholeRecipe = (recipe: string, code: string, fingerprint: string): string => sha256Text([recipe, code, fingerprint].join('\n'))

/** Environments that this process has written down, by ledger: they are few, and each try has one. */
const recorded = new WeakMap<object, Set<string>>()

/** Kept with the try for ever. */
export async function noteMaking(context: PipelineContext, attempt: Attempt, making: Making): Promise<void> {
  const { fingerprint } = making.environment
  const known = recorded.get(context.db) ?? new Set()
  recorded.set(context.db, known)
  if (!known.has(fingerprint)) await recordEnvironment(context.db, making.environment, context.clock())
  known.add(fingerprint)
  await write(context.db)({ db: context.db, row: rowOf(attempt, making) })
}

const rowOf = (
  { job, number, token }: Attempt,
  { package: name, code, environment, jobFile }: Making,
): Readonly<Record<string, unknown>> => {
  const recipe = wholeRecipe(job.recipe, code, environment.fingerprint)
  return { job: job.id, number, token, job_file: jobFile, package: name, code, environment: environment.fingerprint, recipe }
}

const write = perDatabase(() =>
  together(async (makings: readonly { readonly db: Db; readonly row: Readonly<Record<string, unknown>> }[]) => {
    await sql`
      update attempt a set job_file = m.job_file, package = m.package, code = m.code, environment = m.environment, recipe = m.recipe
      from jsonb_populate_recordset(null::attempt, ${JSON.stringify(makings.map(m => m.row))}::jsonb) m
      where a.job = m.job and a.number = m.number and a.token = m.token`.execute((makings[0] as { readonly db: Db }).db)
    return makings.map(() => ({ result: undefined }))
  }),
)

/** How a file was made: its job, with the try that did it. */
export interface Made {
  readonly job: number
  readonly process: string
  readonly recipe: string | null
  readonly package: string
  readonly code: string
  readonly environment: string
  readonly jobFile: JobFile
}

/** Undefined for jobs of before this was kept. */
export async function madeBy(db: PipelineContext['db'], job: number): Promise<Made | undefined> {
  const row = await db
    .selectFrom('attempt')
    .innerJoin('job', 'job.id', 'attempt.job')
    .select(['attempt.job', 'job.process', 'attempt.recipe', 'attempt.package', 'attempt.code', 'attempt.environment', 'attempt.job_file'])
    .where('attempt.job', '=', job)
    .where('attempt.outcome', 'in', ['made', 'held'])
    .orderBy('attempt.number', 'desc')
    .limit(1)
    .executeTakeFirst()
  if (row === undefined) return undefined
  const { package: name, code, environment, job_file: jobFile } = row
  if (name === null || code === null || environment === null || jobFile === null) return undefined
  return { job, process: row.process, recipe: row.recipe, package: name, code, environment, jobFile }
}

/** Throws `pipeline/no-such-job`. */
export const readJob = async (db: PipelineContext['db'], id: number): Promise<JobRow> =>
  (await db.selectFrom('job').selectAll().where('id', '=', id).executeTakeFirst()) ??
  fail('pipeline/no-such-job', `there is no job ${id}`, { job: id })
