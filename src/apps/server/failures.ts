import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { SdcError } from '#error'

/** What the codes of expected failures mean to HTTP; any other error of ours is 500. */
const statusOf: Readonly<Record<string, number>> = {
  'access/bad-time': 400,
  'access/bad-question': 400,
  'access/no-such-mission': 404,
  'access/no-such-file': 404,
  'access/no-such-cell': 404,
  'access/no-such-job': 404,
  'pipeline/job-over': 409,
  'pipeline/not-retried': 409,
  'code/not-compared': 404,
  'code/not-staged': 409,
  'code/nothing-to-stage': 409,
  'code/bad-rules': 409,
  'code/other-rule': 409,
  'executor/unknown-process': 404,
  'executor/no-job': 404,
  'executor/which-spacecraft': 400,
  'access/sign-in-over': 410,
  'access/sign-in': 401,
  'access/no-right': 403,
  'access/no-upload': 503,
  'access/no-length': 411,
  'access/bad-state': 400,
  'access/bad-page': 400,
  'pipeline/no-such-cell': 404,
  'pipeline/no-reason': 400,
  'pipeline/not-waivable': 409,
  'pipeline/waived': 409,
  'pipeline/not-waived': 409,
  'campaign/no-such-campaign': 404,
  'campaign/bad-move': 409,
  'campaign/empty': 409,
  'campaign/not-made-here': 400,
  'campaign/not-in-production': 409,
  'campaign/two-packages': 400,
  'code/no-such-release': 404,
  'code/ambiguous': 409,
  'code/no-report': 409,
  'code/same-person': 409,
  'code/bad-move': 409,
  'code/nothing-before': 409,
  'burst/none': 404,
  'burst/no-window': 404,
  'burst/no-draft': 404,
  'burst/no-submission': 404,
  'burst/no-segment': 404,
  'burst/no-selector': 403,
  'burst/no-right': 403,
  'burst/bad-name': 400,
  'burst/bad-address': 400,
  'burst/bad-file': 400,
  'burst/bad-question': 400,
  'burst/grid': 400,
  'burst/duty': 400,
  'burst/name-taken': 409,
  'burst/decided': 409,
  'burst/closed': 409,
  'burst/refused': 409,
  'held/no-such-job': 404,
  'held/no-reason': 400,
  'held/overtaken': 409,
  'store/absent': 404,
  'time/malformed': 400,
  'time/no-such-moment': 400,
}

export interface Failure {
  readonly status: number
  readonly code: string
  readonly message: string
}

/** What an error is to the one who asked. Surprises keep their words in the log. */
export function readFailure(error: unknown): Failure {
  if (error instanceof SdcError) return { status: statusOf[error.code] ?? 500, code: error.code, message: error.message }
  const own = error as { readonly statusCode?: number; readonly code?: string; readonly message?: string }
  const status = own.statusCode ?? 500
  if (own.code === 'FST_ERR_CTP_INVALID_JSON_BODY')
    return { status, code: 'access/bad-question', message: 'the body is no JSON, which content-type says it is' }
  if (status < 500) return { status, code: own.code ?? 'http', message: own.message ?? 'this cannot be answered' }
  return { status, code: 'server/surprise', message: 'something failed here that should not; the log has it under the request id' }
}

/** Errors as JSON to programs, as text to the file service's clients, as a page to people. */
export function addFailures(
  app: FastifyInstance,
  showPage: (request: FastifyRequest, reply: FastifyReply, failure: Failure) => Promise<FastifyReply>,
): void {
  const answer = async (request: FastifyRequest, reply: FastifyReply, failure: Failure): Promise<FastifyReply> => {
    void reply.code(failure.status)
    if (failure.status === 401) void reply.header('www-authenticate', 'Basic realm="apsis", charset="UTF-8"')
    if (request.url.startsWith('/api/')) return reply.send({ error: { code: failure.code, message: failure.message, request: request.id } })
    if (request.url.includes('/files/api/v1/') || !wantsPage(request)) return reply.type('text/plain').send(failure.message)
    return showPage(request, reply, failure)
  }
  app.setErrorHandler(async (error, request, reply) => {
    const failure = readFailure(error)
    if (failure.status >= 500) request.log.error({ err: error }, 'a request failed')
    return answer(request, reply, failure)
  })
  app.setNotFoundHandler((request, reply) =>
    answer(request, reply, { status: 404, code: 'http/not-found', message: `there is nothing at ${request.url.slice(0, 200)}` }),
  )
}

const wantsPage = (request: FastifyRequest): boolean => /text\/html|^$/.test(request.headers.accept ?? '') && request.method !== 'POST'
