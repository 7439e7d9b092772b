import { hostname } from 'node:os'
import { sql } from 'kysely'
import type { ExecutorContext } from './context.ts'

/** Writes that this worker lives, on the database's clock, and what is wrong with it, if anything. Forgets those that are long gone. */
export async function reportWorker(context: ExecutorContext, slots: number, fault: string | undefined): Promise<void> {
  const { executor } = context
  await sql`
    insert into worker (name, host, executor, confinement, slots, started_at, seen_at, fault, fault_at)
    values (${context.worker}, ${hostname()}, ${executor.name}, ${executor.confinement}, ${slots}, now(), now(), ${fault ?? null},
      case when ${fault ?? null}::text is null then null else now() end)
    on conflict (name) do update set seen_at = now(), slots = excluded.slots, confinement = excluded.confinement, fault = excluded.fault,
      fault_at = case when excluded.fault is null then null else coalesce(worker.fault_at, now()) end`.execute(context.pipeline.db)
  await sql`delete from worker where seen_at < now() - interval '1 hour'`.execute(context.pipeline.db)
}

/** A worker that stops in order is not missed. */
export async function signOff(context: ExecutorContext): Promise<void> {
  await context.pipeline.db.deleteFrom('worker').where('name', '=', context.worker).execute()
}
