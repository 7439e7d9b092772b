import { fail } from '#error'
import type { Container, Entry, IntegerCoding, Parameter, ParameterType, Unsupported, XtceDefinition } from './model.ts'
import { readAmount, readCriteria } from './read-criteria.ts'
import type { Scope } from './read-scope.ts'
import { keyOf, needAttribute, note, refuse, resolveKey } from './read-scope.ts'
import { describe, readDimensions, readType } from './read-type.ts'
import type { XmlElement } from '../xml.ts'
import { childOf, childrenOf, parseXml } from '../xml.ts'

interface System {
  readonly element: XmlElement
  readonly path: readonly string[]
}

const listSystems = (element: XmlElement, path: readonly string[]): readonly System[] => [
  { element, path },
  ...childrenOf(element, 'SpaceSystem').flatMap(child => listSystems(child, [...path, child.attributes['name'] ?? ''])),
]

const sets = { type: 'ParameterTypeSet', parameter: 'ParameterSet', container: 'ContainerSet' } as const

/** What is in the set; types and parameters that commands bring along can stand in packets as well. */
const setOf = (system: System, kind: keyof typeof sets): readonly XmlElement[] => [
  ...(childOf(childOf(system.element, 'TelemetryMetaData'), sets[kind])?.children ?? []),
  ...(kind === 'container' ? [] : (childOf(childOf(system.element, 'CommandMetaData'), sets[kind])?.children ?? [])),
]

const nameAll = (systems: readonly System[], kind: keyof typeof sets): ReadonlySet<string> =>
  new Set(systems.flatMap(system => setOf(system, kind).map(element => keyOf(system.path, element.attributes['name'] ?? ''))))

function readParameter(scope: Scope, element: XmlElement): Parameter {
  const name = needAttribute(scope, element, 'name')
  const description = describe(element)
  const initial = element.attributes['initialValue']
  return {
    name,
    type: resolveKey({ ...scope, where: `Parameter ${name}` }, element, 'type', needAttribute(scope, element, 'parameterTypeRef')),
    aliases: childrenOf(childOf(element, 'AliasSet'), 'Alias').map(alias => ({
      nameSpace: alias.attributes['nameSpace'] ?? '',
      alias: alias.attributes['alias'] ?? '',
    })),
    ...(description === undefined ? {} : { description }),
    ...(initial === undefined ? {} : { initial }),
  }
}

const entryKinds: Readonly<Record<string, { readonly kind: Entry['kind']; readonly attribute: string }>> = {
  ParameterRefEntry: { kind: 'parameter', attribute: 'parameterRef' },
  ArrayParameterRefEntry: { kind: 'parameter', attribute: 'parameterRef' },
  ContainerRefEntry: { kind: 'container', attribute: 'containerRef' },
}

function readLocation(scope: Scope, element: XmlElement): Entry['location'] {
  const location = childOf(element, 'LocationInContainerInBits')
  if (location === undefined) return undefined
  const from = location.attributes['referenceLocation'] ?? 'previousEntry'
  if (from !== 'containerStart' && from !== 'previousEntry') note(scope, location, `referenceLocation ${from}`, true)
  return { from: from === 'containerStart' ? from : 'previousEntry', bits: readAmount(scope, location) }
}

function readRepeat(scope: Scope, element: XmlElement): Entry['repeat'] {
  const repeat = childOf(element, 'RepeatEntry')
  if (repeat === undefined) return undefined
  const offset = childOf(repeat, 'Offset')
  const gap = offset === undefined ? { kind: 'fixed' as const, value: 0 } : readAmount(scope, offset)
  if (gap.kind !== 'fixed') note(scope, repeat, 'a repeat offset that is not fixed', true)
  const count = childOf(repeat, 'Count') ?? refuse(scope, repeat, 'a repeat needs a Count')
  return { count: readAmount(scope, count), gapBits: gap.kind === 'fixed' ? gap.value : 0 }
}

function readEntry(scope: Scope, element: XmlElement): Entry | undefined {
  const known = entryKinds[element.name]
  if (known === undefined) {
    note(scope, element, element.name, true)
    return undefined
  }
  const location = readLocation(scope, element)
  const repeat = readRepeat(scope, element)
  const condition = childOf(element, 'IncludeCondition')
  const include = condition === undefined ? undefined : readCriteria(scope, condition)
  const dimensions = readDimensions(scope, element)
  return {
    kind: known.kind,
    ref: resolveKey(scope, element, known.kind, needAttribute(scope, element, known.attribute)),
    ...(location === undefined ? {} : { location }),
    ...(repeat === undefined ? {} : { repeat }),
    ...(include === undefined ? {} : { include }),
    ...(dimensions.length === 0 ? {} : { dimensions }),
  }
}

function readContainer(outer: Scope, element: XmlElement): Container {
  const name = needAttribute(outer, element, 'name')
  const scope = { ...outer, where: `SequenceContainer ${name}`, subject: `container ${keyOf(outer.path, name)}` }
  const base = childOf(element, 'BaseContainer')
  const restriction = childOf(base, 'RestrictionCriteria')
  const criteria = restriction === undefined ? undefined : readCriteria(scope, restriction)
  const description = describe(element)
  return {
    name,
    abstract: element.attributes['abstract'] === 'true',
    entries: (childOf(element, 'EntryList')?.children ?? []).map(child => readEntry(scope, child)).filter(entry => entry !== undefined),
    ...(description === undefined ? {} : { description }),
    ...(base === undefined
      ? {}
      : {
          base: {
            container: resolveKey(scope, base, 'container', needAttribute(scope, base, 'containerRef')),
            ...(criteria === undefined ? {} : { criteria }),
          },
        }),
  }
}

/** Elements that are read, or that say nothing about how packets decode; what is below those of the second kind is not looked at. */
const read = new Set(
  `SpaceSystem TelemetryMetaData ParameterTypeSet ParameterSet ContainerSet IntegerParameterType FloatParameterType
  StringParameterType BinaryParameterType EnumeratedParameterType BooleanParameterType AbsoluteTimeParameterType
  RelativeTimeParameterType ArrayParameterType AggregateParameterType Parameter ParameterRef SequenceContainer EntryList BaseContainer
  RestrictionCriteria IncludeCondition Comparison ComparisonList BooleanExpression Condition ANDedConditions ORedConditions
  ParameterInstanceRef ComparisonOperator Value ParameterRefEntry ArrayParameterRefEntry ContainerRefEntry
  LocationInContainerInBits RepeatEntry Count Offset FixedValue Fixed DynamicValue LinearAdjustment DiscreteLookupList DiscreteLookup
  DimensionList Dimension StartingIndex EndingIndex MemberList Member IntegerDataEncoding FloatDataEncoding StringDataEncoding
  BinaryDataEncoding SizeInBits Variable LeadingSize TerminationChar ByteOrderList Byte Encoding ReferenceTime Epoch OffsetFrom
  EnumerationList Enumeration DefaultCalibrator ContextCalibratorList ContextCalibrator ContextMatch Calibrator`.split(/\s+/),
)
const harmless = new Set(
  `Header AliasSet LongDescription ShortDescription AncillaryDataSet UnitSet ToString ValidRange ValidRangeSet SizeRangeInCharacters
  DefaultRateInStream RateInStreamSet ServiceSet ParameterProperties CommandMetaData StreamSet AlgorithmSet MessageSet DefaultAlarm
  ContextAlarmList BinaryContextAlarmList PolynomialCalibrator SplineCalibrator MathOperationCalibrator`.split(/\s+/),
)
/** Named where they are read. */
const noted = new Set(
  `ParameterSegmentRefEntry ContainerSegmentRefEntry StreamSegmentEntry IndirectParameterRefEntry FromBinaryTransformAlgorithm
  ToBinaryTransformAlgorithm CustomAlgorithm NextContainer`.split(/\s+/),
)

/** Names what a system holds that nobody here reads, once per kind: a definition must not lose anything in silence. */
function noteStrangers(scope: Scope, system: XmlElement): void {
  const seen = new Set<string>()
  const look = (element: XmlElement): void => {
    if (harmless.has(element.name) || noted.has(element.name)) return
    if (!read.has(element.name) && !element.name.endsWith('Calibrator') && !element.name.endsWith('ParameterType')) {
      if (!seen.has(element.name)) note(scope, element, element.name)
      seen.add(element.name)
      return
    }
    for (const child of element.children) if (child.name !== 'SpaceSystem') look(child)
  }
  for (const child of system.children) if (child.name !== 'SpaceSystem') look(child)
}

/** Sections that say nothing about how telemetry lies in packets; that they are there is noted. */
const otherSections = ['StreamSet', 'AlgorithmSet', 'MessageSet']

export interface ParseOptions {
  /** What integer encodings mean that the standard does not have (default: `signed` and `twosCompliment` are two's complement). */
  readonly integerWords?: Readonly<Record<string, IntegerCoding>>
  /** What the size tag of a string counts, which the standard leaves open (default: bits). */
  readonly sizeTags?: 'bits' | 'octets'
}

const commonWords: Readonly<Record<string, IntegerCoding>> = { signed: 'twosComplement', twosCompliment: 'twosComplement' }

/**
 * A definition from its XML text (XTCE 1.1 to 1.3, any namespace). What is not supported stands in `unsupported`; compiling
 * refuses a container that would decode wrongly by it. Throws `xml/malformed` (no XML) and `xtce/invalid` (dangling names,
 * bad numbers), both with the line.
 */
export function parseXtce(xml: string, options: ParseOptions = {}): XtceDefinition {
  const integerWords = { ...commonWords, ...options.integerWords }
  const root = parseXml(xml)
  if (root.name !== 'SpaceSystem') fail('xtce/invalid', `the root element is ${root.name}, it must be SpaceSystem`, { line: root.line })
  const systems = listSystems(root, [])
  const names = { type: nameAll(systems, 'type'), parameter: nameAll(systems, 'parameter'), container: nameAll(systems, 'container') }
  const unsupported: Unsupported[] = []
  const typeElements = new Map(
    systems.flatMap(system =>
      setOf(system, 'type').map(element => [keyOf(system.path, element.attributes['name'] ?? ''), element] as const),
    ),
  )
  const members = new Set(
    [...typeElements.values()].flatMap(element =>
      childrenOf(childOf(element, 'MemberList') ?? element, 'Member').map(member => member.attributes['name'] ?? ''),
    ),
  )
  const types = new Map<string, ParameterType>()
  const parameters = new Map<string, Parameter>()
  const containers = new Map<string, Container>()
  for (const system of systems) {
    const scope: Scope = {
      path: system.path,
      root: root.attributes['name'] ?? '',
      names,
      typeElements,
      members,
      unsupported,
      integerWords,
      sizeTags: options.sizeTags === 'octets' ? 8 : 1,
      where: `SpaceSystem ${system.element.attributes['name'] ?? ''}`,
    }
    for (const element of setOf(system, 'type')) types.set(keyOf(system.path, element.attributes['name'] ?? ''), readType(scope, element))
    for (const element of setOf(system, 'parameter')) {
      if (element.name === 'ParameterRef') note(scope, element, 'ParameterRef inside a ParameterSet')
      else parameters.set(keyOf(system.path, element.attributes['name'] ?? ''), readParameter(scope, element))
    }
    for (const element of setOf(system, 'container'))
      containers.set(keyOf(system.path, element.attributes['name'] ?? ''), readContainer(scope, element))
    const telemetry = childOf(system.element, 'TelemetryMetaData')
    for (const section of otherSections) {
      const found = childOf(telemetry, section)
      if (found !== undefined) note(scope, found, section)
    }
    const commands = childOf(system.element, 'CommandMetaData')
    if (commands !== undefined) note(scope, commands, 'CommandMetaData')
    noteStrangers(scope, system.element)
  }
  return { name: root.attributes['name'] ?? '', types, parameters, containers, unsupported }
}
