import type { CdfNumbers, CdfType, CdfValues } from './types.ts'

/** One entry of an attribute. A numeric value is always a list, EPOCH16 as flat (seconds, picoseconds) pairs; text keeps its padding. */
export interface CdfEntry {
  /** Entry number of a global attribute (gaps are legal); for a variable's attribute the number of the variable. */
  readonly entry: number
  readonly type: CdfType
  /** Bytes for text, values otherwise. */
  readonly elements: number
  readonly value: string | readonly number[] | readonly bigint[]
}

/** The records asked for; all of them by default. */
export interface ReadRange {
  /** First record, from 0. */
  readonly first?: number
  /** How many records; those beyond the last are left out. */
  readonly count?: number
  /** `row` (default): the last dimension runs fastest, whatever the file says; `file`: as stored. */
  readonly order?: 'row' | 'file'
  /** Keep the blanks and NULs at the end of strings. Default false. */
  readonly padding?: boolean
}

/** Values of some records. `values` is flat, in the order of `shape`; EPOCH16 has two numbers per element. */
export interface CdfData {
  readonly type: CdfType
  /** `[records, ...dims]`, never collapsed: one record of a scalar is `[1]`. */
  readonly shape: readonly number[]
  readonly values: CdfValues
}

export interface ChunkRange extends ReadRange {
  /** Records per chunk; about 1 MiB by default. */
  readonly records?: number
}

/** Values of the records from `first` on. */
export interface CdfChunk extends CdfData {
  readonly first: number
}

export interface CdfCompression {
  readonly type: 'gzip' | 'rle' | 'huffman' | 'adaptive-huffman'
  /** 1 to 9 for gzip, 0 otherwise. */
  readonly level: number
}

export interface CdfVariable {
  readonly name: string
  readonly kind: 'rVariable' | 'zVariable'
  readonly number: number
  readonly type: CdfType
  /** Bytes per string; 1 for numbers. */
  readonly elements: number
  /** Sizes of the dimensions that vary: the shape of one record. */
  readonly dims: readonly number[]
  /** Sizes as declared, with those that do not vary. */
  readonly declaredDims: readonly number[]
  readonly dimVarys: readonly boolean[]
  /** False: one record holds for all. */
  readonly recordVarying: boolean
  /** Records there are to read. */
  readonly records: number
  /** Number of the last record as the file says, -1 for none. */
  readonly maxRecord: number
  /** Bytes of one record as stored. */
  readonly recordBytes: number
  readonly sparse: 'none' | 'pad' | 'prev'
  readonly compression: CdfCompression | null
  readonly blockingFactor: number
  /** The pad value stored in the file, or null. Text for strings. */
  readonly pad: string | readonly number[] | readonly bigint[] | null
  readonly majority: 'row' | 'column'
  readonly attributes: ReadonlyMap<string, CdfEntry>
  /** Values of some or all records. Throws {@link CdfCode} errors where the file is damaged. */
  read(range?: ReadRange): Promise<CdfData>
  /** The same at once, for sources in memory or with `readSync`; else throws `cdf/needs-async`. */
  readSync(range?: ReadRange): CdfData
  /**
   * All or some records a few at a time, for files larger than memory: each chunk's values lie in memory that the next
   * one uses again, so copy what is to stay.
   */
  chunks(range?: ChunkRange): AsyncGenerator<CdfChunk>
  /** The bytes of the values: row order, little-endian IEEE, strings at their full width. */
  readBytes(range?: ReadRange): Promise<Uint8Array>
  readBytesSync(range?: ReadRange): Uint8Array
  /** The same of all records, about 256 KiB at a time and no block unpacked twice: each part lies in memory that the next one uses again. */
  byteChunks(): AsyncGenerator<Uint8Array>
  /** Where the records lie: first and last record, offset, whether compressed, bytes on disk. */
  extents(): Promise<readonly CdfExtent[]>
  extentsSync(): readonly CdfExtent[]
}

/** A run of records stored together. */
export interface CdfExtent {
  readonly first: number
  readonly last: number
  /** Offset of the record VVR or CVVR. */
  readonly offset: number
  readonly compressed: boolean
  /** Bytes of its values as stored. */
  readonly bytes: number
}

/** What an open file knows about itself. */
export interface CdfHeader {
  /** Both magic numbers, `cdf30001 0000ffff`. */
  readonly magic: string
  /** Version, release, increment. */
  readonly version: string
  readonly encoding: number
  readonly encodingName: string
  readonly majority: 'row' | 'column'
  readonly singleFile: boolean
  readonly fileCompression: CdfCompression | null
  readonly checksum: 'md5' | null
  /** `yyyymmdd`; -1 or 0 in old files. */
  readonly leapSecondLastUpdated: number
  readonly rDimSizes: readonly number[]
  readonly numRVariables: number
  readonly numZVariables: number
  readonly numAttributes: number
  /** Logical end of the file, without a checksum. */
  readonly eof: number
  readonly copyright: string
}

/** An open CDF: everything but the values is in memory. */
export interface Cdf {
  readonly header: CdfHeader
  /** Global attributes, in file order. */
  readonly attributes: ReadonlyMap<string, readonly CdfEntry[]>
  /** rVariables first, then zVariables, each in file order. */
  readonly variables: ReadonlyMap<string, CdfVariable>
  /** Names of all attributes in file order with their scope, also of those without entries. */
  readonly attributeNames: readonly { readonly name: string; readonly scope: 'global' | 'variable' }[]
  /** What was wrong and was passed over in tolerant mode; empty otherwise. */
  readonly damage: readonly CdfDamage[]
}

export interface CdfDamage {
  /** Name of the variable or attribute, or of the list that broke off. */
  readonly where: string
  readonly code: string
  readonly message: string
}

/** A value to write: text, a number, a list of them by type. A {@link CdfEntry} of a reader fits. */
export type AttributeValue = string | number | bigint | CdfNumbers | TypedAttribute

/** A value with its type spelt out. */
export interface TypedAttribute {
  readonly type: CdfType
  readonly value: string | number | bigint | readonly number[] | readonly bigint[] | CdfNumbers
  /** Bytes of text, padded with blanks; default its length. */
  readonly elements?: number
  /** Entry number in a global attribute; default the next. */
  readonly entry?: number
}

/** A variable to write, without its values: what a streaming writer is told first. */
export interface VariableDescription {
  readonly name: string
  readonly type: CdfType
  /** Shape of one record; default a scalar. */
  readonly dims?: readonly number[]
  /** Which of `dims` vary; default all. Values hold the varying ones only. */
  readonly dimVarys?: readonly boolean[]
  /** Bytes per string; default the longest value. */
  readonly elements?: number
  /** Default true. */
  readonly recordVarying?: boolean
  /** Default none. Times are best left uncompressed (SPDF's checker refuses others). */
  readonly compression?: CdfCompression | 'gzip' | 'rle' | null
  /** Default: the default pad of the type. `null` stores none. */
  readonly pad?: string | number | bigint | readonly number[] | readonly bigint[] | null
  readonly sparse?: 'none' | 'pad' | 'prev'
  readonly attributes?: Readonly<Record<string, AttributeValue | readonly number[] | readonly bigint[]>>
}

/** A variable to write. */
export interface DatasetVariable extends VariableDescription {
  /**
   * All records, flat, in row order; their number follows from the length. Strings for CHAR (or their bytes), pairs for
   * EPOCH16, bigint for INT8 and TT2000. Plain lists are converted to the type.
   */
  readonly values: CdfNumbers | readonly string[] | readonly number[] | readonly bigint[]
}

/** A whole file to write. Variables and attributes keep their order. */
export interface Dataset {
  /** Global attributes; a list means several entries. */
  readonly attributes: Readonly<Record<string, AttributeValue | readonly AttributeValue[]>>
  readonly variables: readonly DatasetVariable[]
  /** Names of variable attributes to declare even if no variable has them. */
  readonly variableAttributes?: readonly string[]
}

/** A {@link Dataset} whose values come later. */
export interface DatasetDescription extends Omit<Dataset, 'variables'> {
  readonly variables: readonly VariableDescription[]
}
