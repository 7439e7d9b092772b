import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { SdcError } from '#error'
import { burstFileTypes, listBurstFiles, takeUpload, type BurstFile, type BurstFileType, type Uploaded } from '#services/burst'
import { checkBasic, hasRole, type Actor } from '#services/people'
import { burstTables } from './api/burst-parts.ts'
import { readFailure } from './failures.ts'
import { readParameters } from './manners.ts'
import type { ServerParts } from './parts.ts'

const verbs = ['file_names', 'file_info', 'download'] as const

/**
 * Selection files for clients of the field: `/{mission}/sdc/{public|sitl}/files/api/v1/{verb}/{abs_selections|sitl_selections|…}`, and
 * `POST …/sitl/files/api/v1/upload?file=NAME` with the file as body.
 */
export function addBurstFiles(app: FastifyInstance, parts: ServerParts): void {
  for (const type of [...burstFileTypes, 'gls_selections_:algorithm'])
    app.route({
      method: ['GET', 'POST'],
      url: `/:mission/sdc/:site/files/api/v1/:verb/${type}`,
      handler: async (request, reply) => {
        const { mission, site, verb, algorithm } = request.params as Readonly<Record<'mission' | 'site' | 'verb' | 'algorithm', string>>
        if (!verbs.some(known => known === verb) || (site !== 'public' && site !== 'sitl'))
          return sayText(reply, 404, `there is no service ${verb} of ${type}`)
        if (site === 'sitl') {
          const actor = await readActor(request, reply, parts)
          if (actor === undefined) return reply
        }
        return answer(
          reply,
          parts,
          mission,
          type.replace(':algorithm', algorithm) as BurstFileType,
          verb,
          readParameters(request.raw.url ?? '', request.body),
        )
      },
    })
  void app.register(async scope => addUploads(scope, parts))
}

async function answer(
  reply: FastifyReply,
  parts: ServerParts,
  mission: string,
  type: BurstFileType,
  verb: string,
  asked: URLSearchParams,
): Promise<FastifyReply> {
  const tables = await burstTables(parts, mission)
  const first = (...names: readonly string[]): string => names.map(name => asked.get(name) ?? '').find(value => value !== '') ?? ''
  const from = momentOf(first('start_date', 'start_time'))
  const to = momentOf(first('end_date', 'end_time'))
  if (Number.isNaN(from) || Number.isNaN(to)) return sayText(reply, 400, 'a date is YYYY-MM-DD or YYYY-MM-DD-hh-mm-ss')
  const all = await listBurstFiles(parts.db, tables, mission, type, { from, to, now: parts.clock() })
  const names = first('file', 'files')
    .split(',')
    .filter(name => name !== '')
  const files = names.length === 0 ? all : all.filter(({ name }) => names.includes(name))
  if (verb === 'file_names') return reply.type('text/plain').send(files.map(({ path }) => path).join(','))
  if (verb === 'file_info') return reply.type('application/json').send(await infoOf(files))
  const [file] = files
  if (file === undefined) return sayText(reply, 404, `there is no such file of ${type}`)
  if (files.length > 1) return sayText(reply, 400, `${files.length} files of ${type} fit: name one with file=`)
  return reply
    .type('application/octet-stream')
    .header('content-disposition', `attachment; filename="${file.name}"`)
    .header('last-modified', new Date(file.made).toUTCString())
    .send(Buffer.from(await file.bytes()))
}

const stamp = (ms: number): string => new Date(ms).toISOString().slice(0, 19)

const infoOf = async (files: readonly BurstFile[]): Promise<string> =>
  JSON.stringify({
    files: await Promise.all(
      files.map(async ({ name, made, bytes }) => ({
        file_name: name,
        file_size: (await bytes()).byteLength,
        timetag: stamp(made),
        modified_date: stamp(made),
      })),
    ),
    files_were_truncated: false,
  })

/** UTC milliseconds; undefined where empty, NaN where it is no date. */
function momentOf(text: string): number | undefined {
  if (text === '') return undefined
  const match = /^(\d{4}-\d\d-\d\d)(?:[-T/ ](\d\d)[-:](\d\d)[-:](\d\d))?/.exec(text)
  return match === null ? Number.NaN : Date.parse(`${match[1]}T${match[2] ?? '00'}:${match[3] ?? '00'}:${match[4] ?? '00'}Z`)
}

/** Bodies are taken as they come, whatever their type says. */
function addUploads(scope: FastifyInstance, parts: ServerParts): void {
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  scope.post('/:mission/sdc/sitl/files/api/v1/upload', async (request, reply) => {
    const actor = await readActor(request, reply, parts)
    if (actor === undefined) return reply
    const { mission } = request.params as { readonly mission: string }
    if (request.headers['content-length'] === undefined) return sayText(reply, 411, 'the length of the file must be said: Content-Length')
    if (parts.waivers === undefined) return sayText(reply, 503, 'this server changes nothing')
    const name = readParameters(request.raw.url ?? '', '').get('file') ?? ''
    const bytes = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
    try {
      const uploaded = await takeUpload(parts.db, await burstTables(parts, mission), {
        mission,
        name,
        bytes,
        actor: actor.name,
        now: parts.clock(),
      })
      const trouble = troubleOf(uploaded)
      return trouble === '' ? sayText(reply, 200, 'File successfully uploaded.') : sayText(reply, 400, trouble)
    } catch (error) {
      if (!(error instanceof SdcError)) throw error
      return sayText(reply, readFailure(error).status, error.message)
    }
  })
}

/** What stands in the way of an upload, in sentences. */
function troubleOf(uploaded: Uploaded): string {
  if ('edits' in uploaded) return uploaded.edits.open.length === 0 ? '' : uploaded.edits.findings.map(({ sentence }) => sentence).join(' ')
  if ('list' in uploaded) {
    const { taken, snapped, quarantined } = uploaded.list.counts
    return taken + snapped === 0 && quarantined > 0 ? `none of its ${quarantined} lines is a selection` : ''
  }
  const { state, verdict } = uploaded.submission
  return state === 'refused'
    ? `refused: ${verdict.findings
        .filter(finding => finding.class === 'error')
        .map(({ sentence }) => sentence)
        .join(' ')}`
    : ''
}

async function readActor(request: FastifyRequest, reply: FastifyReply, parts: ServerParts): Promise<Actor | undefined> {
  const actor = await checkBasic(parts.db, request.headers.authorization, parts.clock())
  if (hasRole(actor, 'team')) return actor
  if (actor === undefined) {
    void reply.header('www-authenticate', 'Basic realm="team", charset="UTF-8"')
    sayText(reply, 401, 'this needs a name and a password: the name and secret of a token')
  } else sayText(reply, 403, `${actor.name} has the role ${actor.role}; this needs the role team`)
  return undefined
}

const sayText = (reply: FastifyReply, status: number, text: string): FastifyReply => reply.code(status).type('text/plain').send(text)
