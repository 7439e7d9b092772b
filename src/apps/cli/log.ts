import { Command } from 'commander'
import { SdcError } from '#error'
import { findAttempt, findJob } from '#services/access'
import { followLog } from '#services/monitor'
import { homeOption, inHome } from './enter.ts'
import type { HomeOptions } from './enter.ts'
import { jobNumber } from './job.ts'
import { wholeNumber } from './options.ts'

/** `apsis log JOB` */
export function logCommand(): Command {
  return new Command('log')
    .description('what the program of a job says or said')
    .argument('<job>', 'its number', jobNumber)
    .option('--try <n>', 'which try; the newest without it', wholeNumber(1, 1_000_000))
    .option('-f, --follow', 'go on until the try ends')
    .option(...homeOption)
    .action((id: number, options: HomeOptions & { try?: number; follow?: boolean }) =>
      inHome('log', options, async system => {
        const find = () => findAttempt(system.db, id, options.try)
        const attempt = await find()
        if (attempt === undefined && (await findJob(system.db, id)) === undefined)
          throw new SdcError('log/no-job', `there is no job ${id}: apsis job list shows those that wait, run or failed`)
        if (attempt === undefined)
          throw new SdcError('log/no-try', `job ${id} has no ${options.try === undefined ? 'try yet' : `try ${options.try}`}`)
        if (attempt.log === null)
          throw new SdcError('log/none', `try ${attempt.number} of job ${id} started no program: ${attempt.message ?? ''}`)
        const isOver = async (): Promise<boolean> => options.follow !== true || (await find())?.ended !== null
        const stop = new AbortController()
        process.once('SIGINT', () => stop.abort())
        for await (const part of followLog(attempt.log, { isOver, stop: stop.signal })) process.stdout.write(part)
        const last = await find()
        if (options.follow === true && last?.outcome)
          process.stderr.write(`try ${last.number} ended: ${last.outcome}${last.message === null ? '' : ` (${last.message})`}\n`)
      }),
    )
}
