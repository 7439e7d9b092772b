import { failCdf } from './codes.ts'
import { readFixed, type FileContext } from './header.ts'
import type { VariableRecord } from './metadata.ts'
import { cvvr, decodeRecord, fixedSize, readInt, readOffset, vvr, vxr } from './records.ts'
import type { Steps } from './window.ts'

/** A run of records in the file. */
export interface Leaf {
  readonly first: number
  readonly last: number
  /** Offset of its VVR or CVVR. */
  readonly offset: number
  readonly compressed: boolean
  /** Where its values, or their compressed bytes, begin and how many bytes they are. */
  readonly dataStart: number
  readonly dataBytes: number
}

interface Entry {
  readonly first: number
  readonly last: number
  readonly offset: number
}

/** Deeper trees do not occur: six levels of three hold 3,000 blocks. */
const MAX_DEPTH = 64

/**
 * The runs of a variable that overlap records [first, last], in order of the file. VXRs chain and nest; entries outside
 * the range are not followed.
 */
export function* readLeaves(file: FileContext, variable: VariableRecord, first: number, last: number): Steps<Leaf[]> {
  const leaves: Leaf[] = []
  if (variable.vxrHead !== 0) yield* walkVxrs(file, variable, variable.vxrHead, first, last, leaves, new Set(), 0)
  return leaves
}

function* walkVxrs(
  file: FileContext,
  variable: VariableRecord,
  head: number,
  first: number,
  last: number,
  leaves: Leaf[],
  seen: Set<number>,
  depth: number,
): Steps<void> {
  const where = `the record index of ${variable.name}`
  if (depth > MAX_DEPTH) failCdf('cdf/corrupt', `${where} is nested deeper than ${MAX_DEPTH} levels`)
  for (let offset = head; offset !== 0;) {
    if (seen.has(offset)) failCdf('cdf/corrupt', `${where} returns to byte ${offset}: it has no end`, { offset })
    seen.add(offset)
    const { next, entries } = yield* readVxr(file, offset, where)
    for (const entry of entries) {
      if (entry.first > entry.last || entry.first < 0)
        failCdf('cdf/corrupt', `${where} lists records ${entry.first} to ${entry.last}`, { offset })
      if (entry.last < first || entry.first > last) continue
      const head = yield* readHead(file, entry.offset, where)
      if (head.type === vxr.type) yield* walkVxrs(file, variable, entry.offset, first, last, leaves, seen, depth + 1)
      else leaves.push(makeLeaf(file, entry, head, where))
    }
    offset = next
  }
}

function* readVxr(file: FileContext, offset: number, where: string): Steps<{ next: number; entries: Entry[] }> {
  const { window, format } = file
  const { record, size } = yield* readFixed(window, offset, vxr, format)
  const { nEntries, nUsedEntries: used } = record
  const fixed = fixedSize(vxr, format)
  if (nEntries < 0 || used < 0 || used > nEntries || fixed + nEntries * (8 + format.offset) > size)
    failCdf('cdf/corrupt', `${where} at byte ${offset} says ${used} of ${nEntries} entries are used; its ${size} bytes cannot hold them`, {
      offset,
      nEntries,
      used,
    })
  const bytes = yield* window.bytes(offset + fixed, offset + fixed + nEntries * (8 + format.offset), where)
  const entries = Array.from({ length: used }, (_, i) => ({
    first: readInt(bytes, 4 * i),
    last: readInt(bytes, 4 * (nEntries + i)),
    offset: readOffset(bytes, 8 * nEntries + format.offset * i, format),
  }))
  return { next: record.next, entries }
}

/** Start of a record: enough to tell what it is and where its values are. */
interface Head {
  readonly type: number
  readonly size: number
  readonly bytes: Uint8Array
}

function* readHead(file: FileContext, offset: number, where: string): Steps<Head> {
  if (offset < 8) failCdf('cdf/corrupt', `${where} points to byte ${offset}`, { offset })
  const { format, window } = file
  const what = `a block that ${where} lists`
  const least = offset + fixedSize(vvr, format)
  window.check(offset, least, what)
  const bytes = yield* window.direct(offset, Math.max(least, Math.min(offset + fixedSize(cvvr, format), window.size)), what)
  return { type: readInt(bytes, format.offset), size: readOffset(bytes, 0, format), bytes }
}

function makeLeaf(file: FileContext, entry: Entry, { type, size, bytes }: Head, where: string): Leaf {
  const { format, window } = file
  const { offset } = entry
  if (type !== vvr.type && type !== cvvr.type)
    failCdf('cdf/corrupt', `${where} points to byte ${offset}, where a record of type ${type} lies and no values`, { offset, type })
  const compressed = type === cvvr.type
  const fixed = fixedSize(compressed ? cvvr : vvr, format)
  window.check(offset, offset + fixed, `a block that ${where} lists`)
  const dataBytes = compressed ? decodeRecord(cvvr, format, bytes).cSize : size - fixed
  if (dataBytes < 0 || dataBytes > size - fixed)
    failCdf('cdf/corrupt', `the block at byte ${offset} says it holds ${dataBytes} bytes in a record of ${size}`, { offset, size })
  return { ...entry, compressed, dataStart: offset + fixed, dataBytes }
}
