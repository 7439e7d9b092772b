import { pino } from 'pino'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Mission } from '#domain/mission'
import { dayMs } from '#domain/partition'
import type { Reason } from '#domain/plan'
import { openInstallation, textMission } from '#test/installation'
import type { Installation } from '#test/installation'
import { changed, dozen, first, oddReader, parcelOf, withOddOutput } from '#test/dozen'
import { MemoryLedger, explain, makePlanner, plannerOver } from './index.ts'
import type { PlanContext } from './index.ts'

describe('in memory', () => {
  let now = 0
  const log = { info: () => undefined, warn: () => undefined } as unknown as PlanContext['log']
  const plannerOf = (ledger: MemoryLedger, mission: Mission) =>
    plannerOver({ missions: [mission], settings: { settle: 0 }, clock: () => now, log }, ledger)
  const open = (): MemoryLedger => {
    now = first + 40 * dayMs
    const ledger = new MemoryLedger(dozen, () => now)
    for (let at = 0; at < 12; at++) ledger.record({ ...parcelOf('cnt day l0', 'da', at, [1, 0, 0], 'x').file, arrived: now })
    return ledger
  }
  const saying = (ledger: MemoryLedger, kind: Reason['kind']): readonly string[] =>
    [...ledger.cells.values()]
      .filter(c => c.state.reason.kind === kind)
      .map(c => `${c.dataset} ${c.partition}`)
      .toSorted()

  test('a fault in one rule leaves all others planned, is told in its cells, and heals with the next audit', async () => {
    const [ledger, sound] = [open(), open()]
    await plannerOf(sound, dozen).follow()
    await plannerOf(ledger, changed(dozen, 'spectra', withOddOutput)).follow()
    const odd = saying(ledger, 'not-planned')
    expect(odd).toHaveLength(24)
    expect(odd.every(cell => cell.startsWith('da_cnt_spec_l1 '))).toBe(true)
    const cell = ledger.cells.get(odd[0] ?? '')
    expect(cell?.state).toMatchObject({ have: 'none', next: 'failed' })
    expect(cell?.state.reason.text).toMatch(/^could not be planned: .*odd thing.*; it is tried again until it can be$/)
    const below = new Set(['spectra', 'beams', 'picture'])
    const others = (of: MemoryLedger): unknown =>
      [...of.cells.values()].flatMap(c =>
        below.has(c.process ?? '') ? [] : [[c.dataset, c.partition, c.state.have, c.state.next, c.state.reason.text]],
      )
    expect(others(ledger)).toEqual(others(sound))
    await plannerOf(ledger, dozen).audit()
    expect(saying(ledger, 'not-planned')).toEqual([])
    expect(saying(ledger, 'queued')).toEqual(saying(sound, 'queued'))
  })

  test('a change of which nobody can tell what it matters to says so, and its readers are found when that is mended', async () => {
    const [ledger, sound] = [open(), open()]
    const [like] = dozen.processes
    if (like === undefined) throw new Error('no process')
    await plannerOf(sound, dozen).follow()
    const broken = plannerOf(ledger, { ...dozen, processes: [...dozen.processes, oddReader('cnt day l0', like)] })
    await broken.follow()
    expect(saying(ledger, 'not-planned')).toHaveLength(12)
    expect(ledger.cells.size).toBe(12)
    expect(ledger.cells.get('da_cnt_day_l0 2026-01-01')?.state.reason.text).toMatch(/^what is made of it could not be looked for: /)
    await broken.audit()
    await broken.sweep()
    expect(saying(ledger, 'not-planned')).toHaveLength(12)
    // No sweep: what heals tells its readers itself.
    await plannerOf(ledger, dozen).audit()
    const all = (of: MemoryLedger): readonly string[] =>
      [...of.cells.values()].map(c => `${c.dataset} ${c.partition} ${c.state.have} ${c.state.next} ${c.state.reason.text}`).toSorted()
    expect(all(ledger)).toEqual(all(sound))
  })
})

describe('in PostgreSQL', () => {
  let home: Installation
  beforeAll(async () => {
    home = await openInstallation(textMission)
  })
  afterAll(() => home.close())

  const days = (of: number, from: string): readonly string[] =>
    Array.from({ length: of }, (_, i) => new Date(Date.parse(from) + i * dayMs).toISOString().slice(0, 10))
  const raw = (day: string, version = '0.0.0'): string => `ta_cnt_day_l0_${day.replaceAll('-', '')}_v${version}.txt`
  const cellOf = (dataset: string, partition: string) =>
    home.db
      .selectFrom('cell')
      .select(['have', 'next', 'reason'])
      .where(e => e.and({ dataset, partition }))
      .executeTakeFirst()
  const plannerOf = (mission: Mission) => makePlanner({ ...home.pipeline, missions: [mission], log: pino({ level: 'silent' }) })

  test('an odd row stops its own work only; nothing of it is made by half, and mending the row is enough', async () => {
    const all = days(3, '2026-03-01')
    for (const day of all) await home.deliver(raw(day), `${day}\n`)
    await home.settle()
    // A version that is not of the product's scheme: no next version can be told.
    const odd = all[1] ?? ''
    const version = sql`update file set version = ${sql.lit('{1}')}::int[] where dataset = 'ta_cnt_day_l1' and partition = ${odd}`
    await version.execute(home.db)
    for (const day of all) await home.deliver(raw(day, '0.0.1'), `${day}\nmore\n`)
    await home.settle()
    for (const day of all.filter(d => d !== odd)) expect((await cellOf('ta_cnt_day_l1', day))?.reason).toMatchObject({ kind: 'complete' })
    const cell = await cellOf('ta_cnt_day_l1', odd)
    expect(cell).toMatchObject({ have: 'full', next: 'failed', reason: { kind: 'not-planned' } })
    const jobs = home.db.selectFrom('job').select('state').where('partition', '=', odd).where('process', '=', 'count')
    expect(await jobs.execute()).toHaveLength(1)
    const why = await explain(home.db, 'tally', 'ta_cnt_day_l1', odd, home.pipeline.clock())
    expect(why?.chain.at(-1)?.text).toMatch(/could not be planned: .*version/)
    await sql`update file set version = '{0,0,0}' where dataset = 'ta_cnt_day_l1' and partition = ${odd}`.execute(home.db)
    await home.planner.audit()
    await home.settle()
    expect(await cellOf('ta_cnt_day_l1', odd)).toMatchObject({ have: 'full', next: 'none', reason: { kind: 'complete' } })
    expect(await cellOf('ta_cnt_day_l2', odd)).toMatchObject({ have: 'full', next: 'none', reason: { kind: 'complete' } })
  })

  test('a row that is no JSON object, in the log, keeps nobody from reading on', async () => {
    const [odd = '', sound = ''] = days(2, '2026-04-01')
    await home.deliver(raw(odd), 'a\n')
    await sql`update file set content = 'null' where dataset = 'ta_cnt_day_l0' and partition = ${odd}`.execute(home.db)
    await home.deliver(raw(sound), 'b\n')
    await home.settle()
    expect(await cellOf('ta_cnt_day_l2', sound)).toMatchObject({ have: 'full' })
    expect(await cellOf('ta_cnt_day_l0', odd)).toMatchObject({ next: 'failed', reason: { kind: 'not-planned' } })
    expect(await cellOf('ta_cnt_day_l1', odd)).toBeUndefined()
    await sql`update file set content = '{}' where dataset = 'ta_cnt_day_l0' and partition = ${odd}`.execute(home.db)
    await home.planner.audit()
    await home.settle()
    expect(await cellOf('ta_cnt_day_l2', odd)).toMatchObject({ have: 'full', next: 'none' })
  })

  test('a rule that breaks while its facts are gathered, and readers that cannot be found', async () => {
    const { mission } = home
    const [day = ''] = days(1, '2026-05-01')
    const [like] = mission.processes
    if (like === undefined) throw new Error('no process')
    await home.deliver(raw(day), 'a\n')
    await plannerOf(changed(mission, 'count', withOddOutput)).follow()
    expect(await cellOf('ta_cnt_day_l0', day)).toMatchObject({ have: 'full' })
    expect(await cellOf('ta_cnt_day_l1', day)).toMatchObject({ have: 'none', next: 'failed', reason: { kind: 'not-planned' } })
    await plannerOf({ ...mission, processes: [...mission.processes, oddReader('cnt day l0', like)] }).sweep()
    expect(await cellOf('ta_cnt_day_l0', day)).toMatchObject({ have: 'full', next: 'failed', reason: { kind: 'not-planned' } })
    await home.planner.audit()
    await home.settle()
    expect(await cellOf('ta_cnt_day_l2', day)).toMatchObject({ have: 'full', next: 'none' })
    const left = await home.db
      .selectFrom('cell')
      .select('dataset')
      .where(sql<boolean>`reason ->> 'kind' = 'not-planned'`)
      .execute()
    expect(left).toEqual([])
  })
})
