import { request } from 'node:http'
import { connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addFile } from '#test/ledger'
import { openTestSite } from '#test/site'
import type { TestSite } from '#test/site'

const base = '/mms/sdc/public/files/api/v1'
const team = '/mms/sdc/sitl/files/api/v1'
let site: TestSite
let fgm21: { name: string; path: string }

beforeAll(async () => {
  site = await openTestSite()
  const fgm = { product: 'fgm srvy l2', spacecraft: 'mms1' }
  await addFile(site, { ...fgm, start: '2026-11-20', version: [5, 9, 0], modified: '2026-11-21T01:02:03Z', bytes: Buffer.alloc(1000, 1) })
  await addFile(site, { ...fgm, start: '2026-11-20', version: [5, 10, 0], modified: '2026-11-21T05:06:07Z', bytes: Buffer.alloc(1100, 2) })
  fgm21 = await addFile(site, {
    ...fgm,
    start: '2026-11-21',
    version: [5, 10, 0],
    modified: '2026-11-22T01:02:03.400Z',
    bytes: Buffer.from('0123456789'),
  })
  await addFile(site, { ...fgm, spacecraft: 'mms2', start: '2026-11-21', version: [5, 0, 0], modified: '2026-11-22T00:00:00Z' })
  await addFile(site, { product: 'fpi fast l2 dis-moms', spacecraft: 'mms1', start: '2026-11-21T22:00:00Z', version: [3, 0, 0] })
  await addFile(site, { product: 'dfg srvy l1a', spacecraft: 'mms1', start: '2026-11-21', version: [1, 0, 0] })
  await addFile(site, { product: 'summ srvy ql', spacecraft: 'mms1', start: '2026-11-21', version: [0, 0, 0], public: true })
  const attitude = { product: 'defatt', spacecraft: 'mms1', modified: '2026-11-22T00:00:00Z' }
  await addFile(site, { ...attitude, start: '2026-11-20', stop: '2026-11-21', version: [0], bytes: Buffer.alloc(7) })
  await addFile(site, { ...attitude, start: '2026-11-21', stop: '2026-11-22', version: [1], bytes: Buffer.alloc(8) })
})
afterAll(() => site.close())

const get = (url: string, headers: Record<string, string> = {}) => site.app.inject({ url, headers })
const names = async (query: string, type = 'science', root = base): Promise<readonly string[]> => {
  const { payload } = await get(`${root}/file_names/${type}${query}`)
  return payload === '' ? [] : payload.split(',').map(path => path.split('/').at(-1) ?? '')
}

describe('file_info', () => {
  test('science: byte for byte, newest first, highest version by number', async () => {
    const answer = await get(`${base}/file_info/science?sc_id=mms1&instrument_id=fgm`)
    expect(answer.payload).toBe(
      '{"files":[{"file_name":"mms1_fgm_srvy_l2_20261121_v5.10.0.cdf","file_size":10,"timetag":"2026-11-21T00:00:00","modified_date":"2026-11-22T01:02:03"},' +
        '{"file_name":"mms1_fgm_srvy_l2_20261120_v5.10.0.cdf","file_size":1100,"timetag":"2026-11-20T00:00:00","modified_date":"2026-11-21T05:06:07"}],' +
        '"files_were_truncated":false}',
    )
    expect(answer.headers['content-type']).toMatch(/^application\/json/)
  })
  test('ancillary: name, size, start, end, then the rest', async () => {
    const answer = await get(`${base}/file_info/ancillary?sc_id=mms1&product=defatt&start_date=2026-11-21`)
    expect(answer.payload).toBe(
      '{"files":[{"file_name":"MMS1_DEFATT_2026325_2026326.V01","file_size":8,"start_date":"2026-11-21T00:00:00","end_date":"2026-11-22T00:00:00",' +
        '"modified_date":"2026-11-22T00:00:00"}],"files_were_truncated":false}',
    )
  })
  test('nothing matches: 200 and an empty list; housekeeping is such a question', async () => {
    for (const question of ['science?sc_id=mms4', 'hk?sc_id=mms1', 'hk']) {
      const answer = await get(`${base}/file_info/${question}`)
      expect([answer.statusCode, answer.payload]).toEqual([200, '{"files":[],"files_were_truncated":false}'])
    }
  })
})

describe('file_names', () => {
  test('paths with two leading segments, no slash before, no newline after', async () => {
    const answer = await get(`${base}/file_names/science?sc_id=mms1&instrument_id=fgm&start_date=2026-11-21`)
    expect(answer.payload).toBe('mms/data/mms1/fgm/srvy/l2/2026/11/mms1_fgm_srvy_l2_20261121_v5.10.0.cdf')
    expect(answer.headers['content-type']).toMatch(/^text\/plain/)
  })
  test('nothing matches: an empty body', async () => {
    const answer = await get(`${base}/file_names/science?sc_id=mms9`)
    expect([answer.statusCode, answer.payload]).toEqual([200, ''])
  })
  test('dates are half-open on the start tag; a bare date is its midnight', async () => {
    expect(await names('?instrument_id=fgm&start_date=2026-11-20&end_date=2026-11-20')).toEqual([])
    expect(await names('?instrument_id=fgm&start_date=2026-11-20&end_date=2026-11-21')).toEqual(['mms1_fgm_srvy_l2_20261120_v5.10.0.cdf'])
    expect(await names('?instrument_id=fgm&sc_id=mms1&start_date=2026-11-20-00-00-01')).toEqual(['mms1_fgm_srvy_l2_20261121_v5.10.0.cdf'])
    expect(await names('?data_rate_mode=fast&start_date=2026-11-21-22-00-00&end_date=2026-11-21-22-00-01')).toHaveLength(1)
    expect(await names('?data_rate_mode=fast&end_date=2026-11-21-22-00-00')).toEqual([])
  })
  test('a time that is none is refused with a sentence', async () => {
    for (const bad of ['2026-02-30', '2026-13-01', 'yesterday', '2026-11-20-25-00-00']) {
      const answer = await get(`${base}/file_names/science?start_date=${bad}`)
      expect([answer.statusCode, answer.payload.includes(bad)]).toEqual([400, true])
    }
  })
  test('singular and plural, commas, empty values, unknown words, capitals', async () => {
    const both = ['mms1_fgm_srvy_l2_20261121_v5.10.0.cdf', 'mms2_fgm_srvy_l2_20261121_v5.0.0.cdf']
    expect(await names('?sc_ids=mms1,mms2&instrument_ids=fgm&start_date=2026-11-21&')).toEqual(both)
    expect(await names('?sc_id=mms1&sc_id=mms2&instrument_id=fgm&start_date=2026-11-21&file=&colour=blue')).toEqual(both)
    expect(await names('?sc_id=MMS1&descriptors=DIS-MOMS')).toEqual(['mms1_fpi_fast_l2_dis-moms_20261121220000_v3.0.0.cdf'])
    expect(await names('?data_level=l2&data_rate_modes=srvy,fast&instrument_id=fgm,fpi&sc_id=mms1')).toHaveLength(3)
    expect(await names('?products=defatt&sc_id=mms1', 'ancillary')).toEqual([
      'MMS1_DEFATT_2026325_2026326.V01',
      'MMS1_DEFATT_2026324_2026325.V00',
    ])
  })
  test('named files: any version, unknown names are ignored, contradictions give nothing', async () => {
    const old = 'mms1_fgm_srvy_l2_20261120_v5.9.0.cdf'
    expect(await names(`?file=${old}`)).toEqual([old])
    expect(await names(`?files=${old},none.cdf`)).toEqual([old])
    expect(await names(`?files=${old}&sc_id=mms2`)).toEqual([])
    expect(await names(`?files=${old}&start_date=2026-11-21`)).toEqual([])
    expect(await names('?version=5.9.0')).toEqual([old])
  })
  test('doubled slashes are collapsed, a form is a query, GET and POST alike', async () => {
    const doubled = await get('//mms/sdc/public/files/api/v1//file_names/science?instrument_id=fgm&version=5.9.0')
    const form = await site.app.inject({
      method: 'POST',
      url: `${base}//file_names/science?version=5.9.0`,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: 'instrument_id=fgm',
    })
    expect(doubled.payload).toBe('mms/data/mms1/fgm/srvy/l2/2026/11/mms1_fgm_srvy_l2_20261120_v5.9.0.cdf')
    expect([form.statusCode, form.payload]).toEqual([200, doubled.payload])
  })
})

test('version_info: the highest version per kind, as numbers', async () => {
  const answer = await get(`${base}/version_info/science?instrument_id=fgm`)
  expect(answer.payload).toBe(
    '{"versions":[{"file_type":"mms1_fgm_srvy_l2","max_version":"5.10.0"},{"file_type":"mms2_fgm_srvy_l2","max_version":"5.0.0"}]}',
  )
})

describe('download', () => {
  const one = (): string => `${base}/download/science?file=${fgm21.name}`
  test('one file: its bytes, exact length, last change, name', async () => {
    const answer = await get(one())
    expect(answer.payload).toBe('0123456789')
    expect(answer.headers).toMatchObject({
      'content-length': '10',
      'last-modified': 'Sun, 22 Nov 2026 01:02:03 GMT',
      'content-disposition': `attachment; filename="${fgm21.name}"`,
      'accept-ranges': 'bytes',
    })
    expect(answer.headers['content-encoding']).toBeUndefined()
  })
  test('ranges are exact; one past the end says how long the file is', async () => {
    const ranges = await Promise.all(['bytes=2-4', 'bytes=7-', 'bytes=-3', 'bytes=5-99', 'bytes=10-'].map(range => get(one(), { range })))
    expect(ranges.map(r => [r.statusCode, r.headers['content-range'], r.statusCode === 416 ? '' : r.payload])).toEqual([
      [206, 'bytes 2-4/10', '234'],
      [206, 'bytes 7-9/10', '789'],
      [206, 'bytes 7-9/10', '789'],
      [206, 'bytes 5-9/10', '56789'],
      [416, 'bytes */10', ''],
    ])
    expect(ranges[0]?.headers['content-length']).toBe('3')
  })
  test('304 where the copy is as new, 200 where it is older', async () => {
    expect((await get(one(), { 'if-modified-since': 'Sun, 22 Nov 2026 01:02:03 GMT' })).statusCode).toBe(304)
    expect((await get(one(), { 'if-modified-since': 'Sun, 22 Nov 2026 01:02:02 GMT' })).statusCode).toBe(200)
  })
  test('HEAD has the length and no body', async () => {
    const answer = await site.app.inject({ method: 'HEAD', url: one() })
    expect([answer.statusCode, answer.headers['content-length'], answer.payload]).toEqual([200, '10', ''])
  })
  test('several files: a zip with the archive tree, of the length it announced', async () => {
    const answer = await get(`${base}/download/science?files=${fgm21.name},mms1_fgm_srvy_l2_20261120_v5.9.0.cdf`)
    expect(answer.headers['content-type']).toBe('application/zip')
    expect(answer.rawPayload.byteLength).toBe(Number(answer.headers['content-length']))
    expect(answer.payload).toContain('mms/data/mms1/fgm/srvy/l2/2026/11/mms1_fgm_srvy_l2_20261120_v5.9.0.cdf')
    expect(answer.rawPayload.subarray(0, 4).toString('latin1')).toBe('PK\u0003\u0004')
  })
  test('nothing asked for: 400, the login probe of a client; unknown: 404; also as team without question', async () => {
    const probe = await get(`${base}/download/science`)
    expect([probe.statusCode, probe.payload.length < 200]).toEqual([400, true])
    expect((await get(`${base}/download/science?file=none.cdf`)).statusCode).toBe(404)
    const authorization = await site.basic('team', 'prober')
    expect((await get(`${team}/download/science`, { authorization })).statusCode).toBe(400)
  })
})

describe('who sees what', () => {
  const raw = 'mms1_dfg_srvy_l1a_20261121_v1.0.0.cdf'
  test('public shows released levels only, whatever the login says', async () => {
    const authorization = await site.basic('team', 'insider')
    expect(await names('?instrument_id=dfg')).toEqual([])
    expect((await get(`${base}/download/science?file=${raw}`, { authorization })).statusCode).toBe(404)
    expect((await get(`${base}/file_names/science?file=${raw}`, { authorization: 'Basic bm9ib2R5Om5vdGhpbmc=' })).statusCode).toBe(200)
  })
  test('sitl challenges, refuses a wrong secret, and shows everything to the team', async () => {
    const bare = await get(`${team}/file_names/science?file=${raw}`)
    expect([bare.statusCode, bare.headers['www-authenticate']]).toEqual([401, 'Basic realm="team", charset="UTF-8"'])
    const authorization = await site.basic('team')
    const wrong = `Basic ${Buffer.from('team:wrong').toString('base64')}`
    expect((await get(`${team}/file_names/science?file=${raw}`, { authorization: wrong })).statusCode).toBe(401)
    expect((await get(`${team}/file_names/science?file=${raw}`, { authorization })).payload).toContain(raw)
    expect((await get(`${team}/file_names/science`, { authorization: await site.basic('viewer') })).statusCode).toBe(403)
  })
  test('a hidden newer version does not hide the public one before it', async () => {
    const mec = { product: 'mec srvy l2 epht89d', spacecraft: 'mms1', start: '2026-11-21' }
    await addFile(site, { ...mec, version: [2, 0, 0] })
    await addFile(site, { ...mec, version: [2, 1, 0], public: false })
    expect(await names('?instrument_id=mec')).toEqual(['mms1_mec_srvy_l2_epht89d_20261121_v2.0.0.cdf'])
    const authorization = await site.basic('team', 'other')
    expect((await get(`${team}/file_names/science?instrument_id=mec`, { authorization })).payload).toContain('v2.1.0')
  })
  test('pictures are no science files', async () => {
    expect(await names('?data_level=ql')).toEqual([])
  })
})

describe('the manners of old clients', () => {
  test('unknown missions, sites, verbs and types are 404, as text', async () => {
    for (const path of [
      '/xyz/sdc/public/files/api/v1/file_info/science',
      '/mms/sdc/secret/files/api/v1/file_info/science',
      `${base}/file_list/science`,
      `${base}/file_info/toString`,
    ]) {
      const answer = await get(path)
      expect([answer.statusCode, answer.headers['content-type']]).toEqual([404, 'text/plain'])
    }
  })
  test('a NUL is refused, in a form it is passed over: neither is a failure of ours', async () => {
    expect((await get(`${base}/file_info/science?file=a%00b`)).statusCode).toBe(400)
    expect((await get('/mms/why/x%00/y')).statusCode).toBe(400)
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const form = await site.app.inject({ method: 'POST', url: `${base}/file_info/science`, headers, payload: 'file=a%00b' })
    expect(form.statusCode).toBe(200)
  })
  test('a POST to the root of the host is answered', async () => {
    const answer = await site.app.inject({ method: 'POST', url: '/' })
    expect(answer.statusCode).toBe(200)
  })
  test('long URLs work to 64 KiB, then 414; beyond the header room 414 too, not 431', async () => {
    await site.app.listen({ port: 0, host: '127.0.0.1' })
    const { port } = site.app.server.address() as AddressInfo
    const ask = (length: number): Promise<number | undefined> =>
      new Promise((resolve, reject) => {
        const path = `${base}/file_names/science?files=${fgm21.name},`
        request({ port, path: path + 'x'.repeat(length - path.length) }, answer => resolve(answer.resume().statusCode))
          .on('error', reject)
          .end()
      })
    expect([await ask(30_000), await ask(65_536), await ask(65_537)]).toEqual([200, 200, 414])
    const first = await new Promise<string>((resolve, reject) => {
      const socket = connect(port, '127.0.0.1', () => socket.write(`GET /${'x'.repeat(300_000)} HTTP/1.1\r\nHost: x\r\n\r\n`))
      socket.once('data', data => resolve(data.toString('latin1').split('\r\n')[0] ?? '')).on('error', reject)
    })
    expect(first).toBe('HTTP/1.1 414 URI Too Long')
  })
})
