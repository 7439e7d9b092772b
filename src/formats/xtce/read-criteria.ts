import type { Amount, Calibration, Calibrator, Criteria, Operator } from './model.ts'
import { findMathFault } from './math.ts'
import type { Scope } from './read-scope.ts'
import { needAttribute, note, readNumber, refuse, resolveParameterRef } from './read-scope.ts'
import type { XmlElement } from '../xml.ts'
import { childOf, childrenOf } from '../xml.ts'

const operators: Readonly<Record<string, Operator>> = {
  '==': '==',
  '!=': '!=',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
  eq: '==',
  neq: '!=',
  lt: '<',
  leq: '<=',
  gt: '>',
  geq: '>=',
}

const readOperator = (scope: Scope, element: XmlElement, text: string): Operator =>
  operators[text] ?? refuse(scope, element, `"${text}" is no comparison operator`)

const readComparison = (scope: Scope, element: XmlElement): Criteria => ({
  kind: 'value',
  ref: resolveParameterRef(scope, element),
  operator: readOperator(scope, element, element.attributes['comparisonOperator'] ?? '=='),
  value: needAttribute(scope, element, 'value'),
})

function readCondition(scope: Scope, element: XmlElement): Criteria {
  const refs = childrenOf(element, 'ParameterInstanceRef').map(ref => resolveParameterRef(scope, ref))
  const operator = readOperator(scope, element, childOf(element, 'ComparisonOperator')?.text ?? '==')
  const [left, right] = refs
  if (left === undefined) return refuse(scope, element, 'a condition needs a parameter')
  if (right !== undefined) return { kind: 'parameters', left, operator, right }
  const value = childOf(element, 'Value')?.text ?? refuse(scope, element, 'a condition needs a value or a second parameter')
  return { kind: 'value', ref: left, operator, value }
}

/** The criteria among the children of an element (comparison, list, expression), or undefined when there are none. */
export function readCriteria(scope: Scope, parent: XmlElement): Criteria | undefined {
  const found = parent.children.map(child => readCriterion(scope, child)).filter(criteria => criteria !== undefined)
  return found.length > 1 ? { kind: 'all', of: found } : found[0]
}

function readCriterion(scope: Scope, element: XmlElement): Criteria | undefined {
  switch (element.name) {
    case 'Comparison':
      return readComparison(scope, element)
    case 'ComparisonList':
      return { kind: 'all', of: childrenOf(element, 'Comparison').map(child => readComparison(scope, child)) }
    case 'BooleanExpression':
      return readCriteria(scope, element)
    case 'Condition':
      return readCondition(scope, element)
    case 'ANDedConditions':
    case 'ORedConditions': {
      const of = element.children.map(child => readCriterion(scope, child)).filter(criteria => criteria !== undefined)
      return { kind: element.name === 'ANDedConditions' ? 'all' : 'any', of }
    }
    case 'CustomAlgorithm':
    case 'NextContainer':
      note(scope, element, element.name, true)
      return undefined
    default:
      return undefined
  }
}

/** A whole number: `FixedValue`, `DynamicValue` with its linear adjustment, or `DiscreteLookupList`. */
export function readAmount(scope: Scope, element: XmlElement): Amount {
  const fixed = childOf(element, 'FixedValue') ?? childOf(childOf(element, 'Fixed'), 'FixedValue')
  if (fixed !== undefined) return { kind: 'fixed', value: readNumber(scope, fixed, fixed.text) }
  const dynamic = childOf(element, 'DynamicValue')
  if (dynamic !== undefined) {
    const instance = childOf(dynamic, 'ParameterInstanceRef') ?? refuse(scope, dynamic, 'a dynamic value needs a parameter')
    const line = childOf(dynamic, 'LinearAdjustment')
    const slope = readNumber(scope, dynamic, line?.attributes['slope'] ?? '1')
    const intercept = readNumber(scope, dynamic, line?.attributes['intercept'] ?? '0')
    return { kind: 'dynamic', ref: resolveParameterRef(scope, instance), slope, intercept }
  }
  const list = childOf(element, 'DiscreteLookupList')
  if (list !== undefined) {
    const cases = childrenOf(list, 'DiscreteLookup').map(lookup => ({
      when: readCriteria(scope, lookup) ?? refuse(scope, lookup, 'a lookup needs a condition'),
      value: readNumber(scope, lookup, needAttribute(scope, lookup, 'value')),
    }))
    return { kind: 'lookup', cases }
  }
  if (element.text !== '') return { kind: 'fixed', value: readNumber(scope, element, element.text) }
  return refuse(scope, element, `${element.name} says no size`)
}

function readCalibrator(scope: Scope, element: XmlElement | undefined): Calibrator | undefined {
  const polynomial = childOf(element, 'PolynomialCalibrator')
  if (polynomial !== undefined) return readPolynomial(scope, polynomial)
  const spline = childOf(element, 'SplineCalibrator')
  if (spline !== undefined) return readSpline(scope, spline)
  const math = childOf(element, 'MathOperationCalibrator')
  if (math !== undefined) return readMath(scope, math)
  const other = element?.children.find(child => child.name.endsWith('Calibrator'))
  if (other !== undefined) note(scope, other, other.name, true)
  return undefined
}

/** Steps in reverse Polish order. Operands that are other parameters are not supported. */
function readMath(scope: Scope, element: XmlElement): Calibrator | undefined {
  const steps: (number | 'raw' | { readonly operator: string })[] = []
  for (const child of element.children) {
    if (child.name === 'ValueOperand') steps.push(readNumber(scope, child, child.text))
    else if (child.name === 'ThisParameterOperand') steps.push('raw')
    else if (child.name === 'Operator') steps.push({ operator: child.text })
    else if (child.name === 'ParameterInstanceRefOperand') {
      note(scope, child, child.name, true)
      return undefined
    }
  }
  const fault = findMathFault(steps)
  if (fault !== undefined) note(scope, element, `a math operation with ${fault}`, true)
  return fault === undefined ? { kind: 'math', steps } : undefined
}

function readPolynomial(scope: Scope, element: XmlElement): Calibrator {
  const coefficients: number[] = []
  for (const term of childrenOf(element, 'Term')) {
    const exponent = readNumber(scope, term, needAttribute(scope, term, 'exponent'))
    if (!Number.isInteger(exponent) || exponent < 0 || exponent > 100) refuse(scope, term, `exponent ${exponent} is not between 0 and 100`)
    while (coefficients.length <= exponent) coefficients.push(0)
    coefficients[exponent] = coefficients[exponent]! + readNumber(scope, term, needAttribute(scope, term, 'coefficient'))
  }
  return { kind: 'polynomial', coefficients }
}

function readSpline(scope: Scope, element: XmlElement): Calibrator {
  const order = readNumber(scope, element, element.attributes['order'] ?? '1')
  if (order > 1) note(scope, element, `a spline of order ${order}`, true)
  const points = childrenOf(element, 'SplinePoint').map(point => ({
    raw: readNumber(scope, point, needAttribute(scope, point, 'raw')),
    calibrated: readNumber(scope, point, needAttribute(scope, point, 'calibrated')),
  }))
  if (points.length === 0) refuse(scope, element, 'a spline needs points')
  points.sort((a, b) => a.raw - b.raw)
  return { kind: 'spline', order, extrapolate: element.attributes['extrapolate'] === 'true', points }
}

/** The default calibrator and those that apply in a context, of a data encoding. */
export function readCalibration(scope: Scope, encoding: XmlElement): Calibration {
  const usual = readCalibrator(scope, childOf(encoding, 'DefaultCalibrator'))
  const contexts = childrenOf(childOf(encoding, 'ContextCalibratorList'), 'ContextCalibrator').flatMap(context => {
    const calibrator = readCalibrator(scope, childOf(context, 'Calibrator'))
    const match = childOf(context, 'ContextMatch') ?? refuse(scope, context, 'a context calibrator needs a match')
    const when = readCriteria(scope, match) ?? refuse(scope, match, 'a context match needs a comparison')
    return calibrator === undefined ? [] : [{ when, calibrator }]
  })
  return { ...(usual === undefined ? {} : { default: usual }), contexts }
}
