import { once } from 'node:events'
import { Command } from 'commander'
import { chooseHome, enterHome, openHome } from '#apps/home'
import type { Home } from '#apps/home'
import { startSite } from '#apps/site'
import type { Site } from '#apps/site'
import { describeLeftOut } from '#apps/system'
import { makeSignInLink } from '#services/people'
import { homeOption } from './enter.ts'
import type { HomeOptions } from './enter.ts'
import { wholeNumber } from './options.ts'

interface UpOptions extends HomeOptions {
  readonly port: number
  readonly host: string
  readonly workers: number
}

/** `apsis up` */
export function upCommand(): Command {
  return new Command('up')
    .description('run the data center: database, planner, workers, web site; until Ctrl-C')
    .option(...homeOption)
    .option('--port <n>', 'port of the site', wholeNumber(0, 65_535), 8080)
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--workers <n>', 'worker processes, two jobs each', wholeNumber(0, 64), 1)
    .addHelpText(
      'after',
      `
Files that appear in the home's drop folder are taken in; drop/NAME/ belongs to the sender NAME.
DATABASE_URL=postgres://… uses that PostgreSQL (15 or newer) instead of the one that comes along;
APSIS_MISSIONS=DIR reads the missions from another folder.`,
    )
    .action(async (options: UpOptions) => {
      const home = await openHome(chooseHome('real', options.home, process.env), 'real')
      const say = (line: string): void => void process.stdout.write(`${line}\n`)
      const session = await enterHome(home, { command: 'up', lasting: true, databaseUrl: process.env['DATABASE_URL'], log: say })
      try {
        const site = await startSite(home, session, { ...options, slots: 2 })
        try {
          await present(site, home, say)
          await untilToldToStop(session.databaseEnded)
          say('stopping')
        } finally {
          await site.stop()
        }
      } finally {
        await session.leave()
      }
    })
}

async function present({ system, address }: Site, home: Home, say: (line: string) => void): Promise<void> {
  const link = address + (await makeSignInLink(system.db, { name: 'operator', role: 'operator' }, Date.now()))
  say(`Apsis is up: ${address}`)
  say(`  missions     ${system.missions.map(m => m.id).join(', ')}`)
  say(`  home         ${home.dir}`)
  for (const process of system.leftOut) say(`  ${describeLeftOut(process)}`)
  say(`  drop folder  ${home.drop}`)
  say(`  sign in as operator, once: ${link}`)
  say('  Ctrl-C stops it')
}

/** SIGINT, SIGTERM, or the end of the database by itself. */
export async function untilToldToStop(databaseEnded: Promise<void>): Promise<void> {
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM'), databaseEnded])
}
