import type { FastifyInstance, FastifyReply } from 'fastify'
import { fail } from '#error'
import { checkBasic, hasRole } from '#services/people'
import { findMission } from '../asking.ts'
import { burstTables } from '../api/burst-parts.ts'
import type { ServerParts } from '../parts.ts'
import { metadataColumns, metadataTable, segmentColumns, segmentTable } from './burst.ts'
import { eventColumns, eventTable } from './events.ts'
import { forms } from './forms.ts'
import { readConstraint, selectTable, type Table } from './table.ts'

/**
 * Tables in the form that clients of the field read: `/{mission}/sdc/public/service/latis/NAME.FORM` (segments and events) and
 * `/{mission}/sdc/sitl/latis/dap/NAME.FORM` (also trigger metadata; role team), with a DAP-2 constraint as query: projection first,
 * then `&NAME<VALUE`.
 */
export function addLatis(app: FastifyInstance, parts: ServerParts): void {
  app.get('/:mission/sdc/public/service/latis/:file', async (request, reply) => {
    const { mission, file } = request.params as { readonly mission: string; readonly file: string }
    return answer(reply, parts, { mission, file, team: false, url: request.raw.url ?? '' })
  })
  app.get('/:mission/sdc/sitl/latis/dap/:file', async (request, reply) => {
    const actor = await checkBasic(parts.db, request.headers.authorization, parts.clock())
    if (actor === undefined) {
      void reply.header('www-authenticate', 'Basic realm="team", charset="UTF-8"')
      return fail('access/sign-in', 'this needs a name and a password: the name and secret of a token')
    }
    if (!hasRole(actor, 'team')) return fail('access/no-right', `${actor.name} has the role ${actor.role}; this needs the role team`)
    const { mission, file } = request.params as { readonly mission: string; readonly file: string }
    // The login check of one client.
    if (file === 'properties.txt') return reply.type('text/plain').send('version: 1\n')
    return answer(reply, parts, { mission, file, team: true, url: request.raw.url ?? '' })
  })
}

interface Asked {
  readonly mission: string
  readonly file: string
  readonly team: boolean
  readonly url: string
}

async function answer(reply: FastifyReply, parts: ServerParts, asked: Asked): Promise<FastifyReply> {
  const dot = asked.file.lastIndexOf('.')
  const [name, suffix] = dot < 0 ? [asked.file, 'csv'] : [asked.file.slice(0, dot), asked.file.slice(dot + 1)]
  const form =
    forms[suffix] ?? fail('access/no-such-file', `there is no form .${suffix} of a table; there are ${Object.keys(forms).join(', ')}`)
  const table = await readTable(parts, asked, name, asked.url.includes('?') ? asked.url.slice(asked.url.indexOf('?') + 1) : '')
  // Tables change at any time: no answer of one is ever "not modified".
  return reply.type(form.type).header('cache-control', 'no-store').send(form.print(table))
}

async function readTable(parts: ServerParts, { mission, team }: Asked, name: string, query: string): Promise<Table> {
  findMission(parts, mission)
  if (name === `${mission}_events_view`) {
    const constraint = readConstraint(name, eventColumns, query)
    return selectTable(await eventTable(parts.db, mission, name, constraint), constraint)
  }
  const tables = await burstTables(parts, mission)
  if (name === `${mission}_burst_data_segment`) {
    const columns = segmentColumns(tables.spacecraft.length)
    const constraint = readConstraint(name, columns, query)
    return selectTable(await segmentTable(parts.db, mission, tables, columns, name, constraint), constraint)
  }
  const craft = team ? tables.spacecraft.findIndex(id => name === `${id}_burst_metadata`) : -1
  if (craft >= 0) {
    const constraint = readConstraint(name, metadataColumns, query)
    return selectTable(await metadataTable(parts.db, mission, tables, craft, name, constraint), constraint)
  }
  const known = [
    `${mission}_burst_data_segment`,
    `${mission}_events_view`,
    ...(team ? tables.spacecraft.map(id => `${id}_burst_metadata`) : []),
  ]
  return fail('access/no-such-file', `there is no table ${name} here; there are ${known.join(', ')}`)
}
