import { failSave } from './codes.ts'
import { checkDims, elementOf, footprintOf, layoutOf } from './layout.ts'
import type { IdlClass, IdlLayout, IdlTag, IdlValue } from './model.ts'
import type { Sink } from './sink.ts'
import { countOf, typeOf, type IdlNumbers, type TypeInfo } from './types.ts'

// Bit 2 says array, bit 4 memory of its own: IDL sets both with every array.
const ARRAY = 0x14
const STRUCT = 0x20
const SYSTEM = 2
const CLASS = 2
// IDL sets bit 3 with every structure, and leaves its size 0.
const DEFINITION = 8
const MOST_NARROW = 2 ** 31 - 1

/** Type, flags, descriptors, VARSTART, values: everything of a variable behind its name. */
export function writeValue(sink: Sink, value: IdlValue, where: string, system = false): void {
  const layout = value.type === 'struct' ? layoutOf(value) : undefined
  const tag: IdlTag = { name: where, type: value.type, dims: value.dims, ...(layout === undefined ? {} : { layout }) }
  const { code } = typeOf(value.type)
  const flags = flagsOf(tag)
  sink.long(code, flags)
  if (value.type === 'undefined') return
  if (system) sink.long(code, flags | SYSTEM)
  if (flags !== 0) writeDims(sink, tag)
  if (layout !== undefined) writeLayout(sink, layout)
  sink.long(7)
  checkValue(value, 1, where)
  writeElements(sink, value, 0, 1)
}

const flagsOf = (tag: IdlTag): number => (tag.dims.length > 0 ? ARRAY : 0) | (tag.layout === undefined ? 0 : STRUCT)

function writeDims(sink: Sink, tag: IdlTag): void {
  checkDims(tag.dims, tag.name)
  const elements = countOf(tag.dims)
  const { size } = elementOf(tag)
  const padded = [...tag.dims, 1, 1, 1, 1, 1, 1, 1, 1].slice(0, 8)
  if (size * elements <= MOST_NARROW) sink.long(8, size, size * elements, elements, tag.dims.length, 0, 0, 8, ...padded)
  else {
    sink.long(18)
    sink.long(0)
    for (const wide of [size, size * elements, elements]) sink.wide(wide)
    sink.long(tag.dims.length, 0, 0)
    for (const dim of padded) sink.wide(dim)
  }
}

function writeLayout(sink: Sink, layout: IdlLayout): void {
  const { offsets } = footprintOf(layout)
  if (layout.tags.length === 0 && layout.class === undefined)
    failSave('idlsave/bad-value', `structure ${layout.name || '(anonymous)'} has no fields`, {})
  sink.long(9)
  sink.text(layout.name)
  sink.long(layout.class === undefined ? DEFINITION : DEFINITION | CLASS, layout.tags.length, 0)
  for (const [i, tag] of layout.tags.entries()) {
    const offset = offsets[i] as number
    if (offset <= MOST_NARROW) sink.long(offset)
    else {
      sink.long(-1)
      sink.wide(offset)
    }
    sink.long(typeOf(tag.type).code, flagsOf(tag))
  }
  for (const tag of layout.tags) sink.text(tag.name)
  for (const tag of layout.tags) if (flagsOf(tag) !== 0) writeDims(sink, tag)
  for (const tag of layout.tags) if (tag.layout !== undefined) writeLayout(sink, tag.layout)
  if (layout.class !== undefined) writeClass(sink, layout.class)
}

function writeClass(sink: Sink, { name, parents }: IdlClass): void {
  sink.text(name)
  sink.long(parents.length)
  for (const parent of parents) sink.text(parent.name)
  for (const parent of parents) writeLayout(sink, parent.layout)
}

/** Refuses values of which the number does not fit the dimensions, before half of them is written. */
function checkValue(value: IdlValue, times: number, where: string): void {
  checkDims(value.dims, where)
  const count = times * countOf(value.dims)
  if (value.type === 'struct') {
    if (value.dims.length === 0) failSave('idlsave/bad-value', `structure ${where} needs the dims [1] at least`, {})
    for (const field of value.fields) checkValue(field.value, count, `${where}.${field.name}`)
    return
  }
  if (value.type === 'undefined') return failSave('idlsave/bad-value', `${where} is undefined; only heap variables may be`, {})
  const want = count * typeOf(value.type).parts
  if (value.values.length !== want)
    failSave('idlsave/bad-value', `${where} has ${value.values.length} numbers or strings, its dimensions ask for ${want}`, {
      have: value.values.length,
      want,
    })
}

/** `times` structures' worth of a value, from structure `first` on. */
function writeElements(sink: Sink, value: IdlValue, first: number, times: number): void {
  if (value.type === 'undefined') return
  const each = countOf(value.dims)
  if (value.type === 'struct') {
    for (let i = first * each; i < (first + times) * each; i++) for (const field of value.fields) writeElements(sink, field.value, i, 1)
  } else if (value.type === 'string') {
    for (let i = first * each; i < (first + times) * each; i++) sink.datum(value.values[i] as string)
  } else {
    const info = typeOf(value.type)
    writeNumbers(sink, info, value.values, first * each * info.parts, times * each * info.parts)
  }
}

function writeNumbers(sink: Sink, info: TypeInfo, values: IdlNumbers, first: number, count: number): void {
  if (info.stored === 1) {
    sink.long(count)
    sink.put((values as Uint8Array).subarray(first, first + count))
    return
  }
  const start = sink.room(count * info.stored)
  const { view } = sink
  const set = setters[info.name as keyof typeof setters]
  for (let i = 0; i < count; i++) set(view, start + i * info.stored, values[first + i] as never)
}

const setters = {
  int: (view: DataView, at: number, value: number) => view.setInt32(at, value),
  uint: (view: DataView, at: number, value: number) => view.setUint32(at, value),
  long: (view: DataView, at: number, value: number) => view.setInt32(at, value),
  ulong: (view: DataView, at: number, value: number) => view.setUint32(at, value),
  pointer: (view: DataView, at: number, value: number) => view.setInt32(at, value),
  objref: (view: DataView, at: number, value: number) => view.setInt32(at, value),
  float: (view: DataView, at: number, value: number) => view.setFloat32(at, value),
  complex: (view: DataView, at: number, value: number) => view.setFloat32(at, value),
  double: (view: DataView, at: number, value: number) => view.setFloat64(at, value),
  dcomplex: (view: DataView, at: number, value: number) => view.setFloat64(at, value),
  long64: (view: DataView, at: number, value: bigint) => view.setBigInt64(at, value),
  ulong64: (view: DataView, at: number, value: bigint) => view.setBigUint64(at, value),
} as const
