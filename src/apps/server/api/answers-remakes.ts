import { z } from 'zod'
import { itemMoves } from '#domain/process'
import type { ItemState } from '#domain/process'
import type { Release } from '#services/code'
import type { CampaignRow, HeldJob } from '#services/pipeline'

const instant = (ms: number): string => new Date(ms).toISOString()
const instantOrNull = (ms: number | null): string | null => (ms === null ? null : instant(ms))
const time = z.iso.datetime().describe('UTC')

const lessSchema = z.object({ what: z.enum(['seconds', 'records', 'variables']), before: z.number(), after: z.number() })

export const heldSchema: z.ZodObject = z.object({
  job: z.int(),
  mission: z.string(),
  process: z.string(),
  spacecraft: z.string(),
  partition: z.string(),
  reason: z.string().nullable(),
  outputs: z.array(
    z.object({
      name: z.string(),
      dataset: z.string(),
      size: z.int(),
      at: time,
      replaces: z.string().nullable(),
      less: z.array(lessSchema),
    }),
  ),
})

export const answerHeld = ({ job, outputs }: HeldJob): Record<string, unknown> => ({
  job: job.id,
  mission: job.mission,
  process: job.process,
  spacecraft: job.spacecraft,
  partition: job.partition,
  reason: job.message,
  outputs: outputs.map(o => ({ name: o.name, dataset: o.dataset, size: o.size, at: instant(o.at), replaces: o.old, less: o.less })),
})

const forecastSchema = z.looseObject({
  jobs: z.int(),
  cpuHours: z.number(),
  slotHours: z.number(),
  bytes: z.number(),
  released: z.int().describe('public files that would be superseded'),
  slots: z.int(),
  finish: z.number().describe('UTC milliseconds, if it begins at the time of the forecast'),
})

export const proposalSchema: z.ZodObject = z.object({ id: z.int(), works: z.int(), forecast: forecastSchema })

const states = Object.keys(itemMoves) as [ItemState, ...ItemState[]]

export const campaignSchema: z.ZodObject = z.object({
  id: z.int(),
  mission: z.string(),
  title: z.string(),
  state: z.enum(['proposed', 'approved', 'running', 'paused', 'cancelled', 'done']),
  cause: z.looseObject({ kind: z.enum(['person', 'code', 'input']) }),
  scope: z.looseObject({}),
  forecast: forecastSchema,
  works: z.partialRecord(z.enum(states), z.int()).describe('how many are in which state'),
  report: z.looseObject({}).nullable(),
  proposedBy: z.string(),
  proposed: time,
  approvedBy: z.string().nullable(),
  approved: time.nullable(),
  ended: time.nullable(),
})

export const answerCampaign = (c: CampaignRow, works: Readonly<Partial<Record<ItemState, number>>>): Record<string, unknown> => ({
  id: c.id,
  mission: c.mission,
  title: c.title,
  state: c.state,
  cause: c.cause,
  scope: c.scope,
  forecast: c.forecast,
  works,
  report: c.report,
  proposedBy: c.proposed_by,
  proposed: instant(c.proposed_at),
  approvedBy: c.approved_by,
  approved: instantOrNull(c.approved_at),
  ended: instantOrNull(c.ended_at),
})

export const releaseSchema: z.ZodObject = z.object({
  package: z.string(),
  digest: z.string(),
  state: z.enum(['registered', 'staging', 'production', 'retired']),
  rise: z.enum(['revision', 'quality']),
  source: z.string(),
  note: z.string(),
  files: z.int(),
  bytes: z.int(),
  registered: time,
  registeredBy: z.string(),
})

export const answerRelease = (r: Release): Record<string, unknown> => ({
  package: r.package,
  digest: r.digest,
  state: r.state,
  rise: r.rise,
  source: r.source,
  note: r.note,
  files: r.files,
  bytes: r.bytes,
  registered: instant(r.registered_at),
  registeredBy: r.registered_by,
})
