import { Command, InvalidArgumentError } from 'commander'
import { listJobs } from '#services/access'
import { cancelJob, retryJob } from '#services/pipeline'
import { actorHelp, actorOf } from './actor.ts'
import { homeOption, inHome } from './enter.ts'
import type { HomeOptions } from './enter.ts'

/** Reads the number of a job. */
export function jobNumber(text: string): number {
  const id = Number(text)
  if (Number.isSafeInteger(id) && id > 0) return id
  throw new InvalidArgumentError('the number of a job is needed: apsis job list')
}

/** `apsis job list|cancel|retry` */
export function jobCommand(): Command {
  const command = new Command('job')
    .description('jobs that wait, run or failed; cancel or retry one')
    .addHelpText('after', `\nWhat a job says while it runs: apsis log JOB --follow. Why it failed: apsis triage JOB.${actorHelp}`)
  command
    .command('list')
    .alias('ls')
    .description('the newest jobs that are not done')
    .option(...homeOption)
    .action((options: HomeOptions) =>
      inHome('job list', options, async system => {
        const jobs = await listJobs(system.db, { states: ['ready', 'running', 'failed', 'cancelled'], limit: 50 })
        const lines = jobs.map(
          j =>
            `${String(j.id).padStart(7)} ${j.state.padEnd(9)} ${j.process} ${j.spacecraft} ${j.partition}${j.message === null ? '' : `: ${j.message}`}`,
        )
        process.stdout.write(lines.length === 0 ? 'no job waits, runs or failed\n' : `${lines.join('\n')}\n`)
      }),
    )
  command
    .command('cancel')
    .description('end a job that waits or runs; nothing of it is published')
    .argument('<job>', 'its number', jobNumber)
    .option('--reason <text>', 'why; people will ask', '')
    .option(...homeOption)
    .action((id: number, options: HomeOptions & { reason: string }) =>
      inHome('job cancel', options, async system => {
        const job = await cancelJob(system.pipeline, id, { actor: await actorOf(system.db), reason: options.reason })
        process.stdout.write(
          `job ${id} (${job.process} ${job.spacecraft} ${job.partition}) is cancelled; a program of it that runs is ended within seconds\n`,
        )
      }),
    )
  command
    .command('retry')
    .description('give a job that failed or was cancelled its tries again: what was broken was not in its inputs')
    .argument('<job>', 'its number', jobNumber)
    .option('--reason <text>', 'what was mended; people will ask', '')
    .option(...homeOption)
    .action((id: number, options: HomeOptions & { reason: string }) =>
      inHome('job retry', options, async system => {
        const job = await retryJob(system.pipeline, id, { actor: await actorOf(system.db), reason: options.reason })
        process.stdout.write(`job ${id} (${job.process} ${job.spacecraft} ${job.partition}) is tried again; apsis log ${id} --follow\n`)
      }),
    )
  return command
}
