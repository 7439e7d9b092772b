import { isAbsent } from './cells.ts'
import type { Have, Next, Reason } from './facts.ts'

/** In the order in which a person wants to read them: what needs somebody first. */
export const shownStates = [
  'failed',
  'late',
  'held',
  'lost',
  'running',
  'waiting',
  'partial',
  'no data',
  'not due',
  'not expected',
  'waived',
  'made',
] as const

/** What people see of a cell. */
export type Shown = (typeof shownStates)[number]

/**
 * The one table from (have, next, due, now) to what is shown. A failed remake never reddens a made cell; one that is held, and a fault of
 * planning, need somebody whatever there is. */
export function shownState(
  cell: { readonly have: Have; readonly next: Next; readonly due: number | undefined; readonly reason: Pick<Reason, 'kind'> },
  now: number,
): Shown {
  if (cell.next === 'held') return 'held'
  if (cell.next === 'failed' && cell.reason.kind === 'not-planned') return 'failed'
  if (cell.have === 'full') return 'made'
  if (cell.have === 'no-data') return 'no data'
  if (cell.reason.kind === 'waived') return cell.have === 'partial' ? 'partial' : 'waived'
  const late = cell.due !== undefined && cell.due < now && cell.reason.kind !== 'in-progress'
  if (cell.have === 'partial') return late && (cell.next === 'waiting' || cell.next === 'failed') ? 'late' : 'partial'
  if (cell.next === 'running') return 'running'
  if (cell.next === 'failed') return 'failed'
  if (cell.next === 'lost') return 'lost'
  if (isAbsent(cell.reason)) return 'not expected'
  if (late) return 'late'
  return cell.reason.kind === 'not-due' ? 'not due' : 'waiting'
}
