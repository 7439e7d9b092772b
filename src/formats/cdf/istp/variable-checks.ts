import type { CdfEntry, CdfVariable } from '../model.ts'
import { isText, isTime, typeOf } from '../types.ts'
import { attributeText, varTypeOf, type Report, type Subject } from './model.ts'

/** What an attribute says against what the variable, or the one it names, is. */
export function checkVariable(subject: Subject, variable: CdfVariable, report: Report): void {
  checkFill(variable, report)
  checkLimits(variable, 'VALIDMIN', 'VALIDMAX', report)
  checkLimits(variable, 'SCALEMIN', 'SCALEMAX', report)
  checkDepend0(subject, variable, report)
  checkDimensions(subject, variable, report)
  checkPointers(subject, variable, report)
  checkDisplay(variable, report)
  checkFormat(variable, report)
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

function checkDepend0({ cdf }: Subject, variable: CdfVariable, report: Report): void {
  const name = attributeText(variable, 'DEPEND_0').trim()
  if (name === '') return
  const time = cdf.variables.get(name)
  const tell = (rule: string, message: string, mend: string): void => report('error', rule, message, mend, 'DEPEND_0')
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

function checkDimensions({ cdf }: Subject, variable: CdfVariable, report: Report): void {
  variable.dims.forEach((size, i) => {
    for (const prefix of ['DEPEND_', 'LABL_PTR_']) {
      const attribute = `${prefix}${i + 1}`
      const name = attributeText(variable, attribute).trim()
      if (name === '') continue
      const other = cdf.variables.get(name)
      if (other === undefined)
        report(
          'error',
          'depend/missing',
          `${attribute} of ${variable.name} names ${name}, which is not in the file`,
          'name a variable of the file',
          attribute,
        )
      else if (!other.dims.includes(size) && !(other.dims.length === 0 && other.records === size))
        report(
          'error',
          'depend/size',
          `${attribute} of ${variable.name} names ${name} of dimensions [${other.dims.join(', ')}]; dimension ${i + 1} has ${size}`,
          'name a variable of that size',
          attribute,
        )
      else if (prefix === 'LABL_PTR_' && !isText(other.type))
        report(
          'error',
          'depend/labels',
          `${attribute} of ${variable.name} names ${name}, which is ${other.type} and no text`,
          'name a variable of labels',
          attribute,
        )
    }
  })
}

const POINTERS = [
  'UNIT_PTR',
  'FORM_PTR',
  'SCAL_PTR',
  'V_PARENT',
  'DELTA_PLUS_VAR',
  'DELTA_MINUS_VAR',
  'COMPONENT_0',
  'COMPONENT_1',
  'COMPONENT_2',
]

function checkPointers({ cdf }: Subject, variable: CdfVariable, report: Report): void {
  for (const attribute of POINTERS) {
    const name = attributeText(variable, attribute).trim()
    if (name === '') continue
    const other = cdf.variables.get(name)
    if (other === undefined)
      report(
        'error',
        'pointer/missing',
        `${attribute} of ${variable.name} names ${name}, which is not in the file`,
        'name a variable of the file',
        attribute,
      )
    else if (attribute.startsWith('DELTA_')) checkDelta(variable, other, attribute, report)
  }
}

function checkDelta(variable: CdfVariable, delta: CdfVariable, attribute: string, report: Report): void {
  const units = [attributeText(variable, 'UNITS'), attributeText(delta, 'UNITS')]
  if (delta.dims.length > 0 && delta.dims.join() !== variable.dims.join())
    report(
      'warning',
      'delta/size',
      `${attribute} of ${variable.name} has dimensions [${delta.dims.join(', ')}], the variable [${variable.dims.join(', ')}]`,
      'give both the same',
      attribute,
    )
  // Half-widths of times are durations: their unit is their own.
  else if (!isTime(variable.type) && units[0] !== units[1])
    report(
      'warning',
      'delta/units',
      `${attribute} of ${variable.name} is in "${units[1]}", the variable in "${units[0]}"`,
      'use the same units',
      attribute,
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
  else if ((display === 'spectrogram' || display === 'image') && attributeText(variable, 'DEPEND_1') === '')
    report(
      'error',
      'display/depend',
      `${variable.name} is a ${display} without DEPEND_1`,
      'name the variable of its axis in DEPEND_1',
      'DEPEND_1',
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
}
