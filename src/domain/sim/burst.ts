import { fail } from '#error'
import { secondTag } from './calendar.ts'
import type { SimulationParameters } from './parameters.ts'
import type { PlannedFile } from './plan.ts'
import { scheduleOf, spanOfRun } from './schedule.ts'
import type { World } from './truth.ts'

/** A playback of consecutive buffers of one spacecraft. */
export interface Playback {
  /** Index of the spacecraft. */
  readonly craft: number
  /** TAI seconds: begin of the first buffer, end of the last. */
  readonly from: number
  readonly to: number
  /** TAI seconds: when it came down. */
  readonly created: number
  /** 0 the first time that this first buffer comes down; a higher version replaces the lower ones, so it holds at least what they held. */
  readonly version?: number
}

/** The file in which a playback comes down: burst packets of [from, to), named by the begin of the first buffer. */
export const burstFile = ({ spacecraft }: SimulationParameters, { craft, from, to, created, version = 0 }: Playback): PlannedFile => ({
  kind: 'burst',
  name: `${spacecraft[craft]?.id}_tlm_brst_l0_${secondTag(from)}_v0.0.${version}.pkts`,
  craft,
  from,
  to,
  created,
  late: false,
  contacts: [],
})

/**
 * The regions of interest that touch [from, to], TAI seconds: where burst is recorded, in whole buffers, the same for all spacecraft.
 */
export function burstRegions(
  { parameters, seasonOf }: Pick<World, 'parameters' | 'seasonOf'>,
  from: number,
  to: number,
): readonly (readonly [from: number, to: number])[] {
  const found: (readonly [number, number])[] = []
  for (let at = from; at < to; at = seasonOf(at).stop)
    found.push(
      ...scheduleOf(parameters, seasonOf(at))
        .cycles.map(spanOfRun)
        .filter(([start, stop]) => start < to && stop > from),
    )
  return found
}

/** Throws `simulation/burst-cycles` where [from, to) is not one or more whole buffers of one region of interest. */
export function checkCycles(world: World, from: number, to: number): void {
  const { cycleSeconds } = world.parameters.burst
  if (from % cycleSeconds !== 0 || to % cycleSeconds !== 0 || to <= from)
    fail(
      'simulation/burst-cycles',
      `burst from ${from} to ${to} (TAI s): both must be multiples of ${cycleSeconds}, the second the later`,
      {
        from,
        to,
      },
    )
  const inside = burstRegions(world, from, to).some(([start, stop]) => from >= start && to <= stop)
  if (!inside)
    fail('simulation/burst-cycles', `burst from ${from} to ${to} (TAI s) was not recorded: it lies outside of the region of interest`, {
      from,
      to,
    })
}
