import { failCdf } from '../codes.ts'
import { makeMd5 } from '../md5.ts'
import type { Dataset, DatasetVariable } from '../model.ts'
import { ccr, encodeRecord, fixedSize, formatV3 } from '../records.ts'
import { blockSize, compress, makeBlocks, recordBytes, sparseRuns, type Block } from './blocks.ts'
import { HEADER_BYTES, compressionRecord, encodeHeader, encodeMetadata, type PlacedVariable } from './metadata.ts'
import { resolveEncode, type EncodeOptions, type ResolvedEncode } from './options.ts'
import { prepare, type PreparedVariable } from './prepare.ts'

/**
 * A whole CDF 3.9 file of a dataset: zVariables only, IBMPC encoding, metadata first. Throws `cdf/bad-dataset` with the
 * variable or attribute at fault.
 */
export function encodeCdf(dataset: Dataset, options: EncodeOptions = {}): Uint8Array<ArrayBuffer> {
  return join(encodeCdfParts(dataset, options))
}

/** {@link encodeCdf} in parts to be written one after another; values that need no change are not copied. */
export function encodeCdfParts(dataset: Dataset, options: EncodeOptions = {}): readonly Uint8Array[] {
  const resolved = resolveEncode(options)
  const parts = encodePlain(dataset, resolved)
  const whole = resolved.fileCompression === null ? parts : packFile(parts, resolved)
  return resolved.checksum ? [...whole, digest(whole, resolved)] : whole
}

interface Written {
  readonly records: number
  readonly blocks: readonly Block[]
}

function encodePlain(dataset: Dataset, options: ResolvedEncode): readonly Uint8Array[] {
  const prepared = prepare(dataset, options)
  const written = prepared.variables.map((variable, i) => encodeVariable(variable, dataset.variables[i] as DatasetVariable, options))
  const nowhere = place(written, 0)
  const { byteLength } = encodeMetadata(prepared, nowhere.placed, HEADER_BYTES).bytes
  const { placed, end } = place(written, HEADER_BYTES + byteLength)
  const metadata = encodeMetadata(prepared, placed, HEADER_BYTES)
  const header = encodeHeader(prepared, metadata, end, options)
  return [header, metadata.bytes, ...written.flatMap(({ blocks }) => blocks.flatMap(({ parts }) => parts))]
}

function encodeVariable(variable: PreparedVariable, given: DatasetVariable, options: ResolvedEncode): Written {
  const bytes = recordBytes(variable, given.values, options)
  const records = bytes.byteLength / variable.recordBytes
  if (!variable.recordVarying && records > 1)
    failCdf('cdf/bad-dataset', `variable ${variable.name} does not vary by record but has ${records} records`)
  const size = variable.recordBytes
  const blocks = sparseRuns(variable, bytes).flatMap(([from, to]) =>
    makeBlocks(variable, bytes.subarray(from * size, to * size), from, options),
  )
  return { records, blocks }
}

function place(written: readonly Written[], start: number): { placed: PlacedVariable[]; end: number } {
  let end = start
  const placed = written.map(({ records, blocks }) => ({
    records,
    blocks: blocks.map(block => {
      const offset = end
      end += blockSize(block)
      return { first: block.first, last: block.last, offset }
    }),
  }))
  return { placed, end }
}

// Whole-file compression: magic numbers, CCR, CPR; the stream holds all that follows the plain magic numbers.
function packFile(parts: readonly Uint8Array[], options: ResolvedEncode): readonly Uint8Array[] {
  const compression = options.fileCompression
  if (compression === null) return parts
  const inner = join(parts).subarray(8)
  const packed = compress(compression, inner, options)
  const magic = Uint8Array.of(0xcd, 0xf3, 0, 1, 0xcc, 0xcc, 0, 1)
  const cprOffset = 8 + fixedSize(ccr, formatV3) + packed.byteLength
  return [
    magic,
    encodeRecord(ccr, formatV3, { cprOffset, uSize: inner.byteLength }, packed),
    compressionRecord(compression.type, compression.level),
  ]
}

function digest(parts: readonly Uint8Array[], options: ResolvedEncode): Uint8Array {
  const md5 = (options.platform.md5 ?? makeMd5)()
  for (const part of parts) md5.update(part)
  return md5.digest()
}

function join(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0))
  let at = 0
  for (const part of parts) {
    joined.set(part, at)
    at += part.byteLength
  }
  return joined
}
