import { setTimeout as pause } from 'node:timers/promises'
import { sql } from 'kysely'
import type { System } from './system.ts'
import type { Db } from '#services/db'

/** What is still to be done: events that the planner or burst has not read, segments not told, jobs not ended, cells that settle. */
export async function openWork(db: Db): Promise<number> {
  const { rows } = await sql<{ open: number }>`
    select (select last from event_counter) - coalesce((select sequence from cursor where follower = 'planner'), 0)
      + (select coalesce(sum((select last from event_counter) - sequence), 0)::bigint from cursor where follower like 'burst %')
      + (select count(*) from burst_segment where told is distinct from md5(record::text))
      + (select count(*) from job where state in ('ready', 'running'))
      + (select count(*) from cell where reason->>'kind' = 'settling') as open`.execute(db)
  return rows[0]?.open ?? 0
}

const madeCount = async (db: Db): Promise<number> => {
  const { count } = await db
    .selectFrom('file')
    .select(e => e.fn.countAll<number>().as('count'))
    .where('job', 'is not', null)
    .executeTakeFirstOrThrow()
  return count
}

/** Resolves when nothing has been left to do at two looks in a row; answers how many products were made meanwhile. */
export async function waitUntilIdle(system: System, stop: AbortSignal = new AbortController().signal): Promise<number> {
  const before = await madeCount(system.db)
  for (let calm = 0; calm < 3;) {
    if (stop.aborted) break
    calm = (await openWork(system.db)) === 0 ? calm + 1 : 0
    await pause(300)
  }
  return (await madeCount(system.db)) - before
}
