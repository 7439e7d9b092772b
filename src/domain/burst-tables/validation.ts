import { ruleIds, type Dated, type ValidationLimits } from '#domain/burst'
import { addFault, type Sheaf } from '#domain/mission'
import { fieldNumber, fieldPair, fieldWhole } from './numbers.ts'

const keys =
  'fom-bounds fom-gmax seg-bounds nominal-seg-range buff-max p1-percent fom-del-max fom-mod-percent fom-justify fom-fpi-min fpi-seg-bounds comment-max comment-needed-from segments-max off'.split(
    ' ',
  )

type ReadDated = <T>(top: Sheaf, key: string, keys: readonly string[], read: (one: Sheaf) => T) => Dated<T>

/** The limits of validation, and which checks are switched off. */
export const readValidation = (top: Sheaf, readDated: ReadDated): Dated<ValidationLimits> =>
  readDated(top, 'validation', keys, one => ({
    fomBounds: fieldPair(one, 'fom-bounds'),
    fomGmax: fieldNumber(one, 'fom-gmax', 0, 255),
    segBounds: fieldPair(one, 'seg-bounds'),
    nominalSegRange: fieldPair(one, 'nominal-seg-range'),
    buffMax: fieldWhole(one, 'buff-max', 1),
    p1Percent: fieldNumber(one, 'p1-percent', 0, 100),
    fomDelMax: fieldNumber(one, 'fom-del-max', 0, 255),
    fomModPercent: fieldNumber(one, 'fom-mod-percent', 0, 1),
    fomJustify: fieldNumber(one, 'fom-justify', 0, 255),
    fomFpiMin: fieldNumber(one, 'fom-fpi-min', 0, 255),
    fpiSegBounds: fieldPair(one, 'fpi-seg-bounds'),
    commentMax: fieldWhole(one, 'comment-max', 1),
    commentNeededFrom: fieldNumber(one, 'comment-needed-from', 0, 256),
    segmentsMax: fieldWhole(one, 'segments-max', 1),
    off: readOff(one),
  }))

function readOff(one: Sheaf): readonly string[] {
  const off = one.texts('off')
  for (const id of off)
    if (!ruleIds.includes(id)) addFault(one.at('off') ?? one.spot, `no check has the id "${id}"`, `known: ${ruleIds.join(', ')}`)
  return off
}
