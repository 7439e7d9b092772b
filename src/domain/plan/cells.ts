import { absences } from './facts.ts'
import type { CellName, Reason, RoleFacts, SourceCell } from './facts.ts'

/** Cells that an input hangs on: of alternatives those of the product that was chosen, if one was. */
export function relevantCells(role: RoleFacts): readonly SourceCell[] {
  const chosen = role.files[0]?.product
  if (chosen === undefined || role.input.window.kind === 'set') return role.cells
  return role.cells.filter(c => c.product === chosen)
}

/** Nothing is there and nothing will come, for a known reason. */
export const isAbsent = (reason: Pick<Reason, 'kind'>): boolean => absences.some(kind => kind === reason.kind)

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
