import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import type { FastifyHttpOptions, FastifyInstance } from 'fastify'

/** Longest request target that is read; clients that meet 414 send the same question again as a POST form. */
export const longestUrl: number = 64 * 1024
/** Node answers 431 by itself above this many bytes of headers: room for the longest URL and the rest. */
const headerRoom = 4 * longestUrl

/** Settings that let old clients be as they are: long lists in URLs, doubled slashes, a slash at the end. */
export const laxSettings: FastifyHttpOptions<Server> = {
  http: { maxHeaderSize: headerRoom },
  routerOptions: { maxParamLength: longestUrl, ignoreTrailingSlash: true },
  // Collapsed, not redirected: a redirected POST would become a GET.
  rewriteUrl: request => collapseSlashes(request.url ?? '/'),
  clientErrorHandler: answerBrokenRequest,
  bodyLimit: 4 * 1024 * 1024,
}

const nul = /%00/

export function collapseSlashes(url: string): string {
  const at = url.indexOf('?')
  const path = at < 0 ? url : url.slice(0, at)
  return path.replace(/\/{2,}/g, '/') + (at < 0 ? '' : url.slice(at))
}

/** A header block beyond all bounds is a URL beyond all bounds: 414 instead of Node's 431. */
function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return
  const [line, text] =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? ['414 URI Too Long', 'the URL is too long: send the same parameters as a POST form']
      : ['400 Bad Request', 'this is no HTTP request']
  socket.end(`HTTP/1.1 ${line}\r\nContent-Type: text/plain\r\nContent-Length: ${text.length}\r\nConnection: close\r\n\r\n${text}`)
}

/** Refuses overlong URLs, and reads urlencoded forms as the query that they are. */
export function addManners(app: FastifyInstance): void {
  app.addHook('onRequest', async (request, reply) => {
    void reply.header('x-content-type-options', 'nosniff')
    if ((request.raw.url ?? '').length > longestUrl)
      return reply.code(414).type('text/plain').send('the URL is too long: send the same parameters as a POST form')
    // No name, time or word holds a NUL, and PostgreSQL takes none in a text.
    if (nul.test(request.raw.url ?? '')) return reply.code(400).type('text/plain').send('a NUL character (%00) has no meaning here')
    return undefined
  })
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) => done(null, body))
}

/** All parameters of a request: the query's, then the form's. */
export function readParameters(url: string, body: unknown): URLSearchParams {
  const at = url.indexOf('?')
  const form = typeof body === 'string' ? body : ''
  return new URLSearchParams(`${at < 0 ? '' : url.slice(at + 1)}&${form.replaceAll('%00', '')}`)
}
