import { warningsDue, type BurstTables } from '#domain/burst'
import { withTx, type Db, type Tx } from '#services/db'
import { recordAct } from '#services/people'
import { closeWindow } from './close-window.ts'
import { writeClosing, writeWarning } from './letters.ts'
import { tellNews } from './news.ts'
import { listSubmissions, type Submission } from './submission.ts'
import { windowOf, type BurstWindow } from './window.ts'

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
      const standing = standingOf(await listSubmissions(tx, id))
      return window.deadline <= now ? close(tx, await tables(), window, standing, now) : warn(tx, window, standing, now)
    })
    if (closing !== undefined) done.push(closing)
  }
  return done
}

/** What would count now, and what waits to. */
interface Standing {
  readonly accepted: Submission | undefined
  /** ` (submission 7 waits for approval and does not count)`, or nothing. */
  readonly waits: string
}

/** The newest first. */
function standingOf(submissions: readonly Submission[]): Standing {
  const newest = submissions.find(({ state }) => state === 'accepted' || state === 'awaiting-approval')
  return {
    accepted: submissions.find(({ state }) => state === 'accepted'),
    waits: newest?.state === 'awaiting-approval' ? ` (submission ${newest.id} waits for approval and does not count)` : '',
  }
}

async function close(tx: Tx, tables: BurstTables, window: BurstWindow, { accepted, waits }: Standing, now: number): Promise<Closing> {
  const { mission, evaluation } = window
  const news = await closeWindow(tx, tables, window, accepted, now, 'clock')
  const what =
    accepted === undefined ? 'the automated selection stands' : `the last accepted submission (${accepted.id}, ${accepted.actor}) counts`
  const sentence = `the deadline of ${evaluation} has come: ${what}, ${news.length - 1} segments${waits}`
  await writeClosing(tx, window, sentence, now)
  await tellNews(tx, { mission, actor: 'clock', at: now }, news)
  return { mission, evaluation, act: 'closed', sentence }
}

async function warn(tx: Tx, window: BurstWindow, { accepted, waits }: Standing, now: number): Promise<Closing | undefined> {
  const { mission, evaluation, deadline } = window
  const due = warningsDue(deadline, now)
  if (due <= window.warned) return undefined
  await tx.updateTable('burst_window').set({ warned: due }).where('id', '=', window.id).execute()
  const hours = ((deadline - now) / 3_600_000).toFixed(1)
  const otherwise = accepted === undefined ? 'the automated selection will stand' : `submission ${accepted.id} will count`
  const sentence = `${evaluation} closes in ${hours} h; without a final submission ${otherwise}${waits}`
  await recordAct(tx, { at: now, actor: 'clock', act: 'burst.warn', object: `${mission} ${evaluation}`, detail: { sentence } })
  await writeWarning(tx, window, sentence, now)
  await tellNews(tx, { mission, actor: 'clock', at: now }, [{ act: 'window-warned', evaluation, deadline, sentence }])
  return { mission, evaluation, act: 'warned', sentence }
}
