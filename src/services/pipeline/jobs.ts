import { sql } from 'kysely'
import { packageOf } from '#domain/mission'
import { codeInProduction } from '#services/code'
import { rowsInto, textsOf } from '#services/db'
import type { Tx } from '#services/db'
import { backlogPriority } from './backlog.ts'
import type { PipelineContext } from './context.ts'
import type { JobOrder } from './ledger.ts'
import { planOutputs } from './outputs.ts'
import type { WorkKey } from './sql.ts'

/** Notified with every transaction that makes a job: workers need not wait for their next look. */
export const jobChannel = 'apsis_job'

/**
 * Makes jobs with exact inputs and reserved output names, and hands them to the workers, all in the caller's transaction and in as many
 * statements for many as for one. Their numbers, in the order of the works, which are different ones.
 */
export async function makeJobs(
  context: PipelineContext,
  tx: Tx,
  orders: readonly JobOrder[],
  campaign?: number,
): Promise<readonly number[]> {
  if (orders.length === 0) return []
  const now = context.clock()
  const code = await codeInProduction(tx, [...new Set(orders.map(packageOfOrder))])
  const outputs = await planOutputs(tx, orders, code)
  const generations = await nextGenerations(tx, orders)
  const rows = orders.map((order, i) => ({
    mission: order.key.mission,
    process: order.key.process,
    spacecraft: order.key.spacecraft,
    partition: order.key.partition.key,
    partition_kind: order.key.partition.kind,
    start_time: new Date(order.key.partition.start),
    stop_time: new Date(order.key.partition.stop),
    recipe: order.run.recipe,
    generation: generations[i],
    state: 'ready',
    inputs: order.run.inputs.map(input => ({ role: input.role, file: input.file.id, name: input.file.name })),
    outputs: outputs[i],
    code: code.get(packageOfOrder(order))?.digest ?? null,
    campaign: campaign ?? null,
    priority: order.facts.process.priority + (campaign === undefined ? 0 : backlogPriority),
    created_at: new Date(now),
    not_before: new Date(now),
  }))
  const made = await sql<Omit<WorkKey, 'partition'> & { readonly id: number; readonly partition: string }>`
    insert into ${rowsInto('job', rows)}
    returning id, mission, process, spacecraft, partition, pg_notify(${jobChannel}, '') as told`.execute(tx)
  const numbers = new Map(made.rows.map(row => [nameOf({ ...row, partition: { key: row.partition } }), row.id]))
  const ids = orders.map(({ key }) => numbers.get(nameOf(key)) as number)
  const reserved = orders.flatMap(({ key }, i) =>
    (outputs[i] ?? []).map(({ dataset, version }) => ({
      mission: key.mission,
      dataset,
      partition: key.partition.key,
      version,
      job: ids[i],
    })),
  )
  await sql`insert into ${rowsInto('reserved_version', reserved)}`.execute(tx)
  await context.dispatch(
    tx,
    ids.map((job, i) => ({ job, priority: rows[i]?.priority ?? 0, delay: 0 })),
  )
  return ids
}

const packageOfOrder = ({ mission, facts }: JobOrder): string => packageOf(mission, facts.process)

const nameOf = (key: Omit<WorkKey, 'partition'> & { readonly partition: { readonly key: string } }): string =>
  JSON.stringify([key.mission, key.process, key.spacecraft, key.partition.key])

/**
 * The same recipe may be wanted again after another one (an input went back): a new generation, not a conflict. Not asked for works that had
 * no job yet, of which the facts tell.
 */
async function nextGenerations(tx: Tx, orders: readonly JobOrder[]): Promise<readonly number[]> {
  const asked = orders.filter(order => order.facts.job !== undefined)
  if (asked.length === 0) return orders.map(() => 0)
  const keys = asked.map(({ key, run }) => ({ ...key, partition: key.partition.key, recipe: run.recipe }))
  const { rows } = await sql<{ asked: number; next: number }>`
    select q.asked::int, coalesce((
      select max(generation) + 1 from job where mission = q.mission and process = q.process and spacecraft = q.spacecraft
        and partition = q.partition and recipe = q.recipe), 0) as next
    from unnest(${textsOf(keys, 'mission', 'process', 'spacecraft', 'partition', 'recipe')})
      with ordinality as q (mission, process, spacecraft, partition, recipe, asked)`.execute(tx)
  const next = new Map(rows.map(row => [asked[row.asked - 1], row.next]))
  return orders.map(order => next.get(order) ?? 0)
}

/** Gives reserved versions back, of all outputs or of some: the job failed for good, found no data, or nothing in them changed. */
export const releaseVersions = async (tx: Tx, job: number, datasets?: readonly string[]): Promise<void> => {
  await tx
    .deleteFrom('reserved_version')
    .where('job', '=', job)
    .$if(datasets !== undefined, q => q.where('dataset', 'in', datasets ?? []))
    .execute()
}
