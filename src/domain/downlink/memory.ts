import { inForce, type BurstTables, type Dated, type PlaybackRules } from '#domain/burst'

/** How a spacecraft's burst memory is run. Times in seconds, counts in buffers. */
export interface MemorySettings extends PlaybackRules {
  readonly buffers: number
  /** Kept for coming recordings; what is held has the rest. */
  readonly reserved: Dated<number>
  readonly cycleSeconds: number
}

/** What a mission's tables say about memory at `tai`. */
export const memorySettings = (tables: BurstTables, tai: number): MemorySettings => ({
  ...inForce(tables.playback, tai),
  buffers: tables.memory,
  reserved: tables.reserved,
  cycleSeconds: tables.cycleSeconds,
})

/** Buffers of one segment in one memory. */
export interface Holding {
  readonly segment: number
  fom: number
  /** Held since, TAI seconds. */
  readonly since: number
  /** Starts of the buffers that are still held, and when each was sent last. */
  readonly kept: Map<number, number>
  /** Buffers that were not there any more when they were to be held. */
  readonly absent: number
}

/** One spacecraft's burst memory. The functions of this module change it in place; {@link copyMemory} keeps an older state. */
export interface BurstMemory {
  /** Recorded cycles that nothing holds, [from, to) TAI seconds, ascending: new recordings overwrite the oldest. */
  recorded: { from: number; to: number }[]
  readonly holdings: Map<number, Holding>
}

/** Never sent. */
const never = -Infinity

export const emptyMemory = (): BurstMemory => ({ recorded: [], holdings: new Map() })

export const copyMemory = ({ recorded, holdings }: BurstMemory): BurstMemory => ({
  recorded: recorded.map(run => ({ ...run })),
  holdings: new Map([...holdings].map(([id, holding]) => [id, { ...holding, kept: new Map(holding.kept) }])),
})

/** Buffers that segments hold. */
export function heldBuffers({ holdings }: BurstMemory): number {
  let sum = 0
  for (const { kept } of holdings.values()) sum += kept.size
  return sum
}

/** Buffers that are recorded and not held. */
export const recordedBuffers = ({ recorded }: BurstMemory, step: number): number =>
  recorded.reduce((sum, { from, to }) => sum + (to - from) / step, 0)

/** Start of the oldest buffer that is still there, or null. */
export function oldestBuffer({ recorded, holdings }: BurstMemory): number | null {
  let oldest = recorded[0]?.from ?? Infinity
  for (const { kept } of holdings.values()) for (const start of kept.keys()) oldest = Math.min(oldest, start)
  return Number.isFinite(oldest) ? oldest : null
}

/** How much may be held at `tai`. */
export const heldLimit = (settings: MemorySettings, tai: number): number => settings.buffers - inForce(settings.reserved, tai)

/** Records the cycles [from, to). What is not held and oldest is overwritten where memory is full. */
export function recordCycles(memory: BurstMemory, settings: MemorySettings, from: number, to: number): void {
  const last = memory.recorded.at(-1)
  if (last !== undefined && last.to === from) last.to = to
  else if (last === undefined || from >= last.to) memory.recorded.push({ from, to })
  else return
  let excess = heldBuffers(memory) + recordedBuffers(memory, settings.cycleSeconds) - settings.buffers
  while (excess > 0) {
    const oldest = memory.recorded[0]
    if (oldest === undefined) return
    const count = Math.min(excess, (oldest.to - oldest.from) / settings.cycleSeconds)
    oldest.from += count * settings.cycleSeconds
    if (oldest.from >= oldest.to) memory.recorded.shift()
    excess -= count
  }
}

/** What is to be held: the buffers that start in [start, end]. */
export interface HoldOrder {
  readonly segment: number
  readonly start: number
  readonly end: number
  readonly fom: number
}

export interface HoldOutcome {
  /** `held`: what was still there is held. `demoted`: there is no room beside better ones. `derelict`: nothing was there any more. */
  readonly result: 'held' | 'demoted' | 'derelict'
  readonly held: number
  /** Segments that lost their buffers to this one. */
  readonly demoted: readonly number[]
}

/** Holds a segment's buffers; those of least merit give way where the part for holding is full. Once held, only the merit changes. */
export function holdSegment(memory: BurstMemory, settings: MemorySettings, order: HoldOrder, at: number): HoldOutcome {
  const known = memory.holdings.get(order.segment)
  if (known !== undefined) {
    known.fom = order.fom
    return { result: 'held', held: known.kept.size, demoted: [] }
  }
  const wanted = (order.end - order.start) / settings.cycleSeconds + 1
  const starts = bufferStarts(memory, settings.cycleSeconds, order)
  if (starts.length === 0) return { result: 'derelict', held: 0, demoted: [] }
  const room = heldLimit(settings, at) - heldBuffers(memory)
  const victims = leastWorth(memory, settings, starts.length - room, order.fom)
  if (victims === undefined) return { result: 'demoted', held: 0, demoted: [] }
  for (const id of victims) memory.holdings.delete(id)
  takeOut(memory, order.start, order.end + settings.cycleSeconds)
  memory.holdings.set(order.segment, {
    segment: order.segment,
    fom: order.fom,
    since: at,
    kept: new Map(starts.map(start => [start, never])),
    absent: wanted - starts.length,
  })
  return { result: 'held', held: starts.length, demoted: victims }
}

/** Demotes the least worth where more is held than the reserved pool leaves; needed when the pool has grown. Gives their ids. */
export function keepLimit(memory: BurstMemory, settings: MemorySettings, at: number): readonly number[] {
  const victims = leastWorth(memory, settings, heldBuffers(memory) - heldLimit(settings, at), Infinity) ?? []
  for (const id of victims) memory.holdings.delete(id)
  return victims
}

/** Buffers that came down are free again. Gives the buffers that are still held of the segment. */
export function releaseBuffers(memory: BurstMemory, segment: number, starts: Iterable<number>): number {
  const holding = memory.holdings.get(segment)
  if (holding === undefined) return 0
  for (const start of starts) holding.kept.delete(start)
  if (holding.kept.size === 0) memory.holdings.delete(segment)
  return holding.kept.size
}

function bufferStarts({ recorded }: BurstMemory, step: number, { start, end }: HoldOrder): readonly number[] {
  const starts: number[] = []
  for (const { from, to } of recorded) {
    if (to <= start || from > end) continue
    // Buffers begin on the grid of the recording, not on that of the order.
    const first = from + Math.max(0, Math.ceil((start - from) / step)) * step
    for (let tai = first; tai < to && tai <= end; tai += step) starts.push(tai)
  }
  return starts
}

function takeOut(memory: BurstMemory, from: number, to: number): void {
  memory.recorded = memory.recorded.flatMap(run =>
    run.to <= from || run.from >= to
      ? [run]
      : [
          { from: run.from, to: Math.max(run.from, from) },
          { from: Math.min(run.to, to), to: run.to },
        ].filter(part => part.from < part.to),
  )
}

/** Segments below `fom`, the least worth first, that free `lack` buffers; undefined where all of them are not enough. */
function leastWorth(memory: BurstMemory, settings: MemorySettings, lack: number, fom: number): readonly number[] | undefined {
  if (lack <= 0) return []
  const victims: number[] = []
  let freed = 0
  const order = playOrder(settings)
  for (const holding of [...memory.holdings.values()].filter(one => one.fom < fom).sort((a, b) => a.fom - b.fom || order(b, a))) {
    victims.push(holding.segment)
    freed += holding.kept.size
    if (freed >= lack) return victims
  }
  return undefined
}

/** Order of playback among equals. */
function playOrder({ ties }: MemorySettings): (a: Holding, b: Holding) => number {
  const first = ({ kept }: Holding): number => kept.keys().next().value ?? 0
  if (ties === 'shortest-first') return (a, b) => a.kept.size - b.kept.size || a.segment - b.segment
  return ties === 'oldest-first'
    ? (a, b) => first(a) - first(b) || a.segment - b.segment
    : (a, b) => first(b) - first(a) || b.segment - a.segment
}

/** The segments in the order of their playback at `tai`: merit with what waiting adds, then the rule for ties. */
export function playlistOf(memory: BurstMemory, settings: MemorySettings, tai: number): readonly Holding[] {
  const merit = ({ fom, since }: Holding): number => fom + (settings.ageingPerDay * (tai - since)) / 86_400
  const order = playOrder(settings)
  return [...memory.holdings.values()].sort((a, b) => merit(b) - merit(a) || order(a, b))
}

/** One buffer on its way down. */
export interface PlayedFile {
  readonly segment: number
  readonly start: number
}

/** What a contact with room for `budget` buffers sends, in order; what was sent lately and not released yet is not sent again. */
export function playBack(memory: BurstMemory, settings: MemorySettings, at: number, budget: number): readonly PlayedFile[] {
  const files: PlayedFile[] = []
  for (const { segment, kept } of playlistOf(memory, settings, at)) {
    for (const [start, sent] of kept) {
      if (files.length >= budget) return files
      if (at - sent < settings.retransmitAfter) continue
      kept.set(start, at)
      files.push({ segment, start })
    }
  }
  return files
}
