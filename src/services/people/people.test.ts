import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openDb } from '#services/db'
import type { Db } from '#services/db'
import { freshDatabase } from '#test/database'
import {
  actorOf,
  addToken,
  checkBasic,
  checkSecret,
  endSession,
  hasRole,
  listActs,
  listTokens,
  makeSignInLink,
  readSession,
  redeemLink,
  revokeToken,
  sessionMs,
} from './index.ts'

const now = Date.parse('2026-11-23T12:00:00Z')
const hour = 3_600_000
let db: Db

beforeAll(async () => {
  db = openDb((await freshDatabase()).config)
})
afterAll(() => db.destroy())

const basic = (name: string, secret: string): string => `Basic ${Buffer.from(`${name}:${secret}`).toString('base64')}`
const onceOf = (link: string): string => new URL(link, 'http://x').searchParams.get('once') ?? ''

describe('tokens', () => {
  test('the secret opens, nothing else does, and the ledger does not hold it', async () => {
    const secret = await addToken(db, { name: 'fields', role: 'instrument' }, 'tester', now)
    expect(await checkSecret(db, 'fields', secret, now)).toEqual({ name: 'fields', role: 'instrument' })
    expect(await checkSecret(db, 'fields', `${secret}x`, now)).toBeUndefined()
    expect(await checkSecret(db, 'nobody', secret, now)).toBeUndefined()
    const row = await db.selectFrom('token').selectAll().where('name', '=', 'fields').executeTakeFirstOrThrow()
    expect(JSON.stringify(row)).not.toContain(secret)
  })
  test('a name is taken once, and cannot hold what headers split at', async () => {
    await addToken(db, { name: 'twice', role: 'team' }, 'tester', now)
    await expect(addToken(db, { name: 'twice', role: 'admin' }, 'tester', now)).rejects.toMatchObject({ code: 'people/name-taken' })
    for (const name of ['', 'a:b', 'a b', '#x', 'x'.repeat(65)])
      await expect(addToken(db, { name, role: 'team' }, 'tester', now)).rejects.toMatchObject({ code: 'people/bad-name' })
    expect(await db.selectFrom('token').select('role').where('name', '=', 'twice').executeTakeFirst()).toEqual({ role: 'team' })
  })
  test('HTTP Basic checks the same row; broken headers are nobody', async () => {
    const secret = await addToken(db, { name: 'curl', role: 'team' }, 'tester', now)
    expect(await checkBasic(db, basic('curl', secret), now)).toEqual({ name: 'curl', role: 'team' })
    for (const header of [
      undefined,
      '',
      'Basic',
      'Basic !!!',
      `Bearer ${secret}`,
      basic('', secret),
      'Basic bm9jb2xvbg==',
      basic('curl', ''),
      basic('a\0b', 'x'),
    ])
      expect(await checkBasic(db, header, now)).toBeUndefined()
  })
  test('last use is remembered, at most once a minute', async () => {
    const secret = await addToken(db, { name: 'used', role: 'viewer' }, 'tester', now)
    const lastUsed = async () => (await listTokens(db)).find(t => t.name === 'used')?.lastUsed
    await checkSecret(db, 'used', secret, now)
    await checkSecret(db, 'used', secret, now + 30_000)
    expect(await lastUsed()).toBe(now)
    await checkSecret(db, 'used', secret, now + 90_000)
    expect(await lastUsed()).toBe(now + 90_000)
  })
  test('an expired token opens nothing', async () => {
    const secret = await addToken(db, { name: 'brief', role: 'team' }, 'tester', now)
    await db
      .updateTable('token')
      .set({ expires_at: new Date(now + hour) })
      .where('name', '=', 'brief')
      .execute()
    expect(await checkSecret(db, 'brief', secret, now + hour - 1)).toBeDefined()
    expect(await checkSecret(db, 'brief', secret, now + hour)).toBeUndefined()
  })
  test('revoking ends the sessions too; an unknown name is told', async () => {
    const secret = await addToken(db, { name: 'gone', role: 'operator' }, 'tester', now)
    const signed = await redeemLink(db, onceOf(await makeSignInLink(db, { name: 'gone', role: 'operator' }, now)), now)
    await revokeToken(db, 'gone', 'tester', now)
    expect(await checkSecret(db, 'gone', secret, now)).toBeUndefined()
    expect(await actorOf(db, { cookie: `apsis_session=${signed?.session}` }, now)).toBeUndefined()
    await expect(revokeToken(db, 'gone', 'tester', now)).rejects.toMatchObject({ code: 'people/no-such-token' })
  })
  test('roles include those before them', () => {
    expect(hasRole({ name: 'a', role: 'operator' }, 'team')).toBe(true)
    expect(hasRole({ name: 'a', role: 'viewer' }, 'team')).toBe(false)
    expect(hasRole(undefined, 'viewer')).toBe(false)
  })
})

describe('sign-in links and sessions', () => {
  test('a link works once, and the session bears its name and role', async () => {
    const once = onceOf(await makeSignInLink(db, { name: 'operator', role: 'operator' }, now))
    const signed = await redeemLink(db, once, now)
    expect(signed?.actor).toEqual({ name: 'operator', role: 'operator' })
    expect(await redeemLink(db, once, now)).toBeUndefined()
    expect(await actorOf(db, { cookie: `a=b; apsis_session=${signed?.session}` }, now)).toEqual({ name: 'operator', role: 'operator' })
    expect(await actorOf(db, { cookie: `apsis_session=${signed?.session}` }, now + sessionMs)).toBeUndefined()
    await endSession(db, signed?.session ?? '')
    expect(await actorOf(db, { cookie: `apsis_session=${signed?.session}` }, now)).toBeUndefined()
  })
  test('two at once: one gets in', async () => {
    const once = onceOf(await makeSignInLink(db, { name: 'racer', role: 'team' }, now))
    const both = await Promise.all([redeemLink(db, once, now), redeemLink(db, once, now)])
    expect(both.filter(s => s !== undefined)).toHaveLength(1)
  })
  test('after a day it is too old; its secret is no password', async () => {
    const once = onceOf(await makeSignInLink(db, { name: 'late', role: 'admin' }, now))
    expect(await checkSecret(db, `late#${once.slice(0, 8)}`, once, now)).toBeUndefined()
    expect(await redeemLink(db, once, now + 24 * hour)).toBeUndefined()
    expect((await listTokens(db)).some(t => t.name.startsWith('late'))).toBe(false)
  })
  test('a wrong login header is nobody even with a session', async () => {
    const signed = await redeemLink(db, onceOf(await makeSignInLink(db, { name: 'both', role: 'admin' }, now)), now)
    expect(await actorOf(db, { authorization: basic('both', 'wrong'), cookie: `apsis_session=${signed?.session}` }, now)).toBeUndefined()
    expect(readSession(undefined)).toBeUndefined()
  })
})

test('who added, revoked and signed in is written down', async () => {
  await addToken(db, { name: 'noted', role: 'team' }, 'chief', now)
  await revokeToken(db, 'noted', 'chief', now + 1000)
  const acts = (await listActs(db, 1000)).filter(a => a.object === 'noted')
  expect(acts).toEqual([
    { at: now + 1000, actor: 'chief', act: 'token.revoke', object: 'noted', detail: {} },
    { at: now, actor: 'chief', act: 'token.add', object: 'noted', detail: { role: 'team' } },
  ])
})
