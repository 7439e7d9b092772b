import { expect, test } from 'vitest'
import { campaignMoves, itemMoves, jobMoves, mayMove, releaseMoves, statesBefore } from './index.ts'

const tables = { jobMoves, releaseMoves, campaignMoves, itemMoves }

test.each(Object.entries(tables))('every move of %s leads to a state of the table', (_, moves) => {
  const states = Object.keys(moves)
  for (const after of Object.values<readonly string[]>(moves)) for (const state of after) expect(states).toContain(state)
})

test.each([
  [jobMoves, 'ready'],
  [releaseMoves, 'registered'],
  [campaignMoves, 'proposed'],
  [itemMoves, 'waiting'],
] as const)('every state can be reached from the first one', (moves, first) => {
  const reached = new Set<string>([first])
  for (let size = 0; size < reached.size;) {
    size = reached.size
    for (const state of reached) for (const next of (moves as Record<string, readonly string[]>)[state] ?? []) reached.add(next)
  }
  expect([...reached].toSorted()).toEqual(Object.keys(moves).toSorted())
})

test('what has ended does not begin again', () => {
  expect(mayMove(campaignMoves, 'done', 'running')).toBe(false)
  expect(mayMove(jobMoves, 'superseded', 'made')).toBe(false)
  expect(mayMove(releaseMoves, 'registered', 'production')).toBe(false)
  expect(statesBefore(campaignMoves, 'running')).toEqual(['approved', 'paused'])
})
