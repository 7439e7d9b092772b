import { randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { fail } from '#error'
import { recordAct } from '#services/people'
import { readAsker, requireRole } from '../asking.ts'
import type { ServerParts } from '../parts.ts'
import type { Described } from './define.ts'

/** Largest upload in bytes; what is larger comes through a drop folder. */
const largest = 8 * 2 ** 30

const answer = z.object({
  outcome: z.enum(['stored', 'present', 'quarantined']),
  file: z.string().optional(),
  reason: z.string().optional(),
})

/** `POST /api/v1/upload?file=NAME` with the raw bytes as body and a token of the role instrument or more. */
export function addUpload(app: FastifyInstance, parts: ServerParts, described: Described): void {
  described['/api/v1/upload'] = {
    post: {
      summary: 'Take a file in: raw bytes as body, role instrument',
      parameters: [{ name: 'file', in: 'query', required: true, schema: { type: 'string' } }],
      requestBody: { content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } } },
      responses: { 200: { description: 'what became of it', content: { 'application/json': { schema: z.toJSONSchema(answer) } } } },
    },
  }
  // Its own scope: here, and only here, any body is a stream.
  void app.register(async scope => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
    scope.post('/api/v1/upload', { bodyLimit: largest }, async (request, reply) => {
      const actor = requireRole(await readAsker(request, reply, parts), 'instrument')
      const name = (request.query as Readonly<Record<string, string | undefined>>)['file'] ?? ''
      if (name === '' || name !== basename(name) || name.startsWith('.') || name.length > 200)
        fail('access/bad-question', 'file= must be the name of the file, without folders')
      if (request.headers['content-length'] === undefined) fail('access/no-length', 'say the length: Content-Length is missing')
      const { ingest } = parts
      if (ingest === undefined) return fail('access/no-upload', 'this server takes no uploads')
      return reply.send(await takeIn(parts, ingest, request.body as Readable, { name, actor: actor.name }))
    })
  })
}

async function takeIn(
  parts: ServerParts,
  ingest: NonNullable<ServerParts['ingest']>,
  body: Readable,
  arrival: { readonly name: string; readonly actor: string },
): Promise<unknown> {
  await mkdir(parts.home.incoming, { recursive: true })
  const path = join(parts.home.incoming, `upload-${randomUUID()}`)
  try {
    await pipeline(body, createWriteStream(path, { flags: 'wx', flush: true }))
    const answer = await ingest(path, arrival)
    const detail = { outcome: answer.outcome, ...(answer.reason === undefined ? {} : { reason: answer.reason }) }
    await recordAct(parts.db, { at: parts.clock(), actor: arrival.actor, act: 'file.upload', object: arrival.name, detail })
    return answer
  } finally {
    await rm(path, { force: true })
  }
}
