import { fieldsOf, findProduct } from '#domain/mission'
import type { Mission, Process } from '#domain/mission'
import type { JobFile, JobInput, JobOutput } from '#domain/process'
import { formatVersion } from '#domain/version'
import { fail } from '#error'
import { formatUtc } from '#formats/time'
import type { Tt2000 } from '#formats/time'
import { filesByIdsShared } from '#services/catalog'
import type { FileRow } from '#services/catalog'
import type { Attempt, JobRow } from '#services/pipeline'
import type { ExecutorContext } from './context.ts'

/** Assembles what a program is told. Input bytes are named by a path where they can be read, never copied. */
export async function buildJobFile(
  context: ExecutorContext,
  mission: Mission,
  process: Process,
  attempt: Attempt,
  scratch: string,
): Promise<JobFile> {
  const { job } = attempt
  const files = await filesByIdsShared(
    context.pipeline.db,
    job.inputs.map(i => i.file),
  )
  const rows = new Map(files.map(r => [r.id, r]))
  const inputs: JobInput[] = []
  for (const input of job.inputs) {
    const row = rows.get(input.file) ?? fail('executor/input-absent', `input ${input.name} of job ${job.id} is not in the ledger`)
    inputs.push(await describeInput(context, mission, input.role, row))
  }
  return {
    format: 'apsis-job/1',
    mission: mission.id,
    missionFolder: mission.folder,
    process: process.id,
    job: String(job.id),
    attempt: attempt.number,
    spacecraft: job.spacecraft,
    partition: { kind: job.partition_kind, key: job.partition, start: iso(job.start_time), stop: iso(job.stop_time) },
    inputs,
    outputs: job.outputs.map(o => describeOutput(mission, job, o)),
    parameters: { ...process.parameters, ...context.overlays[process.id] },
    generationTime: iso(job.created_at),
    seed: Number.parseInt(job.recipe.slice(0, 8), 16),
    simulated: context.ingest.simulated,
    scratch,
    software: context.software,
  }
}

const iso = (ms: number): string => new Date(ms).toISOString()

async function describeInput(context: ExecutorContext, mission: Mission, role: string, row: FileRow): Promise<JobInput> {
  const product = findProduct(mission, row.product)
  const [first, last] = [row.coverage_start, row.coverage_stop]
  const coverage =
    first === null || last === null
      ? {}
      : { coverage: { start: formatUtc(BigInt(first) as Tt2000), stop: formatUtc(BigInt(last) as Tt2000) } }
  return {
    role,
    dataset: row.dataset,
    fields: fieldsOf(product, row.spacecraft),
    name: row.name,
    version: row.version_text,
    path: await context.ingest.store.localPath(row.path),
    size: row.size,
    sha256: row.sha256,
    ...coverage,
  }
}

function describeOutput(mission: Mission, job: JobRow, output: JobRow['outputs'][number]): JobOutput {
  const product = findProduct(mission, output.product)
  return {
    role: output.role,
    dataset: output.dataset,
    fields: fieldsOf(product, job.spacecraft),
    name: output.name,
    version: formatVersion(product.scheme, output.version),
    title: product.title,
    description: product.description,
    attributes: product.attributes,
  }
}
