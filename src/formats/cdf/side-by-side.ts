import { headerLength } from './compression/gzip.ts'
import type { FileContext } from './header.ts'
import type { VariableRecord } from './metadata.ts'
import type { InflateJob } from './platform.ts'
import type { Run } from './runs.ts'
import type { Span } from './shape.ts'
import type { Steps } from './window.ts'

// Below this, handing blocks to other threads costs more than it gains.
const WORTH_SHARING = 1 << 20
/** Runs in flight at once, which bounds memory. */
const IN_FLIGHT = 16

/** Lets other threads inflate whole runs where the platform has some; false where that was not to be or failed. */
export function* readSideBySide(
  file: FileContext,
  variable: VariableRecord,
  runs: readonly Run[],
  span: Span,
  size: number,
  out: Uint8Array,
): Steps<boolean> {
  const { inflateAside } = file.options.platform
  const packedBytes = runs.reduce((sum, run) => sum + run.end - run.start, 0)
  if (inflateAside === undefined || file.options.crc || variable.compression?.type !== 'gzip' || packedBytes < WORTH_SHARING) return false
  for (let at = 0; at < runs.length; at += IN_FLIGHT) {
    const some = runs.slice(at, at + IN_FLIGHT)
    const jobs: InflateJob[] = []
    for (const run of some) {
      const packed = yield* file.window.direct(run.start, run.end, `values of ${variable.name}`)
      const job = planJob(run, packed, size)
      if (job === undefined) return false
      jobs.push(job)
    }
    const meanwhile = (): Promise<unknown> =>
      Promise.all(jobs.map(async (job, i) => placeRun(some[i] as Run, await inflateAside(job), span, size, out)))
    if ((yield { start: 0, end: 0, meanwhile }).length === 0) return false
  }
  return true
}

function planJob(run: Run, packed: Uint8Array, size: number): InflateJob | undefined {
  if (run.leaves.some(leaf => !leaf.compressed)) return undefined
  try {
    const streams = run.leaves.map(({ dataStart, dataBytes, first, last }) => {
      const start = dataStart - run.start
      const end = start + dataBytes
      return { start: start + headerLength(packed.subarray(start, end)), end, expected: (last - first + 1) * size }
    })
    return { packed, streams }
  } catch {
    // The plain way says what is wrong with it.
    return undefined
  }
}

function placeRun(run: Run, inflated: Uint8Array, span: Span, size: number, out: Uint8Array): void {
  let at = 0
  for (const { first, last } of run.leaves) {
    const from = Math.max(first, span.first)
    const to = Math.min(last, span.first + span.count - 1)
    out.set(inflated.subarray(at + (from - first) * size, at + (to - first + 1) * size), (from - span.first) * size)
    at += (last - first + 1) * size
  }
}
