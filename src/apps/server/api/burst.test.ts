import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { burstDocumentOf, saveVariables } from '#domain/burst/files'
import { readSave, toPlain, variableOf, writeSave } from '#formats/idlsave'
import { openWindow } from '#services/burst'
import { automaticStructure } from '#test/burst'
import { openTestSite } from '#test/site'
import type { TestSite } from '#test/site'

let site: TestSite
let scientist: string
let admin: string
const evaluation = '2026-327T08:00:00'
const t0 = 2_174_000_000
const base = `/api/v1/mms/burst/windows/${encodeURIComponent(evaluation)}`

const automatic = automaticStructure(evaluation, t0, 200)

beforeAll(async () => {
  site = await openTestSite({ waivers: { add: async () => undefined, revoke: async () => undefined } })
  scientist = await site.basic('team', 'scientist')
  admin = await site.basic('operator', 'olga')
  await openWindow(
    site.db,
    {
      mission: 'mms',
      automatic,
      regions: [],
      openedAt: site.clock.now,
      deadline: site.clock.now + 30 * 3_600_000,
    },
    'BDM',
  )
})
afterAll(() => site.close())

const get = (url: string, authorization = scientist) => site.app.inject({ url, headers: { authorization } })
const post = (url: string, payload: object, authorization = scientist) =>
  site.app.inject({ method: 'POST', url, headers: { authorization }, payload })
const selection = (fom: number, final = false) => ({
  frame: { note: '', evaluation, close: t0 + 3000, final },
  segments: [{ id: 1, start: 40, stop: 55, fom, spacecraft: 15, comment: 'front, weak', tags: [], source: 'scientist(desk)' }],
  next: 2,
})

// One story: each test goes on where the one before ended.
describe('burst selection', { shuffle: false }, () => {
  test('is for the team, and roles are given by an operator', async () => {
    expect((await site.app.inject({ url: base })).statusCode).toBe(401)
    expect((await post('/api/v1/mms/burst/selectors', { person: 'scientist', role: 'sitl' })).statusCode).toBe(403)
    expect((await post(`${base}/submissions`, { selection: selection(60) })).statusCode).toBe(403)
    expect((await post('/api/v1/mms/burst/selectors', { person: 'scientist', role: 'sitl' }, admin)).json()).toEqual({
      person: 'scientist',
      role: 'sitl',
    })
    const duty = { person: 'scientist', place: 'duty', from: '2026-11-20T00:00:00Z', to: '2026-11-27T00:00:00Z' }
    expect((await post('/api/v1/mms/burst/duty', duty, admin)).statusCode).toBe(200)
    expect((await get('/api/v1/mms/burst/windows')).json()).toMatchObject({
      windows: [{ evaluation, state: 'open' }],
      duty: [{ person: 'scientist', place: 'duty' }],
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
    expect(first).toMatchObject({ isNew: true, open: [], submission: { state: 'accepted', actor: 'scientist' } })
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
      `1,${t0 + 400},${t0 + 550},Simulated 2 ; parm_set: tail,60,1,0,NEW,0,scientist(desk),2026-11-23 12:00:00,,16,16,16,16,0,0,0,0,16,16,16,16,"front, weak"`,
    )
    expect((await table(`${open}?FOM,DISCUSSION&TAIENDTIME>${t0}&TAISTARTTIME<${t0 + 5000}`)).body).toBe(
      'FOM,DISCUSSION\n60,"front, weak"\n',
    )
    expect((await table(`${open}?FOM&TAISTARTTIME%3E=${t0 + 5000}`)).body).toBe('FOM\n')
    expect((await table(`${open}?FOM&STATUS=NEW&ISPENDING=1`)).body).toBe('FOM\n60\n')
    expect((await table(`${open}?FOM&CREATETIME>=01-Mar-2015`)).body).toBe('FOM\n60\n')
    expect((await table(`${open}?TAISTARTTIME>=${t0}&TAIENDTIME<${t0 + 500}`)).body.split('\n')).toHaveLength(2)
    expect((await table(`${open}?FINISHTIME<2030-01-01`)).body.split('\n')).toHaveLength(2)
    expect((await table(`${open}?WHAT`)).statusCode).toBe(400)
    expect((await table('sitl/latis/dap/properties.txt?version')).statusCode).toBe(401)
    expect((await table('sitl/latis/dap/properties.txt?version', scientist)).body).not.toBe('')
    expect((await table('sitl/latis/dap/mms_burst_data_segment.csv', scientist)).body).toBe(whole.body)
  })

  test('files as clients of the field list, fetch and send them', async () => {
    const files = (path: string, authorization?: string) =>
      site.app.inject({ url: `/mms/sdc/${path}`, headers: authorization === undefined ? {} : { authorization } })
    const names = (await files('public/files/api/v1/file_names/abs_selections')).body
    expect(names).toBe('mms/data/sitl/abs_selections/2026/abs_selections_2026-11-23-12-00-00.sav')
    expect((await files('sitl/files/api/v1/file_info/abs_selections')).statusCode).toBe(401)
    const info = (
      await files('sitl/files/api/v1/file_info/abs_selections?start_date=2026-11-23&end_date=2026-11-24-00-00-00', scientist)
    ).json() as { files: { file_size: number }[] }
    const got = await files(`sitl/files/api/v1/download/abs_selections?file=abs_selections_2026-11-23-12-00-00.sav`, scientist)
    expect(info.files).toEqual([
      {
        file_name: 'abs_selections_2026-11-23-12-00-00.sav',
        file_size: got.rawPayload.length,
        timetag: '2026-11-23T12:00:00',
        modified_date: '2026-11-23T12:00:00',
      },
    ])
    expect(burstDocumentOf(readSave(got.rawPayload))).toMatchObject({
      metadataevaltime: evaluation,
      segments: [{ start: 10, stop: 30, fom: 33 }],
    })
    expect((await files('sitl/files/api/v1/file_names/abs_selections?start_date=2026-11-24', scientist)).body).toBe('')
    expect((await files('sitl/files/api/v1/file_names/sitl_selections', scientist)).body).toContain(
      'sitl_selections_2026-11-23-12-00-00.sav',
    )
    const limits = readSave((await files('sitl/files/api/v1/download/fom_validation', scientist)).rawPayload)
    expect(toPlain(variableOf(limits, 'validation_struct'))).toMatchObject({
      fom_bounds: [0, 255],
      buff_max: 2100,
      type1_range: [150, 199],
      type4_range: [0, 49],
      nominal_seg_range: [2, 30],
    })
  })

  test('uploads are submissions, with the codes that the client explains', async () => {
    const upload = (name: string, body: Uint8Array, authorization = scientist) =>
      site.app.inject({
        method: 'POST',
        url: `/mms/sdc/sitl/files/api/v1/upload?file=${name}`,
        headers: { authorization, 'content-type': 'application/x-www-form-urlencoded' },
        payload: Buffer.from(body),
      })
    const other = { ...automatic, metadataevaltime: '2026-328T08:00:00' }
    await openWindow(
      site.db,
      { mission: 'mms', automatic: other, regions: [], openedAt: site.clock.now, deadline: site.clock.now + 3_600_000 },
      'BDM',
    )
    const file = (fom: number): Uint8Array =>
      writeSave({
        variables: saveVariables({
          ...other,
          segments: [{ start: 60, stop: 95, fom, sourceid: 'scientist(EVA)', discussion: 'front' }],
          uplinkflag: 0,
        }),
      })
    const name = 'sitl_selections_2026-11-23-13-00-00.sav'
    expect((await upload('selections.sav', file(60))).statusCode).toBe(400)
    expect((await upload(name, file(60), 'Basic eDp5')).statusCode).toBe(401)
    expect((await upload(name, new Uint8Array([1, 2, 3]))).statusCode).toBe(400)
    const refused = await upload(name, file(300))
    expect([refused.statusCode, refused.body]).toEqual([400, expect.stringContaining('has the figure of merit 300, outside of 0 to 255')])
    const good = await upload(name, file(60))
    expect([good.statusCode, good.body]).toEqual([200, 'File successfully uploaded.'])
    expect((await upload(name, file(60))).statusCode).toBe(200)
    expect((await get(`/api/v1/mms/burst/windows/${encodeURIComponent(other.metadataevaltime)}`)).json()).toMatchObject({
      submissions: [{ state: 'accepted', actor: 'scientist' }, { state: 'refused' }],
    })
  })

  test('stored segments are edited by a Super-SITL only, all or none', async () => {
    const supervisor = await site.basic('team', 'supervisor')
    await post('/api/v1/mms/burst/selectors', { person: 'supervisor', role: 'super-sitl' }, admin)
    const edit = {
      act: 'new',
      segment: -1,
      start: t0 + 5000,
      end: t0 + 5100,
      fom: 155,
      spacecraft: 3,
      source: 'supervisor(desk)',
      comment: 'late',
    }
    const url = '/api/v1/mms/burst/segments/edits'
    expect((await post(url, { edits: [edit] })).json()).toMatchObject({ error: { code: 'burst/no-right' } })
    expect((await post(url, { edits: [edit] }, supervisor)).json()).toMatchObject({ open: ['B-Y2:0'], segments: [] })
    const done = (await post(url, { edits: [edit], justifications: { 'B-Y2:0': 'seen in survey data' } }, supervisor)).json() as {
      segments: number[]
    }
    expect(done.segments).toHaveLength(1)
    expect((await post(url, { edits: [edit], justifications: { 'B-Y2:0': 'again' } }, supervisor)).json()).toMatchObject({
      open: ['B-N1:0'],
    })
    const gone = { ...edit, act: 'deleted', segment: done.segments[0] }
    expect((await post(url, { edits: [gone], justifications: { 'B-Y3:0': 'mistaken' } }, supervisor)).json()).toMatchObject({
      segments: done.segments,
    })
    // Both edits are kept as the files that an old client would have sent.
    const names = (await get('/mms/sdc/sitl/files/api/v1/file_names/bdm_sitl_changes')).body.split(',')
    expect(names).toEqual([1, 0].map(second => `mms/data/sitl/bdm_sitl_changes/2026/bdm_sitl_changes_2026-11-23-12-00-0${second}.sav`))
    expect((await get('/api/v1/mms/burst/segments?from=' + (t0 + 4000))).json()).toMatchObject({
      segments: [{ tokens: 'DELETED+FINISHED', history: [{ by: 'supervisor', act: { kind: 'delete' } }] }],
    })
  })

  test('the payload operations center asks for commands and reports, as an operator', async () => {
    expect((await get('/api/v1/mms/burst/commands')).statusCode).toBe(403)
    const commands = (await get('/api/v1/mms/burst/commands', admin)).json() as {
      kind: string
      window: string
      orders: { segment: number; revision: number }[]
    }[]
    expect(commands).toMatchObject([{ kind: 'selections', window: evaluation, orders: [{ revision: 1, fom: 60, wanted: true }] }])
    const order = commands[0]!.orders[0]!
    const status = (held: number) => ({
      kind: 'status',
      spacecraft: 0,
      sequence: 1,
      at: t0,
      held,
      recorded: 0,
      oldest: null,
      segments: [{ segment: order.segment, revision: 1, held, released: 0, lost: 'none', listed: true }],
    })
    expect((await post('/api/v1/mms/burst/reports', status(16))).statusCode).toBe(403)
    expect((await post('/api/v1/mms/burst/reports', { ...status(16), held: -1 }, admin)).json()).toMatchObject({
      error: { code: 'access/bad-question', message: expect.stringContaining('status: held') as string },
    })
    expect((await post('/api/v1/mms/burst/reports', status(16), admin)).json()).toEqual({ taken: 'status' })
    expect(
      (await post('/api/v1/mms/burst/arrivals', { files: [{ spacecraft: 0, segment: order.segment, start: t0 + 400 }] }, admin)).json(),
    ).toEqual({ taken: 1 })
    const { segments } = (await get('/api/v1/mms/burst/segments')).json() as { segments: { id: number }[] }
    expect(segments.find(({ id }) => id === order.segment)).toMatchObject({
      tokens: 'HELD',
      inPlaylist: true,
      craft: [{ held: 16, received: 1, files: 15 }, {}, {}, {}],
    })
    expect((await get('/api/v1/mms/burst/commands', admin)).json()).toMatchObject([
      { kind: 'selections' },
      { kind: 'release', received: [[t0 + 400, t0 + 400]] },
    ])
  })

  test('bdm_sitl_changes come as files, are kept byte by byte, and the same one again changes nothing', async () => {
    const supervisor = await site.basic('team', 'supervisor2')
    await post('/api/v1/mms/burst/selectors', { person: 'supervisor2', role: 'super-sitl' }, admin)
    const upload = (name: string, body: Uint8Array, authorization = supervisor) =>
      site.app.inject({
        method: 'POST',
        url: `/mms/sdc/sitl/files/api/v1/upload?file=${name}`,
        headers: { authorization, 'content-type': 'application/octet-stream' },
        payload: Buffer.from(body),
      })
    const change = (fom: number) =>
      writeSave({
        variables: saveVariables({
          form: 'segment-changes/1',
          changes: [
            {
              id: '0',
              datasegmentid: -1,
              starttime: t0 + 9000,
              endtime: t0 + 9100,
              fom,
              status: 'New',
              source: 'supervisor2(EVA)',
              observatoryid: 'MMS1,MMS3',
              discussion: 'late front',
            },
          ],
        }),
      })
    const name = 'bdm_sitl_changes_2026-11-23-14-00-00.sav'
    expect((await upload(name, change(80), scientist)).statusCode).toBe(403)
    expect((await upload(name, change(300))).body).toContain('outside of')
    const twice = await Promise.all([upload(name, change(80)), upload(name, change(80))])
    expect(twice.map(({ statusCode, body }) => [statusCode, body])).toEqual([
      [200, 'File successfully uploaded.'],
      [200, 'File successfully uploaded.'],
    ])
    expect((await upload(name, change(81))).body).toContain('with another content')
    const rows = (await get(`/api/v1/mms/burst/segments?from=${t0 + 8000}`)).json() as { segments: object[] }
    expect(rows.segments).toMatchObject([
      { fom: 80, source: 'supervisor2(EVA)', craft: [{ buffers: 11 }, { buffers: 0 }, { buffers: 11 }, { buffers: 0 }] },
    ])
    const files = '/mms/sdc/sitl/files/api/v1'
    expect((await get(`${files}/file_names/bdm_sitl_changes?start_time=2026-11-23-13-00-00`)).body).toBe(
      `mms/data/sitl/bdm_sitl_changes/2026/${name}`,
    )
    expect((await get(`${files}/file_info/bdm_sitl_changes?file=${name}`)).json()).toMatchObject({
      files: [{ file_name: name, file_size: change(80).byteLength, timetag: '2026-11-23T14:00:00' }],
    })
    expect(Buffer.compare((await get(`${files}/download/bdm_sitl_changes?file=${name}`)).rawPayload, change(80))).toBe(0)
  })

  test('lists of the ground loop are kept as they came, with what became of each line', async () => {
    const name = 'gls_selections_mp-dl-unh_2026-11-23-15-00-00.csv'
    const list =
      '2026-11-22 10:00:03,2026-11-22 10:05:03,150,MP crossing (automatically generated)\n2026-11-22 12:00:00,2026-11-22 11:00:00,150,backwards\n'
    const files = '/mms/sdc/sitl/files/api/v1'
    const upload = (file: string, payload: string) =>
      site.app.inject({
        method: 'POST',
        url: `${files}/upload?file=${file}`,
        headers: { authorization: scientist, 'content-type': 'text/csv' },
        payload,
      })
    expect((await upload(name, list)).body).toBe('File successfully uploaded.')
    expect((await upload(name, list)).statusCode).toBe(200)
    expect((await upload(name, `${list}#`)).statusCode).toBe(409)
    expect((await upload(name.replace('15-00', '16-00'), 'x,y\n')).statusCode).toBe(400)
    expect((await get(`${files}/download/gls_selections_mp-dl-unh?file=${name}`)).body).toBe(list)
    expect((await get(`/mms/sdc/public/files/api/v1/file_names/gls_selections_mp-dl-unh?file=${name}`)).body).toBe(
      `mms/data/sitl/gls_selections_mp-dl-unh/2026/${name}`,
    )
  })
})
