import { createHash } from 'node:crypto'
import type { Selectable } from 'kysely'
import {
  decideSubmission,
  submissionMoves,
  validateSelection,
  type BurstTables,
  type Decision,
  type Selection,
  type SubmissionState,
  type Verdict,
} from '#domain/burst'
import { fail } from '#error'
import { withTx, type Db, type Schema, type Tx } from '#services/db'
import { recordAct } from '#services/people'
import { closeWindow } from './close-window.ts'
import { writeApprovalWanted } from './letters.ts'
import { tellNews } from './news.ts'
import { readSelector } from './selector.ts'
import { automaticOf, findWindow, windowFacts, windowOf } from './window.ts'

/** What is sent. Final where its frame says so; else it may be sent over and over, and the last accepted one counts. */
export interface NewSubmission {
  readonly mission: string
  readonly evaluation: string
  readonly selection: Pick<Selection, 'frame' | 'segments' | 'next'>
  /** Reasons by the key of the finding, e.g. `Y1:3`. */
  readonly justifications: Readonly<Record<string, string>>
  readonly actor: string
  /** For whom it is sent, e.g. a student. */
  readonly onBehalf?: string | undefined
  readonly now: number
}

/** A stored submission. Times in UTC milliseconds. */
export interface Submission {
  readonly id: number
  readonly sha256: string
  readonly final: boolean
  readonly state: SubmissionState
  readonly actor: string
  readonly onBehalf: string | null
  readonly at: number
  readonly decidedBy: string | null
  readonly decidedAt: number | null
  readonly reason: string | null
  readonly verdict: Verdict
  readonly justifications: Readonly<Record<string, string>>
  readonly selection: Pick<Selection, 'frame' | 'segments' | 'next'>
}

export const submissionOf = (row: Selectable<Schema['burst_submission']>): Submission => ({
  id: row.id,
  sha256: row.sha256,
  final: row.final,
  state: row.state,
  actor: row.actor,
  onBehalf: row.on_behalf,
  at: row.at,
  decidedBy: row.decided_by,
  decidedAt: row.decided_at,
  reason: row.reason,
  verdict: row.verdict,
  justifications: row.justifications,
  selection: row.selection,
})

/**
 * Judges and stores a selection in one transaction. The same content again is the same submission, whatever has become of it since;
 * who submits must have a role in selection. Throws `burst/no-window`, `burst/no-selector`, `burst/closed`.
 */
export async function submitSelection(
  db: Db,
  tables: BurstTables,
  sent: NewSubmission,
): Promise<{ readonly submission: Submission; readonly open: Decision['open']; readonly isNew: boolean }> {
  const { frame, segments, next } = sent.selection
  const sha256 = hashOf(sent)
  return withTx(db, async tx => {
    const role = await readSelector(tx, sent.mission, sent.actor)
    // The lock makes two final submissions at once one after the other; the unique index would refuse the second anyway.
    const window = await findWindow(tx, sent.mission, sent.evaluation, true)
    const known = await findByHash(tx, window.id, sha256)
    if (known !== undefined)
      return { submission: known, open: decideSubmission(known.verdict, role, known.justifications).open, isNew: false }
    if (window.state === 'closed' || window.deadline <= sent.now)
      return fail(
        'burst/closed',
        `the window ${window.evaluation} closed at ${new Date(window.closedAt ?? window.deadline).toISOString()}: what comes later is an edit of stored segments`,
      )
    const selection: Selection = { grid: automaticOf(tables, window).grid, frame, segments, next }
    const verdict = validateSelection(tables, await windowFacts(tx, tables, window), selection)
    const { state, open } = decideSubmission(verdict, role, sent.justifications)
    const row = await tx
      .insertInto('burst_submission')
      .values({
        burst_window: window.id,
        sha256,
        final: frame.final,
        selection: JSON.stringify({ frame, segments, next }),
        justifications: JSON.stringify(sent.justifications),
        verdict: JSON.stringify(verdict),
        state,
        actor: sent.actor,
        on_behalf: sent.onBehalf ?? null,
        at: new Date(sent.now),
      })
      .returningAll()
      .executeTakeFirstOrThrow()
    await recordAct(tx, {
      at: sent.now,
      actor: sent.actor,
      act: 'burst.submit',
      object: `${sent.mission} ${sent.evaluation}`,
      detail: {
        submission: row.id,
        sha256,
        state,
        final: frame.final,
        ...(sent.onBehalf === undefined ? {} : { onBehalf: sent.onBehalf }),
      },
    })
    const { mission, evaluation, actor, now } = sent
    const closing = state === 'accepted' && frame.final ? await closeWindow(tx, tables, window, submissionOf(row), now, actor) : []
    if (state === 'awaiting-approval') await writeApprovalWanted(tx, window, { id: row.id, actor }, open, now)
    const received = { act: 'submission-received', evaluation, submission: row.id, state, final: frame.final } as const
    await tellNews(tx, { mission, actor, at: now }, [received, ...closing])
    return { submission: submissionOf(row), open, isNew: true }
  })
}

/** A hash of all that was sent; keys in a fixed order, so that the same content is the same text. */
const hashOf = ({ selection: { frame, segments }, justifications, onBehalf }: NewSubmission): string =>
  createHash('sha256')
    .update(JSON.stringify(sortKeys({ frame, segments, justifications, onBehalf })))
    .digest('hex')

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, one]) => [key, sortKeys(one)]),
  )
}

async function findByHash(tx: Tx, window: number, sha256: string): Promise<Submission | undefined> {
  const row = await tx
    .selectFrom('burst_submission')
    .selectAll()
    .where('burst_window', '=', window)
    .where('sha256', '=', sha256)
    .executeTakeFirst()
  return row === undefined ? undefined : submissionOf(row)
}

/** A window's submissions, the newest first. */
export async function listSubmissions(db: Db | Tx, window: number): Promise<readonly Submission[]> {
  const rows = await db.selectFrom('burst_submission').selectAll().where('burst_window', '=', window).orderBy('id', 'desc').execute()
  return rows.map(submissionOf)
}

/** A Super-SITL decides on a submission that waits. Throws `burst/no-submission`, `burst/no-right`, `burst/decided`, `burst/closed`. */
export async function approveSubmission(
  db: Db,
  tables: BurstTables,
  act: {
    readonly mission: string
    readonly submission: number
    readonly accept: boolean
    readonly actor: string
    readonly reason: string
    readonly now: number
  },
): Promise<Submission> {
  return withTx(db, async tx => {
    const row = await tx.selectFrom('burst_submission').selectAll().where('id', '=', act.submission).forUpdate().executeTakeFirst()
    if (row === undefined) return fail('burst/no-submission', `there is no submission ${act.submission}`)
    if ((await readSelector(tx, act.mission, act.actor)) !== 'super-sitl')
      return fail('burst/no-right', `${act.actor} is no Super-SITL of ${act.mission}: one must decide on what is orange`)
    const state = act.accept ? 'accepted' : 'rejected'
    if (!submissionMoves[row.state].includes(state))
      return fail('burst/decided', `submission ${row.id} is ${row.state}: there is nothing to decide`)
    const window = windowOf(
      await tx.selectFrom('burst_window').selectAll().where('id', '=', row.burst_window).forUpdate().executeTakeFirstOrThrow(),
    )
    if (window.mission !== act.mission) return fail('burst/no-submission', `${act.mission} has no submission ${act.submission}`)
    if (window.state === 'closed') return fail('burst/closed', `the window ${window.evaluation} is closed: the decision comes too late`)
    const decided = await tx
      .updateTable('burst_submission')
      .set({ state, decided_by: act.actor, decided_at: new Date(act.now), reason: act.reason })
      .where('id', '=', row.id)
      .returningAll()
      .executeTakeFirstOrThrow()
    await recordAct(tx, {
      at: act.now,
      actor: act.actor,
      act: `burst.${act.accept ? 'approve' : 'reject'}`,
      object: `${act.mission} ${window.evaluation}`,
      detail: { submission: row.id, reason: act.reason },
    })
    const closing = act.accept && row.final ? await closeWindow(tx, tables, window, submissionOf(decided), act.now, act.actor) : []
    const decision = {
      act: act.accept ? 'submission-approved' : 'submission-rejected',
      evaluation: window.evaluation,
      submission: row.id,
      reason: act.reason,
    } as const
    await tellNews(tx, { mission: act.mission, actor: act.actor, at: act.now }, [decision, ...closing])
    return submissionOf(decided)
  })
}
