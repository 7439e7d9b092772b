import { failCdf } from './codes.ts'
import { toLittleEndian } from './encodings.ts'
import type { Leaf } from './extents.ts'
import { fillGaps } from './gaps.ts'
import type { FileContext } from './header.ts'
import { readLeafInto, unpack } from './leaf.ts'
import { noMemory, type Memory } from './memory.ts'
import type { VariableRecord } from './metadata.ts'
import { groupLeaves } from './runs.ts'
import type { Span } from './shape.ts'
import { readSideBySide } from './side-by-side.ts'
import { plainBytes, type Steps } from './window.ts'

/** Small variables are one block: what comes out of it is the answer, and is not copied. */
function* takeBlock(file: FileContext, variable: VariableRecord, leaf: Leaf, span: Span, size: number): Steps<Uint8Array> {
  const skip = (span.first - leaf.first) * size
  const bytes = plainBytes(yield* unpack(file, variable, leaf, size)).subarray(skip, skip + span.count * size)
  // Parts of something larger would keep the whole alive; Node's small buffers share one.
  const own = bytes.byteLength === bytes.buffer.byteLength ? bytes : bytes.slice()
  toLittleEndian(own, variable.type, file.encoding)
  return own
}

function allocate(bytes: number, name: string): Uint8Array {
  try {
    return new Uint8Array(bytes)
  } catch (cause) {
    return failCdf('cdf/too-large', `there is no memory for ${bytes} bytes of ${name}: read them in parts`, { bytes }, cause)
  }
}

/** Records gathered from their blocks, in little-endian IEEE and the majority of the file; in `memory` where it is given. */
export function* assemble(
  file: FileContext,
  variable: VariableRecord,
  leaves: readonly Leaf[],
  span: Span,
  size: number,
  memory: Memory = noMemory,
): Steps<Uint8Array> {
  const last = span.first + span.count - 1
  const inRange = leaves.filter(leaf => leaf.last >= span.first && leaf.first <= last)
  const present = inRange.reduce((sum, leaf) => sum + Math.min(leaf.last, last) - Math.max(leaf.first, span.first) + 1, 0)
  const absent = (span.count - present) * size
  if (absent > file.options.maxVirtual)
    failCdf(
      'cdf/too-large',
      `${variable.name} claims ${span.count} records, of which the file holds ${present}; the rest would be ${absent} bytes of padding, above the limit of ${file.options.maxVirtual}`,
      {
        records: span.count,
        present,
      },
    )
  if (inRange.some(leaf => leaf.compressed) && span.count * size > file.options.maxInflated)
    failCdf(
      'cdf/too-large',
      `${span.count} records of ${variable.name} are ${span.count * size} bytes, above the limit of ${file.options.maxInflated}: read them in parts`,
      { records: span.count },
    )
  const only = inRange.length === 1 && present === span.count ? inRange[0] : undefined
  const room = memory.take(span.count * size)
  if (only?.compressed === true && room === undefined) return yield* takeBlock(file, variable, only, span, size)
  const out = room ?? allocate(span.count * size, variable.name)
  const runs = groupLeaves(inRange)
  if (!(yield* readSideBySide(file, variable, runs, span, size, out))) {
    for (const run of runs) {
      const isPacked = run.leaves[0]?.compressed === true
      const packed = isPacked
        ? yield* file.window.direct(run.start, run.end, `values of ${variable.name}`, memory.take(run.end - run.start))
        : undefined
      for (const leaf of run.leaves) {
        const held = packed?.subarray(leaf.dataStart - run.start, leaf.dataStart - run.start + leaf.dataBytes)
        yield* readLeafInto(file, variable, leaf, span, size, out, held)
      }
    }
  }
  toLittleEndian(out, variable.type, file.encoding)
  if (present < span.count) yield* fillGaps(file, variable, leaves, span, size, out)
  return out
}
