import { SdcError } from '#error'
import type { Cdf, CdfEntry, CdfVariable } from './model.ts'
import { viewNumbers } from './numbers.ts'
import { decodeText } from './text.ts'
import { typeOf, type TypeInfo } from './types.ts'

/** A value in JSON: 64-bit integers as decimal strings, NaN and infinities as words; EPOCH16 as pairs in `first` and `last`, flat elsewhere. */
type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }

export interface DumpOptions {
  /** Name to state. */
  readonly file: string
  readonly size: number
  /** Hex SHA-256 of the file. */
  readonly sha256: string
  /** Hex SHA-256 of the bytes of a variable. */
  readonly hash: (bytes: Uint8Array) => string
}

/**
 * Everything in a file in the form `cdf-expected/1`: header, attributes, and of each variable its description, a hash of
 * its values and their first and last four. Throws the first error met.
 */
export async function dumpCdf(cdf: Cdf, options: DumpOptions): Promise<Json> {
  const variables: Json[] = []
  for (const variable of cdf.variables.values()) variables.push(await dumpVariable(variable, options.hash))
  return {
    format: 'cdf-expected/1',
    file: options.file,
    size: options.size,
    sha256: options.sha256,
    expect: 'ok',
    cdf: dumpHeader(cdf),
    globalAttributes: Object.fromEntries([...cdf.attributes].map(([name, entries]) => [name, entries.map(dumpGlobal)])),
    variables,
  }
}

/** What the dump says of a file that cannot be read. */
export function dumpError(error: unknown, options: Pick<DumpOptions, 'file' | 'size' | 'sha256'>): Json {
  if (!(error instanceof SdcError)) throw error
  const { file, size, sha256 } = options
  return { format: 'cdf-expected/1', file, size, sha256, expect: 'error', error: { code: error.code, message: error.message } }
}

function dumpHeader(cdf: Cdf): Json {
  const { header: h } = cdf
  return {
    magic: h.magic,
    version: h.version,
    encoding: h.encoding,
    encodingName: h.encodingName,
    majority: h.majority,
    singleFile: h.singleFile,
    fileCompression: h.fileCompression === null ? null : { ...h.fileCompression },
    checksum: h.checksum,
    leapSecondLastUpdated: h.leapSecondLastUpdated,
    rDimSizes: h.rDimSizes,
    numRVariables: h.numRVariables,
    numZVariables: h.numZVariables,
    numAttributes: h.numAttributes,
  }
}

// The reference dumps come from NASA's library 3.6, which hands out blanks for the NULs of global text, not of other text.
const dumpGlobal = (entry: CdfEntry): Json => ({
  entry: entry.entry,
  ...(dumpEntry(typeof entry.value === 'string' ? { ...entry, value: entry.value.replaceAll('\0', ' ') } : entry) as object),
})

const dumpEntry = ({ type, elements, value }: CdfEntry): Json => ({
  type,
  numElements: elements,
  value: typeof value === 'string' ? value : value.map(dumpNumber),
})

const dumpNumbers = (numbers: readonly (number | bigint)[], type: TypeInfo): Json => {
  const list = numbers.map(dumpNumber)
  if (type.kind !== 'pair') return list
  return Array.from({ length: list.length / 2 }, (_, i) => [list[2 * i] as Json, list[2 * i + 1] as Json])
}

const dumpNumber = (value: number | bigint): Json => (typeof value === 'number' && Number.isFinite(value) ? value : String(value))

async function dumpVariable(variable: CdfVariable, hash: (bytes: Uint8Array) => string): Promise<Json> {
  const bytes = await variable.readBytes()
  const extents = await variable.extents()
  const type = typeOf(variable.type)
  return {
    name: variable.name,
    kind: variable.kind,
    type: variable.type,
    typeCode: type.code,
    numElements: variable.elements,
    dims: variable.declaredDims,
    dimVary: variable.dimVarys,
    recVary: variable.recordVarying,
    maxRec: variable.maxRecord,
    sparse: variable.sparse,
    compression: variable.compression === null ? null : { ...variable.compression },
    blockingFactor: variable.blockingFactor,
    extents: extents.length,
    pad: typeof variable.pad === 'string' || variable.pad === null ? variable.pad : variable.pad.map(dumpNumber),
    attributes: Object.fromEntries([...variable.attributes].map(([name, entry]) => [name, dumpEntry(entry)])),
    shape: [variable.records, ...variable.dims],
    nbytes: bytes.byteLength,
    sha256: hash(bytes),
    first: dumpElements(bytes, variable, type, 'first'),
    last: dumpElements(bytes, variable, type, 'last'),
  }
}

function dumpElements(bytes: Uint8Array, variable: CdfVariable, type: TypeInfo, end: 'first' | 'last'): Json {
  const size = type.bytes * variable.elements
  const count = Math.min(4, bytes.length / size)
  const part = end === 'first' ? bytes.slice(0, count * size) : bytes.slice(bytes.length - count * size)
  if (type.kind !== 'text') return dumpNumbers(Array.from(viewNumbers(part, type) as ArrayLike<number | bigint>), type)
  return Array.from({ length: count }, (_, i) => decodeText(part.subarray(i * size, (i + 1) * size)))
}
