import type { CommandMessage, PlaybackMessage, SegmentOrder, StatusMessage } from './messages.ts'
import {
  emptyMemory,
  heldBuffers,
  holdSegment,
  keepLimit,
  oldestBuffer,
  playBack,
  playlistOf,
  recordCycles,
  recordedBuffers,
  releaseBuffers,
  type BurstMemory,
  type MemorySettings,
} from './memory.ts'

type Lost = StatusMessage['segments'][number]['lost']

/** A payload operations center with the memories that it commands. Its functions change it in place. */
export interface SimulatedPoc {
  readonly settings: MemorySettings
  readonly memories: readonly BurstMemory[]
  /** The newest order of each segment. */
  readonly orders: Map<number, SegmentOrder>
  /** What is gone for good, by segment and spacecraft. */
  readonly lost: Map<number, Map<number, Lost>>
  /** Buffers that are known to have arrived; a release may come before the order that it belongs to. */
  readonly released: Map<string, Set<number>>
  /** Orders that came (again) since a memory's last report, so that their receipt shows even when nothing is wanted any more. */
  readonly touched: Set<string>
  readonly sequence: number[]
}

export const makePoc = (settings: MemorySettings, spacecraft: number): SimulatedPoc => ({
  settings,
  memories: Array.from({ length: spacecraft }, emptyMemory),
  orders: new Map(),
  lost: new Map(),
  released: new Map(),
  touched: new Set(),
  sequence: Array.from({ length: spacecraft }, () => 0),
})

/** Obeys a command. Doubled, late and disordered ones are harmless: the newest order of a segment holds, receipts only grow. */
export function commandPoc(poc: SimulatedPoc, message: CommandMessage, at: number): void {
  if (message.kind === 'release') releaseInPoc(poc, message)
  else for (const order of message.kind === 'hold' ? [message.order] : message.orders) obey(poc, order, at)
}

function obey(poc: SimulatedPoc, order: SegmentOrder, at: number): void {
  for (const craft of poc.memories.keys()) poc.touched.add(keyOf(order.segment, craft))
  const known = poc.orders.get(order.segment)
  if (known !== undefined && known.revision >= order.revision) return
  poc.orders.set(order.segment, order)
  for (const [craft, memory] of poc.memories.entries()) {
    if (!order.wanted || !order.spacecraft.includes(craft)) {
      memory.holdings.delete(order.segment)
      continue
    }
    // What was lost or came down whole stays so: a new merit does not bring it back.
    if (known !== undefined && known.wanted && !memory.holdings.has(order.segment)) continue
    const outcome = holdSegment(memory, poc.settings, order, at)
    for (const victim of outcome.demoted) lose(poc, victim, craft, 'DEMOTED')
    if (outcome.result !== 'held') lose(poc, order.segment, craft, outcome.result === 'demoted' ? 'DEMOTED' : 'DERELICT')
    else if ((memory.holdings.get(order.segment)?.absent ?? 0) > 0) lose(poc, order.segment, craft, 'DERELICT')
    releaseBuffers(memory, order.segment, poc.released.get(keyOf(order.segment, craft)) ?? [])
  }
}

const keyOf = (segment: number, craft: number): string => `${segment} ${craft}`

function lose(poc: SimulatedPoc, segment: number, craft: number, why: Lost): void {
  const per = poc.lost.get(segment) ?? new Map<number, Lost>()
  poc.lost.set(segment, per.set(craft, why))
}

function releaseInPoc(poc: SimulatedPoc, { segment, spacecraft, received }: Extract<CommandMessage, { kind: 'release' }>): void {
  const memory = poc.memories[spacecraft]
  if (memory === undefined) return
  const key = keyOf(segment, spacecraft)
  const known = poc.released.get(key) ?? new Set<number>()
  poc.released.set(key, known)
  for (const [first, last] of received) for (let start = first; start <= last; start += poc.settings.cycleSeconds) known.add(start)
  releaseBuffers(memory, segment, known)
}

/** Records burst on one spacecraft, [from, to) TAI seconds. */
export function recordInPoc(poc: SimulatedPoc, craft: number, from: number, to: number): void {
  const memory = poc.memories[craft]
  if (memory !== undefined) recordCycles(memory, poc.settings, from, to)
}

/** A contact: what it sends, best first, as the message that tells of it. */
export function contactPoc(poc: SimulatedPoc, craft: number, contact: string, at: number, budget: number): PlaybackMessage {
  const memory = poc.memories[craft]
  const files = memory === undefined ? [] : playBack(memory, poc.settings, at, budget)
  return { kind: 'playback', spacecraft: craft, contact, at, files: [...files] }
}

/** Takes what one spacecraft still holds of a segment for lost: it is given up, and the next report says so. */
export function abandonInPoc(poc: SimulatedPoc, craft: number, segment: number): void {
  if (poc.memories[craft]?.holdings.delete(segment) === true) lose(poc, segment, craft, 'DERELICT')
}

/** The report of one memory. It also demotes what a larger reserved pool leaves no room for. */
export function reportPoc(poc: SimulatedPoc, craft: number, at: number): StatusMessage {
  const memory = poc.memories[craft] ?? emptyMemory()
  for (const victim of keepLimit(memory, poc.settings, at)) lose(poc, victim, craft, 'DEMOTED')
  const sequence = (poc.sequence[craft] ?? 0) + 1
  poc.sequence[craft] = sequence
  const listed = new Set(playlistOf(memory, poc.settings, at).map(({ segment }) => segment))
  const orders = [...poc.orders.values()].filter(order => order.wanted || poc.touched.has(keyOf(order.segment, craft)))
  for (const { segment } of orders) poc.touched.delete(keyOf(segment, craft))
  return {
    kind: 'status',
    spacecraft: craft,
    sequence,
    at,
    held: heldBuffers(memory),
    recorded: recordedBuffers(memory, poc.settings.cycleSeconds),
    oldest: oldestBuffer(memory),
    segments: orders.map(({ segment, revision }) => {
      const held = memory.holdings.get(segment)?.kept.size ?? 0
      // Something that is still to come is not lost yet.
      const released = poc.released.get(keyOf(segment, craft))?.size ?? 0
      return {
        segment,
        revision,
        held,
        released,
        lost: held > 0 ? 'none' : (poc.lost.get(segment)?.get(craft) ?? 'none'),
        listed: listed.has(segment),
      }
    }),
  }
}
