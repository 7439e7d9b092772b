/** What a stored segment is, one at a time. The first three are pending, the others finished. */
export const segmentStates = [
  'new',
  'deferred',
  'held',
  'complete',
  'incomplete',
  'demoted',
  'derelict',
  'aborted',
  'deleted',
  'trimmed',
  'subsumed',
  'obsolete',
] as const
export type SegmentState = (typeof segmentStates)[number]

/** Which state may follow which; a move is one event of the history. */
export const segmentMoves: Readonly<Record<SegmentState, readonly SegmentState[]>> = {
  new: ['deferred', 'held', 'demoted', 'derelict', 'aborted', 'deleted', 'trimmed', 'subsumed', 'obsolete'],
  deferred: ['held', 'demoted', 'derelict', 'aborted', 'deleted', 'trimmed', 'subsumed', 'obsolete'],
  held: ['complete', 'incomplete', 'demoted', 'derelict', 'aborted', 'deleted', 'trimmed', 'subsumed', 'obsolete'],
  complete: [],
  // Files that come late, after all: see mayReopen.
  incomplete: ['complete'],
  demoted: ['incomplete', 'complete'],
  derelict: ['incomplete', 'complete'],
  aborted: [],
  deleted: [],
  trimmed: [],
  subsumed: [],
  obsolete: [],
}

/** Marks of the past that stay with a segment while it is pending. */
const stickyTokens = ['MODIFIED', 'REALLOC'] as const
export type StickyToken = (typeof stickyTokens)[number]

/** Why buffers of an incomplete segment are gone. */
const lossTokens = ['DEMOTED', 'DERELICT'] as const
export type LossToken = (typeof lossTokens)[number]

export interface SegmentStatus {
  readonly state: SegmentState
  readonly sticky: readonly StickyToken[]
  /** Only of an incomplete segment. */
  readonly losses: readonly LossToken[]
}

const pending: readonly SegmentState[] = ['new', 'deferred', 'held']

/** Whether nothing more is processed or expected to come down. */
export const isFinished = (state: SegmentState): boolean => !pending.includes(state)

/** Whether files that come down after the end still count: they were given up, not unwanted. */
export const mayReopen = (state: SegmentState): boolean => isFinished(state) && segmentMoves[state].length > 0

/** Rows that newer ones replace; lists hide them. */
export const isSuperseded = (state: SegmentState): boolean => state === 'trimmed' || state === 'subsumed' || state === 'obsolete'

/** Users' "overwritten": the buffers were lost before anything was received. */
export const isOverwritten = ({ state }: Pick<SegmentStatus, 'state'>): boolean => state === 'demoted' || state === 'derelict'

/**
 * The tokens of the status column, `HELD+MODIFIED` or `INCOMPLETE+DEMOTED+FINISHED`. Clients look for exactly
 * `COMPLETE+FINISHED`, so finished segments show no marks of the past.
 */
export function formatStatus({ state, sticky, losses }: SegmentStatus): string {
  const own = state.toUpperCase()
  if (!isFinished(state)) return [own, ...stickyTokens.filter(token => sticky.includes(token))].join('+')
  return [own, ...lossTokens.filter(token => state === 'incomplete' && losses.includes(token)), 'FINISHED'].join('+')
}

/** Reads a status column by whole tokens, in any order; a sentence where it is none. */
export function parseStatus(text: string): SegmentStatus | string {
  const tokens = text.split('+').map(token => token.trim().toUpperCase())
  const known = new Set<string>([...segmentStates.map(state => state.toUpperCase()), ...stickyTokens, 'FINISHED'])
  const unknown = tokens.find(token => !known.has(token))
  if (unknown !== undefined) return `the status "${text}" has the token "${unknown}", which means nothing`
  const named = segmentStates.filter(state => tokens.includes(state.toUpperCase()))
  // Losses qualify an incomplete segment; alone they are the state, and lost data outweigh lost buffers.
  const incomplete = named.includes('incomplete')
  const losses = incomplete ? lossTokens.filter(token => tokens.includes(token)) : []
  const state = incomplete ? 'incomplete' : (named.findLast(isFinished) ?? named.at(-1))
  const sticky = stickyTokens.filter(token => tokens.includes(token))
  if (state !== undefined) return { state, sticky, losses }
  return sticky.length > 0 ? { state: 'new', sticky, losses } : `the status "${text}" names no state`
}
