import { packageOf } from '#domain/mission'
import { SdcError } from '#error'
import type { Forecast, Part } from '#domain/process'
import { findRelease, lastReport, productionOf } from '#services/code'
import type { Release } from '#services/code'
import { withTx } from '#services/db'
import type { CampaignCause, Db } from '#services/db'
import { backlogSlots } from './backlog.ts'
import { findWorks, forecastOf } from './campaign-plan.ts'
import type { CampaignScope } from './campaign-plan.ts'
import { recordCampaign } from './campaigns.ts'
import type { PipelineContext } from './context.ts'
import { findMission } from './reconcile.ts'

export interface Proposal {
  readonly id: number
  readonly works: number
  readonly forecast: Forecast
}

/**
 * Works out what making a scope again would run, cost and touch, and writes it down as a proposal; nothing is run before somebody approves.
 * With `code`, only what that release did not make. Throws `campaign/empty`, `campaign/not-in-production`.
 */
export async function proposeCampaign(
  context: PipelineContext,
  scope: CampaignScope,
  words: { readonly title: string; readonly actor: string; readonly cause?: CampaignCause },
): Promise<Proposal> {
  const { db, clock } = context
  const mission = findMission(context.missions, scope.mission)
  const cause = words.cause ?? (scope.code === undefined ? { kind: 'person' as const } : await causeOfCode(context, scope, scope.code))
  const works = await findWorks(db, mission, cause.kind === 'code' ? { ...scope, code: cause.digest } : scope)
  if (works.length === 0)
    throw new SdcError('campaign/empty', 'nothing that is published lies in this scope: there is nothing to make again')
  const forecast = await forecastOf(db, mission, works, await backlogSlots(context, db), clock(), await sampleOf(db, mission.id, cause))
  const id = await withTx(db, tx =>
    recordCampaign(
      tx,
      { mission: mission.id, title: words.title, cause, scope: { ...scope }, forecast, works, actor: words.actor },
      clock(),
    ),
  )
  return { id: id ?? 0, works: works.length, forecast }
}

/** Of the outputs that were compared before the code was promoted, the part that said the same as what is published, by process. */
async function sampleOf(db: Db, mission: string, cause: CampaignCause): Promise<ReadonlyMap<string, Part>> {
  const report = cause.kind === 'code' ? await lastReport(db, cause.package, cause.digest) : undefined
  const outputs = (report?.report['outputs'] ?? []) as readonly Compared[]
  const names = outputs.flatMap(o => o.base ?? [])
  if (names.length === 0) return new Map()
  const files = await db.selectFrom('file').select(['name', 'size']).where('mission', '=', mission).where('name', 'in', names).execute()
  const sizes = new Map(files.map(f => [f.name, f.size]))
  const weigh = (some: readonly Compared[]): number => some.reduce((sum, o) => sum + (sizes.get(o.base ?? '') ?? 0), 0)
  const compared = Map.groupBy(
    outputs.filter(o => o.base !== null),
    o => o.process,
  )
  return new Map(
    [...compared].map(([process, own]) => {
      const same = own.filter(o => o.result !== 'differs')
      return [process, { number: same.length / own.length, weight: weigh(same) / Math.max(1, weigh(own)) }]
    }),
  )
}

/** What a report of a comparison says of an output; `base`: the published file beside it. */
interface Compared {
  readonly process: string
  readonly base: string | null
  readonly result: string
}

/** Jobs run with what is in production; a campaign for other code would not do what it says. */
async function causeOfCode(context: PipelineContext, scope: CampaignScope, digest: string): Promise<CampaignCause> {
  const mission = findMission(context.missions, scope.mission)
  const makers = mission.processes.filter(p => p.outputs.some(o => scope.products.includes(o.product)))
  const packages = [...new Set(makers.map(p => packageOf(mission, p)))]
  const [name = mission.id, ...others] = packages
  if (others.length > 0)
    throw new SdcError('campaign/two-packages', `these products are made by code of ${packages.join(' and ')}: one campaign for each`)
  const release = await findRelease(context.db, name, digest)
  if (release.state !== 'production')
    throw new SdcError(
      'campaign/not-in-production',
      `${name} ${release.digest.slice(0, 12)} is ${release.state}: promote it first (apsis code promote)`,
    )
  return { kind: 'code', package: name, digest: release.digest }
}

/**
 * After code came into production, or left it: everything that other code made is proposed to be made again. Undefined where nothing is.
 * `folder` is the digest of what runs while no release is in production.
 */
export async function proposeForCode(
  context: PipelineContext,
  name: string,
  actor: string,
  folder?: string,
): Promise<Proposal | undefined> {
  const release: Release | undefined = await productionOf(context.db, name)
  for (const mission of context.missions) {
    const processes = mission.processes.filter(p => packageOf(mission, p) === name)
    if (processes.length === 0) continue
    const products = processes.flatMap(p => p.outputs[0]?.product ?? [])
    const digest = release?.digest ?? folder
    const cause: CampaignCause = digest === undefined ? { kind: 'person' } : { kind: 'code', package: name, digest }
    const title = release === undefined ? `${name} without a release again` : `${name} ${release.digest.slice(0, 12)} in production`
    try {
      return await proposeCampaign(context, { mission: mission.id, products }, { title, actor, cause })
    } catch (error) {
      if (!(error instanceof SdcError) || error.code !== 'campaign/empty') throw error
    }
  }
  return undefined
}
