import { formatUtc } from '#formats/time'
import { burstRegions } from './burst.ts'
import { momentOf } from './calendar.ts'
import type { PlannedFile } from './plan.ts'
import type { Season } from './season.ts'
import type { World } from './truth.ts'

const columns = 'start_time_utc,end_time_utc,event_type,sc_id,source,description,discussion,start_orbit,end_orbit,tag,id'

/**
 * Text of a list of events: orbits from perigee to perigee and regions of interest that touch its time, of each spacecraft, in the columns of
 * the mission's table of events. A region is told of the constellation, too: where the four select together.
 */
export function renderOrbitList(world: World, { from, to }: PlannedFile): string {
  const { spacecraft, constellation } = world.parameters
  const each = spacecraft.map(({ id }) => id)
  const regions = burstRegions(world, from, to)
  const rows = [
    ...orbitsIn(world, from, to).map(span => ({ type: 'orbit', source: 'Timeline', span, of: each })),
    ...regions.map(span => ({ type: 'SROI', source: 'POC', span, of: each })),
    ...regions.map(span => ({ type: 'science_roi', source: 'BDM', span, of: [constellation.toLowerCase()] })),
  ].toSorted((a, b) => a.span[0] - b.span[0])
  const orbitOf = (tai: number): number => {
    const { perigee, period } = world.seasonOf(tai)
    return Math.floor((tai - perigee) / period)
  }
  const lines = rows.flatMap(({ type, source, span: [start, stop], of }) =>
    of.map(id => {
      const orbit = orbitOf((start + stop) / 2)
      return `${utc(start)},${utc(stop)},${type},${id},${source},,,${orbit},${orbit},,${Math.round(start)}`
    }),
  )
  return [`# ${world.parameters.source}`, columns, ...lines, ''].join('\n')
}

const utc = (tai: number): string => formatUtc(momentOf(tai), 3, '')

function orbitsIn({ seasonOf }: World, from: number, to: number): readonly (readonly [number, number])[] {
  const found: (readonly [number, number])[] = []
  for (let at = from; at < to; at = seasonOf(at).stop)
    found.push(...orbitsOf(seasonOf(at)).filter(([start, stop]) => start < to && stop > from))
  return found
}

/** Whole seconds; the last of a season ends with it, where the next orbit is chosen. */
function orbitsOf({ perigee, period, start, stop }: Season): readonly (readonly [number, number])[] {
  const count = Math.ceil((stop - perigee) / period)
  return Array.from({ length: count }, (_, i) => [
    Math.max(start, Math.round(perigee + i * period)),
    Math.min(stop, Math.round(perigee + (i + 1) * period)),
  ])
}
