import type { Db, Tx } from '#services/db'

/** One thing that somebody did. */
export interface Act {
  readonly at: number
  readonly actor: string
  readonly act: string
  readonly object: string
  readonly detail?: Readonly<Record<string, unknown>>
}

/** Writes down an act, in the transaction that does it where there is one. */
export async function recordAct(db: Db | Tx, act: Act): Promise<void> {
  const detail = JSON.stringify(act.detail ?? {})
  await db
    .insertInto('audit')
    .values({ at: new Date(act.at), actor: act.actor, act: act.act, object: act.object, detail })
    .execute()
}

/** The newest acts first. */
export async function listActs(db: Db, limit = 100): Promise<readonly Act[]> {
  const rows = await db.selectFrom('audit').selectAll().orderBy('id', 'desc').limit(limit).execute()
  return rows.map(({ at, actor, act, object, detail }) => ({ at, actor, act, object, detail }))
}
