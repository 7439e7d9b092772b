import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openInstallation, textMission } from '#test/installation'
import type { Installation } from '#test/installation'
import { readStatus, traceFile, traceLines } from './index.ts'
import type { Status } from './index.ts'

// A process with two outputs beside the two of the text mission.
const mission = {
  ...textMission,
  'products.yaml': `${textMission['products.yaml']}cnt day l3:
  title: Split, first half
  format: text
  ext: txt
  partition: day
cnt night l3:
  title: Split, second half
  format: text
  ext: txt
  partition: day
`,
  'processes.yaml': `${textMission['processes.yaml']}split:
  title: Split the report
  inputs: { report: cnt day l2 }
  outputs: { first: cnt day l3, second: cnt night l3 }
  program: { run: [sh, programs/split.sh] }
`,
  'programs/split.sh': `for out in $(sed -n 's/^ *"name": "\\(.*_l3_.*\\)",$/\\1/p' "$APSIS_JOB"); do echo "$out" > "$out"; done
`,
}

let home: Installation
let empty: Status

beforeAll(async () => {
  home = await openInstallation(mission)
  empty = await readStatus(home.db, home.now)
})
afterAll(() => home.close())

test('an empty installation is all zeros', () => {
  expect(empty).toEqual({
    files: 0,
    bytes: 0,
    byKind: [],
    cells: {},
    jobs: { waiting: 0, running: 0, failed: 0, made: 0 },
    quarantined: 0,
    newest: undefined,
    unusual: [],
    planner: { behind: 0, since: undefined },
    sweeps: [],
    workers: [],
    holdings: [],
    letters: { waiting: 0, failing: 0, givenUp: 0, error: undefined },
  })
})

describe('a known story', { shuffle: false }, () => {
  const minute = 60_000
  const l0 = 'ta_cnt_day_l0_20260101_v0.0.0.txt'
  let begin: number

  beforeAll(async () => {
    begin = home.now
    await home.deliver(l0, 'a\nb\n', 'umich')
    home.now += minute
    await home.planner.follow()
    home.now += minute
    await home.settle()
    home.now += minute
    await home.deliver('ta_cnt_day_l0_20260102_v0.0.0.txt', 'boom\n')
    await home.deliver('ta_cnt_day_l0_20260103_v0.0.0.txt', 'nothing\n')
    await home.deliver('nonsense.txt', 'x')
    await home.settle()
    home.now += minute
    await home.deliver('tb_cnt_day_l0_20260104_v0.0.0.txt', 'late\n')
  })

  test('the status counts it', async () => {
    const status = await readStatus(home.db, home.now)
    expect(status).toMatchObject({
      files: 8,
      byKind: [
        { mission: 'tally', kind: 'science l1', files: 1 },
        { mission: 'tally', kind: 'science l2', files: 1 },
        { mission: 'tally', kind: 'science l3', files: 2 },
        { mission: 'tally', kind: 'telemetry l0', files: 4 },
      ],
      jobs: { waiting: 0, running: 0, failed: 1, made: 4 },
      quarantined: 1,
      newest: { name: 'tb_cnt_day_l0_20260104_v0.0.0.txt', arrived: home.now },
      planner: { behind: 1, since: home.now },
    })
    const sizes = await home.db.selectFrom('file').select('size').execute()
    expect(status.bytes).toBe(sizes.reduce((sum, f) => sum + f.size, 0))
    expect(status.unusual.filter(c => c.state === 'failed')).toEqual([
      {
        mission: 'tally',
        dataset: 'ta_cnt_day_l1',
        partition: '2026-01-02',
        state: 'failed',
        text: expect.stringContaining('the counter broke') as string,
      },
    ])
    const cells = await home.db.selectFrom('cell').select('dataset').execute()
    expect(Object.values(status.cells).reduce((sum, n) => sum + n, 0)).toBe(cells.length)
    expect(status.cells).toMatchObject({ failed: 1, 'no data': 4 })
  })

  test('worst comes first, twenty at the most', async () => {
    await home.db
      .insertInto('cell')
      .values(
        Array.from({ length: 36 }, (_, i) => ({
          mission: 'tally',
          dataset: `extra ${i}`,
          partition: '2026-01-01',
          product: 'extra',
          spacecraft: 'ta',
          process: null,
          start_time: new Date(Date.UTC(2025, 0, 1 + i)),
          stop_time: new Date(Date.UTC(2025, 0, 2 + i)),
          due_at: i % 3 === 0 ? new Date(home.now - 1) : null,
          have: 'none' as const,
          next: (['waiting', 'failed', 'lost'] as const)[i % 3] ?? 'none',
          reason: JSON.stringify({ kind: 'inputs', text: `text ${i}` }),
          file: null,
          recipe: null,
          changed_at: new Date(home.now),
        })),
      )
      .execute()
    const { unusual } = await readStatus(home.db, home.now)
    expect(unusual.map(c => c.state)).toEqual([...Array.from({ length: 13 }, () => 'failed'), ...Array.from({ length: 7 }, () => 'late')])
    await home.db.deleteFrom('cell').where('product', '=', 'extra').execute()
  })

  test('the trace of a raw file goes to its last products, a job with two outputs told once', async () => {
    const trace = await traceFile(home.db, 'tally', l0)
    const lines = trace === undefined ? [] : traceLines(trace)
    const clock = (minutes: number): string => new Date(begin + minutes * minute).toISOString()
    const plain = lines.map(l => l.replace(/\b(file|event|job) \d+/g, '$1 #').replace(/sha256 [0-9a-f]{12}…/, 'sha256 …'))
    expect(plain).toHaveLength(14)
    expect(plain[0]).toBe(`${clock(0)}  file # ${l0} recorded as event # (sha256 …), from umich`)
    expect(plain[1]).toBe(`${clock(1)}  job # made: count for ta 2026-01-01, 1 inputs`)
    expect(plain.filter(l => l.includes('made: ')).map(l => l.split('  ')[1])).toEqual([
      'job # made: count for ta 2026-01-01, 1 inputs',
      'job # made: report for ta 2026-01-01, 1 inputs',
      'job # made: split for ta 2026-01-01, 1 inputs',
    ])
    expect(plain.filter(l => l.includes('try 1 started on test'))).toHaveLength(3)
    expect(plain.filter(l => l.includes('try 1 ended: made'))).toHaveLength(3)
    expect(plain.filter(l => l.includes('from process'))).toHaveLength(4)
    expect(trace?.steps.map(s => s.at)).toEqual(trace?.steps.map(s => s.at).toSorted((a, b) => a - b))
  })

  test('the trace of a product begins with how it was made', async () => {
    const trace = await traceFile(home.db, 'tally', 'ta_cnt_day_l2_20260101_v2.0.0.txt')
    expect(trace?.steps[0]?.text).toMatch(/^job \d+ made: report for ta 2026-01-01/)
    expect(trace?.file.dataset).toBe('ta_cnt_day_l2')
    expect(trace?.steps.map(s => s.text).join('\n')).not.toContain(l0)
  })

  test('tries that failed are told with their word', async () => {
    await home.deliver('tb_cnt_day_l0_20260105_v0.0.0.txt', 'later\n')
    await home.settle()
    const trace = await traceFile(home.db, 'tally', 'tb_cnt_day_l0_20260105_v0.0.0.txt')
    const text = trace?.steps.map(s => s.text).join('\n')
    expect(text).toMatch(/try 1 ended: try-again \(the licence server does not answer\)/)
    expect(text).toMatch(/try 2 ended: made\n/)
  })

  test('nothing is told of a name that nobody holds', async () => {
    expect(await traceFile(home.db, 'tally', 'nonsense.txt')).toBeUndefined()
    expect(await traceFile(home.db, 'another', l0)).toBeUndefined()
  })
})
