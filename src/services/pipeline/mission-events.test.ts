import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { tellMissionEvents } from '#services/catalog'
import { withTx } from '#services/db'
import { openInstallation, textMission } from '#test/installation'
import type { Installation, MissionFiles } from '#test/installation'

/** Bursts that arrive and are made, summaries of regions, a daily report by the clock, and a calibration in force. */
const files: MissionFiles = {
  ...textMission,
  'mission.yaml': (textMission['mission.yaml'] ?? '')
    .replace('{ id: cnt, title: Counter }', '{ id: cnt, title: Counter, modes: [fast, slow] }')
    .replace(
      'version: xyz }\n',
      "version: xyz }\n  cal: { template: '{sc}_{product}_{start:yyyymmdd}[_{stop:yyyymmdd}]_v{version}.{ext}', version: xyz, key: product }\n",
    )
    .replace("{start:yyyy}'\n", "{start:yyyy}'\n  cal: '{sc}/{product}'\n")
    .replace("{level}'\nrelease", "{level}'\n  cal: '{sc}_{product}'\nrelease"),
  'products.yaml': `cnt brst l0: { title: Burst lines, kind: telemetry, format: text, partition: segment, due: 1 h }
cnt brst l1: { title: Burst counts, format: text, partition: segment, due: 2 h }
cnt fast l0: { title: Lines, kind: telemetry, format: text, partition: day }
cnt fast l1: { title: Counts, format: text, partition: day }
cnt roi l1: { title: Counts of a region, format: text, partition: region sroi }
events: { title: Events, kind: ancillary, names: cal, instrument: cnt, format: events, ext: csv, spacecraft: [tally], partition: span }
gains: { title: Gains, kind: calibration, names: cal, instrument: cnt, format: text, partition: validity }
`,
  'processes.yaml': `.count: &count { program: { run: [sh, programs/copy.sh] } }
burst: { <<: *count, inputs: { raw: cnt brst l0 }, outputs: cnt brst l1 }
day: { <<: *count, inputs: { raw: cnt fast l0, gains: { product: gains, choose: valid, optional: true } }, outputs: cnt fast l1 }
roi: { <<: *count, inputs: { day: cnt fast l1 }, outputs: cnt roi l1 }
`,
  'programs/copy.sh': `set -eu
cat $(sed -n 's/^ *"path": "\\(.*\\)",$/\\1/p' "$APSIS_JOB") > $(sed -n 's/^ *"name": "\\(.*_l1_.*\\)",$/\\1/p' "$APSIS_JOB" | tail -n 1)
`,
}

const head = 'kind,key,spacecraft,start,stop,state,name,reason'
const list = (...rows: readonly string[]): string => `${[head, ...rows].join('\n')}\n`

let home: Installation
beforeAll(async () => {
  home = await openInstallation(files, { now: Date.UTC(2026, 11, 20) })
})
afterAll(() => home.close())

const cells = async (dataset: string): Promise<Readonly<Record<string, readonly [string, string, string]>>> => {
  const rows = await home.db.selectFrom('cell').selectAll().where('dataset', '=', dataset).orderBy('partition').execute()
  return Object.fromEntries(rows.map(r => [r.partition, [r.have, r.next, String((r.reason as { text?: unknown }).text)]]))
}

describe('a burst', () => {
  test('that the ledger itself knows is expected without a list, and late only once it was played back', async () => {
    const [start, stop] = [Date.UTC(2026, 10, 24, 3), Date.UTC(2026, 10, 24, 3, 2)]
    const tell = async (state: 'planned' | 'done'): Promise<void> => {
      const event = { kind: 'segment' as const, key: '7', name: '', spacecraft: 'tb', start, stop, state, reason: 'held' }
      await withTx(home.db, tx => tellMissionEvents(tx, home.now, 'tally', 'test', [event]))
      await home.settle()
    }
    const dueOf = async (): Promise<number | null | undefined> =>
      (
        await home.db
          .selectFrom('cell')
          .select('due_at')
          .where('dataset', '=', 'tb_cnt_brst_l1')
          .where('partition', '=', '20261124030000')
          .executeTakeFirst()
      )?.due_at
    await tell('planned')
    expect((await cells('tb_cnt_brst_l1'))['20261124030000']?.slice(0, 2)).toEqual(['none', 'waiting'])
    expect(await dueOf()).toBeNull()
    await tell('done')
    expect(await dueOf()).toBe(stop + 2 * 3_600_000)
    await home.deliver('tb_cnt_brst_l0_20261124030000_v0.0.0.txt', 'a\n')
    await home.settle()
    expect((await cells('tb_cnt_brst_l1'))['20261124030000']).toEqual(['full', 'none', 'made from everything expected'])
  })

  test('is expected from its event on, made from what comes, and gone with a reason when its event goes', async () => {
    expect(await cells('ta_cnt_brst_l0')).toEqual({})
    const one = 'segment,b1,ta,2026-11-22T03:00:00Z,2026-11-22T03:02:00Z,done,,'
    const two = 'segment,b2,ta,2026-11-22T05:00:00Z,2026-11-22T05:02:00Z,done,,'
    await home.deliver('tally_events_20261122_20261123_v1.0.0.csv', list(one, two))
    await home.settle()
    expect(await cells('ta_cnt_brst_l0')).toEqual({
      '20261122030000': ['none', 'waiting', 'Burst lines has not arrived'],
      '20261122050000': ['none', 'waiting', 'Burst lines has not arrived'],
    })
    expect(Object.keys(await cells('ta_cnt_brst_l1'))).toEqual(['20261122030000', '20261122050000'])
    expect((await cells('tb_cnt_brst_l1'))['20261122030000']).toBeUndefined()

    await home.deliver('ta_cnt_brst_l0_20261122030000_v0.0.0.txt', 'a\n')
    await home.settle()
    expect((await cells('ta_cnt_brst_l1'))['20261122030000']).toEqual(['full', 'none', 'made from everything expected'])

    const moved = two.replaceAll('05:0', '06:0')
    await home.deliver('tally_events_20261122_20261123_v1.0.1.csv', list(one, moved))
    await home.settle()
    const after = await cells('ta_cnt_brst_l1')
    expect(after['20261122050000']).toEqual(['none', 'none', 'segment b2 of ta was moved to 2026-11-22T06:00Z to 2026-11-22T06:02Z'])
    expect(after['20261122060000']?.[2]).toContain('waits for ta_cnt_brst_l0 20261122060000')

    await home.deliver('tally_events_20261122_20261123_v1.0.2.csv', list(one))
    await home.settle()
    expect((await cells('ta_cnt_brst_l0'))['20261122060000']?.[2]).toContain(
      'was cancelled (no longer in tally_events_20261122_20261123_v1.0.2.csv)',
    )
    expect((await cells('ta_cnt_brst_l1'))['20261122030000']?.[0]).toBe('full')
  })

  test('that was never downlinked says so, and what would be made of it too', async () => {
    const row = 'segment,c1,tb,2026-11-21T03:00:00Z,2026-11-21T03:02:00Z,not-downlinked,,overwritten'
    await home.deliver('tally_events_20261123_20261124_v1.0.0.csv', list(row))
    await home.settle()
    const text = 'segment c1 of tb of 2026-11-21T03:00Z to 2026-11-21T03:02Z was never downlinked (overwritten)'
    expect((await cells('tb_cnt_brst_l0'))['20261121030000']).toEqual(['none', 'none', text])
    expect((await cells('tb_cnt_brst_l1'))['20261121030000']).toEqual(['none', 'none', text])
  })
})

describe('a region of interest', () => {
  test('is looked for when a day of its time is made, and when its own list comes', async () => {
    await home.deliver('ta_cnt_fast_l0_20261201_v0.0.0.txt', 'x\n')
    await home.settle()
    expect(await cells('ta_cnt_roi_l1')).toEqual({})
    const row = 'region,r1,ta,2026-12-01T06:00:00Z,2026-12-01T09:00:00Z,planned,sroi,'
    await home.deliver('tally_events_20261201_20261202_v1.0.0.csv', list(row))
    await home.settle()
    expect(await cells('ta_cnt_roi_l1')).toEqual({ '20261201060000': ['full', 'none', 'made from everything expected'] })
    await home.deliver('ta_cnt_fast_l0_20261201_v0.0.1.txt', 'y\n')
    await home.settle()
    const names = await home.db.selectFrom('file').select('name').where('product', '=', 'cnt roi l1').orderBy('name').execute()
    expect(names.map(n => n.name)).toEqual(['ta_cnt_roi_l1_20261201060000_v0.0.0.txt', 'ta_cnt_roi_l1_20261201060000_v0.0.1.txt'])
  })
})

describe('an instrument that is off', () => {
  test('is no reason to wait: the cell says off; what comes nevertheless is worked on', async () => {
    const row = 'mode,m1,tb,2026-12-05T00:00:00Z,2026-12-06T00:00:00Z,done,cnt off,safe mode'
    await home.deliver('tally_events_20261205_20261206_v1.0.0.csv', list(row))
    await home.deliver('tb_gains_20261205_v1.0.0.txt', 'g\n')
    await home.settle()
    expect((await cells('tb_cnt_fast_l1'))['2026-12-05']).toBeUndefined()
    await home.deliver('tb_cnt_fast_l0_20261205_v0.0.0.txt', 'x\n')
    await home.settle()
    expect((await cells('tb_cnt_fast_l1'))['2026-12-05']).toEqual(['full', 'none', 'made from everything expected'])
  })
})

describe('a calibration', () => {
  test('in force from a date remakes the days from there on, not those before', async () => {
    for (const day of ['20261210', '20261211', '20261212']) await home.deliver(`ta_cnt_fast_l0_${day}_v0.0.0.txt`, `${day}\n`)
    await home.settle()
    await home.deliver('ta_gains_20261211_v1.0.0.txt', 'gain 2\n')
    await home.settle()
    const newest = await home.db
      .selectFrom('file')
      .select('name')
      .where('product', '=', 'cnt fast l1')
      .where('latest', '=', true)
      .where('name', 'like', 'ta_cnt_fast_l1_2026121%')
      .orderBy('name')
      .execute()
    // A grown set of inputs raises quality.
    expect(newest.map(n => n.name)).toEqual([
      'ta_cnt_fast_l1_20261210_v0.0.0.txt',
      'ta_cnt_fast_l1_20261211_v0.1.0.txt',
      'ta_cnt_fast_l1_20261212_v0.1.0.txt',
    ])
  })
})
