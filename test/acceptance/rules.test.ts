import { afterAll, beforeAll, expect, test } from 'vitest'
import type { EventFact } from '#domain/plan'
import { tellMissionEvents } from '#services/catalog'
import { withTx } from '#services/db'
import { openInstallation, textMission } from '#test/installation'
import type { Installation, MissionFiles } from '#test/installation'

/**
 * Every word that a rule may have, in a mission that is made of them, from delivery to product in PostgreSQL with real programs: what each
 * row wants comes about only where its rule is followed.
 */
interface Row {
  readonly rule: string
  readonly products: string
  readonly processes: string
  readonly play: () => Promise<void>
}

const hour = 3_600_000
let home: Installation

const raw = (mode: string, start: string, version = '0.0.0'): string => `ta_cnt_${mode}_l0_2026${start}_v${version}.txt`
async function come(...names: readonly string[]): Promise<void> {
  for (const name of names) await home.deliver(name, `${name}\n`)
  await home.settle()
}
/** Passes time, for those who wait for it. */
async function pass(milliseconds: number): Promise<void> {
  home.now += milliseconds
  await home.planner.audit()
  await home.settle()
}

type Told = Pick<EventFact, 'kind' | 'name'> & { readonly key?: string; readonly state?: EventFact['state'] }
/** Events of ta one after the other, from times as `2026-03-10T00:00Z`. */
async function tell({ kind, name, key = '1', state = 'done' }: Told, ...bounds: readonly string[]): Promise<void> {
  const times = bounds.map(text => Date.parse(text))
  const events = times.slice(1).map((stop, i) => {
    const span = { start: times[i] ?? 0, stop }
    return { kind, name, key: `${key}${i}`, spacecraft: 'ta', ...span, state, reason: undefined }
  })
  await withTx(home.db, tx => tellMissionEvents(tx, home.now, 'tally', 'test', events))
  await home.settle()
}

/** Jobs of a process, each with its partition, state, tries and the starts in its inputs' names. */
async function jobsOf(process: string): Promise<readonly string[]> {
  const jobs = await home.db.selectFrom('job').selectAll().where('process', '=', process).orderBy('partition').orderBy('id').execute()
  return jobs.map(j => {
    const inputs = j.inputs.map(i => `${i.role} ${/_2026(\d+)(?:_2026\d+)?_v/.exec(i.name)?.[1]}`)
    return `${j.partition} ${j.state} ${j.tries}: ${inputs.join(', ')}`
  })
}
/** The last job of a partition. */
const lastOf = async (process: string, partition: string): Promise<string | undefined> =>
  (await jobsOf(process)).findLast(job => job.startsWith(`${partition} `))?.replace(`${partition} `, '')
async function sayingOf(dataset: string, partition: string): Promise<string | undefined> {
  const query = home.db.selectFrom('cell').select(['have', 'next', 'reason']).where('dataset', '=', dataset)
  const cell = await query.where('partition', '=', partition).executeTakeFirst()
  return cell && `${cell.have} ${cell.next}: ${(cell.reason as { text?: string }).text}`
}
const cellsOf = async (dataset: string): Promise<readonly string[]> =>
  (await home.db.selectFrom('cell').select('partition').where('dataset', '=', dataset).orderBy('partition').execute()).map(c => c.partition)

const product = (mode: string, level: string, more: string): string =>
  `cnt ${mode} ${level}: { title: ${mode} ${level}, format: text, ${more} }\n`
/** A mode with its raw data and what is made of it, both cut alike. */
const pair = (mode: string, partition: string, more = ''): string =>
  product(mode, 'l0', `kind: telemetry, partition: ${partition}`) + product(mode, 'l1', `partition: ${partition}${more}`)
const process = (id: string, inputs: string, output: string, more = ''): string =>
  `${id}: { inputs: { ${inputs} }, outputs: ${output}, program: { run: [sh, programs/note.sh] }${more} }\n`
const calibration = (name: string): string =>
  `${name}: { title: ${name}, kind: calibration, names: dated, instrument: cnt, format: text, partition: validity }\n`

const table: readonly Row[] = [
  {
    rule: 'required and optional: what is required is waited for, what is optional is not',
    products: pair('opt', 'day') + product('opta', 'l0', 'partition: day') + product('optb', 'l0', 'partition: day'),
    processes: process('opt', 'raw: cnt opt l0, a: cnt opta l0, b: { product: cnt optb l0, optional: true }', 'cnt opt l1'),
    play: async () => {
      await come(raw('opt', '0301'))
      expect(await sayingOf('ta_cnt_opt_l1', '2026-03-01')).toBe('none waiting: waits for cnt opta l0: none has come yet')
      await come(raw('opta', '0301'))
      expect(await jobsOf('opt')).toEqual(['2026-03-01 made 1: raw 0301, a 0301'])
      await come(raw('optb', '0301'))
      expect(await lastOf('opt', '2026-03-01')).toBe('made 1: raw 0301, a 0301, b 0301')
    },
  },
  {
    rule: 'triggering or not: what does not trigger is taken as it is, and its change alone makes nothing anew',
    products: pair('trig', 'day') + product('look', 'l0', 'partition: day'),
    processes: process('trig', 'raw: cnt trig l0, look: { product: cnt look l0, triggers: false }', 'cnt trig l1'),
    play: async () => {
      await come(raw('trig', '0301'), raw('look', '0301'))
      await come(raw('look', '0301', '0.0.1'))
      expect(await jobsOf('trig')).toEqual(['2026-03-01 made 1: raw 0301, look 0301'])
    },
  },
  {
    rule: 'window of days',
    products: pair('days', 'day'),
    processes: process('days', 'raw: { product: cnt days l0, before: 1 d, after: 2 d }', 'cnt days l1'),
    play: async () => {
      await come(...['0301', '0302', '0303', '0304', '0305'].map(day => raw('days', day)))
      expect(await lastOf('days', '2026-03-02')).toBe('made 1: raw 0301, raw 0302, raw 0303, raw 0304')
    },
  },
  {
    rule: 'window of orbits, whatever they take',
    products: pair('orb', 'orbit'),
    processes: process('orb', 'raw: { product: cnt orb l0, before: 1 orbit, after: 1 orbit }', 'cnt orb l1'),
    play: async () => {
      const starts = ['10000000', '10020000', '11200000', '12010000', '12230000']
      const bounds = ['10T00:00Z', '10T02:00Z', '11T20:00Z', '12T01:00Z', '12T23:00Z', '13T01:00Z'].map(t => `2026-03-${t}`)
      await tell({ kind: 'orbit', name: '' }, ...bounds)
      await come(...starts.map(start => raw('orb', `03${start}`)))
      expect(await lastOf('orb', '20260311200000')).toBe('made 1: raw 0310020000, raw 0311200000, raw 0312010000')
    },
  },
  {
    rule: 'the nearest N',
    products: pair('near', 'day') + product('ref', 'l0', 'partition: day'),
    processes: process('near', 'raw: cnt near l0, ref: { product: cnt ref l0, choose: nearest 2, within: 10 d }', 'cnt near l1'),
    play: async () => {
      await come(raw('ref', '0301'), raw('ref', '0306'), raw('ref', '0312'), raw('near', '0307'))
      expect(await lastOf('near', '2026-03-07')).toBe('made 1: raw 0307, ref 0306, ref 0312')
      await come(raw('ref', '0309'))
      expect(await lastOf('near', '2026-03-07')).toBe('made 1: raw 0307, ref 0306, ref 0309')
    },
  },
  {
    rule: 'last processed: the output before, also of the process itself, however long ago',
    products: pair('chain', 'day'),
    processes: process('chain', 'raw: cnt chain l0, last: { product: cnt chain l1, choose: previous, optional: true }', 'cnt chain l1'),
    play: async () => {
      await come(raw('chain', '0301'))
      await come(raw('chain', '0305'))
      await come(raw('chain', '0306'))
      expect(await jobsOf('chain')).toEqual([
        '2026-03-01 made 1: raw 0301',
        '2026-03-05 made 1: raw 0305, last 0301',
        '2026-03-06 made 1: raw 0306, last 0305',
      ])
    },
  },
  {
    rule: 'predicted, then definitive',
    products: pair('att', 'day') + product('def', 'l0', 'partition: day') + product('pred', 'l0', 'partition: day'),
    processes: process('att', 'raw: cnt att l0, att: { product: [cnt def l0, cnt pred l0] }', 'cnt att l1'),
    play: async () => {
      await come(raw('att', '0301'), raw('pred', '0301', '0.0.5'))
      expect(await sayingOf('ta_cnt_att_l1', '2026-03-01')).toBe(
        'full waiting: made with cnt pred l0 in place of cnt def l0, which replaces it when it comes',
      )
      await come(raw('def', '0301'))
      const [, job] = await home.db.selectFrom('job').select('inputs').where('process', '=', 'att').orderBy('id').execute()
      expect(job?.inputs.map(i => i.name)).toEqual([raw('att', '0301'), raw('def', '0301')])
      expect(await sayingOf('ta_cnt_att_l1', '2026-03-01')).toMatch(/^full none: /)
    },
  },
  {
    rule: 'calibration by the time in which it is in force',
    products: pair('cal', 'day') + calibration('gains'),
    processes: process('cal', 'raw: cnt cal l0, gains: { product: gains, choose: valid }', 'cnt cal l1'),
    play: async () => {
      await come('ta_gains_20260301_20260305_v0.0.0.txt', 'ta_gains_20260304_v0.0.0.txt')
      await come(raw('cal', '0303'), raw('cal', '0304'), raw('cal', '0309'))
      expect(await jobsOf('cal')).toEqual([
        '2026-03-03 made 1: raw 0303, gains 0301',
        '2026-03-04 made 1: raw 0304, gains 0304',
        '2026-03-09 made 1: raw 0309, gains 0304',
      ])
    },
  },
  {
    rule: 'set of kernels: of each product as many as cover the partition',
    products: pair('set', 'day') + calibration('leap') + calibration('clock'),
    processes: process('set', 'raw: cnt set l0, kernels: { set: [leap, clock] }', 'cnt set l1'),
    play: async () => {
      await come('ta_leap_20260101_v0.0.0.txt', 'ta_leap_20260201_v0.0.0.txt', raw('set', '0310'))
      expect(await sayingOf('ta_cnt_set_l1', '2026-03-10')).toContain('clock')
      await come('ta_clock_20260301_20260310_v0.0.0.txt', 'ta_clock_20260310_20260311_v0.0.0.txt')
      expect(await lastOf('set', '2026-03-10')).toBe('made 1: raw 0310, kernels 0201, kernels 0310')
    },
  },
  {
    rule: 'wait policy: held until, then run on part',
    products: pair('hold', 'segment', ', due: 1 h') + product('late', 'l0', 'kind: telemetry, partition: segment'),
    processes: process(
      'hold',
      'raw: cnt hold l0, late: { product: cnt late l0, optional: true }',
      'cnt hold l1',
      ', wait: { hold: 2 h, then: partial }',
    ),
    play: async () => {
      const start = Math.floor(home.now / hour) * hour - hour
      const [from, to, until] = [0, 10, 190].map(minutes => `${new Date(start + minutes * 60_000).toISOString().slice(0, 16)}Z`)
      const tag = (from ?? '').replace(/\D/g, '')
      await tell({ kind: 'segment', name: '', key: 'h' }, from ?? '', to ?? '')
      await come(raw('hold', `${tag.slice(4)}00`))
      expect(await sayingOf('ta_cnt_hold_l1', `${tag}00`)).toBe(`none waiting: held until ${until} for ta_cnt_late_l0 ${tag}00`)
      await pass(Date.parse(until ?? '') - 60_000 - home.now)
      expect(await jobsOf('hold')).toEqual([])
      await pass(120_000)
      expect(await lastOf('hold', `${tag}00`)).toBe(`made 1: raw ${tag.slice(4)}00`)
    },
  },
  {
    rule: 'wait policy: held until, then the reason; made when it comes nevertheless',
    products: pair('give', 'segment', ', due: 1 h') + product('never', 'l0', 'kind: telemetry, partition: segment'),
    processes: process(
      'give',
      'raw: cnt give l0, b: { product: cnt never l0, optional: true }',
      'cnt give l1',
      ', wait: { hold: 2 h, then: give-up }',
    ),
    play: async () => {
      await tell({ kind: 'segment', name: '', key: 'g' }, '2026-03-30T23:00Z', '2026-03-30T23:10Z')
      await come(raw('give', '0330230000'))
      expect(await sayingOf('ta_cnt_give_l1', '20260330230000')).toBe(
        'none failed: gave up at 2026-03-31T02:10Z: ta_cnt_never_l0 20260330230000 had not come; it is made if that comes later',
      )
      await come(raw('never', '0330230000'))
      expect(await lastOf('give', '20260330230000')).toBe('made 1: raw 0330230000, b 0330230000')
    },
  },
  {
    rule: 'partitions by hours, day, month and mission',
    products:
      ['hours 6', 'day', 'month', 'mission'].map((cut, i) => product(`cut${i}`, 'l1', `partition: ${cut}`)).join('') +
      product('tile', 'l0', 'partition: day'),
    processes: [0, 1, 2, 3].map(i => process(`cut${i}`, 'raw: cnt tile l0', `cnt cut${i} l1`)).join(''),
    play: async () => {
      await come(raw('tile', '0310'))
      const cells = await Promise.all([0, 1, 2, 3].map(i => cellsOf(`ta_cnt_cut${i}_l1`)))
      expect(cells).toEqual([[0, 6, 12, 18].map(h => `2026-03-10T${String(h).padStart(2, '0')}`), ['2026-03-10'], ['2026-03'], ['mission']])
      await come(raw('tile', '0311'))
      expect(await lastOf('cut2', '2026-03')).toBe('made 1: raw 0310, raw 0311')
      expect(await lastOf('cut3', 'mission')).toBe('made 1: raw 0310, raw 0311')
      expect(await jobsOf('cut1')).toEqual(['2026-03-10 made 1: raw 0310', '2026-03-11 made 1: raw 0311'])
    },
  },
  {
    rule: 'partitions by orbit, region of interest, burst segment and contact; none before its event',
    products:
      ['orbit', 'region sroi', 'segment', 'contact'].map((cut, i) => product(`ev${i}`, 'l1', `partition: ${cut}`)).join('') +
      product('flow', 'l0', 'partition: day'),
    processes: [0, 1, 2, 3].map(i => process(`ev${i}`, 'raw: cnt flow l0', `cnt ev${i} l1`)).join(''),
    play: async () => {
      const cells = (): Promise<readonly (readonly string[])[]> => Promise.all([0, 1, 2, 3].map(i => cellsOf(`ta_cnt_ev${i}_l1`)))
      const before = await cells()
      await come(raw('flow', '0320'))
      // Other rows have told events of other days.
      expect(await cells()).toEqual(before)
      await tell({ kind: 'orbit', name: '', key: 'o2' }, '2026-03-20T01:00Z', '2026-03-20T13:00Z')
      await tell({ kind: 'region', name: 'sroi', key: 'r' }, '2026-03-20T04:00Z', '2026-03-20T05:00Z')
      await tell({ kind: 'segment', name: '', key: 's' }, '2026-03-20T04:10Z', '2026-03-20T04:12Z')
      await tell({ kind: 'contact', name: '', key: 'c' }, '2026-03-20T20:00Z', '2026-03-20T21:00Z')
      const made = await Promise.all([0, 1, 2, 3].map(async i => (await jobsOf(`ev${i}`)).at(-1)))
      expect(made).toEqual(['20260320010000', '20260320040000', '20260320041000', '20260320200000'].map(key => `${key} made 1: raw 0320`))
    },
  },
  {
    rule: 'event trigger: started by the end of a region, not by its inputs',
    products: pair('man', 'day'),
    processes: process('man', 'raw: cnt man l0', 'cnt man l1', ', on: [manoeuvre]'),
    play: async () => {
      await come(raw('man', '0321'))
      expect(await jobsOf('man')).toEqual([])
      await tell({ kind: 'region', name: 'other', key: 'x' }, '2026-03-21T04:00Z', '2026-03-21T05:00Z')
      expect(await jobsOf('man')).toEqual([])
      await tell({ kind: 'region', name: 'manoeuvre', key: 'm' }, '2026-03-21T04:00Z', '2026-03-21T05:00Z')
      expect(await jobsOf('man')).toEqual(['2026-03-21 made 1: raw 0321'])
    },
  },
  {
    rule: 'time trigger: at most once between two moments',
    products: pair('tick', 'month'),
    processes: process('tick', 'raw: cnt tick l0', 'cnt tick l1', ', every: 6 h'),
    play: async () => {
      await pass(6 * hour - (home.now % (6 * hour)) + hour)
      await come('ta_cnt_tick_l0_20260301000000_v0.0.0.txt')
      expect(await jobsOf('tick')).toEqual([])
      await pass(5 * hour)
      await come('ta_cnt_tick_l0_20260301000000_v0.0.1.txt')
      expect(await jobsOf('tick')).toHaveLength(1)
      await pass(6 * hour)
      expect(await jobsOf('tick')).toHaveLength(2)
    },
  },
  {
    rule: 'priority: higher runs first',
    products: pair('low', 'day') + product('high', 'l1', 'partition: day'),
    processes: process('low', 'raw: cnt low l0', 'cnt low l1') + process('high', 'raw: cnt low l0', 'cnt high l1', ', priority: 5'),
    play: async () => {
      await come(raw('low', '0301'))
      const started = home.db.selectFrom('attempt').innerJoin('job', 'job.id', 'attempt.job').select('process')
      const rows = await started.where('process', 'in', ['low', 'high']).orderBy('attempt.id').execute()
      expect(rows.map(r => r.process)).toEqual(['high', 'low'])
    },
  },
  {
    rule: 'limits, and tries by class of failure',
    products: pair('fail', 'day'),
    processes: process(
      'fail',
      'raw: cnt fail l0',
      'cnt fail l1',
      ', limits: { time: 1 s, tries: 4 }, exits: { try-again: [75], fatal: [9] }, retry: { error: 2, try-again: 3, timeout: 1 }',
    ),
    play: async () => {
      for (const [day, word] of Object.entries({ '0301': 'error', '0302': 'later', '0303': 'fatal', '0304': 'hang' }))
        await home.deliver(raw('fail', day), `${word}\n`)
      await home.settle()
      expect((await jobsOf('fail')).map(job => job.replace(/:.*/, ''))).toEqual([
        '2026-03-01 failed 2',
        '2026-03-02 failed 3',
        '2026-03-03 failed 1',
        '2026-03-04 failed 1',
      ])
    },
  },
]

const files: MissionFiles = {
  ...textMission,
  'mission.yaml': (textMission['mission.yaml'] ?? '')
    .replace('title: Tally\n', 'title: Tally\nbegins: 2026-01-01\n')
    .replace(
      'names:',
      "names:\n  dated: { template: '{sc}_{product}_{start:yyyymmdd}[_{stop:yyyymmdd}]_v{version}.{ext}', version: xyz, key: product }",
    )
    .replace('directories:', "directories:\n  dated: '{sc}/{product}'")
    .replace('datasets:', "datasets:\n  dated: '{sc}_{product}'"),
  'products.yaml': `events: { title: Events, kind: ancillary, names: dated, instrument: cnt, format: events, ext: csv, spacecraft: [tally], partition: span }
${table.map(row => row.products).join('')}`,
  'processes.yaml': table.map(row => row.processes).join(''),
  // Writes down what it was given; what its first input says is how it ends.
  'programs/note.sh': `set -eu
in=$(sed -n 's/^ *"path": "\\(.*\\)",$/\\1/p' "$APSIS_JOB")
case $(cat $in | head -n 1) in
  error) exit 3 ;;
  later) exit 75 ;;
  fatal) exit 9 ;;
  hang) sleep 600 ;;
esac
cat $in > "$(sed -n 's/^ *"name": "\\(.*_l1_.*\\)",$/\\1/p' "$APSIS_JOB" | tail -n 1)"
`,
}

beforeAll(async () => {
  home = await openInstallation(files, { now: Date.UTC(2026, 3, 1) })
})
afterAll(() => home.close())

test.each(table)('$rule', { timeout: 120_000 }, row => row.play())
