import { cutAtGaps, type Run } from './grid.ts'
import type { Segment, SegmentContent, Selection } from './types.ts'

/** A segment on its way into a selection; without an id it gets a new one. */
export interface Placed {
  readonly id?: number
  readonly start: number
  readonly stop: number
  readonly content: SegmentContent
}

/**
 * The one place where segments get their bounds: `gone` leave, `coming` take their cycles (a later one from an earlier one),
 * all others give way (trimmed, cut in two, or covered whole). What comes is cut at gaps and at the window's ends; the first
 * piece of a segment keeps its id.
 */
export function settle(selection: Selection, gone: readonly number[], coming: readonly Placed[], cleared: readonly Run[] = []): Selection {
  const { grid } = selection
  const leaving = new Set(gone)
  const taken: Run[] = [...cleared]
  const pieces: { readonly from: Segment | Placed; readonly run: Run }[] = []
  // From the last to the first, so that each finds what the later ones have left.
  for (const one of coming.toReversed()) {
    const runs = cutAtGaps(grid, one.start, one.stop).flatMap(run => subtract(run, taken))
    pieces.push(...runs.map(run => ({ from: one, run })))
    taken.push({ first: one.start, last: one.stop })
  }
  for (const segment of selection.segments) {
    if (leaving.has(segment.id)) continue
    pieces.push(...subtract({ first: segment.start, last: segment.stop }, taken).map(run => ({ from: segment, run })))
  }
  return number(selection, pieces)
}

/** The parts of a run that no other takes, ascending. */
function subtract(run: Run, taken: readonly Run[]): readonly Run[] {
  let left: readonly Run[] = [run]
  for (const { first, last } of taken) {
    if (last < run.first || first > run.last) continue
    left = left.flatMap(part =>
      [
        { first: part.first, last: Math.min(part.last, first - 1) },
        { first: Math.max(part.first, last + 1), last: part.last },
      ].filter(rest => rest.first <= rest.last),
    )
  }
  return left
}

function number(selection: Selection, pieces: readonly { readonly from: Segment | Placed; readonly run: Run }[]): Selection {
  const byTime = [...pieces].sort((a, b) => beginOf(a.run) - beginOf(b.run))
  const used = new Set<number>()
  let next = selection.next
  const segments = byTime.map(({ from, run }): Segment => {
    const own = from.id !== undefined && !used.has(from.id) ? from.id : next++
    used.add(own)
    if (!('content' in from)) {
      const same = own === from.id && run.first === from.start && run.last === from.stop
      return same ? from : { ...from, id: own, start: run.first, stop: run.last }
    }
    return { ...from.content, id: own, start: run.first, stop: run.last }
  })
  return { ...selection, segments, next }
}

/** Bounds that are no numbers, which only a file can bring, come last. */
const beginOf = ({ first }: Run): number => (Number.isNaN(first) ? Number.MAX_VALUE : first)
