import { sql } from 'kysely'
import { rowsInto } from '#services/db'
import type { Tx, Verdict } from '#services/db'
import type { JobRow } from './sql.ts'

export interface OutputVerdict {
  readonly job: JobRow
  readonly dataset: string
  readonly outcome: Verdict
  readonly file: number | undefined
}

/** What jobs found out about their recipes, per output: the newest verdict is what the planner compares with. */
export async function recordVerdicts(tx: Tx, verdicts: readonly OutputVerdict[], now: number): Promise<void> {
  if (verdicts.length === 0) return
  const rows = verdicts.map(({ job: { mission, partition, recipe, id }, dataset, outcome, file }) => ({
    mission,
    partition,
    recipe,
    dataset,
    outcome,
    job: id,
    at: new Date(now),
    file: file ?? null,
  }))
  await sql`insert into ${rowsInto('verified', rows)} on conflict (mission, dataset, partition, recipe)
    do update set at = excluded.at, outcome = excluded.outcome, job = excluded.job, file = excluded.file`.execute(tx)
}
