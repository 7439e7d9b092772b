import { copyMemory, type BurstMemory, type MemorySettings } from './memory.ts'
import { simulateDownlink, type Choice, type CraftOutcome, type DownlinkPlan } from './simulate.ts'

export interface SegmentForecast {
  readonly segment: number
  /** When its last buffer of the last spacecraft is down, TAI seconds; null: not within the plan, or never. */
  readonly down: number | null
  readonly buffers: number
  readonly received: number
  /** Buffers that will not come, by their reason. */
  readonly demoted: number
  readonly derelict: number
}

export interface WhatIf {
  /** Segments of the draft. */
  readonly draft: readonly SegmentForecast[]
  /** Segments that would stay without the draft but lose buffers with it. */
  readonly demotes: readonly { readonly segment: number; readonly spacecraft: number; readonly buffers: number; readonly at: number }[]
  /** Segments that would be down later with the draft, and by how many seconds (null: not within the plan any more). */
  readonly delays: readonly { readonly segment: number; readonly seconds: number | null }[]
}

/** What a draft would demote and delay, and when each of its segments would be down. The memories stay as they are. */
export function forecastDraft(memories: readonly BurstMemory[], settings: MemorySettings, plan: DownlinkPlan, draft: Choice): WhatIf {
  const run = (choices: readonly Choice[]): ReturnType<typeof simulateDownlink>['outcomes'] =>
    simulateDownlink(memories.map(copyMemory), settings, { ...plan, choices }).outcomes
  const without = run(plan.choices)
  const having = run([...plan.choices, draft])
  const own = new Set(draft.orders.map(({ segment }) => segment))
  const demotes: { segment: number; spacecraft: number; buffers: number; at: number }[] = []
  const delays: { segment: number; seconds: number | null }[] = []
  for (const [segment, crafts] of having) {
    if (own.has(segment)) continue
    for (const [spacecraft, outcome] of crafts) {
      const before = without.get(segment)?.get(spacecraft)
      if (outcome.lost === 'demoted' && before?.lost !== 'demoted')
        demotes.push({ segment, spacecraft, buffers: outcome.buffers - outcome.received, at: outcome.lostAt ?? draft.at })
    }
    const [then, now] = [downOf(without.get(segment)), downOf(crafts)]
    if (then !== null && (now === null || now > then)) delays.push({ segment, seconds: now === null ? null : now - then })
  }
  return { draft: [...own].map(segment => forecastOf(segment, having.get(segment) ?? new Map())), demotes, delays }
}

/** What a plan makes of every segment, those that are held now included. */
export const forecastPlan = (memories: readonly BurstMemory[], settings: MemorySettings, plan: DownlinkPlan): readonly SegmentForecast[] =>
  [...simulateDownlink(memories.map(copyMemory), settings, plan).outcomes].map(([segment, crafts]) => forecastOf(segment, crafts))

function forecastOf(segment: number, crafts: ReadonlyMap<number, CraftOutcome>): SegmentForecast {
  const all = [...crafts.values()]
  const missing = (why: CraftOutcome['lost']): number =>
    all.reduce((sum, one) => sum + (one.lost === why ? one.buffers - one.received : 0), 0)
  return {
    segment,
    down: downOf(crafts),
    buffers: all.reduce((sum, { buffers }) => sum + buffers, 0),
    received: all.reduce((sum, { received }) => sum + received, 0),
    demoted: missing('demoted'),
    derelict: missing('derelict'),
  }
}

function downOf(crafts: ReadonlyMap<number, CraftOutcome> | undefined): number | null {
  let last = -Infinity
  for (const { down } of crafts?.values() ?? []) last = down === null ? Infinity : Math.max(last, down)
  return Number.isFinite(last) ? last : null
}
