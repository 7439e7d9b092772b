import { z } from 'zod'
import { findEnvironment } from '#services/code'
import type { Db } from '#services/db'
import { madeBy } from '#services/pipeline'

/** How a file was made: enough to make it again. Its inputs are its parents. */
export const madeSchema: z.ZodObject = z.object({
  job: z.int(),
  process: z.string(),
  package: z.string().describe('of code'),
  code: z.string().describe('digest of the code'),
  recipe: z.string().nullable().describe('hash over inputs, parameters, code and environment'),
  environment: z.record(z.string(), z.string()),
  parameters: z.record(z.string(), z.unknown()),
  generationTime: z.string(),
  seed: z.int(),
})

/** Null for files that were delivered, or made before this was kept. */
export async function readMade(db: Db, file: number): Promise<z.output<typeof madeSchema> | null> {
  const row = await db.selectFrom('file').select('job').where('id', '=', file).executeTakeFirst()
  const made = row?.job === null || row === undefined ? undefined : await madeBy(db, row.job)
  if (made === undefined) return null
  const { job, process, package: name, code, recipe, jobFile } = made
  const environment = (await findEnvironment(db, made.environment))?.detail ?? {}
  const { parameters, generationTime, seed } = jobFile
  return { job, process, package: name, code, recipe, environment, parameters, generationTime, seed }
}
