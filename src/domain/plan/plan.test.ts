import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Process, Product } from '#domain/mission'
import type { Partition } from '#domain/partition'
import { planArrival, planWork, shownState } from './index.ts'
import type { ContactFact, FileFact, JobFact, RoleFacts, SourceCell, WorkFacts } from './index.ts'

const hour = 3_600_000
const day: Partition = { kind: 'day', key: '2026-11-22', start: Date.UTC(2026, 10, 22), stop: Date.UTC(2026, 10, 23) }
const after = day.stop + hour
const settings = { settle: 1000 }
const hash = (text: string): string => `#${text}`

const plainly = { optional: false, triggers: true, window: { kind: 'time', before: 0, after: 0 } } as const
const code = (from: number) => [{ from, to: from }]
const retry = { error: 3, fatal: 1, 'try-again': 3, timeout: 3, memory: 3, lost: 3, refused: 3 }

const foreseen = { known: false, absence: undefined, barred: false }

const process: Process = {
  id: 'calibrate',
  title: '',
  inputs: [
    { role: 'raw', products: ['raw'], ...plainly },
    { role: 'attitude', products: ['attitude'], ...plainly },
  ],
  outputs: [{ role: 'l2', product: 'l2' }],
  program: { kind: 'builtin', name: 'x' },
  parameters: { gain: 2 },
  exits: { noData: code(66), tryAgain: code(75), warning: [], fatal: [] },
  limits: { seconds: 60, tries: 3 },
  retry,
  resources: { memory: undefined, tokens: {} },
  on: [],
  priority: 0,
  weight: 1,
  major: 0,
}

const file = (name: string, change: Partial<FileFact> = {}): FileFact => ({
  id: 1,
  name,
  dataset: `a_${name}`,
  product: name,
  partition: day.key,
  version: [1],
  science: `sha-${name}`,
  covers: { start: day.start, stop: day.stop },
  arrived: day.start,
  ...change,
})

const source = (dataset: string, change: Partial<SourceCell> = {}): SourceCell => ({
  dataset,
  product: dataset.replace('a_', ''),
  partition: day.key,
  span: { start: day.start, stop: day.stop },
  have: 'full',
  next: 'none',
  reason: { kind: 'complete', text: 'made' },
  ...change,
})

const role = (index: 0 | 1, files: readonly FileFact[], cells: readonly SourceCell[] = []): RoleFacts => ({
  input: process.inputs[index] ?? { role: '', products: [''], ...plainly },
  files,
  cells,
  sources: (process.inputs[index]?.products ?? []).map(product => ({ product, dataset: `a_${product}` })),
})

const facts = (change: Partial<WorkFacts> = {}): WorkFacts => ({
  process,
  partition: day,
  roles: [role(0, [file('raw')]), role(1, [file('attitude')])],
  madeRecipe: undefined,
  made: 'none',
  job: undefined,
  due: undefined,
  foreseen,
  events: [],
  ...change,
})

const plan = (f: WorkFacts, now = after) => planWork(f, now, settings, hash)
const recipe = plan(facts()).run?.recipe
const job = (change: Partial<JobFact>): JobFact => ({
  id: 7,
  state: 'made',
  recipe: recipe ?? '',
  tries: 1,
  notBefore: 0,
  created: 0,
  message: undefined,
  ...change,
})

describe('planWork', () => {
  test('runs when every required input has a file', () => {
    const planned = plan(facts())
    expect(planned.run?.inputs.map(i => [i.role, i.file.name])).toEqual([
      ['raw', 'raw'],
      ['attitude', 'attitude'],
    ])
    expect(planned.cell).toMatchObject({ have: 'none', next: 'ready' })
  })

  test('waits for a required input and blames its cell', () => {
    const missing = source('a_attitude', { have: 'none', next: 'waiting', reason: { kind: 'not-arrived', text: 'not here' } })
    const { cell, run } = plan(facts({ roles: [role(0, [file('raw')]), role(1, [], [missing])] }))
    expect(run).toBeUndefined()
    expect(cell).toMatchObject({ have: 'none', next: 'waiting' })
    expect(cell.reason).toMatchObject({ kind: 'inputs', causes: [{ dataset: 'a_attitude', partition: day.key }] })
    expect(cell.reason.text).toContain('a_attitude 2026-11-22')
  })

  test('an input that is known to have no data makes what needs it empty, which is an end', () => {
    const empty = source('a_raw', { have: 'no-data', next: 'none', reason: { kind: 'no-data', text: 'nothing' } })
    const roles = [role(0, [], [empty]), role(1, [file('attitude')])]
    expect(plan(facts({ roles })).cell).toMatchObject({
      have: 'no-data',
      next: 'none',
      reason: { kind: 'no-data', text: 'a_raw 2026-11-22 has no data' },
    })
    expect(plan(facts({ roles, made: 'files' })).cell).toMatchObject({ next: 'waiting' })
  })

  test('an input that is lost for ever makes what waits for it lost', () => {
    const lost = source('a_raw', { have: 'none', next: 'lost', reason: { kind: 'lost', text: 'contact lost' } })
    const { cell } = plan(facts({ roles: [role(0, [], [lost]), role(1, [file('attitude')])] }))
    expect(cell).toMatchObject({ next: 'lost', reason: { text: 'needs a_raw 2026-11-22, which is lost' } })
  })

  test('optional inputs alone: one of them is enough, none of them is not', () => {
    const optional = (files: readonly FileFact[]): RoleFacts => ({
      input: { role: 'o', products: ['x'], ...plainly, optional: true },
      files,
      cells: [],
      sources: [],
    })
    expect(plan(facts({ roles: [optional([]), optional([file('x')])] })).run).toBeDefined()
    expect(plan(facts({ roles: [optional([]), optional([])] })).cell).toMatchObject({ next: 'waiting', reason: { kind: 'inputs' } })
  })

  test('does nothing where the same recipe was made, and says full', () => {
    const { cell, run } = plan(facts({ made: 'files', madeRecipe: recipe, job: job({}) }))
    expect(run).toBeUndefined()
    expect(cell).toMatchObject({ have: 'full', next: 'none', reason: { kind: 'complete' } })
  })

  test('a partition whose time is not over is partial, in progress', () => {
    const { cell } = plan(facts({ made: 'files', madeRecipe: recipe }), day.stop - hour)
    expect(cell).toMatchObject({ have: 'partial', next: 'none', reason: { kind: 'in-progress' } })
  })

  test('made in part because an input is lost: nothing more to wait for', () => {
    const lost = source('a_raw', { have: 'none', next: 'lost', reason: { kind: 'lost', text: 'contact lost' } })
    const { cell } = plan(
      facts({ roles: [role(0, [file('raw')], [lost]), role(1, [file('attitude')])], made: 'files', madeRecipe: recipe }),
    )
    expect(cell).toMatchObject({ have: 'partial', next: 'none', reason: { kind: 'inputs' } })
    expect(cell.reason.text).toContain('is lost')
  })

  test('a new version of an input is run again', () => {
    const renewed = facts({
      roles: [role(0, [file('raw', { science: 'other', version: [2] })]), role(1, [file('attitude')])],
      made: 'files',
      madeRecipe: recipe,
    })
    expect(plan(renewed).run?.recipe).not.toBe(recipe)
  })

  test('waits while an input is being made', () => {
    const busy = source('a_raw', { have: 'partial', next: 'running', reason: { kind: 'running', text: 'runs' } })
    const { cell, run } = plan(facts({ roles: [role(0, [file('raw')], [busy]), role(1, [file('attitude')])] }))
    expect(run).toBeUndefined()
    expect(cell.reason).toMatchObject({ kind: 'upstream', causes: [{ dataset: 'a_raw' }] })
  })

  test('waits a moment after an arrival, and says until when', () => {
    const roles = [role(0, [file('raw', { arrived: after - 400 })]), role(1, [file('attitude')])]
    const just = facts({ roles, madeRecipe: 'an older one', made: 'files' })
    expect(plan(just).cell.reason).toMatchObject({ kind: 'settling', until: after + 600 })
    expect(plan(just, after + 600).run).toBeDefined()
    // made for the first time, and from everything: nothing more is waited for
    expect(plan(facts({ roles })).run).toBeDefined()
  })

  test.each([
    ['ready', 0, 'ready', 'queued'],
    ['ready', 1, 'ready', 'failed'],
    ['running', 1, 'running', 'running'],
  ] as const)('an active job (%s, tries %i) is the only one', (state, tries, next, kind) => {
    const planned = plan(facts({ job: job({ state, tries, message: 'no licence' }) }))
    expect(planned.run).toBeUndefined()
    expect(planned.cell).toMatchObject({ next, reason: { kind, job: 7 } })
  })

  test('a failure of exactly these inputs is not repeated, one of others is', () => {
    const failed = plan(facts({ job: job({ state: 'failed', tries: 3, message: 'exit 1: boom' }) }))
    expect(failed.cell).toMatchObject({ next: 'failed', reason: { kind: 'failed', text: 'job 7 failed 3 times: exit 1: boom' } })
    expect(plan(facts({ job: job({ state: 'failed', recipe: 'older' }) })).run).toBeDefined()
  })

  test('no data is terminal for these inputs and is looked at again when they change', () => {
    const none = facts({ made: 'no-data', madeRecipe: recipe, job: job({ state: 'no-data', message: 'no samples' }) })
    expect(plan(none).cell).toMatchObject({
      have: 'no-data',
      next: 'none',
      reason: { kind: 'no-data', text: 'calibrate found no data in these inputs: no samples' },
    })
    expect(plan({ ...none, roles: [role(0, [file('raw', { science: 'new' })]), role(1, [file('attitude')])] }).run).toBeDefined()
  })

  test('equal facts in any order give one recipe', () => {
    const files = [file('raw'), file('raw2', { covers: { start: day.start + hour, stop: day.stop } }), file('raw3')]
    fc.assert(
      fc.property(fc.shuffledSubarray(files, { minLength: 3 }), shuffled => {
        const wanted = plan(facts({ roles: [role(0, files), role(1, [file('attitude')])] })).run
        expect(plan(facts({ roles: [role(0, shuffled), role(1, [file('attitude')])] })).run?.recipe).toBe(wanted?.recipe)
      }),
    )
  })
})

const product = (kind: Product['partition']['kind']): Product =>
  ({ id: 'p', title: 'Definitive attitude', partition: kind === 'hours' ? { kind, hours: 2 } : { kind } }) as unknown as Product

const contact = (change: Partial<ContactFact> = {}): ContactFact => ({
  key: '2026326-03',
  spacecraft: 'sc1',
  span: { start: day.start + 12 * hour, stop: day.start + 12.2 * hour },
  data: { start: day.start + 7 * hour, stop: day.start + 12 * hour },
  state: 'done',
  reason: undefined,
  ...change,
})

describe('planArrival of a contact', () => {
  const partition: Partition = { kind: 'contact', key: '20261122070000', start: contact().data.start, stop: contact().data.stop }
  const arrive = (contacts: readonly ContactFact[], files: readonly FileFact[], now = after) =>
    planArrival({ product: product('contact'), partition, contacts, files, foreseen }, now)

  test('arrived', () => expect(arrive([contact()], [file('t')])).toMatchObject({ have: 'full', next: 'none' }))
  test('lost, with the reason in words', () => {
    const { next, reason } = arrive([contact({ state: 'lost', reason: 'antenna fault' })], [])
    expect(next).toBe('lost')
    expect(reason.text).toBe(
      'contact 2026326-03 of sc1 at 2026-11-22T12:00Z was lost (antenna fault): its data of 2026-11-22T07:00Z to 2026-11-22T12:00Z never came down',
    )
  })
  test('not due before its end', () => expect(arrive([contact({ state: 'planned' })], [], day.start).reason.kind).toBe('not-due'))
  test('over and nothing came', () => expect(arrive([contact()], []).reason).toMatchObject({ kind: 'not-arrived' }))
})

describe('planArrival of a day', () => {
  const arrive = (contacts: readonly ContactFact[], files: readonly FileFact[], now = after) =>
    planArrival({ product: product('span'), partition: { ...day, kind: 'span' }, contacts, files, foreseen }, now)
  const upTo = (hours: number): FileFact => file('att', { covers: { start: day.start, stop: day.start + hours * hour } })

  test('covers what came down', () => expect(arrive([contact()], [upTo(12)])).toMatchObject({ have: 'full' }))
  test('falls short of what came down', () => {
    const short = arrive([contact()], [upTo(7)])
    expect(short).toMatchObject({ have: 'partial', next: 'waiting', reason: { kind: 'not-covered' } })
    expect(short.reason.text).toContain('ends at 2026-11-22T07:00Z, data came down to 2026-11-22T12:00Z')
  })
  test('its time is not over', () =>
    expect(arrive([contact()], [upTo(12)], day.start + 13 * hour)).toMatchObject({ have: 'partial', reason: { kind: 'in-progress' } }))
  test('nothing yet', () => {
    expect(arrive([], [])).toMatchObject({ have: 'none', reason: { kind: 'not-due' } })
    expect(arrive([contact()], [])).toMatchObject({
      have: 'none',
      reason: { kind: 'not-arrived', text: 'Definitive attitude has not arrived' },
    })
  })
})

describe('shownState', () => {
  const due = 100
  test.each([
    ['full', 'failed', 'complete', 500, 'made'],
    ['no-data', 'none', 'no-data', 500, 'no data'],
    ['none', 'held', 'inputs', 0, 'held'],
    ['partial', 'none', 'in-progress', 500, 'partial'],
    ['partial', 'waiting', 'not-covered', 500, 'late'],
    ['partial', 'none', 'inputs', 500, 'partial'],
    ['none', 'running', 'running', 500, 'running'],
    ['none', 'failed', 'failed', 0, 'failed'],
    ['none', 'lost', 'lost', 500, 'lost'],
    ['none', 'waiting', 'inputs', 500, 'late'],
    ['none', 'waiting', 'inputs', 50, 'waiting'],
    ['none', 'waiting', 'not-due', 50, 'not due'],
  ] as const)('%s %s %s at %i is %s', (have, next, kind, now, shown) => {
    expect(shownState({ have, next, due, reason: { kind } }, now)).toBe(shown)
  })
})

test('what nobody expects is wanted by name and day; what is expected and not due yet is not', () => {
  const growing: SourceCell = {
    dataset: 'a_raw',
    product: 'raw',
    partition: day.key,
    span: { start: day.start, stop: day.stop },
    have: 'none',
    next: 'waiting',
    reason: { kind: 'not-due', text: 'not due' },
  }
  const causesOf = (roles: readonly RoleFacts[]): unknown =>
    planWork(facts({ roles }), day.stop + 1, { settle: 0 }, text => text).cell.reason.causes
  const [wanted] = process.inputs[0]?.products ?? []
  const own = day.key.slice(0, 10)
  expect(causesOf([role(0, [])])).toEqual([
    { dataset: `a_${wanted}`, partition: own, wanted: `no ${wanted} of ${own} has come, and nothing says that one should come` },
  ])
  expect(causesOf([role(0, [], [{ ...growing, product: wanted ?? '' }])])).toEqual([])
})
