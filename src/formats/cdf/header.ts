import { failCdf } from './codes.ts'
import { decompress, peek } from './compression/index.ts'
import { encodingOf, type Encoding } from './encodings.ts'
import type { CdfCompression, CdfHeader } from './model.ts'
import type { ResolvedOptions } from './options.ts'
import {
  ccr,
  cdr,
  cpr,
  decodeRecord,
  fixedSize,
  formatBefore25,
  formatV2,
  formatV3,
  gdr,
  readInt,
  readOffset,
  type Format,
  type Layout,
  type RecordOf,
} from './records.ts'
import { makeWindow, type ByteWindow, type Steps } from './window.ts'

/** A file whose header is read: what every later step needs. */
export interface FileContext {
  /** Bytes to parse: the file, or what it decompresses to. */
  readonly window: ByteWindow
  /** Set when the whole file was compressed: `window` is over these bytes. */
  readonly inflated: Uint8Array | undefined
  readonly format: Format
  readonly encoding: Encoding
  readonly majority: 'row' | 'column'
  /** Version as one number, 3.5.0 = 30500. */
  readonly version: number
  readonly header: CdfHeader
  readonly gdr: RecordOf<typeof gdr>
  readonly options: ResolvedOptions
}

const PLAIN = 0x0000ffff
const COMPRESSED = 0xcccc0001
const MAX_DIMS = 10

/** Reads magic numbers, CCR where there is one, CDR and GDR. */
export function* readHeader(size: number, whole: Uint8Array | undefined, options: ResolvedOptions): Steps<FileContext> {
  const outer = makeWindow(size, whole)
  const [first, second] = yield* readMagic(outer)
  const magic = `${first.toString(16).padStart(8, '0')} ${second.toString(16).padStart(8, '0')}`
  const isV3 = first === 0xcdf30001
  if (second === PLAIN) return yield* readInner(outer, undefined, magic, isV3, null, options)
  const { bytes, compression } = yield* inflateFile(outer, isV3 ? formatV3 : formatV2, options)
  return yield* readInner(makeWindow(bytes.byteLength, bytes), bytes, magic, isV3, compression, options)
}

function* readMagic(window: ByteWindow): Steps<[number, number]> {
  if (window.size === 0) failCdf('cdf/not-cdf', 'the file is empty')
  const head = yield* window.bytes(0, Math.min(window.size, 8), 'the magic number')
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength)
  const first = head.byteLength >= 4 ? view.getUint32(0) : 0
  if (first !== 0xcdf30001 && first !== 0xcdf26002 && first !== PLAIN) failNotCdf(head)
  if (head.byteLength < 8) failCdf('cdf/truncated', `truncated at byte ${window.size} of 8, within the magic numbers`)
  const second = view.getUint32(4)
  if (second !== PLAIN && second !== COMPRESSED)
    failCdf('cdf/corrupt', `the second magic number is ${hex(second)}: neither plain (0000ffff) nor compressed (cccc0001)`)
  return [first, second]
}

const hex = (value: number): string => value.toString(16).padStart(8, '0')

const STRANGERS: readonly (readonly [string, string])[] = [
  ['\x1f\x8b', 'it is gzip: unpack it first'],
  ['CDF\x01', 'it is netCDF'],
  ['CDF\x02', 'it is netCDF'],
  ['\x89HDF', 'it is HDF5'],
  ['<', 'it looks like a web page'],
  ['PK', 'it is a zip archive: unpack it first'],
]

function failNotCdf(head: Uint8Array): never {
  const text = String.fromCharCode(...head)
  const stranger = STRANGERS.find(([start]) => text.startsWith(start))
  return failCdf('cdf/not-cdf', `no CDF: ${stranger?.[1] ?? 'its first bytes are no magic number of CDF'}`)
}

function* inflateFile(
  window: ByteWindow,
  format: Format,
  options: ResolvedOptions,
): Steps<{ bytes: Uint8Array; compression: CdfCompression }> {
  // Both kinds of head lie at byte 8: a file that does not reach beyond was cut.
  window.expectedEnd = 8 + fixedSize(ccr, format)
  const { record, size } = yield* readFixed(window, 8, ccr, format)
  // One 4-byte parameter belongs to each compression there is.
  const end = 8 + size + (record.cprOffset === 8 + size ? fixedSize(cpr, format) + 4 : 0)
  if (8 + size > window.size) failTruncated(window, end, 'the compressed file')
  window.expectedEnd = end
  const compression = yield* readCompression(window, record.cprOffset, format)
  const packed = yield* window.bytes(8 + fixedSize(ccr, format), 8 + size, 'the compressed file')
  if (record.uSize <= 0) failCdf('cdf/corrupt', `the CCR says that the file inflates to ${record.uSize} bytes`)
  const head = yield* window.bytes(0, 8, 'the magic numbers')
  // Before memory is spent on what a small file may inflate to, it must begin as a CDF does.
  const start = peek(compression.type, packed, 16)
  if (start.length >= format.offset + 4) checkHead(cdr, { ...format, copyright: 256 }, 8, start)
  const expected = Math.min(record.uSize, options.maxInflated, packed.byteLength * 1032 + 64)
  const inner = decompress(compression.type, packed, expected, options.maxInflated, options, 'the compressed file')
  const bytes = new Uint8Array(8 + inner.byteLength)
  bytes.set(head)
  bytes.set(inner, 8)
  return { bytes, compression }
}

const COMPRESSIONS = new Map<number, CdfCompression['type']>([
  [1, 'rle'],
  [2, 'huffman'],
  [3, 'adaptive-huffman'],
  [5, 'gzip'],
])

/** Reads a CPR: the compression of a variable or file. */
export function* readCompression(window: ByteWindow, offset: number, format: Format): Steps<CdfCompression> {
  const { record, size } = yield* readFixed(window, offset, cpr, format)
  const type = COMPRESSIONS.get(record.cType)
  if (type === undefined)
    return failCdf('cdf/corrupt', `the CPR at byte ${offset} names compression ${record.cType}, which CDF does not define`, { offset })
  const at = offset + fixedSize(cpr, format)
  if (record.pCount < 1 || size < fixedSize(cpr, format) + 4) return { type, level: 0 }
  const parameter = yield* window.bytes(at, at + 4, 'the compression parameter')
  return { type, level: readInt(parameter, 0) }
}

/** The fixed fields of the record at `offset`, its type checked, and its size by its own account, checked against the file. */
export function* readFixed<L extends Layout>(
  window: ByteWindow,
  offset: number,
  layout: L,
  format: Format,
): Steps<{ record: RecordOf<L>; size: number }> {
  const fixed = fixedSize(layout, format)
  if (offset < 8) failCdf('cdf/corrupt', `a ${layout.title} is said to be at byte ${offset}, inside the magic numbers`, { offset })
  const bytes = yield* window.bytes(offset, offset + fixed, layout.title)
  const size = checkHead(layout, format, offset, bytes)
  return { record: decodeRecord(layout, format, bytes), size }
}

/** Size of a record by its own account, after checking that type and size can be. */
export function checkHead(layout: Layout, format: Format, offset: number, bytes: Uint8Array): number {
  const type = readInt(bytes, format.offset)
  if (type !== layout.type)
    failCdf('cdf/corrupt', `byte ${offset} should start a ${layout.title} (type ${layout.type}) but holds type ${type}`, { offset, type })
  const size = readOffset(bytes, 0, format)
  const fixed = fixedSize(layout, format)
  if (size < fixed)
    failCdf('cdf/corrupt', `the ${layout.title} at byte ${offset} says it is ${size} bytes long; ${fixed} is the least`, { offset, size })
  return size
}

function* readInner(
  window: ByteWindow,
  inflated: Uint8Array | undefined,
  magic: string,
  isV3: boolean,
  fileCompression: CdfCompression | null,
  options: ResolvedOptions,
): Steps<FileContext> {
  window.expectedEnd = 8 + fixedSize(cdr, formatV3)
  const format = isV3 ? formatV3 : yield* chooseV2(window)
  const { record: head, size } = yield* readFixed(window, 8, cdr, { ...format, copyright: 256 })
  if (8 + size > window.size) failTruncated(window, 8 + size, 'the CDR')
  if (head.version < 2 || head.version > 3 || (head.version === 2 && head.release < 4))
    failCdf('cdf/unsupported', `CDF version ${head.version}.${head.release}.${head.increment} is not read; 2.4 to 3.9 are`)
  // The magic number chose the width of every offset: where the CDR denies it, one of the two is wrong.
  if (head.version !== format.generation)
    failCdf('cdf/corrupt', `the magic number is that of CDF ${format.generation}, the CDR says version ${head.version}.${head.release}`)
  const encoding = encodingOf(head.encoding)
  // The GDR follows at once in what all known writers make.
  if (head.gdrOffset === 8 + size) window.expectedEnd = head.gdrOffset + fixedSize(gdr, format)
  const global = yield* readGdr(window, head.gdrOffset, format)
  window.expectedEnd = global.record.eof
  const majority = (head.flags & 1) === 0 ? 'column' : 'row'
  const header: CdfHeader = {
    magic,
    version: `${head.version}.${head.release}.${head.increment}`,
    encoding: head.encoding,
    encodingName: encoding.name,
    majority,
    singleFile: (head.flags & 2) !== 0,
    fileCompression,
    checksum: (head.flags & 4) !== 0 ? 'md5' : null,
    leapSecondLastUpdated: global.record.leapSecondLastUpdated,
    rDimSizes: global.rDimSizes,
    numRVariables: global.record.nrVars,
    numZVariables: global.record.nzVars,
    numAttributes: global.record.numAttr,
    eof: global.record.eof,
    copyright: head.copyright.trim(),
  }
  const version = head.version * 10_000 + head.release * 100 + head.increment
  return { window, inflated, format, encoding, majority, version, header, gdr: global.record, options }
}

const failTruncated = (window: ByteWindow, end: number, what: string): never =>
  failCdf('cdf/truncated', `truncated at byte ${window.size} of ${end}, within ${what}`, { size: window.size, end })

// The magic 0000ffff covers 2.0 to 2.5; only the CDR tells whether VDRs have their spare bytes.
function* chooseV2(window: ByteWindow): Steps<Format> {
  const head = yield* window.bytes(8, 28, 'the CDR')
  const [version, release] = [readInt(head, 12), readInt(head, 16)]
  return version < 2 || (version === 2 && release < 5) ? formatBefore25 : formatV2
}

function* readGdr(
  window: ByteWindow,
  offset: number,
  format: Format,
): Steps<{ record: RecordOf<typeof gdr>; rDimSizes: readonly number[] }> {
  const { record } = yield* readFixed(window, offset, gdr, format)
  if (record.rNumDims < 0 || record.rNumDims > MAX_DIMS)
    failCdf('cdf/corrupt', `the GDR says that rVariables have ${record.rNumDims} dimensions; at most ${MAX_DIMS} are allowed`)
  for (const count of [record.nrVars, record.nzVars, record.numAttr])
    if (count < 0) failCdf('cdf/corrupt', `the GDR counts ${count} variables or attributes`)
  const at = offset + fixedSize(gdr, format)
  const rDimSizes = yield* readInts(window, at, record.rNumDims, 'rDimSizes')
  return { record, rDimSizes }
}

/** `count` big-endian 32-bit integers. */
export function* readInts(window: ByteWindow, at: number, count: number, what: string): Steps<number[]> {
  if (count === 0) return []
  const bytes = yield* window.bytes(at, at + 4 * count, what)
  return Array.from({ length: count }, (_, i) => readInt(bytes, 4 * i))
}
