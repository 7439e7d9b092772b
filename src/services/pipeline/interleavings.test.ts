import { on } from 'node:events'
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { checkSchedules } from '#test/schedule-check'
import type { Said } from '#test/schedule-check'

/**
 * Invariant 6, by very many orders of events: arrivals, duplicates, reordering, planners and workers that go forward step by step beside
 * each other, crashes between any two steps, lost hints, a log that is skipped, dead tries that wake, clocks that jump. Whatever happened,
 * looking at everything leads to what the plain order leads to.
 */
const deep = process.env['APSIS_DEEP'] === '1'
const schedules = Number(process.env['APSIS_SCHEDULES'] ?? (deep ? 1_000_000 : 10_000))
const perStory = 25
const stories = Math.ceil(schedules / perStory)
const base = Number(process.env['APSIS_SEED'] ?? Math.floor(Math.random() * 2 ** 26))

/** A thread for each processor, as nothing waits for anything; every hundredth is told of. */
async function inThreads(lanes: number): Promise<readonly string[]> {
  const file = new URL('../../../test/fixtures/schedule-check.ts', import.meta.url)
  let told = 0
  const tell = (): void => {
    told++
    if (told % Math.ceil(stories / 100) === 0) console.log(`${told * perStory} of ${schedules} schedules`)
  }
  const threads = Array.from({ length: lanes }, async (_, lane) => {
    const share = { first: base + lane, stories: stories - lane, step: lanes, perStory }
    for await (const [said] of on(new Worker(file, { workerData: { share } }), 'message') as AsyncIterable<[Said]>)
      if (said === 'told') tell()
      else return said
    return ['a thread ended without a word']
  })
  return (await Promise.all(threads)).flat()
}

test(`${schedules} random schedules end as the plain order does (APSIS_SEED=${base})`, { timeout: 24 * 3_600_000 }, async () => {
  const different = deep ? await inThreads(availableParallelism()) : await checkSchedules({ first: base, stories, step: 1, perStory })
  expect(different).toEqual([])
})
