import { failCdf } from '../codes.ts'
import type { CdfCompression, Dataset, DatasetDescription, VariableDescription } from '../model.ts'
import { defaultPad } from '../pads.ts'
import { typeOf, type TypeInfo } from '../types.ts'
import { entryBytes, globalEntries, type EntryBytes } from './attributes.ts'
import { resolveCompression, type ResolvedEncode } from './options.ts'
import { textWidth, valueBytes, type GivenValues } from './values.ts'

/** A variable checked and ready to be laid out. */
export interface PreparedVariable {
  readonly name: string
  readonly number: number
  readonly type: TypeInfo
  readonly elements: number
  readonly declaredDims: readonly number[]
  readonly dimVarys: readonly boolean[]
  /** Sizes of the varying dimensions. */
  readonly dims: readonly number[]
  readonly recordVarying: boolean
  readonly recordBytes: number
  readonly sparse: 'none' | 'pad' | 'prev'
  readonly compression: CdfCompression | null
  /** Records per compressed block; 0 where not compressed. */
  readonly blockRecords: number
  /** Stored pad value, or null to store none. */
  readonly pad: Uint8Array | null
}

export interface PreparedAttribute {
  readonly name: string
  readonly scope: 1 | 2
  readonly entries: readonly EntryBytes[]
}

export interface Prepared {
  readonly variables: readonly PreparedVariable[]
  readonly attributes: readonly PreparedAttribute[]
}

const MAX_NAME = 256

/** Checks a dataset against what NASA's library accepts and resolves all defaults. */
export function prepare(dataset: DatasetDescription | Dataset, options: ResolvedEncode): Prepared {
  const names = new Set<string>()
  const variables = dataset.variables.map((variable, number) => {
    checkName(variable.name, 'variable', names)
    return prepareVariable(variable, number, options)
  })
  return { variables, attributes: prepareAttributes(dataset, variables) }
}

function checkName(name: string, what: string, names: Set<string>): void {
  const bytes = new TextEncoder().encode(name).length
  if (name.trim() === '') failCdf('cdf/bad-dataset', `a ${what} has no name: NASA's library takes such a file for corrupt`)
  if (name.includes('\0')) failCdf('cdf/bad-dataset', `the name of ${what} ${JSON.stringify(name)} contains a NUL`)
  if (bytes > MAX_NAME) failCdf('cdf/bad-dataset', `the name of ${what} ${name} has ${bytes} bytes; ${MAX_NAME} fit`)
  if (names.has(name)) failCdf('cdf/bad-dataset', `two ${what}s are called ${name}`)
  names.add(name)
}

function prepareVariable(given: VariableDescription & { values?: GivenValues }, number: number, options: ResolvedEncode): PreparedVariable {
  const where = `variable ${given.name}`
  const type = typeOf(given.type)
  if (type === undefined) failCdf('cdf/bad-dataset', `${where} has type ${given.type as string}, which CDF does not define`)
  const declaredDims = given.dims ?? []
  if (declaredDims.length > 10) failCdf('cdf/bad-dataset', `${where} has ${declaredDims.length} dimensions; CDF allows 10`)
  for (const dim of declaredDims)
    if (!Number.isInteger(dim) || dim < 1 || dim > 2 ** 31 - 1) failCdf('cdf/bad-dataset', `${where} has a dimension of size ${dim}`)
  const dimVarys = given.dimVarys ?? declaredDims.map(() => true)
  if (dimVarys.length !== declaredDims.length)
    failCdf('cdf/bad-dataset', `${where} has ${declaredDims.length} dimensions but ${dimVarys.length} variances`)
  const elements = type.kind === 'text' ? (given.elements ?? textWidth(given.values ?? [])) : 1
  if (!Number.isInteger(elements) || elements < 1) failCdf('cdf/bad-dataset', `${where} has strings of ${elements} bytes`)
  const dims = declaredDims.filter((_, i) => dimVarys[i] === true)
  const recordBytes = dims.reduce((product, dim) => product * dim, type.bytes * elements)
  const compression = options.contiguous ? null : resolveCompression(given.compression ?? null)
  return {
    name: given.name,
    number,
    type,
    elements,
    declaredDims,
    dimVarys,
    dims,
    recordVarying: given.recordVarying ?? true,
    recordBytes,
    sparse: given.sparse ?? 'none',
    compression,
    blockRecords: compression === null ? 0 : Math.max(1, Math.floor(options.blockBytes / recordBytes)),
    pad: preparePad(given.pad, type, elements, where),
  }
}

function preparePad(pad: VariableDescription['pad'], type: TypeInfo, elements: number, where: string): Uint8Array | null {
  if (pad === null) return null
  if (pad === undefined) return defaultPad(type, elements)
  const list = typeof pad === 'object' ? pad : [pad]
  const bytes = valueBytes(list as GivenValues, type, elements, `pad value of ${where}`)
  if (bytes.length !== type.bytes * elements)
    failCdf('cdf/bad-dataset', `the pad value of ${where} has ${bytes.length} bytes, a value of it ${type.bytes * elements}`)
  return bytes
}

function prepareAttributes(dataset: DatasetDescription, variables: readonly PreparedVariable[]): PreparedAttribute[] {
  const names = new Set<string>()
  const attributes: PreparedAttribute[] = []
  for (const [name, given] of Object.entries(dataset.attributes)) {
    checkName(name, 'attribute', names)
    attributes.push({ name, scope: 1, entries: globalEntries(name, given) })
  }
  const own = new Map<string, EntryBytes[]>((dataset.variableAttributes ?? []).map(name => [name, []]))
  dataset.variables.forEach((variable, number) => {
    for (const [name, given] of Object.entries(variable.attributes ?? {})) {
      const entry = entryBytes(name, given, number, variables[number]?.type)
      const known = own.get(name)
      if (known === undefined) own.set(name, [entry])
      else known.push(entry)
    }
  })
  for (const [name, entries] of own) {
    checkName(name, 'attribute', names)
    attributes.push({ name, scope: 2, entries })
  }
  return attributes
}
