import { sql } from 'kysely'
import type { Selectable } from 'kysely'
import type { Shown } from '#domain/plan'
import { instant } from '#services/db'
import type { CellTable, Db } from '#services/db'
import { readCell, shownAs } from './cells.ts'
import type { CellEntry } from './cells.ts'
import { beganLongBefore, beginsNear } from './overlap.ts'

/** The newest cell of each dataset that is due and reaches beyond `from` (UTC milliseconds); datasets without one are left out. */
export async function newestCells(
  db: Db,
  mission: string,
  datasets: readonly string[],
  from: number,
  now: number,
): Promise<readonly CellEntry[]> {
  const { rows } = await sql<Selectable<CellTable>>`
    select newest.* from unnest(${datasets}::text[]) as asked (dataset), lateral (
      select * from cell where mission = ${mission} and cell.dataset = asked.dataset and stop_time > ${instant(from)}
        and ${shownAs(now)} <> 'not due' order by start_time desc limit 1) as newest`.execute(db)
  return rows.map(row => readCell(row, now))
}

/** How many cells that reach beyond `from` (UTC milliseconds) are shown as what, by product. */
export async function countShown(
  db: Db,
  mission: string,
  from: number,
  now: number,
): Promise<readonly { readonly product: string; readonly shown: Shown; readonly cells: number }[]> {
  const reaching = sql`select * from cell where mission = ${mission} and stop_time > ${instant(from)}`
  const { rows } = await sql<{ product: string; shown: Shown; cells: number }>`
    select product, ${shownAs(now)} as shown, count(*) as cells
    from (${reaching} and ${beginsNear(from)} union all ${reaching} and ${beganLongBefore('cell', from)}) as recent
    group by 1, 2`.execute(db)
  return rows
}
