import { sql } from 'kysely'
import { datasetId, findProduct, packageOf, printName } from '#domain/mission'
import type { Mission, Process, Product } from '#domain/mission'
import type { PlannedInput, WorkFacts } from '#domain/plan'
import { compareVersions, nextVersion, riseOf } from '#domain/version'
import type { ParentVersion, Version } from '#domain/version'
import { filesByIds, latestOf, parentsOf } from '#services/catalog'
import { productionOf, roseSince } from '#services/code'
import type { JobOutputRow, Tx } from '#services/db'
import { backlogPriority } from './backlog.ts'
import type { PipelineContext } from './context.ts'
import type { WorkKey } from './sql.ts'

/** Notified with every transaction that makes a job: workers need not wait for their next look. */
export const jobChannel = 'apsis_job'

/** Makes a job with exact inputs and reserved output names, and hands it to the workers, all in the caller's transaction. */
export async function makeJob(
  context: PipelineContext,
  tx: Tx,
  mission: Mission,
  facts: WorkFacts,
  key: WorkKey,
  run: { readonly recipe: string; readonly inputs: readonly PlannedInput[] },
  campaign?: number,
): Promise<number> {
  const { process } = facts
  const priority = process.priority + (campaign === undefined ? 0 : backlogPriority)
  const outputs: JobOutputRow[] = []
  for (const output of process.outputs) outputs.push(await planOutput(tx, mission, process, output, key, run.inputs))
  const code = await productionOf(tx, packageOf(mission, process))
  const now = context.clock()
  const values = {
    mission: mission.id,
    process: process.id,
    spacecraft: key.spacecraft,
    partition: key.partition.key,
    partition_kind: key.partition.kind,
    start_time: new Date(key.partition.start),
    stop_time: new Date(key.partition.stop),
    recipe: run.recipe,
    generation: await nextGeneration(tx, key, run.recipe),
    state: 'ready' as const,
    inputs: JSON.stringify(run.inputs.map(i => ({ role: i.role, file: i.file.id, name: i.file.name }))),
    outputs: JSON.stringify(outputs),
    code: code?.digest ?? null,
    campaign: campaign ?? null,
    priority,
    created_at: new Date(now),
    not_before: new Date(now),
  }
  const { id } = await tx
    .insertInto('job')
    .values(values)
    .returning(['id', sql`pg_notify(${jobChannel}, '')`.as('told')])
    .executeTakeFirstOrThrow()
  await tx
    .insertInto('reserved_version')
    .values(outputs.map(o => ({ mission: mission.id, dataset: o.dataset, partition: key.partition.key, version: o.version, job: id })))
    .execute()
  await context.dispatch(tx, id, { priority, delay: 0 })
  return id
}

/** The same recipe may be wanted again after another one (an input went back): a new generation, not a conflict. */
async function nextGeneration(tx: Tx, key: WorkKey, recipe: string): Promise<number> {
  const { top } = await tx
    .selectFrom('job')
    .select(e => e.fn.max('generation').as('top'))
    .where('mission', '=', key.mission)
    .where('process', '=', key.process)
    .where('spacecraft', '=', key.spacecraft)
    .where('partition', '=', key.partition.key)
    .where('recipe', '=', recipe)
    .executeTakeFirstOrThrow()
  return (top as number | null) === null ? 0 : top + 1
}

async function planOutput(
  tx: Tx,
  mission: Mission,
  process: Process,
  output: Process['outputs'][number],
  key: WorkKey,
  inputs: readonly PlannedInput[],
): Promise<JobOutputRow> {
  const product = findProduct(mission, output.product)
  const dataset = datasetId(product, key.spacecraft)
  const latest = await latestOf(tx, mission.id, dataset, key.partition.key)
  const rise =
    latest === undefined
      ? 'revision'
      : riseOf(
          await parentsBefore(tx, mission, latest.id),
          inputs.map(i => parentVersion(mission, i.file)),
          (await roseSince(tx, packageOf(mission, process), latest.arrived_at)) ? 'quality' : 'revision',
        )
  const reserved = await highestReserved(tx, mission.id, dataset, key.partition.key)
  const top = [latest?.version, reserved]
    .filter(v => v !== undefined)
    .toSorted(compareVersions)
    .at(-1)
  const version = nextVersion(product.scheme, top, product.interface, rise)
  const name = printName({ product, spacecraft: key.spacecraft, start: startInName(product, key), stop: key.partition.stop, version })
  return { role: output.role, product: product.id, dataset, name, version }
}

const startInName = (_product: Product, key: WorkKey): number => key.partition.start

async function highestReserved(tx: Tx, mission: string, dataset: string, partition: string): Promise<Version | undefined> {
  const rows = await tx
    .selectFrom('reserved_version')
    .select('version')
    .where('mission', '=', mission)
    .where('dataset', '=', dataset)
    .where('partition', '=', partition)
    .orderBy('version', 'desc')
    .limit(1)
    .execute()
  return rows[0]?.version
}

async function parentsBefore(tx: Tx, mission: Mission, file: number): Promise<readonly ParentVersion[]> {
  const parents = await parentsOf(tx, file)
  const rows = await filesByIds(
    tx,
    parents.flatMap(p => (p.parent === null ? [] : [p.parent])),
  )
  return rows.map(r => parentVersion(mission, r))
}

const parentVersion = (
  mission: Mission,
  file: { readonly dataset: string; readonly partition: string; readonly version: readonly number[]; readonly product: string },
): ParentVersion => ({
  dataset: file.dataset,
  partition: file.partition,
  version: file.version,
  scheme: findProduct(mission, file.product).scheme,
})

/** Gives reserved versions back, of all outputs or of some: the job failed for good, found no data, or nothing in them changed. */
export const releaseVersions = async (tx: Tx, job: number, datasets?: readonly string[]): Promise<void> => {
  await tx
    .deleteFrom('reserved_version')
    .where('job', '=', job)
    .$if(datasets !== undefined, q => q.where('dataset', 'in', datasets ?? []))
    .execute()
}
