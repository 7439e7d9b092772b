import { warningsDue, type BurstTables } from '#domain/burst'
import { withTx, type Db } from '#services/db'
import { recordAct } from '#services/people'
import { closeWindow } from './close-window.ts'
import { tellNews } from './news.ts'
import { listSubmissions } from './submission.ts'
import { windowOf } from './window.ts'

/** What a look at the open windows has done. */
export interface Closing {
  readonly evaluation: string
  readonly mission: string
  readonly act: 'warned' | 'closed'
  readonly sentence: string
}

/**
 * Warns before deadlines and closes windows whose deadline has come: the last accepted submission counts, else the automated
 * selection stands. Doing it twice, or in two processes at once, does it once.
 */
export async function closeOverdue(db: Db, tables: () => Promise<BurstTables>, mission: string, now: number): Promise<readonly Closing[]> {
  const open = await db
    .selectFrom('burst_window')
    .select('id')
    .where('mission', '=', mission)
    .where('state', '=', 'open')
    .orderBy('deadline')
    .execute()
  const done: Closing[] = []
  for (const { id } of open) {
    const closing = await withTx(db, async (tx): Promise<Closing | undefined> => {
      const row = await tx
        .selectFrom('burst_window')
        .selectAll()
        .where('id', '=', id)
        .where('state', '=', 'open')
        .forUpdate()
        .executeTakeFirst()
      if (row === undefined) return undefined
      const window = windowOf(row)
      const { evaluation, deadline } = window
      const last = (await listSubmissions(tx, id)).find(({ state }) => state === 'accepted')
      if (deadline <= now) {
        const news = await closeWindow(tx, await tables(), window, last, now, 'clock')
        await tellNews(tx, { mission, actor: 'clock', at: now }, news)
        const what =
          last === undefined ? 'the automated selection stands' : `the last accepted submission (${last.id}, ${last.actor}) counts`
        return {
          mission,
          evaluation,
          act: 'closed',
          sentence: `the deadline of ${evaluation} has come: ${what}, ${news.length - 1} segments`,
        }
      }
      const due = warningsDue(deadline, now)
      if (due <= window.warned) return undefined
      await tx.updateTable('burst_window').set({ warned: due }).where('id', '=', id).execute()
      const hours = ((deadline - now) / 3_600_000).toFixed(1)
      const otherwise = last === undefined ? 'the automated selection will stand' : `submission ${last.id} will count`
      const sentence = `${evaluation} closes in ${hours} h; without a final submission ${otherwise}`
      await recordAct(tx, { at: now, actor: 'clock', act: 'burst.warn', object: `${mission} ${evaluation}`, detail: { sentence } })
      await tellNews(tx, { mission, actor: 'clock', at: now }, [{ act: 'window-warned', evaluation, deadline, sentence }])
      return { mission, evaluation, act: 'warned', sentence }
    })
    if (closing !== undefined) done.push(closing)
  }
  return done
}
