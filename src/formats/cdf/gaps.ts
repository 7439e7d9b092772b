import { toLittleEndian } from './encodings.ts'
import type { Leaf } from './extents.ts'
import type { FileContext } from './header.ts'
import { readLeafInto } from './leaf.ts'
import type { VariableRecord } from './metadata.ts'
import { fillPattern, padBytes } from './pads.ts'
import type { Span } from './shape.ts'
import type { Steps } from './window.ts'

/**
 * Fills the records that no block holds: with the pad, or in `prev` variables with the last record before. `out` is in
 * little-endian IEEE already.
 */
export function* fillGaps(
  file: FileContext,
  variable: VariableRecord,
  leaves: readonly Leaf[],
  span: Span,
  size: number,
  out: Uint8Array,
): Steps<void> {
  const pad = new Uint8Array(size)
  fillPattern(pad, padBytes(variable, file.encoding, file.version))
  const sorted = leaves.toSorted((a, b) => a.first - b.first)
  const end = span.first + span.count
  let at = span.first
  for (const leaf of [...sorted, undefined]) {
    const stop = Math.min(leaf?.first ?? end, end)
    if (stop > at) {
      const fill = variable.sparse === 'prev' ? yield* recordBefore(file, variable, sorted, at, size, span, out) : undefined
      fillPattern(out.subarray((at - span.first) * size, (stop - span.first) * size), fill ?? pad)
    }
    at = Math.max(at, (leaf?.last ?? end) + 1)
  }
}

function* recordBefore(
  file: FileContext,
  variable: VariableRecord,
  sorted: readonly Leaf[],
  record: number,
  size: number,
  span: Span,
  out: Uint8Array,
): Steps<Uint8Array | undefined> {
  if (record > span.first) return out.slice((record - 1 - span.first) * size, (record - span.first) * size)
  const leaf = sorted.findLast(l => l.last < record)
  if (leaf === undefined) return undefined
  const found = new Uint8Array(size)
  yield* readLeafInto(file, variable, leaf, { first: leaf.last, count: 1 }, size, found)
  toLittleEndian(found, variable.type, file.encoding)
  return found
}
