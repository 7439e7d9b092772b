import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { accountFor, formatStatus, validateSelection, type Edit, type Selection } from '#domain/burst'
import { parseMessage } from '#domain/downlink'
import { fail } from '#error'
import {
  addSelector,
  applyRecordEdits,
  approveSubmission,
  commandsFor,
  compareDraft,
  findWindow,
  listDrafts,
  listDuty,
  listSegments,
  listSubmissions,
  listWindows,
  readDraft,
  saveDraft,
  setDuty,
  submitSelection,
  takeArrivals,
  takeReport,
  windowFacts,
  type BurstWindow,
} from '#services/burst'
import { findMission, readAsker, requireRole } from '../asking.ts'
import type { ServerParts } from '../parts.ts'
import { addAdvice } from './burst-advice.ts'
import { burstTables, selection, windowPath, type Post } from './burst-parts.ts'
import type { Define, Described } from './define.ts'
import { given, limit } from './parameters.ts'

const tai = z.int().nonnegative().describe('TAI seconds since 1958-01-01')
const taiAsked = z.coerce.number().int().nonnegative().describe('TAI seconds since 1958-01-01')
const shortWindow = ({ evaluation, state, openedAt, deadline, closedAt, decidedBy }: BurstWindow): Record<string, unknown> => ({
  evaluation,
  state,
  opened: iso(openedAt),
  deadline: iso(deadline),
  closed: closedAt === null ? null : iso(closedAt),
  decidedBy,
})
const iso = (ms: number): string => new Date(ms).toISOString()

/** Burst selection, for reading: role team. Segments are as the status table has them. */
export function defineBurst(define: Define, parts: ServerParts): void {
  define({
    path: '/api/v1/:mission/burst/windows',
    summary: 'Windows of burst selection, the newest first, and who is on duty (role team)',
    query: z.object({ limit }),
    answer: z.looseObject({ windows: z.array(z.looseObject({ evaluation: z.string() })), duty: z.array(z.looseObject({})) }),
    work: async (query, { mission = '' }, asker) => {
      requireRole(asker, 'team')
      await burstTables(parts, mission)
      return {
        windows: (await listWindows(parts.db, mission, query.limit)).map(shortWindow),
        duty: (await listDuty(parts.db, mission, parts.clock())).map(duty => ({ ...duty, from: iso(duty.from), to: iso(duty.to) })),
      }
    },
  })
  define({
    path: windowPath,
    summary: 'A window: cycles, qualities, the automated selection, what is known, drafts and submissions (role team)',
    query: z.object({}),
    answer: z.looseObject({ evaluation: z.string(), mdq: z.array(z.number().nullable()) }),
    work: async (_query, { mission = '', evaluation = '' }, asker) => {
      requireRole(asker, 'team')
      const tables = await burstTables(parts, mission)
      const window = await findWindow(parts.db, mission, evaluation)
      const { automatic, ...facts } = await windowFacts(parts.db, tables, window)
      return {
        ...shortWindow(window),
        cycles: { starts: automatic?.grid.starts, step: tables.cycleSeconds },
        mdq: window.automatic.cycles.mdq,
        automatic: { segments: automatic?.segments, frame: automatic?.frame },
        facts,
        drafts: (await listDrafts(parts.db, window)).map(draft => ({ ...draft, at: iso(draft.at) })),
        submissions: (await listSubmissions(parts.db, window.id)).map(({ at, decidedAt, ...one }) => ({
          ...one,
          at: iso(at),
          decidedAt: decidedAt === null ? null : iso(decidedAt),
        })),
      }
    },
  })
  define({
    path: `${windowPath}/drafts/:name`,
    summary: 'A draft, and what it changes against another one or against the automated selection (role team)',
    query: z.object({ against: z.string().optional() }),
    answer: z.looseObject({ name: z.string() }),
    work: async ({ against }, { mission = '', evaluation = '', name = '' }, asker) => {
      requireRole(asker, 'team')
      const tables = await burstTables(parts, mission)
      const window = await findWindow(parts.db, mission, evaluation)
      const { selection, edits, actor, at } = await readDraft(parts.db, tables, window, name)
      const { frame, segments, next } = selection
      const diff = await compareDraft(parts.db, tables, window, name, against)
      return { name, actor, at: iso(at), selection: { frame, segments, next }, edits, diff }
    },
  })
  define({
    path: '/api/v1/:mission/burst/commands',
    summary: 'Commands that the payload operations center has not shown to know (role operator; docs/poc-interface.md)',
    query: z.object({}),
    answer: z.array(z.looseObject({ kind: z.string() })),
    work: async (_query, { mission = '' }, asker) => {
      requireRole(asker, 'operator')
      return commandsFor(parts.db, await burstTables(parts, mission), mission, parts.clock())
    },
  })
  define({
    path: '/api/v1/:mission/burst/segments',
    summary: 'Stored segments by time, with their histories, and whether what was chosen has come',
    query: z.object({ from: taiAsked.optional(), to: taiAsked.optional(), pending: z.enum(['true', 'false']).optional(), limit }),
    answer: z.looseObject({ segments: z.array(z.looseObject({ id: z.int() })), account: z.looseObject({ chosen: z.int() }) }),
    work: async ({ pending, ...query }, { mission = '' }) => {
      await burstTables(parts, mission)
      const segments = await listSegments(parts.db, mission, { ...given(query), pending: pending === 'true' })
      return {
        segments: segments.map(one => ({ ...one, tokens: formatStatus(one.status), account: accountFor([one]) })),
        account: accountFor(segments),
      }
    },
  })
}

const bodies = {
  validate: z.strictObject({ selection }),
  drafts: z.strictObject({ name: z.string(), selection, edits: z.array(z.looseObject({ kind: z.string() })).default([]) }),
  submissions: z.strictObject({ selection, justifications: z.record(z.string(), z.string()).default({}), onBehalf: z.string().optional() }),
}
const recordEdit = z.strictObject({
  act: z.enum(['new', 'modified', 'deleted']),
  segment: z.int(),
  start: tai,
  end: tai,
  fom: z.number(),
  spacecraft: z.number(),
  source: z.string(),
  comment: z.string(),
  calibration: z.boolean().default(false),
})
const recordEdits = z.strictObject({
  edits: z.array(recordEdit).min(1).max(1000),
  justifications: z.record(z.string(), z.string()).default({}),
})
const report = z.looseObject({ kind: z.enum(['status', 'playback']) })
const arrivals = z.strictObject({
  files: z.array(z.strictObject({ spacecraft: z.int().nonnegative(), segment: z.int(), start: tai })).max(100_000),
})
const decision = z.strictObject({ accept: z.boolean(), reason: z.string().min(1) })
const person = z.strictObject({
  person: z.string().min(1),
  role: z.enum(['sitl', 'super-sitl']),
  mail: z.email().optional().describe('where letters go: warnings, closings, approvals that are wanted'),
})
const duty = z.strictObject({ person: z.string().min(1), place: z.enum(['duty', 'deck']), from: z.iso.datetime(), to: z.iso.datetime() })

/** Burst selection, for those who select: a token with the role team, whose name has a role in selection. */
export function addBurst(app: FastifyInstance, parts: ServerParts, described: Described): void {
  const post = <Body extends z.ZodType>(
    { path, summary, body, answer = z.looseObject({}), work }: Post<Body>,
    least: 'team' | 'operator' = 'team',
  ): void => {
    described[path.replace(/:(\w+)/g, '{$1}')] = {
      ...(described[path.replace(/:(\w+)/g, '{$1}')] as object | undefined),
      post: {
        summary: `${summary} (role ${least})`,
        requestBody: { content: { 'application/json': { schema: z.toJSONSchema(body, { io: 'input' }) } } },
        responses: { 200: { description: 'the answer', content: { 'application/json': { schema: z.toJSONSchema(answer) } } } },
      },
    }
    app.post(path, async (request: FastifyRequest, reply) => {
      const actor = requireRole(await readAsker(request, reply, parts), least)
      const params = request.params as Readonly<Record<string, string>>
      const { id } = findMission(parts, params['mission'] ?? '')
      if (parts.waivers === undefined) return fail('access/no-upload', 'this server changes nothing')
      const parsed = body.safeParse(request.body)
      if (!parsed.success) return fail('access/bad-question', `the body does not fit: ${z.prettifyError(parsed.error)}`)
      return reply.send(await work({ mission: id, path: params, body: parsed.data, actor }))
    })
  }
  post({
    path: `${windowPath}/validate`,
    summary: 'What validation says of a selection; stores nothing',
    body: bodies.validate,
    work: async ({ mission, path, body }) => {
      const tables = await burstTables(parts, mission)
      const facts = await windowFacts(parts.db, tables, await findWindow(parts.db, mission, path['evaluation'] ?? ''))
      const grid = facts.automatic?.grid ?? fail('burst/no-window', 'the window has no cycles')
      return validateSelection(tables, facts, { ...(body.selection as Omit<Selection, 'grid'>), grid })
    },
  })
  addAdvice(post, parts)
  post({
    path: `${windowPath}/drafts`,
    summary: 'Save a draft under a new name',
    body: bodies.drafts,
    work: async ({ mission, path, body, actor }) => {
      await saveDraft(
        parts.db,
        mission,
        path['evaluation'] ?? '',
        { ...body, edits: body.edits as unknown as readonly Edit[] },
        actor.name,
        parts.clock(),
      )
      return { saved: body.name }
    },
  })
  post({
    path: `${windowPath}/submissions`,
    summary: 'Submit a selection; the verdict is in the answer, and the same again is the same submission',
    body: bodies.submissions,
    work: async ({ mission, path, body, actor }) =>
      submitSelection(parts.db, await burstTables(parts, mission), {
        mission,
        evaluation: path['evaluation'] ?? '',
        selection: body.selection,
        justifications: body.justifications,
        actor: actor.name,
        onBehalf: body.onBehalf,
        now: parts.clock(),
      }),
  })
  post({
    path: '/api/v1/:mission/burst/submissions/:id/decision',
    summary: 'Accept or reject a submission that waits; for a Super-SITL',
    body: decision,
    work: async ({ mission, path, body, actor }) =>
      approveSubmission(parts.db, await burstTables(parts, mission), {
        mission,
        submission: Number(path['id']),
        ...body,
        actor: actor.name,
        now: parts.clock(),
      }),
  })
  post({
    path: '/api/v1/:mission/burst/segments/edits',
    summary: 'Edit stored segments, all or none; for a Super-SITL',
    body: recordEdits,
    work: async ({ mission, body, actor }) =>
      applyRecordEdits(parts.db, await burstTables(parts, mission), { mission, ...body, actor: actor.name, now: parts.clock() }),
  })
  post(
    {
      path: '/api/v1/:mission/burst/reports',
      summary: 'A status or playback message of the payload operations center (docs/poc-interface.md)',
      body: report,
      work: async ({ mission, body }) => {
        const message = parseMessage(body)
        if ('wrong' in message) return fail('access/bad-question', message.wrong)
        if (message.kind !== 'status' && message.kind !== 'playback')
          return fail('access/bad-question', `a ${message.kind} does not come from there`)
        await takeReport(parts.db, await burstTables(parts, mission), mission, message, parts.clock())
        return { taken: message.kind }
      },
    },
    'operator',
  )
  post(
    {
      path: '/api/v1/:mission/burst/arrivals',
      summary: 'Burst files that have come down',
      body: arrivals,
      work: async ({ mission, body }) => {
        await takeArrivals(parts.db, await burstTables(parts, mission), mission, body.files, parts.clock())
        return { taken: body.files.length }
      },
    },
    'operator',
  )
  post(
    {
      path: '/api/v1/:mission/burst/selectors',
      summary: 'Give a person a role in selection',
      body: person,
      work: async ({ mission, body, actor }) => {
        await addSelector(parts.db, mission, body.person, body.role, actor.name, parts.clock(), body.mail)
        return body
      },
    },
    'operator',
  )
  post(
    {
      path: '/api/v1/:mission/burst/duty',
      summary: 'Put a person on duty or on deck',
      body: duty,
      work: async ({ mission, body, actor }) => {
        await setDuty(parts.db, mission, { ...body, from: Date.parse(body.from), to: Date.parse(body.to) }, actor.name, parts.clock())
        return body
      },
    },
    'operator',
  )
}
