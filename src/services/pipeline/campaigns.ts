import { sql } from 'kysely'
import type { Selectable } from 'kysely'
import { campaignMoves, mayMove } from '#domain/process'
import type { CampaignState, Forecast, ItemState } from '#domain/process'
import { SdcError, fail } from '#error'
import { withTx } from '#services/db'
import type { CampaignCause, CampaignTable, Db, Tx } from '#services/db'
import { recordAct } from '#services/people'
import type { WorkKey } from './sql.ts'

export type CampaignRow = Selectable<CampaignTable>

/** One piece of work of a campaign, with its place in the graph of products. */
export interface CampaignWork extends Omit<WorkKey, 'mission'> {
  readonly rank: number
}

export interface NewCampaign {
  readonly mission: string
  readonly title: string
  readonly cause: CampaignCause
  readonly scope: Readonly<Record<string, unknown>>
  readonly forecast: Forecast
  readonly works: readonly CampaignWork[]
  readonly actor: string
}

const chunk = 2000

/** Writes a proposal; undefined where its cause proposed one already. */
export async function recordCampaign(tx: Tx, c: NewCampaign, now: number): Promise<number | undefined> {
  // What is made from now on is told by job numbers: clocks tie.
  const { since } = await tx
    .selectFrom('job')
    .select(e => e.fn.coalesce(e.fn.max('id'), sql<number>`0`).as('since'))
    .executeTakeFirstOrThrow()
  const row = await tx
    .insertInto('campaign')
    .values({
      mission: c.mission,
      title: c.title,
      state: 'proposed',
      cause: JSON.stringify(c.cause),
      scope: JSON.stringify({ ...c.scope, since }),
      forecast: JSON.stringify(c.forecast),
      proposed_at: new Date(now),
      proposed_by: c.actor,
    })
    .onConflict(o => o.doNothing())
    .returning('id')
    .executeTakeFirst()
  if (row === undefined) return undefined
  for (let at = 0; at < c.works.length; at += chunk) await addItems(tx, row.id, c.works.slice(at, at + chunk))
  await recordAct(tx, { at: now, actor: c.actor, act: 'campaign.proposed', object: `campaign ${row.id}`, detail: { title: c.title } })
  return row.id
}

/** Works that are in it already stay as they are. */
export async function addItems(tx: Tx, campaign: number, works: readonly CampaignWork[]): Promise<void> {
  if (works.length === 0) return
  await tx
    .insertInto('campaign_item')
    .values(
      works.map(({ process, spacecraft, partition, rank }) => ({
        campaign,
        process,
        spacecraft,
        partition: partition.key,
        partition_kind: partition.kind,
        start_time: new Date(partition.start),
        stop_time: new Date(partition.stop),
        rank,
        state: 'waiting' as const,
      })),
    )
    .onConflict(o => o.doNothing())
    .execute()
}

/** Throws `campaign/no-such-campaign`. */
export const findCampaign = async (db: Db | Tx, id: number): Promise<CampaignRow> =>
  (await db.selectFrom('campaign').selectAll().where('id', '=', id).executeTakeFirst()) ??
  fail('campaign/no-such-campaign', `there is no campaign ${id}; apsis campaign ls shows them`, { id })

export const listCampaigns = (db: Db, mission?: string): Promise<readonly CampaignRow[]> =>
  db
    .selectFrom('campaign')
    .selectAll()
    .$if(mission !== undefined, q => q.where('mission', '=', mission ?? ''))
    .orderBy('id', 'desc')
    .limit(200)
    .execute()

export const campaignOfInput = (tx: Tx, mission: string, file: number): Promise<CampaignRow | undefined> =>
  tx
    .selectFrom('campaign')
    .selectAll()
    .where('mission', '=', mission)
    .where(sql`cause ->> 'kind'`, '=', 'input')
    .where(sql`cause ->> 'file'`, '=', String(file))
    .executeTakeFirst()

/** The campaign whose job made a file. */
export const campaignOfFile = (tx: Tx, file: number): Promise<CampaignRow | undefined> =>
  tx
    .selectFrom('file')
    .innerJoin('job', 'job.id', 'file.job')
    .innerJoin('campaign', 'campaign.id', 'job.campaign')
    .selectAll('campaign')
    .where('file.id', '=', file)
    .executeTakeFirst()

/** A person's word on a campaign, or the system's own. */
export interface CampaignAct {
  readonly campaign: number
  readonly actor: string
  readonly reason: string
}

/** Moves a campaign by its table of moves; works that wait in a cancelled one are passed over. Throws `campaign/no-such-campaign`, `campaign/bad-move`. */
export const moveCampaign = (db: Db, act: CampaignAct, to: CampaignState, now: number): Promise<CampaignRow> =>
  withTx(db, async tx => {
    const row = await findCampaign(tx, act.campaign)
    await moveInTx(tx, row, act, to, now)
    if (to === 'cancelled')
      await tx
        .updateTable('campaign_item')
        .set({ state: 'skipped', message: `the campaign was cancelled by ${act.actor}` })
        .where('campaign', '=', row.id)
        .where('state', '=', 'waiting')
        .execute()
    return findCampaign(tx, row.id)
  })

export async function moveInTx(
  tx: Tx,
  row: CampaignRow,
  act: Omit<CampaignAct, 'campaign'>,
  to: CampaignState,
  now: number,
): Promise<void> {
  if (!mayMove(campaignMoves, row.state, to))
    throw new SdcError('campaign/bad-move', `campaign ${row.id} is ${row.state}: from there it cannot become ${to}`)
  const at = new Date(now)
  const ended = to === 'cancelled' || to === 'done' ? { ended_at: at } : {}
  const begun = to === 'running' && row.started_at === null ? { started_at: at } : {}
  const approved = to === 'approved' ? { approved_at: at, approved_by: act.actor } : {}
  const moved = await tx
    .updateTable('campaign')
    .set({ state: to, ...ended, ...begun, ...approved })
    .where('id', '=', row.id)
    .where('state', '=', row.state)
    .executeTakeFirst()
  if (moved.numUpdatedRows === 0n) fail('campaign/bad-move', `campaign ${row.id} was moved by somebody else just now`)
  const { actor, reason } = act
  await tx.insertInto('campaign_move').values({ campaign: row.id, before: row.state, after: to, at, actor, reason }).execute()
  await recordAct(tx, { at: now, actor, act: `campaign.${to}`, object: `campaign ${row.id}`, detail: { reason } })
}

/** Whether the planner has yet to read what was published: works may still join a campaign. */
export async function isPlannerBehind(db: Db | Tx): Promise<boolean> {
  const { rows } = await sql<{ behind: boolean }>`
    select coalesce((select sequence from cursor where follower = 'planner'), 0) < (select last from event_counter) as behind`.execute(db)
  return rows[0]?.behind === true
}

/** How far a campaign is: how many of its works are in which state. */
export async function progressOf(db: Db | Tx, campaign: number): Promise<Readonly<Partial<Record<ItemState, number>>>> {
  const rows = await db
    .selectFrom('campaign_item')
    .select(['state', e => e.fn.countAll<number>().as('works')])
    .where('campaign', '=', campaign)
    .groupBy('state')
    .execute()
  return Object.fromEntries(rows.map(r => [r.state, r.works]))
}
