import { cycleEnd, cycleStart, membersOf, type BurstTables, type Selection, type WindowFacts } from '#domain/burst'
import {
  emptyMemory,
  forecastDraft,
  forecastPlan,
  heldBuffers,
  heldLimit,
  memorySettings,
  type BurstContact,
  type BurstMemory,
  type Choice,
  type DownlinkPlan,
  type MemorySettings,
  type SegmentForecast,
  type WhatIf,
} from '#domain/downlink'
import { instant, type Db } from '#services/db'
import { taiOf } from './clock.ts'
import { listSegments } from './segment.ts'
import { automaticOf, windowFacts, type BurstWindow } from './window.ts'

/** What a forecast stands on. Times in TAI seconds. */
export interface ForecastBasis {
  readonly memories: readonly { readonly spacecraft: string; readonly held: number; readonly limit: number }[]
  /** Contacts that mission events foretell, and those that are assumed: one a day where none is known any more. */
  readonly contacts: { readonly known: number; readonly assumed: number; readonly buffersEach: number }
  readonly from: number
  readonly to: number
}

/** Contacts to reckon with: buffers that each brings down, for so many days. */
export interface ForecastWish {
  readonly buffers?: number | undefined
  readonly days?: number | undefined
  readonly now: number
}

/** What a selection would demote and delay, and when each of its segments would be down. Ids of the draft are its own. */
export async function forecastSelection(
  db: Db,
  tables: BurstTables,
  window: BurstWindow,
  selection: Pick<Selection, 'segments'>,
  wish: ForecastWish,
): Promise<WhatIf & { readonly basis: ForecastBasis }> {
  const { grid } = automaticOf(tables, window)
  const { oldest } = await windowFacts(db, tables, window)
  const recorded = grid.runs.map(({ first, last }) => ({ from: cycleStart(grid, first), to: cycleEnd(grid, last) }))
  const { memories, settings, plan, basis } = await readState(db, tables, window.mission, wish, { recorded, oldest })
  // Stored segments have ids above 0: those of the draft are told apart by their sign.
  const orders = selection.segments
    .filter(({ start, stop }) => Number.isFinite(cycleStart(grid, start)) && Number.isFinite(cycleStart(grid, stop)))
    .map(({ id, start, stop, fom, spacecraft }) => ({
      segment: -id,
      start: cycleStart(grid, start),
      end: cycleStart(grid, stop),
      fom,
      spacecraft: membersOf(spacecraft),
    }))
  const { draft, demotes, delays } = forecastDraft(memories, settings, plan, { at: basis.from, orders })
  return { draft: draft.map(one => ({ ...one, segment: -one.segment })), demotes, delays, basis }
}

/** When each pending segment will be down, or why not. */
export async function forecastPending(
  db: Db,
  tables: BurstTables,
  mission: string,
  wish: ForecastWish,
): Promise<{ readonly segments: readonly SegmentForecast[]; readonly basis: ForecastBasis }> {
  const { memories, settings, plan, basis } = await readState(db, tables, mission, wish)
  return { segments: forecastPlan(memories, settings, plan), basis }
}

/** [from, to) TAI seconds. */
interface Span {
  readonly from: number
  readonly to: number
}

interface State {
  readonly memories: readonly BurstMemory[]
  readonly settings: MemorySettings
  readonly plan: DownlinkPlan
  readonly basis: ForecastBasis
}

/** The memories as stored segments and what came of them show them; segments that are not held yet are held first of all. */
async function readState(
  db: Db,
  tables: BurstTables,
  mission: string,
  { now, buffers, days = 30 }: ForecastWish,
  known: { readonly recorded: readonly Span[]; readonly oldest?: WindowFacts['oldest'] } = { recorded: [] },
): Promise<State> {
  const from = taiOf(now)
  const to = from + days * 86_400
  const settings = memorySettings(tables, from)
  const step = tables.cycleSeconds
  const memories = tables.spacecraft.map(() => emptyMemory())
  const recorded: Span[][] = tables.spacecraft.map((_id, i) =>
    known.recorded
      .map(({ from: begin, to: end }) => ({
        from: Math.max(begin, known.oldest === undefined ? -Infinity : (known.oldest[i] ?? Infinity)),
        to: end,
      }))
      .filter(span => span.from < span.to),
  )
  const received = await readReceived(db, mission)
  const fresh: Choice['orders'][number][] = []
  for (const record of await listSegments(db, mission, { pending: true, limit: 1_000_000 })) {
    const { id, start, end, fom, craft, status } = record
    const waiting: number[] = []
    for (const [i, share] of craft.entries()) {
      const memory = memories[i]
      if (memory === undefined || share.buffers === 0 || share.lost !== 'none') continue
      const here = received.get(id)?.[i] ?? new Set<number>()
      const kept = Array.from({ length: (end - start) / step + 1 }, (_, k) => start + k * step).filter(tai => !here.has(tai))
      if (status.state === 'held' && kept.length > 0)
        memory.holdings.set(id, { segment: id, fom, since: record.createdAt, kept: new Map(kept.map(tai => [tai, -Infinity])), absent: 0 })
      else if (status.state !== 'held') {
        waiting.push(i)
        recorded[i]?.push({ from: start, to: end + step })
      }
    }
    if (waiting.length > 0) fresh.push({ segment: id, start, end, fom, spacecraft: waiting })
  }
  for (const [i, memory] of memories.entries()) memory.recorded = unite(recorded[i] ?? [])
  const buffersEach = buffers ?? tables.contactBuffers
  const { contacts, foretold } = await readContacts(db, tables, mission, { from, to, now, buffersEach })
  return {
    memories,
    settings,
    plan: { recordings: [], choices: fresh.length === 0 ? [] : [{ at: from, orders: fresh }], contacts },
    basis: {
      memories: memories.map((memory, i) => ({
        spacecraft: tables.spacecraft[i] ?? '',
        held: heldBuffers(memory),
        limit: heldLimit(settings, from),
      })),
      contacts: { known: foretold, assumed: contacts.length - foretold, buffersEach },
      from,
      to,
    },
  }
}

/** Spans that overlap or touch are one; by time. */
function unite(spans: readonly Span[]): Span[] {
  const united: { from: number; to: number }[] = []
  for (const { from, to } of spans.toSorted((a, b) => a.from - b.from)) {
    const before = united.at(-1)
    if (before !== undefined && from <= before.to) before.to = Math.max(before.to, to)
    else united.push({ from, to })
  }
  return united
}

/** Starts of buffers that have come, by segment and spacecraft. */
async function readReceived(db: Db, mission: string): Promise<ReadonlyMap<number, readonly ReadonlySet<number>[]>> {
  const rows = await db
    .selectFrom('burst_order')
    .select(['segment', 'received'])
    .where('mission', '=', mission)
    .where('settled', '=', false)
    .execute()
  return new Map(rows.map(({ segment, received }) => [segment, received.map(starts => new Set(starts))]))
}

const day = 86_400
const hour = 3600

/** Contacts that are foretold, and after the last of them one of an hour each day. */
async function readContacts(
  db: Db,
  tables: BurstTables,
  mission: string,
  { from, to, now, buffersEach }: { readonly from: number; readonly to: number; readonly now: number; readonly buffersEach: number },
): Promise<{ readonly contacts: readonly BurstContact[]; readonly foretold: number }> {
  const rows = await db
    .selectFrom('mission_event')
    .select(['spacecraft', 'start_time', 'stop_time'])
    .where('mission', '=', mission)
    .where('kind', '=', 'contact')
    .where('state', 'not in', ['lost', 'cancelled'])
    .where('start_time', '>', instant(now))
    .orderBy('start_time')
    .execute()
  const foretold = rows.flatMap(({ spacecraft, start_time, stop_time }): BurstContact[] => {
    const craft = tables.spacecraft.indexOf(spacecraft)
    const start = taiOf(start_time)
    return craft < 0 || start >= to ? [] : [{ spacecraft: craft, start, stop: taiOf(stop_time), budget: buffersEach }]
  })
  const assumed = tables.spacecraft.flatMap((_id, spacecraft): BurstContact[] => {
    const last = foretold.findLast(contact => contact.spacecraft === spacecraft)?.start ?? from
    return Array.from({ length: Math.max(0, Math.floor((to - last) / day)) }, (_, i) => {
      const start = last + (i + 1) * day
      return { spacecraft, start, stop: start + hour, budget: buffersEach }
    })
  })
  return { contacts: [...foretold, ...assumed], foretold: foretold.length }
}
