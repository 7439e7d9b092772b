/** What a type's values are in memory. `complex` and `dcomplex` are pairs (real, imaginary); references are heap numbers, 0 for none. */
export interface IdlArrays {
  readonly byte: Uint8Array
  readonly int: Int16Array
  readonly long: Int32Array
  readonly float: Float32Array
  readonly double: Float64Array
  readonly complex: Float32Array
  readonly string: string[]
  readonly dcomplex: Float64Array
  readonly pointer: Int32Array
  readonly objref: Int32Array
  readonly uint: Uint16Array
  readonly ulong: Uint32Array
  readonly long64: BigInt64Array
  readonly ulong64: BigUint64Array
}

export type IdlPlainType = keyof IdlArrays
/** The data types by IDL's own names, in lower case; `undefined` occurs as a heap variable. */
export type IdlType = IdlPlainType | 'struct' | 'undefined'
export type IdlNumbers = Exclude<IdlArrays[IdlPlainType], string[]>

export interface TypeInfo {
  readonly name: IdlType
  /** The number in the file. */
  readonly code: number
  /** Numbers that make one value: 2 where it is complex. */
  readonly parts: 1 | 2
  /** Bytes of one number in the file; strings and structures have no fixed size. Single bytes come counted and padded. */
  readonly stored: 1 | 4 | 8
  /** Bytes of one value in a 64-bit IDL's memory, which descriptors mention; structures differ. */
  readonly memory: number
  readonly make: ((length: number) => IdlNumbers) | undefined
}

const number = (
  name: IdlPlainType,
  code: number,
  stored: TypeInfo['stored'],
  memory: number,
  make: TypeInfo['make'],
  parts: 1 | 2 = 1,
): TypeInfo => ({ name, code, parts, stored, memory, make })

/** Every type, once, for reading and writing. Integers of 16 bits take 32 in the file. */
export const typeTable: readonly TypeInfo[] = [
  { name: 'undefined', code: 0, parts: 1, stored: 4, memory: 0, make: undefined },
  number('byte', 1, 1, 1, n => new Uint8Array(n)),
  number('int', 2, 4, 2, n => new Int16Array(n)),
  number('long', 3, 4, 4, n => new Int32Array(n)),
  number('float', 4, 4, 4, n => new Float32Array(n)),
  number('double', 5, 8, 8, n => new Float64Array(n)),
  number('complex', 6, 4, 8, n => new Float32Array(n), 2),
  { name: 'string', code: 7, parts: 1, stored: 4, memory: 16, make: undefined },
  { name: 'struct', code: 8, parts: 1, stored: 4, memory: 0, make: undefined },
  number('dcomplex', 9, 8, 16, n => new Float64Array(n), 2),
  number('pointer', 10, 4, 4, n => new Int32Array(n)),
  number('objref', 11, 4, 4, n => new Int32Array(n)),
  number('uint', 12, 4, 2, n => new Uint16Array(n)),
  number('ulong', 13, 4, 4, n => new Uint32Array(n)),
  number('long64', 14, 8, 8, n => new BigInt64Array(n)),
  number('ulong64', 15, 8, 8, n => new BigUint64Array(n)),
]

const byCode: ReadonlyMap<number, TypeInfo> = new Map(typeTable.map(info => [info.code, info]))
const byName: ReadonlyMap<IdlType, TypeInfo> = new Map(typeTable.map(info => [info.name, info]))

export const typeOfCode = (code: number): TypeInfo | undefined => byCode.get(code)
export const typeOf = (name: IdlType): TypeInfo => byName.get(name) as TypeInfo

/** How many elements; 1 for a scalar. Dimensions multiply to more than 2^53 only in damaged files. */
export const countOf = (dims: readonly number[]): number => dims.reduce((product, size) => product * size, 1)
