import type { CellState } from './facts.ts'

/** Somebody's word that a product will not come, and that this is known. */
export interface Waiver {
  readonly actor: string
  readonly reason: string
  /** UTC milliseconds. */
  readonly at: number
}

/** Whether a waiver would change what a cell says: something is missing, and nothing of it is on its way. */
export const isWaivable = ({ have, next }: Pick<CellState, 'have' | 'next'>): boolean =>
  (have === 'none' || have === 'partial') && (next === 'waiting' || next === 'failed' || next === 'lost')

/** A cell under a waiver waits for nothing and blames nobody but the waiver. What comes nevertheless is taken. */
export function waive(state: CellState, waiver: Waiver | undefined): CellState {
  if (waiver === undefined || !isWaivable(state)) return state
  const text = `waived by ${waiver.actor} on ${new Date(waiver.at).toISOString().slice(0, 10)}: ${waiver.reason}`
  return { have: state.have, next: 'none', reason: { kind: 'waived', text } }
}
