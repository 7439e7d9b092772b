import { expect, test } from 'vitest'
import { inDisorder, inOrder, storyOf } from '#test/schedule'

/**
 * Invariant 6, by very many orders of events: arrivals, duplicates, reordering, planners and workers that go forward step by step beside
 * each other, crashes between any two steps, lost hints, a log that is skipped, dead tries that wake, clocks that jump. Whatever happened,
 * looking at everything leads to what the plain order leads to.
 */
const deep = process.env['APSIS_DEEP'] === '1'
const schedules = deep ? 1_000_000 : 10_000
const perStory = 25
const base = Number(process.env['APSIS_SEED'] ?? Math.floor(Math.random() * 2 ** 31))

test(`${schedules} random schedules end as the plain order does (APSIS_SEED=${base})`, { timeout: 24 * 3_600_000 }, async () => {
  const different: string[] = []
  for (let i = 0; i < schedules / perStory && different.length < 3; i++) {
    const story = storyOf(base + i)
    const wanted = await inOrder(story)
    for (let k = 0; k < perStory; k++) {
      const seed = (base + i) * perStory + k
      const told = (message: string): number => different.push(`story ${base + i}, schedule ${seed}: ${message}`)
      try {
        const { state, unsound } = await inDisorder(story, seed)
        if (state !== wanted) told(describe(wanted, state))
        if (unsound.length > 0) told(unsound.join('; '))
      } catch (error) {
        told(String(error))
      }
    }
  }
  expect(different).toEqual([])
})

function describe(wanted: string, got: string): string {
  const [a, b] = [wanted.split('\n'), got.split('\n')]
  const without = (x: readonly string[], y: readonly string[]): string => x.filter(line => !y.includes(line)).join('; ')
  return `missing ${without(a, b)}; instead ${without(b, a)}`
}
