import { z } from 'zod'
import { moment } from './parameters.ts'

/** Which works a release is tried on. */
export const stageScope = z.object({
  processes: z.array(z.string()).optional().describe('only these processes of the package'),
  spacecraft: z.string().optional(),
  from: moment.optional(),
  to: moment.optional(),
  limit: z.int().min(1).max(1000).default(20).describe('the newest so many works'),
})

const count = z.int().min(0)

export const stagedSchema: z.ZodObject = z.object({
  job: z.int().describe('the job whose inputs it ran on'),
  process: z.string(),
  spacecraft: z.string(),
  partition: z.string(),
  outcome: z.enum(['made', 'no-data', 'failed']),
  message: z.string().optional(),
  seconds: z.number(),
})

const variableSchema = z.object({
  name: z.string(),
  state: z.enum(['same', 'changed', 'added', 'removed', 'redefined']),
  attributes: z.array(z.string()).describe('names of those that differ'),
  compared: count.describe('records of equal time in both'),
  changedRecords: count,
  onlyBefore: count.describe('records that only the published file has'),
  onlyAfter: count.describe('records that only the new one has'),
  largest: z.number().nullable().describe('of the differences'),
  median: z.number().nullable(),
})

const outputSchema = z.object({
  process: z.string(),
  spacecraft: z.string(),
  partition: z.string(),
  name: z.string(),
  base: z.string().nullable().describe('the published file beside it'),
  result: z.enum(['bits', 'content', 'differs', 'new']),
  attributes: z.array(z.string()).describe('global ones that differ, provenance left out'),
  variables: z.array(variableSchema),
})

const comparison = {
  package: z.string(),
  digest: z.string(),
  runs: z.object({ made: count, noData: count, failed: count }),
  failures: z.array(z.string()),
  outputs: z.array(outputSchema),
}

export const comparisonSchema: z.ZodObject = z.object(comparison)
export const reportSchema: z.ZodObject = z.object({ ...comparison, at: z.iso.datetime(), actor: z.string() })
