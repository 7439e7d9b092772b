import fc from 'fast-check'
import { expect, test } from 'vitest'
import { accountFor, isFinished } from '#domain/burst'
import {
  actOnSegment,
  chooseSegment,
  commandPoc,
  commandsDue,
  contactPoc,
  heldBuffers,
  makeLedger,
  makePoc,
  parseMessage,
  recordInPoc,
  reportPoc,
  takeStatus,
  receiveFile,
  type MemorySettings,
  type PocMessage,
  type SegmentLedger,
  type SimulatedPoc,
} from './index.ts'

const settings: MemorySettings = {
  buffers: 60,
  reserved: [
    { from: 0, value: 30 },
    { from: 3000, value: 42 },
  ],
  cycleSeconds: 10,
  ties: 'oldest-first',
  ageingPerDay: 0,
  retransmitAfter: 200,
}

type OnItsWay =
  | { readonly message: PocMessage }
  | { readonly file: { readonly craft: number; readonly segment: number; readonly start: number } }

interface World {
  readonly poc: SimulatedPoc
  readonly ledger: SegmentLedger
  readonly network: OnItsWay[]
  now: number
  next: number
}

const anyStep = fc.oneof(
  { weight: 2, arbitrary: fc.record({ step: fc.constant('record' as const), cycles: fc.integer({ min: 1, max: 30 }) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      step: fc.constant('choose' as const),
      back: fc.nat(40),
      cycles: fc.integer({ min: 1, max: 8 }),
      fom: fc.nat(200),
      spacecraft: fc.constantFrom([0], [1], [0, 1]),
    }),
  },
  { weight: 1, arbitrary: fc.record({ step: fc.constant('modify' as const), which: fc.nat(20), fom: fc.nat(200) }) },
  { weight: 1, arbitrary: fc.record({ step: fc.constant('delete' as const), which: fc.nat(20) }) },
  { weight: 2, arbitrary: fc.record({ step: fc.constant('command' as const) }) },
  { weight: 2, arbitrary: fc.record({ step: fc.constant('report' as const), craft: fc.nat(1) }) },
  { weight: 2, arbitrary: fc.record({ step: fc.constant('contact' as const), craft: fc.nat(1), budget: fc.nat(12) }) },
  // What the network does with any message that is on its way: late and disordered by choice.
  {
    weight: 6,
    arbitrary: fc.record({
      step: fc.constant('network' as const),
      which: fc.nat(50),
      fate: fc.constantFrom('deliver' as const, 'deliver' as const, 'double' as const, 'lose' as const),
    }),
  },
)
type Step = typeof anyStep extends fc.Arbitrary<infer T> ? T : never

/** Messages travel as JSON, as they will. */
function send(world: World, message: PocMessage): void {
  const read = parseMessage(JSON.parse(JSON.stringify(message)))
  if ('wrong' in read) throw new Error(read.wrong)
  world.network.push({ message: read })
}

function deliver({ poc, ledger, now }: World, one: OnItsWay): void {
  if ('file' in one) return receiveFile(ledger, one.file.craft, one.file.segment, one.file.start, now)
  const { message } = one
  if (message.kind === 'status') takeStatus(ledger, message)
  else if (message.kind !== 'playback') commandPoc(poc, message, now)
}

function play(world: World, craft: number, budget: number): void {
  for (const { segment, start } of contactPoc(world.poc, craft, 'c', world.now, budget).files)
    world.network.push({ file: { craft, segment, start } })
}

function take(world: World, step: Step): void {
  world.now += 10
  const { poc, ledger, network } = world
  const ids = [...ledger.records.keys()]
  switch (step.step) {
    case 'record':
      for (const craft of [0, 1]) recordInPoc(poc, craft, world.now, world.now + 10 * step.cycles)
      world.now += 10 * step.cycles
      return
    case 'choose': {
      const start = world.now - (world.now % 10) - 10 * (step.back + step.cycles)
      const segment = {
        id: world.next++,
        start,
        end: start + 10 * (step.cycles - 1),
        parameterSet: '',
        fom: step.fom,
        source: 's',
        createdAt: world.now,
        comment: '',
      }
      chooseSegment(ledger, `w${world.next % 3}`, segment, step.spacecraft)
      return chooseSegment(ledger, 'again', segment, [0, 1])
    }
    case 'modify':
      actOnSegment(ledger, ids[step.which % ids.length] ?? 0, { kind: 'modify', fom: step.fom }, 'sitl', world.now)
      return
    case 'delete':
      actOnSegment(ledger, ids[step.which % ids.length] ?? 0, { kind: 'delete' }, 'sitl', world.now)
      return
    case 'command':
      return commandsDue(ledger).forEach(message => send(world, message))
    case 'report':
      return send(world, reportPoc(poc, step.craft, world.now))
    case 'contact':
      return play(world, step.craft, step.budget)
    case 'network': {
      const at = step.which % Math.max(1, network.length)
      const one = network[at]
      if (one === undefined) return
      if (step.fate !== 'double') network.splice(at, 1)
      if (step.fate !== 'lose') deliver(world, one)
    }
  }
}

/** Rounds over a network that works, until nothing is due; contacts only where asked for. */
function settle(world: World, contacts: boolean): void {
  for (let round = 0; round < 60; round++) {
    world.now += 500
    if (contacts) for (const craft of [0, 1]) play(world, craft, 20)
    while (world.network.length > 0) deliver(world, world.network.shift() as OnItsWay)
    for (const craft of [0, 1]) takeStatus(world.ledger, reportPoc(world.poc, craft, world.now))
    const due = commandsDue(world.ledger)
    for (const message of due) commandPoc(world.poc, message, world.now)
    if (due.length === 0 && (!contacts || heldBuffers(world.poc.memories[0]!) + heldBuffers(world.poc.memories[1]!) === 0)) return
  }
  throw new Error('the two sides do not come to rest')
}

function expectAgreement({ poc, ledger }: World): void {
  for (const [id, record] of ledger.records) {
    const { window: _window, ...order } = ledger.orders.get(id)!
    expect(poc.orders.get(id)).toEqual(order)
    for (const [craft, share] of record.craft.entries()) {
      const kept = poc.memories[craft]?.holdings.get(id)?.kept.size ?? 0
      if (isFinished(record.status.state)) expect(kept).toBe(0)
      else expect([id, craft, share.held]).toEqual([id, craft, kept])
      expect(share.received).toBeLessThanOrEqual(ledger.received.get(id)?.[craft]?.size ?? 0)
    }
  }
  const { chosen, received, demoted, derelict, withdrawn, pending } = accountFor([...ledger.records.values()])
  expect(received + demoted + derelict + withdrawn + pending).toBe(chosen)
}

test('a thousand histories of choices, contacts and a bad network end with ledger, memory and POC in agreement', () => {
  fc.assert(
    fc.property(fc.array(anyStep, { minLength: 10, maxLength: 60 }), steps => {
      const world: World = { poc: makePoc(settings, 2), ledger: makeLedger(2, 10), network: [], now: 1000, next: 1 }
      for (const step of steps) take(world, step)
      settle(world, false)
      expectAgreement(world)
      settle(world, true)
      settle(world, false)
      expectAgreement(world)
      // With enough contacts everything that was chosen has ended somehow.
      expect([...world.ledger.records.values()].filter(({ status }) => !isFinished(status.state))).toEqual([])
    }),
    { numRuns: 1000 },
  )
})
