import type { Alarm, AlarmRange, Amount, Encoding, EnumerationRow, ParameterType } from './model.ts'
import { readAmount } from './read-criteria.ts'
import { readEncoding } from './read-encoding.ts'
import type { Scope } from './read-scope.ts'
import { keyOf, needAttribute, note, readNumber, refuse, resolveKey } from './read-scope.ts'
import type { XmlElement } from './xml.ts'
import { childOf, childrenOf } from './xml.ts'

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

function readAlarm(scope: Scope, element: XmlElement): Alarm | undefined {
  const alarm = childOf(element, 'DefaultAlarm')
  if (alarm === undefined) return undefined
  const ranges: AlarmRange[] = []
  const bound = (range: XmlElement, names: readonly string[]) => {
    const name = names.find(name => range.attributes[name] !== undefined)
    return name === undefined ? undefined : readNumber(scope, range, range.attributes[name]!)
  }
  for (const level of ['watch', 'warning', 'distress', 'critical', 'severe'] as const) {
    const range = childOf(childOf(alarm, 'StaticAlarmRanges'), `${level[0]!.toUpperCase()}${level.slice(1)}Range`)
    if (range === undefined) continue
    ranges.push({
      level,
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
  return {
    kind,
    encoding: readEncoding(scope, holder) ?? refuse(scope, element, 'a time type needs an encoding'),
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

/** One parameter type. */
export function readType(scope: Scope, element: XmlElement): ParameterType {
  const name = needAttribute(scope, element, 'name')
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
