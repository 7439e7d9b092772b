import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { printStatusTable } from '#domain/burst'
import { listSegments, openWindow, storeCycles, closeOverdue } from '#services/burst'
import { withTx } from '#services/db'
import { automaticStructure, readBurstTables } from '#test/burst'
import { openTestSite } from '#test/site'
import type { TestSite } from '#test/site'

let site: TestSite
let team: string
const t0 = 1_812_820_840
const evaluation = '2015-163T18:00:00'
const tables = readBurstTables()

beforeAll(async () => {
  site = await openTestSite()
  team = await site.basic('team')
  const { now } = site.clock
  await openWindow(
    site.db,
    { mission: 'mms', automatic: automaticStructure(evaluation, t0, 60), regions: [], openedAt: now, deadline: now + 1000 },
    'BDM',
  )
  await closeOverdue(site.db, async () => tables, 'mms', now + 1000)
  const cycles = tables.spacecraft.flatMap((_id, spacecraft) =>
    Array.from({ length: 60 }, (_, i) => ({
      spacecraft,
      tai: t0 + 10 * i,
      // The second spacecraft sent nothing of the first ten cycles.
      numbers: spacecraft === 1 && i < 10 ? null : [i, 0, 0, 0, 0, 0, 0, 0],
      cdq: spacecraft === 1 && i < 10 ? null : 10.4 + spacecraft,
      mdq: 12.6,
    })),
  )
  await withTx(site.db, tx => storeCycles(tx, 'mms', evaluation, cycles))
  const row = { mission: 'mms', reason: null, file: null, state: 'done' }
  const at = (text: string): Date => new Date(`${text}Z`)
  await site.db
    .insertInto('mission_event')
    .values([
      {
        ...row,
        kind: 'orbit',
        key: 'orbit 1084',
        spacecraft: 'mms1',
        start_time: at('2020-02-15T00:00:00'),
        stop_time: at('2020-02-18T12:00:00'),
      },
      {
        ...row,
        kind: 'region',
        name: 'sroi',
        key: 'a',
        spacecraft: 'mms1',
        start_time: at('2020-02-15T08:21:01'),
        stop_time: at('2020-02-15T17:54:03'),
      },
      {
        ...row,
        kind: 'region',
        name: 'sroi',
        key: 'b',
        spacecraft: 'mms2',
        start_time: at('2020-02-15T08:21:01'),
        stop_time: at('2020-02-15T17:54:03'),
      },
      {
        ...row,
        kind: 'contact',
        key: 'c',
        spacecraft: 'mms1',
        start_time: at('2020-02-19T08:00:00'),
        stop_time: at('2020-02-19T09:00:00'),
      },
      {
        ...row,
        kind: 'region',
        name: 'sroi',
        key: 'd',
        spacecraft: 'mms1',
        state: 'cancelled',
        start_time: at('2020-02-16T08:00:00'),
        stop_time: at('2020-02-16T09:00:00'),
      },
    ])
    .execute()
})
afterAll(() => site.close())

const ask = (path: string, authorization?: string) =>
  site.app.inject({ url: `/mms/sdc/${path}`, headers: authorization === undefined ? {} : { authorization } })
const dap = 'sitl/latis/dap'
const open = 'public/service/latis'

describe('trigger metadata of a spacecraft', () => {
  test('as the first client asks: from inclusive, to exclusive, operators raw', async () => {
    const query = `TAITIMESTAMP,DATASEGMENTID,CDQ,MDQ&TAITIMESTAMP>=${t0}&TAITIMESTAMP<${t0 + 591}`
    const { body, headers } = await ask(`${dap}/mms1_burst_metadata.csv?${query}`, team)
    expect(headers['content-type']).toContain('text/csv')
    const lines = body.split('\n')
    expect(lines).toHaveLength(62)
    expect(lines[0]).toBe('TAITIMESTAMP (TAI seconds since 1958-01-01),DATASEGMENTID,CDQ,MDQ')
    expect([lines[1], lines[11], lines[31], lines[32]]).toEqual([
      `${t0},0,10,13`,
      `${t0 + 100},1,10,13`,
      `${t0 + 300},1,10,13`,
      `${t0 + 310},0,10,13`,
    ])
    expect((await ask(`${dap}/mms1_burst_metadata.csv?CDQ&TAITIMESTAMP%3E=${t0 + 580}&TAITIMESTAMP%3C${t0 + 590}`, team)).body).toBe(
      'CDQ\n10\n',
    )
  })

  test('all spacecraft have the same rows; what did not come is 0', async () => {
    const bodies = await Promise.all(
      [1, 2, 3, 4].map(n => ask(`${dap}/mms${n}_burst_metadata.csv?TAITIMESTAMP,CDQ&TAITIMESTAMP<${t0 + 200}`, team)),
    )
    const columns = bodies.map(({ body }) =>
      body
        .trim()
        .split('\n')
        .slice(1)
        .map(line => line.split(',')),
    )
    for (const rows of columns) expect(rows.map(([tai]) => tai)).toEqual(columns[0]?.map(([tai]) => tai))
    expect(columns[1]?.map(([, cdq]) => cdq)).toEqual([...Array.from({ length: 10 }, () => '0'), ...Array.from({ length: 10 }, () => '11')])
  })

  test('times that cannot be give a header alone; others are refused with the reason', async () => {
    const rows = async (query: string): Promise<string> => (await ask(`${dap}/mms1_burst_metadata.csv?CDQ&${query}`, team)).body
    expect(await rows('TAITIMESTAMP>=-999&TAITIMESTAMP<-998')).toBe('CDQ\n')
    expect(await rows(`TAITIMESTAMP>=${t0 + 590}&TAITIMESTAMP<${t0 + 1}`)).toBe('CDQ\n')
    expect((await ask(`${dap}/mms5_burst_metadata.csv`, team)).statusCode).toBe(404)
    expect((await ask(`${dap}/mms1_burst_metadata.csv`)).statusCode).toBe(401)
    expect((await ask(`${open}/mms1_burst_metadata.csv`)).statusCode).toBe(404)
    for (const query of ['TAITIMESTAMP>=yesterday', 'NONE', 'CDQ&TAITIMESTAMP!1', '%zz'])
      expect((await ask(`${dap}/mms1_burst_metadata.csv?${query}`, team)).statusCode).toBe(400)
  })

  test('in every form', async () => {
    const form = async (suffix: string) =>
      (await ask(`${dap}/mms1_burst_metadata.${suffix}?TAITIMESTAMP,MDQ&TAITIMESTAMP<${t0 + 20}`, team)).body
    expect(JSON.parse(await form('json'))).toEqual({
      mms1_burst_metadata: [
        { TAITIMESTAMP: t0, MDQ: 13 },
        { TAITIMESTAMP: t0 + 10, MDQ: 13 },
      ],
    })
    expect(JSON.parse(await form('jsond'))).toMatchObject({
      mms1_burst_metadata: {
        parameters: ['TAITIMESTAMP', 'MDQ'],
        data: [
          [t0, 13],
          [t0 + 10, 13],
        ],
      },
    })
    expect(await form('txt')).toBe(`${t0}\t13\n${t0 + 10}\t13\n`)
    expect(await form('dds')).toBe(
      'Dataset {\n  Sequence {\n    Int32 TAITIMESTAMP;\n    Int32 MDQ;\n  } samples;\n} mms1_burst_metadata;\n',
    )
    expect(await form('das')).toContain('String units "TAI seconds since 1958-01-01";')
    expect((await ask(`${dap}/mms1_burst_metadata.xls`, team)).statusCode).toBe(404)
  })
})

describe('mission events', () => {
  test('as two clients ask for regions: four cells a line, fractions of seconds, orbits', async () => {
    const query =
      'start_time_utc,end_time_utc,sc_id,start_orbit&event_type=SROI&start_time_utc%3E=2020-02-01T00:00:00&start_time_utc<2020-03-01T00:00:00&sc_id=mms1'
    expect((await ask(`${open}/mms_events_view.csv?${query}`)).body).toBe(
      "start_time_utc (yyyy-MM-dd'T'HH:mm:ss.SSS),end_time_utc (yyyy-MM-dd'T'HH:mm:ss.SSS),sc_id,start_orbit\n2020-02-15T08:21:01.000,2020-02-15T17:54:03.000,mms1,1084\n",
    )
  })

  test('by orbit, source and type; 11 columns', async () => {
    const rows = async (query: string): Promise<string[][]> =>
      (await ask(`${open}/mms_events_view.csv?${query}`)).body
        .trim()
        .split('\n')
        .slice(1)
        .map(line => line.split(','))
    expect((await rows('start_orbit>=1084&end_orbit<=1084&source=POC')).map(row => [row[2], row[3], row[4], row[7], row[8]])).toEqual([
      ['SROI', 'mms1', 'POC', '1084', '1084'],
      ['SROI', 'mms2', 'POC', '1084', '1084'],
    ])
    expect((await rows('event_type=dsn_contact')).map(row => [row.length, row[0], row[7]])).toEqual([[11, '2020-02-19T08:00:00.000', '0']])
    expect(await rows('')).toHaveLength(4)
  })
})

test('the segment table is, to the byte, what the pure printer of the table writes', async () => {
  const { body } = await ask(`${open}/mms_burst_data_segment.csv`)
  expect(body).toBe(printStatusTable(await listSegments(site.db, 'mms'), 4))
})
