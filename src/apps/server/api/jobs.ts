import { Readable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { fail } from '#error'
import { findAttempt, findJob } from '#services/access'
import { bundleTriage, followLog } from '#services/monitor'
import { readAsker, requireRole } from '../asking.ts'
import type { ServerParts } from '../parts.ts'
import { explainQuestion } from './define.ts'
import type { Described } from './define.ts'

const reading = z.object({ try: z.coerce.number().int().min(1).optional(), follow: z.enum(['true', 'false']).default('false') }).strict()
const acting = z.strictObject({ reason: z.string().default('') })
const acted = z.object({ job: z.int(), state: z.enum(['cancelled', 'ready']) })
/** What people do to a job: the state it is in then, and what it means. */
const acts = {
  cancel: ['cancelled', 'End a job that waits or runs'],
  retry: ['ready', 'Give a job that failed or was cancelled its tries again, with the inputs and names it had'],
} as const

const jobOf = (params: unknown): number => {
  const { id } = params as { readonly id: string }
  const number = Number(id)
  return Number.isSafeInteger(number) ? number : fail('access/no-such-job', `there is no job ${id}`)
}

/** What a job says, why it failed, and its end or new beginning by order. Role team to read, operator to act. */
export function addJobs(app: FastifyInstance, parts: ServerParts, described: Described): void {
  const id = { name: 'id', in: 'path', required: true, schema: { type: 'integer' } }
  described['/api/v1/jobs/{id}/log'] = {
    get: {
      summary: 'What the program of a job says or said, as plain text (role team); follow=true goes on until the try ends',
      parameters: [
        id,
        { name: 'try', in: 'query', schema: { type: 'integer' } },
        { name: 'follow', in: 'query', schema: { type: 'boolean' } },
      ],
      responses: { 200: { description: 'the log', content: { 'text/plain': { schema: { type: 'string' } } } } },
    },
  }
  described['/api/v1/jobs/{id}/triage.zip'] = {
    get: {
      summary: 'All that is known of why a job failed, as one zip (role team)',
      parameters: [id],
      responses: { 200: { description: 'the bundle', content: { 'application/zip': { schema: { type: 'string', format: 'binary' } } } } },
    },
  }
  for (const [act, [, summary]] of Object.entries(acts))
    described[`/api/v1/jobs/{id}/${act}`] = {
      post: {
        summary: `${summary} (role operator)`,
        parameters: [id],
        requestBody: { content: { 'application/json': { schema: z.toJSONSchema(acting, { io: 'input' }) } } },
        responses: { 200: { description: 'done and recorded', content: { 'application/json': { schema: z.toJSONSchema(acted) } } } },
      },
    }
  const open = new Set<AbortController>()
  app.get('/api/v1/jobs/:id/log', async (request, reply) => {
    requireRole(await readAsker(request, reply, parts), 'team')
    const job = jobOf(request.params)
    const asked = reading.safeParse(request.query)
    if (!asked.success) return fail('access/bad-question', `the question does not fit: ${explainQuestion(asked.error, reading)}`)
    const find = () => findAttempt(parts.db, job, asked.data.try)
    const attempt = await find()
    if (attempt?.log == null) return fail('access/no-such-job', `job ${job} has no such try, or none that started a program`)
    const isOver = async (): Promise<boolean> => asked.data.follow === 'false' || (await find())?.ended !== null
    const stop = new AbortController()
    open.add(stop)
    reply.raw.on('close', () => {
      stop.abort()
      open.delete(stop)
    })
    void reply.header('cache-control', 'no-store').header('x-accel-buffering', 'no').type('text/plain; charset=utf-8')
    return reply.send(Readable.from(followLog(attempt.log, { isOver, stop: stop.signal })))
  })
  // Open streams would keep the server from closing.
  app.addHook('preClose', async () => open.forEach(stop => stop.abort()))
  app.get('/api/v1/jobs/:id/triage.zip', async (request, reply) => {
    requireRole(await readAsker(request, reply, parts), 'team')
    const job = jobOf(request.params)
    void reply.header('content-disposition', `attachment; filename="job-${job}.zip"`).type('application/zip')
    return reply.send(Readable.from(await bundleTriage(parts.db, job)))
  })
  for (const [act, [state]] of Object.entries(acts) as ['cancel' | 'retry', readonly string[]][])
    app.post(`/api/v1/jobs/:id/${act}`, async (request, reply) => {
      const actor = requireRole(await readAsker(request, reply, parts), 'operator')
      const job = jobOf(request.params)
      const asked = acting.safeParse(request.body ?? {})
      if (!asked.success) return fail('access/bad-question', `the body does not fit: ${explainQuestion(asked.error, acting)}`)
      if ((await findJob(parts.db, job)) === undefined) return fail('access/no-such-job', `there is no job ${job}`)
      if (parts.jobActs === undefined) return fail('access/no-upload', 'this server changes nothing')
      await parts.jobActs[act](job, { actor: actor.name, reason: asked.data.reason })
      return reply.send({ job, state })
    })
}
