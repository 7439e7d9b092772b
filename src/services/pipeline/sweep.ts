import type { Mission } from '#domain/mission'
import { dayMs } from '#domain/partition'
import type { EventFact } from '#domain/plan'
import type { PlanContext } from './reconcile.ts'
import type { Spot } from './context.ts'
import type { LedgerStore } from './ledger.ts'
import { unique } from './spots.ts'
import type { Change } from './spots.ts'
import { spotsOfChanges, spotsOfSchedules, spotsOfSpoken } from './spread.ts'
import { sha256Text } from './text.ts'

/** Everything that starts in a stretch of time: where something may have been missed. */
export interface Slice {
  /** It goes back to here, UTC milliseconds; undefined where nothing is older. */
  readonly from: number | undefined
  readonly partitions: readonly Change[]
  /** Contacts too, by their data. */
  readonly events: readonly EventFact[]
}

/** How far a pass over everything has come. */
export interface Sweep {
  readonly rules: string
  readonly began: number
  readonly backTo: number | undefined
  /** The day that it is in, as that was before it was looked at. */
  readonly day: Day | undefined
  /** Looked at so far: days that are as they were are left out. */
  readonly partitions: number
  readonly ended: number | undefined
}

/** Everything that starts on a day (UTC), and after it until what was looked at before. */
export interface Day {
  readonly start: number
  /** Equal where its files, cells and mission events are the same. */
  readonly digest: string
}

/** A day when all of it was last looked at. */
export interface Seen {
  readonly rules: string
  readonly digest: string
  readonly at: number
}

/** Files, and as many cells, that are looked at in one go: dirty partitions wait no longer than for these. */
export const usualSlice = 300

/** How everything is looked at. */
export interface Sweeping {
  readonly context: PlanContext
  readonly store: LedgerStore
  readonly look: (spots: readonly Spot[]) => Promise<void>
  readonly rows: number
}

/**
 * Puts a slice together from files and cells, each newest first and whole to its oldest start; one that is full ends there, and what the
 * other has beyond is left to the next slice. One that is not goes back to `since`.
 */
export async function cutSlice(
  files: readonly Change[],
  cells: readonly Change[],
  limit: number,
  since: number | undefined,
  eventsFrom: (from: number | undefined) => Promise<readonly EventFact[]>,
): Promise<Slice> {
  const ends = [files, cells].flatMap(some => (some.length < limit ? [] : [some.at(-1)?.start ?? -Infinity]))
  const from = ends.length === 0 ? since : Math.max(...ends)
  const within = (some: readonly Change[]): readonly Change[] =>
    some.filter(c => from === undefined || c.start >= from).toSorted((a, b) => a.start - b.start || inText(nameOf(a), nameOf(b)))
  // Of a partition with a file, the file knows better which stretches of its time there are.
  const known = new Set(files.map(nameOf))
  return { from, partitions: [...within(files), ...within(cells).filter(c => !known.has(nameOf(c)))], events: await eventsFrom(from) }
}

const nameOf = ({ product, spacecraft, partition }: Change): string => `${product} ${spacecraft} ${partition}`
const inText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** Where a slice says to look. Cells too: a look that broke off may have left their readers out. */
async function spotsOfSlice({ context, store }: Sweeping, mission: Mission, { partitions, events }: Slice): Promise<readonly Spot[]> {
  const configured = partitions.filter(({ product }) => mission.products.some(p => p.id === product))
  const ofEvents = await spotsOfSpoken(
    context,
    store,
    events.map(event => ({ mission, event })),
  )
  const ofChanges = await spotsOfChanges(
    context,
    store,
    configured.map(change => ({ mission, change })),
  )
  return unique([...ofEvents, ...ofChanges])
}

/** Everything at once, slice by slice. */
export async function sweepAll(sweeping: Sweeping): Promise<void> {
  const { context, store, look, rows } = sweeping
  for (const mission of context.missions) {
    await look(spotsOfSchedules(context, mission))
    for (let before: number | undefined = undefined, more = true; more;) {
      const slice: Slice = await store.slice(mission.id, before, rows, undefined)
      await look(await spotsOfSlice(sweeping, mission, slice))
      more = slice.from !== undefined
      before = slice.from
    }
  }
}

/** A pass that has ended is followed by the next after this long. */
const rest = dayMs
/** What is as it was is looked at all the same once in so long: a digest tells what the ledger holds, and nothing else. */
const trusted = 30 * dayMs
/** Days that are as they were cost little; after so many, what is dirty has its turn. */
const daysTogether = 20

/**
 * One slice of the pass over everything, and where it ended in the ledger, so that it goes on there after any stop. From what is newest
 * back in time, day by day; a day whose files, cells and events are what they were when it was last looked at, by the same rules, is left
 * out, for whatever changes elsewhere and matters there is told from there. A pass begins anew where the mission's rules are others than those
 * it began with; the next one follows a day after its end, or `fresh`, with the first slice of a planner. False where there is nothing to do.
 */
export async function sweepOn(sweeping: Sweeping, fresh: Set<string>): Promise<boolean> {
  const { context, store } = sweeping
  for (const mission of context.missions) {
    const [now, rules] = [context.clock(), rulesOf(mission)]
    const known = await store.sweepOf(mission.id)
    const isFirst = fresh.delete(mission.id)
    if (known?.ended !== undefined && known.rules === rules && !isFirst && now < known.ended + rest && now >= known.ended) continue
    const isOpen = known !== undefined && known.rules === rules && known.ended === undefined
    const pass: Sweep = isOpen ? known : { rules, began: now, backTo: undefined, day: undefined, partitions: 0, ended: undefined }
    const next = await sweepDay(sweeping, mission, pass)
    await store.noteSweep(mission.id, next)
    if (next.ended !== undefined)
      context.log.info({ act: 'sweep', mission: mission.id, partitions: next.partitions, ms: now - pass.began }, 'everything was looked at')
    return true
  }
  return false
}

/** Goes on by one slice of a day that changed, over those that did not. */
async function sweepDay(sweeping: Sweeping, mission: Mission, pass: Sweep): Promise<Sweep> {
  const { context, store, look, rows } = sweeping
  const now = context.clock()
  let { day, backTo } = pass
  for (let skipped = 0; day === undefined; skipped++) {
    if (skipped === daysTogether) return { ...pass, backTo }
    day = await store.dayBefore(mission.id, backTo)
    if (day === undefined) break
    const seen = await store.seenOf(mission.id, day.start)
    if (seen === undefined || seen.rules !== pass.rules || seen.digest !== day.digest || now < seen.at || now >= seen.at + trusted) break
    backTo = day.start
    day = undefined
  }
  const slice = await store.slice(mission.id, backTo, rows, day?.start)
  await look(await spotsOfSlice(sweeping, mission, slice))
  const partitions = pass.partitions + slice.partitions.length
  const isWhole = slice.from === day?.start
  if (day !== undefined && isWhole) await store.noteSeen(mission.id, day.start, { rules: pass.rules, digest: day.digest, at: now })
  return { ...pass, partitions, backTo: slice.from, day: isWhole ? undefined : day, ended: day === undefined ? now : undefined }
}

const digests = new WeakMap<Mission, string>()

/** What decides where to look and what to make. */
function rulesOf(mission: Mission): string {
  const known = digests.get(mission)
  if (known !== undefined) return known
  const products = mission.products.map(p => [p.id, p.partition, p.expect, p.due, p.spacecraft, p.interface, p.instrument, p.mode])
  const digest = sha256Text(JSON.stringify([products, mission.processes]))
  digests.set(mission, digest)
  return digest
}
