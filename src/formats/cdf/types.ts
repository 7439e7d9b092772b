/** The data types of CDF by their own names. BYTE, FLOAT and DOUBLE are kept apart from INT1, REAL4 and REAL8: files do. */
export type CdfType =
  | 'CDF_INT1'
  | 'CDF_INT2'
  | 'CDF_INT4'
  | 'CDF_INT8'
  | 'CDF_UINT1'
  | 'CDF_UINT2'
  | 'CDF_UINT4'
  | 'CDF_REAL4'
  | 'CDF_REAL8'
  | 'CDF_EPOCH'
  | 'CDF_EPOCH16'
  | 'CDF_TIME_TT2000'
  | 'CDF_BYTE'
  | 'CDF_FLOAT'
  | 'CDF_DOUBLE'
  | 'CDF_CHAR'
  | 'CDF_UCHAR'

/** Numbers of a type in memory. EPOCH16 is a Float64Array of (seconds, picoseconds) pairs. */
export type CdfNumbers =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | Float32Array
  | Float64Array

/** Values as read: a typed array, or one string per element for CHAR and UCHAR. */
export type CdfValues = CdfNumbers | string[]

type ArrayMaker = new (buffer: ArrayBufferLike, byteOffset: number, length: number) => CdfNumbers

export interface TypeInfo {
  readonly name: CdfType
  /** The number in the file. */
  readonly code: number
  /** Bytes of one element (of one character for strings). */
  readonly bytes: number
  /** How bytes become values; `pair` is EPOCH16. */
  readonly kind: 'int' | 'float' | 'bigint' | 'pair' | 'text'
  /** Bytes that swap together: 8 for EPOCH16, 1 for text. */
  readonly word: 1 | 2 | 4 | 8
  readonly array: ArrayMaker
  /** Default pad since CDF 3.5. Before it was 0, or blank for text. */
  readonly pad: number | bigint
}

const info = (
  name: CdfType,
  code: number,
  kind: TypeInfo['kind'],
  word: TypeInfo['word'],
  array: ArrayMaker,
  pad: number | bigint,
): TypeInfo => ({ name, code, kind, word, array, pad, bytes: kind === 'pair' ? 16 : word })

const TT2000_PAD = -(2n ** 63n) + 1n

/** Every type, once, for reading and writing. */
export const typeTable: readonly TypeInfo[] = [
  info('CDF_INT1', 1, 'int', 1, Int8Array, -127),
  info('CDF_INT2', 2, 'int', 2, Int16Array, -32_767),
  info('CDF_INT4', 4, 'int', 4, Int32Array, -2_147_483_647),
  info('CDF_INT8', 8, 'bigint', 8, BigInt64Array, TT2000_PAD),
  info('CDF_UINT1', 11, 'int', 1, Uint8Array, 254),
  info('CDF_UINT2', 12, 'int', 2, Uint16Array, 65_534),
  info('CDF_UINT4', 14, 'int', 4, Uint32Array, 4_294_967_294),
  info('CDF_REAL4', 21, 'float', 4, Float32Array, -1e30),
  info('CDF_REAL8', 22, 'float', 8, Float64Array, -1e30),
  info('CDF_EPOCH', 31, 'float', 8, Float64Array, 0),
  info('CDF_EPOCH16', 32, 'pair', 8, Float64Array, 0),
  info('CDF_TIME_TT2000', 33, 'bigint', 8, BigInt64Array, TT2000_PAD),
  info('CDF_BYTE', 41, 'int', 1, Int8Array, -127),
  info('CDF_FLOAT', 44, 'float', 4, Float32Array, -1e30),
  info('CDF_DOUBLE', 45, 'float', 8, Float64Array, -1e30),
  info('CDF_CHAR', 51, 'text', 1, Uint8Array, 0x20),
  info('CDF_UCHAR', 52, 'text', 1, Uint8Array, 0x20),
]

const byCode: ReadonlyMap<number, TypeInfo> = new Map(typeTable.map(t => [t.code, t]))
const byName: ReadonlyMap<CdfType, TypeInfo> = new Map(typeTable.map(t => [t.name, t]))

export const typeOfCode = (code: number): TypeInfo | undefined => byCode.get(code)
export const typeOf = (name: CdfType): TypeInfo => byName.get(name) as TypeInfo

export const isText = (name: CdfType): boolean => name === 'CDF_CHAR' || name === 'CDF_UCHAR'
export const isTime = (name: CdfType): boolean => name === 'CDF_TIME_TT2000' || name === 'CDF_EPOCH' || name === 'CDF_EPOCH16'
