import { sql } from 'kysely'
import type { Db, Tx } from '#services/db'
import type { PipelineContext } from './context.ts'

/** Jobs of campaigns stand behind all others. */
export const backlogPriority = -1000

/**
 * How many jobs of campaigns may be with the workers at a time: as the installation says, else half of the slots of the workers that are
 * heard of, at least one. The other slots are always there for new data.
 */
export async function backlogSlots(context: Pick<PipelineContext, 'settings'>, db: Db | Tx): Promise<number> {
  if (context.settings.backlog !== undefined) return context.settings.backlog
  const { rows } = await sql<{ slots: number | null }>`
    select sum(slots)::int as slots from worker where seen_at > now() - interval '1 minute' and fault is null`.execute(db)
  return Math.max(1, Math.floor((rows[0]?.slots ?? 0) / 2))
}
