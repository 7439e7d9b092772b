import { failSave } from './codes.ts'
import type { IdlLayout, IdlStruct, IdlTag } from './model.ts'
import { countOf, typeOf } from './types.ts'

/** What a structure is made of. */
export function layoutOf(struct: IdlStruct): IdlLayout {
  const tags = struct.fields.map(({ name, value }): IdlTag => {
    const tag = { name, type: value.type, dims: value.dims }
    return value.type === 'struct' ? { ...tag, layout: layoutOf(value) } : tag
  })
  return struct.class === undefined ? { name: struct.name, tags } : { name: struct.name, tags, class: struct.class }
}

/** Where things lie in the memory of a 64-bit IDL: natural alignment. Readers ignore it; files that IDL writes mention it. */
export interface Footprint {
  readonly offsets: readonly number[]
  readonly size: number
  readonly alignment: number
}

export function footprintOf(layout: IdlLayout): Footprint {
  const offsets: number[] = []
  let end = 0
  let widest = 1
  for (const tag of layout.tags) {
    const { size, alignment } = elementOf(tag)
    const offset = Math.ceil(end / alignment) * alignment
    offsets.push(offset)
    end = offset + size * countOf(tag.dims)
    widest = Math.max(widest, alignment)
  }
  return { offsets, size: Math.ceil(end / widest) * widest, alignment: widest }
}

/** Size and alignment of one element of a tag. */
export function elementOf({ type, layout }: Pick<IdlTag, 'type' | 'layout'>): { size: number; alignment: number } {
  if (layout !== undefined) return footprintOf(layout)
  const { memory, parts } = typeOf(type)
  return { size: memory, alignment: type === 'string' ? 8 : memory / parts }
}

/** Refuses what no file can hold; `where` names the value. */
export function checkDims(dims: readonly number[], where: string): void {
  if (dims.length > 8) failSave('idlsave/bad-value', `${where} has ${dims.length} dimensions, IDL has 8 at the most`, { dims })
  const bad = dims.find(size => !Number.isSafeInteger(size) || size < 1)
  if (bad !== undefined) failSave('idlsave/bad-value', `${where} has a dimension of ${bad}`, { dims })
}
