import { describe, expect, test } from 'vitest'
import { forecast } from './index.ts'
import type { History, Share } from './index.ts'

const past = (process: string, change: Partial<History> = {}): History => ({
  process,
  jobs: 10,
  cpuSeconds: 36,
  wallSeconds: 60,
  pickupSeconds: 0,
  bytes: 1000,
  kept: 0,
  keptBytes: 0,
  ...change,
})
const untold = { kept: undefined, keptBytes: undefined }
const share = (process: string, jobs: number, change: Partial<Share> = {}): Share => ({
  process,
  rank: 1,
  kind: 'asked',
  jobs,
  released: 0,
  spent: { jobs: 0, cpuSeconds: 0, wallSeconds: 0, bytes: 0 },
  after: [],
  ...change,
})
const now = Date.UTC(2026, 10, 23)

describe('the forecast of a campaign', () => {
  test('multiplies what a job has cost', () => {
    const f = forecast(
      [share('l1', 100), share('l2', 50, { rank: 2, kind: 'following', released: 50 })],
      [past('l1'), past('l2', { cpuSeconds: 72 })],
      1,
      now,
    )
    expect(f).toMatchObject({ jobs: 150, cpuHours: 2, slotHours: 2.5, bytes: 150_000, released: 50, unknown: [] })
    expect(f.finish - now).toBe(150 * 60_000)
  })

  test('ranks end one after the other, and few jobs do not fill all slots', () => {
    const f = forecast([share('l1', 8), share('l2', 2, { rank: 2 })], [past('l1'), past('l2')], 4, now)
    expect(f.finish - now).toBe((2 + 1) * 60_000)
  })

  test('counts the time in which slots look for their next job', () => {
    const f = forecast([share('l1', 4)], [past('l1', { pickupSeconds: 15 })], 2, now)
    expect(f.slotHours).toBeCloseTo(4 / 60)
    expect(f.finish - now).toBe(2 * 75_000)
  })

  test('takes what these very works cost last, and the mean only for those of which that is not known', () => {
    const spent = { jobs: 3, cpuSeconds: 300, wallSeconds: 600, bytes: 9000 }
    const f = forecast([share('l1', 4, { spent })], [past('l1')], 1, now)
    expect(f.cpuHours * 3600).toBeCloseTo(336)
    expect([f.bytes, f.finish - now]).toEqual([10_000, 660_000])
  })

  test('a first campaign takes all to change, and says of what and how little it may be; a comparison of its code says more', () => {
    const shares = [share('l1', 60), share('l2', 60, { rank: 2, kind: 'following', after: ['l1'] })]
    const history = [past('l1', untold), past('l2', untold)]
    const first = forecast(shares, history, 1, now)
    expect(first).toMatchObject({
      jobs: 120,
      bytes: 120_000,
      sampled: [],
      guessed: ['l1', 'l2'],
      least: { jobs: 60, cpuHours: 0.6, bytes: 0 },
    })
    const sample = new Map([['l1', { number: 0.75, weight: 0.75 }]])
    const compared = forecast(shares, history, 1, now, sample)
    expect(compared).toMatchObject({ jobs: 75, bytes: 30_000, sampled: ['l1'], guessed: ['l2'], least: { jobs: 75, bytes: 15_000 } })
    // What campaigns have told goes before a sample.
    const told = forecast(shares, [past('l1', { kept: 0.5, keptBytes: 0.5 }), past('l2')], 1, now, sample)
    expect(told).toMatchObject({ jobs: 90, sampled: [], guessed: [] })
  })

  test('counts what earlier campaigns kept: less is published, and less follows', () => {
    const shares = [
      share('l1', 100, { released: 10 }),
      share('l2', 100, { rank: 2, kind: 'following', after: ['l1'] }),
      share('l3', 100, { rank: 3, kind: 'following', after: ['l2', 'l1'] }),
    ]
    const f = forecast(shares, [past('l1', { kept: 0.5, keptBytes: 0.6 }), past('l2'), past('l3', { kept: 1, keptBytes: 1 })], 1, now)
    expect(f.shares.map(s => s.jobs)).toEqual([100, 50, 75])
    expect(f.shares.map(s => s.bytes)).toEqual([40_000, 40_000, 0])
    expect(f).toMatchObject({ jobs: 225, released: 5 })
  })

  test('says what has never run', () => {
    expect(forecast([share('new', 3)], [], 2, now)).toMatchObject({ jobs: 3, cpuHours: 0, unknown: ['new'] })
  })

  test('of nothing is nothing', () => {
    expect(forecast([], [], 2, now)).toMatchObject({ jobs: 0, bytes: 0, finish: now })
  })
})
