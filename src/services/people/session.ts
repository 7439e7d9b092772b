import { instant, withTx } from '#services/db'
import type { Db } from '#services/db'
import { recordAct } from './audit.ts'
import { hashSecret, newSecret } from './secret.ts'
import { checkBasic } from './token.ts'
import type { Actor } from './token.ts'

export const sessionCookie = 'apsis_session'
export const sessionMs: number = 7 * 24 * 3_600_000
const linkMs = 24 * 3_600_000
/** Parts the actor's name from what makes a link's row unique; not allowed in names. */
const mark = '#'

/** The path and query of a link that signs in once, within a day. */
export async function makeSignInLink(db: Db, actor: Actor, now: number): Promise<string> {
  const secret = newSecret()
  const row = { name: `${actor.name}${mark}${secret.slice(0, 8)}`, role: actor.role, hash: hashSecret(secret), once: true }
  await db
    .insertInto('token')
    .values({ ...row, created_at: new Date(now), expires_at: new Date(now + linkMs) })
    .execute()
  return `/sign-in?once=${secret}`
}

/** Uses a link up: gives the new session's secret, or undefined where the link is unknown, used or too old. */
export async function redeemLink(
  db: Db,
  once: string,
  now: number,
): Promise<{ readonly session: string; readonly actor: Actor } | undefined> {
  return withTx(db, async tx => {
    const link = tx.deleteFrom('token').where('hash', '=', hashSecret(once)).where('once', '=', true)
    const row = await link.returning(['name', 'role', 'expires_at']).executeTakeFirst()
    if (row === undefined || (row.expires_at ?? 0) <= now) return undefined
    const session = newSecret()
    const actor: Actor = { name: row.name.slice(0, row.name.lastIndexOf(mark)), role: row.role }
    const times = { created_at: new Date(now), expires_at: new Date(now + sessionMs) }
    await tx
      .insertInto('session')
      .values({ hash: hashSecret(session), actor: actor.name, role: actor.role, ...times })
      .execute()
    await recordAct(tx, { at: now, actor: actor.name, act: 'session.start', object: actor.name })
    return { session, actor }
  })
}

export async function endSession(db: Db, session: string): Promise<void> {
  await db.deleteFrom('session').where('hash', '=', hashSecret(session)).execute()
}

/** Who asks: by HTTP Basic, else by the session's cookie; undefined for anybody. */
export async function actorOf(db: Db, headers: Asking, now: number): Promise<Actor | undefined> {
  if (headers.authorization !== undefined) return checkBasic(db, headers.authorization, now)
  const session = readSession(headers.cookie)
  if (session === undefined) return undefined
  const query = db.selectFrom('session').select(['actor', 'role']).where('hash', '=', hashSecret(session))
  const row = await query.where('expires_at', '>', instant(now)).executeTakeFirst()
  return row === undefined ? undefined : { name: row.actor, role: row.role }
}

/** The headers that tell who asks. */
export interface Asking {
  readonly authorization?: string | undefined
  readonly cookie?: string | undefined
}

export function readSession(cookie: string | undefined): string | undefined {
  const own = (cookie ?? '').split(';').find(pair => pair.trim().startsWith(`${sessionCookie}=`))
  return own?.trim().slice(sessionCookie.length + 1)
}
