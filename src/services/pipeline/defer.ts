import { consumersOf, datasetId, datasetsOf, findProduct, rankOf } from '#domain/mission'
import type { Mission, Process } from '#domain/mission'
import type { FileFact } from '#domain/plan'
import { instant } from '#services/db'
import type { Tx } from '#services/db'
import { forecastOf } from './campaign-plan.ts'
import { addItems, campaignOfFile, campaignOfInput, findCampaign, recordCampaign } from './campaigns.ts'
import type { CampaignRow, CampaignWork } from './campaigns.ts'
import type { PipelineContext } from './context.ts'
import type { JobOrder } from './ledger.ts'
import { backlogSlots } from './backlog.ts'

/** A remake that is not run by itself, and in words why. */
export interface Deferral {
  readonly deferred: string
}

/**
 * Whether a remake is left to a campaign: because a campaign made the input that changed, or because the input is one that so many
 * products hang on that a person has to approve. What was never made never waits.
 */
export async function deferRemake(context: PipelineContext, tx: Tx, { mission, facts, key, run }: JobOrder): Promise<Deferral | undefined> {
  const [newest] = run.inputs.map(i => i.file).toSorted((a, b) => b.arrived - a.arrived || b.id - a.id)
  if (facts.madeRecipe === undefined || newest === undefined) return undefined
  const work = { process: key.process, spacecraft: key.spacecraft, partition: key.partition, rank: rankOf(mission, facts.process) }
  const own = await campaignOfFile(tx, newest.id)
  if (own !== undefined) return queueIn(tx, own, work)
  const large = (await campaignOfInput(tx, mission.id, newest.id)) ?? (await proposeIfLarge(context, tx, mission, newest))
  return large === undefined ? undefined : queueIn(tx, large, work)
}

/** Works join while the campaign goes on; what comes after its end is made as usual, and what it was cancelled for stays as it is. */
async function queueIn(tx: Tx, campaign: CampaignRow, work: CampaignWork): Promise<Deferral | undefined> {
  const name = `campaign ${campaign.id} (${campaign.title})`
  if (campaign.state === 'done') return undefined
  const isInput = campaign.cause.kind === 'input'
  if (campaign.state === 'cancelled') return isInput ? { deferred: `${name} would have remade it and was cancelled` } : undefined
  await addItems(tx, campaign.id, [work])
  return { deferred: `remaking it is queued in ${name}, which is ${campaign.state}` }
}

async function proposeIfLarge(context: PipelineContext, tx: Tx, mission: Mission, file: FileFact): Promise<CampaignRow | undefined> {
  const limit = context.settings.remakeLimit ?? mission.remakeLimit
  const works: CampaignWork[] = []
  for (const process of consumersOf(mission, file.product)) works.push(...(await worksAround(tx, mission, process, file)))
  if (works.length <= limit) return undefined
  const now = context.clock()
  const forecast = await forecastOf(tx, mission, works, await backlogSlots(context, tx), now)
  const campaign = {
    mission: mission.id,
    title: `${works.length} products read ${file.name}`,
    cause: { kind: 'input' as const, file: file.id, name: file.name },
    scope: { products: [file.product], works: works.length },
    forecast,
    works,
    actor: 'planner',
  }
  const id = await recordCampaign(tx, campaign, now)
  if (id !== undefined)
    context.log.warn({ act: 'campaign', campaign: id, file: file.name, works: works.length }, 'a campaign is proposed instead of a flood')
  return id === undefined ? campaignOfInput(tx, mission.id, file.id) : findCampaign(tx, id)
}

/** Works of a process that are made and lie in the time of a file; known by their first output. */
async function worksAround(tx: Tx, mission: Mission, process: Process, file: FileFact): Promise<readonly CampaignWork[]> {
  const made = findProduct(mission, process.outputs[0]?.product ?? '')
  const source = datasetsOf(mission).find(d => d.id === file.dataset)?.spacecraft ?? ''
  const spacecraft = made.spacecraft.includes(source) ? [source] : made.spacecraft
  const rows = await tx
    .selectFrom('cell')
    .select(['spacecraft', 'partition', 'start_time', 'stop_time'])
    .where('mission', '=', mission.id)
    .where(
      'dataset',
      'in',
      spacecraft.map(sc => datasetId(made, sc)),
    )
    .where('have', 'in', ['full', 'partial'])
    .where('start_time', '<', instant(file.covers.stop))
    .where('stop_time', '>', instant(file.covers.start))
    .execute()
  const rank = rankOf(mission, process)
  return rows.map(r => ({
    process: process.id,
    spacecraft: r.spacecraft,
    partition: { kind: made.partition.kind, key: r.partition, start: r.start_time, stop: r.stop_time },
    rank,
  }))
}
