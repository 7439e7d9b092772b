import { readFileSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import type { JobFile } from '#domain/process'
import { fail } from '#error'
import { elapsedClock, kernelClock, parseClockKernel, utcClock, type SpacecraftClock } from '#formats/time'

const usage = "clock: { zero: UTC text, counts: si or utc, correction: seconds } or clock: { kernel: 'folder/file.tsc' }"

/**
 * The clock rule of a process, its parameter `clock`: `{ zero, correction }` for a clock of SI seconds since `zero`, with
 * `counts: utc` for one of UTC seconds, or `{ kernel }` for a spacecraft clock kernel of the mission's folder; a correction may
 * stand beside each. Throws `job/parameter`, `time/clock-kernel`.
 */
export function clockOf(job: Pick<JobFile, 'parameters' | 'process' | 'missionFolder'>): SpacecraftClock {
  const words = job.parameters['clock']
  if (typeof words !== 'object' || words === null) return refuse(job, 'it has none')
  const { zero, counts = 'si', correction = 0, kernel, ...more } = words as Readonly<Record<string, unknown>>
  if (Object.keys(more).length > 0) return refuse(job, `it has "${Object.keys(more).join('", "')}"`)
  if (typeof correction !== 'number') return refuse(job, 'its correction is no number')
  if (typeof kernel === 'string' && zero === undefined) return readKernel(job, kernel, correction)
  if (typeof zero !== 'string' || kernel !== undefined) return refuse(job, 'it names no zero, or a kernel beside it')
  if (counts !== 'si' && counts !== 'utc') return refuse(job, `it counts "${String(counts)}"`)
  return counts === 'si' ? elapsedClock(zero, correction) : utcClock(zero, correction)
}

const refuse = ({ process }: Pick<JobFile, 'process'>, why: string): never =>
  fail('job/parameter', `process ${process} needs the parameter ${usage}; ${why}`, { parameter: 'clock' })

function readKernel({ missionFolder }: Pick<JobFile, 'missionFolder'>, kernel: string, correction: number): SpacecraftClock {
  const clock = kernelClock(parseClockKernel(readFileSync(isAbsolute(kernel) ? kernel : join(missionFolder, kernel), 'utf8')))
  return (seconds, parts = 0) => clock(seconds, parts + correction)
}
