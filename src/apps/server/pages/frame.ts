import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Frame, View } from '#apps/web'
import type { Mission } from '#domain/mission'
import type { Web } from '../../web-build.ts'
import { readAsker } from '../asking.ts'
import type { Asker } from '../asking.ts'
import type { ServerParts } from '../parts.ts'

/** What a page's maker is given. */
export interface PageAsk extends Asker {
  readonly parts: ServerParts
  readonly request: FastifyRequest
  readonly now: number
  readonly origin: string
}

export const originOf = (request: FastifyRequest): string => `${request.protocol}://${request.host}`

export async function readPageAsk(request: FastifyRequest, reply: FastifyReply, parts: ServerParts): Promise<PageAsk> {
  return { ...(await readAsker(request, reply, parts)), parts, request, now: parts.clock(), origin: originOf(request) }
}

/** Only what we serve ourselves may run or be drawn. */
const contentPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self'; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

export function sendPage(reply: FastifyReply, web: Web, ask: PageAsk, view: View, mission?: Mission): FastifyReply {
  const { parts, actor } = ask
  const frame: Frame = {
    origin: ask.origin,
    path: ask.request.url,
    home: parts.home.title,
    simulated: parts.home.simulated,
    missions: parts.missions.map(({ id, title }) => ({ id, title })),
    ...(mission === undefined ? {} : { mission: { id: mission.id, title: mission.title } }),
    ...(actor === undefined ? {} : { actor }),
    now: ask.now,
    assets: `/assets/${web.key}`,
  }
  return reply
    .header('content-security-policy', contentPolicy)
    .header('cache-control', 'no-cache')
    .type('text/html; charset=utf-8')
    .send(web.renderPage(frame, view))
}
