import { sql } from 'kysely'
import type { Selectable } from 'kysely'
import type { Db, Schema, Tx } from '#services/db'

/** A letter as it is written. `at` is UTC milliseconds. */
export interface NewLetter {
  readonly mission: string
  /** Addresses. Without any it goes to those alone whom the installation copies everything to. */
  readonly recipients: readonly string[]
  readonly subject: string
  readonly lines: readonly string[]
  readonly at: number
}

/** A letter and what became of it. Times in UTC milliseconds. */
export interface Letter {
  readonly id: number
  readonly mission: string
  readonly recipients: readonly string[]
  readonly subject: string
  readonly body: string
  readonly writtenAt: number
  readonly tries: number
  readonly state: 'waiting' | 'sent' | 'given up'
  readonly error: string | null
}

/** Puts a letter where it is sent from, in the transaction that does what it tells of. */
export async function writeLetter(tx: Tx, { mission, recipients, subject, lines, at }: NewLetter): Promise<void> {
  const when = new Date(at)
  await tx
    .insertInto('letter')
    .values({ mission, recipients: [...new Set(recipients)], subject, body: `${lines.join('\n')}\n`, written_at: when, next_at: when })
    .execute()
}

export const letterOf = (row: Selectable<Schema['letter']>): Letter => ({
  id: row.id,
  mission: row.mission,
  recipients: row.recipients,
  subject: row.subject,
  body: row.body,
  writtenAt: row.written_at,
  tries: row.tries,
  state: row.sent_at !== null ? 'sent' : row.given_up_at !== null ? 'given up' : 'waiting',
  error: row.error,
})

/** The newest first. */
export async function listLetters(db: Db, mission: string, limit = 50): Promise<readonly Letter[]> {
  const rows = await db.selectFrom('letter').selectAll().where('mission', '=', mission).orderBy('id', 'desc').limit(limit).execute()
  return rows.map(letterOf)
}

/** Letters of the last day that were not sent: those that wait, how many of them failed already, those given up, and why the last one failed. */
export interface LetterCount {
  readonly waiting: number
  readonly failing: number
  readonly givenUp: number
  readonly error: string | undefined
}

export async function countLetters(db: Db, now: number): Promise<LetterCount> {
  const since = new Date(now - 2 * 24 * 3_600_000)
  const { rows } = await sql<{ waiting: number; failing: number; gone: number; error: string | null }>`
    select count(*) filter (where given_up_at is null) as waiting,
      count(*) filter (where given_up_at is null and error is not null) as failing,
      count(*) filter (where given_up_at is not null) as gone,
      (array_agg(error order by id desc) filter (where error is not null))[1] as error
    from letter where sent_at is null and written_at > ${since}`.execute(db)
  const row = rows[0]
  return { waiting: row?.waiting ?? 0, failing: row?.failing ?? 0, givenUp: row?.gone ?? 0, error: row?.error ?? undefined }
}
