import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openDb } from '#services/db'
import { makeSignInLink } from '#services/people'
import { addCell, addFile, addJob } from '#test/ledger'
import { openTestSite } from '#test/site'
import type { TestSite } from '#test/site'

let site: TestSite
const fgm = 'mms1_fgm_srvy_l2_20261122_v5.1.0.cdf'
const raw = 'mms1_dfg_srvy_l1a_20261122_v1.0.0.cdf'

beforeAll(async () => {
  site = await openTestSite()
  const l1a = await addFile(site, { product: 'dfg srvy l1a', spacecraft: 'mms1', start: '2026-11-22', version: [1, 0, 0] })
  const job = await addJob(site, {
    process: 'calibrate-fgm',
    spacecraft: 'mms1',
    start: '2026-11-22',
    state: 'made',
    tries: 2,
    message: 'exit 197: attitude unreadable',
  })
  const parents = [
    { role: 'l1a', name: l1a.name, file: l1a.id },
    { role: 'attitude', name: 'MMS1_DEFATT_2026326_2026327.V00', file: undefined },
  ]
  const product = { product: 'fgm srvy l2', spacecraft: 'mms1', start: '2026-11-22' }
  await addFile(site, { ...product, version: [5, 0, 0], parents })
  const made = await addFile(site, { ...product, version: [5, 1, 0], parents, job, findings: ['the name and Logical_file_id <disagree>'] })
  await addCell(site, { ...product, have: 'full', next: 'none', reason: { kind: 'complete', text: 'made from everything expected' } })
  const picture = { product: 'summ srvy ql', spacecraft: 'mms1', start: '2026-11-22' }
  await addFile(site, { ...picture, version: [0, 0, 0], bytes: Buffer.from('old picture') })
  await addFile(site, {
    ...picture,
    version: [0, 0, 1],
    bytes: Buffer.from('new picture'),
    parents: [{ role: 'field', name: made.name, file: made.id }],
  })
  const causes = [{ dataset: 'mms2_defatt', partition: '2026-11-22' }]
  await addCell(site, {
    product: 'fgm srvy l2',
    spacecraft: 'mms2',
    start: '2026-11-22',
    have: 'none',
    next: 'waiting',
    due: Date.parse('2026-11-23'),
    reason: { kind: 'inputs', text: 'waits for mms2_defatt', causes },
  })
  await addCell(site, {
    product: 'defatt',
    spacecraft: 'mms2',
    start: '2026-11-22',
    have: 'none',
    next: 'waiting',
    reason: { kind: 'not-arrived', text: 'Definitive attitude has not arrived' },
  })
  const waiting = { kind: 'inputs', text: 'waits for the field' } as const
  await addCell(site, { product: 'summ srvy ql', spacecraft: 'mms2', start: '2026-11-22', have: 'none', next: 'waiting', reason: waiting })
})
afterAll(() => site.close())

const open = async (url: string, headers: Record<string, string> = {}) => {
  const answer = await site.app.inject({ url, headers: { accept: 'text/html', host: 'here.example:8080', ...headers } })
  return { status: answer.statusCode, html: answer.payload, headers: answer.headers }
}
/** The words of a page without its marks. */
const words = (html: string): string =>
  html
    .replace(/<title>.*?<\/title>/, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ')

describe('home', () => {
  test('says the state first, with the number of causes', async () => {
    const { html, status } = await open('/')
    expect(status).toBe(200)
    expect(words(html)).toMatch(/1 of 2 products due by now are made; ! 1 late , one cause\./)
  })
  test('holds the matrix, the newest public files, a picture, the tour, and lines that load from this very address', async () => {
    const { html } = await open('/')
    expect(html).toContain(`href="/mms/file/${fgm}"`)
    expect(html).toContain('/mms/ql/mms1_summ_srvy_ql/2026-11-22.png')
    expect(html).toContain('/mms/why/mms2_fgm_srvy_l2/2026-11-22')
    expect(words(html)).toContain(`curl -O 'http://here.example:8080/download/mms/${fgm}'`)
    expect(html).not.toContain(raw)
  })
  test('every page bears the stamp, and runs only what comes from here', async () => {
    for (const url of [
      '/',
      '/mms',
      '/mms/data',
      '/mms/data/fgm_srvy_l2',
      `/mms/file/${fgm}`,
      '/mms/quicklook',
      '/mms/why/mms2_fgm_srvy_l2/2026-11-22',
      '/ops',
      '/nowhere',
    ]) {
      const { html, headers } = await open(url)
      expect([url, html.includes('<strong>SIMULATED</strong>'), /<title>SIMULATED · /.test(html)]).toEqual([url, true, true])
      expect(headers['content-security-policy']).toContain("script-src 'self'")
      expect(html).not.toMatch(/undefined|NaN|\[object/)
    }
  })
})

describe('data and product', () => {
  test('facets count what is left and name the one whose removal gives results', async () => {
    const { html } = await open('/mms/data?instrument=fgm&level=l1a')
    expect(words(html)).toMatch(/No product matches\. Without instrument fgm: [1-9]\d\b/)
    expect(words((await open('/mms/data?instrument=fgm')).html)).toMatch(/\b3 of [1-9]\d\d products/)
  })
  test('a product the team alone sees says so instead of counting nothing', async () => {
    expect(words((await open('/mms/data?instrument=dfg')).html)).toContain('team only')
    const team = await open('/mms/data?instrument=dfg', { authorization: await site.basic('team') })
    expect(words(team.html)).not.toContain('team only')
  })
  test('the product page has its ribbon, its files, its making', async () => {
    const { html } = await open('/mms/data/fgm_srvy_l2')
    expect(html).toContain('mms2_fgm_srvy_l2 2026-11-22 late')
    expect(words(html)).toMatch(/from dfg srvy l1a , defatt , defeph/)
    expect(html).not.toContain('v5.0.0.cdf')
    expect((await open('/mms/data/fgm_srvy_l2?versions=all')).html).toContain('v5.0.0.cdf')
  })
  test('the time box narrows by overlap; a time that is none is told in place', async () => {
    expect((await open('/mms/data/fgm_srvy_l2?t=2026-11-22T23:00/23:30')).html).toContain(fgm)
    expect((await open('/mms/data/fgm_srvy_l2?t=2026-11-23')).html).not.toContain(`/mms/file/${fgm}`)
    const wrong = await open('/mms/data/fgm_srvy_l2?t=soon')
    expect([wrong.status, wrong.html.includes('&quot;soon&quot; is no time') || wrong.html.includes('"soon" is no time')]).toEqual([
      200,
      true,
    ])
    expect(wrong.html).toContain(fgm)
  })
})

describe('file', () => {
  test('versions, checksum, findings, tries, citation', async () => {
    const { html } = await open(`/mms/file/${fgm}`)
    expect(html).toMatch(/[0-9a-f]{64}/)
    expect(html).toContain('the name and Logical_file_id &lt;disagree')
    expect(words(html)).toMatch(/exit 197: attitude unreadable/)
    expect(words(html)).toContain('Simulated data: not for publication.')
    expect(html).toContain('/mms/file/mms1_fgm_srvy_l2_20261122_v5.0.0.cdf')
  })
  test('lineage goes to the picture; a hidden parent has its place and no name, for the team it has both', async () => {
    const { html } = await open(`/mms/file/${fgm}`)
    expect(html).toContain('/mms/file/mms1_summ_srvy_ql_20261122_v0.0.1.png')
    expect(words(html)).toContain('mms1_dfg_srvy_l1a 2026-11-22, for the team only')
    expect(html).not.toContain(raw)
    const team = await open(`/mms/file/${fgm}`, { authorization: await site.basic('team', 'second') })
    expect(team.html).toContain(`/mms/file/${raw}`)
    expect(words(team.html)).toContain('MMS1_DEFATT_2026326_2026327.V00 that is not held here')
  })
  test('what is not there is 404 with the nearest names; what is hidden is not there', async () => {
    const typo = await open('/mms/file/mms1_fgm_srvy_l2_20261132_v5.1.0.cdf')
    expect([typo.status, typo.html.includes(fgm)]).toEqual([404, true])
    const hidden = await open(`/mms/file/${raw}`)
    expect(hidden.status).toBe(404)
    expect(hidden.html).not.toContain(`/mms/file/${raw}`)
  })
})

describe('quicklook', () => {
  test('the alias gives the newest version, and is asked again each time', async () => {
    const alias = await open('/mms/ql/mms1_summ_srvy_ql/2026-11-22.png')
    expect([alias.status, alias.html, alias.headers['content-type'], alias.headers['cache-control']]).toEqual([
      200,
      'new picture',
      'image/png',
      'no-cache',
    ])
    const again = await open('/mms/ql/mms1_summ_srvy_ql/2026-11-22.png', { 'if-none-match': String(alias.headers['etag']) })
    expect(again.status).toBe(304)
    expect((await open('/mms/ql/mms1_summ_srvy_ql/2026-11-30.png')).status).toBe(404)
  })
  test('a day without a picture says why', async () => {
    const { html } = await open('/mms/quicklook?day=2026-11-22&sc=mms2')
    expect(words(html)).toContain('The picture of MMS2 on 2026-11-22 is waiting: waits for the field.')
    expect(html).toContain('/mms/why/mms2_summ_srvy_ql/2026-11-22')
    expect(words((await open('/mms/quicklook?day=2027-01-01')).html)).toContain('No summ srvy ql picture of MMS1 is expected on 2027-01-01')
  })
})

describe('why and operations', () => {
  test('the chain as a page, to its root', async () => {
    const { html } = await open('/mms/why/mms2_fgm_srvy_l2/2026-11-22')
    expect(words(html)).toMatch(/late : waits for mms2_defatt/)
    expect(words(html)).toMatch(/mms2_defatt 2026-11-22 root Definitive attitude has not arrived/)
    expect((await open('/mms/why/mms2_fgm_srvy_l2/1999-01-01')).status).toBe(404)
  })
  test('operations list what is not made; quarantine counts for all, names for the team', async () => {
    await site.db
      .insertInto('quarantine')
      .values({
        at: new Date(site.clock.now),
        mission: 'mms',
        name: 'strange.bin',
        size: 9,
        sha256: null,
        path: null,
        code: 'ingest/x',
        reason: 'it fits no name',
        actor: 'drop folder',
      })
      .execute()
    const { html } = await open('/ops')
    expect(words(html)).toContain('Definitive attitude has not arrived')
    expect(words(html)).toContain('1 delivery was refused')
    expect(html).not.toContain('strange.bin')
    const team = await open('/ops', { authorization: await site.basic('operator') })
    for (const heading of ['Held: less than before', 'Campaigns', 'Code releases']) {
      expect(team.html).toContain(heading)
      expect(html).not.toContain(heading)
    }
    expect(words(team.html)).toMatch(/strange\.bin .*it fits no name/)
  })
})

describe('a job', () => {
  test('its tries and what it makes for all; the files it reads for the team', async () => {
    const l1a = await addFile(site, { product: 'dfg srvy l1a', spacecraft: 'mms3', start: '2026-11-20', version: [1, 0, 0] })
    const inputs = [{ role: 'l1a', file: l1a.id, name: l1a.name }]
    const message = `cannot read ${l1a.name}`
    const id = await addJob(site, {
      process: 'calibrate-fgm',
      spacecraft: 'mms3',
      start: '2026-11-20',
      state: 'failed',
      tries: 3,
      message,
      inputs,
    })
    const { html } = await open(`/ops/job/${id}`)
    expect(words(html)).toMatch(/failed : cannot read a file of mms3_dfg_srvy_l1a/)
    expect(html).toContain('/mms/why/mms3_fgm_srvy_l2/2026-11-20')
    expect(html).not.toContain(l1a.name)
    const team = await open(`/ops/job/${id}`, { authorization: await site.basic('team', 'third') })
    expect(team.html).toContain(`/mms/file/${l1a.name}`)
    for (const none of ['999999', 'x', '1.5']) expect((await open(`/ops/job/${none}`)).status).toBe(404)
  })
})

describe('signing in', () => {
  test('the link opens a session once; signing out ends it', async () => {
    const link = await makeSignInLink(site.db, { name: 'operator', role: 'operator' }, site.clock.now)
    const first = await open(link)
    expect([first.status, first.headers['location']]).toEqual([303, '/'])
    const cookie = String(first.headers['set-cookie'])
    expect(cookie).toMatch(/HttpOnly; SameSite=Lax/)
    const session = cookie.split(';')[0] ?? ''
    expect((await open(`/mms/file/${raw}`, { cookie: session })).status).toBe(200)
    expect(words((await open('/', { cookie: session })).html)).toContain('operator sign out')
    const second = await open(link)
    expect([second.status, words(second.html).includes('was used or is too old')]).toEqual([410, true])
    await site.app.inject({ method: 'POST', url: '/sign-out', headers: { cookie: session } })
    expect((await open(`/mms/file/${raw}`, { cookie: session })).status).toBe(404)
  })
})

test('style, font and script come from here and may be kept for ever', async () => {
  const { html } = await open('/')
  const assets = [...html.matchAll(/"(\/assets\/[^"]+)"/g)].map(m => m[1] ?? '')
  expect(assets).toHaveLength(4)
  for (const url of assets) {
    const asset = await site.app.inject({ url })
    expect([asset.statusCode, asset.rawPayload.byteLength > 100, asset.headers['cache-control']]).toEqual([
      200,
      true,
      'public, max-age=31536000, immutable',
    ])
  }
  expect((await site.app.inject({ url: '/assets/x/..%2f..%2fpackage.json' })).statusCode).toBe(404)
})

test('a surprise is a page that keeps its secrets; programs get text or JSON', async () => {
  const broken = await openTestSite({ db: openDb({ host: '/nowhere', user: 'nobody', database: 'none' }) })
  const page = await broken.app.inject({ url: '/api/v1/status' })
  expect([page.statusCode, page.json().error.code]).toEqual([500, 'server/surprise'])
  expect((await broken.app.inject({ url: '/mms/sdc/public/files/api/v1/file_info/science' })).statusCode).toBe(500)
  const home = await broken.app.inject({ url: '/ops', headers: { accept: 'text/html' } })
  expect([home.statusCode, words(home.payload).includes('quote request'), home.payload.includes('/nowhere')]).toEqual([500, true, false])
  await broken.close()
})
