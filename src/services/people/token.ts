import { fail } from '#error'
import { roles, withTx } from '#services/db'
import type { Db, Role } from '#services/db'
import { recordAct } from './audit.ts'
import { equalHash, hashSecret, newSecret } from './secret.ts'

/** Who acts: the name of a token, and what it may do. */
export interface Actor {
  readonly name: string
  readonly role: Role
}

export interface TokenEntry extends Actor {
  readonly created: number
  readonly lastUsed: number | null
  readonly expires: number | null
}

/** What a name may be: it stands in logs, audit rows and Basic headers, so no colon and no space. */
const namePattern = /^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/
/** `last_used_at` is a hint for people: one write a minute is enough. */
const usedEvery = 60_000

export const hasRole = (actor: Actor | undefined, least: Role): boolean =>
  actor !== undefined && roles.indexOf(actor.role) >= roles.indexOf(least)

/** Adds a named token and gives its secret, which is not kept. Throws `people/bad-name`, `people/name-taken`. */
export async function addToken(db: Db, token: Actor, by: string, now: number): Promise<string> {
  if (!namePattern.test(token.name))
    fail('people/bad-name', `"${token.name}" cannot name a token: use 1 to 64 letters, digits, . _ @ -`, { name: token.name })
  const secret = newSecret()
  await withTx(db, async tx => {
    const row = { name: token.name, role: token.role, hash: hashSecret(secret), created_at: new Date(now) }
    const added = await tx
      .insertInto('token')
      .values(row)
      .onConflict(c => c.doNothing())
      .executeTakeFirst()
    if (added.numInsertedOrUpdatedRows === 0n)
      fail('people/name-taken', `there is a token named ${token.name} already: revoke it first, or choose another name`, {
        name: token.name,
      })
    await recordAct(tx, { at: now, actor: by, act: 'token.add', object: token.name, detail: { role: token.role } })
  })
  return secret
}

export async function listTokens(db: Db): Promise<readonly TokenEntry[]> {
  const rows = await db.selectFrom('token').selectAll().where('once', '=', false).orderBy('name').execute()
  return rows.map(r => ({ name: r.name, role: r.role, created: r.created_at, lastUsed: r.last_used_at, expires: r.expires_at }))
}

/** Takes the token and its sessions away. Throws `people/no-such-token`. */
export async function revokeToken(db: Db, name: string, by: string, now: number): Promise<void> {
  await withTx(db, async tx => {
    const gone = await tx.deleteFrom('token').where('name', '=', name).executeTakeFirst()
    if (gone.numDeletedRows === 0n) fail('people/no-such-token', `there is no token named ${name}; apsis token list shows them`, { name })
    await tx.deleteFrom('session').where('actor', '=', name).execute()
    await recordAct(tx, { at: now, actor: by, act: 'token.revoke', object: name })
  })
}

/** Who bears this name and secret; undefined where nobody does. */
export async function checkSecret(db: Db, name: string, secret: string, now: number): Promise<Actor | undefined> {
  if (!namePattern.test(name)) return undefined
  const row = await db.selectFrom('token').selectAll().where('name', '=', name).where('once', '=', false).executeTakeFirst()
  if (row === undefined || !equalHash(row.hash, hashSecret(secret))) return undefined
  if (row.expires_at !== null && row.expires_at <= now) return undefined
  if (row.last_used_at === null || row.last_used_at < now - usedEvery)
    await db
      .updateTable('token')
      .set({ last_used_at: new Date(now) })
      .where('name', '=', name)
      .execute()
  return { name: row.name, role: row.role }
}

/** HTTP Basic (RFC 7617): the token's name and secret. */
export async function checkBasic(db: Db, authorization: string | undefined, now: number): Promise<Actor | undefined> {
  const encoded = /^Basic +([A-Za-z0-9+/=_-]+) *$/i.exec(authorization ?? '')?.[1]
  if (encoded === undefined) return undefined
  const text = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  return colon < 1 ? undefined : checkSecret(db, text.slice(0, colon), text.slice(colon + 1), now)
}
