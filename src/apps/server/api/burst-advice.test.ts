import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { addSelector, closeOverdue, openWindow, storeCycles } from '#services/burst'
import { withTx } from '#services/db'
import { automaticStructure, readBurstTables } from '#test/burst'
import { openTestSite } from '#test/site'
import type { TestSite } from '#test/site'

let site: TestSite
let scientist: string
const tables = readBurstTables()
const season = tables.triggers.at(-1)!.value
const evaluation = '2026-327T08:00:00'
const t0 = 2_174_000_000
const base = `/api/v1/mms/burst/windows/${encodeURIComponent(evaluation)}`

beforeAll(async () => {
  site = await openTestSite({ waivers: { add: async () => undefined, revoke: async () => undefined } })
  scientist = await site.basic('team', 'scientist')
  await addSelector(site.db, 'mms', 'scientist', 'sitl', 'olga', site.clock.now)
  const { now } = site.clock
  const times = { openedAt: now, deadline: now + 30 * 3_600_000 }
  // Spacecraft 1 sees a jump in cycles 100 to 103: 103 above the offset, weight 0.3, and the largest of four counts 0.4.
  const jump = season.terms.map(term => (term === 'dfg-jump-z' ? 106 : 0))
  const isJump = (i: number): boolean => i >= 100 && i < 104
  const mdqOf = (i: number): number => (isJump(i) ? 0.4 * 0.3 * 103 : 0)
  const automatic = automaticStructure(evaluation, t0, 200)
  const qualities = { ...automatic.cycles, mdq: automatic.cycles.timestamps.map((_, i) => mdqOf(i)) }
  await openWindow(site.db, { mission: 'mms', automatic: { ...automatic, cycles: qualities }, regions: [], ...times }, 'BDM')
  const cycles = tables.spacecraft.flatMap((_id, spacecraft) =>
    Array.from({ length: 200 }, (_, i) => ({
      spacecraft,
      tai: t0 + 10 * i,
      numbers: spacecraft === 1 && isJump(i) ? jump : season.terms.map(() => 0),
      cdq: spacecraft === 1 && isJump(i) ? 30.9 : 0,
      mdq: mdqOf(i),
    })),
  )
  await withTx(site.db, tx => storeCycles(tx, 'mms', evaluation, cycles))
})
afterAll(() => site.close())

const get = async (url: string) => {
  const answer = await site.app.inject({ url, headers: { authorization: scientist } })
  return { status: answer.statusCode, body: answer.json<Record<string, unknown>>() }
}
const post = async (url: string, payload: object) => {
  const answer = await site.app.inject({ method: 'POST', url, headers: { authorization: scientist }, payload })
  return { status: answer.statusCode, body: answer.json<Record<string, unknown>>() }
}
const segment = { start: 40, stop: 55, fom: 60, spacecraft: 15, comment: 'front', tags: [], source: 'scientist(desk)' }
const selection = (...segments: readonly object[]) => ({
  frame: { note: '', evaluation, close: t0 + 3000, final: false },
  segments: segments.map((one, i) => ({ ...segment, id: i + 1, ...one })),
  next: segments.length + 1,
})

describe('why', () => {
  test('a figure of merit by cycle and by trigger term', async () => {
    const { body } = await get(`${base}/explanation?start=95&stop=110`)
    const { fom } = body as { fom: number }
    expect(fom).toBeGreaterThan(5)
    expect(body).toMatchObject({
      parameterSet: season.parameterSet,
      known: 16,
      terms: [{ spacecraft: 'mms2', term: 'dfg-jump-z', share: expect.closeTo(fom, 3) as number }],
    })
    expect((body['cycles'] as { start: number }[]).map(({ start }) => start).toSorted((a, b) => a - b)).toEqual(
      [0, 1, 2, 3].map(i => t0 + 1000 + 10 * i),
    )
    expect(body['rest']).toBeCloseTo(0, 3)
  })

  test('what is no part of the window is refused', async () => {
    expect((await get(`${base}/explanation?start=190&stop=200`)).body).toMatchObject({ error: { code: 'burst/bad-question' } })
    expect((await get(`${base}/explanation?start=9`)).status).toBe(400)
  })
})

describe('mends', () => {
  test('those that are named, once each, or whole classes; nothing is stored', async () => {
    const bad = selection({ fom: 300 }, { start: 100, stop: 135, comment: '' })
    const all = await post(`${base}/mend`, { selection: bad, classes: ['error', 'orange', 'yellow'] })
    expect(all.body).toMatchObject({ verdict: { findings: [], worst: 'none' } })
    expect((all.body['applied'] as { key: string }[]).map(({ key }) => key)).toEqual(['E1:1', 'O1:1', 'Y1:2', 'N10:2', 'N10:3'])
    const one = await post(`${base}/mend`, { selection: bad, keys: ['E1:1', 'Y1:9'] })
    expect(one.body).toMatchObject({
      applied: [{ key: 'E1:1', label: expect.any(String) as string, edit: { kind: 'change' } }],
      selection: {
        segments: [
          { id: 1, fom: 255 },
          { id: 2, start: 100, stop: 135 },
        ],
      },
    })
    expect((await post(`${base}/validate`, { selection: one.body['selection'] })).body).toMatchObject({ worst: 'orange' })
    expect((await get(base)).body).toMatchObject({ drafts: [], submissions: [] })
  })
})

describe('what if', { shuffle: false }, () => {
  test('segments come down in the order of their merit, as the contacts have room', async () => {
    const { body } = await post(`${base}/forecast`, {
      selection: selection({}, { start: 100, stop: 103, fom: 120 }),
      buffers: 10,
      days: 10,
    })
    const draft = body['draft'] as { segment: number; down: number; buffers: number; received: number }[]
    expect(draft).toMatchObject([
      { segment: 1, buffers: 64, received: 64, demoted: 0 },
      { segment: 2, buffers: 16, received: 16 },
    ])
    // Ten buffers a day and spacecraft: 4 of the better one and 6 of the other on the first day, its last 10 on the second.
    const from = (body['basis'] as { from: number }).from
    expect(Math.floor((draft[1]!.down - from) / 86_400)).toBe(1)
    expect(Math.floor((draft[0]!.down - from) / 86_400)).toBe(2)
    expect(body).toMatchObject({ demotes: [], delays: [], basis: { contacts: { known: 0, assumed: 40, buffersEach: 10 } } })
  })

  test('what is stored is delayed by what is better, and said per segment; contacts that are foretold count', async () => {
    await closeOverdue(site.db, async () => tables, 'mms', site.clock.now + 30 * 3_600_000)
    const next = '2026-328T08:00:00'
    const times = { openedAt: site.clock.now, deadline: site.clock.now + 3_600_000 }
    await openWindow(site.db, { mission: 'mms', automatic: automaticStructure(next, t0 + 100_000, 200), regions: [], ...times }, 'BDM')
    const start = new Date(site.clock.now + 3_600_000)
    const stop = new Date(site.clock.now + 7_200_000)
    const contact = { mission: 'mms', kind: 'contact', state: 'planned', reason: null, file: null, start_time: start, stop_time: stop }
    await site.db
      .insertInto('mission_event')
      .values({ ...contact, key: 'c1', spacecraft: 'mms1' })
      .execute()
    const pending = await get('/api/v1/mms/burst/forecast?buffers=21&days=3')
    expect(pending.body).toMatchObject({
      segments: [{ segment: 1, buffers: 84, received: 84 }],
      basis: { contacts: { known: 1 }, memories: [{ spacecraft: 'mms1', held: 0, limit: 8000 }, {}, {}, {}] },
    })
    const url = `/api/v1/mms/burst/windows/${encodeURIComponent(next)}/forecast`
    const better = { selection: { ...selection({ fom: 150 }), frame: { note: '', evaluation: next, close: null, final: false } } }
    const { body } = await post(url, { ...better, buffers: 21, days: 10 })
    // The next day's contact needs 16 of its 21 places for it.
    const seconds = expect.closeTo(86_400 - (5 / 21) * 3600, 3) as number
    expect(body).toMatchObject({ draft: [{ segment: 1, received: 64 }], demotes: [], delays: [{ segment: 1, seconds }] })
  })

  test('a full memory demotes the least worth, per spacecraft', async () => {
    const limit = 8000
    await site.db
      .insertInto('burst_segment')
      .values({
        mission: 'mms',
        start_tai: t0 - 90_000,
        end_tai: t0 - 90_000 + 10 * (limit - 22),
        record: JSON.stringify({
          start: t0 - 90_000,
          end: t0 - 90_000 + 10 * (limit - 22),
          parameterSet: '',
          fom: 20,
          inPlaylist: true,
          status: { state: 'held', sticky: [], losses: [] },
          evaluations: 1,
          source: 'ABS',
          createdAt: t0,
          finishedAt: null,
          craft: [0, 1, 2, 3].map(craft => ({
            buffers: craft === 2 ? limit - 21 : 0,
            held: craft === 2 ? limit - 21 : 0,
            files: craft === 2 ? limit - 21 : 0,
            received: 0,
            lost: 'none',
          })),
          comment: '',
          history: [],
        }),
      })
      .execute()
    const next = `/api/v1/mms/burst/windows/${encodeURIComponent('2026-328T08:00:00')}/forecast`
    const { body } = await post(next, { selection: selection({}), buffers: 50, days: 5 })
    expect(body).toMatchObject({
      draft: [{ received: 64 }],
      demotes: [{ segment: 2, spacecraft: 2, buffers: limit - 21 }],
    })
  })

  test('did we get what we chose?', async () => {
    const { body } = await get(`${base}/account`)
    expect(body).toMatchObject({
      window: { segments: 1, chosen: 84, pending: 84, received: 0 },
      segments: [{ segment: 1, tokens: 'NEW', account: { chosen: 84 } }],
    })
  })
})
