import type { Db, Tx } from '#services/db'

export interface Refusal {
  readonly mission: string | undefined
  readonly name: string
  readonly size: number
  readonly sha256: string | undefined
  /** Where the bytes are kept, inside the home. */
  readonly path: string | undefined
  readonly code: string
  readonly reason: string
  readonly actor: string
}

/** One row for the same bytes refused for the same reason, however often they come. Returns false where it was known. */
export async function recordRefusal(db: Db | Tx, refusal: Refusal, at: number): Promise<boolean> {
  const row = {
    at: new Date(at),
    mission: refusal.mission ?? null,
    name: refusal.name,
    size: refusal.size,
    sha256: refusal.sha256 ?? null,
    path: refusal.path ?? null,
    code: refusal.code,
    reason: refusal.reason,
    actor: refusal.actor,
  }
  const inserted = await db
    .insertInto('quarantine')
    .values(row)
    .onConflict(c => c.columns(['name', 'sha256', 'code']).doNothing())
    .returning('id')
    .executeTakeFirst()
  return inserted !== undefined
}
