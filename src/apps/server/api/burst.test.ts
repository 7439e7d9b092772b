import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openWindow } from '#services/burst'
import { openTestSite } from '#test/site'
import type { TestSite } from '#test/site'

let site: TestSite
let anna: string
let admin: string
const evaluation = '2026-327T08:00:00'
const t0 = 2_174_000_000
const base = `/api/v1/mms/burst/windows/${encodeURIComponent(evaluation)}`

beforeAll(async () => {
  site = await openTestSite({ waivers: { add: async () => undefined, revoke: async () => undefined } })
  anna = await site.basic('team', 'anna')
  admin = await site.basic('operator', 'olga')
  await openWindow(
    site.db,
    {
      mission: 'mms',
      automatic: {
        form: 'fom-structure/1',
        valid: true,
        algversion: '1.8',
        cycles: { timestamps: Array.from({ length: 200 }, (_, i) => t0 + 10 * i), mdq: Array.from({ length: 200 }, () => 5) },
        segments: [{ start: 10, stop: 30, fom: 33, sourceid: 'ABS' }],
        settings: {
          targetbuffs: 360,
          fomave: 0,
          targetratio: 1,
          minsegmentsize: 12,
          maxsegmentsize: 60,
          pad: 1,
          searchratio: 1,
          fomwindowsize: 10,
          fomslope: 20,
          fomskew: 0,
          fombias: 1,
        },
        metadatainfo: 'MMS1=100.00% MMS2=100.00% MMS3=100.00% MMS4=100.00%',
        oldestavailableburstdata: '',
        metadataevaltime: evaluation,
      },
      regions: [],
      openedAt: site.clock.now,
      deadline: site.clock.now + 30 * 3_600_000,
    },
    'BDM',
  )
})
afterAll(() => site.close())

const get = (url: string, authorization = anna) => site.app.inject({ url, headers: { authorization } })
const post = (url: string, payload: object, authorization = anna) =>
  site.app.inject({ method: 'POST', url, headers: { authorization }, payload })
const selection = (fom: number, final = false) => ({
  frame: { note: '', evaluation, close: t0 + 3000, final },
  segments: [{ id: 1, start: 40, stop: 55, fom, spacecraft: 15, comment: 'front, weak', tags: [], source: 'anna(desk)' }],
  next: 2,
})

// One story: each test goes on where the one before ended.
describe('burst selection', { shuffle: false }, () => {
  test('is for the team, and roles are given by an operator', async () => {
    expect((await site.app.inject({ url: base })).statusCode).toBe(401)
    expect((await post('/api/v1/mms/burst/selectors', { person: 'anna', role: 'sitl' })).statusCode).toBe(403)
    expect((await post(`${base}/submissions`, { selection: selection(60) })).statusCode).toBe(403)
    expect((await post('/api/v1/mms/burst/selectors', { person: 'anna', role: 'sitl' }, admin)).json()).toEqual({
      person: 'anna',
      role: 'sitl',
    })
    const duty = { person: 'anna', place: 'duty', from: '2026-11-20T00:00:00Z', to: '2026-11-27T00:00:00Z' }
    expect((await post('/api/v1/mms/burst/duty', duty, admin)).statusCode).toBe(200)
    expect((await get('/api/v1/mms/burst/windows')).json()).toMatchObject({
      windows: [{ evaluation, state: 'open' }],
      duty: [{ person: 'anna', place: 'duty' }],
    })
  })

  test('a window has all that is needed to select', async () => {
    expect((await get(base)).json()).toMatchObject({
      cycles: { step: 10 },
      automatic: { segments: [{ start: 10, stop: 30, fom: 33 }] },
      facts: { received: [100, 100, 100, 100] },
    })
    expect((await get('/api/v1/mms/burst/windows/never')).json()).toMatchObject({ error: { code: 'burst/no-window' } })
  })

  test('drafts, verdicts and a final submission, each once', async () => {
    expect((await post(`${base}/validate`, { selection: selection(300) })).json()).toMatchObject({
      worst: 'error',
      findings: [{ rule: 'E1' }, { rule: 'O1' }],
    })
    expect((await post(`${base}/drafts`, { name: 'one', selection: selection(60) })).json()).toEqual({ saved: 'one' })
    expect((await post(`${base}/drafts`, { name: 'one', selection: selection(60) })).statusCode).toBe(409)
    expect((await get(`${base}/drafts/one`)).json()).toMatchObject({ diff: { added: [{ start: 40 }], removed: [{ start: 10 }] } })
    expect((await post(`${base}/submissions`, { selection: { segments: [] } })).json()).toMatchObject({
      error: { code: 'access/bad-question' },
    })
    const first = (await post(`${base}/submissions`, { selection: selection(60, true) })).json()
    expect(first).toMatchObject({ isNew: true, open: [], submission: { state: 'accepted', actor: 'anna' } })
    const again = (await post(`${base}/submissions`, { selection: selection(60, true) })).json()
    expect(again).toMatchObject({ isNew: false, submission: { id: (first as { submission: { id: number } }).submission.id } })
    expect((await post(`${base}/submissions`, { selection: selection(61, true) })).json()).toMatchObject({
      error: { code: 'burst/closed' },
    })
    expect((await get('/api/v1/mms/burst/segments')).json()).toMatchObject({
      segments: [{ tokens: 'NEW', fom: 60 }],
      account: { chosen: 64, pending: 64 },
    })
    expect((await get('/api/v1/imap/burst/segments')).statusCode).toBe(404)
    expect((await get('/api/v1/openapi.json')).json()).toMatchObject({
      paths: { '/api/v1/{mission}/burst/windows/{evaluation}/submissions': { post: {} } },
    })
  })

  test('the table of segments as clients of the field ask for it', async () => {
    const table = (url: string, authorization?: string) =>
      site.app.inject({ url: `/mms/sdc/${url}`, headers: authorization === undefined ? {} : { authorization } })
    const open = 'public/service/latis/mms_burst_data_segment.csv'
    const whole = await table(open)
    expect(whole.body.split('\n')).toHaveLength(3)
    expect(whole.body.split('\n')[1]).toBe(
      `1,${t0 + 400},${t0 + 550},Simulated 2 ; parm_set: tail,60,1,0,NEW,0,anna(desk),2026-11-23 12:00:00,,16,16,16,16,0,0,0,0,16,16,16,16,"front, weak"`,
    )
    expect((await table(`${open}?FOM,DISCUSSION&TAIENDTIME>${t0}&TAISTARTTIME<${t0 + 5000}`)).body).toBe(
      'FOM,DISCUSSION\n60,"front, weak"\n',
    )
    expect((await table(`${open}?FOM&TAISTARTTIME%3E=${t0 + 5000}`)).body).toBe('FOM\n')
    expect((await table(`${open}?FOM&STATUS=NEW&ISPENDING=1`)).body).toBe('FOM\n60\n')
    expect((await table(`${open}?FOM&CREATETIME>=01-Mar-2015`)).body).toBe('FOM\n60\n')
    expect((await table(`${open}?WHAT`)).statusCode).toBe(400)
    expect((await table('sitl/latis/dap/properties.txt?version')).statusCode).toBe(401)
    expect((await table('sitl/latis/dap/properties.txt?version', anna)).body).not.toBe('')
    expect((await table('sitl/latis/dap/mms_burst_data_segment.csv', anna)).body).toBe(whole.body)
  })
})
