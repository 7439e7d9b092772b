import { beforeEach, expect, test } from 'vitest'
import type { Mission } from '#domain/mission'
import { dozen, parcelOf } from '#test/dozen'
import { MemoryLedger, plannerOver } from './index.ts'
import type { PlanContext } from './index.ts'

const day = 86_400_000
let now: number
let ledger: MemoryLedger

beforeEach(() => {
  now = Date.UTC(2026, 5, 1)
  ledger = new MemoryLedger(dozen, () => now)
  for (let at = 0; at < 10; at++) ledger.record({ ...parcelOf('cnt day l0', 'da', at, [1, 0, 0], 'x').file, arrived: now })
  // Nobody hears of them: only a sweep finds them.
  ledger.skipLog()
})

const plannerOf = (mission: Mission = dozen, rows = 3) => {
  const log = { info: () => undefined, warn: () => undefined } as unknown as PlanContext['log']
  return plannerOver({ missions: [mission], settings: { settle: 0 }, clock: () => now, log }, ledger, rows)
}
const known = (): readonly string[] =>
  [...ledger.cells.values()].flatMap(c => (c.product === 'cnt day l0' ? [c.partition.slice(8)] : [])).toSorted()

test('a slice looks at what is newest; the next planner goes on where the last one stopped, to the end', async () => {
  expect(await plannerOf().sweepOn()).toBe(true)
  expect(known()).toEqual(['10'])
  const next = plannerOf()
  expect(await next.sweepOn()).toBe(true)
  expect(known()).toEqual(['09', '10'])
  while (await next.sweepOn());
  expect(known()).toHaveLength(10)
  expect(await ledger.sweepOf()).toMatchObject({ ended: now, backTo: undefined })
})

test('a day with more than a slice holds takes several, and is kept as it was before the first', async () => {
  const first = plannerOf()
  while (await first.sweepOn());
  await plannerOf(dozen, 1).sweepOn()
  const { day: open, backTo = 0 } = (await ledger.sweepOf()) ?? {}
  expect(open?.start).toBe(Date.UTC(2026, 0, 10))
  expect(backTo).toBeGreaterThan(open?.start ?? Infinity)
  const next = plannerOf(dozen, 1)
  while ((await ledger.sweepOf())?.day !== undefined) await next.sweepOn()
  expect(await ledger.seenOf('', open?.start ?? 0)).toMatchObject({ digest: open?.digest })
})

test('the next pass leaves out what is as it was, and finds what changed without a word', async () => {
  const planner = plannerOf()
  // Two passes write cells, the words of some anew: only then is each day as it was before it was looked at.
  for (let pass = 0; pass < 3; pass++, now += day) while (await planner.sweepOn());
  const settled = ledger.cells.size
  while (await planner.sweepOn());
  expect(await ledger.sweepOf()).toMatchObject({ partitions: 0, ended: now })
  const [lost] = [...ledger.cells.entries()].filter(([, c]) => c.partition === '2026-01-05')
  ledger.cells.delete(lost?.[0] ?? '')
  now += day
  while (await planner.sweepOn());
  expect(ledger.cells.size).toBe(settled)
  expect((await ledger.sweepOf())?.partitions).toBeLessThan(settled / 5)
  now += 31 * day
  while (await planner.sweepOn());
  expect((await ledger.sweepOf())?.partitions).toBeGreaterThanOrEqual(settled)
})

test('a pass that has ended is followed by one a day later, and by one of a planner that has just been started', async () => {
  const planner = plannerOf()
  while (await planner.sweepOn());
  now += day - 1
  expect(await planner.sweepOn()).toBe(false)
  now += 1
  expect(await planner.sweepOn()).toBe(true)
  while (await planner.sweepOn());
  expect(await plannerOf().sweepOn()).toBe(true)
})

test('with other rules a pass begins anew: what is newest may be made otherwise', async () => {
  await plannerOf().sweepOn()
  const { began } = (await ledger.sweepOf()) ?? { began: 0 }
  now += 1000
  await plannerOf({ ...dozen, processes: dozen.processes.filter(p => p.id !== 'picture') }).sweepOn()
  expect(await ledger.sweepOf()).toMatchObject({ began: began + 1000, ended: undefined })
})
