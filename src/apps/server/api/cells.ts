import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { fail } from '#error'
import { hideInCell, hideInWhy, listCells, parsePlace, parseStates, printPlace } from '#services/access'
import type { CellEntry, CellSearch } from '#services/access'
import { explain, listWaivers } from '#services/pipeline'
import { findMission, readAsker, requireRole } from '../asking.ts'
import type { Asker } from '../asking.ts'
import type { ServerParts } from '../parts.ts'
import { answerCell, answerWaiver, answerWhy, cellSchema, waiverSchema, whySchema } from './answers.ts'
import { explainQuestion } from './define.ts'
import type { Define, Described } from './define.ts'
import { flag, given, limit, mission, moment } from './parameters.ts'

/** Expectations: what should exist, why it does not, and who said that it need not. */
export function defineCells(define: Define, parts: ServerParts): void {
  const hide = (cell: CellEntry, { sight }: Asker): Record<string, unknown> => {
    const m = parts.missions.find(known => known.id === cell.mission)
    return answerCell(m === undefined ? cell : hideInCell(m, cell, sight))
  }
  define({
    path: '/api/v1/cells',
    summary: 'What should exist, its state and the reason',
    query: z.object({
      mission,
      product: z.string().optional(),
      dataset: z.string().optional(),
      from: moment.optional(),
      to: moment.optional(),
      open: flag.describe('only what is not at rest'),
      limit,
    }),
    answer: z.array(cellSchema),
    work: async ({ open, ...query }, _path, asker) =>
      (await listCells(parts.db, given({ ...query, open: open === 'true' }), parts.clock())).map(cell => hide(cell, asker)),
  })
  define({
    path: '/api/v1/:mission/cells',
    summary: 'What should exist, newest first, page by page',
    query: z.object({
      product: z.string().optional(),
      dataset: z.string().optional(),
      spacecraft: z.string().optional(),
      process: z.string().optional(),
      partition: z.string().optional(),
      from: moment.optional(),
      to: moment.optional(),
      state: z
        .string()
        .optional()
        .describe('comma list: made, partial, no data, running, waiting, late, failed, held, not due, lost, waived'),
      after: z.string().optional().describe('the field next of the page before'),
      limit,
    }),
    answer: z.object({ cells: z.array(cellSchema), next: z.string().nullable() }),
    work: async ({ state, after, ...query }, path, asker) => {
      const search: CellSearch = {
        ...given(query),
        limit: query.limit + 1,
        mission: findMission(parts, path['mission'] ?? '').id,
        ...(state === undefined ? {} : { states: parseStates(state) }),
        ...(after === undefined ? {} : { after: parsePlace(after) }),
      }
      const found = await listCells(parts.db, search, parts.clock())
      const cells = found.slice(0, query.limit)
      const last = found.length > query.limit ? cells.at(-1) : undefined
      return { cells: cells.map(cell => hide(cell, asker)), next: last === undefined ? null : printPlace(last) }
    },
  })
  const why = async (m: ReturnType<typeof findMission>, dataset: string, partition: string, { sight }: Asker): Promise<unknown> => {
    const found = await explain(parts.db, m.id, dataset, partition, parts.clock())
    if (found === undefined) return fail('access/no-such-cell', `nothing is expected for ${dataset} ${partition}`)
    return answerWhy(hideInWhy(m, found, sight))
  }
  define({
    path: '/api/v1/why',
    summary: 'Why a cell is as it is, down to what it all hangs on',
    query: z.object({ mission: z.string(), dataset: z.string(), partition: z.string() }),
    answer: whySchema,
    work: (query, _path, asker) => why(findMission(parts, query.mission), query.dataset, query.partition, asker),
  })
  define({
    path: '/api/v1/:mission/why/:dataset/:partition',
    summary: 'The same, by path',
    query: z.object({}),
    answer: whySchema,
    work: (_query, path, asker) => why(findMission(parts, path['mission'] ?? ''), path['dataset'] ?? '', path['partition'] ?? '', asker),
  })
  define({
    path: '/api/v1/:mission/waivers',
    summary: 'What need not come any more: who said so, and why',
    query: z.object({}),
    answer: z.array(waiverSchema),
    work: async (_query, path) => (await listWaivers(parts.db, findMission(parts, path['mission'] ?? '').id)).map(answerWaiver),
  })
}

const waiving = z.strictObject({ dataset: z.string(), partition: z.string(), reason: z.string().min(1) })
const revoking = waiving.omit({ reason: true })

/** `POST` and `DELETE /api/v1/MISSION/waivers` with a JSON body; role operator. */
export function addWaivers(app: FastifyInstance, parts: ServerParts, described: Described): void {
  const path = '/api/v1/:mission/waivers'
  const body = (schema: z.ZodObject): unknown => ({ content: { 'application/json': { schema: z.toJSONSchema(schema) } } })
  const responses = { 200: { description: 'done and recorded' } }
  described['/api/v1/{mission}/waivers'] = {
    ...(described['/api/v1/{mission}/waivers'] as object | undefined),
    post: { summary: 'Waive an expectation (role operator)', requestBody: body(waiving), responses },
    delete: { summary: 'Take a waiver back (role operator)', requestBody: body(revoking), responses },
  }
  app.route({
    method: ['POST', 'DELETE'],
    url: path,
    handler: async (request, reply) => {
      const actor = requireRole(await readAsker(request, reply, parts), 'operator')
      const { id } = findMission(parts, (request.params as { readonly mission: string }).mission)
      const { waivers } = parts
      if (waivers === undefined) return fail('access/no-upload', 'this server changes nothing')
      const revoke = request.method === 'DELETE'
      const wanted = revoke ? revoking : waiving
      const parsed = wanted.safeParse(request.body ?? {})
      if (!parsed.success) return fail('access/bad-question', `the body does not fit: ${explainQuestion(parsed.error, wanted)}`)
      const act = { mission: id, actor: actor.name, ...parsed.data }
      await ('reason' in act ? waivers.add({ ...act, reason: String(act.reason) }) : waivers.revoke(act))
      return reply.send({ waived: !revoke })
    },
  })
}
