import { struct, type SaveContent } from '#formats/idlsave'
import type { Category, ValidationLimits } from '../tables.ts'
import { field, list } from './fields.ts'

/**
 * `fom_validation.sav`: the limits of validation as old clients download them before each check. Their ranges of categories
 * include both ends, in whole numbers; category 0 is what lies above category 1.
 */
export function limitVariables(limits: ValidationLimits, categories: readonly Category[]): SaveContent['variables'] {
  const ranges = categories
    .filter(({ category }) => category > 0)
    .map(({ category, low, high }) => [`type${category}_range`, list('int', [low, high - 1])] as const)
  const value = struct({
    fom_gmax: field('float', limits.fomGmax),
    fom_bounds: list('float', limits.fomBounds),
    seg_bounds: list('int', limits.segBounds),
    buff_max: field('float', limits.buffMax),
    p1_percent: field('float', limits.p1Percent),
    nominal_seg_range: list('int', limits.nominalSegRange),
    ...Object.fromEntries(ranges),
    fom_del_max: field('float', limits.fomDelMax),
    fom_mod_percent: field('float', limits.fomModPercent),
    fom_fpi_min: field('float', limits.fomFpiMin),
    fpi_seg_bounds: list('int', limits.fpiSegBounds),
  })
  return [{ name: 'VALIDATION_STRUCT', value }]
}
