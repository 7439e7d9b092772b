import { isFinished, mayReopen, segmentMoves, type LossToken, type SegmentState, type SegmentStatus, type StickyToken } from './status.ts'

/** A stored segment on one spacecraft. */
export interface CraftShare {
  /** Buffers of the segment there; 0 where it does not take part. */
  readonly buffers: number
  /** Still held in memory. */
  readonly held: number
  /** Files still to come. */
  readonly files: number
  /** Buffers that came down. */
  readonly received: number
  /** Why the rest will not come. */
  readonly lost: LossToken | 'none'
}

/** Who did what to a segment, and when (TAI seconds since 1958). */
export interface RecordEvent {
  readonly at: number
  /** A program (`BDM`, `POC`) or a person. */
  readonly by: string
  readonly act: RecordAct
}

export type RecordAct =
  | { readonly kind: 'evaluate' }
  | { readonly kind: 'defer'; readonly why: string }
  /** Buffers locked for playback; again after a change of memory. Per spacecraft, in the mission's order. */
  | { readonly kind: 'hold'; readonly held: readonly number[] }
  | { readonly kind: 'list' }
  | { readonly kind: 'unlist' }
  /** So many buffers have come down in all, so many files are still to come. */
  | { readonly kind: 'receive'; readonly spacecraft: number; readonly received: number; readonly files: number }
  | { readonly kind: 'lose'; readonly spacecraft: number; readonly token: LossToken }
  | { readonly kind: 'modify'; readonly fom?: number; readonly comment?: string }
  | { readonly kind: 'delete' }
  | { readonly kind: 'abort'; readonly why: string }
  /** A newer segment took some or all of its buffers, or its row. */
  | { readonly kind: 'supersede'; readonly as: 'trimmed' | 'subsumed' | 'obsolete'; readonly successor: number }

/** A row of the segment status table (the back structure), with its history. Times are TAI seconds. */
export interface SegmentRecord {
  readonly id: number
  /** Starts of the first and of the last buffer. */
  readonly start: number
  readonly end: number
  readonly parameterSet: string
  readonly fom: number
  readonly inPlaylist: boolean
  readonly status: SegmentStatus
  readonly evaluations: number
  readonly source: string
  readonly createdAt: number
  readonly finishedAt: number | null
  readonly craft: readonly CraftShare[]
  readonly comment: string
  /** Append-only, oldest first. */
  readonly history: readonly RecordEvent[]
}

/** A segment as it enters the table: NEW, nothing held, every buffer a file to come. */
export function newRecord(
  segment: Pick<SegmentRecord, 'id' | 'start' | 'end' | 'parameterSet' | 'fom' | 'source' | 'createdAt' | 'comment'>,
  buffers: readonly number[],
): SegmentRecord {
  return {
    ...segment,
    inPlaylist: false,
    status: { state: 'new', sticky: [], losses: [] },
    evaluations: 0,
    finishedAt: null,
    craft: buffers.map(count => ({ buffers: count, held: 0, files: count, received: 0, lost: 'none' })),
    history: [],
  }
}

export type RecordOutcome = { readonly record: SegmentRecord; readonly refused?: string }

/**
 * The segment after an event; the same one and a sentence where the event cannot be. A finished segment takes no event, so
 * late and doubled messages change nothing; but files that come after their segment was given up make it more whole.
 */
export function advanceRecord(record: SegmentRecord, event: RecordEvent): RecordOutcome {
  const { state } = record.status
  const isLate = event.act.kind === 'receive' && mayReopen(state)
  if (isFinished(state) && !isLate) return { record, refused: `segment ${record.id} is finished (${state})` }
  const next = perform(record, event)
  if (typeof next === 'string') return { record, refused: next }
  if (isLate && next.craft.every((share, i) => share.received === record.craft[i]?.received))
    return { record, refused: `segment ${record.id} is finished (${state}): nothing new of it has come` }
  return { record: settleState({ ...next, history: [...record.history, event] }, event.at) }
}

function perform(record: SegmentRecord, { act, at }: RecordEvent): SegmentRecord | string {
  switch (act.kind) {
    case 'evaluate':
      return { ...record, evaluations: record.evaluations + 1 }
    case 'defer':
      return record.status.state === 'held' ? `segment ${record.id} is held, it cannot be deferred` : moveTo(record, 'deferred', at)
    case 'hold':
      return hold(record, act.held, at)
    case 'list':
      return record.status.state === 'held' ? { ...record, inPlaylist: true } : `segment ${record.id} is not held: it cannot be played back`
    case 'unlist':
      return { ...record, inPlaylist: false }
    case 'receive':
      return receive(record, act)
    case 'lose':
      return withCraft(record, act.spacecraft, share =>
        share.lost === 'none' && !isWhole(share) ? { ...share, held: 0, lost: act.token } : share,
      )
    case 'modify':
      return withSticky({ ...record, fom: act.fom ?? record.fom, comment: act.comment ?? record.comment }, 'MODIFIED')
    case 'delete':
      return moveTo(record, 'deleted', at)
    case 'abort':
      return moveTo(record, 'aborted', at)
    case 'supersede':
      return moveTo(record, act.as, at)
  }
}

function hold(record: SegmentRecord, held: readonly number[], at: number): SegmentRecord {
  // What is lost or already here is not held again.
  const craft = record.craft.map((share, i) => ({
    ...share,
    held: share.lost === 'none' && !isWhole(share) ? Math.min(share.buffers, Math.max(0, held[i] ?? 0)) : 0,
  }))
  if (record.status.state !== 'held') return { ...moveTo(record, 'held', at), craft }
  // Fewer are held whenever some have come down; more are held only where memory was allocated anew.
  const grown = craft.some((share, i) => share.held > (record.craft[i]?.held ?? 0) && (record.craft[i]?.held ?? 0) > 0)
  return grown ? withSticky({ ...record, craft }, 'REALLOC') : { ...record, craft }
}

function receive(record: SegmentRecord, act: Extract<RecordAct, { kind: 'receive' }>): SegmentRecord | string {
  if (record.status.state !== 'held' && !mayReopen(record.status.state))
    return `segment ${record.id} is ${record.status.state}: nothing of it can have come down`
  return withCraft(record, act.spacecraft, share => {
    // Counts only go one way, so an older message after a newer one changes nothing.
    const received = Math.min(share.buffers, Math.max(share.received, act.received))
    const files = Math.max(0, Math.min(share.files, act.files))
    const whole = received === share.buffers && files === 0
    return { ...share, received, files, held: whole ? 0 : share.held, lost: whole ? 'none' : share.lost }
  })
}

function withCraft(record: SegmentRecord, spacecraft: number, change: (share: CraftShare) => CraftShare): SegmentRecord | string {
  const share = record.craft[spacecraft]
  if (share === undefined || share.buffers === 0) return `segment ${record.id} has no buffers on spacecraft ${spacecraft + 1}`
  return { ...record, craft: record.craft.with(spacecraft, change(share)) }
}

const withSticky = (record: SegmentRecord, token: StickyToken): SegmentRecord => ({
  ...record,
  status: { ...record.status, sticky: record.status.sticky.includes(token) ? record.status.sticky : [...record.status.sticky, token] },
})

/** Moves by the table; a move to the state that is stays. */
function moveTo(record: SegmentRecord, state: SegmentState, at: number): SegmentRecord {
  if (!segmentMoves[record.status.state].includes(state)) return record
  const done = isFinished(state)
  return {
    ...record,
    status: { ...record.status, state },
    inPlaylist: done ? false : record.inPlaylist,
    finishedAt: done ? at : null,
    craft: done ? record.craft.map(share => ({ ...share, held: 0 })) : record.craft,
  }
}

const isWhole = (share: CraftShare): boolean => share.received === share.buffers && share.files === 0

/** When every spacecraft has delivered or lost its part, the segment is finished: as what, follows from the parts. */
function settleState(record: SegmentRecord, at: number): SegmentRecord {
  const parts = record.craft.filter(({ buffers }) => buffers > 0)
  const { state } = record.status
  if ((isFinished(state) && !mayReopen(state)) || parts.length === 0 || !parts.every(part => isWhole(part) || part.lost !== 'none'))
    return record
  if (parts.every(isWhole)) return moveTo(record, 'complete', at)
  const losses = (['DEMOTED', 'DERELICT'] as const).filter(token => parts.some(({ lost }) => lost === token))
  const received = parts.some(part => part.received > 0)
  if (received) return moveTo({ ...record, status: { ...record.status, losses } }, 'incomplete', at)
  return moveTo(record, losses.includes('DEMOTED') ? 'demoted' : 'derelict', at)
}

/** What was chosen and what became of it, in buffers over all spacecraft. */
export interface Account {
  readonly segments: number
  readonly chosen: number
  readonly received: number
  readonly demoted: number
  readonly derelict: number
  /** Deleted, aborted or replaced before they came. */
  readonly withdrawn: number
  readonly pending: number
}

/** Did we get what we chose? The parts sum to what was chosen. */
export function accountFor(records: readonly SegmentRecord[]): Account {
  const account = { segments: records.length, chosen: 0, received: 0, demoted: 0, derelict: 0, withdrawn: 0, pending: 0 }
  for (const { status, craft } of records)
    for (const { buffers, received, lost } of craft) {
      const missing = buffers - received
      account.chosen += buffers
      account.received += received
      if (lost === 'DEMOTED') account.demoted += missing
      else if (lost === 'DERELICT') account.derelict += missing
      else if (isFinished(status.state)) account.withdrawn += missing
      else account.pending += missing
    }
  return account
}
