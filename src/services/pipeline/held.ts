import type { Tx } from '#services/db'
import type { Ending } from './attempts.ts'
import type { JobRow } from './sql.ts'

/** Writes down what the regression guard laid aside. The job keeps its reserved versions until a person decides. */
export async function holdOutputs(
  tx: Tx,
  job: JobRow,
  ending: Extract<Ending, { outcome: 'held' }>,
  now: number,
): Promise<readonly number[]> {
  const at = new Date(now)
  await tx.updateTable('job').set({ state: 'held', ended_at: at, message: ending.message }).where('id', '=', job.id).execute()
  await tx
    .insertInto('held_output')
    .values(ending.outputs.map(o => ({ ...o, job: job.id, replaces: o.replaces ?? null, less: JSON.stringify(o.less), at })))
    .execute()
  return []
}

/** Something newer was made of the same work: what is held of it can no longer be wanted. */
export async function supersedeHeld(tx: Tx, job: JobRow): Promise<void> {
  const { mission, process, spacecraft, partition } = job
  const rows = await tx
    .updateTable('job')
    .set({ state: 'superseded', message: `job ${job.id} made something newer` })
    .where(e => e.and({ mission, process, spacecraft, partition }))
    .where('state', '=', 'held')
    .returning('id')
    .execute()
  for (const { id } of rows) await tx.deleteFrom('reserved_version').where('job', '=', id).execute()
}
