import { z } from 'zod'
import type { BurstNews } from '#services/burst'

const evaluation = z.string().describe('which window')
const submission = z.int()
const decided = { evaluation, submission, reason: z.string() }

/** What the stream tells of burst selection (event `burst`), by its `act`. */
const told = z.discriminatedUnion('act', [
  z.object({ act: z.literal('window-opened'), evaluation, deadline: z.int() }),
  z.object({ act: z.literal('window-evaluated'), evaluation, segments: z.int() }),
  z.object({ act: z.literal('window-warned'), evaluation, deadline: z.int(), sentence: z.string() }),
  z.object({
    act: z.literal('window-closed'),
    evaluation,
    submission: submission.nullable().describe('null: the automated selection stands'),
    segments: z.int(),
  }),
  z.object({ act: z.literal('draft-saved'), evaluation, name: z.string() }),
  z.object({
    act: z.literal('submission-received'),
    evaluation,
    submission,
    state: z.enum(['refused', 'awaiting-approval', 'accepted', 'rejected']),
    final: z.boolean(),
  }),
  z.object({ act: z.literal('submission-approved'), ...decided }),
  z.object({ act: z.literal('submission-rejected'), ...decided }),
  z.object({
    act: z.literal('segment-changed'),
    segment: z.int(),
    before: z.string().nullable().describe('tokens of its status; null: it is new'),
    after: z.string(),
  }),
  z.object({ act: z.literal('report-taken'), kind: z.enum(['status', 'playback']), spacecraft: z.int() }),
  z.object({ act: z.literal('commands-sent'), selections: z.int(), holds: z.int(), releases: z.int() }),
  z.object({ act: z.literal('files-arrived'), files: z.int() }),
]) satisfies z.ZodType<BurstNews>

const file = z.object({ mission: z.string(), name: z.string(), product: z.string() })
const burst = z.intersection(z.object({ mission: z.string(), actor: z.string(), at: z.iso.datetime().describe('when, UTC') }), told)

/** The data of each event of the stream, by its name. */
export const newsSchemas = { file, burst } as const
