import type { CdfEntry, CdfVariable } from '../model.ts'
import { isText, isTime, typeOf } from '../types.ts'
import { checkDimensions, checkPointers } from './reference-checks.ts'
import { attributeText, varTypeOf, type IstpRuleName, type Report, type Subject } from './model.ts'

/** What an attribute says against what the variable, or the one it names, is. */
export function checkVariable(subject: Subject, variable: CdfVariable, report: Report): void {
  checkFill(variable, report)
  checkLimits(variable, 'VALIDMIN', 'VALIDMAX', report)
  checkLimits(variable, 'SCALEMIN', 'SCALEMAX', report)
  checkScale(variable, report)
  checkDepend0(subject, variable, report)
  checkDimensions(subject, variable, report)
  checkPointers(subject, variable, report)
  checkDisplay(variable, report)
  checkFormat(variable, report)
  checkEmpty(variable, report)
  if (isTime(variable.type) && variable.recordVarying && variable.compression !== null)
    report('error', 'epoch/compressed', `the times ${variable.name} are compressed`, 'store time variables uncompressed')
}

/** Standard fill values of the guide by type. */
const FILL_VALUES: Readonly<Record<string, number | bigint>> = {
  CDF_INT1: -128,
  CDF_BYTE: -128,
  CDF_UINT1: 255,
  CDF_INT2: -32_768,
  CDF_UINT2: 65_535,
  CDF_INT4: -2_147_483_648,
  CDF_UINT4: 4_294_967_295,
  CDF_INT8: -(2n ** 63n),
  CDF_TIME_TT2000: -(2n ** 63n),
  CDF_REAL4: Math.fround(-1e31),
  CDF_FLOAT: Math.fround(-1e31),
  CDF_REAL8: -1e31,
  CDF_DOUBLE: -1e31,
  CDF_EPOCH: -1e31,
  CDF_EPOCH16: -1e31,
}

function checkFill(variable: CdfVariable, report: Report): void {
  const fill = variable.attributes.get('FILLVAL')
  if (fill === undefined) return
  if (!sameFamily(fill, variable)) {
    report(
      'error',
      'fillval/type',
      `FILLVAL of ${variable.name} is ${fill.type}, the variable ${variable.type}`,
      'give FILLVAL the type of its variable',
      'FILLVAL',
    )
    return
  }
  const expected = FILL_VALUES[variable.type]
  if (expected === undefined || typeof fill.value === 'string') return
  const value = fill.value[0]
  if (value === expected || Number.isNaN(value)) return
  report(
    'warning',
    'fillval/value',
    `FILLVAL of ${variable.name} is ${value}; for ${variable.type} it should be ${expected}`,
    `use ${expected}`,
    'FILLVAL',
  )
}

// FLOAT and REAL4, BYTE and INT1, CHAR and UCHAR are the same values under two names.
const family = (type: CdfEntry['type']): string => `${typeOf(type).kind}${typeOf(type).array.name}${isTime(type) ? type : ''}`
const sameFamily = (entry: CdfEntry, variable: CdfVariable): boolean => family(entry.type) === family(variable.type)

function checkLimits(variable: CdfVariable, low: string, high: string, report: Report): void {
  const entries = [low, high].map(name => [name, variable.attributes.get(name)] as const)
  for (const [name, entry] of entries) {
    if (entry === undefined || isText(variable.type)) continue
    if (!sameFamily(entry, variable))
      report(
        'error',
        'limits/type',
        `${name} of ${variable.name} is ${entry.type}, the variable ${variable.type}`,
        `give ${name} the type of its variable`,
        name,
      )
    else if (entry.elements !== 1 && !variable.dims.includes(entry.elements))
      report(
        'error',
        'limits/size',
        `${name} of ${variable.name} has ${entry.elements} values; its dimensions are [${variable.dims.join(', ')}]`,
        'give one value, or one per element',
        name,
      )
  }
  const [from, to] = entries.map(([, entry]) => entry?.value)
  if (from === undefined || to === undefined || typeof from === 'string' || typeof to === 'string') return
  for (let i = 0; i < Math.min(from.length, to.length); i++)
    if ((from[i] ?? 0) > (to[i] ?? 0))
      report('error', 'limits/order', `${low} of ${variable.name} is ${from[i]}, above its ${high} ${to[i]}`, 'exchange them', low)
}

/** The least and greatest of a limit's values; undefined where it is absent or text. */
function limitOf(variable: CdfVariable, name: string): readonly (number | bigint)[] | undefined {
  const value = variable.attributes.get(name)?.value
  return value === undefined || typeof value === 'string' || value.length === 0 ? undefined : value
}

function checkScale(variable: CdfVariable, report: Report): void {
  const [low, high] = [limitOf(variable, 'VALIDMIN'), limitOf(variable, 'VALIDMAX')]
  for (const name of ['SCALEMIN', 'SCALEMAX']) {
    const scale = limitOf(variable, name)?.[0]
    if (scale === undefined) continue
    if ((low?.[0] !== undefined && scale < low[0]) || (high?.[0] !== undefined && scale > high[0]))
      report(
        'warning',
        'limits/scale',
        `${name} of ${variable.name} is ${scale}, outside its VALIDMIN ${low?.[0]} and VALIDMAX ${high?.[0]}`,
        'scale within the valid range',
        name,
      )
  }
}

// NASA's library refuses files with them; some writers make them all the same.
function checkEmpty(variable: CdfVariable, report: Report): void {
  for (const [name, { elements }] of variable.attributes)
    if (elements === 0) report('error', 'entries/empty', `${name} of ${variable.name} has no bytes at all`, 'write one blank', name)
}

function checkDepend0({ cdf }: Subject, variable: CdfVariable, report: Report): void {
  const name = attributeText(variable, 'DEPEND_0').trim()
  if (name === '') return
  const time = cdf.variables.get(name)
  const tell = (rule: IstpRuleName, message: string, mend: string): void => report('error', rule, message, mend, 'DEPEND_0')
  if (time === undefined)
    tell('depend/missing', `DEPEND_0 of ${variable.name} names ${name}, which is not in the file`, 'name a variable of the file')
  else if (!isTime(time.type))
    tell('depend/time', `DEPEND_0 of ${variable.name} names ${name}, which is ${time.type} and no time`, 'name a time variable')
  else if (variable.recordVarying && time.records !== variable.records && variable.records > 0)
    tell(
      'depend/records',
      `${variable.name} has ${variable.records} records, its DEPEND_0 ${name} ${time.records}`,
      'write as many records as times',
    )
}

function checkDisplay(variable: CdfVariable, report: Report): void {
  if (varTypeOf(variable) !== 'data') return
  const display = (attributeText(variable, 'DISPLAY_TYPE').split('>')[0] ?? '').trim().toLowerCase()
  if ((display === 'spectrogram' || display === 'image' || display === 'stack_plot') && variable.dims.length === 0)
    report(
      'error',
      'display/dimensions',
      `${variable.name} is one value per record; a ${display} needs more`,
      'say time_series',
      'DISPLAY_TYPE',
    )
  for (const attribute of axesNeeded(display, variable))
    if (attributeText(variable, attribute) === '')
      report(
        'error',
        'display/depend',
        `${variable.name} is a ${display} without ${attribute}`,
        `name the variable of its axis in ${attribute}`,
        attribute,
      )
  checkVirtual(variable, report)
}

function axesNeeded(display: string, variable: CdfVariable): readonly string[] {
  if (display === 'spectrogram') return ['DEPEND_1']
  if (display === 'image') return variable.dims.length > 1 ? ['DEPEND_1', 'DEPEND_2'] : ['DEPEND_1']
  return display === 'stack_plot' && attributeText(variable, 'LABL_PTR_1') === '' ? ['DEPEND_1'] : []
}

// CDAWeb computes variables marked VIRTUAL with a function from others.
function checkVirtual(variable: CdfVariable, report: Report): void {
  if (attributeText(variable, 'VIRTUAL').trim().toLowerCase() !== 'true') return
  for (const attribute of ['FUNCT', 'COMPONENT_0'])
    if (attributeText(variable, attribute).trim() === '' && attributeText(variable, attribute.toLowerCase()).trim() === '')
      report(
        'warning',
        'virtual/dangling',
        `${variable.name} is virtual without ${attribute}`,
        `name ${attribute === 'FUNCT' ? 'the function' : 'the variables it is made from'}, or take VIRTUAL away`,
        attribute,
      )
}

function checkFormat(variable: CdfVariable, report: Report): void {
  const format = attributeText(variable, 'FORMAT').trim()
  const letter = /^\d*\(?\d*([A-Za-z])/u.exec(format)?.[1]?.toUpperCase()
  if (format === '' || letter === undefined) return
  const { kind } = typeOf(variable.type)
  const allowed = kind === 'text' ? 'A' : isTime(variable.type) ? 'AIFEGP' : kind === 'float' ? 'FEGD' : 'IZOBFEG'
  if (!allowed.includes(letter))
    report(
      'warning',
      'format/type',
      `FORMAT of ${variable.name} is ${format}, which does not print ${variable.type}`,
      `use one of ${allowed.split('').join(', ')}`,
      'FORMAT',
    )
  else checkWidth(variable, format, report)
}

/** Whether the limits can be printed in the columns that I and F formats give. */
function checkWidth(variable: CdfVariable, format: string, report: Report): void {
  const [, width = '', decimals = '0'] = /^\d*\(?\d*[IF](\d+)(?:\.(\d+))?/iu.exec(format) ?? []
  if (width === '' || width === '0' || isTime(variable.type)) return
  const point = /F/iu.test(format) ? Number(decimals) + 1 : 0
  for (const name of ['VALIDMIN', 'VALIDMAX']) {
    const value = limitOf(variable, name)?.[0]
    if (value === undefined || !Number.isFinite(Number(value))) continue
    const columns = BigInt(Math.trunc(Number(value))).toString().length + point
    if (columns > Number(width))
      report(
        'warning',
        'format/width',
        `FORMAT of ${variable.name} is ${format}; its ${name} ${value} needs ${columns} columns`,
        'widen the format or narrow the limits',
        'FORMAT',
      )
  }
}
