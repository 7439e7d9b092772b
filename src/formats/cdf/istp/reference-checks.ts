import type { CdfVariable } from '../model.ts'
import { isText, isTime, typeOf } from '../types.ts'
import { attributeText, type Report, type Subject } from './model.ts'

/** Axes and labels by dimension: DEPEND_i and LABL_PTR_i name variables of the dimension's size. */
export function checkDimensions({ cdf }: Subject, variable: CdfVariable, report: Report): void {
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

/** Attributes that name another variable. */
export function checkPointers({ cdf }: Subject, variable: CdfVariable, report: Report): void {
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
  else if (!isTime(variable.type) && typeOf(delta.type).array !== typeOf(variable.type).array)
    report(
      'warning',
      'delta/type',
      `${attribute} of ${variable.name} is ${delta.type}, the variable ${variable.type}`,
      'use the same type',
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
