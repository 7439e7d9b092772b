import { fail } from '#error'
import { struct, variableOf, type IdlStruct, type IdlValue, type SaveContent } from '#formats/idlsave'
import { field, list, readFields, restoreFields, text, texts, type FieldReader } from './fields.ts'
import type { AutomaticSettings, DeclaredCounts, FailedFomStructure, FomSegment, FomStructure } from './model.ts'

const VARIABLE = 'FOMSTR'

/** The settings in the order of the files, with their types there. */
const settingTypes = {
  targetbuffs: 'long',
  fomave: 'float',
  targetratio: 'float',
  minsegmentsize: 'long',
  maxsegmentsize: 'long',
  pad: 'long',
  searchratio: 'float',
  fomwindowsize: 'long',
  fomslope: 'float',
  fomskew: 'float',
  fombias: 'float',
} as const satisfies Record<keyof AutomaticSettings, 'long' | 'float'>

/** Finds a structure among the variables of a save file. */
export function structureOf(file: SaveContent, name: string): IdlStruct {
  const value = variableOf(file, name)
  return value.type === 'struct' ? value : fail('burst/bad-structure', `${name} is of type ${value.type}, a structure is wanted`, { name })
}

/** FOMSTR of a save file (automated or human selections). Throws `burst/bad-structure`; contradictory counts are kept, not refused. */
export function fomStructureOf(file: SaveContent): FomStructure | FailedFomStructure {
  const read = readFields(structureOf(file, VARIABLE), VARIABLE)
  const one = (name: string): number => read.whole(name)[0] as number
  const text1 = (name: string): string => read.texts(name)[0] as string
  if (one('valid') === 0) return { form: 'fom-structure/1', valid: false, error: text1('error'), errno: one('errno') }
  if (read.has('error') && text1('error') !== '')
    fail('burst/bad-structure', `${VARIABLE} calls itself valid and has the error "${text1('error')}"`)
  const timestamps = read.whole('timestamps')
  const mdq = read.numbers('mdq')
  if (mdq.length !== timestamps.length) fail('burst/bad-structure', `MDQ has ${mdq.length} values for ${timestamps.length} cycles`)
  const segments = readSegments(read)
  const declared = declaredOf(read, segments, timestamps)
  const optional = {
    ...(read.has('note') ? { note: text1('note') } : {}),
    ...(read.has('evalstarttime') ? { evalstarttime: one('evalstarttime') } : {}),
    ...(read.has('uplinkflag') ? { uplinkflag: one('uplinkflag') } : {}),
    ...(read.has('fpical') ? { fpical: one('fpical') } : {}),
    ...(declared === undefined ? {} : { declared }),
  }
  const settings = Object.fromEntries(
    Object.keys(settingTypes).map(name => [name, read.numbers(name)[0] ?? 0]),
  ) as unknown as AutomaticSettings
  const structure = {
    form: 'fom-structure/1',
    valid: true,
    algversion: text1('algversion'),
    cycles: { timestamps, mdq },
    segments,
    settings,
    metadatainfo: text1('metadatainfo'),
    oldestavailableburstdata: text1('oldestavailableburstdata'),
    metadataevaltime: text1('metadataevaltime'),
    ...optional,
  } as const
  const more = read.others()
  return more === undefined ? structure : { ...structure, more }
}

/** The columns of segments, all of one length. */
function readSegments(read: FieldReader): readonly FomSegment[] {
  const columns = { start: read.whole('start'), stop: read.whole('stop'), fom: read.numbers('fom'), sourceid: read.texts('sourceid') }
  const discussion = read.has('discussion') ? read.texts('discussion') : undefined
  const obsset = read.has('obsset') ? read.whole('obsset') : undefined
  const count = columns.start.length
  for (const [name, values] of Object.entries({ ...columns, ...(discussion && { discussion }), ...(obsset && { obsset }) }))
    if (values.length !== count)
      fail('burst/bad-structure', `${name.toUpperCase()} has ${values.length} values for ${count} segments`, { name })
  return columns.start.map((start, i) => ({
    start,
    stop: columns.stop[i] as number,
    fom: columns.fom[i] as number | null,
    sourceid: columns.sourceid[i] as string,
    ...(discussion === undefined ? {} : { discussion: discussion[i] as string }),
    ...(obsset === undefined ? {} : { obsset: obsset[i] as number }),
  }))
}

const lengthsOf = (segments: readonly { start: number; stop: number }[]): readonly number[] =>
  segments.map(({ start, stop }) => stop - start + 1)
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

function countsOf(segments: readonly FomSegment[], timestamps: readonly number[]): DeclaredCounts {
  const seglengths = lengthsOf(segments)
  return { nsegs: segments.length, nbuffs: sum(seglengths), seglengths, numcycles: timestamps.length, cyclestart: timestamps[0] as number }
}

function declaredOf(read: FieldReader, segments: readonly FomSegment[], timestamps: readonly number[]): DeclaredCounts | undefined {
  const one = (name: string): number => read.whole(name)[0] as number
  const declared = {
    nsegs: one('nsegs'),
    nbuffs: one('nbuffs'),
    seglengths: read.whole('seglengths'),
    numcycles: one('numcycles'),
    cyclestart: one('cyclestart'),
  }
  return JSON.stringify(declared) === JSON.stringify(countsOf(segments, timestamps)) ? undefined : declared
}

/** The variable FOMSTR: fields, types and order as automated selections have them, then what editors add. */
export function fomVariables(structure: FomStructure | FailedFomStructure): SaveContent['variables'] {
  if (!structure.valid) {
    const { error, errno } = structure
    return [{ name: VARIABLE, value: struct({ valid: field('long', 0), error: text(error), errno: field('int', errno) }) }]
  }
  const { segments, cycles, settings, note, evalstarttime, uplinkflag, fpical } = structure
  if (segments.length === 0) fail('burst/bad-document', 'a save file cannot hold a selection without segments: IDL has no empty arrays')
  const { nsegs, nbuffs, seglengths, numcycles, cyclestart } = structure.declared ?? countsOf(segments, cycles.timestamps)
  const column = <K extends keyof FomSegment>(name: K): FomSegment[K][] => segments.map(segment => segment[name])
  const fields: Record<string, IdlValue> = {
    valid: field('long', 1),
    error: text(''),
    algversion: text(structure.algversion),
    sourceid: texts(column('sourceid')),
    cyclestart: field('long', cyclestart),
    numcycles: field('long', numcycles),
    nsegs: field('long', nsegs),
    start: list('long', column('start')),
    stop: list('long', column('stop')),
    seglengths: list('long', seglengths),
    fom: list('float', column('fom')),
    nbuffs: field('long', nbuffs),
    mdq: list('float', cycles.mdq),
    timestamps: list('ulong', cycles.timestamps),
    ...Object.fromEntries(
      Object.entries(settingTypes).map(([name, type]) => [name, field(type, settings[name as keyof AutomaticSettings])]),
    ),
    metadatainfo: text(structure.metadatainfo),
    oldestavailableburstdata: text(structure.oldestavailableburstdata),
    metadataevaltime: text(structure.metadataevaltime),
  }
  if (segments.some(segment => segment.discussion !== undefined))
    fields['discussion'] = texts(segments.map(segment => segment.discussion ?? ' '))
  if (segments.some(segment => segment.obsset !== undefined))
    fields['obsset'] = list(
      'byte',
      segments.map(segment => segment.obsset ?? 15),
    )
  if (note !== undefined) fields['note'] = text(note)
  if (uplinkflag !== undefined) fields['uplinkflag'] = field('int', uplinkflag)
  if (evalstarttime !== undefined) fields['evalstarttime'] = field('ulong', evalstarttime)
  if (fpical !== undefined) fields['fpical'] = field('int', fpical)
  return [{ name: VARIABLE, value: struct({ ...fields, ...restoreFields(structure.more) }) }]
}
