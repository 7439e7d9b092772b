import type { Alarm, AlarmRange, Amount, Encoding, EnumerationRow, ParameterType } from './model.ts'
import { readAmount } from './read-criteria.ts'
import { readEncoding } from './read-encoding.ts'
import type { Scope } from './read-scope.ts'
import { findKey, keyOf, needAttribute, note, readNumber, refuse, resolveKey } from './read-scope.ts'
import type { XmlElement } from '../xml.ts'
import { childOf, childrenOf } from '../xml.ts'

export const describe = (element: XmlElement): string | undefined =>
  element.attributes['shortDescription'] ?? childOf(element, 'ShortDescription')?.text ?? childOf(element, 'LongDescription')?.text

const optional = <K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } =>
  (value === undefined ? {} : { [key]: value }) as { readonly [P in K]?: V }

function readUnit(element: XmlElement): string | undefined {
  const units = childrenOf(childOf(element, 'UnitSet'), 'Unit').map(unit => {
    const power = unit.attributes['power']
    return power === undefined || power === '1' ? unit.text : `${unit.text}^${power}`
  })
  return units.length === 0 ? undefined : units.join(' ')
}

/** What alarms can say beside static limits and labels: values decode all the same. */
const otherAlarms = [
  'AlarmConditions',
  'CustomAlarm',
  'ChangeAlarmRanges',
  'ChangePerSecondAlarmRanges',
  'AlarmMultiRanges',
  'StringAlarmList',
]

function readAlarm(scope: Scope, element: XmlElement): Alarm | undefined {
  for (const child of element.children) if (child.name.endsWith('ContextAlarmList')) note(scope, child, child.name)
  const alarm = childOf(element, 'DefaultAlarm')
  if (alarm === undefined) return undefined
  for (const child of alarm.children) if (otherAlarms.includes(child.name)) note(scope, child, child.name)
  const form = childOf(alarm, 'StaticAlarmRanges')?.attributes['rangeForm'] ?? 'outside'
  if (form !== 'outside') note(scope, alarm, `alarm ranges of the form ${form}`)
  const ranges: AlarmRange[] = []
  const bound = (range: XmlElement, names: readonly string[]) => {
    const name = names.find(name => range.attributes[name] !== undefined)
    return name === undefined ? undefined : readNumber(scope, range, range.attributes[name]!)
  }
  const levels = form === 'outside' ? (['watch', 'warning', 'distress', 'critical', 'severe'] as const) : []
  for (const level of levels) {
    const range = childOf(childOf(alarm, 'StaticAlarmRanges'), `${level[0]!.toUpperCase()}${level.slice(1)}Range`)
    if (range === undefined) continue
    const exclusive = (['min', 'max'] as const).filter(
      side => range.attributes[`${side}Inclusive`] === undefined && range.attributes[`${side}Exclusive`] !== undefined,
    )
    ranges.push({
      level,
      ...(exclusive.length === 0 ? {} : { exclusive }),
      ...optional('min', bound(range, ['minInclusive', 'minExclusive'])),
      ...optional('max', bound(range, ['maxInclusive', 'maxExclusive'])),
    })
  }
  const labels = childrenOf(childOf(alarm, 'EnumerationAlarmList'), 'EnumerationAlarm').map(row => ({
    level: needAttribute(scope, row, 'alarmLevel'),
    label: needAttribute(scope, row, 'enumerationLabel'),
  }))
  return { ranges, labels }
}

const readRows = (scope: Scope, element: XmlElement): readonly EnumerationRow[] =>
  childrenOf(childOf(element, 'EnumerationList'), 'Enumeration').map(row => {
    const value = readNumber(scope, row, needAttribute(scope, row, 'value'))
    const last = row.attributes['maxValue'] === undefined ? value : readNumber(scope, row, row.attributes['maxValue'])
    return { value, last, label: needAttribute(scope, row, 'label') }
  })

/** The sizes of an array, one per dimension. */
export function readDimensions(scope: Scope, element: XmlElement): Amount[] {
  return childrenOf(childOf(element, 'DimensionList'), 'Dimension').map(dimension => {
    const first = childOf(dimension, 'StartingIndex')
    const last = childOf(dimension, 'EndingIndex') ?? refuse(scope, dimension, 'a dimension needs an EndingIndex')
    const start = first === undefined ? { kind: 'fixed' as const, value: 0 } : readAmount(scope, first)
    if (start.kind !== 'fixed') return refuse(scope, dimension, 'a StartingIndex must be fixed')
    const end = readAmount(scope, last)
    // The count is the last index minus the first plus one.
    if (end.kind === 'fixed') return { kind: 'fixed' as const, value: end.value - start.value + 1 }
    if (end.kind === 'dynamic') return { ...end, intercept: end.intercept - start.value + 1 }
    return { ...end, cases: end.cases.map(c => ({ ...c, value: c.value - start.value + 1 })) }
  })
}

function readTime(scope: Scope, element: XmlElement, kind: 'absoluteTime' | 'relativeTime') {
  const holder = childOf(element, 'Encoding') ?? element
  const epoch = childOf(childOf(element, 'ReferenceTime'), 'Epoch')?.text
  if (childOf(childOf(element, 'ReferenceTime'), 'OffsetFrom') !== undefined)
    note(scope, element, 'a time that counts from another parameter (its own count is given)')
  const encoding = readEncoding(scope, holder)
  if (encoding === undefined) note(scope, element, 'a type without data encoding', true)
  return {
    kind,
    encoding: encoding ?? withoutEncoding,
    scale: readNumber(scope, element, holder.attributes['scale'] ?? '1'),
    offset: readNumber(scope, element, holder.attributes['offset'] ?? '0'),
    timeUnit: holder.attributes['units'] ?? 'seconds',
    ...optional('epoch', epoch),
  }
}

const withoutEncoding: Encoding = { kind: 'binary', size: { kind: 'fixed', value: 0 } }

function readKind(scope: Scope, element: XmlElement) {
  const signed = element.attributes['signed'] !== 'false'
  // A parameter without encoding exists on the ground only; it becomes an error when a container holds it.
  const encoding = (): Encoding => {
    const found = readEncoding(scope, element)
    if (found === undefined) note(scope, element, 'a type without data encoding', true)
    return found ?? withoutEncoding
  }
  switch (element.name) {
    case 'IntegerParameterType':
      return { kind: 'integer', signed, encoding: encoding() } as const
    case 'FloatParameterType':
      return { kind: 'float', encoding: encoding() } as const
    case 'StringParameterType':
      return { kind: 'string', encoding: encoding() } as const
    case 'BinaryParameterType':
      return { kind: 'binary', encoding: encoding() } as const
    case 'EnumeratedParameterType':
      return { kind: 'enumerated', rows: readRows(scope, element), encoding: encoding() } as const
    case 'BooleanParameterType':
      return {
        kind: 'boolean',
        zero: element.attributes['zeroStringValue'] ?? 'False',
        one: element.attributes['oneStringValue'] ?? 'True',
        encoding: encoding(),
      } as const
    case 'AbsoluteTimeParameterType':
      return readTime(scope, element, 'absoluteTime')
    case 'RelativeTimeParameterType':
      return readTime(scope, element, 'relativeTime')
    case 'ArrayParameterType':
      return {
        kind: 'array',
        element: resolveKey(scope, element, 'type', needAttribute(scope, element, 'arrayTypeRef')),
        dimensions: readDimensions(scope, element),
      } as const
    case 'AggregateParameterType': {
      const members = childrenOf(childOf(element, 'MemberList') ?? element, 'Member').map(member => ({
        name: needAttribute(scope, member, 'name'),
        type: resolveKey(scope, member, 'type', needAttribute(scope, member, 'typeRef')),
      }))
      return { kind: 'aggregate', members } as const
    }
    default:
      note(scope, element, element.name, true)
      return { kind: 'binary', encoding: withoutEncoding } as const
  }
}

/** Attributes and children of the type that `baseType` names, where the type does not say them itself. */
function withBase(scope: Scope, element: XmlElement, depth = 0): XmlElement {
  const ref = element.attributes['baseType']
  if (ref === undefined) return element
  const base = scope.typeElements.get(findKey(scope, 'type', ref) ?? '')
  if (base === undefined || depth > 50) {
    note(scope, element, base === undefined ? `baseType ${ref}, which is not there` : `baseType ${ref}, which goes round in a circle`, true)
    return element
  }
  const whole = withBase(scope, base, depth + 1)
  const own = new Set(element.children.map(child => (child.name.endsWith('DataEncoding') ? 'DataEncoding' : child.name)))
  const inherited = whole.children.filter(child => !own.has(child.name.endsWith('DataEncoding') ? 'DataEncoding' : child.name))
  return { ...element, attributes: { ...whole.attributes, ...element.attributes }, children: [...element.children, ...inherited] }
}

/** One parameter type. */
export function readType(scope: Scope, typeElement: XmlElement): ParameterType {
  const name = needAttribute(scope, typeElement, 'name')
  const element = withBase({ ...scope, where: `${typeElement.name} ${name}`, subject: `type ${keyOf(scope.path, name)}` }, typeElement)
  const inner = { ...scope, where: `${element.name} ${name}`, subject: `type ${keyOf(scope.path, name)}` }
  return {
    name,
    ...optional('description', describe(element)),
    ...optional('unit', readUnit(element)),
    ...optional('alarm', readAlarm(inner, element)),
    ...optional('initial', element.attributes['initialValue']),
    ...readKind(inner, element),
  }
}
