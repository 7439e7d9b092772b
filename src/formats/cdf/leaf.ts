import { failCdf } from './codes.ts'
import { decompress } from './compression/index.ts'
import type { Leaf } from './extents.ts'
import type { FileContext } from './header.ts'
import type { VariableRecord } from './metadata.ts'
import type { Span } from './shape.ts'
import type { Steps } from './window.ts'

// Deflate cannot give more than 1032 bytes for one; nothing else in CDF comes near.
const MAX_RATIO = 1032

/** Throws where blocks cannot hold what they claim, or overlap. Nothing is allocated before this. */
export function checkLeaves(file: FileContext, variable: VariableRecord, leaves: readonly Leaf[], size: number): void {
  for (const leaf of leaves) {
    const need = (leaf.last - leaf.first + 1) * size
    const what = `records ${leaf.first} to ${leaf.last} of ${variable.name}`
    const can = leaf.compressed ? leaf.dataBytes * MAX_RATIO + 64 : leaf.dataBytes
    if (need > can)
      failCdf('cdf/corrupt', `${what} need ${need} bytes; the block at byte ${leaf.offset} holds ${leaf.dataBytes}`, { need, ...leaf })
    if (leaf.compressed && variable.compression === null)
      failCdf('cdf/corrupt', `${what} are compressed, but the variable names no compression`, { offset: leaf.offset })
    file.window.check(leaf.dataStart, leaf.dataStart + (leaf.compressed ? leaf.dataBytes : need), what)
  }
  // Blocks of their own cannot be more than the file; else few bytes could be made to claim any number of records.
  const held = leaves.reduce((sum, leaf) => sum + leaf.dataBytes, 0)
  if (held > file.window.size)
    failCdf('cdf/corrupt', `the blocks of ${variable.name} hold ${held} bytes in a file of ${file.window.size}: some are listed twice`, {
      held,
    })
  const sorted = leaves.toSorted((a, b) => a.first - b.first)
  for (let i = 1; i < sorted.length; i++) {
    const [before, after] = [sorted[i - 1] as Leaf, sorted[i] as Leaf]
    if (after.first <= before.last)
      failCdf('cdf/corrupt', `${variable.name}: two blocks both hold record ${after.first}`, { record: after.first })
  }
}

/** Puts the records of one block that are asked for to their place in `out`; `held` are its bytes where they are there already. */
export function* readLeafInto(
  file: FileContext,
  variable: VariableRecord,
  leaf: Leaf,
  span: Span,
  size: number,
  out: Uint8Array,
  held?: Uint8Array,
): Steps<void> {
  const from = Math.max(leaf.first, span.first)
  const to = Math.min(leaf.last, span.first + span.count - 1)
  const at = (from - span.first) * size
  const skip = (from - leaf.first) * size
  const length = (to - from + 1) * size
  const place = out.subarray(at, at + length)
  const isWhole = from === leaf.first && to === leaf.last
  const found = leaf.compressed
    ? (yield* unpack(file, variable, leaf, size, held, isWhole ? place : undefined)).subarray(skip, skip + length)
    : yield* file.window.direct(leaf.dataStart + skip, leaf.dataStart + skip + length, `values of ${variable.name}`, place)
  if (found.buffer !== place.buffer || found.byteOffset !== place.byteOffset) place.set(found)
}

/** All records of a compressed block, in the encoding of the file and in memory of their own, or in `into`, which has room for just them. */
export function* unpack(
  file: FileContext,
  variable: VariableRecord,
  leaf: Leaf,
  size: number,
  held?: Uint8Array,
  into?: Uint8Array,
): Steps<Uint8Array> {
  const what = `records ${leaf.first} to ${leaf.last} of ${variable.name}`
  const packed = held ?? (yield* file.window.direct(leaf.dataStart, leaf.dataStart + leaf.dataBytes, what))
  const expected = (leaf.last - leaf.first + 1) * size
  if (expected > file.options.maxInflated)
    failCdf('cdf/too-large', `${what} inflate to ${expected} bytes, above the limit of ${file.options.maxInflated}`, { expected })
  const type = variable.compression?.type ?? 'gzip'
  const bytes = decompress(type, packed, expected, expected, file.options, what, into)
  if (bytes.byteLength < expected)
    failCdf('cdf/inflate', `${what}: ${bytes.byteLength} bytes come out of the block at byte ${leaf.offset}, ${expected} should`, {
      expected,
    })
  return bytes
}
