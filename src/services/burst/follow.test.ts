import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { accountFor, evaluateTriggers, formatStatus, type Evaluation, type RecordEdit } from '#domain/burst'
import { missionEventsFrom, recordFile, tellMissionEvents } from '#services/catalog'
import { openDb, withTx, type Db } from '#services/db'
import { localStore } from '#services/store'
import { readBurstTables } from '#test/burst'
import { freshDatabase } from '#test/database'
import { utcOf } from './clock.ts'
import {
  addSelector,
  applyRecordEdits,
  closeOverdue,
  commandsFor,
  followBurst,
  listCycles,
  listSegments,
  listWindows,
  saveDraft,
  takeEvaluation,
  takeReport,
  tellSegments,
  windowFacts,
} from './index.ts'

const hour = 3_600_000
const tables = { ...readBurstTables(), loop: { ...readBurstTables().loop!, open: 2 * hour } }
const mission = 'mms'
const t0 = 1_973_183_440
const now = Date.parse('2020-07-12T06:00:00Z')
const quiet = [3, 3, 3, 2, 6, 8, 6, 3]
const triggers = Array.from({ length: 600 }, (_, i) => ({ tai: t0 + 10 * i, numbers: quiet.map(n => n + (i >= 200 && i < 224 ? 60 : 0)) }))
const evaluate = (...crafts: readonly (typeof triggers)[]): Evaluation => evaluateTriggers(tables, { from: t0, to: t0 + 6000 }, crafts)!
const whole = evaluate(triggers, triggers, triggers, triggers)

let db: Db
let folder: string
let count = 0
beforeEach(async () => {
  db = openDb((await freshDatabase()).config)
  folder = await mkdtemp(join(tmpdir(), 'apsis-follow-'))
  count = 0
})
afterEach(async () => {
  await db.destroy()
  await rm(folder, { recursive: true, force: true })
})

/** A row of the ledger as ingest records it, with bytes where its path says. */
async function record(
  product: string,
  spacecraft: string,
  tag: string,
  more: { text?: string; from?: number; to?: number; content?: object } = {},
) {
  const name = `${spacecraft}_${product.replaceAll(' ', '_')}_${tag}_${count++}`
  await writeFile(join(folder, name), more.text ?? '')
  const [start, stop] = [utcOf(more.from ?? t0), utcOf(more.to ?? t0 + 6000)]
  const ns = (ms: number): bigint => BigInt(ms - Date.UTC(2000, 0, 1, 12)) * 1_000_000n + 69_184_000_000n
  const file = {
    mission,
    name,
    product,
    dataset: `${spacecraft} ${product}`,
    spacecraft,
    kind: product.startsWith('tlm') ? 'telemetry' : 'science',
    partition: tag,
    start,
    stop,
    version: [count],
    versionText: String(count),
    size: 1,
    sha256: 'a'.repeat(64),
    path: name,
    public: false,
    simulated: false,
    coverage: { start: ns(start), stop: ns(stop) },
    records: 1,
    content: { ...more.content },
    findings: [],
    modified: now,
    actor: 'test',
    job: undefined,
    recipe: undefined,
    parents: [],
  }
  return withTx(db, tx => recordFile(tx, file, now))
}

const follow = (at = now): Promise<number> =>
  followBurst({ db, store: localStore(folder), log: pino({ level: 'silent' }) }, tables, mission, at)
const evaluated = (evaluation: unknown): Promise<number> =>
  record(tables.loop.evaluation, mission, '20200712010000', {
    text: typeof evaluation === 'string' ? evaluation : JSON.stringify(evaluation),
  })
const burst = (spacecraft: string, from: number, to: number, content = {}): Promise<number> =>
  record(tables.loop.telemetry, spacecraft, String(from), { from, to, content })
const onlyWindow = async () => {
  const all = await listWindows(db, mission)
  expect(all).toHaveLength(1)
  return all[0]!
}

async function tellRegions(): Promise<void> {
  const region = {
    kind: 'region' as const,
    name: 'sroi',
    start: utcOf(t0 - 1000),
    stop: utcOf(t0 + 3000),
    state: 'planned' as const,
    reason: undefined,
  }
  const others = { ...region, start: utcOf(t0 + 20_000), stop: utcOf(t0 + 30_000) }
  await withTx(db, tx =>
    tellMissionEvents(tx, now, mission, 'test', [
      ...['mms1', 'mms2'].map(spacecraft => ({ ...region, key: 'r1', spacecraft })),
      { ...region, key: 'r2', spacecraft: 'mms3', state: 'cancelled' },
      { ...others, key: 'r3', spacecraft: 'mms1' },
    ]),
  )
}

describe('an evaluation', () => {
  test('opens a window with regions and deadline, and its cycles are stored; again it changes nothing', async () => {
    await tellRegions()
    await evaluated(whole)
    expect(await follow()).toBe(1)
    const window = await onlyWindow()
    expect(window).toMatchObject({
      evaluation: '2020-194T06:00:00',
      deadline: now + 2 * hour,
      state: 'open',
      region: '20200712010000',
      evaluated: 1,
      regions: [0, 1].map(spacecraft => ({ spacecraft, start: t0 - 1000, stop: t0 + 3000 })),
    })
    expect((await windowFacts(db, tables, window)).received).toEqual([100, 100, 100, 100])
    const cycles = await listCycles(db, mission, 2, { from: t0, to: t0 + 6000 })
    expect(cycles).toHaveLength(600)
    expect(cycles[210]).toMatchObject({ numbers: triggers[210]!.numbers, evaluation: window.evaluation })
    expect(cycles[210]!.mdq).toBeGreaterThan(20)
    expect(await follow()).toBe(0)
    await db.deleteFrom('cursor').execute()
    expect(await follow()).toBe(1)
    expect(await onlyWindow()).toEqual(window)
  })

  test('that comes late with more changes the open window; one after the close changes cycles only', async () => {
    await evaluated(evaluate(triggers, triggers, triggers))
    await follow()
    const first = await onlyWindow()
    expect(first.automatic.metadatainfo).toMatch(/MMS4=0.00%/)
    await evaluated(whole)
    await follow(now + hour)
    const second = await onlyWindow()
    expect(second).toMatchObject({ evaluation: first.evaluation, deadline: first.deadline, evaluated: 2 })
    expect(second.automatic.metadatainfo).toMatch(/MMS4=100.00%/)
    expect(second.automatic.segments[0]!.fom).toBeGreaterThan(first.automatic.segments[0]!.fom!)
    await closeOverdue(db, async () => tables, mission, now + 3 * hour)
    await evaluated(evaluate(triggers.slice(0, 300), triggers, triggers, triggers))
    await follow(now + 4 * hour)
    expect((await onlyWindow()).automatic).toEqual(second.automatic)
    expect((await listCycles(db, mission, 0, { from: t0 + 3000, to: t0 + 3010 }))[0]).toMatchObject({ numbers: null, cdq: null })
  })

  test('of other cycles does not change a window in which somebody works', async () => {
    await evaluated(whole)
    await follow()
    const window = await onlyWindow()
    await addSelector(db, mission, 'scientist', 'sitl', 'admin', now)
    const { automatic } = await windowFacts(db, tables, window)
    await saveDraft(db, mission, window.evaluation, { name: 'one', selection: automatic!, edits: [] }, 'scientist', now)
    const moved = evaluateTriggers(tables, { from: t0 + 100, to: t0 + 6000 }, [triggers])!
    const outcome = await takeEvaluation(
      db,
      tables,
      { mission, file: await evaluated(moved), region: window.region!, evaluation: moved },
      now,
    )
    expect(outcome.outcome).toBe('other-cycles')
    expect((await onlyWindow()).automatic).toEqual(window.automatic)
  })

  test('two at once open one window, two regions in one second have two names', async () => {
    const file = await evaluated(whole)
    const one = { mission, file, region: 'a', evaluation: whole }
    const outcomes = await Promise.all([1, 2, 3].map(() => takeEvaluation(db, tables, one, now)))
    expect(outcomes.map(({ outcome }) => outcome).toSorted()).toEqual(['known', 'known', 'opened'])
    const next = triggers.map(one => ({ ...one, tai: one.tai + 20_000 }))
    const elsewhere = evaluateTriggers(tables, { from: t0 + 20_000, to: t0 + 26_000 }, [next])!
    const other = await takeEvaluation(db, tables, { ...one, region: 'b', evaluation: elsewhere }, now)
    expect(other.window.evaluation).toBe('2020-194T06:00:01')
    await expect(takeEvaluation(db, readBurstTablesWithout(), one, now)).rejects.toThrow('the burst tables of mms have no loop')
  })

  test('of a region whose start has moved goes to the window that is open for its time', async () => {
    await evaluated(whole)
    await follow()
    const { evaluation } = await onlyWindow()
    const moved = evaluateTriggers(tables, { from: t0 + 300, to: t0 + 6000 }, [triggers, triggers])!
    const one = { mission, file: await evaluated(moved), region: '20200712010500', evaluation: moved }
    expect((await takeEvaluation(db, tables, one, now)).outcome).toBe('evaluated-anew')
    expect(await onlyWindow()).toMatchObject({ evaluation, region: '20200712010500', evaluated: 2 })
    expect((await takeEvaluation(db, tables, one, now)).outcome).toBe('known')
  })

  test('that is none is told and passed over', async () => {
    await evaluated('{')
    await evaluated('{"form":"other"}')
    await evaluated(whole)
    expect(await follow()).toBe(3)
    await onlyWindow()
  })
})

const readBurstTablesWithout = () => {
  const { loop: _loop, ...without } = tables
  return without
}

describe('segments', () => {
  beforeEach(async () => {
    await evaluated(whole)
    await follow()
    await closeOverdue(db, async () => tables, mission, now + 3 * hour)
  })
  const told = async (): Promise<readonly string[]> =>
    (await missionEventsFrom(db, mission, { start: undefined, stop: undefined }))
      .filter(({ kind }) => kind === 'segment')
      .map(({ spacecraft, state, reason }) => `${spacecraft} ${state}${reason === undefined ? '' : `: ${reason}`}`)
      .toSorted()
  const status = async (): Promise<readonly string[]> => (await listSegments(db, mission)).map(one => formatStatus(one.status))

  test('become mission events, are filled by what comes down, and complete after all when the rest comes late', async () => {
    const [segment, ...more] = await listSegments(db, mission)
    if (segment === undefined) throw new Error('nothing was selected')
    expect(more).toEqual([])
    const { start, end } = segment
    const buffers = (end - start) / 10 + 1
    expect(await tellSegments(db, tables, mission, now)).toBe(1)
    expect(await tellSegments(db, tables, mission, now)).toBe(0)
    expect(await told()).toEqual(['mms1', 'mms2', 'mms3', 'mms4'].map(id => `${id} planned: chosen, not confirmed to be held yet`))
    expect(await db.selectFrom('event').select('detail').where('kind', '=', 'mission-events').execute()).toEqual([
      { detail: { kind: 'segment', keys: [String(segment.id)] } },
    ])

    // Packets end a little before the last buffer's end, and a file may hold more than one segment's buffers.
    for (const id of ['mms1', 'mms2', 'mms3']) await burst(id, start - 40, end + 9)
    await burst('mms4', start, start + 49)
    await burst('mms4', start, start + 49)
    await follow()
    expect(accountFor(await listSegments(db, mission))).toMatchObject({ chosen: 4 * buffers, received: 3 * buffers + 5 })
    await commandsFor(db, tables, mission, now)
    const report = { segment: segment.id, revision: 1, held: 0, released: 0, lost: 'DERELICT', listed: false } as const
    await takeReport(
      db,
      tables,
      mission,
      { kind: 'status', spacecraft: 3, sequence: 1, at: t0, held: 0, recorded: 0, oldest: null, segments: [report] },
      now,
    )
    expect(await status()).toEqual(['INCOMPLETE+DERELICT+FINISHED'])
    await tellSegments(db, tables, mission, now)
    expect(await told()).toEqual(['mms1 done', 'mms2 done', 'mms3 done', `mms4 done: 5 of ${buffers} buffers`])

    await burst('mms4', start + 50, end + 9)
    await follow()
    expect(await status()).toEqual(['COMPLETE+FINISHED'])
    expect(await tellSegments(db, tables, mission, now)).toBe(1)
    expect(await told()).toEqual(['mms1 done', 'mms2 done', 'mms3 done', 'mms4 done'])
  })

  test('a buffer whose packets are missing inside of a file has not come', async () => {
    const [{ start, end } = { start: 0, end: 0 }] = await listSegments(db, mission)
    const iso = (tai: number): string => new Date(utcOf(tai)).toISOString().slice(0, -1)
    await burst('mms1', start, end + 10, {
      gaps: [
        { apid: 1, start: iso(start + 18), stop: iso(start + 31), missing: 3 },
        { apid: 2, start: null, stop: iso(end), missing: 1 },
      ],
    })
    await burst('mms9', start, end + 10)
    await follow()
    expect(accountFor(await listSegments(db, mission)).received).toBe((end - start) / 10)
  })

  test('count what came before they were stored', async () => {
    const [{ start, end } = { start: 0, end: 0 }] = await listSegments(db, mission)
    const place = { start: end + 600, end: end + 650 }
    const later: RecordEdit = { act: 'new', segment: -1, ...place, fom: 50, source: 'chief', comment: 'a boundary', spacecraft: 15 }
    await burst('mms1', start - 100, end + 2000)
    await burst('mms2', end + 600, end + 630)
    await follow()
    const before = accountFor(await listSegments(db, mission)).received
    expect(before).toBe((end - start) / 10 + 1)
    await addSelector(db, mission, 'chief', 'super-sitl', 'admin', now)
    const edited = await applyRecordEdits(db, tables, { mission, edits: [later], justifyAll: 'a test', actor: 'chief', now })
    expect(edited.segments).toHaveLength(1)
    expect(await follow()).toBe(0)
    expect(accountFor(await listSegments(db, mission)).received).toBe(before + 6 + 3)
    await follow()
    expect(accountFor(await listSegments(db, mission)).received).toBe(before + 6 + 3)
  })
})
