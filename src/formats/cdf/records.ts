import { decodeText } from './text.ts'

/** Widths that differ between generations of the format. */
export interface Format {
  readonly generation: 2 | 3
  /** Bytes of an offset. */
  readonly offset: 4 | 8
  /** Bytes of a name. */
  readonly name: 64 | 256
  /** Spare bytes inside VDRs: 128 before version 2.5. */
  readonly spare: 0 | 128
  /** Bytes of the copyright text: 1945 before version 2.5. */
  readonly copyright: 256 | 1945
}

export const formatV3: Format = { generation: 3, offset: 8, name: 256, spare: 0, copyright: 256 }
export const formatV2: Format = { generation: 2, offset: 4, name: 64, spare: 0, copyright: 256 }
export const formatBefore25: Format = { ...formatV2, spare: 128, copyright: 1945 }

type FieldKind = 'offset' | 'int' | 'name' | 'spare' | 'copyright'
type Fields = Readonly<Record<string, FieldKind>>

/** A record of the CDF Internal Format Description: its type number and fixed fields in order, after size and type. */
export interface Layout<F extends Fields = Fields> {
  readonly type: number
  readonly title: string
  readonly fields: F
}

export type RecordOf<L extends Layout> = {
  -readonly [K in keyof L['fields']]: L['fields'][K] extends 'name' | 'copyright' ? string : number
}

const vdrFields = {
  next: 'offset',
  dataType: 'int',
  maxRec: 'int',
  vxrHead: 'offset',
  vxrTail: 'offset',
  flags: 'int',
  sRecords: 'int',
  rfuB: 'int',
  rfuC: 'int',
  rfuF: 'int',
  spare: 'spare',
  numElems: 'int',
  num: 'int',
  cprOrSpr: 'offset',
  blockingFactor: 'int',
  name: 'name',
} as const

const aedrFields = {
  next: 'offset',
  attrNum: 'int',
  dataType: 'int',
  num: 'int',
  numElems: 'int',
  numStrings: 'int',
  rfuB: 'int',
  rfuC: 'int',
  rfuD: 'int',
  rfuE: 'int',
} as const

const cdrFields = {
  gdrOffset: 'offset',
  version: 'int',
  release: 'int',
  encoding: 'int',
  flags: 'int',
  rfuA: 'int',
  rfuB: 'int',
  increment: 'int',
  identifier: 'int',
  rfuE: 'int',
  copyright: 'copyright',
} as const

const gdrFields = {
  rVdrHead: 'offset',
  zVdrHead: 'offset',
  adrHead: 'offset',
  eof: 'offset',
  nrVars: 'int',
  numAttr: 'int',
  rMaxRec: 'int',
  rNumDims: 'int',
  nzVars: 'int',
  uirHead: 'offset',
  rfuC: 'int',
  leapSecondLastUpdated: 'int',
  rfuE: 'int',
} as const

const zVdrFields: typeof vdrFields & { readonly zNumDims: 'int' } = { ...vdrFields, zNumDims: 'int' }

const adrFields = {
  next: 'offset',
  agrHead: 'offset',
  scope: 'int',
  num: 'int',
  ngrEntries: 'int',
  maxGrEntry: 'int',
  rfuA: 'int',
  azHead: 'offset',
  nzEntries: 'int',
  maxZEntry: 'int',
  rfuE: 'int',
  name: 'name',
} as const

const vxrFields = { next: 'offset', nEntries: 'int', nUsedEntries: 'int' } as const

const vvrFields = {} as const

const ccrFields = { cprOffset: 'offset', uSize: 'offset', rfuA: 'int' } as const

const cprFields = { cType: 'int', rfuA: 'int', pCount: 'int' } as const

const cvvrFields = { rfuA: 'int', cSize: 'offset' } as const

/** Every record, once, for reader, writer and inspector. What follows the fixed fields is said at each. */
export const cdr: Layout<typeof cdrFields> = { type: 1, title: 'CDR', fields: cdrFields }
/** Then rDimSizes: `rNumDims` integers. */
export const gdr: Layout<typeof gdrFields> = { type: 2, title: 'GDR', fields: gdrFields }
/** Then dimVarys (as many as the GDR has dimensions) and the pad value. */
export const rVdr: Layout<typeof vdrFields> = { type: 3, title: 'rVDR', fields: vdrFields }
/** Then zDimSizes, dimVarys and the pad value. */
export const zVdr: Layout<typeof zVdrFields> = { type: 8, title: 'zVDR', fields: zVdrFields }
export const adr: Layout<typeof adrFields> = { type: 4, title: 'ADR', fields: adrFields }
/** Then the value. */
export const agrEdr: Layout<typeof aedrFields> = { type: 5, title: 'AgrEDR', fields: aedrFields }
export const azEdr: Layout<typeof aedrFields> = { type: 9, title: 'AzEDR', fields: aedrFields }
/** Then first[], last[] (integers) and offset[] of `nEntries`. */
export const vxr: Layout<typeof vxrFields> = { type: 6, title: 'VXR', fields: vxrFields }
/** Then the values. */
export const vvr: Layout<typeof vvrFields> = { type: 7, title: 'VVR', fields: vvrFields }
/** Then the compressed file. */
export const ccr: Layout<typeof ccrFields> = { type: 10, title: 'CCR', fields: ccrFields }
/** Then `pCount` parameters. */
export const cpr: Layout<typeof cprFields> = { type: 11, title: 'CPR', fields: cprFields }
/** Then `cSize` bytes of compressed values. */
export const cvvr: Layout<typeof cvvrFields> = { type: 13, title: 'CVVR', fields: cvvrFields }

interface Placed {
  readonly names: readonly string[]
  readonly kinds: readonly FieldKind[]
  readonly at: readonly number[]
  readonly offsets: Readonly<Record<string, number>>
  readonly size: number
}

const placed = new Map<Layout, Map<Format, Placed>>()

const widthOf = (kind: FieldKind, format: Format): number => (kind === 'int' ? 4 : format[kind])

function place(layout: Layout, format: Format): Placed {
  const known = placed.get(layout)?.get(format)
  if (known !== undefined) return known
  const names = Object.keys(layout.fields)
  const kinds = Object.values(layout.fields)
  const at: number[] = []
  let size = format.offset + 4
  for (const kind of kinds) {
    at.push(size)
    size += widthOf(kind, format)
  }
  const offsets = Object.fromEntries(names.map((name, i) => [name, at[i] as number]))
  const made = { names, kinds, at, offsets, size }
  if (!placed.has(layout)) placed.set(layout, new Map())
  placed.get(layout)?.set(format, made)
  return made
}

/** Offsets of the fields within a record, for loops too hot for {@link decodeRecord}. */
export function fieldOffsets<L extends Layout>(layout: L, format: Format): Readonly<Record<keyof L['fields'], number>> {
  return place(layout, format).offsets as Record<keyof L['fields'], number>
}

/** Bytes of size, type and the fixed fields. */
export const fixedSize = (layout: Layout, format: Format): number => place(layout, format).size

/** The fixed fields of a record that starts at the start of `bytes`, which must hold {@link fixedSize} bytes. */
export function decodeRecord<L extends Layout>(layout: L, format: Format, bytes: Uint8Array): RecordOf<L> {
  const { names, kinds, at } = place(layout, format)
  const record: Record<string, number | string> = {}
  for (let i = 0; i < names.length; i++) {
    const kind = kinds[i] as FieldKind
    const offset = at[i] as number
    record[names[i] as string] =
      kind === 'int'
        ? readInt(bytes, offset)
        : kind === 'offset'
          ? readOffset(bytes, offset, format)
          : kind === 'spare'
            ? 0
            : decodeName(bytes.subarray(offset, offset + format[kind]))
  }
  return record as RecordOf<L>
}

/** A big-endian 32-bit integer. Records are many and small: a DataView for each would cost more than what it reads. */
export const readInt = (bytes: Uint8Array, at: number): number =>
  ((bytes[at] as number) << 24) | ((bytes[at + 1] as number) << 16) | ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number)

/** A signed file offset or size; exact up to 2^53. */
export const readOffset = (bytes: Uint8Array, at: number, format: Format): number =>
  format.offset === 4 ? readInt(bytes, at) : readInt(bytes, at) * 4_294_967_296 + (readInt(bytes, at + 4) >>> 0)

export function writeOffset(view: DataView, at: number, value: number, format: Format): void {
  if (format.offset === 4) view.setInt32(at, value)
  else {
    view.setInt32(at, Math.floor(value / 4_294_967_296))
    view.setUint32(at + 4, value % 4_294_967_296)
  }
}

// A name may fill its field with no NUL behind it.
function decodeName(field: Uint8Array): string {
  const nul = field.indexOf(0)
  return decodeText(nul < 0 ? field : field.subarray(0, nul))
}

/** Bytes of a whole record: size, type, fixed fields, then `tail`. Missing fields are 0, missing names empty. */
export function encodeRecord<L extends Layout>(
  layout: L,
  format: Format,
  record: Partial<RecordOf<L>>,
  tail: Uint8Array = new Uint8Array(0),
): Uint8Array {
  const { names, kinds, at, size } = place(layout, format)
  const bytes = new Uint8Array(size + tail.byteLength)
  const view = new DataView(bytes.buffer)
  writeOffset(view, 0, bytes.byteLength, format)
  view.setInt32(format.offset, layout.type)
  for (let i = 0; i < names.length; i++) {
    const value = (record as Record<string, number | string | undefined>)[names[i] as string]
    const kind = kinds[i] as FieldKind
    if (typeof value === 'string') bytes.set(new TextEncoder().encode(value).subarray(0, widthOf(kind, format)), at[i])
    else if (kind === 'int') view.setInt32(at[i] as number, value ?? 0)
    else if (kind === 'offset') writeOffset(view, at[i] as number, value ?? 0, format)
  }
  bytes.set(tail, size)
  return bytes
}
