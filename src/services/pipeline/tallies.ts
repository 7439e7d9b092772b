import { sql } from 'kysely'
import { shownState } from '#domain/plan'
import type { Have, Next, Reason, Shown } from '#domain/plan'
import type { Db } from '#services/db'

interface Counted {
  readonly have: Have
  readonly next: Next
  readonly kind: Reason['kind']
  readonly cells: number
}

/**
 * Cells by what people see of them, from counts that the database keeps; only for lateness, which comes with time alone, are the cells
 * themselves counted, of those that are not made.
 */
export async function countCells(db: Db, mission: string | undefined, now: number): Promise<Readonly<Partial<Record<Shown, number>>>> {
  const ofMission = mission === undefined ? sql`true` : sql`mission = ${mission}`
  const { rows: all } = await sql<Counted>`
    select have, next, kind, sum(cells)::bigint as cells from cell_tally where ${ofMission} group by 1, 2, 3 having sum(cells) > 0`.execute(
    db,
  )
  const { rows: over } = await sql<Counted>`
    select have, next, coalesce(reason ->> 'kind', 'inputs') as kind, count(*) as cells from cell
    where ${ofMission} and (next <> 'none' or have in ('none', 'partial')) and have in ('none', 'partial') and due_at < ${new Date(now)}::timestamptz
    group by 1, 2, 3`.execute(db)
  const counts: Partial<Record<Shown, number>> = {}
  const add = ({ have, next, kind, cells }: Counted, due: number | undefined): void => {
    if (cells <= 0) return
    const shown = shownState({ have, next, due, reason: { kind } }, now)
    counts[shown] = (counts[shown] ?? 0) + cells
  }
  for (const row of all) {
    const late = over.find(o => o.have === row.have && o.next === row.next && o.kind === row.kind)?.cells ?? 0
    add({ ...row, cells: row.cells - late }, undefined)
    add({ ...row, cells: late }, now - 1)
  }
  return counts
}
