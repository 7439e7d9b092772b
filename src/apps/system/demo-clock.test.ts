import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { openHome } from '#apps/home'
import type { Home } from '#apps/home'
import { demoClock, setDemoClock } from './demo-clock.ts'

const real = Date.UTC(2026, 10, 23, 12)
const hour = 3_600_000
let folder: string
let home: Home

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'apsis-clock-'))
  home = await openHome(join(folder, 'home'), 'demo')
  vi.useFakeTimers({ toFake: ['Date'], now: real })
})
afterEach(async () => {
  vi.useRealTimers()
  await rm(folder, { recursive: true, force: true })
})

const later = (ms: number): void => void vi.setSystemTime(Date.now() + ms)

test('is real until it is set', () => {
  expect(demoClock(home)()).toBe(real)
})

test('runs on from the moment to which it was set', () => {
  setDemoClock(home, real - 30 * hour)
  const clock = demoClock(home)
  expect(clock()).toBe(real - 30 * hour)
  later(5000)
  expect(clock()).toBe(real - 30 * hour + 5000)
})

test('is never set back, nor before the real present', async () => {
  setDemoClock(home, real - 30 * hour)
  setDemoClock(home, real - 40 * hour)
  expect(demoClock(home)()).toBe(real - 30 * hour)
  setDemoClock(home, real + hour)
  expect(demoClock(home)()).toBe(real)
  expect(JSON.parse(await readFile(join(home.dir, 'clock.json'), 'utf8'))).toEqual({ behind: 0 })
})

test('processes of a home follow what another one sets', () => {
  const clock = demoClock(home)
  clock()
  setDemoClock(home, real - 30 * hour)
  later(101)
  expect(clock()).toBe(real - 30 * hour + 101)
  setDemoClock(home, real - 20 * hour)
  later(101)
  expect(clock()).toBeGreaterThan(real - 20 * hour)
})

test('a broken file counts as none, and leaves no half-written one', async () => {
  await writeFile(join(home.dir, 'clock.json'), '{')
  expect(demoClock(home)()).toBe(real)
  setDemoClock(home, real - hour)
  expect(demoClock(home)()).toBe(real - hour)
  expect((await readdir(home.dir)).filter(name => name.startsWith('clock'))).toEqual(['clock.json'])
})
