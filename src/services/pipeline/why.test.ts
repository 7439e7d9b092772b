import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDb } from '#services/db'
import type { CellHave, CellNext, Db } from '#services/db'
import { freshDatabase } from '#test/database'
import { explain } from './index.ts'

let db: Db
const day = Date.UTC(2026, 0, 1)
const now = day + 40 * 86_400_000

beforeAll(async () => {
  db = openDb((await freshDatabase()).config, 2)
})
afterAll(() => db.destroy())

interface Told {
  readonly have?: CellHave
  readonly next?: CellNext
  readonly kind?: string
  readonly causes?: readonly string[]
  readonly due?: number
  /** What it wants and nobody expects. */
  readonly wants?: string
}

/** Cells of a mission of their own; every one has the partition `p`. */
async function tell(mission: string, cells: Readonly<Record<string, Told>>): Promise<void> {
  for (const [dataset, { have = 'none', next = 'waiting', kind = 'inputs', causes, due, wants }] of Object.entries(cells))
    await db
      .insertInto('cell')
      .values({
        mission,
        dataset,
        partition: 'p',
        product: dataset,
        spacecraft: 'sc',
        process: null,
        start_time: new Date(day),
        stop_time: new Date(day + 86_400_000),
        due_at: due === undefined ? null : new Date(due),
        have,
        next,
        reason: JSON.stringify({
          kind,
          text: `text of ${dataset}`,
          ...(wants === undefined ? {} : { causes: [{ dataset: wants, partition: 'p', wanted: `no ${wants} has come` }] }),
          ...(causes === undefined ? {} : { causes: causes.map(c => ({ dataset: c, partition: 'p' })) }),
        }),
        file: null,
        recipe: null,
        changed_at: new Date(day),
      })
      .execute()
}

const chainOf = async (mission: string, dataset: string): Promise<readonly string[]> =>
  (await explain(db, mission, dataset, 'p', now))?.chain.map(l => l.dataset) ?? []

test('a chain over several levels, with what shares its root', async () => {
  await tell('levels', {
    raw: { next: 'lost', kind: 'lost' },
    l1: { causes: ['raw'] },
    l2: { causes: ['l1'] },
    ql: { causes: ['l2'], due: now - 1 },
    other: { causes: ['l1'] },
    apart: { next: 'failed', kind: 'failed' },
  })
  const why = await explain(db, 'levels', 'ql', 'p', now)
  expect(why?.chain.map(l => [l.dataset, l.state, l.text, l.alsoBlamed])).toEqual([
    ['ql', 'late', 'text of ql', 0],
    ['l2', 'waiting', 'text of l2', 0],
    ['l1', 'waiting', 'text of l1', 0],
    ['raw', 'lost', 'text of raw', 0],
  ])
  // of l1, l2, ql, other: those that are not asked about
  const shared = async (dataset: string): Promise<number | undefined> => (await explain(db, 'levels', dataset, 'p', now))?.sharedBy
  expect(await Promise.all(['ql', 'l2', 'l1', 'other', 'raw', 'apart'].map(shared))).toEqual([3, 3, 3, 3, 4, 0])
})

test('what is wanted and nobody expects is a root with a name, shared and counted, and can be asked for itself', async () => {
  await tell('wants', {
    l1: { wants: 'gains', due: now - 1 },
    other: { wants: 'gains' },
    apart: { wants: 'kernels' },
    l2: { causes: ['l1'] },
  })
  const why = async (dataset: string): Promise<unknown> => {
    const found = await explain(db, 'wants', dataset, 'p', now)
    return found && [...found.chain.map(l => `${l.dataset} ${l.state}: ${l.text}`), found.sharedBy]
  }
  expect(await why('l2')).toEqual(['l2 waiting: text of l2', 'l1 late: text of l1', 'gains late: no gains has come', 2])
  expect(await why('other')).toEqual(['other waiting: text of other', 'gains waiting: no gains has come', 2])
  expect(await why('gains')).toEqual(['gains waiting: no gains has come', 3])
  expect(await why('apart')).toEqual(['apart waiting: text of apart', 'kernels waiting: no kernels has come', 0])
  expect(await why('l3')).toBeUndefined()
})

test('the shortest way is told, and how many others are blamed', async () => {
  await tell('short', {
    top: { causes: ['long', 'direct', 'third'] },
    long: { causes: ['longer'] },
    longer: { causes: ['root'] },
    direct: { causes: ['root'] },
    third: { causes: ['longer'] },
    root: { kind: 'not-arrived' },
  })
  expect(await chainOf('short', 'top')).toEqual(['top', 'direct', 'root'])
  expect((await explain(db, 'short', 'top', 'p', now))?.chain.map(l => l.alsoBlamed)).toEqual([2, 0, 0])
})

test.each([
  [['waits', 'held', 'fails', 'lost', 'absent'], 'fails'],
  [['absent', 'lost', 'held'], 'held'],
  [['held', 'gave up'], 'gave up'],
  [['waits', 'absent', 'lost'], 'lost'],
  [['waits', 'absent'], 'absent'],
  [['gaps', 'waits'], 'gaps'],
  [['waits', 'waits too'], 'waits'],
])('of equally long ways to %j, %s is told', async (causes, wanted) => {
  const mission = `ties ${causes.join()}`
  await tell(mission, {
    top: { causes },
    waits: { kind: 'settling' },
    'waits too': { kind: 'settling' },
    fails: { next: 'failed', kind: 'failed' },
    'gave up': { kind: 'gave-up' },
    held: { next: 'held', kind: 'held' },
    lost: { next: 'lost', kind: 'lost' },
    absent: { kind: 'not-arrived' },
    gaps: { kind: 'not-covered' },
  })
  expect(await chainOf(mission, 'top')).toEqual(['top', wanted])
})

test('causes in a circle end', async () => {
  await tell('circle', { a: { causes: ['b'] }, b: { causes: ['c'] }, c: { causes: ['a'] }, itself: { causes: ['itself'] } })
  expect(await chainOf('circle', 'a')).toEqual(['a'])
  expect(await chainOf('circle', 'itself')).toEqual(['itself'])
  expect((await explain(db, 'circle', 'a', 'p', now))?.sharedBy).toBe(2)
})

test('a cause that no cell stands for is no link', async () => {
  await tell('gone', { top: { causes: ['nobody'] } })
  expect(await chainOf('gone', 'top')).toEqual(['top'])
})

test('nothing is known of what nobody expects', async () => {
  expect(await explain(db, 'gone', 'unheard', 'p', now)).toBeUndefined()
})
