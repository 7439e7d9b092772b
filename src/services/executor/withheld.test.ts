import { buildServer } from '#apps/server'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addToken } from '#services/people'
import { openInstallation, textMission } from '#test/installation'
import type { Installation } from '#test/installation'

// Counts come from a stand-in; the report over them is made by a program of the mission's own and its level is public.
const processes = textMission['processes.yaml'] ?? ''
let home: Installation
let app: ReturnType<typeof buildServer>
let team: string

beforeAll(async () => {
  home = await openInstallation({ ...textMission, 'processes.yaml': processes.replace('count.sh] }', 'count.sh] }\n  public: false') })
  await home.deliver('ta_cnt_day_l0_20260101_v0.0.0.txt', 'a\n')
  await home.settle()
  // Another report of a day whose counts were delivered by the team.
  await home.deliver('ta_cnt_day_l1_20260102_v0.0.0.txt', '7\n', 'the team')
  await home.settle()
  const { db, mission, ingest, now } = home
  app = buildServer({
    db,
    missions: [mission],
    store: ingest.store,
    home: { title: 'T', simulated: false, incoming: ingest.incoming },
    clock: () => now,
  })
  team = `Basic ${Buffer.from(`ada:${await addToken(db, { name: 'ada', role: 'team' }, 'test', now)}`).toString('base64')}`
})
afterAll(async () => {
  await app.close()
  await home.close()
})

const withheld = 'ta_cnt_day_l2_20260101_v2.0.0.txt'
const open = 'ta_cnt_day_l2_20260102_v2.0.0.txt'
const get = async (url: string, authorization?: string) =>
  app.inject({ url, headers: authorization === undefined ? {} : { authorization } })

test('what is made from a stand-in’s file is not shown to the public, whatever its product’s release says', async () => {
  const rows = await home.db.selectFrom('file').select(['name', 'public', 'withheld']).where('dataset', '=', 'ta_cnt_day_l2').execute()
  expect(rows.toSorted((a, b) => (a.name < b.name ? -1 : 1))).toEqual([
    { name: withheld, public: false, withheld: true },
    { name: open, public: true, withheld: false },
  ])
  const names = (body: string): readonly string[] => [withheld, open].filter(name => body.includes(name))
  expect(names((await get('/api/v1/files?mission=tally')).body)).toEqual([open])
  expect(names((await get('/api/v1/files?mission=tally', team)).body)).toEqual([withheld, open])
  expect((await get(`/api/v1/files/${withheld}`)).statusCode).toBe(404)
  expect((await get(`/api/v1/files/${withheld}`, team)).statusCode).toBe(200)
  expect((await get(`/tally/sdc/public/files/api/v1/download/science?file=${withheld}`)).statusCode).toBe(404)
  expect((await get(`/tally/sdc/public/files/api/v1/download/science?file=${open}`)).statusCode).toBe(200)
})
