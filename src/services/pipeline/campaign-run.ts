import { sql } from 'kysely'
import { packageOf } from '#domain/mission'
import type { Mission } from '#domain/mission'
import type { Partition } from '#domain/partition'
import { planWork } from '#domain/plan'
import type { CampaignState, ItemState } from '#domain/process'
import { SdcError } from '#error'
import { productionOf } from '#services/code'
import { withTx } from '#services/db'
import type { Db, Tx } from '#services/db'
import { backlogSlots } from './backlog.ts'
import { isPlannerBehind, moveCampaign, moveInTx, progressOf } from './campaigns.ts'
import type { CampaignAct, CampaignRow } from './campaigns.ts'
import { cancelJob } from './cancel.ts'
import { spotKey } from './context.ts'
import type { PipelineContext, Spot } from './context.ts'
import { gatherWork } from './facts.ts'
import { makeJobs } from './jobs.ts'
import { readsIn } from './answers.ts'
import { workOut } from './known.ts'
import { findMission, reconcile } from './reconcile.ts'
import { sha256Text } from './text.ts'
import { spotOfJob } from './spots.ts'
import { lockSpot } from './sql.ts'

const system = { actor: 'planner', reason: '' }

/**
 * Carries all campaigns one step on: notes what ended, orders as many works as there are slots for backlog, ends what is done. Safe to
 * call by anybody at any time; one does it, the others pass.
 */
export async function advanceCampaigns(context: PipelineContext): Promise<number> {
  const going = await context.db
    .selectFrom('campaign')
    .selectAll()
    .where('state', 'in', ['approved', 'running', 'paused'])
    .orderBy('id')
    .execute()
  if (going.length === 0) return 0
  await noteEnds(context.db)
  let ordered = 0
  for (const campaign of going) {
    if (campaign.state === 'paused' || !context.missions.some(m => m.id === campaign.mission)) continue
    if (campaign.state === 'approved')
      await withTx(context.db, tx => moveInTx(tx, campaign, system, 'running', context.clock())).catch(() => undefined)
    ordered += await orderNext(context, campaign)
    await finishIfDone(context, campaign.id)
  }
  return ordered
}

/** Approves, pauses, resumes; or cancels, with the jobs that are with the workers. Throws as {@link moveCampaign}. */
export async function actOnCampaign(context: PipelineContext, act: CampaignAct, to: CampaignState): Promise<CampaignRow> {
  const campaign = await moveCampaign(context.db, act, to, context.clock())
  if (to !== 'cancelled') return campaign
  const reason = `campaign ${act.campaign} was cancelled`
  const jobs = await context.db
    .selectFrom('job')
    .selectAll()
    .where('campaign', '=', act.campaign)
    .where('state', 'in', ['ready', 'running'])
    .execute()
  for (const job of jobs)
    await cancelJob(context, job.id, { actor: act.actor, reason }).catch((error: unknown) => {
      // it ended meanwhile
      if (!(error instanceof SdcError)) throw error
    })
  await noteEnds(context.db)
  await reconcile(context, jobs.map(spotOfJob))
  return campaign
}

/** Jobs that ended give their items their ends. A kept file is told apart from a new one by the verdict. */
async function noteEnds(db: Db): Promise<void> {
  await sql`
    update campaign_item i set message = j.message, state = case
      when j.state = 'made' then case when exists (
        select from verified v where v.mission = j.mission and v.partition = j.partition and v.job = j.id and v.outcome = 'made')
        then 'made' else 'kept' end
      when j.state in ('held', 'failed', 'no-data') then j.state else 'skipped' end
    from job j where j.id = i.job and i.state = 'queued' and j.state not in ('ready', 'running')`.execute(db)
}

interface Item {
  readonly campaign: number
  readonly process: string
  readonly spacecraft: string
  readonly partition: Partition
  readonly rank: number
}

/** Works that wait for others are passed over; after so many the next step looks again. */
const mostPassed = 100

/** Works of the lowest rank that has any; those above wait until it has ended, or they would be made twice. */
async function orderNext(context: PipelineContext, campaign: CampaignRow): Promise<number> {
  const passed = new Set<string>()
  let ordered = 0
  while (passed.size < mostPassed) {
    if ((await freeSlots(context, context.db)) <= 0) break
    const item = await nextItem(context, campaign.id, passed)
    if (item === undefined) break
    passed.add(nameOf(item))
    if (await orderItem(context, campaign, item)) ordered++
  }
  return ordered
}

async function freeSlots(context: PipelineContext, db: Db | Tx): Promise<number> {
  const { queued } = await db
    .selectFrom('campaign_item')
    .select(e => e.fn.countAll<number>().as('queued'))
    .where('state', '=', 'queued')
    .executeTakeFirstOrThrow()
  return (await backlogSlots(context, db)) - queued
}

const nameOf = (i: { readonly process: string; readonly spacecraft: string; readonly partition: Partition }): string =>
  `${i.process} ${i.spacecraft} ${i.partition.key}`

async function nextItem(context: PipelineContext, campaign: number, passed: ReadonlySet<string>): Promise<Item | undefined> {
  const { db } = context
  const { queued = 0 } = await progressOf(db, campaign)
  // Between two ranks: what the lower one made may bring more works of the next.
  if (queued === 0 && (await isPlannerBehind(db))) return undefined
  const rows = await db
    .selectFrom('campaign_item')
    .selectAll()
    .where('campaign', '=', campaign)
    .where('state', '=', 'waiting')
    .where('rank', '=', e =>
      e
        .selectFrom('campaign_item')
        .select(x => x.fn.min('rank').as('rank'))
        .where('campaign', '=', campaign)
        .where('state', 'in', ['waiting', 'queued']),
    )
    .orderBy('start_time')
    .orderBy('process')
    .orderBy('spacecraft')
    .limit(passed.size + 1)
    .execute()
  const items = rows.map(r => ({
    campaign: r.campaign,
    process: r.process,
    spacecraft: r.spacecraft,
    rank: r.rank,
    partition: { kind: r.partition_kind as Partition['kind'], key: r.partition, start: r.start_time, stop: r.stop_time },
  }))
  return items.find(i => !passed.has(nameOf(i)))
}

/** Makes the item's job, or notes why there is none. False where it has to wait, or was settled without a job. */
async function orderItem(context: PipelineContext, campaign: CampaignRow, item: Item): Promise<boolean> {
  const mission = findMission(context.missions, campaign.mission)
  const { process, spacecraft, partition } = item
  const spot: Spot = { kind: 'work', mission: mission.id, process, spacecraft, partition }
  const job = await withTx(context.db, async tx => {
    // One at a time, so that no more are with the workers than may be.
    await lockSpot(tx, 'campaigns')
    if ((await freeSlots(context, tx)) <= 0) return undefined
    await lockSpot(tx, spotKey(spot))
    const settled = async (state: ItemState, message: string): Promise<undefined> => {
      await setItem(tx, item, { state, message, job: null })
      return undefined
    }
    const rule = mission.processes.find(p => p.id === process)
    if (rule === undefined) return settled('skipped', `mission ${mission.id} no longer has the process ${process}`)
    const key = { mission: mission.id, process, spacecraft, partition }
    const now = context.clock()
    const facts = await workOut(readsIn(tx), known => gatherWork(known, mission, rule, key, now))
    if (facts.job?.state === 'ready' || facts.job?.state === 'running') return undefined
    const { run, cell } = planWork({ ...facts, madeRecipe: undefined, job: undefined }, now, { ...context.settings, settle: 0 }, sha256Text)
    if (run === undefined && cell.next === 'waiting' && cell.reason.kind === 'upstream') return undefined
    if (run === undefined) return settled('skipped', cell.reason.text)
    if (await isMadeMeanwhile(tx, mission, campaign, item, facts.madeRecipe === run.recipe))
      return settled('skipped', 'made meanwhile, with what the campaign is for')
    const [id = null] = await makeJobs(context, tx, [{ mission, facts, key, run }], campaign.id)
    await setItem(tx, item, { state: 'queued', message: null, job: id })
    return id
  })
  if (job !== undefined) await reconcile(context, [spot])
  return job !== undefined
}

/** A campaign for an input or for code is over where that is in what exists already; one that a person asks for makes all anew. */
async function isMadeMeanwhile(tx: Tx, mission: Mission, campaign: CampaignRow, item: Item, isCurrent: boolean): Promise<boolean> {
  const rule = mission.processes.find(p => p.id === item.process)
  if (!isCurrent || rule === undefined) return false
  if (campaign.cause.kind === 'input') return true
  const last = await tx
    .selectFrom('job')
    .select(['id', 'code'])
    .where('mission', '=', mission.id)
    .where('process', '=', item.process)
    .where('spacecraft', '=', item.spacecraft)
    .where('partition', '=', item.partition.key)
    .where('state', 'in', ['made', 'no-data'])
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
  if (last === undefined || last.id <= Number(campaign.scope['since'] ?? 0)) return false
  return last.code === ((await productionOf(tx, packageOf(mission, rule)))?.digest ?? null)
}

const setItem = async (tx: Tx, item: Item, change: { state: ItemState; message: string | null; job: number | null }): Promise<void> => {
  await tx
    .updateTable('campaign_item')
    .set(change)
    .where('campaign', '=', item.campaign)
    .where('process', '=', item.process)
    .where('spacecraft', '=', item.spacecraft)
    .where('partition', '=', item.partition.key)
    .where('state', '=', 'waiting')
    .execute()
}

/** Done once nothing waits and the planner has seen all that was made: it may still add what follows. */
const finishIfDone = (context: PipelineContext, id: number): Promise<void> =>
  withTx(context.db, async tx => {
    const campaign = await tx
      .selectFrom('campaign')
      .selectAll()
      .where('id', '=', id)
      .where('state', '=', 'running')
      .forUpdate()
      .executeTakeFirst()
    if (campaign === undefined) return
    const progress = await progressOf(tx, id)
    if ((progress.waiting ?? 0) + (progress.queued ?? 0) > 0) return
    if (await isPlannerBehind(tx)) return
    await moveInTx(tx, campaign, system, 'done', context.clock())
    const report = await reportOf(tx, campaign, progress)
    await tx
      .updateTable('campaign')
      .set({ report: JSON.stringify(report) })
      .where('id', '=', id)
      .execute()
  })

/** What a campaign came to, beside what was forecast. */
export interface CampaignReport {
  readonly works: Readonly<Partial<Record<ItemState, number>>>
  readonly jobs: number
  readonly cpuHours: number
  readonly slotHours: number
  readonly files: number
  readonly bytes: number
  readonly failures: readonly string[]
}

export async function reportOf(db: Db | Tx, campaign: CampaignRow, works: CampaignReport['works']): Promise<CampaignReport> {
  const { rows } = await sql<{ jobs: number; cpu: number; wall: number }>`
    select count(distinct j.id) as jobs,
      coalesce(sum(coalesce((a.detail -> 'usage' ->> 'cpuSeconds')::float8, extract(epoch from a.ended_at - a.started_at))), 0)::float8 as cpu,
      coalesce(sum(greatest((a.detail -> 'usage' ->> 'wallSeconds')::float8, extract(epoch from a.ended_at - a.started_at)::float8)), 0)::float8 as wall
    from job j left join attempt a on a.job = j.id where j.campaign = ${campaign.id}`.execute(db)
  const made = await sql<{ files: number; bytes: number }>`
    select count(*) as files, coalesce(sum(f.size), 0)::bigint as bytes
    from job j join verified v on v.mission = j.mission and v.partition = j.partition and v.job = j.id and v.outcome = 'made'
      join file f on f.id = v.file where j.campaign = ${campaign.id}`.execute(db)
  const failed = await db
    .selectFrom('campaign_item')
    .select(['process', 'spacecraft', 'partition', 'message'])
    .where('campaign', '=', campaign.id)
    .where('state', '=', 'failed')
    .orderBy('start_time')
    .limit(20)
    .execute()
  const [spent, files] = [rows[0], made.rows[0]]
  return {
    works,
    jobs: spent?.jobs ?? 0,
    cpuHours: (spent?.cpu ?? 0) / 3600,
    slotHours: (spent?.wall ?? 0) / 3600,
    files: files?.files ?? 0,
    bytes: files?.bytes ?? 0,
    failures: failed.map(f => `${f.process} ${f.spacecraft} ${f.partition}: ${f.message ?? ''}`),
  }
}
