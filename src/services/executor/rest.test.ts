import { expect, test, vi } from 'vitest'
import { openRest } from './rest.ts'

test('a rest ends at its time, at a call, at once after a call that came before, and at the stop', async () => {
  vi.useFakeTimers()
  const stop = new AbortController()
  const rest = openRest(stop.signal)
  let over = 0
  const begin = (): void => void rest.until(1000).then(() => over++)
  begin()
  await vi.advanceTimersByTimeAsync(999)
  expect(over).toBe(0)
  await vi.advanceTimersByTimeAsync(1)
  expect(over).toBe(1)
  begin()
  rest.wake()
  await vi.advanceTimersByTimeAsync(0)
  expect(over).toBe(2)
  rest.wake()
  begin()
  await vi.advanceTimersByTimeAsync(0)
  expect(over).toBe(3)
  begin()
  stop.abort()
  await vi.advanceTimersByTimeAsync(0)
  expect(over).toBe(4)
  vi.useRealTimers()
})
