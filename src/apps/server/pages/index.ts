import { createReadStream } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { FailureView, View } from '#apps/web'
import { fail } from '#error'
import type { Mission } from '#domain/mission'
import { nearestNames, readFile, searchFiles } from '#services/access'
import { endSession, readSession, redeemLink, sessionCookie, sessionMs } from '#services/people'
import type { Web } from '../../web-build.ts'
import { findMission, readAsker } from '../asking.ts'
import type { Failure } from '../failures.ts'
import type { ServerParts } from '../parts.ts'
import { sendFile } from '../send-file.ts'
import { viewData, viewProduct } from './data.ts'
import { viewFile } from './file.ts'
import { readPageAsk, sendPage } from './frame.ts'
import type { PageAsk } from './frame.ts'
import { leadingMission, viewHome } from './home.ts'
import { viewJob } from './job.ts'
import { findBySlug, productName } from './names.ts'
import { viewOps, viewWhy } from './ops.ts'
import { viewQuicklook } from './quicklook.ts'

type Path = Readonly<Record<string, string>>

/** All pages. Each is a question to the ledger, answered as a view, drawn as HTML. */
export function addPages(app: FastifyInstance, parts: ServerParts, web: Web): void {
  const page = (url: string, view: (ask: PageAsk, mission: Mission, path: Path) => Promise<View>): void => {
    app.get(`/:mission${url}`, async (request, reply) => {
      const path = request.params as Path
      const mission = findMission(parts, path['mission'] ?? '')
      const ask = await readPageAsk(request, reply, parts)
      return sendPage(reply, web, ask, await view(ask, mission, path), mission)
    })
  }
  app.get('/', async (request, reply) => {
    const ask = await readPageAsk(request, reply, parts)
    const mission = (await leadingMission(ask)) ?? fail('access/no-such-mission', 'there is no mission here')
    return sendPage(reply, web, ask, await viewHome(ask, mission), mission)
  })
  app.get('/ops', async (request, reply) => {
    const ask = await readPageAsk(request, reply, parts)
    return sendPage(reply, web, ask, await viewOps(ask))
  })
  app.get('/ops/job/:id', async (request, reply) => {
    const ask = await readPageAsk(request, reply, parts)
    return sendPage(reply, web, ask, await viewJob(ask, (request.params as Path)['id'] ?? ''))
  })
  page('', viewHome)
  page('/data', viewData)
  page('/data/:product', (ask, mission, path) => {
    const slug = path['product'] ?? ''
    const product = findBySlug(mission, slug) ?? fail('access/no-such-file', `${mission.title} has no product ${slug}.`)
    return viewProduct(ask, mission, product)
  })
  page('/quicklook', viewQuicklook)
  page('/why/:dataset/:partition', (ask, mission, path) => viewWhy(ask, mission, path['dataset'] ?? '', path['partition'] ?? ''))
  page('/file/:name', async (ask, mission, path) => {
    const name = path['name'] ?? ''
    const file = await readFile(parts.db, mission.id, name, ask.sight)
    return viewFile(ask, mission, file ?? fail('access/no-such-file', `There is no file ${name} that you may see.`))
  })
  addBytes(app, parts)
  addAssets(app, web)
  addSessions(app, parts)
}

/** Files by name, and pictures by the address that people know: the newest version is looked up when asked. */
function addBytes(app: FastifyInstance, parts: ServerParts): void {
  app.get('/download/:mission/:name', async (request, reply) => {
    const { mission = '', name = '' } = request.params as Path
    const { sight } = await readAsker(request, reply, parts)
    const file = await readFile(parts.db, mission, name, sight)
    if (file === undefined) return fail('access/no-such-file', `There is no file ${name} that you may see.`)
    void reply.header('cache-control', file.public ? 'public, max-age=31536000, immutable' : 'private, max-age=31536000, immutable')
    return sendFile(request, reply, parts.store, file)
  })
  app.get('/:mission/ql/:dataset/:picture', async (request, reply) => {
    const { mission = '', dataset = '', picture = '' } = request.params as Path
    const { sight } = await readAsker(request, reply, parts)
    const partition = picture.replace(/\.png$/, '')
    const files = await searchFiles(parts.db, { mission, dataset, partition, kind: 'quicklook', limit: 1 }, sight)
    const file = files[0] ?? fail('access/no-such-file', `There is no picture of ${dataset} ${partition}.`)
    void reply.header('cache-control', 'no-cache')
    return sendFile(request, reply, parts.store, file, 'inline')
  })
}

const assetTypes: Readonly<Record<string, string>> = { css: 'text/css', js: 'text/javascript', svg: 'image/svg+xml', woff2: 'font/woff2' }

function addAssets(app: FastifyInstance, web: Web): void {
  const known = readdir(web.assets)
  app.get('/assets/:key/:name', async (request, reply) => {
    const { name = '' } = request.params as Path
    if (!(await known).includes(name)) return fail('access/no-such-file', `there is no ${name} here`)
    void reply.header('cache-control', 'public, max-age=31536000, immutable').type(assetTypes[name.split('.').at(-1) ?? ''] ?? 'text/plain')
    return reply.send(createReadStream(join(web.assets, name)))
  })
}

function addSessions(app: FastifyInstance, parts: ServerParts): void {
  app.get('/sign-in', async (request, reply) => {
    const once = (request.query as Path)['once'] ?? ''
    const signed = await redeemLink(parts.db, once, parts.clock())
    if (signed === undefined)
      return fail('access/sign-in-over', 'This sign-in link was used or is too old. Whoever runs this home can make another one.')
    const secure = request.protocol === 'https' ? '; Secure' : ''
    void reply.header(
      'set-cookie',
      `${sessionCookie}=${signed.session}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${sessionMs / 1000}${secure}`,
    )
    return reply.redirect('/', 303)
  })
  app.post('/sign-out', async (request, reply) => {
    const session = readSession(request.headers.cookie)
    if (session !== undefined) await endSession(parts.db, session)
    void reply.header('set-cookie', `${sessionCookie}=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0`)
    return reply.redirect('/', 303)
  })
}

/** A page for what went wrong: in words, with what comes nearest to what was asked for. */
export async function sendFailurePage(
  request: FastifyRequest,
  reply: FastifyReply,
  parts: ServerParts,
  web: Web,
  failure: Failure,
): Promise<FastifyReply> {
  // Who asks may be what failed: then the page is drawn for nobody.
  const nobody = { actor: undefined, sight: 'public', parts, request, now: parts.clock(), origin: '' } as const
  const ask = await readPageAsk(request, reply, parts).catch((): PageAsk => nobody)
  const [, first = '', ...rest] = decodeSafely(request.url.split('?')[0] ?? '').split('/')
  const mission = parts.missions.find(m => m.id === first || m.id === rest[0])
  const near = failure.status === 404 ? await listNear(ask, mission, rest.at(-1) ?? first) : []
  const title = failure.status === 404 ? 'Not here' : failure.status < 500 ? 'This cannot be answered' : 'Something failed'
  const view: FailureView = { page: 'failure', title, status: failure.status, text: failure.message, request: request.id, near }
  return sendPage(reply, web, ask, view, mission)
}

function decodeSafely(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

async function listNear(ask: PageAsk, mission: Mission | undefined, word: string): Promise<FailureView['near']> {
  if (mission === undefined) return ask.parts.missions.map(m => ({ text: m.title, href: `/${m.id}` }))
  const names = await nearestNames(ask.parts.db, mission.id, word, ask.sight)
  const parts = word
    .toLowerCase()
    .split(/[_ ]/)
    .filter(p => p.length > 1)
  const products = mission.products
    .map(p => ({ p, hits: parts.filter(w => p.id.split(' ').includes(w)).length }))
    .filter(({ hits }) => hits > 0)
    .toSorted((a, b) => b.hits - a.hits)
    .slice(0, 4)
  return [
    ...names.map(name => ({ text: name, href: `/${mission.id}/file/${encodeURIComponent(name)}` })),
    ...products.map(({ p }) => ({ text: `${p.id}: ${p.title}`, href: `/${mission.id}/data/${productName(p).slug}` })),
    { text: `all products of ${mission.title}`, href: `/${mission.id}/data` },
  ]
}
