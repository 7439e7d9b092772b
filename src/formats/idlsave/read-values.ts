import { failSave } from './codes.ts'
import type { Cursor } from './cursor.ts'
import type { IdlField, IdlLayout, IdlPlain, IdlStruct, IdlTag, IdlValue } from './model.ts'
import type { Described } from './read-layout.ts'
import { countOf, typeOf, type IdlNumbers, type TypeInfo } from './types.ts'

/** One field of all structures of an array, being filled. */
interface Column {
  readonly tag: IdlTag
  readonly info: TypeInfo
  /** Elements of the field in one structure. */
  readonly each: number
  readonly numbers: IdlNumbers | undefined
  readonly strings: string[]
  readonly inner: readonly Column[]
  filled: number
}

/** The value behind its description, VARSTART (7) before it. */
export function readValue(cursor: Cursor, described: Described): IdlValue {
  const start = cursor.long('the start of its data')
  if (start !== 7) cursor.corrupt(`data start with ${start}, not with 7`, { start })
  const { type, dims, layout } = described
  const columns = layout === undefined ? 1 : leastOf(layout).columns
  if (columns > MOST_COLUMNS)
    failSave('idlsave/too-large', `a structure has ${columns} fields with those of its structures, ${MOST_COLUMNS} at the most`, {
      columns,
    })
  const column = makeColumn(cursor, { name: '', type, dims, ...(layout === undefined ? {} : { layout }) }, 1)
  fillColumn(cursor, column)
  return finish(column)
}

/** Memory is taken only when the record still has the bytes that the elements need at least. */
function makeColumn(cursor: Cursor, tag: IdlTag, times: number): Column {
  const info = typeOf(tag.type)
  const each = countOf(tag.dims)
  const count = times * each
  const { layout } = tag
  cursor.need(times * leastBytes(tag), `${count} of type ${tag.type}${tag.name === '' ? '' : ` in ${tag.name}`}`)
  // A class of methods alone takes no bytes in the file: only here would a number in it have its way.
  if (layout !== undefined && leastOf(layout).bytes === 0 && count > MOST_EMPTY)
    failSave('idlsave/too-large', `there are ${count} structures without fields, ${MOST_EMPTY} at the most (before ${cursor.place})`, {
      count,
    })
  return {
    tag,
    info,
    each,
    numbers: info.make?.(count * info.parts),
    strings: [],
    inner: layout === undefined ? [] : layout.tags.map(inner => makeColumn(cursor, inner, count)),
    filled: 0,
  }
}

/** What a layout takes at the least: bytes in the file, and columns in memory. */
interface Least {
  readonly bytes: number
  readonly columns: number
}

const leastOfLayout = new WeakMap<IdlLayout, Least>()
const MOST_COLUMNS = 65_536
const MOST_EMPTY = 1000

function leastOf(layout: IdlLayout): Least {
  const known = leastOfLayout.get(layout)
  if (known !== undefined) return known
  const least = layout.tags.reduce(
    (sum, tag) => ({
      bytes: sum.bytes + leastBytes(tag),
      columns: sum.columns + 1 + (tag.layout === undefined ? 0 : leastOf(tag.layout).columns),
    }),
    { bytes: 0, columns: 0 },
  )
  leastOfLayout.set(layout, least)
  return least
}

/** The fewest bytes that a tag of one structure can take in the file. */
function leastBytes({ type, dims, layout }: IdlTag): number {
  const { parts, stored } = typeOf(type)
  const count = countOf(dims)
  if (layout !== undefined) return count * leastOf(layout).bytes
  // The padding behind single bytes may be missing at the end of a record.
  return stored === 1 ? 4 + count : count * parts * stored
}

function fillColumn(cursor: Cursor, column: Column): void {
  const { tag, info, each, numbers } = column
  if (tag.type === 'struct') for (let i = 0; i < each; i++) for (const inner of column.inner) fillColumn(cursor, inner)
  else if (numbers === undefined) for (let i = 0; i < each; i++) column.strings.push(cursor.datum('a string'))
  else {
    readNumbers(cursor, info, numbers, column.filled, each * info.parts)
    column.filled += each * info.parts
  }
}

function readNumbers(cursor: Cursor, info: TypeInfo, into: IdlNumbers, from: number, count: number): void {
  if (info.stored === 1) {
    // IDL 8.0 writes a wrong count before bytes in structures; the description is right.
    cursor.skip(4, 'the count of bytes')
    ;(into as Uint8Array).set(cursor.takePadded(count, 'single bytes'), from)
    return
  }
  const start = cursor.pass(count * info.stored, info.name)
  const { view } = cursor
  const get = getters[info.name as keyof typeof getters]
  for (let i = 0; i < count; i++) into[from + i] = get(view, start + i * info.stored) as never
}

// 16-bit integers lie in the low half of 32 bits.
const getters = {
  int: (view: DataView, at: number) => view.getInt16(at + 2),
  uint: (view: DataView, at: number) => view.getUint16(at + 2),
  long: (view: DataView, at: number) => view.getInt32(at),
  ulong: (view: DataView, at: number) => view.getUint32(at),
  pointer: (view: DataView, at: number) => view.getInt32(at),
  objref: (view: DataView, at: number) => view.getInt32(at),
  float: (view: DataView, at: number) => view.getFloat32(at),
  complex: (view: DataView, at: number) => view.getFloat32(at),
  double: (view: DataView, at: number) => view.getFloat64(at),
  dcomplex: (view: DataView, at: number) => view.getFloat64(at),
  long64: (view: DataView, at: number) => view.getBigInt64(at),
  ulong64: (view: DataView, at: number) => view.getBigUint64(at),
} as const

function finish({ tag, numbers, strings, inner }: Column): IdlValue {
  const { type, dims, layout } = tag
  if (layout === undefined) return { type, dims, values: numbers ?? strings } as IdlPlain
  const fields = inner.map((column): IdlField => ({ name: column.tag.name, value: finish(column) }))
  const struct: IdlStruct = { type: 'struct', dims, name: layout.name, fields }
  return layout.class === undefined ? struct : { ...struct, class: layout.class }
}
