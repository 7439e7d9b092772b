import type { Mission } from '#domain/mission'
import type { EventFact } from '#domain/plan'
import type { PipelineContext, Spot } from './context.ts'
import { spotsOfEvents, spotsOfSchedule } from './event-spots.ts'
import { inHalves } from './in-halves.ts'
import { workOut } from './known.ts'
import type { Known } from './known.ts'
import type { LedgerStore } from './ledger.ts'
import { spotsOfChange } from './spots.ts'
import type { Change } from './spots.ts'
import { noteUnreached } from './unplanned.ts'

/** A change, with the mission events that it was the last to tell, and why it could not be read as a whole. */
interface ToldChange {
  readonly mission: Mission
  readonly change: Change & { readonly missionEvents?: readonly EventFact[]; readonly fault?: unknown }
}

/** Where changes say to look. One of which nobody can tell says so in its own cell, and keeps no other from being told. */
export const spotsOfChanges = (
  context: Pick<PipelineContext, 'clock' | 'log'>,
  store: LedgerStore,
  changes: readonly ToldChange[],
): Promise<readonly Spot[]> =>
  spreadApart(
    store,
    changes,
    (known, { mission, change }) => {
      if (change.fault !== undefined) throw change.fault
      return [...spotsOfChange(known, mission, change), ...spotsOfEvents(known, mission, change.missionEvents ?? [])]
    },
    ({ mission, change }, error) => noteUnreached(context, store, mission, change, error),
  )

/** The same of mission events that no file tells. */
export const spotsOfSpoken = (
  context: Pick<PipelineContext, 'log'>,
  store: LedgerStore,
  events: readonly { readonly mission: Mission; readonly event: EventFact }[],
): Promise<readonly Spot[]> =>
  spreadApart(
    store,
    events,
    (known, { mission, event }) => spotsOfEvents(known, mission, [event]),
    async ({ mission, event }, error) => {
      // It has no cell; the sweep looks for it again.
      const what = { act: 'plan', mission: mission.id, event: `${event.kind} ${event.key} of ${event.spacecraft}` }
      context.log.warn({ ...what, error: String(error) }, 'what follows a mission event could not be looked for')
    },
  )

/** What the clock expects of all processes; one with a fault is left out, and said. */
export const spotsOfSchedules = ({ clock, log }: Pick<PipelineContext, 'clock' | 'log'>, mission: Mission): readonly Spot[] =>
  mission.processes.flatMap(process => {
    try {
      return spotsOfSchedule(mission, process, clock())
    } catch (error) {
      log.warn(
        { act: 'plan', mission: mission.id, process: process.id, error: String(error) },
        'what the clock expects of it cannot be told',
      )
      return []
    }
  })

/** Where each of many says to look, those apart of which it cannot be told. */
async function spreadApart<One>(
  store: LedgerStore,
  all: readonly One[],
  spotsOf: (known: Known, one: One) => readonly Spot[],
  alone: (one: One, error: unknown) => Promise<void>,
): Promise<readonly Spot[]> {
  const spread = (some: readonly One[]): Promise<readonly Spot[]> => workOut(store.reads, known => some.flatMap(one => spotsOf(known, one)))
  const found = await inHalves(all, spread, store.isAway, async (one, error) => {
    await alone(one, error)
    return []
  })
  return found.flat()
}
