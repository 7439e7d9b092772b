import { fail } from '#error'
import { struct, type IdlValue, type SaveContent } from '#formats/idlsave'
import { field, list, readFields, restoreFields, texts } from './fields.ts'
import { structureOf } from './fom-structure.ts'
import type { BackSegment, BackStructure, SegmentChange, SegmentChanges } from './model.ts'

const VARIABLE = 'BAKSTR'
const BUFFER = 10

type Kind = 'long' | 'ulong' | 'float' | 'string'

/** The columns of the back structure, one value per segment, in the order of the files; counts stand between the fourth and the rest. */
const columns = {
  start: 'long',
  stop: 'long',
  fom: 'float',
  changestatus: 'long',
  datasegmentid: 'long',
  parametersetid: 'string',
  ispending: 'long',
  inplaylist: 'long',
  status: 'string',
  numevalcycles: 'long',
  sourceid: 'string',
  createtime: 'string',
  finishtime: 'string',
} as const satisfies Partial<Record<keyof BackSegment, Kind>>

/** Lengths in buffers; both times are starts of buffers. */
const lengthsOf = (segments: readonly BackSegment[]): readonly number[] => segments.map(({ start, stop }) => (stop - start) / BUFFER + 1)
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

/** BAKSTR of a save file. Throws `burst/bad-structure`. */
export function backStructureOf(file: SaveContent): BackStructure {
  const read = readFields(structureOf(file, VARIABLE), VARIABLE)
  const get = (name: string, kind: Kind): readonly unknown[] =>
    kind === 'string' ? read.texts(name) : kind === 'float' ? read.numbers(name) : read.whole(name)
  const optional = [
    ...(read.has('discussion') ? ([['discussion', 'string']] as const) : []),
    ...(read.has('obsset') ? ([['obsset', 'long']] as const) : []),
  ]
  const all = [...Object.entries(columns), ...optional].map(([name, kind]) => [name, get(name, kind)] as const)
  const count = all[0]?.[1].length ?? 0
  for (const [name, values] of all)
    if (values.length !== count)
      fail('burst/bad-structure', `${name.toUpperCase()} has ${values.length} values for ${count} segments`, { name })
  const segments = Array.from(
    { length: count },
    (_, i) => Object.fromEntries(all.map(([name, values]) => [name, values[i]])) as unknown as BackSegment,
  )
  const declared = { nbuffs: read.numbers('nbuffs')[0] ?? 0, seglengths: read.whole('seglengths') }
  const derived = { nbuffs: sum(lengthsOf(segments)), seglengths: lengthsOf(segments) }
  const more = read.others()
  return {
    form: 'back-structure/1',
    segments,
    ...(JSON.stringify(declared) === JSON.stringify(derived) ? {} : { declared }),
    ...(more === undefined ? {} : { more }),
  }
}

/** The variable BAKSTR, fields, types and order as the files have them. */
export function backVariables({ segments, declared, more }: BackStructure): SaveContent['variables'] {
  if (segments.length === 0)
    fail('burst/bad-document', 'a save file cannot hold a back structure without segments: IDL has no empty arrays')
  const { nbuffs, seglengths } = declared ?? { nbuffs: sum(lengthsOf(segments)), seglengths: lengthsOf(segments) }
  const column = (name: keyof BackSegment, kind: Kind): IdlValue =>
    kind === 'string'
      ? texts(segments.map(segment => String(segment[name])))
      : list(
          kind,
          segments.map(segment => segment[name] as number | null),
        )
  const [start, stop, fom, ...rest] = Object.entries(columns).map(
    ([name, kind]) => [name, column(name as keyof BackSegment, kind)] as const,
  )
  const fields = Object.fromEntries([
    ...[start, stop, fom].filter(entry => entry !== undefined),
    ['seglengths', list('long', seglengths)] as const,
    ['nbuffs', field('float', nbuffs)] as const,
    ...rest,
  ])
  if (segments.some(segment => segment.discussion !== undefined))
    fields['discussion'] = texts(segments.map(segment => segment.discussion ?? ' '))
  if (segments.some(segment => segment.obsset !== undefined))
    fields['obsset'] = list(
      'byte',
      segments.map(segment => segment.obsset ?? 15),
    )
  return [{ name: VARIABLE, value: struct({ ...fields, ...restoreFields(more) }) }]
}

const changeColumns = {
  id: 'string',
  datasegmentid: 'long',
  starttime: 'ulong',
  endtime: 'ulong',
  fom: 'float',
  status: 'string',
  source: 'string',
  observatoryid: 'string',
  discussion: 'string',
} as const satisfies Record<keyof SegmentChange, Kind>

/** Edits of defined segments; their variable is called FOMSTR too. Throws `burst/bad-structure`. */
export function segmentChangesOf(file: SaveContent): SegmentChanges {
  const read = readFields(structureOf(file, 'FOMSTR'), 'FOMSTR')
  const all = Object.entries(changeColumns).map(
    ([name, kind]) => [name, kind === 'string' ? read.texts(name) : kind === 'float' ? read.numbers(name) : read.whole(name)] as const,
  )
  const count = all[0]?.[1].length ?? 0
  const changes = Array.from(
    { length: count },
    (_, i) => Object.fromEntries(all.map(([name, values]) => [name, values[i]])) as unknown as SegmentChange,
  )
  return { form: 'segment-changes/1', changes }
}

/** The variable of a `bdm_sitl_changes` file: an array of structures. */
export function changeVariables({ changes }: SegmentChanges): SaveContent['variables'] {
  const column = (name: keyof SegmentChange, kind: Kind): IdlValue => {
    const value =
      kind === 'string'
        ? texts(changes.map(change => String(change[name])))
        : list(
            kind,
            changes.map(change => change[name] as number | null),
          )
    return { ...value, dims: [] }
  }
  const fields = Object.fromEntries(Object.entries(changeColumns).map(([name, kind]) => [name, column(name as keyof SegmentChange, kind)]))
  return [{ name: 'FOMSTR', value: struct(fields, '', [changes.length]) }]
}
