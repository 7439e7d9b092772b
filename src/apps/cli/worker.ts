import { Command } from 'commander'
import { findRunning } from '#apps/home'
import { openLog, openSystem } from '#apps/system'
import { fail } from '#error'
import { work } from '#services/executor'
import { homeOption, openChosenHome } from './enter.ts'
import type { HomeOptions } from './enter.ts'
import { wholeNumber } from './options.ts'

/** `apsis worker` */
export function workerCommand(): Command {
  return new Command('worker')
    .description('run jobs of a data center that is up, on this or another machine; until Ctrl-C')
    .option(...homeOption)
    .option('--slots <n>', 'jobs at a time (default: config.yaml, else 2)', wholeNumber(1, 1000))
    .addHelpText(
      'after',
      `
The home is the one of the data center, in a folder that both machines see under the same path; its database must be reachable
(apsis up with DATABASE_URL; here the same). Programs run as config.yaml of the home says: on this machine, or on a Slurm cluster.
On the data center's own machine, apsis up --workers N starts workers by itself.`,
    )
    .action(async (options: HomeOptions & { slots?: number }) => {
      const home = await openChosenHome(options)
      const running = await findRunning(home)
      const connectionString = process.env['DATABASE_URL'] ?? running?.connectionString
      if (connectionString === undefined)
        return fail(
          'worker/nothing-runs',
          `no data center runs in ${home.dir}: apsis up starts one; or name its database with DATABASE_URL`,
        )
      const log = openLog(home, 'worker')
      const system = await openSystem({ home, config: { connectionString }, log, supervise: false, environment: process.env })
      const stop = new AbortController()
      for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stop.abort())
      const slots = options.slots ?? system.config.slots ?? 2
      process.stdout.write(`worker ${system.executor.worker} takes ${slots} jobs at a time; ${system.executor.executor.confinement}\n`)
      await work(system.executor, system.queue, { slots, stop: stop.signal })
      await system.close()
    })
}
