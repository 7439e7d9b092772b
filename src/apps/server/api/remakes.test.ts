import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { forecast } from '#domain/process'
import { findRelease, recordReport, registerRelease } from '#services/code'
import { withTx } from '#services/db'
import { moveCampaign, rejectHeld } from '#services/pipeline'
import { addFile, addJob } from '#test/ledger'
import { openTestSite } from '#test/site'
import type { TestSite } from '#test/site'

let site: TestSite
const staged: unknown[] = []
const variable = { name: 'B', state: 'changed' as const, attributes: [], compared: 10, changedRecords: 3, onlyBefore: 0, onlyAfter: 0 }
const compared = {
  runs: { made: 1, noData: 0, failed: 0 },
  failures: [],
  outputs: [
    {
      process: 'p',
      spacecraft: 'mms1',
      partition: '2026-11-21',
      name: 'new.cdf',
      base: 'old.cdf',
      result: 'differs' as const,
      attributes: [],
      variables: [{ ...variable, largest: 0.5, median: 0.25 }],
    },
  ],
}
let campaign = 0
let job = 0
const never = async (): Promise<never> => Promise.reject(new Error('not asked for here'))

beforeAll(async () => {
  site = await openTestSite({
    remakes: {
      release: never,
      reject: async act => {
        const row = await site.db.selectFrom('job').selectAll().where('id', '=', act.job).executeTakeFirstOrThrow()
        const context = {
          db: site.db,
          missions: [site.mission],
          dispatch: async () => undefined,
          findForgotten: never,
          settings: { settle: 0 },
        }
        await rejectHeld({ ...context, clock: () => site.clock.now, log: pino({ level: 'silent' }) }, row, act)
      },
      propose: async (scope, words) => ({ id: 7, works: scope.products.length, forecast: forecast([], [], 1, site.clock.now), ...words }),
      move: (act, to) => moveCampaign(site.db, act, to, site.clock.now),
      promote: never,
      stage: async (name, digest, scope, actor) => {
        staged.push([name, digest, scope, actor])
        return []
      },
      compare: async (name, digest, actor) => {
        const release = await findRelease(site.db, name, digest)
        const comparison = { ...compared, package: name, digest: release.digest }
        await recordReport(site.db, release, actor, comparison, site.clock.now)
        return comparison
      },
      rollBack: async () => undefined,
    },
  })
  const { now } = site.clock
  const row = { mission: 'mms', title: 'new offsets', state: 'proposed' as const, proposed_by: 'Ada', proposed_at: new Date(now) }
  const texts = { cause: JSON.stringify({ kind: 'person' }), scope: '{}', forecast: JSON.stringify(forecast([], [], 1, now)) }
  const made = await site.db
    .insertInto('campaign')
    .values({ ...row, ...texts })
    .returning('id')
    .executeTakeFirstOrThrow()
  campaign = made.id
  const old = await addFile(site, { product: 'fgm srvy l2', spacecraft: 'mms1', start: '2026-11-21', version: [5, 0, 0] })
  job = await addJob(site, { process: 'calibrate-fgm', spacecraft: 'mms1', start: '2026-11-21', state: 'made' })
  await site.db.updateTable('job').set({ state: 'held', message: 'it holds less' }).where('id', '=', job).execute()
  const less = JSON.stringify([{ what: 'records', before: 10, after: 9 }])
  const held = { job, name: 'mms1_fgm_srvy_l2_20261121_v5.0.1.cdf', dataset: 'mms1_fgm_srvy_l2', path: '/nowhere', size: 9 }
  await site.db
    .insertInto('held_output')
    .values({ ...held, sha256: 'ab'.repeat(32), replaces: old.id, less, at: new Date(now) })
    .execute()
  const tree = { digest: 'cd'.repeat(32), entries: [], bytes: 0 }
  const release = { package: 'mms', tree, source: 'a test', rise: 'quality' as const, note: '', actor: 'Ada' }
  await withTx(site.db, tx => registerRelease(tx, release, now))
})
afterAll(() => site.close())

async function ask(method: 'GET' | 'POST', url: string, role?: 'viewer' | 'team' | 'operator', payload?: object) {
  const headers = role === undefined ? {} : { authorization: await site.basic(role, `${role}-${Math.random()}`) }
  const answer = await site.app.inject({ method, url: `/api/v1${url}`, headers, ...(payload === undefined ? {} : { payload }) })
  return { status: answer.statusCode, body: answer.json() }
}

describe('who may see remakes', () => {
  test.each(['/held', '/campaigns', '/code'])('%s is for the team', async url => {
    expect((await ask('GET', url)).status).toBe(401)
    expect((await ask('GET', url, 'viewer')).status).toBe(403)
    expect((await ask('GET', url, 'team')).status).toBe(200)
  })

  test.each([
    ['/held/1/release', { reason: 'x' }],
    ['/campaigns/1/approve', {}],
    ['/mms/campaigns', { products: ['fgm srvy l2'], title: 'x' }],
    ['/code/mms/rollback', { reason: 'x' }],
  ])('%s is for operators', async (url, body) => expect((await ask('POST', url, 'team', body)).status).toBe(403))
})

test('a campaign is seen and moved by the table of moves, and its move is in the audit', async () => {
  expect((await ask('GET', '/campaigns', 'team')).body).toMatchObject([{ id: campaign, state: 'proposed', works: {}, report: null }])
  expect((await ask('POST', `/campaigns/${campaign}/resume`, 'operator', {})).status).toBe(409)
  expect(await ask('POST', `/campaigns/${campaign}/approve`, 'operator', { reason: 'agreed' })).toMatchObject({
    status: 200,
    body: { state: 'approved' },
  })
  expect((await ask('GET', `/campaigns/${campaign}`, 'team')).body.approvedBy).toContain('operator-')
  expect((await ask('POST', '/campaigns/99/cancel', 'operator', {})).status).toBe(404)
  expect((await ask('POST', '/campaigns/x/cancel', 'operator', {})).body.error.message).toBe('"x" is no number of a campaign')
})

test('a proposal names what it would make; products are checked', async () => {
  const body = { products: ['fgm srvy l2'], from: '2026-11-01', title: 'offsets' }
  expect(await ask('POST', '/mms/campaigns', 'operator', body)).toMatchObject({ status: 200, body: { id: 7, works: 1 } })
  expect((await ask('POST', '/mms/campaigns', 'operator', { ...body, products: ['fgm'] })).body.error.message).toBe(
    'mms has no product fgm',
  )
  expect((await ask('POST', '/mms/campaigns', 'operator', { ...body, range: 1 })).body.error.message).toContain(
    'there is no parameter range',
  )
})

test('what is held is listed with its numbers, and rejected with a reason', async () => {
  const [held] = (await ask('GET', '/held', 'team')).body
  expect(held).toMatchObject({ job, process: 'calibrate-fgm', outputs: [{ less: [{ what: 'records', before: 10, after: 9 }] }] })
  expect(held.outputs[0].replaces).toContain('_v5.0.0.cdf')
  expect((await ask('POST', `/held/${job}/reject`, 'operator', {})).status).toBe(400)
  expect((await ask('POST', `/held/${job}/reject`, 'operator', { reason: 'a broken delivery' })).body).toEqual({ rejected: true })
  expect((await ask('GET', '/held', 'team')).body).toEqual([])
})

test('releases are listed; the acts are in the OpenAPI page', async () => {
  expect((await ask('GET', '/code', 'team')).body).toMatchObject([{ package: 'mms', state: 'registered', registeredBy: 'Ada' }])
  expect((await ask('POST', '/code/mms/rollback', 'operator', { reason: 'spikes' })).body).toEqual({ proposed: null })
  const { paths } = (await ask('GET', '/openapi.json')).body
  expect(paths['/api/v1/campaigns/{campaign}/approve'].post.summary).toBe('Let a campaign run (role operator)')
  expect(paths['/api/v1/held/{job}/release'].post.requestBody.content['application/json'].schema.required).toEqual(['reason'])
})

test('a release is tried and compared; the report is read as JSON and as text', async () => {
  expect((await ask('POST', '/code/mms/cdcd/stage', 'team', {})).status).toBe(403)
  expect((await ask('POST', '/code/mms/cdcd/stage', 'operator', { limit: 0 })).status).toBe(400)
  expect((await ask('POST', '/code/mms/cdcd/stage', 'operator', { from: '2026-11-21', limit: 3 })).body).toEqual([])
  expect(staged).toEqual([['mms', 'cdcd', { from: Date.UTC(2026, 10, 21), limit: 3 }, expect.stringContaining('operator')]])
  expect((await ask('GET', '/code/mms/cdcd/report', 'team')).status).toBe(404)
  expect((await ask('POST', '/code/mms/cdcd/compare', 'operator', {})).body.outputs).toHaveLength(1)
  const { body } = await ask('GET', '/code/mms/cdcd/report', 'team')
  expect(body).toMatchObject({ package: 'mms', runs: { made: 1 }, outputs: [{ variables: [{ name: 'B', largest: 0.5 }] }] })
  const text = await site.app.inject({
    url: '/api/v1/code/mms/cdcd/report.txt',
    headers: { authorization: await site.basic('team', 'reader') },
  })
  expect(text.headers['content-type']).toContain('text/plain')
  expect(text.body).toMatch(/^mms cdcdcdcdcdcd: 1 works made/)
  expect(text.body).toMatch(/ {2}B +changed +10 +3 +0 +0 +0.250 +0.500/)
  expect((await site.app.inject({ url: '/api/v1/code/mms/cdcd/report.txt' })).statusCode).toBe(401)
})

test('a file says to the team what made it: code, environment, parameters', async () => {
  const row = { job, number: 9, worker: 'w', token: 'made', started_at: new Date(site.clock.now), outcome: 'made' as const }
  const jobFile = { parameters: { gain: 2 }, generationTime: '2026-11-23T00:00:00.000Z', seed: 5 }
  const making = {
    package: 'mms',
    code: 'cd'.repeat(32),
    environment: 'ef'.repeat(32),
    recipe: 'ab'.repeat(32),
    job_file: JSON.stringify(jobFile),
  }
  await site.db
    .insertInto('attempt')
    .values({ ...row, ...making })
    .execute()
  const detail = JSON.stringify({ interpreter: 'node v24' })
  await site.db.insertInto('environment').values({ fingerprint: making.environment, detail, first_seen: row.started_at }).execute()
  const { name } = await addFile(site, { product: 'fgm srvy l2', spacecraft: 'mms2', start: '2026-11-21', version: [5, 0, 0], job })
  expect((await ask('GET', `/files/${name}`)).body.made).toBeNull()
  const { job_file: _file, ...told } = making
  expect((await ask('GET', `/files/${name}`, 'team')).body.made).toEqual({
    job,
    process: 'calibrate-fgm',
    ...told,
    environment: { interpreter: 'node v24' },
    ...jobFile,
  })
})
