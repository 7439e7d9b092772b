import { basename } from 'node:path'
import { Command } from 'commander'
import { fail } from '#error'
import { traceFile, traceLines } from '#services/monitor'
import { homeOption, inHome } from './enter.ts'
import type { HomeOptions } from './enter.ts'

/** `apsis trace FILE` */
export function traceCommand(): Command {
  return new Command('trace')
    .description('the story of a file: where it came from, every job it went into, every product that came of it')
    .argument('<file>', 'its name')
    .option(...homeOption)
    .addHelpText('after', '\nThe numbers of files, events and jobs are the ones in the log (logs/apsis.log of the home).')
    .action(async (file: string, options: HomeOptions) => {
      await inHome('trace', options, async system => {
        const name = basename(file)
        for (const mission of system.missions) {
          const trace = await traceFile(system.db, mission.id, name)
          if (trace !== undefined) return void process.stdout.write(`${traceLines(trace).join('\n')}\n`)
        }
        const refused = await system.db.selectFrom('quarantine').select(['at', 'reason', 'actor']).where('name', '=', name).execute()
        if (refused.length === 0) fail('trace/unknown', `no mission holds a file named ${name}, and none of that name was refused`)
        process.stdout.write(refused.map(r => `${new Date(r.at).toISOString()}  refused from ${r.actor}: ${r.reason}\n`).join(''))
      })
    })
}
