import { sql } from 'kysely'
import { rowsInto } from '#services/db'
import type { Tx } from '#services/db'

/** What a job must hold, and how much there is of it where it runs. */
export interface Wish {
  readonly job: number
  readonly holds: Readonly<Record<string, number>>
  readonly capacity: Readonly<Record<string, number>>
}

/**
 * Takes what jobs must hold, one after the other, or says what each lacks. Counted in the database under one lock, so that workers on several
 * machines never hold more together than there is; what a dead worker's job holds is free when that try is closed.
 */
export async function acquire(tx: Tx, wishes: readonly Wish[]): Promise<ReadonlyMap<number, string>> {
  const scarce = wishes.map(wish => ({ ...wish, scarce: scarceOf(wish) })).filter(w => w.scarce.length > 0)
  if (scarce.length === 0) return new Map()
  await sql`select pg_advisory_xact_lock(hashtextextended('apsis holdings', 0))`.execute(tx)
  const resources = [...new Set(scarce.flatMap(w => w.scarce.map(([resource]) => resource)))]
  const { rows } = await sql<{ resource: string; held: number }>`
    select resource, sum(amount)::bigint as held from holding
    where resource = any(${resources}::text[]) and job <> all(${scarce.map(w => w.job)}::bigint[]) group by resource`.execute(tx)
  const held = new Map(rows.map(r => [r.resource, r.held]))
  const lacks = new Map<number, string>()
  const taken: { job: number; resource: string; amount: number }[] = []
  for (const wish of scarce) {
    const { job, capacity } = wish
    const lacking = wish.scarce.filter(([resource, amount]) => (held.get(resource) ?? 0) + amount > (capacity[resource] ?? 0))
    if (lacking.length > 0)
      lacks.set(job, lacking.map(([name, amount]) => describeLack(name, amount, held.get(name) ?? 0, capacity[name] ?? 0)).join('; '))
    else
      for (const [resource, amount] of wish.scarce) {
        held.set(resource, (held.get(resource) ?? 0) + amount)
        taken.push({ job, resource, amount })
      }
  }
  if (taken.length > 0)
    await sql`insert into ${rowsInto('holding', taken)} on conflict (job, resource) do update set amount = excluded.amount`.execute(tx)
  return lacks
}

const scarceOf = ({ holds, capacity }: Wish): readonly (readonly [string, number])[] =>
  Object.entries(holds).filter(([resource, amount]) => amount > 0 && capacity[resource] !== undefined)

function describeLack(resource: string, amount: number, held: number, capacity: number): string {
  const never = amount > capacity ? '; that is more than there will ever be here' : ''
  return `${amount} of ${resource}, of which ${held} of ${capacity} are held${never}`
}

/** Gives back what a job held. */
export const release = async (tx: Tx, job: number): Promise<void> => {
  await tx.deleteFrom('holding').where('job', '=', job).execute()
}
