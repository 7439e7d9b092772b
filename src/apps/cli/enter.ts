import { chooseHome, enterHome, findHome, openHome } from '#apps/home'
import type { Home, HomeKind, Session } from '#apps/home'
import { openLog, openSystem } from '#apps/system'
import type { System } from '#apps/system'
import { migrate } from '#services/db'

/** Options that every command with a home has. */
export interface HomeOptions {
  readonly home?: string
}

export const homeOption = ['--home <dir>', 'the home to work in (default: ./var, or APSIS_HOME)'] as const

/** Opens the chosen home, whatever its kind; a new one is a real one. */
export async function openChosenHome(options: HomeOptions): Promise<Home> {
  const dir = chooseHome('real', options.home, process.env)
  const kind: HomeKind = (await findHome(dir))?.kind ?? 'real'
  return openHome(dir, kind)
}

/** Runs a command inside a home: attached to the server that runs there, else with the database to itself. */
export async function inHome<T>(command: string, options: HomeOptions, act: (system: System, session: Session) => Promise<T>): Promise<T> {
  const home = await openChosenHome(options)
  const session = await enterHome(home, {
    command,
    lasting: false,
    databaseUrl: process.env['DATABASE_URL'],
    log: line => process.stderr.write(`${line}\n`),
  })
  try {
    if (session.running === undefined) await migrate(session.config)
    const system = await openSystem({
      home,
      config: session.config,
      log: openLog(home, command),
      supervise: false,
      environment: process.env,
    })
    try {
      return await act(system, session)
    } finally {
      await system.close()
    }
  } finally {
    await session.leave()
  }
}
