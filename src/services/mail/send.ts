import { instant, withTx, type Db } from '#services/db'
import { letterOf, type Letter } from './letter.ts'
import type { Mailer } from './smtp.ts'

/** A letter that was tried, and how it went. */
export interface Sending {
  readonly letter: Letter
  readonly outcome: 'sent' | 'failed' | 'given up'
  readonly sentence: string
}

const minute = 60_000
/** What a day has not brought off is old news. */
const oldAfter = 24 * 60 * minute
/** Pause after the first failure; it doubles up to an hour. */
const pauseAfter = (tries: number): number => Math.min(60, 2 ** (tries - 1)) * minute
/** A letter is another sender's for so long; one that died in between is followed after it. */
const lease = 5 * minute

/**
 * Tries every letter that is due, each once; `mailer` undefined: none is set up, letters only grow old. A letter is sent at least
 * once: who dies between sending and writing it down sends it again, under the same Message-ID.
 */
export async function sendLetters(db: Db, mailer: Mailer | undefined, now: number): Promise<readonly Sending[]> {
  const done: Sending[] = []
  for (;;) {
    const letter = await claim(db, now, mailer === undefined ? now - oldAfter : undefined)
    if (letter === undefined) return done
    if (now - letter.writtenAt >= oldAfter || mailer === undefined) done.push(await giveUp(db, letter, now))
    else done.push(await trySending(db, mailer, letter, now))
  }
}

/** Takes a letter that is due, the oldest first, so that no other sender does. */
const claim = (db: Db, now: number, writtenBefore: number | undefined): Promise<Letter | undefined> =>
  withTx(db, async tx => {
    let query = tx
      .selectFrom('letter')
      .selectAll()
      .where('sent_at', 'is', null)
      .where('given_up_at', 'is', null)
      .where('next_at', '<=', instant(now))
    if (writtenBefore !== undefined) query = query.where('written_at', '<=', instant(writtenBefore))
    const row = await query.orderBy('id').limit(1).forUpdate().skipLocked().executeTakeFirst()
    if (row === undefined) return undefined
    await tx
      .updateTable('letter')
      .set({ tries: row.tries + 1, next_at: new Date(now + lease) })
      .where('id', '=', row.id)
      .execute()
    return letterOf({ ...row, tries: row.tries + 1 })
  })

async function trySending(db: Db, mailer: Mailer, letter: Letter, now: number): Promise<Sending> {
  try {
    const { refused } = await mailer.send(letter)
    const error = refused.length === 0 ? null : `the server refused ${refused.join(', ')}`
    await db
      .updateTable('letter')
      .set({ sent_at: new Date(now), error })
      .where('id', '=', letter.id)
      .execute()
    return { letter, outcome: 'sent', sentence: `"${letter.subject}" is sent${error === null ? '' : `, but ${error}`}` }
  } catch (cause) {
    const error = cause instanceof Error ? cause.message : String(cause)
    const next = now + pauseAfter(letter.tries)
    await db
      .updateTable('letter')
      .set({ error, next_at: new Date(next) })
      .where('id', '=', letter.id)
      .execute()
    return {
      letter,
      outcome: 'failed',
      sentence: `"${letter.subject}" could not be sent (${error}); next try ${new Date(next).toISOString()}`,
    }
  }
}

async function giveUp(db: Db, letter: Letter, now: number): Promise<Sending> {
  const why = letter.error ?? 'no mail server is set up'
  await db
    .updateTable('letter')
    .set({ given_up_at: new Date(now), error: why })
    .where('id', '=', letter.id)
    .execute()
  return { letter, outcome: 'given up', sentence: `"${letter.subject}" is a day old and given up: ${why}` }
}
