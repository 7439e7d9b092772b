import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDb, withTx, type Db } from '#services/db'
import { freshDatabase } from '#test/database'
import { listCycles, storeCycles, type EvaluatedCycle } from './index.ts'

let db: Db
beforeAll(async () => {
  db = openDb((await freshDatabase()).config)
})
afterAll(() => db.destroy())

test('cycles are stored with what is missing, and a later evaluation replaces them', async () => {
  const cycle = (spacecraft: number, tai: number, numbers: readonly number[] | null, cdq: number | null): EvaluatedCycle => ({
    spacecraft,
    tai,
    numbers,
    cdq,
    mdq: 2.5,
  })
  await withTx(db, tx => storeCycles(tx, 'mms', 'one', [cycle(0, 100, [1, 2.5, 3], 4), cycle(0, 110, null, null), cycle(1, 100, [], 0)]))
  expect(await listCycles(db, 'mms', 0, { from: 100, to: 120 })).toEqual([
    { spacecraft: 0, tai: 100, numbers: [1, 2.5, 3], cdq: 4, mdq: 2.5, evaluation: 'one' },
    { spacecraft: 0, tai: 110, numbers: null, cdq: null, mdq: 2.5, evaluation: 'one' },
  ])
  await withTx(db, tx => storeCycles(tx, 'mms', 'two', [cycle(0, 110, [7], 7)]))
  expect(await listCycles(db, 'mms', 0, { from: 101, to: 1000 })).toMatchObject([{ tai: 110, numbers: [7], cdq: 7, evaluation: 'two' }])
  expect(await listCycles(db, 'mms', 0, { from: 0, to: 1000, limit: 1 })).toHaveLength(1)
  expect(await listCycles(db, 'other', 0, { from: 0, to: 1000 })).toEqual([])
})
