import { join } from 'node:path'
import { openCdfFile } from '#doors/cdf-node'
import { findProduct, isProvenanceOf } from '#domain/mission'
import type { Product } from '#domain/mission'
import { fail } from '#error'
import { diffCdf } from '#formats/cdf'
import type { VariableDiff } from '#formats/cdf'
import { filesByIds, scienceOf } from '#services/catalog'
import type { FileRow } from '#services/catalog'
import { recordReport } from '#services/code'
import type { Release } from '#services/code'
import type { StagedOutput } from '#services/db'
import type { ExecutorContext } from '#services/executor'
import { findMission } from '#services/pipeline'

/** A variable of an output beside the same one of the published file. */
export type ComparedVariable = Omit<VariableDiff, 'intervals' | 'attributes'> & { readonly attributes: readonly string[] }

export interface ComparedOutput {
  readonly process: string
  readonly spacecraft: string
  readonly partition: string
  readonly name: string
  /** The published file; null where there is none. */
  readonly base: string | null
  readonly result: 'bits' | 'content' | 'differs' | 'new'
  /** Names of global attributes that differ, provenance left out. */
  readonly attributes: readonly string[]
  /** Those that differ; empty for formats without variables. */
  readonly variables: readonly ComparedVariable[]
}

/** What promotion needs: everything that the release made in staging, beside what is published. */
export interface CodeComparison {
  readonly package: string
  readonly digest: string
  readonly runs: { readonly made: number; readonly noData: number; readonly failed: number }
  readonly failures: readonly string[]
  readonly outputs: readonly ComparedOutput[]
}

/** Sets what a release made in staging and what is published side by side, per variable, and keeps the report. Throws `code/not-staged`. */
export async function compareRelease(context: ExecutorContext, release: Release, actor: string): Promise<CodeComparison> {
  const { db, clock } = context.pipeline
  const runs = await db
    .selectFrom('staged_run')
    .innerJoin('job', 'job.id', 'staged_run.job')
    .distinctOn('staged_run.job')
    .select(['job.mission', 'job.process', 'job.spacecraft', 'job.partition', 'staged_run.outcome', 'staged_run.message'])
    .select(['staged_run.folder', 'staged_run.outputs'])
    .where('staged_run.package', '=', release.package)
    .where('staged_run.digest', '=', release.digest)
    .orderBy('staged_run.job')
    .orderBy('staged_run.id', 'desc')
    .execute()
  if (runs.length === 0) fail('code/not-staged', `${release.package} ${release.digest.slice(0, 12)} was not tried yet: apsis code stage`)
  const outputs: ComparedOutput[] = []
  for (const { mission, process, spacecraft, partition, folder, outputs: staged } of runs) {
    for (const output of staged) {
      const product = findProduct(findMission(context.pipeline.missions, mission), output.product)
      const compared = await compareOutput(context, product, output, join(folder, output.name))
      outputs.push({ process, spacecraft, partition, name: output.name, ...compared })
    }
  }
  const count = (outcome: string): number => runs.filter(r => r.outcome === outcome).length
  const failed = runs.filter(r => r.outcome === 'failed')
  const comparison = {
    package: release.package,
    digest: release.digest,
    runs: { made: count('made'), noData: count('no-data'), failed: failed.length },
    failures: failed.map(r => `${r.process} ${r.spacecraft} ${r.partition}: ${r.message ?? ''}`),
    outputs,
  }
  await recordReport(db, release, actor, comparison, clock())
  return comparison
}

type Compared = Pick<ComparedOutput, 'base' | 'result' | 'attributes' | 'variables'>

async function compareOutput(context: ExecutorContext, product: Product, output: StagedOutput, path: string): Promise<Compared> {
  const [base] = output.base === null ? [] : await filesByIds(context.pipeline.db, [output.base])
  const none = { base: base?.name ?? null, attributes: [], variables: [] }
  if (base === undefined) return { ...none, result: 'new' }
  if (base.sha256 === output.sha256) return { ...none, result: 'bits' }
  if (scienceOf(base) === output.science) return { ...none, result: 'content' }
  if (product.format !== 'cdf') return { ...none, result: 'differs' }
  return { ...none, result: 'differs', ...(await diffFiles(context, product, base, path)) }
}

/** Published file and other bytes of the same product, variable by variable, without what is provenance. */
export async function diffFiles(
  context: ExecutorContext,
  product: Product,
  base: FileRow,
  path: string,
): Promise<Pick<ComparedOutput, 'attributes' | 'variables'>> {
  const isProvenance = isProvenanceOf(product)
  const before = await openCdfFile(await context.ingest.store.localPath(base.path))
  try {
    const after = await openCdfFile(path)
    try {
      const diff = await diffCdf(before, after)
      const named = (attributes: readonly { readonly name: string }[]): readonly string[] =>
        attributes.map(a => a.name).filter(name => !isProvenance(name))
      const variables = diff.variables.map(({ intervals: _intervals, attributes, ...v }) => ({ ...v, attributes: named(attributes) }))
      return { attributes: named(diff.attributes), variables: variables.filter(v => v.state !== 'same') }
    } finally {
      await after.close()
    }
  } finally {
    await before.close()
  }
}
