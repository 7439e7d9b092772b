import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { SdcError } from '#error'
import type { Mission } from '#domain/mission'
import { fileTypes, listFiles, parseFileQuery, printFileInfo, printFileNames, printVersionInfo } from '#services/access'
import type { FileQuery, FileType, Sight } from '#services/access'
import { checkBasic, hasRole } from '#services/people'
import { readParameters } from './manners.ts'
import type { ServerParts } from './parts.ts'
import { sendFile, sendZip } from './send-file.ts'

/** "At most 500 files of total size 1GB", as the data center's own page says. */
const mostFiles = 500
const mostBytes = 1_000_000_000

const verbs = ['file_info', 'file_names', 'version_info', 'download'] as const
type Verb = (typeof verbs)[number]

interface Asked {
  readonly mission: Mission
  readonly sight: Sight
  readonly verb: Verb
  readonly type: FileType
}

/** The file service that clients of the field know, for every mission: `/{mission}/sdc/{public|sitl}/files/api/v1/{verb}/{type}`. */
export function addFileApi(app: FastifyInstance, parts: ServerParts): void {
  app.route({
    method: ['GET', 'POST'],
    url: '/:mission/sdc/:site/files/api/v1/:verb/:type',
    handler: async (request, reply) => {
      const asked = readPath(request, parts)
      if (asked === undefined) return sayText(reply, 404, 'there is no such service: see /api/v1 and the mission’s pages for what is here')
      if (asked.sight === 'all') {
        const actor = await checkBasic(parts.db, request.headers.authorization, parts.clock())
        if (actor === undefined) {
          void reply.header('www-authenticate', 'Basic realm="team", charset="UTF-8"')
          return sayText(reply, 401, 'this needs a name and a password: the name and secret of a token')
        }
        if (!hasRole(actor, 'team')) return sayText(reply, 403, `${actor.name} has the role ${actor.role}; this needs the role team`)
      }
      try {
        const query = parseFileQuery(asked.mission, asked.type, readParameters(request.raw.url ?? '', request.body))
        return await answer(request, reply, parts, asked, query)
      } catch (error) {
        if (error instanceof SdcError && error.code === 'access/bad-time') return sayText(reply, 400, error.message)
        throw error
      }
    },
  })
}

function readPath(request: FastifyRequest, parts: ServerParts): Asked | undefined {
  const path = request.params as Readonly<Record<'mission' | 'site' | 'verb' | 'type', string>>
  const mission = parts.missions.find(m => m.id === path.mission)
  const verb = verbs.find(v => v === path.verb)
  if (mission === undefined || verb === undefined || !Object.hasOwn(fileTypes, path.type)) return undefined
  if (path.site !== 'public' && path.site !== 'sitl') return undefined
  return { mission, verb, type: path.type as FileType, sight: path.site === 'public' ? 'public' : 'all' }
}

async function answer(
  request: FastifyRequest,
  reply: FastifyReply,
  parts: ServerParts,
  asked: Asked,
  query: FileQuery,
): Promise<FastifyReply> {
  if (asked.verb === 'download') return download(request, reply, parts, asked, query)
  const files = await listFiles(parts.db, asked.mission.id, query, asked.sight)
  if (asked.verb === 'file_names') return reply.type('text/plain').send(printFileNames(files))
  const body = asked.verb === 'file_info' ? printFileInfo(asked.type, files) : printVersionInfo(files)
  return reply.type('application/json').send(body)
}

async function download(
  request: FastifyRequest,
  reply: FastifyReply,
  parts: ServerParts,
  asked: Asked,
  query: FileQuery,
): Promise<FastifyReply> {
  // Clients probe their login with this: it must be quick, and neither 401 nor 5xx.
  if (!query.constrained) return sayText(reply, 400, 'say which files: file=NAME, or any of the parameters of file_info')
  const files = await listFiles(parts.db, asked.mission.id, query, asked.sight, mostFiles + 1)
  const [first] = files
  if (first === undefined) return sayText(reply, 404, 'no file that you may see answers to this')
  if (files.length === 1) return sendFile(request, reply, parts.store, first)
  const bytes = files.reduce((sum, f) => sum + f.size, 0)
  if (files.length > mostFiles || bytes > mostBytes) {
    const what = files.length > mostFiles ? `more than ${mostFiles} files` : `${files.length} files of ${bytes} bytes`
    return sayText(
      reply,
      413,
      `${what} answer to this; a zip holds at most ${mostFiles} files of ${mostBytes} bytes: ask for fewer at a time`,
    )
  }
  return sendZip(reply, parts.store, files, `${asked.mission.id}_${asked.type}.zip`)
}

const sayText = (reply: FastifyReply, code: number, text: string): FastifyReply => reply.code(code).type('text/plain').send(text)
