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
import { decodeText, trimmedLength } from './text.ts'
import type { Steps } from './window.ts'

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
  const order = range.order ?? 'row'
  if (!file.header.singleFile) return arrange(file, variable, yield* readSide(file, variable, span, size), order)
  const leaves = yield* readLeaves(file, variable, variable.sparse === 'prev' ? 0 : span.first, span.first + span.count - 1)
  checkLeaves(file, variable, leaves, size)
  const only = leaves.length === 1 ? leaves[0] : undefined
  const isPlain = only !== undefined && !only.compressed && only.first <= span.first && only.last >= span.first + span.count - 1
  if (isPlain) return arrangePlain(file, variable, yield* readPlain(file, variable, only, span, size), order)
  return arrange(file, variable, yield* assemble(file, variable, leaves, span, size), order)
}

function* readPlain(file: FileContext, variable: VariableRecord, leaf: Leaf, span: Span, size: number): Steps<Uint8Array> {
  const start = leaf.dataStart + (span.first - leaf.first) * size
  return yield* file.window.direct(start, start + span.count * size, `values of ${variable.name}`)
}

// The common case of uncompressed files: nothing is copied unless it must be changed, and then once.
function arrangePlain(file: FileContext, variable: VariableRecord, bytes: Uint8Array, order: 'row' | 'file'): Uint8Array {
  const { type, elements } = variable
  if (!needsConversion(type, file.encoding)) return arrange(file, variable, bytes, order)
  const dims = transposedDims(file, variable, order)
  if (dims !== undefined && type.word === 4 && elements === 1 && file.encoding.floats === 'ieee') return columnToRowSwapped(bytes, dims)
  const own = bytes.slice()
  toLittleEndian(own, type, file.encoding)
  return arrange(file, variable, own, order)
}

// In a multi-file CDF the side file of a variable holds its values and nothing else.
function* readSide(file: FileContext, variable: VariableRecord, span: Span, size: number): Steps<Uint8Array> {
  const side = `${variable.kind === 'zVariable' ? 'z' : 'v'}${variable.number}`
  const bytes = (yield { start: span.first * size, end: (span.first + span.count) * size, side }).slice()
  toLittleEndian(bytes, variable.type, file.encoding)
  return bytes
}

function arrange(file: FileContext, variable: VariableRecord, bytes: Uint8Array, order: 'row' | 'file'): Uint8Array {
  const dims = transposedDims(file, variable, order)
  return dims === undefined ? bytes : columnToRow(bytes, dims, variable.type.bytes * variable.elements)
}

/** The dimensions to be turned round; undefined where order is the same either way. */
function transposedDims(file: FileContext, variable: VariableRecord, order: 'row' | 'file'): number[] | undefined {
  const dims = varyingDims(variable).filter(dim => dim > 1)
  return file.majority === 'row' || order === 'file' || dims.length < 2 ? undefined : dims
}
