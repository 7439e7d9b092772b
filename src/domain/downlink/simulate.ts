import {
  heldBuffers,
  heldLimit,
  holdSegment,
  keepLimit,
  playBack,
  recordCycles,
  releaseBuffers,
  type BurstMemory,
  type HoldOrder,
  type MemorySettings,
} from './memory.ts'

/** A pass of one spacecraft; TAI seconds, and buffers that fit into what is left for burst. */
export interface BurstContact {
  readonly spacecraft: number
  readonly start: number
  readonly stop: number
  readonly budget: number
}

/** Burst recording of one spacecraft, [from, to) TAI seconds. */
export interface Recording {
  readonly spacecraft: number
  readonly from: number
  readonly to: number
}

/** Segments that reach the spacecraft at a moment. */
export interface Choice {
  readonly at: number
  readonly orders: readonly (HoldOrder & { readonly spacecraft: readonly number[] })[]
}

export interface DownlinkPlan {
  readonly recordings: readonly Recording[]
  readonly choices: readonly Choice[]
  readonly contacts: readonly BurstContact[]
}

/** What became of a segment on one spacecraft. */
export interface CraftOutcome {
  readonly buffers: number
  received: number
  /** When its last buffer came down; null while some are missing. */
  down: number | null
  lost: 'none' | 'demoted' | 'derelict'
  lostAt: number | null
}

export interface DayMetrics {
  /** TAI seconds of its begin. */
  readonly day: number
  /** Held at its end, with the line that reserve leaves; newly held, overwritten and sent during it. Buffers of all spacecraft. */
  held: number
  limit: number
  fresh: number
  overwritten: number
  sent: number
}

export interface DownlinkRun {
  /** By segment, per spacecraft. */
  readonly outcomes: ReadonlyMap<number, ReadonlyMap<number, CraftOutcome>>
  readonly days: readonly DayMetrics[]
}

/** Whether a file is lost on its way; it stays in memory and is sent again. */
export type FileLoss = (spacecraft: number, start: number, at: number) => boolean

/**
 * Runs memories through recordings, choices and contacts in the order of time, changing them in place. A file that arrives is
 * released at once; {@link SimulatedPoc} is the form where messages take their time.
 */
export function simulateDownlink(
  memories: readonly BurstMemory[],
  settings: MemorySettings,
  plan: DownlinkPlan,
  isLost: FileLoss = () => false,
): DownlinkRun {
  const outcomes = new Map<number, Map<number, CraftOutcome>>()
  const days = new Map<number, DayMetrics>()
  const dayOf = (at: number): DayMetrics => {
    const day = Math.floor(at / 86_400) * 86_400
    const known = days.get(day) ?? { day, held: 0, limit: 0, fresh: 0, overwritten: 0, sent: 0 }
    days.set(day, known)
    return known
  }
  for (const memory of memories)
    for (const { segment, kept } of memory.holdings.values()) enter(outcomes, segment, memories.indexOf(memory), kept.size)

  const lose = (craft: number, segment: number, at: number): void => {
    const outcome = outcomes.get(segment)?.get(craft)
    if (outcome === undefined) return
    outcome.lost = 'demoted'
    outcome.lostAt = at
    dayOf(at).overwritten += outcome.buffers - outcome.received
  }
  const hold = (craft: number, memory: BurstMemory, order: HoldOrder, at: number): void => {
    const count = (order.end - order.start) / settings.cycleSeconds + 1
    const outcome = enter(outcomes, order.segment, craft, count)
    const { result, held, demoted } = holdSegment(memory, settings, order, at)
    for (const id of demoted) lose(craft, id, at)
    if (result === 'held') dayOf(at).fresh += held
    else Object.assign(outcome, { lost: result, lostAt: at })
  }
  const play = (contact: BurstContact, memory: BurstMemory): void => {
    const files = playBack(memory, settings, contact.start, contact.budget)
    for (const [i, { segment, start }] of files.entries()) {
      const at = contact.start + ((i + 1) / contact.budget) * (contact.stop - contact.start)
      if (isLost(contact.spacecraft, start, at)) continue
      const left = releaseBuffers(memory, segment, [start])
      const outcome = outcomes.get(segment)?.get(contact.spacecraft)
      dayOf(at).sent++
      if (outcome === undefined) continue
      outcome.received++
      if (left > 0) continue
      if (outcome.received === outcome.buffers) outcome.down = at
      else Object.assign(outcome, { lost: 'derelict', lostAt: at })
    }
  }
  for (const event of inOrder(plan)) {
    const at = event.at
    if (event.kind === 'choice') {
      for (const order of event.choice.orders)
        for (const craft of order.spacecraft) if (memories[craft] !== undefined) hold(craft, memories[craft], order, at)
    } else {
      const craft = event.kind === 'recording' ? event.recording.spacecraft : event.contact.spacecraft
      const memory = memories[craft]
      if (memory === undefined) continue
      for (const id of keepLimit(memory, settings, at)) lose(craft, id, at)
      if (event.kind === 'recording') recordCycles(memory, settings, event.recording.from, event.recording.to)
      else play(event.contact, memory)
    }
    const day = dayOf(at)
    day.held = memories.reduce((sum, memory) => sum + heldBuffers(memory), 0)
    day.limit = memories.length * heldLimit(settings, at)
  }
  return { outcomes, days: [...days.values()].sort((a, b) => a.day - b.day) }
}

function enter(outcomes: Map<number, Map<number, CraftOutcome>>, segment: number, craft: number, buffers: number): CraftOutcome {
  const per = outcomes.get(segment) ?? new Map<number, CraftOutcome>()
  outcomes.set(segment, per)
  const known = per.get(craft) ?? { buffers, received: 0, down: null, lost: 'none', lostAt: null }
  per.set(craft, known)
  return known
}

type Timed =
  | { readonly at: number; readonly kind: 'recording'; readonly recording: Recording }
  | { readonly at: number; readonly kind: 'choice'; readonly choice: Choice }
  | { readonly at: number; readonly kind: 'contact'; readonly contact: BurstContact }

/** Recordings count when they end; at one moment recordings come before choices, choices before contacts. */
function inOrder(plan: DownlinkPlan): readonly Timed[] {
  const rank = { recording: 0, choice: 1, contact: 2 }
  return [
    ...plan.recordings.map((recording): Timed => ({ at: recording.to, kind: 'recording', recording })),
    ...plan.choices.map((choice): Timed => ({ at: choice.at, kind: 'choice', choice })),
    ...plan.contacts.map((contact): Timed => ({ at: contact.start, kind: 'contact', contact })),
  ].sort((a, b) => a.at - b.at || rank[a.kind] - rank[b.kind])
}
