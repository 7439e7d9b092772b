import { failCdf } from './codes.ts'
import { headerLength } from './compression/gzip.ts'
import { decompress } from './compression/index.ts'
import { needsConversion, toLittleEndian } from './encodings.ts'
import { readLeaves, type Leaf } from './extents.ts'
import type { FileContext } from './header.ts'
import { columnToRow } from './majority.ts'
import type { VariableRecord } from './metadata.ts'
import type { CdfData, ReadRange } from './model.ts'
import { viewNumbers } from './numbers.ts'
import type { InflateJob } from './platform.ts'
import { fillPattern, padBytes } from './pads.ts'
import { decodeText, trimmedLength } from './text.ts'
import type { Steps } from './window.ts'

/** Sizes of the varying dimensions: the shape of one stored record. */
export const varyingDims = (variable: VariableRecord): number[] => variable.declaredDims.filter((_, i) => variable.dimVarys[i] === true)

/** Bytes of one stored record. */
export const recordBytesOf = (variable: VariableRecord): number =>
  varyingDims(variable).reduce((product, dim) => product * dim, variable.type.bytes * variable.elements)

/** Records there are to read: at most one where the variable does not vary by record. */
export const recordsOf = (variable: VariableRecord): number =>
  variable.recordVarying ? variable.maxRec + 1 : Math.min(variable.maxRec + 1, 1)

interface Span {
  readonly first: number
  readonly count: number
}

function chooseRecords(variable: VariableRecord, range: ReadRange): Span {
  const records = recordsOf(variable)
  const first = range.first ?? 0
  if (!Number.isInteger(first) || first < 0 || first > records)
    failCdf('cdf/no-such-record', `${variable.name} has ${records} records; reading cannot start at ${first}`, { records, first })
  const count = Math.min(range.count ?? records - first, records - first)
  if (!Number.isInteger(count) || count < 0)
    failCdf('cdf/no-such-record', `${range.count} is no number of records`, { count: String(range.count) })
  return { first, count }
}

/** Values of a range of records with their shape. */
export function* readValues(file: FileContext, variable: VariableRecord, range: ReadRange): Steps<CdfData> {
  const { count } = chooseRecords(variable, range)
  const bytes = yield* readRange(file, variable, range)
  const { type, elements } = variable
  const shape = [count, ...varyingDims(variable)]
  const values = type.kind === 'text' ? splitStrings(bytes, elements, range.padding === true) : viewNumbers(bytes, type)
  return { type: type.name, shape, values }
}

function splitStrings(bytes: Uint8Array, width: number, padding: boolean): string[] {
  return Array.from({ length: bytes.length / width }, (_, i) => {
    const field = bytes.subarray(i * width, (i + 1) * width)
    return decodeText(padding ? field : field.subarray(0, trimmedLength(field)))
  })
}

/** The bytes of a range: little-endian IEEE, in row order unless `file` is asked for. */
export function* readRange(file: FileContext, variable: VariableRecord, range: ReadRange): Steps<Uint8Array> {
  const span = chooseRecords(variable, range)
  const size = recordBytesOf(variable)
  if (span.count === 0) return new Uint8Array(0)
  if (!file.header.singleFile) return convert(file, variable, yield* readSide(variable, span, size), range.order ?? 'row')
  const leaves = yield* readLeaves(file, variable, variable.sparse === 'prev' ? 0 : span.first, span.first + span.count - 1)
  checkLeaves(file, variable, leaves, size)
  const only = leaves.length === 1 ? leaves[0] : undefined
  let bytes: Uint8Array
  if (only !== undefined && !only.compressed && only.first <= span.first && only.last >= span.first + span.count - 1) {
    const start = only.dataStart + (span.first - only.first) * size
    bytes = yield* file.window.direct(start, start + span.count * size, `values of ${variable.name}`)
    if (needsConversion(variable.type, file.encoding)) bytes = bytes.slice()
  } else bytes = yield* assemble(file, variable, leaves, span, size)
  return convert(file, variable, bytes, range.order ?? 'row')
}

// In a multi-file CDF the side file of a variable holds its values and nothing else.
function* readSide(variable: VariableRecord, span: Span, size: number): Steps<Uint8Array> {
  const side = `${variable.kind === 'zVariable' ? 'z' : 'v'}${variable.number}`
  const bytes = yield { start: span.first * size, end: (span.first + span.count) * size, side }
  return bytes.slice()
}

function convert(file: FileContext, variable: VariableRecord, bytes: Uint8Array, order: 'row' | 'file'): Uint8Array {
  if (needsConversion(variable.type, file.encoding)) toLittleEndian(bytes, variable.type, file.encoding)
  const dims = varyingDims(variable).filter(dim => dim > 1)
  if (file.majority === 'row' || order === 'file' || dims.length < 2) return bytes
  return columnToRow(bytes, dims, variable.type.bytes * variable.elements)
}

// Deflate cannot give more than 1032 bytes for one; nothing else in CDF comes near.
const MAX_RATIO = 1032

function checkLeaves(file: FileContext, variable: VariableRecord, leaves: readonly Leaf[], size: number): void {
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
  const sorted = leaves.toSorted((a, b) => a.first - b.first)
  for (let i = 1; i < sorted.length; i++) {
    const [before, after] = [sorted[i - 1] as Leaf, sorted[i] as Leaf]
    if (after.first <= before.last)
      failCdf('cdf/corrupt', `${variable.name}: two blocks both hold record ${after.first}`, { record: after.first })
  }
}

function* assemble(file: FileContext, variable: VariableRecord, leaves: readonly Leaf[], span: Span, size: number): Steps<Uint8Array> {
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
  const out = new Uint8Array(span.count * size)
  const runs = groupLeaves(inRange)
  if (!(yield* readSideBySide(file, variable, runs, span, size, out))) {
    for (const run of runs) {
      const packed = run.leaves.length > 1 ? yield* file.window.direct(run.start, run.end, `values of ${variable.name}`) : undefined
      for (const leaf of run.leaves) {
        const held = packed?.subarray(leaf.dataStart - run.start, leaf.dataStart - run.start + leaf.dataBytes)
        yield* readLeafInto(file, variable, leaf, span, size, out, held)
      }
    }
  }
  if (present < span.count) yield* fillGaps(file, variable, leaves, span, size, out)
  return out
}

/** Compressed blocks that lie close together, to be fetched at once. */
interface Run {
  readonly leaves: Leaf[]
  readonly start: number
  end: number
}

// A read costs microseconds on a disk and a round trip on a network, so that neighbours are fetched in one.
const MAX_RUN = 1 << 20
const MAX_HOLE = 4096

function groupLeaves(leaves: readonly Leaf[]): readonly Run[] {
  const runs: Run[] = []
  for (const leaf of leaves) {
    const end = leaf.dataStart + leaf.dataBytes
    const run = runs.at(-1)
    const hole = leaf.dataStart - (run?.end ?? 0)
    if (
      run !== undefined &&
      leaf.compressed &&
      run.leaves.at(-1)?.compressed === true &&
      hole >= 0 &&
      hole <= MAX_HOLE &&
      end - run.start <= MAX_RUN
    ) {
      run.leaves.push(leaf)
      run.end = end
    } else runs.push({ leaves: [leaf], start: leaf.dataStart, end })
  }
  return runs
}

// Below this, handing blocks to other threads costs more than it gains.
const WORTH_SHARING = 1 << 20
/** Runs in flight at once, which bounds memory. */
const IN_FLIGHT = 16

/** Lets other threads inflate whole runs where the platform has some; false where that was not to be or failed. */
function* readSideBySide(
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

function* readLeafInto(
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
  if (leaf.compressed) out.set((yield* unpack(file, variable, leaf, size, held)).subarray(skip, skip + length), at)
  else out.set(yield* file.window.direct(leaf.dataStart + skip, leaf.dataStart + skip + length, `values of ${variable.name}`), at)
}

function* unpack(file: FileContext, variable: VariableRecord, leaf: Leaf, size: number, held?: Uint8Array): Steps<Uint8Array> {
  const what = `records ${leaf.first} to ${leaf.last} of ${variable.name}`
  const packed = held ?? (yield* file.window.direct(leaf.dataStart, leaf.dataStart + leaf.dataBytes, what))
  const expected = (leaf.last - leaf.first + 1) * size
  if (expected > file.options.maxInflated)
    failCdf('cdf/too-large', `${what} inflate to ${expected} bytes, above the limit of ${file.options.maxInflated}`, { expected })
  const type = variable.compression?.type ?? 'gzip'
  const bytes = decompress(type, packed, expected, expected, file.options, what)
  if (bytes.byteLength < expected)
    failCdf('cdf/inflate', `${what}: ${bytes.byteLength} bytes come out of the block at byte ${leaf.offset}, ${expected} should`, {
      expected,
    })
  return bytes
}

/** Records that no block holds: the pad, or in `prev` variables the last record before. */
function* fillGaps(
  file: FileContext,
  variable: VariableRecord,
  leaves: readonly Leaf[],
  span: Span,
  size: number,
  out: Uint8Array,
): Steps<void> {
  const pad = padRecord(file, variable, size)
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
  return found
}

/** A record of pads in the form of the file: {@link convert} comes after. */
function padRecord(file: FileContext, variable: VariableRecord, size: number): Uint8Array {
  const record = new Uint8Array(size)
  if (variable.pad !== null) fillPattern(record, variable.pad)
  else fillDefault(file, variable, record)
  return record
}

function fillDefault(file: FileContext, variable: VariableRecord, record: Uint8Array): void {
  const pad = padBytes(variable, file.encoding, file.version)
  if (file.encoding.order === 'big' && variable.type.word > 1) swapPattern(pad, variable.type.word)
  fillPattern(record, pad)
}

function swapPattern(pad: Uint8Array, word: number): void {
  for (let i = 0; i + word <= pad.length; i += word) pad.subarray(i, i + word).reverse()
}
