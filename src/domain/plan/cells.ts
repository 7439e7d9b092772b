import { absences } from './facts.ts'
import type { CellName, Have, Next, Reason, RoleFacts, SourceCell } from './facts.ts'

/** Cells that an input hangs on: of alternatives those of the product that was chosen, if one was. */
export function relevantCells(role: RoleFacts): readonly SourceCell[] {
  const chosen = role.files[0]?.product
  if (chosen === undefined || role.input.window.kind === 'set') return role.cells
  return role.cells.filter(c => c.product === chosen)
}

/** Nothing is there and nothing will come, for a known reason. */
export const isAbsent = (reason: Pick<Reason, 'kind'>): boolean => absences.some(kind => kind === reason.kind)

/** A new file of this cell is on its way: what would be made without it now would be made again at once. */
export const isBusy = (c: { readonly next: Next; readonly reason: Pick<Reason, 'kind'> }): boolean =>
  c.next === 'ready' || c.next === 'running' || c.reason.kind === 'settling' || c.reason.kind === 'upstream'

/** It does not give all that it should, and that is as it should be: its time is not over. */
export const isGrowing = (reason: Pick<Reason, 'kind'>): boolean => reason.kind === 'in-progress' || reason.kind === 'not-due'

/** What of a cell decides about what is made of it: where that stays the same, nobody who reads its product needs a look. */
export function gistOf(cell: { readonly have: Have; readonly next: Next; readonly reason: Pick<Reason, 'kind'> }): string {
  const { have, next, reason } = cell
  // What left this state may not have been told to all who read it.
  const coming = reason.kind === 'not-planned' ? 'unplanned' : isBusy(cell) ? 'busy' : next === 'none' || next === 'lost' ? next : 'open'
  return `${have} ${coming} ${isGrowing(reason) ? 'growing' : isAbsent(reason) ? 'absent' : ''}`
}

/** Roles whose files are of another product than the best. */
export const standIns = (roles: readonly RoleFacts[]): readonly RoleFacts[] =>
  roles.filter(r => r.input.window.kind !== 'set' && r.files[0] !== undefined && r.files[0].product !== r.input.products[0])

export const cellName = (c: SourceCell): CellName => ({ dataset: c.dataset, partition: c.partition })

/** `sc1_mag_srvy_l2 2026-11-23 and 2 more`. */
export function nameCells(cells: readonly SourceCell[]): string {
  const first = cells[0]
  if (first === undefined) return 'nothing'
  return `${first.dataset} ${first.partition}${cells.length > 1 ? ` and ${cells.length - 1} more` : ''}`
}
