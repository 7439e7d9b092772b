import { userInfo } from 'node:os'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDb } from '#services/db'
import type { Db } from '#services/db'
import { addToken } from '#services/people'
import { freshDatabase } from '#test/database'
import { actorOf } from './actor.ts'

let db: Db
const secrets: Record<string, string> = {}

beforeAll(async () => {
  db = openDb((await freshDatabase()).config)
  for (const role of ['team', 'operator'] as const) secrets[role] = await addToken(db, { name: `ada.${role}`, role }, 'test', Date.now())
})
afterAll(() => db.destroy())

test('without a token it is the system’s user, whatever the environment says', async () => {
  expect(await actorOf(db, { USER: 'somebody-else', LOGNAME: 'somebody-else' })).toBe(userInfo().username)
})

test('a token is whom its secret proves', async () => {
  expect(await actorOf(db, { APSIS_TOKEN: `ada.operator:${secrets['operator']}` })).toBe('ada.operator')
})

test.each([
  ['another’s secret', () => `ada.operator:${secrets['team']}`, 'APSIS_TOKEN is of nobody here'],
  ['a name alone', () => 'ada.operator', 'APSIS_TOKEN is of nobody here'],
  ['too small a role', () => `ada.team:${secrets['team']}`, 'ada.team has the role team; this needs the role operator'],
])('%s is refused', (_, token, message) => expect(actorOf(db, { APSIS_TOKEN: token() })).rejects.toThrow(message))
