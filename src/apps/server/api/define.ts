import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { fail } from '#error'
import type { Role } from '#services/db'
import type { Actor } from '#services/people'
import { findMission, readAsker, requireRole } from '../asking.ts'
import type { Asker } from '../asking.ts'
import type { ServerParts } from '../parts.ts'

/** One question of the typed API: what it takes and gives, once, for validation and for the OpenAPI page. */
export interface Question<Query extends z.ZodObject> {
  readonly path: string
  readonly summary: string
  readonly query: Query
  readonly answer: z.ZodType
  readonly work: (query: z.output<Query>, path: Readonly<Record<string, string>>, asker: Asker) => Promise<unknown>
}

export type Define = <Query extends z.ZodObject>(question: Question<Query>) => void

/** Descriptions of all questions asked of {@link defineQuestion}, as OpenAPI path items. */
export type Described = Record<string, unknown>

export function defineQuestion<Query extends z.ZodObject>(
  app: FastifyInstance,
  parts: ServerParts,
  described: Described,
  question: Question<Query>,
): void {
  described[question.path.replace(/:(\w+)/g, '{$1}')] = describeQuestion(question)
  app.get(question.path, async (request, reply) => {
    const asker = await readAsker(request, reply, parts)
    const parsed = question.query.strict().safeParse(request.query)
    if (!parsed.success) return fail('access/bad-question', explainQuestion(parsed.error, question.query))
    const { mission } = parsed.data as { readonly mission?: unknown }
    if (typeof mission === 'string') findMission(parts, mission)
    return reply.send(await question.work(parsed.data as z.output<Query>, request.params as Readonly<Record<string, string>>, asker))
  })
}

/** One clause per fault, each by the parameter's name; a parameter that is not known is a fault, or a wrong filter would filter nothing. */
export function explainQuestion(error: z.ZodError, query: z.ZodObject): string {
  const known = Object.keys(query.shape).join(', ') || 'none'
  return error.issues
    .map(issue =>
      issue.code === 'unrecognized_keys'
        ? `there is no parameter ${issue.keys.join(', ')}; known are: ${known}`
        : `${issue.path.length === 0 ? 'the whole' : `the parameter ${issue.path.join('.')}`} does not fit: ${issue.message.replace(/^Invalid (?:input|option): /, '')}`,
    )
    .join('; ')
}

function describeQuestion<Query extends z.ZodObject>(question: Question<Query>): unknown {
  const schema = z.toJSONSchema(question.query, { io: 'input' })
  const inQuery = Object.entries(schema.properties ?? {}).map(([name, property]) => ({
    name,
    in: 'query',
    required: schema.required?.includes(name) ?? false,
    schema: property,
  }))
  const inPath = [...question.path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }))
  const content = { 'application/json': { schema: z.toJSONSchema(question.answer) } }
  const get = { summary: question.summary, parameters: [...inPath, ...inQuery], responses: { 200: { description: 'the answer', content } } }
  return { get }
}

/** One act by POST with a JSON body: who may do it, what it takes and gives. */
export interface ActDefinition<Body extends z.ZodObject> {
  readonly path: string
  readonly summary: string
  readonly role: Role
  readonly body: Body
  readonly answer: z.ZodType
  readonly work: (body: z.output<Body>, path: Readonly<Record<string, string>>, actor: Actor) => Promise<unknown>
}

export type DefineAct = <Body extends z.ZodObject>(act: ActDefinition<Body>) => void

export function defineAct<Body extends z.ZodObject>(
  app: FastifyInstance,
  parts: ServerParts,
  described: Described,
  act: ActDefinition<Body>,
): void {
  const path = act.path.replace(/:(\w+)/g, '{$1}')
  const parameters = [...act.path.matchAll(/:(\w+)/g)].map(([, name]) => ({ name, in: 'path', required: true, schema: { type: 'string' } }))
  const json = (schema: z.ZodType): object => ({ 'application/json': { schema: z.toJSONSchema(schema, { io: 'input' }) } })
  const responses = { 200: { description: 'done and recorded', content: json(act.answer) } }
  const post = { summary: `${act.summary} (role ${act.role})`, parameters, requestBody: { content: json(act.body) }, responses }
  described[path] = { ...(described[path] as object | undefined), post }
  app.post(act.path, async (request, reply) => {
    const actor = requireRole(await readAsker(request, reply, parts), act.role)
    const parsed = act.body.strict().safeParse(request.body ?? {})
    if (!parsed.success) return fail('access/bad-question', `the body does not fit: ${explainQuestion(parsed.error, act.body)}`)
    return reply.send(await act.work(parsed.data as z.output<Body>, request.params as Readonly<Record<string, string>>, actor))
  })
}
