import { failCdf } from '../codes.ts'
import { gzip } from '../compression/gzip.ts'
import { encodeRle } from '../compression/rle.ts'
import { rowToColumn } from '../majority.ts'
import type { CdfCompression } from '../model.ts'
import { fillPattern } from '../pads.ts'
import { cvvr, encodeRecord, fixedSize, formatV3, vvr, writeOffset } from '../records.ts'
import { defaultPad } from '../pads.ts'
import type { ResolvedEncode } from './options.ts'
import type { PreparedVariable } from './prepare.ts'
import { valueBytes, type GivenValues } from './values.ts'

/** A run of records to be written as one VVR or CVVR, head and values apart so that values need not be copied. */
export interface Block {
  readonly first: number
  readonly last: number
  readonly parts: readonly Uint8Array[]
}

export const blockSize = (block: Block): number => block.parts.reduce((sum, part) => sum + part.byteLength, 0)

/** Values as records in the form of the file; throws where they are not whole records. */
export function recordBytes(variable: PreparedVariable, values: GivenValues, options: ResolvedEncode): Uint8Array {
  const { type, elements, name } = variable
  const bytes = valueBytes(values, type, elements, `variable ${name}`)
  const records = bytes.byteLength / variable.recordBytes
  if (!Number.isInteger(records))
    failCdf(
      'cdf/bad-dataset',
      `variable ${name}: ${bytes.byteLength} bytes of values are no whole number of records of ${variable.recordBytes}`,
      {
        dims: variable.dims,
      },
    )
  const dims = variable.dims.filter(dim => dim > 1)
  if (options.majority === 'row' || dims.length < 2) return bytes
  return rowToColumn(bytes, dims, type.bytes * elements)
}

/** Head of a VVR over `bytes` of values. */
export function vvrHead(bytes: number): Uint8Array {
  const head = encodeRecord(vvr, formatV3, {})
  writeOffset(new DataView(head.buffer), 0, head.byteLength + bytes, formatV3)
  return head
}

/** Records from number `first` on as blocks: one where nothing is compressed, else about `blockBytes` each. */
export function makeBlocks(variable: PreparedVariable, bytes: Uint8Array, first: number, options: ResolvedEncode): Block[] {
  const size = variable.recordBytes
  const records = bytes.byteLength / size
  if (records === 0) return []
  if (variable.compression === null) return [plainBlock(bytes, first, records)]
  const blocks: Block[] = []
  for (let at = 0; at < records; at += variable.blockRecords) {
    const count = Math.min(variable.blockRecords, records - at)
    blocks.push(packedBlock(variable.compression, bytes.subarray(at * size, (at + count) * size), first + at, count, options))
  }
  return blocks
}

const plainBlock = (bytes: Uint8Array, first: number, records: number): Block => ({
  first,
  last: first + records - 1,
  parts: [vvrHead(bytes.byteLength), bytes],
})

function packedBlock(compression: CdfCompression, raw: Uint8Array, first: number, records: number, options: ResolvedEncode): Block {
  const packed = compress(compression, raw, options)
  // Where a block does not shrink the format wants it plain; readers take mixed lists.
  if (packed.byteLength >= raw.byteLength) return plainBlock(raw, first, records)
  const head = encodeRecord(cvvr, formatV3, { cSize: packed.byteLength })
  writeOffset(new DataView(head.buffer), 0, fixedSize(cvvr, formatV3) + packed.byteLength, formatV3)
  return { first, last: first + records - 1, parts: [head, packed] }
}

export const compress = (compression: CdfCompression, raw: Uint8Array, options: ResolvedEncode): Uint8Array =>
  compression.type === 'rle' ? encodeRle(raw) : gzip(raw, compression.level, options.platform)

/** Runs [from, to) of the records that a sparse variable must hold: others equal the pad, or the record before. */
export function sparseRuns(variable: PreparedVariable, bytes: Uint8Array): (readonly [number, number])[] {
  const size = variable.recordBytes
  const records = bytes.byteLength / size
  if (variable.sparse === 'none') return records === 0 ? [] : [[0, records]]
  const pad = new Uint8Array(size)
  fillPattern(pad, variable.pad ?? defaultPad(variable.type, variable.elements))
  const runs: [number, number][] = []
  for (let i = 0; i < records; i++) {
    const like = variable.sparse === 'pad' || i === 0 ? pad : bytes.subarray((i - 1) * size, i * size)
    if (sameBytes(bytes, i * size, like)) continue
    const run = runs.at(-1)
    if (run !== undefined && run[1] === i) run[1] = i + 1
    else runs.push([i, i + 1])
  }
  return runs
}

function sameBytes(bytes: Uint8Array, at: number, like: Uint8Array): boolean {
  for (let i = 0; i < like.length; i++) if (bytes[at + i] !== like[i]) return false
  return true
}
