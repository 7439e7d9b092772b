import type { FastifyInstance, FastifyReply } from 'fastify'
import type { Db } from '#services/db'
import { readAsker } from '../asking.ts'
import type { ServerParts } from '../parts.ts'
import type { Described } from './define.ts'

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

interface Arrival {
  readonly sequence: number
  readonly mission: string
  readonly name: string
  readonly product: string
  readonly public: boolean
}

/**
 * `GET /api/v1/live`: server-sent events, one per new file, whose ids are the ledger's event numbers. Who comes back with `Last-Event-ID`
 * misses nothing and gets nothing twice.
 */
export function addLive(app: FastifyInstance, parts: ServerParts, described: Described): void {
  described['/api/v1/live'] = {
    get: {
      summary: 'New files as server-sent events; ids are the ledger’s event numbers',
      responses: { 200: { description: 'a stream', content: { 'text/event-stream': { schema: { type: 'string' } } } } },
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

function send(listener: Listener, arrival: Arrival): void {
  const { sequence, mission, name, product } = arrival
  if (sequence <= listener.told) return
  listener.told = sequence
  if (!listener.seesAll && !arrival.public) return
  listener.reply.raw.write(`id: ${sequence}\nevent: file\ndata: ${JSON.stringify({ mission, name, product })}\n\n`)
}

/** Asks the ledger only while somebody listens: once for all of them, from where the one furthest behind has been told. */
function startPump(db: Db, listeners: ReadonlySet<Listener>): { wake(): void; stop(): Promise<void> } {
  let timer: NodeJS.Timeout | undefined
  let beats = 0
  let working: Promise<void> = Promise.resolve()
  const work = async (): Promise<void> => {
    if (listeners.size === 0) return
    const behind = Math.min(...[...listeners].map(l => l.told))
    for (const arrival of await arrivalsAfter(db, behind)) for (const listener of listeners) send(listener, arrival)
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

const arrivalsAfter = (db: Db, sequence: number): Promise<readonly Arrival[]> =>
  db
    .selectFrom('event')
    .innerJoin('file', 'file.id', 'event.file')
    .select(['event.sequence', 'file.mission', 'file.name', 'file.product', 'file.public'])
    .where('event.kind', '=', 'file')
    .where('event.sequence', '>', sequence)
    .orderBy('event.sequence')
    .limit(most)
    .execute()
