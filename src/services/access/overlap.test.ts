import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { shownState } from '#domain/plan'
import { openDb } from '#services/db'
import type { Db } from '#services/db'
import { freshDatabase } from '#test/database'
import { countFiles, countShown, listCells, newestCells, searchFiles } from './index.ts'

const day = 86_400_000
const first = Date.UTC(2026, 0, 1)

/** Start and length in days, of files and of cells alike: most are days, some reach over many. */
const spans = [
  ...Array.from({ length: 60 }, (_, i) => ({ at: i, days: 1 })),
  { at: 0, days: 31 },
  { at: 31, days: 28 },
  { at: -400, days: 3000 },
  { at: 40, days: 2 },
  { at: 40.5, days: 3 },
].map(({ at, days }, i) => ({ i, start: first + at * day, stop: first + (at + days) * day, days }))

let db: Db
beforeAll(async () => {
  db = openDb((await freshDatabase()).config, 2)
  for (const { i, start, stop, days } of spans) {
    const [from, to, dataset] = [new Date(start), new Date(stop), days === 1 ? 'daily' : 'long']
    await sql`insert into file (mission, name, product, dataset, spacecraft, kind, partition, start_time, stop_time, version, version_text, size,
        sha256, path, latest, public, simulated, arrived_at, modified_at, actor)
      values ('m', ${`f${i}`}, ${dataset}, ${dataset}, 's', 'science', ${`p${i}`}, ${from}, ${to}, '{1}', '1', 1, repeat('a', 64), ${`f${i}`},
        true, true, false, now(), now(), 'test')`.execute(db)
    await sql`insert into cell (mission, dataset, partition, product, spacecraft, start_time, stop_time, due_at, have, next, reason, changed_at)
      values ('m', ${dataset}, ${`p${i}`}, ${dataset}, 's', ${from}, ${to}, ${to}, ${i % 3 === 0 ? 'none' : 'full'},
        ${i % 3 === 0 ? 'waiting' : 'none'}, ${i > 57 && i < 60 ? '{"kind": "not-due"}' : '{"kind": "inputs"}'}, now())`.execute(db)
  }
})
afterAll(() => db.destroy())

const overlapping = (from: number, to = Infinity) =>
  spans
    .filter(s => s.stop > from && s.start < to)
    .toSorted((a, b) => b.start - a.start || (a.days === 1 ? -1 : 1) - (b.days === 1 ? -1 : 1))

test.each([0, 1, 2.5, 31, 41, 42, 58, 300])('what reaches beyond day %d is found, however long ago it began', async at => {
  const [from, to] = [first + at * day, first + (at + 1) * day]
  const search = { mission: 'm', from, to }
  const wanted = overlapping(from, to)
  expect((await searchFiles(db, { ...search, limit: 100 }, 'all')).map(f => f.name)).toEqual(wanted.map(s => `f${s.i}`))
  expect(await countFiles(db, { ...search, limit: 1 }, 'all')).toBe(wanted.length)
  expect((await listCells(db, { ...search, limit: 100 }, from)).map(c => c.partition)).toEqual(wanted.map(s => `p${s.i}`))
})

test('pages go on from what is short to what is long', async () => {
  const from = first + 55 * day
  const wanted = overlapping(from).map(s => `f${s.i}`)
  const paged: string[] = []
  for (let offset = 0; offset < wanted.length; offset += 2)
    paged.push(...(await searchFiles(db, { mission: 'm', from, limit: 2, offset }, 'all')).map(f => f.name))
  expect(paged).toEqual(wanted)
  expect(wanted.length).toBeGreaterThan(4)
})

test('counts by state, and the newest of each dataset that is due', async () => {
  const [from, now] = [first + 50 * day, first + 60 * day]
  const cells = await listCells(db, { mission: 'm', from, limit: 100 }, now)
  for (const c of cells) expect(c.shown).toBe(shownState({ have: c.have, next: c.next, due: c.due ?? undefined, reason: c.reason }, now))
  const counted = await countShown(db, 'm', from, now)
  for (const { product, shown, cells: n } of counted) expect(cells.filter(c => c.product === product && c.shown === shown)).toHaveLength(n)
  expect(counted.reduce((sum, c) => sum + c.cells, 0)).toBe(cells.length)
  const early = now - 2 * day
  const newest = await newestCells(db, 'm', ['daily', 'long', 'absent'], from, early)
  const due = (await listCells(db, { mission: 'm', from, limit: 100 }, early)).filter(c => c.shown !== 'not due')
  expect(newest.map(c => c.partition).toSorted()).toEqual(
    ['daily', 'long'].map(dataset => due.find(c => c.dataset === dataset)?.partition ?? '').toSorted(),
  )
})
