import { cyclesWithin, runAround, type CycleGrid, type Run } from './grid.ts'
import { drop, spanOf, type Context, type Mend, type Region, type Stretch } from './rule.ts'
import { everySpacecraft, membersOf, type Segment, type SpacecraftSet } from './types.ts'

/** Science regions of any of the spacecraft, united and by time; undefined where they are not known. */
export function regionsOf({ facts, tables, united }: Context, spacecraft: SpacecraftSet): readonly Stretch[] | undefined {
  if (facts.regions === undefined) return undefined
  const set = spacecraft & everySpacecraft(tables.spacecraft.length)
  const known = united.get(set)
  if (known !== undefined) return known
  const regions = unite(facts.regions.filter(region => ((set >> region.spacecraft) & 1) === 1))
  united.set(set, regions)
  return regions
}

/** Regions that overlap or touch are one. */
export function unite(regions: readonly Region[]): readonly Stretch[] {
  const united: { start: number; stop: number }[] = []
  for (const { start, stop } of regions.toSorted((a, b) => a.start - b.start)) {
    const before = united.at(-1)
    if (before !== undefined && start <= before.stop) before.stop = Math.max(before.stop, stop)
    else united.push({ start, stop })
  }
  return united
}

/** The cycles of the grid that lie whole in [start, stop), gaps among them or not; undefined where none does. */
export function wholeCycles(grid: CycleGrid, { start, stop }: Stretch): Run | undefined {
  const touched = cyclesWithin(grid, start, stop)
  if (touched === undefined) return undefined
  const first = (grid.starts[touched.first] as number) < start ? touched.first + 1 : touched.first
  const last = (grid.starts[touched.last] as number) + grid.step > stop ? touched.last - 1 : touched.last
  return first <= last ? { first, last } : undefined
}

export const overlapOf = (a: Run, b: Run): Run => ({ first: Math.max(a.first, b.first), last: Math.min(a.last, b.last) })

/** The cycles of a segment that lie whole in one region: the longest such stretch; undefined where there is none. */
export function partInside(c: Context, segment: Segment, regions: readonly Stretch[]): Run | undefined {
  let best: Run | undefined
  for (const region of regions) {
    const whole = wholeCycles(c.selection.grid, region)
    if (whole === undefined) continue
    const part = overlapOf(whole, { first: segment.start, last: segment.stop })
    if (part.first <= part.last && (best === undefined || part.last - part.first > best.last - best.first)) best = part
  }
  return best
}

/**
 * The cycles that a segment could have: up to its neighbours and the next gap, inside of its science region, and no older than the
 * burst data in memory. A mend that keeps to them brings no other finding.
 */
function roomAround(c: Context, segment: Segment): Run {
  const { selection, sound } = c
  let { first, last } = runAround(selection.grid, segment.start) ?? { first: segment.start, last: segment.stop }
  for (const other of sound) {
    if (other === segment) continue
    if (other.stop < segment.start && other.stop >= first) first = other.stop + 1
    if (other.start > segment.stop && other.start <= last) last = other.start - 1
  }
  return [regionAround(c, segment), memoryOf(c, segment)].reduce<Run>(
    (room, bound) => (bound === undefined ? room : overlapOf(room, bound)),
    {
      first,
      last,
    },
  )
}

const nothing: Run = { first: 0, last: -1 }

/** Where no region is touched, another rule says so. */
function regionAround(c: Context, segment: Segment): Run | undefined {
  const { from, to } = spanOf(c.selection, segment)
  const touched = regionsOf(c, segment.spacecraft)?.filter(({ start, stop }) => start < to && stop > from) ?? []
  if (touched.length === 0) return undefined
  const inside = partInside(c, segment, touched)
  const region = touched.find(one => {
    const whole = wholeCycles(c.selection.grid, one)
    return inside !== undefined && whole !== undefined && whole.first <= inside.first && inside.last <= whole.last
  })
  return region === undefined ? nothing : (wholeCycles(c.selection.grid, region) ?? nothing)
}

function memoryOf({ facts, selection }: Context, { spacecraft }: Segment): Run | undefined {
  const { oldest } = facts
  if (oldest === undefined) return undefined
  const since = Math.max(...membersOf(spacecraft).map(i => oldest[i] ?? Infinity))
  if (!Number.isFinite(since)) return nothing
  return wholeCycles(selection.grid, { start: since, stop: Infinity }) ?? nothing
}

/** Longer to `least` buffers where there is room, else out. */
export function lengthen(c: Context, segment: Segment, least: number): Mend {
  const room = roomAround(c, segment)
  if (room.last - room.first + 1 < least) return drop(segment.id, `delete it: there is no room for ${least} buffers`)
  const stop = Math.min(room.last, Math.max(room.first, segment.start) + least - 1)
  return {
    label: `make it ${least} buffers long`,
    edit: { kind: 'trim', id: segment.id, start: Math.max(room.first, Math.min(segment.start, stop - least + 1)), stop },
  }
}
