import type { Schedule, WaitPolicy } from '#domain/mission'
import { cellName, isAbsent, nameCells, relevantCells, standIns } from './cells.ts'
import type { Reason, SourceCell, WorkFacts } from './facts.ts'

/** Until when a process waits for inputs to become whole. */
export const deadlineOf = (facts: WorkFacts, wait: WaitPolicy): number => (facts.due ?? facts.partition.stop) + wait.hold

/** The wait policy's word on inputs that are there but not whole, or stand in for better ones; undefined where the run may be made. */
export function holdBack(facts: WorkFacts, now: number): Reason | undefined {
  const { wait } = facts.process
  if (wait === undefined) return undefined
  const unfinished = facts.roles.flatMap(role => relevantCells(role).filter(isUnfinished))
  if (unfinished.length === 0 && standIns(facts.roles).length === 0) return undefined
  const until = deadlineOf(facts, wait)
  if (now < until) {
    const what =
      unfinished.length > 0
        ? nameCells(unfinished)
        : standIns(facts.roles)
            .map(r => r.input.products[0])
            .join(', ')
    return { kind: 'holding', text: `held until ${clock(until)} for ${what}`, causes: unfinished.map(cellName), until }
  }
  return wait.after === 'partial' ? undefined : gaveUp(facts, wait, unfinished)
}

/** More is expected of it, and can still come. */
const isUnfinished = (c: SourceCell): boolean =>
  (c.have === 'none' || c.have === 'partial') && c.next !== 'lost' && !isAbsent(c.reason) && !isAsGoodAsItGets(c)

/** Made of all but what is lost. */
const isAsGoodAsItGets = (c: SourceCell): boolean => c.have === 'partial' && c.next === 'none' && c.reason.kind === 'inputs'

export function gaveUp(facts: WorkFacts, wait: WaitPolicy, cells: readonly SourceCell[]): Reason {
  const what = cells.length > 0 ? nameCells(cells) : 'its inputs'
  const text = `gave up at ${clock(deadlineOf(facts, wait))}: ${what} had not come; it is made if that comes later`
  return { kind: 'gave-up', text, causes: cells.map(cellName) }
}

/** The last moment of a schedule that is not after `now`. */
export const lastTick = (every: Schedule, now: number): number =>
  Math.floor((now - every.offset) / every.period) * every.period + every.offset

/** A process by the clock runs at most once between two of its moments, and never before the first one after its inputs came. */
export function awaitTick(facts: WorkFacts, now: number): Reason | undefined {
  const { every } = facts.process
  if (every === undefined) return undefined
  const tick = lastTick(every, now)
  const isFree = facts.job === undefined ? tick >= firstMoment(facts, now) : tick > facts.job.created
  if (isFree) return undefined
  const until = tick + every.period
  return { kind: 'scheduled', text: `runs next at ${clock(until)}`, until }
}

function firstMoment(facts: WorkFacts, now: number): number {
  const arrived = facts.roles.flatMap(r => r.files.map(f => f.arrived))
  if (arrived.length > 0) return Math.min(...arrived)
  return facts.partition.stop <= now ? facts.partition.stop : facts.partition.start
}

/** Without inputs a partition that is still open is made anew at each moment: that moment is its only input. */
export function tickLine(facts: WorkFacts, now: number): readonly string[] {
  const { every } = facts.process
  return every === undefined || facts.roles.length > 0 || facts.partition.stop <= now ? [] : [`at ${lastTick(every, now)}`]
}

const clock = (ms: number): string => `${new Date(ms).toISOString().slice(0, 16)}Z`
