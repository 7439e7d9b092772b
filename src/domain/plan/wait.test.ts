import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Process, ProcessInput } from '#domain/mission'
import type { Partition } from '#domain/partition'
import { lastTick, planWork } from './index.ts'
import type { EventFact, FileFact, JobFact, SourceCell, WorkFacts } from './index.ts'

const hour = 3_600_000
const day: Partition = { kind: 'day', key: '2026-11-22', start: Date.UTC(2026, 10, 22), stop: Date.UTC(2026, 10, 23) }
const code = (from: number) => [{ from, to: from }]

const input = (role: string, change: Partial<ProcessInput> = {}): ProcessInput => ({
  role,
  products: [role],
  optional: false,
  triggers: true,
  window: { kind: 'time', before: 0, after: 0 },
  ...change,
})

const process = (change: Partial<Process>): Process => ({
  id: 'make',
  title: '',
  inputs: [input('raw')],
  outputs: [{ role: 'l2', product: 'l2' }],
  program: { kind: 'builtin', name: 'x' },
  parameters: {},
  exits: { noData: code(66), tryAgain: code(75), warning: [], fatal: [] },
  limits: { seconds: 60, tries: 3 },
  retry: { error: 3, fatal: 1, 'try-again': 3, timeout: 3, memory: 3, lost: 3, refused: 3 },
  resources: { memory: undefined, tokens: {} },
  on: [],
  priority: 0,
  weight: 1,
  major: 1,
  ...change,
})

const file = (product: string, change: Partial<FileFact> = {}): FileFact => ({
  id: 1,
  name: product,
  dataset: `a_${product}`,
  product,
  partition: day.key,
  version: [1],
  science: `content of ${product}`,
  covers: day,
  arrived: day.start,
  ...change,
})

const cell = (product: string, change: Partial<SourceCell> = {}): SourceCell => ({
  dataset: `a_${product}`,
  product,
  partition: day.key,
  span: day,
  have: 'none',
  next: 'waiting',
  reason: { kind: 'not-arrived', text: 'has not arrived' },
  ...change,
})

/** One file per input that is named in `files`; `cells` are those of the inputs' products. */
function facts(rule: Process, files: readonly FileFact[], cells: readonly SourceCell[] = [], change: Partial<WorkFacts> = {}): WorkFacts {
  return {
    process: rule,
    partition: day,
    roles: rule.inputs.map(one => ({
      input: one,
      files: files.filter(f => one.products.includes(f.product)),
      cells: cells.filter(c => one.products.includes(c.product)),
      sources: one.products.map(product => ({ product, dataset: product })),
    })),
    madeRecipe: undefined,
    made: 'none',
    job: undefined,
    due: undefined,
    foreseen: { known: false, absence: undefined, barred: false },
    events: [],
    ...change,
  }
}

const plan = (f: WorkFacts, now = day.stop + hour) => planWork(f, now, { settle: 0 }, text => text)

describe('the wait policy', () => {
  const patient = process({ inputs: [input('raw'), input('field', { optional: true })], wait: { hold: 2 * hour, after: 'partial' } })
  const late = [cell('field')]

  test('holds until the deadline, names what it waits for and when it looks again', () => {
    const { run, cell: held } = plan(facts(patient, [file('raw')], late))
    expect(run).toBeUndefined()
    expect(held).toMatchObject({
      next: 'waiting',
      reason: { kind: 'holding', until: day.stop + 2 * hour, causes: [{ dataset: 'a_field' }] },
    })
    expect(held.reason.text).toBe('held until 2026-11-23T02:00Z for a_field 2026-11-22')
  })

  test('counts from when the output is due, where that is known', () => {
    const due = day.stop + 5 * hour
    expect(plan(facts(patient, [file('raw')], late, { due })).cell.reason.until).toBe(due + 2 * hour)
  })

  test('runs in part after it; at once where nothing more can come', () => {
    expect(plan(facts(patient, [file('raw')], late), day.stop + 2 * hour).run).toBeDefined()
    expect(plan(facts(patient, [file('raw')], [cell('field', { next: 'lost', reason: { kind: 'lost', text: '' } })])).run).toBeDefined()
    expect(plan(facts(patient, [file('raw')], [cell('field', { next: 'none', reason: { kind: 'off', text: '' } })])).run).toBeDefined()
    expect(plan(facts(patient, [file('raw'), file('field')], [cell('field', { have: 'full', next: 'none' })])).run).toBeDefined()
    const partial = (next: 'none' | 'waiting', kind: 'inputs' | 'in-progress') =>
      plan(facts(patient, [file('raw'), file('field')], [cell('field', { have: 'partial', next, reason: { kind, text: '' } })])).run
    expect(partial('none', 'inputs')).toBeDefined()
    expect(partial('waiting', 'inputs')).toBeUndefined()
    expect(partial('none', 'in-progress')).toBeUndefined()
  })

  test('or gives up with a reason, and still takes what comes later', () => {
    const strict = { ...patient, wait: { hold: 2 * hour, after: 'give-up' as const } }
    const gaveUp = plan(facts(strict, [file('raw')], late), day.stop + 2 * hour)
    expect(gaveUp).toMatchObject({ cell: { next: 'failed', reason: { kind: 'gave-up', causes: [{ dataset: 'a_field' }] } } })
    expect(gaveUp.cell.reason.text).toContain('a_field 2026-11-22 had not come')
    expect(plan(facts(strict, [], [cell('raw')]), day.stop + 2 * hour).cell.reason.kind).toBe('gave-up')
    const whole = facts(strict, [file('raw'), file('field')], [cell('field', { have: 'full', next: 'none' })])
    expect(plan(whole, day.stop + 9 * hour).run).toBeDefined()
  })
})

describe('alternatives', () => {
  const either = process({ inputs: [input('attitude', { products: ['def', 'pred'] })] })
  test('what is made with the lesser one says so, and waits for the better', () => {
    const recipe = plan(facts(either, [file('pred')])).run?.recipe
    const { cell: made } = plan(facts(either, [file('pred')], [cell('def')], { made: 'files', madeRecipe: recipe }))
    expect(made).toMatchObject({ have: 'full', next: 'waiting', reason: { kind: 'provisional', causes: [{ dataset: 'a_def' }] } })
    expect(made.reason.text).toBe('made with pred in place of def, which replaces it when it comes')
    expect(plan(facts(either, [file('def')], [], { made: 'files', madeRecipe: recipe })).run).toBeDefined()
  })
})

describe('inputs that do not trigger', () => {
  const rule = process({
    inputs: [input('raw'), input('last', { triggers: false, optional: true, window: { kind: 'previous', within: hour } })],
  })
  test('are taken, but a change of them alone makes nothing anew', () => {
    const first = plan(facts(rule, [file('raw'), file('last')])).run
    expect(first?.inputs.map(i => i.role)).toEqual(['raw', 'last'])
    const made = { made: 'files' as const, madeRecipe: first?.recipe }
    expect(plan(facts(rule, [file('raw'), file('last', { science: 'other' })], [], made)).run).toBeUndefined()
    expect(plan(facts(rule, [file('raw', { science: 'other' }), file('last')], [], made)).run).toBeDefined()
  })
})

describe('a set', () => {
  const rule = process({ inputs: [input('kernels', { products: ['lsk', 'ck'], window: { kind: 'set' } })] })
  test('needs one of each kind', () => {
    expect(plan(facts(rule, [file('lsk')], [cell('ck')])).cell.reason).toMatchObject({ kind: 'inputs', causes: [{ dataset: 'a_ck' }] })
    expect(plan(facts(rule, [file('lsk'), file('ck')])).run?.inputs).toHaveLength(2)
  })

  test('one that nobody has sent is waited for by its name, whatever the others hold', () => {
    const there = cell('lsk', { partition: '20150101000000', have: 'full', next: 'none', reason: { kind: 'complete', text: '' } })
    const { have, next, reason } = plan(facts(rule, [file('lsk')], [there])).cell
    expect([have, next, reason.text]).toEqual(['none', 'waiting', 'waits for ck: none has come yet'])
  })
})

describe('by the clock', () => {
  const daily = process({ every: { period: 24 * hour, offset: 6 * hour } })
  const job = (created: number): JobFact => ({ id: 1, state: 'made', recipe: 'old', tries: 1, notBefore: 0, created, message: undefined })

  test('waits for the first moment after its inputs came, then for the next after its last run', () => {
    const arrived = [file('raw', { arrived: day.stop })]
    expect(plan(facts(daily, arrived), day.stop + hour).cell.reason).toMatchObject({ kind: 'scheduled', until: day.stop + 6 * hour })
    expect(plan(facts(daily, arrived), day.stop + 6 * hour).run).toBeDefined()
    const again = facts(daily, arrived, [], { made: 'files', madeRecipe: 'old', job: job(day.stop + 6 * hour) })
    expect(plan(again, day.stop + 7 * hour).cell.reason.until).toBe(day.stop + 30 * hour)
    expect(plan(again, day.stop + 30 * hour).run).toBeDefined()
  })

  test('without inputs an open partition is made at each moment, a closed one once', () => {
    const rule = process({ inputs: [], every: { period: hour, offset: 0 } })
    const at = (hours: number) => plan(facts(rule, []), day.start + hours * hour).run?.recipe
    expect(at(1.5)).toBe(at(1.9))
    expect(at(1.5)).not.toBe(at(2.5))
    expect(at(25)).toBe(at(48))
  })

  test('moments lie a period apart, and the last is never ahead', () => {
    const schedule = fc.record({ period: fc.integer({ min: 60_000, max: 5 * 24 * hour }), offset: fc.nat(59_999) })
    fc.assert(
      fc.property(schedule, fc.integer({ min: 0, max: Date.UTC(2100, 0) }), (every, now) => {
        const tick = lastTick(every, now)
        expect(tick <= now && now < tick + every.period).toBe(true)
        expect(lastTick(every, tick)).toBe(tick)
      }),
    )
  })
})

describe('started by events', () => {
  const rule = process({ inputs: [input('field', { optional: true })], on: ['manoeuvre'] })
  const event: EventFact = {
    kind: 'region',
    key: 'm1',
    name: 'manoeuvre',
    spacecraft: 'a',
    span: { start: day.start, stop: day.start + hour },
    state: 'done',
    reason: undefined,
    former: [],
  }
  test('waits for its event, runs without any input, and again when the event is revised', () => {
    expect(plan(facts(rule, [])).cell.reason).toMatchObject({ kind: 'not-due', text: 'waits for the end of manoeuvre' })
    const first = plan(facts(rule, [], [], { events: [event] })).run?.recipe
    expect(first).toBeDefined()
    const revised = { ...event, span: { start: day.start, stop: day.start + 2 * hour } }
    expect(plan(facts(rule, [], [], { events: [revised], made: 'files', madeRecipe: first })).run).toBeDefined()
  })
})

describe('what is known to be absent', () => {
  const rule = process({})
  test.each(['off', 'not-in-mode', 'not-downlinked'] as const)('%s: not expected, nor what needs it', kind => {
    const absence = { kind, text: 'the reason' }
    const own = plan(facts(rule, [], [], { foreseen: { known: true, absence, barred: false } })).cell
    expect(own).toEqual({ have: 'none', next: 'none', reason: absence })
    const child = plan(facts(rule, [], [cell('raw', { next: 'none', reason: absence })])).cell
    expect(child).toMatchObject({ have: 'none', next: 'none', reason: { kind, causes: [{ dataset: 'a_raw' }] } })
    expect(child.reason.text).toBe('needs a_raw 2026-11-22, which is not expected: the reason')
  })

  test('data that came nevertheless are worked on; of an event that was cancelled nothing is', () => {
    expect(
      plan(facts(rule, [file('raw')], [], { foreseen: { known: true, absence: { kind: 'off', text: '' }, barred: false } })).run,
    ).toBeDefined()
    const cancelled = { known: true, absence: { kind: 'cancelled' as const, text: 'was cancelled' }, barred: true }
    expect(plan(facts(rule, [file('raw')], [], { foreseen: cancelled }))).toEqual({
      cell: { have: 'none', next: 'none', reason: cancelled.absence },
    })
  })

  test('one required input that is surely empty is enough; a day that is whole and has nothing of these hours is empty, too', () => {
    const two = process({ inputs: [input('raw'), input('field')] })
    const empty = cell('raw', { have: 'no-data', next: 'none', reason: { kind: 'no-data', text: '' } })
    expect(plan(facts(two, [], [empty, cell('field')])).cell).toMatchObject({ have: 'no-data', next: 'none' })
    const hours: Partition = { kind: 'hours', key: '2026-11-22T22', start: day.stop - 2 * hour, stop: day.stop }
    const whole = cell('raw', { have: 'full', next: 'none', reason: { kind: 'complete', text: '' } })
    expect(plan(facts(rule, [], [whole], { partition: hours })).cell.reason.text).toBe('a_raw 2026-11-22 has no data of this time')
    // Of the very time it would be a file that was lost, which is something else.
    expect(plan(facts(rule, [], [whole])).cell.have).toBe('none')
  })

  test('files from outside are a product, though nothing was made here', () => {
    expect(plan(facts(rule, [], [], { made: 'delivered' })).cell).toMatchObject({
      have: 'full',
      next: 'none',
      reason: { kind: 'delivered' },
    })
  })
})
