import { createHash } from 'node:crypto'
import { writeCdfFile } from '#doors/cdf-node'
import { globalAttributes, labels, series, timeAxis } from '#doors/istp'
import { readJob, report } from '#doors/job'
import type { JobFile, JobOutput } from '#doors/job'
import type { DatasetVariable } from '#formats/cdf'
import { parseUtc } from '#formats/time'

/** Codes of the mission's programs (docs of its data center): 196 empty input, 199 failure. */
const codes = { empty: 196, failure: 199 }
const records = 48

/**
 * Stands in for a team's program that is not here: makes each output as a small ISTP CDF whose numbers follow from the inputs' content and
 * the job's seed alone, with times where the inputs have data inside the partition. Parameter `variables`: names with their number of
 * components; `{sc}` in a name is the spacecraft.
 */
async function standIn(job: JobFile): Promise<void> {
  const span = dataSpan(job)
  if (span === undefined) {
    process.stderr.write('no input has data of this time\n')
    process.exitCode = codes.empty
    return
  }
  for (const output of job.outputs) await writeOutput(job, output, span)
  report({ program: 'stand-in', outputs: job.outputs.length, records })
}

interface DataSpan {
  /** TT2000. */
  readonly start: bigint
  readonly stop: bigint
}

/** What the inputs cover of the partition; the partition itself where no input says what it covers. */
function dataSpan(job: JobFile): DataSpan | undefined {
  const [first, last] = [parseUtc(job.partition.start), parseUtc(job.partition.stop)]
  const covers = job.inputs.flatMap(input => (input.coverage === undefined ? [] : [input.coverage]))
  if (covers.length === 0) return { start: first, stop: last }
  const start = covers.map(c => parseUtc(c.start) as bigint).reduce((a, b) => (a < b ? a : b))
  const stop = covers.map(c => parseUtc(c.stop) as bigint).reduce((a, b) => (a > b ? a : b))
  const [from, to] = [start > first ? start : first, stop < last ? stop : last]
  return from < to ? { start: from, stop: to } : undefined
}

async function writeOutput(job: JobFile, output: JobOutput, span: DataSpan): Promise<void> {
  const step = (span.stop - span.start) / BigInt(records)
  const time = BigInt64Array.from({ length: records }, (_, i) => span.start + BigInt(i) * step)
  const attributes = globalAttributes(job, output, {
    descriptor: `${(output.fields['inst'] ?? '').toUpperCase()}>${output.title}`,
    source: `${job.spacecraft.toUpperCase()}>MMS Satellite Number ${job.spacecraft.slice(-1)}`,
    more: { Stand_in: 'MADE BY A PROGRAM THAT STANDS IN FOR ANOTHER: plausible numbers, not measurements.' },
    mods: ['Made by a program that stands in for that of the team.'],
  })
  const variables = variablesOf(job, output).flatMap(([name, size]) => describe(name, size, waves(job, name, size)))
  await writeCdfFile(output.name, { attributes, variables: [timeAxis('Epoch', time, 'Time of a sample'), ...variables] })
}

/** As the process declares them; else one vector named by the words of the product. */
function variablesOf(job: JobFile, output: JobOutput): readonly (readonly [string, number])[] {
  const declared = Object.entries((job.parameters['variables'] ?? {}) as Readonly<Record<string, number>>)
  if (declared.length > 0) return declared.map(([name, size]) => [name.replaceAll('{sc}', job.spacecraft), size])
  const { inst = '', descriptor = 'data', mode = '', level = '' } = output.fields
  return [[`${job.spacecraft}_${inst}_${descriptor}_${mode}_${level}`.replaceAll('-', '_'), 3]]
}

function describe(name: string, size: number, values: Float32Array): readonly DatasetVariable[] {
  const plain = { name, type: 'CDF_REAL4' as const, values, about: 'Plausible numbers of a stand-in', units: ' ', label: 'stand-in' }
  if (size === 1) return [series({ ...plain, valid: [-100, 100] })]
  const words = Array.from({ length: size }, (_, i) => ['x', 'y', 'z', 'total'][i] ?? `component ${i + 1}`)
  const limits = words.map(() => 100)
  return [
    labels(`${name}_labels`, words, 'Components'),
    series({
      ...plain,
      dims: [size],
      valid: [limits.map(l => -l), limits],
      more: { LABL_PTR_1: `${name}_labels` },
    }),
  ]
}

/** Slow waves whose amplitudes and phases are the hash of all that the product is made from. */
function waves(job: JobFile, name: string, size: number): Float32Array {
  const made = [String(job.seed), ...job.inputs.map(i => i.sha256), name].join(' ')
  const bytes = createHash('sha256').update(made).digest()
  const values = new Float32Array(records * size)
  for (let i = 0; i < records; i++)
    for (let k = 0; k < size; k++) {
      const [a = 0, b = 0] = [bytes[(2 * k) % 32], bytes[(2 * k + 1) % 32]]
      values[i * size + k] = (a / 4) * Math.sin((2 * Math.PI * i) / (8 + (b % 16)) + b)
    }
  return values
}

try {
  await standIn(readJob())
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = codes.failure
}
