import { cutAtGaps, cyclesWithin, type CycleGrid } from '../grid.ts'
import { everySpacecraft, type Segment } from '../types.ts'
import type { ListedSegment } from './types.ts'

/** Segments of a list in one window: those that lie in it, and a sentence for each that had to be changed or left out. */
export interface Placement {
  /** Without ids; in the order of the list, several of a listed one where gaps cut it. They may overlap. */
  readonly segments: readonly Omit<Segment, 'id'>[]
  readonly remarks: readonly { readonly listed: ListedSegment; readonly fate: 'cut' | 'outside'; readonly message: string }[]
}

/** Puts listed segments on the cycles of a window; `spacecraft` is how many the mission has. */
export function placeListed(grid: CycleGrid, listed: readonly ListedSegment[], spacecraft: number): Placement {
  const segments: Omit<Segment, 'id'>[] = []
  const remarks: Placement['remarks'][number][] = []
  for (const one of listed) {
    const run = cyclesWithin(grid, one.start, one.end)
    const parts = run === undefined ? [] : cutAtGaps(grid, run.first, run.last)
    const wanted = Math.round((one.end - one.start) / grid.step)
    const found = parts.reduce((sum, part) => sum + part.last - part.first + 1, 0)
    if (found === 0) remarks.push({ listed: one, fate: 'outside', message: `none of its ${wanted} cycles is in the window` })
    else if (found < wanted || parts.length > 1)
      remarks.push({ listed: one, fate: 'cut', message: `${found} of its ${wanted} cycles are in the window, in ${parts.length} parts` })
    for (const { first, last } of parts)
      segments.push({
        start: first,
        stop: last,
        fom: one.fom,
        spacecraft: one.spacecraft ?? everySpacecraft(spacecraft),
        comment: one.comment,
        tags: [],
        source: one.source,
      })
  }
  return { segments, remarks }
}
