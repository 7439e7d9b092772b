import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { EventFact } from '#domain/plan'
import { withTx } from '#services/db'
import { openInstallation, textMission } from '#test/installation'
import type { Installation } from '#test/installation'
import {
  appendEvents,
  contactsOf,
  eventsAfter,
  findBytes,
  findFile,
  idsByNames,
  missionEventsIn,
  recordMissionEvents,
  recordRefusal,
} from './index.ts'
import type { ReportedEvent, Telling } from './index.ts'

let home: Installation
let dayNumber = 0

beforeAll(async () => {
  home = await openInstallation(textMission)
})
afterAll(() => home.close())

const hour = 3_600_000
const start = Date.UTC(2026, 0, 1)

/** A file that stands for a report; its id. */
async function report(day: number, version: string): Promise<number> {
  const date = new Date(Date.UTC(2025, 0, 1 + day)).toISOString().slice(0, 10).replaceAll('-', '')
  const outcome = await home.deliver(`ta_cnt_day_l0_${date}_v${version}.txt`, `${version}\n`)
  if (outcome.outcome !== 'stored') throw new Error(outcome.outcome)
  return outcome.file
}

const contact = (change: Partial<ReportedEvent>): ReportedEvent => ({
  kind: 'contact',
  key: 'c1',
  name: '',
  spacecraft: 'ta',
  start: start + 10 * hour,
  stop: start + 11 * hour,
  data: { start, stop: start + 8 * hour },
  state: 'planned',
  reason: undefined,
  ...change,
})

const tell = (mission: string, file: number, ...contacts: readonly ReportedEvent[]): Promise<void> =>
  withTx(home.db, tx =>
    recordMissionEvents(tx, { id: file, mission, name: 'report', dataset: '', partition: '', version: [], complete: false }, contacts),
  )

describe('lists of mission events', () => {
  const list = (id: number, version: readonly number[]): Telling => ({
    id,
    mission: 'text',
    name: `list v${version.join('.')}`,
    dataset: 'ta_cnt_day_l0',
    partition: '',
    version,
    complete: true,
  })
  const region = (key: string, from: number, to: number, change: Partial<ReportedEvent> = {}): ReportedEvent => ({
    kind: 'region',
    name: 'sroi',
    key,
    spacecraft: 'ta',
    start: start + from * hour,
    stop: start + to * hour,
    state: 'planned',
    reason: undefined,
    ...change,
  })
  const all = { start, stop: start + 24 * hour }
  const eventsIn = async (window: { start: number; stop: number }): Promise<readonly EventFact[]> =>
    (await missionEventsIn(home.db, [{ mission: home.mission.id, spacecraft: 'ta', window }]))[0] ?? []

  /** Tells a list as of a real file's dataset and partition, so that its versions are compared. */
  async function tellList(day: number, version: string, ...events: readonly ReportedEvent[]): Promise<void> {
    const id = await report(day, version)
    const row = await home.db
      .selectFrom('file')
      .select(['mission', 'dataset', 'partition', 'version'])
      .where('id', '=', id)
      .executeTakeFirstOrThrow()
    await withTx(home.db, tx => recordMissionEvents(tx, { ...list(id, row.version), ...row }, events))
  }
  const told = async (): Promise<readonly unknown[]> =>
    (await eventsIn(all)).map(e => [e.key, e.state, e.reason, (e.span.start - start) / hour, e.former])

  test('an event that moves keeps the starts it had; one that is left out is cancelled; an older list changes nothing', async () => {
    const day = dayNumber++
    await tellList(day, '0.0.1', region('a', 1, 3), region('b', 5, 7))
    await tellList(day, '0.0.2', region('a', 2, 4))
    const after = [
      ['a', 'planned', undefined, 2, [start + hour]],
      ['b', 'cancelled', 'no longer in list v0.0.2', 5, []],
    ]
    expect(await told()).toEqual(after)
    await tellList(day, '0.0.0', region('b', 8, 9))
    expect(await told()).toEqual(after)
    const before = await eventsIn({ start: start + hour, stop: start + hour + 1 })
    expect(before.map(e => e.key)).toEqual(['a'])
  })
})

describe('contacts', () => {
  test('a higher version of the report replaces what the lower one said', async () => {
    const day = dayNumber++
    await tell('replace', await report(day, '0.0.0'), contact({}), contact({ key: 'c2' }))
    await tell(
      'replace',
      await report(day, '0.0.1'),
      contact({ state: 'lost', reason: 'antenna', data: { start, stop: start + 7 * hour } }),
    )
    expect((await contactsOf(home.db, 'replace', 'ta')).map(c => [c.key, c.state, c.reason, c.data.stop])).toEqual([
      ['c1', 'lost', 'antenna', start + 7 * hour],
      ['c2', 'planned', undefined, start + 8 * hour],
    ])
  })

  test('the order in which reports arrive does not matter', async () => {
    const files: { readonly id: number; readonly reason: string }[] = []
    for (const version of ['0.0.0', '0.0.1', '0.1.0', '1.0.0']) files.push({ id: await report(dayNumber, version), reason: version })
    files.push({ id: await report(++dayNumber, '0.0.0'), reason: 'the next day' })
    dayNumber++
    let run = 0
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray(files, { minLength: 1 }), async arrivals => {
        const mission = `order ${run++}`
        for (const { id, reason } of arrivals) await tell(mission, id, contact({ reason }))
        const newest = files.findLast(f => arrivals.includes(f))
        expect((await contactsOf(home.db, mission, 'ta')).map(c => c.reason)).toEqual([newest?.reason])
      }),
      { numRuns: 20 },
    )
  })

  test('the same contact twice in a report: its last line counts', async () => {
    await tell('twice', await report(dayNumber++, '0.0.0'), contact({ reason: 'first' }), contact({ reason: 'second' }))
    expect((await contactsOf(home.db, 'twice', 'ta')).map(c => c.reason)).toEqual(['second'])
  })

  test('are found by spacecraft and by the time of their data, half-open', async () => {
    const file = await report(dayNumber++, '0.0.0')
    await tell(
      'window',
      file,
      contact({}),
      contact({ key: 'c2', spacecraft: 'tb', data: { start: start + 8 * hour, stop: start + 9 * hour } }),
    )
    const keys = async (spacecraft: string | undefined, from?: number, to?: number): Promise<readonly string[]> =>
      (await contactsOf(home.db, 'window', spacecraft, from === undefined || to === undefined ? undefined : { start: from, stop: to })).map(
        c => c.key,
      )
    expect(await keys(undefined)).toEqual(['c1', 'c2'])
    expect(await keys('tb')).toEqual(['c2'])
    expect(await keys(undefined, start + 8 * hour, start + 9 * hour)).toEqual(['c2'])
    expect(await keys(undefined, start - hour, start)).toEqual([])
    expect(await keys(undefined, start + 9 * hour, start + 10 * hour)).toEqual([])
  })

  test('no contacts are no change', async () => {
    await tell('none', await report(dayNumber++, '0.0.0'))
    expect(await contactsOf(home.db, 'none', undefined)).toEqual([])
  })
})

describe('the log', () => {
  test('numbers follow commits without holes, whoever writes at once', async () => {
    const { last: before } = await home.db.selectFrom('event_counter').select('last').executeTakeFirstOrThrow()
    const event = (actor: string) => ({ kind: 'policy' as const, mission: 'tally', file: null, actor })
    const write = (actor: string, fails: boolean): Promise<void> =>
      withTx(home.db, async tx => {
        await appendEvents(tx, home.now, [event(actor), event(actor)])
        if (fails) throw new Error('rolled back')
      }).catch(() => undefined)
    await Promise.all(Array.from({ length: 12 }, (_, i) => write(`writer ${i}`, i % 3 === 0)))
    const events = await eventsAfter(home.db, before, 100)
    expect(events.map(e => e.sequence)).toEqual(Array.from({ length: 16 }, (_, i) => before + 1 + i))
    expect(await withTx(home.db, tx => appendEvents(tx, home.now, []))).toBe(0)
    expect((await eventsAfter(home.db, before, 3)).length).toBe(3)
  })
})

describe('looking files up', () => {
  test('by name, by bytes and by several names', async () => {
    const id = await report(dayNumber++, '0.0.0')
    const row = await home.db.selectFrom('file').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
    expect((await findFile(home.db, 'tally', row.name))?.id).toBe(id)
    expect(await findFile(home.db, 'another', row.name)).toBeUndefined()
    expect(await findBytes(home.db, 'tally', 'ta_cnt_day_l1', row.sha256)).toBeUndefined()
    expect((await findBytes(home.db, 'tally', row.dataset, row.sha256))?.name).toBeDefined()
    expect(await idsByNames(home.db, 'tally', [row.name, 'none.txt'])).toEqual([{ id, name: row.name }])
    expect(await idsByNames(home.db, 'tally', [])).toEqual([])
  })
})

test('a refusal without a hash or a mission is one row too', async () => {
  const refusal = { mission: undefined, name: 'x', size: 0, sha256: undefined, path: undefined, code: 'a/b', reason: 'r', actor: 'me' }
  expect(await recordRefusal(home.db, refusal, home.now)).toBe(true)
  expect(await recordRefusal(home.db, refusal, home.now)).toBe(false)
  expect(await recordRefusal(home.db, { ...refusal, code: 'a/c' }, home.now)).toBe(true)
})
