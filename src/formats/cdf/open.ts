import { bytesSource } from '#source'
import { readByteChunks, readChunks } from './chunks.ts'
import { failCdf } from './codes.ts'
import { readLeaves } from './extents.ts'
import { readHeader, type FileContext } from './header.ts'
import { makeMd5 } from './md5.ts'
import type { Rounds } from './memory.ts'
import { noteDamage, readAttributes, readVariables, type AttributeRecord, type VariableRecord } from './metadata.ts'
import type { Cdf, CdfData, CdfDamage, CdfEntry, CdfExtent, CdfVariable, ReadRange } from './model.ts'
import { decodeValue } from './numbers.ts'
import { resolveOptions, type CdfOptions, type ResolvedOptions } from './options.ts'
import { recordBytesOf, recordsOf, varyingDims } from './shape.ts'
import { valueBytes } from './encode/values.ts'
import { typeOf } from './types.ts'
import { readRange, readValues } from './values.ts'
import { makeWindow, plainBytes, runSteps, runStepsSync, type CdfSource, type Steps } from './window.ts'

/** Bytes that are still in the cache of the processor when they are used. */
const CACHED_BYTES = 1 << 18

/** Runs steps over the source of one file. */
interface Runner {
  readonly run: <T>(steps: Steps<T>) => Promise<T>
  readonly runSync: <T>(steps: Steps<T>) => T
  /** Memory that nobody uses just now. */
  readonly spare: Rounds[]
}

/**
 * Opens a CDF and parses all metadata; values are read when asked for, from `source`, which must stay open.
 * Throws `cdf/not-cdf`, `cdf/truncated`, `cdf/corrupt`, `cdf/unsupported`, and with `verify.checksum` `cdf/checksum`.
 */
export async function openCdf(source: CdfSource | Uint8Array | ArrayBuffer, options?: CdfOptions): Promise<Cdf> {
  const { from, whole, resolved } = prepare(source, options)
  return runSteps(openSteps(from, whole, resolved), from)
}

/** {@link openCdf} at once, for bytes in memory and sources with `readSync`. */
export function openCdfSync(source: CdfSource | Uint8Array | ArrayBuffer, options?: CdfOptions): Cdf {
  const { from, whole, resolved } = prepare(source, options)
  return runStepsSync(openSteps(from, whole, resolved), from)
}

function prepare(
  given: CdfSource | Uint8Array | ArrayBuffer,
  options: CdfOptions | undefined,
): { from: CdfSource; whole: Uint8Array | undefined; resolved: ResolvedOptions } {
  const source = given instanceof ArrayBuffer ? new Uint8Array(given) : given
  if (!(source instanceof Uint8Array)) {
    // From JavaScript anything comes: a path, a Blob, a Response.
    if (typeof (source as Partial<CdfSource>).read !== 'function' || typeof source.size !== 'number')
      failCdf('cdf/unsupported', 'openCdf takes bytes or a source: openCdfFile opens a path, blobSource a Blob, urlSource an address')
    return { from: source, whole: undefined, resolved: resolveOptions(source.size, options) }
  }
  const whole = plainBytes(source)
  const resolved = resolveOptions(whole.byteLength, options)
  return { from: { ...bytesSource(whole), readSync: (a, b) => whole.subarray(a, b) }, whole, resolved }
}

function* openSteps(source: CdfSource, whole: Uint8Array | undefined, options: ResolvedOptions): Steps<Cdf> {
  const file = yield* readHeader(source.size, whole, options)
  const damage: CdfDamage[] = []
  try {
    if (options.checksum && file.header.checksum !== null) yield* verifyChecksum(file, source, whole)
  } catch (error) {
    noteDamage(file, damage, 'the file', error)
  }
  const records = yield* readVariables(file, damage)
  const attributes = yield* readAttributes(file, damage)
  const runner: Runner = {
    run: steps => runSteps(steps, source, options.sideFile),
    runSync: steps => runStepsSync(steps, source),
    spare: [],
  }
  return buildCdf(file, records, attributes, damage, runner)
}

// The sum stands behind the logical end: of a compressed file that is the end of the file itself.
function* verifyChecksum(file: FileContext, source: CdfSource, whole: Uint8Array | undefined): Steps<void> {
  const end = file.inflated === undefined ? file.header.eof : source.size - 16
  if (end < 8 || end + 16 > source.size)
    failCdf('cdf/checksum', `the file claims an MD5 behind byte ${end} but ends at ${source.size}`, { end, size: source.size })
  const window = makeWindow(source.size, whole)
  const md5 = (file.options.platform.md5 ?? makeMd5)()
  const memory = new Uint8Array(Math.min(end, CACHED_BYTES))
  for (let at = 0; at < end; at += memory.length)
    md5.update(yield* window.direct(at, Math.min(at + memory.length, end), 'the file', memory))
  const stored = toHex(yield* window.direct(end, end + 16, 'the MD5'))
  const found = toHex(md5.digest())
  if (stored !== found) failCdf('cdf/checksum', `the file holds MD5 ${stored} but its bytes give ${found}`, { stored, found })
}

const toHex = (bytes: Uint8Array): string => Array.from(bytes, b => b.toString(16).padStart(2, '0')).join('')

function buildCdf(
  file: FileContext,
  records: readonly VariableRecord[],
  attributes: readonly AttributeRecord[],
  damage: readonly CdfDamage[],
  runner: Runner,
): Cdf {
  const globals = new Map<string, readonly CdfEntry[]>()
  const own = { rVariable: new Map<number, Map<string, CdfEntry>>(), zVariable: new Map<number, Map<string, CdfEntry>>() }
  for (const attribute of attributes) {
    if (attribute.scope === 'global') globals.set(attribute.name, attribute.rEntries)
    else {
      collectEntries(own.rVariable, attribute.name, attribute.rEntries)
      collectEntries(own.zVariable, attribute.name, attribute.zEntries)
    }
  }
  const variables = new Map<string, CdfVariable>()
  for (const record of records)
    variables.set(record.name, makeVariable(file, record, own[record.kind].get(record.number) ?? new Map<string, CdfEntry>(), runner))
  const attributeNames = attributes.map(({ name, scope }) => ({ name, scope }))
  return { header: file.header, attributes: globals, variables, attributeNames, damage }
}

function collectEntries(byNumber: Map<number, Map<string, CdfEntry>>, name: string, entries: readonly CdfEntry[]): void {
  for (const entry of entries) {
    const known = byNumber.get(entry.entry)
    if (known === undefined) byNumber.set(entry.entry, new Map([[name, entry]]))
    else known.set(name, entry)
  }
}

/** FILLVAL as the value of records that are not there, where it is asked for and of the variable's own type. */
function withFill(file: FileContext, record: VariableRecord, fill: CdfEntry | undefined): VariableRecord {
  const { type, elements } = record
  if (file.options.virtual !== 'fillval' || fill === undefined || typeOf(fill.type).array !== type.array) return record
  const list = typeof fill.value === 'string' ? [fill.value.padEnd(elements).slice(0, elements)] : fill.value
  const virtual = valueBytes(list, type, elements, 'FILLVAL')
  return virtual.byteLength === type.bytes * elements ? { ...record, virtual } : record
}

function makeVariable(file: FileContext, plain: VariableRecord, attributes: ReadonlyMap<string, CdfEntry>, runner: Runner): CdfVariable {
  const record = withFill(file, plain, attributes.get('FILLVAL'))
  const values = (range: ReadRange = {}): Steps<CdfData> => readValues(file, record, range)
  const bytes = (range: ReadRange = {}): Steps<Uint8Array> => readRange(file, record, range)
  const extents = (): Steps<readonly CdfExtent[]> => listExtents(file, record)
  return {
    name: record.name,
    kind: record.kind,
    number: record.number,
    type: record.type.name,
    elements: record.elements,
    dims: varyingDims(record),
    declaredDims: record.declaredDims,
    dimVarys: record.dimVarys,
    recordVarying: record.recordVarying,
    maxRecord: record.maxRec,
    records: recordsOf(record),
    recordBytes: recordBytesOf(record),
    sparse: record.sparse,
    compression: record.compression,
    blockingFactor: record.blockingFactor,
    pad: record.pad === null ? null : decodeValue(record.pad, record.type, file.encoding),
    majority: file.majority,
    attributes,
    read: range => runner.run(values(range)),
    readSync: range => runner.runSync(values(range)),
    chunks: range => readChunks(file, record, range, runner.run),
    readBytes: range => runner.run(bytes(range)),
    readBytesSync: range => runner.runSync(bytes(range)),
    byteChunks: () => readByteChunks(file, record, runner.run, runner.spare),
    extents: () => runner.run(extents()),
    extentsSync: () => runner.runSync(extents()),
  }
}

function* listExtents(file: FileContext, record: VariableRecord): Steps<readonly CdfExtent[]> {
  const leaves = yield* readLeaves(file, record, 0, Number.MAX_SAFE_INTEGER)
  return leaves.map(({ first, last, offset, compressed, dataBytes }) => ({ first, last, offset, compressed, bytes: dataBytes }))
}
