import { expect, test } from 'vitest'
import { dozen } from '#test/dozen'
import { rehearse } from './index.ts'

const plan = {
  from: Date.UTC(2026, 0, 1),
  days: 2,
  contactsPerDay: 2,
  burstsPerDay: 1,
  delay: 600_000,
  settle: 5000,
  workers: 3,
  duration: () => 20_000,
}

test('a flight in memory ends with everything made, by no more workers than there are, and goes the same way twice', async () => {
  const fly = async () => {
    const loads: string[] = []
    const busy: number[] = []
    const load = (at: number, waiting: number, running: number): void => {
      loads.push(`${at} ${waiting} ${running}`)
      busy.push(running)
    }
    return { ...(await rehearse(dozen, { ...plan, watch: { load } })), loads, busy }
  }
  const [one, two] = [await fly(), await fly()]
  const open = [...one.ledger.cells.values()].filter(c => c.state.next !== 'none')
  expect(open.map(c => `${c.dataset} ${c.partition} ${c.state.reason.text}`)).toEqual([])
  expect(Math.max(...one.busy)).toBe(3)
  expect(one.work).toBe(20_000 * one.ledger.work.count)
  expect(two.loads).toEqual(one.loads)
  const told = ({ ledger }: typeof one): readonly string[] => [...ledger.files.values()].map(f => `${f.name} ${f.arrived}`)
  expect(told(two)).toEqual(told(one))
})

test('what is slow is late: with jobs that take hours, the last product comes later', async () => {
  const ends = async (seconds: number): Promise<number> => {
    const { ledger } = await rehearse(dozen, { ...plan, days: 1, workers: 1, duration: () => seconds * 1000 })
    return Math.max(...[...ledger.files.values()].map(f => f.arrived))
  }
  expect((await ends(3600)) - (await ends(1))).toBeGreaterThan(10 * 3_600_000)
})

test('a flight that forgets what is over ends as one that remembers all', async () => {
  const fly = async (forgets: boolean) => {
    const { ledger, cells } = await rehearse(dozen, { ...plan, days: 20, forgets })
    const open = [...ledger.cells.values()].filter(c => c.state.next !== 'none').map(c => `${c.dataset} ${c.partition}`)
    return { jobs: ledger.work.count, cells, open, kept: ledger.cells.size }
  }
  const [all, some] = [await fly(false), await fly(true)]
  expect(some).toEqual({ ...all, kept: some.kept })
  expect(some.kept).toBeLessThan(all.kept)
  expect(all.open).toEqual([])
})
