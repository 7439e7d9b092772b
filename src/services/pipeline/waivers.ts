import { isWaivable } from '#domain/plan'
import type { CellName } from '#domain/plan'
import { SdcError } from '#error'
import { withTx } from '#services/db'
import type { Db } from '#services/db'
import { recordAct } from '#services/people'
import { spotOfCell } from './cell-spots.ts'
import type { PipelineContext } from './context.ts'
import { reconcile } from './reconcile.ts'
import { validWaiver } from './sql.ts'
import type { CellRow } from './sql.ts'

/** Whose word takes a cell's expectation away, or gives it back. */
export interface WaiverAct extends CellName {
  readonly mission: string
  readonly actor: string
}

/**
 * Waives a cell: it is no longer late or failed, and what needs it knows that it will not come. Audited; what comes nevertheless is taken.
 * Throws `pipeline/no-such-cell`, `pipeline/not-waivable` and `pipeline/waived`.
 */
export async function addWaiver(context: PipelineContext, act: WaiverAct & { readonly reason: string }): Promise<void> {
  const cell = await readCell(context.db, act)
  if (act.reason.trim() === '') throw new SdcError('pipeline/no-reason', 'a waiver needs a reason: people will ask for it')
  await withTx(context.db, async tx => {
    const known = await validWaiver(tx, act.mission, act)
    if (known !== undefined) throw new SdcError('pipeline/waived', `${nameOf(act)} is waived already, by ${known.actor}: ${known.reason}`)
    if (!isWaivable(cell)) throw new SdcError('pipeline/not-waivable', `${nameOf(act)} cannot be waived: ${whyNot(cell)}`)
    const { mission, dataset, partition, reason, actor } = act
    const at = new Date(context.clock())
    await tx.insertInto('waiver').values({ mission, dataset, partition, reason, actor, at, revoked_by: null }).execute()
    await recordAct(tx, { at: context.clock(), actor, act: 'waiver.add', object: nameOf(act), detail: { mission, reason } })
  })
  await reconcile(context, spotOfCell(context.missions, cell))
}

const whyNot = ({ have, next }: CellRow): string =>
  have === 'full' ? 'it is made' : have === 'no-data' ? 'it is known to have no data' : `it is ${next === 'none' ? 'at rest' : next}`

/** Takes a waiver back: the cell is expected again. Throws `pipeline/no-such-cell` and `pipeline/not-waived`. */
export async function revokeWaiver(context: PipelineContext, act: WaiverAct): Promise<void> {
  const cell = await readCell(context.db, act)
  await withTx(context.db, async tx => {
    const { numUpdatedRows } = await tx
      .updateTable('waiver')
      .set({ revoked_at: new Date(context.clock()), revoked_by: act.actor })
      .where('mission', '=', act.mission)
      .where('dataset', '=', act.dataset)
      .where('partition', '=', act.partition)
      .where('revoked_at', 'is', null)
      .executeTakeFirst()
    if (numUpdatedRows === 0n) throw new SdcError('pipeline/not-waived', `${nameOf(act)} is not waived`)
    const detail = { mission: act.mission }
    await recordAct(tx, { at: context.clock(), actor: act.actor, act: 'waiver.revoke', object: nameOf(act), detail })
  })
  await reconcile(context, spotOfCell(context.missions, cell))
}

const nameOf = (c: CellName): string => `${c.dataset} ${c.partition}`

async function readCell(db: Db, { mission, dataset, partition }: WaiverAct): Promise<CellRow> {
  const query = db.selectFrom('cell').selectAll().where('mission', '=', mission).where('dataset', '=', dataset)
  const row = await query.where('partition', '=', partition).executeTakeFirst()
  if (row === undefined) throw new SdcError('pipeline/no-such-cell', `nothing is expected for ${dataset} ${partition}`)
  return row
}

/** A waiver as lists show it. */
export interface WaiverEntry extends WaiverAct {
  readonly reason: string
  readonly at: number
}

/** Waivers that hold, newest first. */
export const listWaivers = (db: Db, mission?: string): Promise<readonly WaiverEntry[]> =>
  db
    .selectFrom('waiver')
    .select(['mission', 'dataset', 'partition', 'reason', 'actor', 'at'])
    .where('revoked_at', 'is', null)
    .$if(mission !== undefined, q => q.where('mission', '=', mission ?? ''))
    .orderBy('id', 'desc')
    .limit(1000)
    .execute()
