import { totalLength, type Segment, type Selection } from './types.ts'

/** What differs between two states of one segment. */
export type DiffersIn = 'place' | 'fom' | 'spacecraft' | 'comment' | 'tags'

export interface SelectionDiff {
  readonly added: readonly Segment[]
  readonly removed: readonly Segment[]
  readonly changed: readonly { readonly before: Segment; readonly after: Segment; readonly in: readonly DiffersIn[] }[]
  readonly same: number
  readonly buffers: { readonly before: number; readonly after: number }
}

/**
 * Compares two selections of one window, e.g. a draft with the automated one. A segment is the same one where most cycles are
 * shared; ids are not compared, because selections from files have ids of their own.
 */
export function diffSelections(before: Selection, after: Selection): SelectionDiff {
  const pairs = before.segments
    .flatMap(old => after.segments.map(now => ({ old, now, shared: sharedCycles(old, now) })))
    .filter(({ shared }) => shared > 0)
    .sort((a, b) => b.shared - a.shared || a.old.start - b.old.start || a.now.start - b.now.start)
  const partner = new Map<Segment, Segment>()
  const taken = new Set<Segment>()
  for (const { old, now } of pairs) {
    if (partner.has(old) || taken.has(now)) continue
    partner.set(old, now)
    taken.add(now)
  }
  const matched = before.segments.flatMap(old => {
    const now = partner.get(old)
    return now === undefined ? [] : [{ before: old, after: now, in: differences(old, now) }]
  })
  return {
    added: after.segments.filter(now => !taken.has(now)),
    removed: before.segments.filter(old => !partner.has(old)),
    changed: matched.filter(pair => pair.in.length > 0),
    same: matched.filter(pair => pair.in.length === 0).length,
    buffers: { before: totalLength(before.segments), after: totalLength(after.segments) },
  }
}

const sharedCycles = (a: Segment, b: Segment): number => Math.min(a.stop, b.stop) - Math.max(a.start, b.start) + 1

function differences(a: Segment, b: Segment): readonly DiffersIn[] {
  const found: DiffersIn[] = []
  if (a.start !== b.start || a.stop !== b.stop) found.push('place')
  if (a.fom !== b.fom) found.push('fom')
  if (a.spacecraft !== b.spacecraft) found.push('spacecraft')
  if (a.comment !== b.comment) found.push('comment')
  if (a.tags.join(' ') !== b.tags.join(' ')) found.push('tags')
  return found
}
