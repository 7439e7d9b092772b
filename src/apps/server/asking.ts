import type { FastifyReply, FastifyRequest } from 'fastify'
import { fail } from '#error'
import type { Mission } from '#domain/mission'
import type { Sight } from '#services/access'
import type { Role } from '#services/db'
import { actorOf, hasRole } from '#services/people'
import type { Actor } from '#services/people'
import type { ServerParts } from './parts.ts'

/** Who asks, and how much they see. Answers that depend on it must not be kept by shared caches. */
export interface Asker {
  readonly actor: Actor | undefined
  readonly sight: Sight
}

export async function readAsker(request: FastifyRequest, reply: FastifyReply, parts: ServerParts): Promise<Asker> {
  const { authorization, cookie } = request.headers
  const actor = await actorOf(parts.db, { authorization, cookie }, parts.clock())
  void reply.header('vary', 'cookie, authorization')
  return { actor, sight: hasRole(actor, 'team') ? 'all' : 'public' }
}

/** Throws `access/sign-in` or `access/no-right`. */
export function requireRole(asker: Asker, least: Role): Actor {
  const { actor } = asker
  if (actor === undefined) return fail('access/sign-in', `this needs a token with the role ${least}, as HTTP Basic: name and secret`)
  if (!hasRole(actor, least))
    fail('access/no-right', `${actor.name} has the role ${actor.role}; this needs ${least}. An admin can add a token`)
  return actor
}

/** Throws `access/no-such-mission`. */
export function findMission(parts: ServerParts, id: string): Mission {
  const known = parts.missions.map(m => m.id).join(', ')
  return (
    parts.missions.find(m => m.id === id) ?? fail('access/no-such-mission', `there is no mission ${id} here; there is ${known}`, { id })
  )
}
