import { readFileSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { exits, type JobFile, type JobInput, type JobOutput } from '#domain/process'
import { SdcError, fail } from '#error'

export type { JobFile, JobInput, JobOutput } from '#domain/process'

/** Codes by which a program's expected failures leave: `job/no-data` exits 66, `job/try-again` 75, the rest 1. */
export type JobCode = 'job/malformed' | 'job/no-input' | 'job/no-output' | 'job/parameter' | 'job/no-data' | 'job/try-again'

const ends: Readonly<Record<string, number>> = { 'job/no-data': exits.noData, 'job/try-again': exits.tryAgain }

/**
 * Runs a processing program: reads the job file named by `APSIS_JOB`, calls `main`, and ends the process with the exit
 * code of the contract. An expected failure is one line on stderr, anything else keeps its stack.
 *
 *     await runProgram(async job => { … write the outputs into the working folder … })
 */
export async function runProgram(main: (job: JobFile) => Promise<void> | void): Promise<void> {
  try {
    const job = readJob()
    failOnWish(job)
    await main(job)
  } catch (error) {
    const { exitCode, words } = endOf(error)
    process.stderr.write(`${words}\n`)
    process.exitCode = exitCode
  }
}

/** How a program that threw ends, by the contract: its exit code, and its last words. */
export const endOf = (error: unknown): { readonly exitCode: number; readonly words: string } => ({
  exitCode: error instanceof SdcError ? (ends[error.code] ?? 1) : 1,
  words: describeFailure(error),
})

/** Runs a program inside its worker as {@link runProgram} does in a process: same job file, same failures. */
export async function runInside(main: (job: JobFile) => Promise<void> | void, path: string, folder: string): Promise<void> {
  process.env[place] = folder
  const job = readJob(path)
  failOnWish(job)
  await main(job)
}

/** A thread has no working folder of its own; its environment it has. */
const place = 'APSIS_FOLDER'

/** Where an output is to be written: in the working folder of a process, or where the worker says. */
export const placeOf = (output: JobOutput): string => join(process.env[place] ?? '', output.name)

/** The job file named by `APSIS_JOB` (or by `path`). Throws `job/malformed`. */
export function readJob(path: string | undefined = process.env['APSIS_JOB']): JobFile {
  if (path === undefined || path === '')
    fail('job/malformed', 'APSIS_JOB is not set: this program is started by Apsis with the path of a job file in it')
  const job = parseJob(path)
  if (job.format !== 'apsis-job/1')
    fail('job/malformed', `${path} is of format "${String(job.format)}", this program reads apsis-job/1`, { path })
  return job
}

function parseJob(path: string): JobFile {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as JobFile
  } catch (cause) {
    return fail('job/malformed', `the job file ${path} cannot be read: ${cause instanceof Error ? cause.message : ''}`, { path }, cause)
  }
}

// The demonstration's wished failure: `parameters.simulateFault` of the mission folder, for the first `attempts` tries.
function failOnWish(job: JobFile): void {
  const fault = job.parameters['simulateFault'] as
    | { readonly spacecraft: readonly string[]; readonly attempts: number; readonly message: string }
    | undefined
  if (fault === undefined || fault === null) return
  if (fault.spacecraft.includes(job.spacecraft) && job.attempt <= fault.attempts) throw new SdcError('job/try-again', fault.message)
}

function describeFailure(error: unknown): string {
  if (error instanceof SdcError) return error.message.replaceAll(/\s*\n\s*/g, ' ')
  if (!(error instanceof Error)) return String(error)
  // What the system refuses (a file that is not there, a full disk) is no fault of the program: its line says all.
  return 'syscall' in error ? error.message : (error.stack ?? error.message)
}

/** Ends the program: the partition holds no data, for this reason. */
export const noData = (reason: string): never => fail('job/no-data', reason)

/** Ends the program: it could not run now, for this reason, but may later. */
export const tryAgain = (reason: string): never => fail('job/try-again', reason)

/** The inputs of one role, in order of start; none is an error unless `optional`. */
export function inputsOf(job: JobFile, role: string, optional: 'optional' | 'required' = 'required'): readonly JobInput[] {
  const found = job.inputs.filter(input => input.role === role)
  if (found.length === 0 && optional === 'required')
    fail('job/no-input', `job ${job.job} of ${job.process} has no input with role "${role}"`, { role })
  return found
}

/** The output of one role. */
export function outputOf(job: JobFile, role: string): JobOutput {
  const found = job.outputs.find(output => output.role === role)
  return found ?? fail('job/no-output', `job ${job.job} of ${job.process} names no output with role "${role}"`, { role })
}

/** A parameter that names a file of the mission folder, as an absolute path. */
export function missionFile(job: JobFile, parameter: string): string {
  const value = job.parameters[parameter]
  if (typeof value !== 'string')
    fail('job/parameter', `process ${job.process} needs the parameter "${parameter}": a file of the mission folder`, { parameter })
  return isAbsolute(value) ? value : join(job.missionFolder, value)
}

/** One structured line on stdout, for the attempt's log. */
export const report = (line: Readonly<Record<string, unknown>>): void => {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}
