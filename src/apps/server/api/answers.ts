import { z } from 'zod'
import type { CellEntry, FileEntry, JobEntry, Refused, Relative } from '#services/access'
import type { WaiverEntry, Why } from '#services/pipeline'

/** `2026-11-23T08:00:00.000Z`. */
const instant = (ms: number): string => new Date(ms).toISOString()
const time = z.iso.datetime().describe('UTC')

export const fileSchema: z.ZodObject = z.object({
  mission: z.string(),
  name: z.string(),
  product: z.string(),
  dataset: z.string(),
  spacecraft: z.string(),
  kind: z.string(),
  partition: z.string().describe('the piece of time that the file covers'),
  start: time,
  stop: time,
  version: z.string(),
  size: z.int().describe('bytes'),
  sha256: z.string(),
  latest: z.boolean(),
  public: z.boolean(),
  simulated: z.boolean(),
  coverage: z.object({ start: z.string(), stop: z.string() }).nullable().describe('first and last record, UTC, from the content'),
  gaps: z
    .array(
      z.object({
        start: z.string().nullable(),
        stop: z.string(),
        missing: z.int().nullable().describe('packets, where their count tells'),
        apid: z.int().optional(),
      }),
    )
    .describe('time of the coverage without data: the records before and behind'),
  records: z.int().nullable(),
  findings: z.array(z.string()),
  arrived: time,
  modified: time,
  download: z.string().describe('path on this host'),
})

export const answerFile = (f: FileEntry): Record<string, unknown> => ({
  mission: f.mission,
  name: f.name,
  product: f.product,
  dataset: f.dataset,
  spacecraft: f.spacecraft,
  kind: f.kind,
  partition: f.partition,
  start: instant(f.start),
  stop: instant(f.stop),
  version: f.versionText,
  size: f.size,
  sha256: f.sha256,
  latest: f.latest,
  public: f.public,
  simulated: f.simulated,
  coverage: f.coverage,
  gaps: f.gaps,
  records: f.records,
  findings: f.findings,
  arrived: instant(f.arrived),
  modified: instant(f.modified),
  download: `/download/${f.mission}/${f.name}`,
})

export const answerRelative = (r: Relative): Record<string, unknown> => ({
  role: r.role,
  name: r.name ?? null,
  dataset: r.file?.dataset ?? r.hidden?.dataset ?? null,
  partition: r.file?.partition ?? r.hidden?.partition ?? null,
  held: r.file !== undefined || r.hidden !== undefined,
  version: r.file?.versionText ?? null,
  sha256: r.file?.sha256 ?? null,
})

export const cellSchema: z.ZodObject = z.object({
  mission: z.string(),
  dataset: z.string(),
  partition: z.string(),
  product: z.string(),
  spacecraft: z.string(),
  process: z.string().nullable(),
  start: time,
  stop: time,
  due: time.nullable(),
  state: z.string().describe('made, partial, no data, running, waiting, late, failed, held, not due, lost, waived'),
  reason: z.string(),
  causes: z.array(z.object({ dataset: z.string(), partition: z.string() })),
  job: z.int().nullable(),
})

export const answerCell = (c: CellEntry): Record<string, unknown> => ({
  mission: c.mission,
  dataset: c.dataset,
  partition: c.partition,
  product: c.product,
  spacecraft: c.spacecraft,
  process: c.process,
  start: instant(c.start),
  stop: instant(c.stop),
  due: c.due === null ? null : instant(c.due),
  state: c.shown,
  reason: c.reason.text,
  causes: (c.reason.causes ?? []).map(({ dataset, partition }) => ({ dataset, partition })),
  job: c.reason.job ?? null,
})

export const jobSchema: z.ZodObject = z.object({
  id: z.int(),
  mission: z.string(),
  process: z.string(),
  spacecraft: z.string(),
  partition: z.string(),
  state: z.string(),
  tries: z.int(),
  created: time,
  ended: time.nullable(),
  message: z.string().nullable(),
  inputs: z.array(z.string()),
  outputs: z.array(z.string()),
})

export const answerJob = (j: JobEntry): Record<string, unknown> => ({
  id: j.id,
  mission: j.mission,
  process: j.process,
  spacecraft: j.spacecraft,
  partition: j.partition,
  state: j.state,
  tries: j.tries,
  created: instant(j.created),
  ended: j.ended === null ? null : instant(j.ended),
  message: j.message,
  inputs: j.inputs.map(i => i.name),
  outputs: j.outputs.map(o => o.name),
})

export const refusedSchema: z.ZodObject = z.object({
  at: time,
  mission: z.string().nullable(),
  name: z.string(),
  size: z.int(),
  sha256: z.string().nullable(),
  code: z.string(),
  reason: z.string(),
  actor: z.string(),
})

export const answerRefused = ({ id: _id, at, ...rest }: Refused): Record<string, unknown> => ({ at: instant(at), ...rest })

export const whySchema: z.ZodObject = z.object({
  mission: z.string(),
  chain: z.array(
    cellSchema.pick({ dataset: true, partition: true, state: true, reason: true, due: true, job: true }).extend({ alsoBlamed: z.int() }),
  ),
  sharedBy: z.int().describe('other expectations with the same root'),
})

export const answerWhy = (w: Why): Record<string, unknown> => ({
  mission: w.mission,
  chain: w.chain.map(link => ({
    dataset: link.dataset,
    partition: link.partition,
    state: link.state,
    reason: link.text,
    due: link.due === undefined ? null : instant(link.due),
    job: link.job ?? null,
    alsoBlamed: link.alsoBlamed,
  })),
  sharedBy: w.sharedBy,
})

export const waiverSchema: z.ZodObject = z.object({
  dataset: z.string(),
  partition: z.string(),
  reason: z.string(),
  actor: z.string(),
  at: time,
})

export const answerWaiver = ({ mission: _mission, at, ...rest }: WaiverEntry): Record<string, unknown> => ({ ...rest, at: instant(at) })
