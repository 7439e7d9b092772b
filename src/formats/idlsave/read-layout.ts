import type { Cursor } from './cursor.ts'
import { failSave } from './codes.ts'
import type { IdlClass, IdlLayout, IdlTag } from './model.ts'
import { countOf, typeOfCode, type IdlType } from './types.ts'

const ARRAY = 4
const STRUCT = 32
const SYSTEM = 2
const PREDEFINED = 1
const IS_CLASS = 2 | 4
const DEEPEST = 100

/** Named structures of a file, as they were first described; later ones only name them. */
export type Definitions = Map<string, IdlLayout>

/** What a record says of its value, before the value. */
export interface Described {
  readonly type: IdlType
  readonly dims: readonly number[]
  readonly layout?: IdlLayout
}

/** TYPEDESC: type, flags, then descriptors of array and structure where the flags say so. */
export function readDescription(cursor: Cursor, definitions: Definitions, system: boolean): Described {
  const type = readType(cursor, 'its type')
  const flags = cursor.long('its flags')
  // Type and flags come twice in system variables; CMSVLIB writes and demands it, its description does not mention it.
  if (system && (flags & SYSTEM) === 0) cursor.skip(8, 'type and flags of a system variable')
  const dims = (flags & (ARRAY | STRUCT)) === 0 ? [] : readDims(cursor)
  if ((type === 'struct') !== ((flags & STRUCT) !== 0)) cursor.corrupt(`a value of type ${type} has the flags ${flags}`, { flags })
  return type === 'struct' ? { type, dims, layout: readLayout(cursor, definitions, 0) } : { type, dims }
}

function readType(cursor: Cursor, what: string): IdlType {
  const code = cursor.long(what)
  const info = typeOfCode(code)
  return info?.name ?? failSave('idlsave/unsupported', `${what} is ${code}, IDL has 0 to 15 (before ${cursor.place})`, { code })
}

/** ARRAY_DESC: 8, bytes, elements, dimensions padded to eight; or 18 with 64-bit sizes. */
function readDims(cursor: Cursor): readonly number[] {
  const start = cursor.long('the start of an array')
  if (start !== 8 && start !== 18) cursor.corrupt(`an array starts with ${start}, not with 8 or 18`, { start })
  const isWide = start === 18
  cursor.skip(isWide ? 16 : 8, 'the sizes of an array')
  const elements = isWide ? cursor.wide('the elements of an array') : cursor.count('the elements of an array')
  const rank = cursor.count('the dimensions of an array')
  cursor.skip(8, 'an array')
  const kept = isWide ? 8 : cursor.count('the dimensions kept of an array')
  if (rank < 1 || rank > 8 || kept < rank || kept > 8) cursor.corrupt(`an array has ${rank} dimensions of ${kept}`, { rank, kept })
  const all = Array.from({ length: kept }, () => (isWide ? cursor.wide('a dimension') : cursor.count('a dimension')))
  const dims = all.slice(0, rank)
  if (countOf(dims) !== elements)
    cursor.corrupt(`an array of ${elements} elements has the dimensions ${dims.join(' x ')}`, { dims, elements })
  if (elements === 0) cursor.corrupt('an array has no elements')
  return dims
}

/** STRUCT_DESC: name, tags, and descriptors of the tags that need them; a class names its parents. */
function readLayout(cursor: Cursor, definitions: Definitions, depth: number): IdlLayout {
  if (depth > DEEPEST) failSave('idlsave/too-large', `structures are nested deeper than ${DEEPEST} (before ${cursor.place})`, { depth })
  const start = cursor.long('the start of a structure')
  if (start !== 9) cursor.corrupt(`a structure starts with ${start}, not with 9`, { start })
  const name = cursor.text('the name of a structure')
  const flags = cursor.long('the flags of a structure')
  const count = cursor.count('the tags of a structure')
  cursor.skip(4, 'the size of a structure')
  if ((flags & PREDEFINED) !== 0)
    return definitions.get(name) ?? cursor.corrupt(`structure "${name}" is said to be defined before, but is not`, { name })
  // A class may be nothing but its methods.
  if (count === 0 && (flags & IS_CLASS) === 0) cursor.corrupt('a structure has no tags')
  const tags = readTags(cursor, definitions, count, depth)
  const layout = (flags & IS_CLASS) === 0 ? { name, tags } : { name, tags, class: readClass(cursor, definitions, depth) }
  if (name !== '') definitions.set(name, layout)
  return layout
}

function readTags(cursor: Cursor, definitions: Definitions, count: number, depth: number): readonly IdlTag[] {
  // Each tag takes 16 bytes at least: a count that cannot be true must not become memory.
  cursor.need(count * 16, `the table of ${count} tags`)
  const table = Array.from({ length: count }, () => {
    // An offset of 64 bits stands behind -1.
    if (cursor.long('the offset of a tag') === -1) cursor.skip(8, 'the offset of a tag')
    return { type: readType(cursor, 'the type of a tag'), flags: cursor.long('the flags of a tag') }
  })
  const names = table.map(() => cursor.text('the name of a tag'))
  const dims = table.map(({ flags }) => ((flags & (ARRAY | STRUCT)) === 0 ? [] : readDims(cursor)))
  return table.map(({ type, flags }, i): IdlTag => {
    const tag = { name: names[i] ?? '', type, dims: dims[i] ?? [] }
    if ((type === 'struct') !== ((flags & STRUCT) !== 0))
      cursor.corrupt(`tag ${tag.name} of type ${type} has the flags ${flags}`, { flags })
    if (type === 'undefined') cursor.corrupt(`tag ${tag.name} has no type`)
    return type === 'struct' ? { ...tag, layout: readLayout(cursor, definitions, depth + 1) } : tag
  })
}

function readClass(cursor: Cursor, definitions: Definitions, depth: number): IdlClass {
  const name = cursor.text('the name of a class')
  const count = cursor.count('the parents of a class')
  cursor.need(count * 4, `the names of ${count} parents`)
  const names = Array.from({ length: count }, () => cursor.text('the name of a parent'))
  return { name, parents: names.map(parent => ({ name: parent, layout: readLayout(cursor, definitions, depth + 1) })) }
}
