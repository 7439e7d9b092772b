import { join, relative } from 'node:path'
import type { ExecutorContext } from './context.ts'

/** The folders of one try. Equal for all workers, so that another one can take it over. */
export interface TryFolders {
  readonly name: string
  readonly folder: string
  readonly work: string
  readonly scratch: string
  readonly jobFile: string
  readonly log: string
}

export function foldersOf(context: Pick<ExecutorContext, 'staging' | 'logs'>, job: number, number: number): TryFolders {
  const name = `job-${job}-try-${number}`
  const folder = join(context.staging, name)
  return {
    name,
    folder,
    work: join(folder, 'work'),
    scratch: join(folder, 'scratch'),
    jobFile: join(folder, 'job.json'),
    log: join(context.logs, `${name}.log`),
  }
}

/** The try whose working folder this is; undefined where it is no try of this installation. */
export function tryIn(
  context: Pick<ExecutorContext, 'staging'>,
  work: string,
): { readonly job: number; readonly number: number } | undefined {
  const [, job, number] = /^job-(\d+)-try-(\d+)\/work$/.exec(relative(context.staging, work)) ?? []
  return job === undefined ? undefined : { job: Number(job), number: Number(number) }
}
