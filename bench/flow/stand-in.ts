import { readFile, writeFile } from 'node:fs/promises'
import type { JobFile } from '#doors/job'
import { placeOf } from '#doors/job'

/** A program that costs next to nothing: the length of its input. */
export default async function count(job: JobFile): Promise<void> {
  const [input, output] = [job.inputs[0], job.outputs[0]]
  if (input === undefined || output === undefined) throw new Error('a job of this bench has one input and one output')
  await writeFile(placeOf(output), `${(await readFile(input.path)).length}\n`)
}
