import Fastify, { LogController } from 'fastify'
import type { FastifyInstance } from 'fastify'
import { addApi } from './api/index.ts'
import { addFailures } from './failures.ts'
import { addFileApi } from './file-api.ts'
import { addManners, laxSettings } from './manners.ts'
import type { ServerParts } from './parts.ts'

export type { Explain, HomeInfo, Ingest, IngestAnswer, ServerParts } from './parts.ts'

/** The data center's HTTP face: file service, typed API, downloads, pages. Not listening yet; `inject` works. */
export function buildServer(parts: ServerParts): FastifyInstance {
  const app = Fastify({
    ...laxSettings,
    logController: new LogController({ disableRequestLogging: true }),
    ...(parts.log === undefined ? {} : { loggerInstance: parts.log }),
  })
  addManners(app)
  addFileApi(app, parts)
  addApi(app, parts)
  // A client of the field posts to the root of the host before each question and waits for the answer.
  app.post('/', async (_request, reply) => reply.type('text/plain').send('ok'))
  app.get('/healthz', async (_request, reply) => {
    await parts.db.selectFrom('event_counter').select('last').execute()
    return reply.type('text/plain').send('ok')
  })
  addFailures(app, async (_request, reply, failure) => reply.type('text/plain').send(failure.message))
  return app
}
