import { adr, agrEdr, azEdr, cdr, cpr, encodeRecord, fixedSize, formatV3, gdr, vxr, writeOffset, zVdr } from '../records.ts'
import type { ResolvedEncode } from './options.ts'
import type { Prepared, PreparedAttribute, PreparedVariable } from './prepare.ts'

/** Where a block came to lie. */
export interface PlacedBlock {
  readonly first: number
  readonly last: number
  readonly offset: number
}

/** What became of a variable's values. */
export interface PlacedVariable {
  readonly records: number
  readonly blocks: readonly PlacedBlock[]
}

export interface Metadata {
  /** Records from `base` on: VDRs with their CPRs and VXRs, then ADRs with their entries. */
  readonly bytes: Uint8Array
  readonly zVdrHead: number
  readonly adrHead: number
}

/** Bytes of magic numbers, CDR and GDR: what comes before everything else. */
export const HEADER_BYTES: number = 8 + fixedSize(cdr, formatV3) + fixedSize(gdr, formatV3)

// NASA's library writes 7 and reads into a fixed array of 10.
const VXR_ENTRIES = 7
const NONE = -1

/** All metadata but the header, to lie at `base`. Its size does not depend on the offsets in it. */
export function encodeMetadata(prepared: Prepared, placed: readonly PlacedVariable[], base: number): Metadata {
  const records = new Appender(base)
  const zVdrHead = prepared.variables.length === 0 ? 0 : base
  prepared.variables.forEach((variable, i) => {
    const isLast = i === prepared.variables.length - 1
    addVariable(records, variable, placed[i] ?? { records: 0, blocks: [] }, isLast)
  })
  const adrHead = prepared.attributes.length === 0 ? 0 : records.end
  prepared.attributes.forEach((attribute, i) => addAttribute(records, attribute, i, i === prepared.attributes.length - 1))
  return { bytes: records.join(), zVdrHead, adrHead }
}

/** Records one after another with their absolute offsets. */
class Appender {
  end: number
  private readonly start: number
  private readonly parts: Uint8Array[] = []

  constructor(start: number) {
    this.start = start
    this.end = start
  }

  add(record: Uint8Array): void {
    this.parts.push(record)
    this.end += record.byteLength
  }

  join(): Uint8Array {
    const joined = new Uint8Array(this.end - this.start)
    let at = 0
    for (const part of this.parts) {
      joined.set(part, at)
      at += part.byteLength
    }
    return joined
  }
}

function addVariable(out: Appender, variable: PreparedVariable, placed: PlacedVariable, isLast: boolean): void {
  const tail = vdrTail(variable)
  const after = out.end + fixedSize(zVdr, formatV3) + tail.byteLength
  const parameters = variable.compression === null ? undefined : compressionRecord(variable.compression.type, variable.compression.level)
  const index = encodeIndex(placed.blocks, after + (parameters?.byteLength ?? 0))
  const end = after + (parameters?.byteLength ?? 0) + index.bytes.byteLength
  const flags = (variable.recordVarying ? 1 : 0) | (variable.pad === null ? 0 : 2) | (parameters === undefined ? 0 : 4)
  out.add(
    encodeRecord(
      zVdr,
      formatV3,
      {
        next: isLast ? 0 : end,
        dataType: variable.type.code,
        maxRec: placed.records - 1,
        vxrHead: index.head,
        vxrTail: index.head,
        flags,
        sRecords: { none: 0, pad: 1, prev: 2 }[variable.sparse],
        rfuC: NONE,
        rfuF: NONE,
        numElems: variable.elements,
        num: variable.number,
        cprOrSpr: parameters === undefined ? NONE : after,
        blockingFactor: variable.blockRecords,
        name: variable.name,
        zNumDims: variable.declaredDims.length,
      },
      tail,
    ),
  )
  if (parameters !== undefined) out.add(parameters)
  out.add(index.bytes)
}

function vdrTail(variable: PreparedVariable): Uint8Array {
  const dims = variable.declaredDims.length
  const tail = new Uint8Array(8 * dims + (variable.pad?.byteLength ?? 0))
  const view = new DataView(tail.buffer)
  variable.declaredDims.forEach((dim, i) => view.setInt32(4 * i, dim))
  variable.dimVarys.forEach((varies, i) => view.setInt32(4 * (dims + i), varies ? -1 : 0))
  if (variable.pad !== null) tail.set(variable.pad, 8 * dims)
  return tail
}

const COMPRESSION_CODES = { rle: 1, huffman: 2, 'adaptive-huffman': 3, gzip: 5 } as const

/** A CPR with its one parameter. */
export function compressionRecord(type: keyof typeof COMPRESSION_CODES, level: number): Uint8Array {
  const parameter = new Uint8Array(4)
  new DataView(parameter.buffer).setInt32(0, level)
  return encodeRecord(cpr, formatV3, { cType: COMPRESSION_CODES[type], pCount: 1 }, parameter)
}

/** The tree of VXRs over blocks, to lie at `base`: leaves first, the root last. */
function encodeIndex(blocks: readonly PlacedBlock[], base: number): { head: number; bytes: Uint8Array } {
  const out = new Appender(base)
  let level: readonly PlacedBlock[] = blocks
  while (level.length > 0) {
    const above: PlacedBlock[] = []
    for (let at = 0; at < level.length; at += VXR_ENTRIES) {
      const entries = level.slice(at, at + VXR_ENTRIES)
      above.push({ first: entries[0]?.first ?? 0, last: entries.at(-1)?.last ?? 0, offset: out.end })
      out.add(encodeVxr(entries))
    }
    if (above.length === 1) return { head: above[0]?.offset ?? 0, bytes: out.join() }
    level = above
  }
  return { head: 0, bytes: out.join() }
}

function encodeVxr(entries: readonly PlacedBlock[]): Uint8Array {
  const tail = new Uint8Array(16 * VXR_ENTRIES).fill(0xff)
  const view = new DataView(tail.buffer)
  entries.forEach((entry, i) => {
    view.setInt32(4 * i, entry.first)
    view.setInt32(4 * (VXR_ENTRIES + i), entry.last)
    writeOffset(view, 8 * VXR_ENTRIES + 8 * i, entry.offset, formatV3)
  })
  return encodeRecord(vxr, formatV3, { nEntries: VXR_ENTRIES, nUsedEntries: entries.length }, tail)
}

function addAttribute(out: Appender, attribute: PreparedAttribute, number: number, isLast: boolean): void {
  const { entries, scope, name } = attribute
  const first = out.end + fixedSize(adr, formatV3)
  const fixed = fixedSize(agrEdr, formatV3)
  const end = entries.reduce((sum, entry) => sum + fixed + entry.bytes.byteLength, first)
  const head = entries.length === 0 ? 0 : first
  const max = entries.reduce((most, entry) => Math.max(most, entry.entry), -1)
  out.add(
    encodeRecord(adr, formatV3, {
      next: isLast ? 0 : end,
      agrHead: scope === 1 ? head : 0,
      scope,
      num: number,
      ngrEntries: scope === 1 ? entries.length : 0,
      maxGrEntry: scope === 1 ? max : NONE,
      azHead: scope === 2 ? head : 0,
      nzEntries: scope === 2 ? entries.length : 0,
      maxZEntry: scope === 2 ? max : NONE,
      rfuE: NONE,
      name,
    }),
  )
  entries.forEach((entry, i) => {
    const next = i === entries.length - 1 ? 0 : out.end + fixed + entry.bytes.byteLength
    const fields = {
      next,
      attrNum: number,
      dataType: entry.type.code,
      num: entry.entry,
      numElems: entry.elements,
      numStrings: entry.strings,
      rfuD: NONE,
      rfuE: NONE,
    }
    out.add(encodeRecord(scope === 1 ? agrEdr : azEdr, formatV3, fields, entry.bytes))
  })
}

/** Magic numbers, CDR and GDR of a file that ends at `eof`. */
export function encodeHeader(prepared: Prepared, metadata: Metadata, eof: number, options: ResolvedEncode): Uint8Array {
  const header = new Uint8Array(HEADER_BYTES)
  const view = new DataView(header.buffer)
  view.setUint32(0, 0xcdf30001)
  view.setUint32(4, 0x0000ffff)
  const gdrOffset = 8 + fixedSize(cdr, formatV3)
  header.set(
    encodeRecord(cdr, formatV3, {
      gdrOffset,
      version: 3,
      release: 9,
      encoding: 6,
      flags: (options.majority === 'row' ? 1 : 0) | 2 | (options.checksum ? 12 : 0),
      identifier: NONE,
      rfuE: NONE,
      copyright: '\nCommon Data Format (CDF)\nhttps://cdf.gsfc.nasa.gov\nwritten by Apsis\n',
    }),
    8,
  )
  header.set(
    encodeRecord(gdr, formatV3, {
      zVdrHead: metadata.zVdrHead,
      adrHead: metadata.adrHead,
      eof,
      numAttr: prepared.attributes.length,
      rMaxRec: NONE,
      nzVars: prepared.variables.length,
      leapSecondLastUpdated: options.leapSecondLastUpdated,
      rfuE: NONE,
    }),
    gdrOffset,
  )
  return header
}
