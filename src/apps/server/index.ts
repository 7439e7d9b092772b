import Fastify, { LogController } from 'fastify'
import type { FastifyInstance } from 'fastify'
import { buildWeb } from '../web-build.ts'
import { addApi } from './api/index.ts'
import { addBurstFiles } from './burst-files.ts'
import { addLatis } from './latis/index.ts'
import { addFailures } from './failures.ts'
import { addFileApi } from './file-api.ts'
import { addManners, laxSettings } from './manners.ts'
import { addPages, sendFailurePage } from './pages/index.ts'
import type { ServerParts } from './parts.ts'

export type { HomeInfo, Ingest, IngestAnswer, RemakeActs, ServerParts } from './parts.ts'

/** The data center's HTTP face: file service, typed API, downloads, pages. Not listening yet; `inject` works. */
export function buildServer(parts: ServerParts): FastifyInstance {
  const logging = parts.log === undefined ? {} : { loggerInstance: parts.log }
  // The pages may have to be built first: a plugin's default of 10 s is short for a machine that has other work.
  const app = Fastify({
    ...laxSettings,
    ...logging,
    logController: new LogController({ disableRequestLogging: true }),
    pluginTimeout: 120_000,
  })
  const web = buildWeb()
  addManners(app)
  addFailures(app, async (request, reply, failure) => sendFailurePage(request, reply, parts, await web, failure))
  addFileApi(app, parts)
  addBurstFiles(app, parts)
  addLatis(app, parts)
  addApi(app, parts)
  // A client of the field posts to the root of the host before each question and waits for the answer.
  app.post('/', async (_request, reply) => reply.type('text/plain').send('ok'))
  app.get('/healthz', async (_request, reply) => {
    await parts.db.selectFrom('event_counter').select('last').execute()
    return reply.type('text/plain').send('ok')
  })
  void app.register(async scope => addPages(scope, parts, await web))
  return app
}
