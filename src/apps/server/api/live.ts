import type { FastifyInstance, FastifyReply } from 'fastify'
import { z } from 'zod'
import type { Db } from '#services/db'
import { readAsker } from '../asking.ts'
import type { ServerParts } from '../parts.ts'
import type { Described } from './define.ts'
import { newsSchemas } from './news.ts'

/** How often the ledger is asked, once for all listeners. */
const every = 1000
/** After so many beats a line of rest, which keeps proxies from closing a quiet stream. */
const restBeats = 20
const most = 500

interface Listener {
  readonly reply: FastifyReply
  readonly seesAll: boolean
  /** Event number up to which this one has been told. */
  told: number
}

/** One event of the stream: its name and data are those of {@link newsSchemas}. */
interface News {
  readonly sequence: number
  readonly event: keyof typeof newsSchemas
  readonly public: boolean
  readonly data: Readonly<Record<string, unknown>>
}

/**
 * `GET /api/v1/live`: server-sent events, one per new file and per act of burst selection (for the team), whose ids are the ledger's
 * event numbers. Who comes back with `Last-Event-ID` misses nothing and gets nothing twice.
 */
export function addLive(app: FastifyInstance, parts: ServerParts, described: Described): void {
  described['/api/v1/live'] = {
    get: {
      summary:
        'New files (event file) and acts of burst selection (event burst, role team) as server-sent events; ids are the ledger’s event numbers',
      responses: {
        200: {
          description: 'a stream; x-events has the data of each event by its name',
          content: {
            'text/event-stream': {
              schema: { type: 'string' },
              'x-events': { file: z.toJSONSchema(newsSchemas.file), burst: z.toJSONSchema(newsSchemas.burst) },
            },
          },
        },
      },
    },
  }
  const listeners = new Set<Listener>()
  const pump = startPump(parts.db, listeners)
  app.get('/api/v1/live', async (request, reply) => {
    const { sight } = await readAsker(request, reply, parts)
    const asked = Number(request.headers['last-event-id'] ?? Number.NaN)
    const told = Number.isSafeInteger(asked) ? asked : await newestSequence(parts.db)
    reply.hijack()
    reply.raw.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' })
    reply.raw.write('retry: 3000\n\n')
    const listener: Listener = { reply, seesAll: sight === 'all', told }
    reply.raw.on('close', () => listeners.delete(listener))
    listeners.add(listener)
    pump.wake()
  })
  // Open streams would keep the server from closing.
  app.addHook('preClose', async () => {
    await pump.stop()
    for (const { reply } of listeners) reply.raw.end()
  })
}

function send(listener: Listener, news: News): void {
  const { sequence, event, data } = news
  if (sequence <= listener.told) return
  listener.told = sequence
  if (!listener.seesAll && !news.public) return
  listener.reply.raw.write(`id: ${sequence}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
}

/** Asks the ledger only while somebody listens: once for all of them, from where the one furthest behind has been told. */
function startPump(db: Db, listeners: ReadonlySet<Listener>): { wake(): void; stop(): Promise<void> } {
  let timer: NodeJS.Timeout | undefined
  let beats = 0
  let working: Promise<void> = Promise.resolve()
  const work = async (): Promise<void> => {
    if (listeners.size === 0) return
    const behind = Math.min(...[...listeners].map(l => l.told))
    for (const news of await newsAfter(db, behind)) for (const listener of listeners) send(listener, news)
    if (++beats % restBeats === 0) for (const { reply } of listeners) reply.raw.write(': rest\n\n')
  }
  const beat = (): void => {
    if (listeners.size > 0) working = working.then(work).catch(() => undefined)
    else {
      clearInterval(timer)
      timer = undefined
    }
  }
  return {
    wake: () => {
      timer ??= setInterval(beat, every)
      beat()
    },
    stop: async () => {
      clearInterval(timer)
      await working
    },
  }
}

async function newestSequence(db: Db): Promise<number> {
  const row = await db.selectFrom('event_counter').select('last').executeTakeFirst()
  return row?.last ?? 0
}

async function newsAfter(db: Db, sequence: number): Promise<readonly News[]> {
  const rows = await db
    .selectFrom('event')
    .leftJoin('file', 'file.id', 'event.file')
    .select(['event.sequence', 'event.kind', 'event.mission', 'event.actor', 'event.at', 'event.detail'])
    .select(['file.name', 'file.product', 'file.public'])
    .where('event.kind', 'in', ['file', 'burst'])
    .where('event.sequence', '>', sequence)
    .orderBy('event.sequence')
    .limit(most)
    .execute()
  return rows.map(row =>
    row.kind === 'file'
      ? newsOf(row.sequence, 'file', row.public === true, { mission: row.mission, name: row.name, product: row.product })
      : newsOf(row.sequence, 'burst', false, {
          mission: row.mission,
          actor: row.actor,
          at: new Date(row.at).toISOString(),
          ...row.detail,
        }),
  )
}

const newsOf = (sequence: number, event: News['event'], isPublic: boolean, data: News['data']): News => ({
  sequence,
  event,
  public: isPublic,
  data,
})
