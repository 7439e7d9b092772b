/** Which state may follow which. A move that is not in its table is a fault of the caller, or somebody else was faster. */
export const jobMoves = {
  ready: ['running', 'cancelled'],
  running: ['ready', 'made', 'no-data', 'failed', 'held', 'cancelled'],
  made: [],
  'no-data': [],
  failed: ['ready'],
  cancelled: ['ready'],
  // The regression guard holds what was made until a person decides, or until something newer is made.
  held: ['made', 'rejected', 'superseded'],
  rejected: [],
  superseded: [],
} as const
export type JobState = keyof typeof jobMoves

/** A code release: registered, tried on real inputs, promoted; the former one retires and can come back. */
export const releaseMoves = {
  registered: ['staging', 'retired'],
  staging: ['production', 'retired'],
  production: ['retired'],
  retired: ['staging', 'production'],
} as const
export type ReleaseState = keyof typeof releaseMoves

export const campaignMoves = {
  proposed: ['approved', 'cancelled'],
  approved: ['running', 'paused', 'cancelled'],
  running: ['paused', 'cancelled', 'done'],
  paused: ['running', 'cancelled'],
  cancelled: [],
  done: [],
} as const
export type CampaignState = keyof typeof campaignMoves

/** One piece of a campaign's work; the states after `queued` are the ends of its job. */
export const itemMoves = {
  waiting: ['queued', 'skipped'],
  queued: ['made', 'kept', 'no-data', 'held', 'failed', 'skipped'],
  made: [],
  kept: [],
  'no-data': [],
  held: [],
  failed: [],
  skipped: [],
} as const
export type ItemState = keyof typeof itemMoves

type Moves = Readonly<Record<string, readonly string[]>>

export const mayMove = <M extends Moves>(moves: M, from: keyof M, to: keyof M): boolean => moves[from]?.includes(String(to)) ?? false

/** States from which `to` can be reached in one move, for the `where` of an update. */
export const statesBefore = <M extends Moves>(moves: M, to: keyof M): (keyof M)[] =>
  Object.keys(moves).filter(from => mayMove(moves, from, to))
