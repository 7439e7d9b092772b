import { Argument, Command, Option } from 'commander'
import { roles } from '#services/db'
import type { Role } from '#services/db'
import { addToken, listTokens, makeSignInLink, revokeToken } from '#services/people'
import { homeOption, inHome } from './enter.ts'
import type { HomeOptions } from './enter.ts'

/** Who acts when somebody types a command on the machine itself. */
const byHand = 'command line'

/** `apsis token add|list|revoke|link` */
export function tokenCommand(): Command {
  const roleOption = (): Option => new Option('--role <role>', 'what it may do').choices(roles).makeOptionMandatory()
  const command = new Command('token').description('named tokens with roles, for people and programs').addHelpText(
    'after',
    `
Roles, each with the rights of those before it:
  viewer      sees what everybody sees, with a name
  team        sees what is not released
  instrument  delivers files (HTTP upload)
  operator    runs the data center
  admin       adds and revokes tokens

A token is a name and a secret; programs send them as HTTP Basic:
  curl -u NAME:SECRET http://HOST/api/v1/quarantine`,
  )
  command
    .command('add')
    .description('add a token and print its secret, once')
    .addArgument(new Argument('<name>', 'who or what uses it'))
    .addOption(roleOption())
    .option(...homeOption)
    .action((name: string, options: HomeOptions & { role: Role }) =>
      inHome('token add', options, async system => {
        const secret = await addToken(system.db, { name, role: options.role }, byHand, Date.now())
        process.stderr.write(`${name} has the role ${options.role}. Its secret is shown this once; keep it:\n`)
        process.stdout.write(`${secret}\n`)
      }),
    )
  command
    .command('list')
    .alias('ls')
    .description('list tokens; secrets are not kept')
    .option(...homeOption)
    .action((options: HomeOptions) =>
      inHome('token list', options, async system => {
        const tokens = await listTokens(system.db)
        const lines = tokens.map(
          t =>
            `${t.name.padEnd(24)} ${t.role.padEnd(11)} ${day(t.created)}  ${t.lastUsed === null ? 'never used' : `used ${day(t.lastUsed)}`}`,
        )
        process.stdout.write(lines.length === 0 ? 'no tokens yet: apsis token add NAME --role ROLE\n' : `${lines.join('\n')}\n`)
      }),
    )
  command
    .command('revoke')
    .description('take a token away, and its sessions')
    .argument('<name>')
    .option(...homeOption)
    .action((name: string, options: HomeOptions) =>
      inHome('token revoke', options, async system => {
        await revokeToken(system.db, name, byHand, Date.now())
        process.stdout.write(`${name} is revoked\n`)
      }),
    )
  command
    .command('link')
    .description('a link that signs a browser in, once, within a day')
    .argument('<name>', 'whom the audit names')
    .addOption(roleOption())
    .option(...homeOption)
    .action((name: string, options: HomeOptions & { role: Role }) =>
      inHome('token link', options, async (system, session) => {
        const link = await makeSignInLink(system.db, { name, role: options.role }, Date.now())
        process.stdout.write(`${session.running?.address ?? ''}${link}\n`)
      }),
    )
  return command
}

const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10)
