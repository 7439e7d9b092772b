import { assemble } from './assemble.ts'
import { failCdf } from './codes.ts'
import { needsConversion, toLittleEndian } from './encodings.ts'
import { readLeaves, type Leaf } from './extents.ts'
import type { FileContext } from './header.ts'
import { checkLeaves } from './leaf.ts'
import { columnToRow, columnToRowSwapped } from './majority.ts'
import type { VariableRecord } from './metadata.ts'
import type { CdfData, ReadRange } from './model.ts'
import { viewNumbers } from './numbers.ts'
import { recordBytesOf, recordsOf, varyingDims, type Span } from './shape.ts'
import { splitText } from './text.ts'
import { noMemory, type Memory } from './memory.ts'
import type { Steps } from './window.ts'

/** The records of a range that there are; throws `cdf/no-such-record`. */
export function chooseRecords(variable: VariableRecord, range: ReadRange): Span {
  const records = recordsOf(variable)
  const first = range.first ?? 0
  if (!Number.isInteger(first) || first < 0 || first > records)
    failCdf('cdf/no-such-record', `${variable.name} has ${records} records; reading cannot start at ${first}`, { records, first })
  const count = Math.min(range.count ?? records - first, records - first)
  if (!Number.isInteger(count) || count < 0)
    failCdf('cdf/no-such-record', `${range.count} is no number of records`, { count: String(range.count) })
  return { first, count }
}

/** Values of a range of records with their shape; they may lie in `memory`. */
export function* readValues(file: FileContext, variable: VariableRecord, range: ReadRange, memory?: Memory): Steps<CdfData> {
  const { count } = chooseRecords(variable, range)
  const bytes = yield* readRange(file, variable, range, memory)
  const { type, elements } = variable
  const shape = [count, ...varyingDims(variable)]
  const values = type.kind === 'text' ? splitText(bytes, elements, range.padding === true) : viewNumbers(bytes, type)
  return { type: type.name, shape, values }
}

/** The bytes of a range: little-endian IEEE, in row order unless `file` is asked for; they may lie in `memory`. */
export function* readRange(file: FileContext, variable: VariableRecord, range: ReadRange, memory?: Memory): Steps<Uint8Array> {
  const span = chooseRecords(variable, range)
  return yield* readSpan(file, variable, yield* findLeaves(file, variable, span), span, range.order ?? 'row', memory)
}

/** The blocks that hold the records of a span, checked. */
export function* findLeaves(file: FileContext, variable: VariableRecord, span: Span): Steps<readonly Leaf[]> {
  if (span.count === 0 || !file.header.singleFile) return []
  const leaves = yield* readLeaves(file, variable, variable.sparse === 'prev' ? 0 : span.first, span.first + span.count - 1)
  checkLeaves(file, variable, leaves, recordBytesOf(variable))
  return leaves
}

/** {@link readRange} where the blocks are known: `leaves` are as {@link findLeaves} gives them. */
export function* readSpan(
  file: FileContext,
  variable: VariableRecord,
  leaves: readonly Leaf[],
  span: Span,
  order: 'row' | 'file',
  memory: Memory = noMemory,
): Steps<Uint8Array> {
  const size = recordBytesOf(variable)
  if (span.count === 0) return new Uint8Array(0)
  if (!file.header.singleFile) return arrange(file, variable, yield* readSide(file, variable, span, size), order, memory)
  const only = leaves.length === 1 ? leaves[0] : undefined
  const isPlain = only !== undefined && !only.compressed && only.first <= span.first && only.last >= span.first + span.count - 1
  if (isPlain) {
    const start = only.dataStart + (span.first - only.first) * size
    const end = start + span.count * size
    return arrangePlain(
      file,
      variable,
      yield* file.window.direct(start, end, `values of ${variable.name}`, memory.take(end - start)),
      order,
      memory,
    )
  }
  return arrange(file, variable, yield* assemble(file, variable, leaves, span, size, memory), order, memory)
}

// The common case of uncompressed files: nothing is copied unless it must be changed, and then once.
function arrangePlain(file: FileContext, variable: VariableRecord, bytes: Uint8Array, order: 'row' | 'file', memory: Memory): Uint8Array {
  const { type, elements } = variable
  if (!needsConversion(type, file.encoding)) return arrange(file, variable, bytes, order, memory)
  const dims = transposedDims(file, variable, order)
  if (dims !== undefined && type.word === 4 && elements === 1 && file.encoding.floats === 'ieee')
    return columnToRowSwapped(bytes, dims, memory.take(bytes.length))
  const own = copyTo(memory.take(bytes.length), bytes)
  toLittleEndian(own, type, file.encoding)
  return arrange(file, variable, own, order, memory)
}

function copyTo(target: Uint8Array | undefined, bytes: Uint8Array): Uint8Array {
  if (target === undefined) return bytes.slice()
  target.set(bytes)
  return target.subarray(0, bytes.length)
}

// In a multi-file CDF the side file of a variable holds its values and nothing else.
function* readSide(file: FileContext, variable: VariableRecord, span: Span, size: number): Steps<Uint8Array> {
  const side = `${variable.kind === 'zVariable' ? 'z' : 'v'}${variable.number}`
  const bytes = (yield { start: span.first * size, end: (span.first + span.count) * size, side }).slice()
  toLittleEndian(bytes, variable.type, file.encoding)
  return bytes
}

function arrange(file: FileContext, variable: VariableRecord, bytes: Uint8Array, order: 'row' | 'file', memory: Memory): Uint8Array {
  const dims = transposedDims(file, variable, order)
  return dims === undefined ? bytes : columnToRow(bytes, dims, variable.type.bytes * variable.elements, memory.take(bytes.length))
}

/** The dimensions to be turned round; undefined where order is the same either way. */
function transposedDims(file: FileContext, variable: VariableRecord, order: 'row' | 'file'): number[] | undefined {
  const dims = varyingDims(variable).filter(dim => dim > 1)
  return file.majority === 'row' || order === 'file' || dims.length < 2 ? undefined : dims
}
