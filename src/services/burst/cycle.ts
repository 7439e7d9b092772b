import { sql } from 'kysely'
import type { Db, Tx } from '#services/db'

/** What was evaluated of one cycle on one spacecraft. */
export interface EvaluatedCycle {
  /** Position of the spacecraft. */
  readonly spacecraft: number
  /** Start of the cycle, TAI seconds. */
  readonly tai: number
  /** Trigger data numbers; null: none came. */
  readonly numbers: readonly number[] | null
  /** Quality of the cycle on the spacecraft; null where no numbers came. */
  readonly cdq: number | null
  /** Quality of the cycle on all of them. */
  readonly mdq: number
}

/** Rows of one statement: parameters are arrays, so their count is no limit, but memory is. */
const batch = 20_000

/** Stores the cycles of an evaluation; those that an earlier one has stored are replaced. */
export async function storeCycles(tx: Tx, mission: string, evaluation: string, cycles: readonly EvaluatedCycle[]): Promise<void> {
  for (let from = 0; from < cycles.length; from += batch) {
    const part = cycles.slice(from, from + batch)
    await sql`insert into burst_cycle (mission, spacecraft, tai, numbers, cdq, mdq, evaluation)
      select ${mission}, spacecraft, tai, case when numbers is null then null else array(select jsonb_array_elements_text(numbers)::real) end,
        cdq, mdq, ${evaluation}
      from jsonb_to_recordset(${JSON.stringify(part)}::jsonb) as one (spacecraft int, tai bigint, numbers jsonb, cdq real, mdq real)
      on conflict (mission, spacecraft, tai) do update
      set numbers = excluded.numbers, cdq = excluded.cdq, mdq = excluded.mdq, evaluation = excluded.evaluation`.execute(tx)
  }
}

/** Evaluated cycles of one spacecraft that start in [from, to) TAI seconds, by time. */
export const listCycles = (
  db: Db | Tx,
  mission: string,
  spacecraft: number,
  range: { readonly from: number; readonly to: number; readonly limit?: number },
): Promise<readonly (EvaluatedCycle & { readonly evaluation: string })[]> =>
  db
    .selectFrom('burst_cycle')
    .select(['spacecraft', 'tai', 'numbers', 'cdq', 'mdq', 'evaluation'])
    .where('mission', '=', mission)
    .where('spacecraft', '=', spacecraft)
    .where('tai', '>=', range.from)
    .where('tai', '<', range.to)
    .orderBy('tai')
    .limit(range.limit ?? 1_000_000)
    .execute()
