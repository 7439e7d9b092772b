import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { absences, shownState, shownStates } from '#domain/plan'
import type { Have, Next, Reason } from '#domain/plan'
import { openDb } from '#services/db'
import type { Db } from '#services/db'
import { freshDatabase } from '#test/database'
import { listCells, parsePlace, parseStates, printPlace } from './index.ts'

let db: Db
const day = 86_400_000
const now = Date.UTC(2026, 0, 31)

const haves: readonly Have[] = ['none', 'partial', 'full', 'no-data']
const nexts: readonly Next[] = ['none', 'waiting', 'ready', 'running', 'held', 'failed', 'lost']
const kinds: readonly Reason['kind'][] = ['inputs', 'in-progress', 'not-due', 'waived', 'not-planned', ...absences]
const dues = [undefined, now - day, now + day]

const every = haves.flatMap(have =>
  nexts.flatMap(next => kinds.flatMap(kind => dues.map(due => ({ have, next, due, reason: { kind, text: 't' } })))),
)

const openCells = async (): Promise<Db> => {
  const fresh = openDb((await freshDatabase()).config, 2)
  await fresh
    .insertInto('cell')
    .values(
      every.map(({ have, next, due, reason }, i) => ({
        mission: 'm',
        dataset: `d${i % 5}`,
        partition: `p${String(i).padStart(3, '0')}`,
        product: 'p',
        spacecraft: 's',
        process: null,
        // three of a kind begin together
        start_time: new Date(now - Math.floor(i / 3) * day),
        stop_time: new Date(now - Math.floor(i / 3) * day + day),
        due_at: due === undefined ? null : new Date(due),
        have,
        next,
        reason: JSON.stringify(reason),
        file: null,
        recipe: null,
        changed_at: new Date(now),
      })),
    )
    .execute()
  return fresh
}

beforeAll(async () => {
  db = await openCells()
})
afterAll(() => db.destroy())

test.each(shownStates)('the filter for "%s" finds what is shown so, and nothing else', async state => {
  const found = await listCells(db, { states: [state], limit: 1000 }, now)
  expect(found.map(c => c.partition).toSorted()).toEqual(
    every.flatMap((cell, i) => (shownState(cell, now) === state ? [`p${String(i).padStart(3, '0')}`] : [])),
  )
  expect(found.length).toBeGreaterThan(0)
})

test('pages give every cell once, in one order', async () => {
  const all = await listCells(db, { limit: 1000 }, now)
  const paged: string[] = []
  for (let page = await listCells(db, { limit: 7 }, now); page.length > 0;) {
    paged.push(...page.map(c => c.partition))
    const last = page.at(-1)
    if (last === undefined) break
    page = await listCells(db, { limit: 7, after: parsePlace(printPlace(last)) }, now)
  }
  expect(paged).toEqual(all.map(c => c.partition))
  expect(all).toHaveLength(every.length)
})

test('a time means overlap', async () => {
  const found = await listCells(db, { from: now - 2 * day + 1, to: now - day, limit: 100 }, now)
  expect([...new Set(found.map(c => now - c.start))]).toEqual([2 * day])
})

test('the sums that triggers keep are the counts, folded or not', async () => {
  const own = await openCells()
  const counted = async (): Promise<unknown> =>
    own
      .selectFrom('cell_tally')
      .select(e => ['have', 'next', 'kind', e.fn.sum('cells').as('n')])
      .groupBy(['have', 'next', 'kind'])
      .having(e => e.fn.sum('cells'), '<>', '0')
      .orderBy('have')
      .orderBy('next')
      .orderBy('kind')
      .execute()
  await own.updateTable('cell').set({ have: 'full', next: 'none' }).where('partition', '<', 'p050').execute()
  await own.deleteFrom('cell').where('partition', '>=', 'p300').execute()
  const { rows } = await sql<{ n: number }>`
    select have, next, reason->>'kind' as kind, count(*) as n from cell group by 1, 2, 3 order by 1, 2, 3`.execute(own)
  const wanted = rows.map(r => ({ ...r, n: String(r.n) }))
  expect(await counted()).toEqual(wanted)
  await Promise.all([1, 2].map(() => sql`select fold_tallies()`.execute(own)))
  expect(await counted()).toEqual(wanted)
  await own.destroy()
})

test.each([
  ['late,no data', ['late', 'no data']],
  ['not-due', ['not due']],
])('%s are states', (text, states) => {
  expect(parseStates(text)).toEqual(states)
})

test('what is no state and no place is said', () => {
  expect(() => parseStates('lost,tardy')).toThrow('there is no state tardy; there are failed, late')
  for (const text of ['', 'x', Buffer.from('[1]').toString('base64url')]) expect(() => parsePlace(text)).toThrow('after= is no place')
})
