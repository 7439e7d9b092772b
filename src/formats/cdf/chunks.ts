import { failCdf } from './codes.ts'
import type { Leaf } from './extents.ts'
import type { FileContext } from './header.ts'
import { makeRounds, type Rounds } from './memory.ts'
import type { VariableRecord } from './metadata.ts'
import type { CdfChunk, ChunkRange } from './model.ts'
import { recordBytesOf, recordsOf, type Span } from './shape.ts'
import { chooseRecords, findLeaves, readSpan, readValues } from './values.ts'
import type { Steps } from './window.ts'

/** Bytes of a chunk unless told: large enough that its handling costs nothing beside its values. */
const CHUNK_BYTES = 1 << 20
/** Bytes that are still in the cache of the processor when they have been made. */
const CACHED_BYTES = 1 << 18

type Run = <T>(steps: Steps<T>) => Promise<T>

/** Values of some records at a time, in memory that is used again. */
export async function* readChunks(
  file: FileContext,
  variable: VariableRecord,
  { records, ...range }: ChunkRange = {},
  run: Run,
): AsyncGenerator<CdfChunk> {
  const memory = makeRounds()
  const each = records ?? recordsIn(CHUNK_BYTES, variable)
  if (!Number.isInteger(each) || each < 1) failCdf('cdf/no-such-record', `${each} records are no chunk`, { records: String(records) })
  const span = chooseRecords(variable, range)
  for (let first = span.first; first < span.first + span.count; first += each) {
    memory.next()
    const count = Math.min(each, span.first + span.count - first)
    yield { first, ...(await run(readValues(file, variable, { ...range, first, count }, memory))) }
  }
}

/**
 * The bytes of all values, some at a time, in memory that is used again: by one variable after the other where it comes from `spare`. No
 * block is unpacked twice.
 */
export async function* readByteChunks(file: FileContext, variable: VariableRecord, run: Run, spare: Rounds[]): AsyncGenerator<Uint8Array> {
  const memory = spare.pop() ?? makeRounds()
  const all = { first: 0, count: recordsOf(variable) }
  const leaves = (await run(findLeaves(file, variable, all))).toSorted((a, b) => a.first - b.first)
  for (const { span, from, to } of cutAtBlocks(leaves, all.count, recordsIn(CACHED_BYTES, variable))) {
    memory.next()
    const own = leaves.slice(variable.sparse === 'prev' ? 0 : from, to)
    yield await run(readSpan(file, variable, own, span, 'row', memory))
  }
  spare.push(memory)
}

const recordsIn = (bytes: number, variable: VariableRecord): number => Math.max(1, Math.floor(bytes / Math.max(1, recordBytesOf(variable))))

interface Cut {
  readonly span: Span
  /** Which of the leaves hold records of it. */
  readonly from: number
  readonly to: number
}

/** Spans of `each` records or a few more, so that none ends within a compressed block. Leaves come in order of their records. */
function* cutAtBlocks(leaves: readonly Leaf[], count: number, each: number): Generator<Cut> {
  let from = 0
  for (let first = 0; first < count;) {
    while (from < leaves.length && (leaves[from] as Leaf).last < first) from++
    let end = Math.min(first + each, count)
    let to = from
    for (; to < leaves.length && (leaves[to] as Leaf).first < end; to++) {
      const { last, compressed } = leaves[to] as Leaf
      if (compressed) end = Math.min(count, Math.max(end, last + 1))
    }
    yield { span: { first, count: end - first }, from, to }
    first = end
  }
}
