import { PassThrough } from 'node:stream'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadMissions } from '#services/missions'
import { missionsFolder } from '#apps/system'
import { openInstallation, textMission } from '#test/installation'
import type { Installation } from '#test/installation'
import { openDisplay, readProgress, simulatedMission, summaryLines } from './index.ts'
import { planFlight } from './flight.ts'
import { progressLines } from './progress.ts'
import type { Progress } from './progress.ts'

const progress = (change: Partial<Progress> = {}): Progress => ({
  stages: [
    { title: 'Telemetry', made: 7, expected: 14 },
    { title: 'Level 2', made: 0, expected: 0 },
    { title: 'Quicklook', made: 3, expected: 3 },
  ],
  files: 1234,
  running: [],
  ...change,
})

describe('the lines of the display', () => {
  test('bars are as long as what is made', () => {
    expect(progressLines(progress(), '2026-11-23 12:00')).toEqual([
      `  Telemetry           ${'█'.repeat(14)}${'░'.repeat(14)}    7 of 14`,
      `  Level 2             ${'░'.repeat(28)}    0 of 0`,
      `  Quicklook           ${'█'.repeat(28)}    3 of 3`,
      '  1234 files · 2026-11-23 12:00',
      '  running: nothing at this moment',
    ])
  })

  test('two running jobs are named, others not', () => {
    expect(progressLines(progress({ running: ['a ta d', 'b ta d', 'c ta d'] }), 'now').at(-1)).toBe('  running: a ta d · b ta d')
  })
})

describe('the display', () => {
  const open = (columns: number | undefined): { readonly out: NodeJS.WriteStream; readonly text: () => string } => {
    const out = new PassThrough()
    const written: string[] = []
    out.on('data', (chunk: Buffer) => written.push(chunk.toString()))
    const stream = Object.assign(out, columns === undefined ? {} : { isTTY: true, columns }) as unknown as NodeJS.WriteStream
    return { out: stream, text: () => written.join('') }
  }

  test('in a terminal draws over itself, and no line is wider than the terminal', () => {
    const { out, text } = open(40)
    const display = openDisplay(out)
    display.show(progress(), 'now')
    const lines = text().trimEnd().split('\n')
    expect(lines).toHaveLength(5)
    expect(Math.max(...lines.map(l => l.length))).toBeLessThan(40)
    display.note('a note')
    expect(text()).toContain('\u001B[5A\u001B[0Ja note\n')
    display.show(progress(), 'now')
    display.show(progress(), 'then')
    display.end()
    expect(text().endsWith('\u001B[5A\u001B[0J')).toBe(true)
    expect(text().split('\u001B[5A').length - 1).toBe(3)
  })

  test('elsewhere tells a line only when something changed', () => {
    const { out, text } = open(undefined)
    const display = openDisplay(out)
    display.show(progress(), 'now')
    display.show(progress(), 'a second later')
    display.show(progress({ files: 1235 }), 'then')
    display.note('a note')
    display.end()
    const line = (n: number): string => `  ${n} files: Telemetry 7/14, Level 2 0/0, Quicklook 3/3\n`
    expect(text()).toBe(`${line(1234)}${line(1235)}a note\n`)
    expect(text()).not.toContain('\u001B')
  })
})

describe('of a ledger', () => {
  let home: Installation

  beforeAll(async () => {
    home = await openInstallation(textMission)
    await home.deliver('ta_cnt_day_l0_20260101_v0.0.0.txt', 'a\n')
    await home.settle()
  })
  afterAll(() => home.close())

  test('the stages count cells by level', async () => {
    const { stages, files, running } = await readProgress(home.db)
    const told = Object.fromEntries(stages.map(s => [s.title, [s.made, s.expected]]))
    expect(told).toEqual({ Telemetry: [1, 1], 'Orbit and attitude': [0, 0], 'Level 1A': [0, 0], 'Level 2': [1, 1], Quicklook: [0, 0] })
    expect(files).toBe(3)
    expect(running).toEqual([])
  })

  const facts = {
    address: 'http://127.0.0.1:8080',
    signIn: 'http://127.0.0.1:8080/sign-in/x',
    home: '/home/demo',
    seconds: 61,
    fresh: true,
    screen: true,
    homeOption: ' --home x',
  }

  test('the summary names what was made, and commands that can be typed as they stand', async () => {
    const text = (await summaryLines(home.db, facts, home.now)).join('\n')
    expect(text).toContain('everything was made in 61 s')
    expect(text).toMatch(/Files: 3\b.*science l1 1, science l2 1, telemetry l0 1/)
    expect(text).toContain('Newest public products: ta_cnt_day_l2_20260101_v2.0.0.txt')
    expect(text).toContain('./apsis trace ta_cnt_day_l0_20260101_v0.0.0.txt --home x')
    expect(text).not.toContain('ssh')
  })

  test('a machine without a screen is told how to look from another', async () => {
    const text = (await summaryLines(home.db, { ...facts, screen: false, fresh: false }, home.now)).join('\n')
    expect(text).toContain('is back in 61 s')
    expect(text).toMatch(/ssh -L 8080:127\.0\.0\.1:8080 \S+, then open http:\/\/127\.0\.0\.1:8080/)
  })

  test('the best story is a cell that blames something, of the highest level', async () => {
    const cell = (dataset: string, product: string, kind: string) => ({
      mission: 'tally',
      dataset,
      partition: '2026-02-01',
      product,
      spacecraft: 'ta',
      process: null,
      start_time: new Date(home.now),
      stop_time: new Date(home.now),
      due_at: null,
      have: 'partial' as const,
      next: 'waiting' as const,
      reason: JSON.stringify({ kind, text: 'x' }),
      file: null,
      recipe: null,
      changed_at: new Date(home.now),
    })
    const line = async (): Promise<string | undefined> =>
      (await summaryLines(home.db, facts, home.now)).find(l => l.includes('./apsis why'))?.trim()
    await home.db
      .insertInto('cell')
      .values(cell('growing', 'x y l2', 'in-progress'))
      .execute()
    expect(await line()).toBe('./apsis why growing 2026-02-01 --home x')
    await home.db
      .insertInto('cell')
      .values(cell('raw', 'x y l1a', 'inputs'))
      .execute()
    expect(await line()).toBe('./apsis why raw 2026-02-01 --home x')
    await home.db
      .insertInto('cell')
      .values(cell('science', 'x y l2', 'inputs'))
      .execute()
    expect(await line()).toBe('./apsis why science 2026-02-01 --home x')
    await home.db.deleteFrom('cell').where('product', 'like', 'x y %').execute()
  })
})

describe('the flight', () => {
  test('the mission with a simulation is flown; without one that is said', async () => {
    const missions = await loadMissions(missionsFolder({}))
    const flown = simulatedMission(missions)
    expect(flown.simulation).toBeDefined()
    expect(() => simulatedMission([])).toThrow('no mission folder describes a simulation')
    const silent = missions.find(m => m.simulation === undefined)
    if (silent !== undefined)
      expect(() => planFlight(silent, { mission: silent.id, seed: 1, end: 0, hours: 1, contacts: 1 })).toThrow('no simulation to fly')
    const order = { mission: flown.id, seed: 1, end: Date.UTC(2026, 10, 23), hours: 12, contacts: 2 }
    const plan = planFlight(flown, order)
    expect(plan.length).toBeGreaterThan(0)
    expect(planFlight(flown, order)).toEqual(plan)
    expect(plan.map(d => d.at)).toEqual(plan.map(d => d.at).toSorted((a, b) => Number(a - b)))
  })
})
