import { partsOf } from './automatic.ts'
import { runAround } from './grid.ts'
import { settle, type Placed } from './settle.ts'
import { segmentLength, type Frame, type Segment, type SegmentContent, type Selection } from './types.ts'

/** One act on a selection. `by` becomes the source of the segments that it makes or changes. */
export type Edit =
  | { readonly kind: 'add'; readonly start: number; readonly stop: number; readonly content: SegmentContent }
  /** New bounds, shorter or longer; neighbours give way. */
  | { readonly kind: 'trim'; readonly id: number; readonly start: number; readonly stop: number; readonly by?: string }
  /** In two; the second begins with cycle `at`. */
  | { readonly kind: 'cut'; readonly id: number; readonly at: number; readonly by?: string }
  /** In equal parts of at most `most` buffers. */
  | { readonly kind: 'split'; readonly id: number; readonly most: number; readonly by?: string }
  /** One segment from the first of them to the last, with what lies free between. */
  | { readonly kind: 'unite'; readonly ids: readonly number[]; readonly by?: string }
  /** A segment over all free cycles around cycle `at`. */
  | { readonly kind: 'fill'; readonly at: number; readonly content: SegmentContent }
  | { readonly kind: 'delete'; readonly ids: readonly number[] }
  /** Frees cycles [start, stop]: what lies in them goes, what reaches out is trimmed. */
  | { readonly kind: 'clear'; readonly start: number; readonly stop: number }
  | { readonly kind: 'change'; readonly ids: readonly number[]; readonly to: Partial<SegmentContent>; readonly by?: string }
  /** All segments anew, e.g. back to the automated ones. */
  | { readonly kind: 'replace'; readonly segments: readonly (SegmentContent & { readonly start: number; readonly stop: number })[] }
  | { readonly kind: 'frame'; readonly to: Partial<Frame> }
  /** All of them, or none where one is refused. */
  | { readonly kind: 'several'; readonly edits: readonly Edit[] }

/** What an edit did, enough to take it back. */
export interface Change {
  readonly before: Pick<Selection, 'frame' | 'segments' | 'next'>
  readonly removed: readonly Segment[]
  readonly added: readonly Segment[]
}

export interface Outcome {
  /** The very same value where the edit was refused. */
  readonly selection: Selection
  readonly change: Change
  /** Why nothing was done. */
  readonly refused?: string
}

/** Performs an edit. Total: whatever cannot be done is refused with a sentence and changes nothing. */
export function applyEdit(selection: Selection, edit: Edit): Outcome {
  const after = perform(selection, edit)
  if (typeof after === 'string') return { selection, change: changeBetween(selection, selection), refused: after }
  return { selection: after, change: changeBetween(selection, after) }
}

/** The selection as it was before the change. */
export const revertChange = (selection: Selection, change: Change): Selection => ({ ...selection, ...change.before })

function changeBetween(before: Selection, after: Selection): Change {
  const { frame, segments, next } = before
  const had = new Set(segments)
  const has = new Set(after.segments)
  return {
    before: { frame, segments, next },
    removed: segments.filter(segment => !has.has(segment)),
    added: after.segments.filter(segment => !had.has(segment)),
  }
}

function perform(selection: Selection, edit: Edit): Selection | string {
  switch (edit.kind) {
    case 'add':
      return place(selection, [], [{ start: edit.start, stop: edit.stop, content: edit.content }])
    case 'trim':
      return withSegment(selection, edit.id, segment =>
        place(selection, [segment.id], [{ ...placed(segment, edit.by), start: edit.start, stop: edit.stop }]),
      )
    case 'cut':
      return withSegment(selection, edit.id, segment => cut(selection, segment, edit.at, edit.by))
    case 'split':
      return withSegment(selection, edit.id, segment => split(selection, segment, edit.most, edit.by))
    case 'unite':
      return unite(selection, edit.ids, edit.by)
    case 'fill':
      return fill(selection, edit.at, edit.content)
    case 'delete': {
      const unknown = findUnknown(selection, edit.ids)
      return unknown ?? settle(selection, edit.ids, [])
    }
    case 'clear':
      return badRange(edit.start, edit.stop) ?? settle(selection, [], [], [{ first: edit.start, last: edit.stop }])
    case 'change':
      return changeContent(selection, edit.ids, edit.to, edit.by)
    case 'replace': {
      const bad = edit.segments.map(({ start, stop }) => badRange(start, stop)).find(why => why !== undefined)
      if (bad !== undefined) return bad
      const coming = edit.segments.map(({ start, stop, ...content }): Placed => ({ start, stop, content }))
      return settle(
        selection,
        selection.segments.map(({ id }) => id),
        coming,
      )
    }
    case 'frame':
      return { ...selection, frame: { ...selection.frame, ...edit.to } }
    case 'several':
      return performAll(selection, edit.edits)
  }
}

function performAll(selection: Selection, edits: readonly Edit[]): Selection | string {
  let now = selection
  for (const [i, edit] of edits.entries()) {
    const after = perform(now, edit)
    if (typeof after === 'string') return `step ${i + 1} of ${edits.length}: ${after}`
    now = after
  }
  return now
}

const badRange = (start: number, stop: number): string | undefined => {
  if (!Number.isSafeInteger(start) || !Number.isSafeInteger(stop)) return `cycles ${start} to ${stop} are no whole numbers`
  return start > stop ? `cycle ${start} lies after cycle ${stop}` : undefined
}

const place = (selection: Selection, gone: readonly number[], coming: readonly Placed[]): Selection | string => {
  for (const { start, stop } of coming) {
    const bad = badRange(start, stop)
    if (bad !== undefined) return bad
    const cycles = selection.grid.starts.length
    if (stop < 0 || start >= cycles) return `cycles ${start} to ${stop} lie outside of the window, which has cycles 0 to ${cycles - 1}`
  }
  return settle(selection, gone, coming)
}

const placed = ({ id, start, stop, ...content }: Segment, by: string | undefined): Placed => ({
  id,
  start,
  stop,
  content: by === undefined ? content : { ...content, source: by },
})

function withSegment(selection: Selection, id: number, act: (segment: Segment) => Selection | string): Selection | string {
  const segment = selection.segments.find(one => one.id === id)
  return segment === undefined ? `there is no segment ${id}` : act(segment)
}

function findUnknown(selection: Selection, ids: readonly number[]): string | undefined {
  const unknown = ids.find(id => !selection.segments.some(segment => segment.id === id))
  if (unknown !== undefined) return `there is no segment ${unknown}`
  return ids.length === 0 ? 'no segment is named' : undefined
}

function cut(selection: Selection, segment: Segment, at: number, by: string | undefined): Selection | string {
  const { id, start, stop } = segment
  if (!Number.isSafeInteger(at) || at <= start || at > stop)
    return `segment ${id} has cycles ${start} to ${stop}: it cannot be cut before cycle ${at}`
  const { content } = placed(segment, by)
  return settle(
    selection,
    [id],
    [
      { id, start, stop: at - 1, content },
      { start: at, stop, content },
    ],
  )
}

function split(selection: Selection, segment: Segment, most: number, by: string | undefined): Selection | string {
  const { id, start, stop } = segment
  const length = segmentLength(segment)
  if (!Number.isSafeInteger(most) || most < 1) return `parts of ${most} buffers cannot be made`
  if (length <= most) return `segment ${id} has ${length} buffers, not more than ${most}`
  const { content } = placed(segment, by)
  const parts = partsOf({ first: start, last: stop }, Math.ceil(length / most))
  const coming = parts.map(({ first, last }, i): Placed => ({ ...(i === 0 ? { id } : {}), start: first, stop: last, content }))
  return settle(selection, [id], coming)
}

function unite(selection: Selection, ids: readonly number[], by: string | undefined): Selection | string {
  const unknown = findUnknown(selection, ids)
  if (unknown !== undefined) return unknown
  const own = selection.segments.filter(({ id }) => ids.includes(id)).sort((a, b) => a.start - b.start)
  const first = own[0]
  if (first === undefined || own.length < 2) return 'two segments at least can be united'
  const stop = Math.max(...own.map(segment => segment.stop))
  const between = selection.segments.find(({ id, start, stop: end }) => !ids.includes(id) && end >= first.start && start <= stop)
  if (between !== undefined) return `segment ${between.id} lies between them`
  const run = runAround(selection.grid, first.start)
  if (run === undefined || stop > run.last) return `a gap lies between cycle ${first.start} and cycle ${stop}`
  const content: SegmentContent = {
    fom: Math.max(...own.map(({ fom }) => fom)),
    spacecraft: own.reduce((set, { spacecraft }) => set | spacecraft, 0),
    comment: [...new Set(own.map(({ comment }) => comment.trim()).filter(text => text !== ''))].join('; '),
    tags: [...new Set(own.flatMap(({ tags }) => tags))],
    source: by ?? first.source,
  }
  return settle(selection, ids, [{ id: first.id, start: first.start, stop, content }])
}

function fill(selection: Selection, at: number, content: SegmentContent): Selection | string {
  const run = runAround(selection.grid, at)
  if (run === undefined) return `cycle ${at} is not in the window, which has cycles 0 to ${selection.grid.starts.length - 1}`
  let { first, last } = run
  for (const { id, start, stop } of selection.segments) {
    if (start <= at && at <= stop) return `cycle ${at} belongs to segment ${id}`
    if (stop < at) first = Math.max(first, stop + 1)
    if (start > at) last = Math.min(last, start - 1)
  }
  return settle(selection, [], [{ start: first, stop: last, content }])
}

function changeContent(
  selection: Selection,
  ids: readonly number[],
  to: Partial<SegmentContent>,
  by: string | undefined,
): Selection | string {
  const unknown = findUnknown(selection, ids)
  if (unknown !== undefined) return unknown
  const wanted = { ...to, ...(by === undefined ? {} : { source: by }) }
  return { ...selection, segments: selection.segments.map(segment => (ids.includes(segment.id) ? { ...segment, ...wanted } : segment)) }
}
