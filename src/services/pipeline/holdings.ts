import { sql } from 'kysely'
import type { Tx } from '#services/db'

/**
 * Takes what a job must hold, or says what is lacking. Counted in the database under one lock, so that workers on several machines never
 * hold more together than there is; what a dead worker's job holds is free when that try is closed.
 */
export async function acquire(
  tx: Tx,
  job: number,
  holds: Readonly<Record<string, number>>,
  capacity: Readonly<Record<string, number>>,
): Promise<string | undefined> {
  const scarce = Object.entries(holds).filter(([resource, amount]) => amount > 0 && capacity[resource] !== undefined)
  if (scarce.length === 0) return undefined
  await sql`select pg_advisory_xact_lock(hashtextextended('apsis holdings', 0))`.execute(tx)
  const rows = await tx
    .selectFrom('holding')
    .select(['resource', sql<number>`sum(amount)::bigint`.as('held')])
    .where(
      'resource',
      'in',
      scarce.map(([resource]) => resource),
    )
    .where('job', '<>', job)
    .groupBy('resource')
    .execute()
  const held = new Map(rows.map(r => [r.resource, r.held]))
  const lacking = scarce.filter(([resource, amount]) => (held.get(resource) ?? 0) + amount > (capacity[resource] ?? 0))
  if (lacking.length > 0)
    return lacking.map(([resource, amount]) => describeLack(resource, amount, held.get(resource) ?? 0, capacity[resource] ?? 0)).join('; ')
  await tx
    .insertInto('holding')
    .values(scarce.map(([resource, amount]) => ({ job, resource, amount })))
    .onConflict(c => c.columns(['job', 'resource']).doUpdateSet(e => ({ amount: e.ref('excluded.amount') })))
    .execute()
  return undefined
}

function describeLack(resource: string, amount: number, held: number, capacity: number): string {
  const never = amount > capacity ? '; that is more than there will ever be here' : ''
  return `${amount} of ${resource}, of which ${held} of ${capacity} are held${never}`
}

/** Gives back what a job held. */
export const release = async (tx: Tx, job: number): Promise<void> => {
  await tx.deleteFrom('holding').where('job', '=', job).execute()
}
