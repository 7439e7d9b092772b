/**
 * Letters to people by SMTP. They are written into the ledger with what they tell of and sent afterwards, so that a mail server that
 * is away stops nothing.
 *
 *     await writeLetter(tx, { mission, recipients, subject, lines, at })     // in the transaction that gives the reason
 *     await sendLetters(db, smtpMailer(settings), now)                       // every while; what failed is tried again
 */
export { countLetters, listLetters, writeLetter, type Letter, type LetterCount, type NewLetter } from './letter.ts'
export { sendLetters, type Sending } from './send.ts'
export { smtpMailer, type Mailer, type MailSettings, type Taken } from './smtp.ts'
