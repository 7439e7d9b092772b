import { userInfo } from 'node:os'
import { fail } from '#error'
import type { Db, Role } from '#services/db'
import { checkSecret, hasRole } from '#services/people'

/** For the help of commands whose acts are written down. */
export const actorHelp = `
Who acts is who the machine says: the system's user, or the token in APSIS_TOKEN (NAME:SECRET, role operator). Nobody acts for another.`

/**
 * Who types: a proven token, else the user as the system knows it (not as the environment says). Two people who share a system user
 * need tokens, or four eyes are two. Throws `people/bad-token` and `people/role`.
 */
export async function actorOf(db: Db, environment: NodeJS.ProcessEnv = process.env, needed: Role = 'operator'): Promise<string> {
  const token = environment['APSIS_TOKEN']
  if (token === undefined || token === '') return userInfo().username
  const [name = '', ...secret] = token.split(':')
  const actor = await checkSecret(db, name, secret.join(':'), Date.now())
  if (actor === undefined)
    return fail('people/bad-token', 'APSIS_TOKEN is of nobody here: NAME:SECRET is needed, as apsis token add printed it')
  if (!hasRole(actor, needed)) fail('people/role', `${name} has the role ${actor.role}; this needs the role ${needed}`)
  return actor.name
}
