import { expect, test } from 'vitest'
import { together } from './index.ts'

test('what comes while one runs goes together in the next; one that fails fails alone', async () => {
  const runs: (readonly number[])[] = []
  const add = together(async (items: readonly number[]) => {
    runs.push(items)
    await new Promise(resolve => setTimeout(resolve, 1))
    if (items.includes(13)) throw new Error('thirteen')
    return items.map(item => (item < 0 ? { error: new RangeError(`${item}`) } : { result: item * 2 }))
  }, 3)
  const came = await Promise.allSettled([1, 2, -3, 4, 5, 13].map(add))
  expect(came.map(c => (c.status === 'fulfilled' ? c.value : String(c.reason)))).toEqual([2, 4, 'RangeError: -3', 8, 10, 'Error: thirteen'])
  expect(runs).toEqual([[1], [2, -3, 4], [5, 13], [5], [13]])
  expect(await add(7)).toBe(14)
})
