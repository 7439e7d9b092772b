import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { Command } from 'commander'
import { bundleTriage, triageLines } from '#services/monitor'
import { homeOption, inHome } from './enter.ts'
import type { HomeOptions } from './enter.ts'
import { jobNumber } from './job.ts'

/** `apsis triage JOB` */
export function triageCommand(): Command {
  return new Command('triage')
    .description('all that is known of why a job failed, to read or as a zip to send')
    .argument('<job>', 'its number', jobNumber)
    .option('--out <file.zip>', 'write the bundle: summary, job files, records and ends of logs of every try')
    .option(...homeOption)
    .addHelpText('after', '\nExample: apsis triage 1234 --out job-1234.zip')
    .action((id: number, options: HomeOptions & { out?: string }) =>
      inHome('triage', options, async system => {
        if (options.out === undefined) {
          process.stdout.write(`${(await triageLines(system.db, id)).join('\n')}\n`)
          return
        }
        await pipeline(Readable.from(await bundleTriage(system.db, id)), createWriteStream(options.out))
        process.stdout.write(`${options.out} is written\n`)
      }),
    )
}
