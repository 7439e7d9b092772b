import { SdcError } from '#error'
import { failCdf } from './codes.ts'
import { checkHead, readCompression, readFixed, readInts, type FileContext } from './header.ts'
import type { CdfCompression, CdfDamage, CdfEntry } from './model.ts'
import { decodeValue } from './numbers.ts'
import { adr, agrEdr, azEdr, fieldOffsets, fixedSize, rVdr, readInt, readOffset, zVdr, type RecordOf } from './records.ts'
import { typeOfCode, type TypeInfo } from './types.ts'
import type { Steps } from './window.ts'

const MAX_DIMS = 10

/** A variable's description as parsed, without its values. */
export interface VariableRecord {
  readonly kind: 'rVariable' | 'zVariable'
  readonly name: string
  readonly number: number
  readonly type: TypeInfo
  readonly elements: number
  readonly declaredDims: readonly number[]
  readonly dimVarys: readonly boolean[]
  readonly recordVarying: boolean
  readonly maxRec: number
  readonly vxrHead: number
  readonly sparse: 'none' | 'pad' | 'prev'
  readonly compression: CdfCompression | null
  readonly blockingFactor: number
  /** Pad value as stored, in the encoding of the file. */
  readonly pad: Uint8Array | null
  /** What stands for records that are not there, in little-endian IEEE, where it is not the pad. */
  readonly virtual?: Uint8Array
}

export interface AttributeRecord {
  readonly name: string
  readonly scope: 'global' | 'variable'
  readonly number: number
  readonly rEntries: readonly CdfEntry[]
  readonly zEntries: readonly CdfEntry[]
}

/** Walks a list by its `next` offsets; ends at 0, refuses rings. In tolerant mode what is broken is noted and left out. */
function* walkList<T>(
  file: FileContext,
  head: number,
  what: string,
  damage: CdfDamage[],
  readOne: (offset: number) => Steps<{ next: number; read: () => Steps<T> }>,
): Steps<T[]> {
  const items: T[] = []
  const seen = new Set<number>()
  let offset = head
  try {
    while (offset !== 0) {
      if (seen.has(offset)) failCdf('cdf/corrupt', `the list of ${what} returns to byte ${offset}: it has no end`, { offset })
      seen.add(offset)
      const item = yield* readOne(offset)
      try {
        items.push(yield* item.read())
      } catch (error) {
        noteDamage(file, damage, `one of the ${what} at byte ${offset}`, error)
      }
      offset = item.next
    }
  } catch (error) {
    noteDamage(file, damage, `the list of ${what}`, error)
  }
  return items
}

/** In tolerant mode remembers an expected failure; else, and for any other error, throws it on. */
export function noteDamage(file: FileContext, damage: CdfDamage[], where: string, error: unknown): void {
  if (!file.options.tolerant || !(error instanceof SdcError)) throw error
  damage.push({ where, code: error.code, message: error.message })
}

/** All variables in file order, rVariables first. */
export function* readVariables(file: FileContext, damage: CdfDamage[]): Steps<VariableRecord[]> {
  const found = [...(yield* readKind(file, 'rVariable', damage)), ...(yield* readKind(file, 'zVariable', damage))]
  const kept = new Map<string, VariableRecord>()
  const indexes = new Set<number>()
  for (const variable of found) {
    const { name, vxrHead } = variable
    try {
      if (kept.has(name)) failCdf('cdf/corrupt', `two variables are called ${name}`, { name })
      // Values belong to one variable: many that share an index could make little bytes a day's work.
      if (indexes.has(vxrHead))
        failCdf('cdf/corrupt', `the record index of ${name} at byte ${vxrHead} is another variable's`, { name, vxrHead })
      kept.set(name, variable)
      if (vxrHead !== 0) indexes.add(vxrHead)
    } catch (error) {
      noteDamage(file, damage, `variable ${name}`, error)
    }
  }
  return [...kept.values()]
}

function* readKind(file: FileContext, kind: VariableRecord['kind'], damage: CdfDamage[]): Steps<VariableRecord[]> {
  const isOld = kind === 'rVariable'
  const [head, counted] = isOld ? [file.gdr.rVdrHead, file.gdr.nrVars] : [file.gdr.zVdrHead, file.gdr.nzVars]
  const before = damage.length
  const variables = yield* walkList(file, head, `${kind}s`, damage, function* (offset) {
    const { record, size } = yield* readFixed(file.window, offset, isOld ? rVdr : zVdr, file.format)
    return { next: record.next, read: () => readVdr(file, kind, offset, record, size) }
  })
  try {
    if (variables.length !== counted && damage.length === before)
      failCdf('cdf/corrupt', `the GDR counts ${counted} ${kind}s, their list holds ${variables.length}`, {
        counted,
        listed: variables.length,
      })
  } catch (error) {
    noteDamage(file, damage, `the list of ${kind}s`, error)
  }
  return variables
}

type VdrFields = RecordOf<typeof rVdr> & Partial<RecordOf<typeof zVdr>>

function* readVdr(file: FileContext, kind: VariableRecord['kind'], offset: number, vdr: VdrFields, size: number): Steps<VariableRecord> {
  const { window, format } = file
  const where = `variable ${vdr.name}`
  const type = typeOfCode(vdr.dataType) ?? failCdf('cdf/corrupt', `${where} has data type ${vdr.dataType}, which CDF does not define`)
  if (vdr.numElems < 1) failCdf('cdf/corrupt', `${where} says its values have ${vdr.numElems} elements`)
  if (vdr.maxRec < -1) failCdf('cdf/corrupt', `${where} says its last record is ${vdr.maxRec}`)
  if (vdr.name === '') failCdf('cdf/corrupt', `the ${kind} at byte ${offset} has no name`)
  let at = offset + fixedSize(kind === 'rVariable' ? rVdr : zVdr, format)
  const numDims = kind === 'rVariable' ? file.header.rDimSizes.length : (vdr.zNumDims ?? 0)
  if (numDims < 0 || numDims > MAX_DIMS)
    failCdf('cdf/corrupt', `${where} says it has ${numDims} dimensions; at most ${MAX_DIMS} are allowed`)
  let declaredDims = file.header.rDimSizes
  if (kind === 'zVariable') {
    declaredDims = yield* readInts(window, at, numDims, `dimension sizes of ${where}`)
    at += 4 * numDims
  }
  const dimVarys = (yield* readInts(window, at, numDims, `dimension variances of ${where}`)).map(v => v !== 0)
  at += 4 * numDims
  for (const dim of declaredDims) if (dim < 1) failCdf('cdf/corrupt', `${where} has a dimension of size ${dim}`)
  const padBytes = type.bytes * vdr.numElems
  const hasPad = (vdr.flags & 2) !== 0
  if (hasPad && at + padBytes > offset + size)
    failCdf('cdf/corrupt', `${where}: its record of ${size} bytes has no room for its pad value`, { offset, size })
  const pad = hasPad ? yield* window.bytes(at, at + padBytes, `pad value of ${where}`) : null
  return {
    kind,
    name: vdr.name,
    number: vdr.num,
    type,
    elements: vdr.numElems,
    declaredDims,
    dimVarys,
    recordVarying: (vdr.flags & 1) !== 0,
    maxRec: vdr.maxRec,
    vxrHead: vdr.vxrHead,
    sparse: vdr.sRecords === 2 ? 'prev' : vdr.sRecords === 1 ? 'pad' : 'none',
    compression: (vdr.flags & 4) === 0 ? null : yield* readCompression(window, vdr.cprOrSpr, format),
    blockingFactor: vdr.blockingFactor,
    pad: pad === null ? null : pad.slice(),
  }
}

/** All attributes with their entries, in file order. */
export function* readAttributes(file: FileContext, damage: CdfDamage[]): Steps<AttributeRecord[]> {
  // An entry belongs to one attribute: lists that share entries could make little bytes a day's work.
  const seen = new Set<number>()
  return yield* walkList(file, file.gdr.adrHead, 'attributes', damage, function* (offset) {
    const { record } = yield* readFixed(file.window, offset, adr, file.format)
    return { next: record.next, read: () => readAdr(file, record, seen, damage) }
  })
}

function* readAdr(file: FileContext, record: RecordOf<typeof adr>, seen: Set<number>, damage: CdfDamage[]): Steps<AttributeRecord> {
  const { name, num } = record
  return {
    name,
    number: num,
    // 3 and 4 are global and variable scope that old libraries had assumed, not been told.
    scope: record.scope === 1 || record.scope === 3 ? 'global' : 'variable',
    rEntries: yield* readEntries(file, record.agrHead, agrEdr, name, seen, damage),
    zEntries: yield* readEntries(file, record.azHead, azEdr, name, seen, damage),
  }
}

// A file holds thousands of entries and few of anything else: this loop goes without the objects that walkList makes.
function* readEntries(
  file: FileContext,
  head: number,
  layout: typeof agrEdr,
  name: string,
  seen: Set<number>,
  damage: CdfDamage[],
): Steps<CdfEntry[]> {
  const { window, format } = file
  const entries: CdfEntry[] = []
  const fixed = fixedSize(layout, format)
  const at = fieldOffsets(layout, format)
  try {
    for (let offset = head; offset !== 0;) {
      if (seen.has(offset))
        failCdf(
          'cdf/corrupt',
          `the entries of attribute ${name} come to byte ${offset} a second time: their list has no end, or is another's`,
          { offset },
        )
      seen.add(offset)
      if (offset < 8) failCdf('cdf/corrupt', `an entry of attribute ${name} is said to be at byte ${offset}`, { offset })
      const bytes = window.ready(offset, offset + fixed) ?? (yield* window.bytes(offset, offset + fixed, layout.title))
      const size = checkHead(layout, format, offset, bytes)
      try {
        const entry = readInt(bytes, at.num)
        const elements = readInt(bytes, at.numElems)
        const type = entryType(readInt(bytes, at.dataType), entry, name)
        const end = offset + fixed + type.bytes * elements
        if (elements < 0 || end > offset + size) failEntry(entry, name, elements, size)
        const value = window.ready(offset + fixed, end) ?? (yield* window.bytes(offset + fixed, end, `entry ${entry} of attribute ${name}`))
        entries.push({ entry, type: type.name, elements, value: decodeValue(value, type, file.encoding) })
      } catch (error) {
        noteDamage(file, damage, `an entry of attribute ${name} at byte ${offset}`, error)
      }
      offset = readOffset(bytes, at.next, format)
    }
  } catch (error) {
    noteDamage(file, damage, `the entries of attribute ${name}`, error)
  }
  return entries
}

const entryType = (code: number, entry: number, name: string): TypeInfo =>
  typeOfCode(code) ?? failCdf('cdf/corrupt', `entry ${entry} of attribute ${name} has data type ${code}, which CDF does not define`)

const failEntry = (entry: number, name: string, elements: number, size: number): never =>
  failCdf(
    'cdf/corrupt',
    `entry ${entry} of attribute ${name} says it has ${elements} elements; its record of ${size} bytes cannot hold them`,
    {
      elements,
      size,
    },
  )
