import { z } from 'zod'
import { accountFor, findingKey, formatStatus, mendSelection, type Selection } from '#domain/burst'
import { fail } from '#error'
import { explainCycles, findWindow, forecastPending, forecastSelection, listSegments, windowFacts } from '#services/burst'
import { requireRole } from '../asking.ts'
import type { ServerParts } from '../parts.ts'
import { burstTables, selection, windowPath, type Post } from './burst-parts.ts'
import type { Define } from './define.ts'

const tai = z.int().describe('TAI seconds since 1958-01-01')
const wish = {
  buffers: z.coerce.number().int().min(1).max(100_000).optional().describe('buffers that each contact brings down; default: the mission’s'),
  days: z.coerce.number().int().min(1).max(365).optional().describe('how far to look; default 30'),
}
const basis = z.object({
  memories: z.array(z.object({ spacecraft: z.string(), held: z.int(), limit: z.int() })),
  contacts: z.object({ known: z.int(), assumed: z.int(), buffersEach: z.int() }),
  from: tai,
  to: tai,
})
const forecast = z.object({
  segment: z.int(),
  down: z.number().nullable().describe('TAI seconds when its last buffer is down; null: not within the days, or never'),
  buffers: z.int(),
  received: z.int(),
  demoted: z.int(),
  derelict: z.int(),
})
const whatIf = z.object({
  draft: z.array(forecast),
  demotes: z.array(z.object({ segment: z.int(), spacecraft: z.int(), buffers: z.int(), at: z.number() })),
  delays: z.array(z.object({ segment: z.int(), seconds: z.number().nullable() })),
  basis,
})
const explanation = z.object({
  fom: z.number(),
  by: z.enum(['window', 'whole']),
  parameterSet: z.string(),
  cycles: z.array(z.object({ start: tai, weight: z.number(), share: z.number() })),
  terms: z.array(z.object({ spacecraft: z.string(), term: z.string(), share: z.number() })),
  rest: z.number().describe('what the terms do not account for'),
  known: z.int().describe('cycles of the segment whose trigger data are here'),
})
const account = z.object({
  segments: z.int(),
  chosen: z.int(),
  received: z.int(),
  demoted: z.int(),
  derelict: z.int(),
  withdrawn: z.int(),
  pending: z.int(),
})

/** What a selection rests on and would bring, for reading. */
export function defineAdvice(define: Define, parts: ServerParts): void {
  define({
    path: `${windowPath}/explanation`,
    summary: 'Which cycles and which trigger terms carry a figure of merit: of cycles start to stop of the window (role team)',
    query: z.object({ start: z.coerce.number().int().nonnegative(), stop: z.coerce.number().int().nonnegative() }),
    answer: explanation,
    work: async ({ start, stop }, { mission = '', evaluation = '' }, asker) => {
      requireRole(asker, 'team')
      const tables = await burstTables(parts, mission)
      return explainCycles(parts.db, tables, await findWindow(parts.db, mission, evaluation), start, stop)
    },
  })
  define({
    path: `${windowPath}/account`,
    summary: 'Did we get what we chose? Per segment and for the window, in buffers over all spacecraft',
    query: z.object({}),
    answer: z.object({ window: account, segments: z.array(z.looseObject({ segment: z.int(), tokens: z.string(), account })) }),
    work: async (_query, { mission = '', evaluation = '' }) => {
      await burstTables(parts, mission)
      const window = await findWindow(parts.db, mission, evaluation)
      const records = await listSegments(parts.db, mission, { window: window.id, limit: 100_000 })
      return {
        window: accountFor(records),
        segments: records.map(record => ({
          segment: record.id,
          start: record.start,
          end: record.end,
          fom: record.fom,
          tokens: formatStatus(record.status),
          account: accountFor([record]),
        })),
      }
    },
  })
  define({
    path: '/api/v1/:mission/burst/forecast',
    summary: 'When each pending segment will be down, or why not (role team)',
    query: z.object(wish),
    answer: z.object({ segments: z.array(forecast), basis }),
    work: async (query, { mission = '' }, asker) => {
      requireRole(asker, 'team')
      return forecastPending(parts.db, await burstTables(parts, mission), mission, { ...query, now: parts.clock() })
    },
  })
}

/** Questions that come with a selection. */
export function addAdvice(post: <Body extends z.ZodType>(definition: Post<Body>) => void, parts: ServerParts): void {
  post({
    path: `${windowPath}/forecast`,
    summary: 'What if? What a selection would demote per spacecraft and delay, and when each of its segments would be down; stores nothing',
    body: z.strictObject({ selection, ...wish }),
    answer: whatIf,
    work: async ({ mission, path, body: { selection: draft, ...rest } }) => {
      const tables = await burstTables(parts, mission)
      const window = await findWindow(parts.db, mission, path['evaluation'] ?? '')
      return forecastSelection(parts.db, tables, window, draft, { ...rest, now: parts.clock() })
    },
  })
  post({
    path: `${windowPath}/mend`,
    summary: 'A selection with mends applied: of the findings that are named by their keys, or of all in the classes; stores nothing',
    body: z.strictObject({
      selection,
      keys: z.array(z.string()).optional().describe('keys of findings, e.g. Y1:3'),
      classes: z
        .array(z.enum(['error', 'orange', 'yellow']))
        .default(['error'])
        .describe('without keys: the classes to mend'),
    }),
    answer: z.looseObject({ applied: z.array(z.looseObject({ key: z.string(), label: z.string() })) }),
    work: async ({ mission, path, body }) => {
      const tables = await burstTables(parts, mission)
      const facts = await windowFacts(parts.db, tables, await findWindow(parts.db, mission, path['evaluation'] ?? ''))
      const grid = facts.automatic?.grid ?? fail('burst/no-window', 'the window has no cycles')
      const { keys, classes } = body
      const wanted = new Set(keys)
      const { selection: mended, ...rest } = mendSelection(
        tables,
        facts,
        { ...(body.selection as Omit<Selection, 'grid'>), grid },
        // A mend that was asked for is applied once: what it leaves has another key, or is for people.
        finding => (keys === undefined ? classes.includes(finding.class) : wanted.delete(findingKey(finding))),
      )
      const { frame, segments, next } = mended
      return { selection: { frame, segments, next }, ...rest }
    },
  })
}
