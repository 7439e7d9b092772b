import type { Tx, Verdict } from '#services/db'
import type { JobRow } from './sql.ts'

export interface OutputVerdict {
  readonly dataset: string
  readonly outcome: Verdict
  readonly file: number | undefined
}

/** What a job found out about its recipe, per output: the newest verdict is what the planner compares with. */
export async function recordVerdicts(tx: Tx, job: JobRow, verdicts: readonly OutputVerdict[], now: number): Promise<void> {
  const { mission, partition, recipe, id } = job
  const at = new Date(now)
  await tx
    .insertInto('verified')
    .values(verdicts.map(({ file, ...v }) => ({ mission, partition, recipe, ...v, job: id, at, file: file ?? null })))
    .onConflict(c =>
      c.columns(['mission', 'dataset', 'partition', 'recipe']).doUpdateSet(e => ({
        at: e.ref('excluded.at'),
        outcome: e.ref('excluded.outcome'),
        job: e.ref('excluded.job'),
        file: e.ref('excluded.file'),
      })),
    )
    .execute()
}
