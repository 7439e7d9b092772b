import { readdir, readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addCell, addFile, addJob } from '#test/ledger'
import { openTestSite } from '#test/site'
import type { TestSite } from '#test/site'

let site: TestSite
const waived: unknown[] = []
const taken: { path: string; name: string; actor: string; text: string }[] = []

beforeAll(async () => {
  site = await openTestSite({
    waivers: { add: async act => void waived.push(act), revoke: async act => void waived.push({ ...act, revoke: true }) },
    ingest: async (path, { name, actor }) => {
      taken.push({ path, name, actor, text: await readFile(path, 'utf8') })
      return name.startsWith('bad') ? { outcome: 'quarantined', reason: 'it fits no name' } : { outcome: 'stored', file: name }
    },
  })
  const l1a = await addFile(site, { product: 'dfg srvy l1a', spacecraft: 'mms1', start: '2026-11-21', version: [1, 0, 0] })
  const job = await addJob(site, {
    process: 'calibrate-fgm',
    spacecraft: 'mms1',
    start: '2026-11-21',
    state: 'made',
    inputs: [{ role: 'l1a', file: l1a.id, name: l1a.name }],
  })
  const parents = [
    { role: 'l1a', name: l1a.name, file: l1a.id },
    { role: 'attitude', name: 'MMS1_DEFATT_2026325_2026326.V00', file: undefined },
  ]
  const fgm = { product: 'fgm srvy l2', spacecraft: 'mms1', start: '2026-11-21' }
  await addFile(site, { ...fgm, version: [5, 0, 0], parents, job })
  await addFile(site, { ...fgm, version: [5, 1, 0], parents, job, findings: ['a remark'] })
  await addFile(site, { ...fgm, start: '2026-11-22', version: [5, 0, 0] })
  const causes = [{ dataset: 'mms2_tlm_srvy_l0', partition: '20261121040000' }]
  const lost = 'mms2_tlm_srvy_l0_20261121040000_v1.0.0.pkts never came'
  await addCell(site, {
    product: 'tlm srvy l0',
    spacecraft: 'mms2',
    start: '2026-11-21T04:00:00Z',
    have: 'none',
    next: 'lost',
    reason: { kind: 'lost', text: lost },
  })
  await addCell(site, {
    product: 'dfg srvy l1a',
    spacecraft: 'mms2',
    start: '2026-11-21',
    have: 'none',
    next: 'waiting',
    due: Date.parse('2026-11-22'),
    reason: { kind: 'inputs', text: 'waits', causes },
  })
  await addCell(site, {
    product: 'fgm srvy l2',
    spacecraft: 'mms1',
    start: '2026-11-21',
    have: 'full',
    next: 'none',
    reason: { kind: 'complete', text: 'made' },
  })
  await addJob(site, {
    process: 'ephemeris',
    spacecraft: 'mms1',
    start: '2026-11-21',
    state: 'failed',
    message: `cannot read ${l1a.name}`,
    tries: 2,
  })
})
afterAll(() => site.close())

const ask = async (path: string, authorization?: string) => {
  const answer = await site.app.inject({ url: `/api/v1${path}`, headers: authorization === undefined ? {} : { authorization } })
  return { status: answer.statusCode, body: answer.json() }
}

describe('files', () => {
  test('search means overlap, newest version, and counts what it does not show', async () => {
    const { body } = await ask('/files?mission=mms&product=fgm+srvy+l2&from=2026-11-21T23:00&to=2026-11-22T00:00:00Z')
    expect(body.files.map((f: { name: string }) => f.name)).toEqual(['mms1_fgm_srvy_l2_20261121_v5.1.0.cdf'])
    expect((await ask('/files?limit=1&versions=all')).body).toMatchObject({ total: 3, files: [{ start: '2026-11-22T00:00:00.000Z' }] })
  })
  test('one file with its versions and parents; what policy hides has no name', async () => {
    const { body } = await ask('/files/mms1_fgm_srvy_l2_20261121_v5.1.0.cdf')
    expect(body).toMatchObject({
      version: '5.1.0',
      latest: true,
      findings: ['a remark'],
      download: '/download/mms/mms1_fgm_srvy_l2_20261121_v5.1.0.cdf',
    })
    expect(body.sha256).toMatch(/^[0-9a-f]{64}$/)
    expect(body.versions.map((v: { version: string }) => v.version)).toEqual(['5.1.0', '5.0.0'])
    expect(body.parents).toEqual([
      { role: 'attitude', name: null, dataset: null, partition: null, held: false, version: null, sha256: null },
      { role: 'l1a', name: null, dataset: 'mms1_dfg_srvy_l1a', partition: '2026-11-21', held: true, version: null, sha256: null },
    ])
    const team = await ask('/files/mms1_fgm_srvy_l2_20261121_v5.1.0.cdf', await site.basic('team'))
    expect(team.body.parents[1]).toMatchObject({ name: 'mms1_dfg_srvy_l1a_20261121_v1.0.0.cdf', version: '1.0.0' })
    expect((await ask('/files/mms1_dfg_srvy_l1a_20261121_v1.0.0.cdf')).status).toBe(404)
  })
  test('a question that cannot be read is told which part', async () => {
    for (const [query, word] of [
      ['limit=0', 'limit'],
      ['from=yesterday', 'the parameter from does not fit: a day or a moment in UTC is needed, e.g. 2026-11-23'],
      ['to=2026-13-01', 'a day or a moment in UTC is needed'],
      ['versions=some', 'versions'],
      ['start=yesterday', 'there is no parameter start; known are: '],
      ['limit=abc', 'the parameter limit does not fit'],
    ] as const) {
      const { status, body } = await ask(`/files?${query}`)
      expect([status, body.error.code, body.error.message.includes(word)]).toEqual([400, 'access/bad-question', true])
    }
    expect((await ask('/cells?mission=nowhere')).body.error.code).toBe('access/no-such-mission')
    expect((await ask('/files/x?mission=nowhere')).body.error.code).toBe('access/no-such-mission')
  })
})

describe('cells and why', () => {
  test('the state is what people see, with its reason', async () => {
    const { body } = await ask('/cells?open=true')
    expect(body.map((c: { dataset: string; state: string }) => [c.dataset, c.state])).toEqual([
      ['mms2_tlm_srvy_l0', 'lost'],
      ['mms2_dfg_srvy_l1a', 'late'],
    ])
  })
  test('the chain goes to the root, and names no hidden file', async () => {
    const { body } = await ask('/why?mission=mms&dataset=mms2_dfg_srvy_l1a&partition=2026-11-21')
    expect(body.chain.map((l: { state: string; reason: string }) => [l.state, l.reason])).toEqual([
      ['late', 'waits'],
      ['lost', 'a file of mms2_tlm_srvy_l0 never came'],
    ])
    const { status, body: none } = await ask('/why?mission=mms&dataset=mms9_x&partition=2026-11-21')
    expect([status, none.error.code]).toEqual([404, 'access/no-such-cell'])
  })
})

describe('cells of a mission, page by page', () => {
  test('pages, states, and what does not fit', async () => {
    const first = (await ask('/mms/cells?limit=2')).body
    expect(first.cells).toHaveLength(2)
    const second = (await ask(`/mms/cells?limit=2&after=${first.next}`)).body
    expect([second.cells.length, second.next]).toEqual([1, null])
    const states = async (query: string): Promise<readonly string[]> =>
      (await ask(`/mms/cells?${query}`)).body.cells.map((c: { state: string }) => c.state)
    expect(await states('state=late,lost')).toEqual(['lost', 'late'])
    expect(await states('state=made&spacecraft=mms2')).toEqual([])
    const { status, body } = await ask('/mms/cells?state=tardy')
    expect([status, body.error.message.startsWith('there is no state tardy')]).toEqual([400, true])
    expect((await ask('/mms/cells?after=x')).body.error.code).toBe('access/bad-page')
    expect((await ask('/nowhere/cells')).status).toBe(404)
    expect((await ask('/mms/why/mms2_dfg_srvy_l1a/2026-11-21')).body.chain).toHaveLength(2)
  })
  test('an operator waives and takes back; nobody else does', async () => {
    let asked = 0
    const act = async (method: 'POST' | 'DELETE', role: 'team' | 'operator', payload: object): Promise<number> =>
      (
        await site.app.inject({
          method,
          url: '/api/v1/mms/waivers',
          payload,
          headers: { authorization: await site.basic(role, `waiver-${asked++}`) },
        })
      ).statusCode
    const cell = { dataset: 'mms2_dfg_srvy_l1a', partition: '2026-11-21' }
    expect(await act('POST', 'team', { ...cell, reason: 'lost' })).toBe(403)
    expect(await act('POST', 'operator', cell)).toBe(400)
    expect(await act('POST', 'operator', { ...cell, reason: 'lost' })).toBe(200)
    expect(await act('DELETE', 'operator', cell)).toBe(200)
    expect(waived).toMatchObject([
      { mission: 'mms', ...cell, reason: 'lost' },
      { revoke: true, ...cell },
    ])
    expect((await ask('/mms/waivers')).body).toEqual([])
  })
})

describe('jobs, status, quarantine', () => {
  test('jobs without the files that are not public; with them for the team', async () => {
    const { body } = await ask('/jobs?state=failed')
    expect(body).toMatchObject([{ process: 'ephemeris', tries: 2, message: 'cannot read a file of mms1_dfg_srvy_l1a', inputs: [] }])
    const one = await ask(`/jobs/${body[0].id}`, await site.basic('team', 'jobs'))
    expect(one.body.attempts).toHaveLength(2)
    expect(one.body.message).toContain('v1.0.0.cdf')
    expect((await ask('/jobs/none')).status).toBe(404)
  })
  test('status counts what the asker may see', async () => {
    const open = await ask('/status')
    expect(open.body).toMatchObject({
      simulated: true,
      missions: [{ mission: 'mms', files: 3, cells: { made: 1, late: 1, lost: 1 }, jobs: { failed: 1 } }],
    })
    expect((await ask('/status', await site.basic('team', 'counter'))).body.missions[0].files).toBe(4)
  })
  test('quarantine is for the team', async () => {
    expect((await ask('/quarantine')).status).toBe(401)
    expect((await ask('/quarantine', await site.basic('viewer'))).status).toBe(403)
    expect(await ask('/quarantine', await site.basic('team', 'q'))).toEqual({ status: 200, body: [] })
  })
  test('every question is in the OpenAPI page', async () => {
    const { body } = await ask('/openapi.json')
    expect(Object.keys(body.paths).sort()).toEqual(
      [
        'campaigns',
        'campaigns/{campaign}',
        'campaigns/{campaign}/approve',
        'campaigns/{campaign}/cancel',
        'campaigns/{campaign}/pause',
        'campaigns/{campaign}/resume',
        'cells',
        'code',
        'code/{package}/rollback',
        'code/{package}/{digest}/compare',
        'code/{package}/{digest}/promote',
        'code/{package}/{digest}/report',
        'code/{package}/{digest}/report.txt',
        'code/{package}/{digest}/stage',
        'files',
        'files/{name}',
        'held',
        'held/{job}/reject',
        'held/{job}/release',
        'jobs',
        'jobs/{id}',
        'jobs/{id}/cancel',
        'jobs/{id}/log',
        'jobs/{id}/retry',
        'jobs/{id}/triage.zip',
        'live',
        'missions',
        'products',
        'quarantine',
        'status',
        'upload',
        'why',
        '{mission}/burst/arrivals',
        '{mission}/burst/commands',
        '{mission}/burst/duty',
        '{mission}/burst/forecast',
        '{mission}/burst/reports',
        '{mission}/burst/segments',
        '{mission}/burst/segments/edits',
        '{mission}/burst/selectors',
        '{mission}/burst/submissions/{id}/decision',
        '{mission}/burst/windows',
        '{mission}/burst/windows/{evaluation}',
        '{mission}/burst/windows/{evaluation}/account',
        '{mission}/burst/windows/{evaluation}/drafts',
        '{mission}/burst/windows/{evaluation}/drafts/{name}',
        '{mission}/burst/windows/{evaluation}/explanation',
        '{mission}/burst/windows/{evaluation}/forecast',
        '{mission}/burst/windows/{evaluation}/mend',
        '{mission}/burst/windows/{evaluation}/submissions',
        '{mission}/burst/windows/{evaluation}/validate',
        '{mission}/campaigns',
        '{mission}/cells',
        '{mission}/processes/{process}/job',
        '{mission}/waivers',
        '{mission}/why/{dataset}/{partition}',
      ]
        .map(p => `/api/v1/${p}`)
        .sort(),
    )
    expect(body.paths['/api/v1/files'].get.parameters.map((p: { name: string }) => p.name)).toContain('from')
    const products = await ask('/products?mission=mms')
    expect(products.body).toContainEqual(expect.objectContaining({ id: 'fgm srvy l2', level: 'l2', public: true }))
    expect((await ask('/missions')).body).toHaveLength(1)
  })
})

describe('upload', () => {
  const send = async (url: string, payload: string, authorization?: string, type = 'application/octet-stream') =>
    site.app.inject({
      method: 'POST',
      url,
      payload,
      headers: { 'content-type': type, ...(authorization === undefined ? {} : { authorization }) },
    })

  test('bytes go to ingest unchanged, the act is written down, no temporary file stays', async () => {
    const authorization = await site.basic('instrument', 'swri')
    const answer = await send('/api/v1/upload?file=good.cdf', 'a=1&b=2', authorization, 'application/x-www-form-urlencoded')
    expect([answer.statusCode, answer.json()]).toEqual([200, { outcome: 'stored', file: 'good.cdf' }])
    expect(taken.at(-1)).toMatchObject({ name: 'good.cdf', actor: 'swri', text: 'a=1&b=2' })
    const refused = await send('/api/v1/upload?file=bad.cdf', 'x', authorization)
    expect(refused.json()).toEqual({ outcome: 'quarantined', reason: 'it fits no name' })
    expect(await readdir(site.incoming)).toEqual([])
    const acts = await site.db
      .selectFrom('audit')
      .select(['actor', 'object', 'detail'])
      .where('act', '=', 'file.upload')
      .orderBy('id')
      .execute()
    expect(acts).toEqual([
      { actor: 'swri', object: 'good.cdf', detail: { outcome: 'stored' } },
      { actor: 'swri', object: 'bad.cdf', detail: { outcome: 'quarantined', reason: 'it fits no name' } },
    ])
  })
  test('who may not, and names that are none, are refused before a byte is kept', async () => {
    const before = taken.length
    expect((await send('/api/v1/upload?file=x.cdf', 'x')).statusCode).toBe(401)
    expect((await send('/api/v1/upload?file=x.cdf', 'x', await site.basic('team', 'reader'))).statusCode).toBe(403)
    const authorization = await site.basic('instrument', 'careless')
    for (const name of ['', '../x.cdf', '.hidden', 'a%2Fb.cdf'])
      expect((await send(`/api/v1/upload?file=${name}`, 'x', authorization)).statusCode).toBe(400)
    expect(taken).toHaveLength(before)
  })
})
