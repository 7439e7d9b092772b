import { SdcError } from '#error'
import type { IntegerCoding, ParameterRef, Unsupported } from './model.ts'
import type { XmlElement } from '../xml.ts'

/** What the readers of elements share: the names there are, and the list of what is not supported. */
export interface Scope {
  /** Path of the system being read, without the root: [] or ['Payload', 'Camera']. */
  readonly path: readonly string[]
  readonly root: string
  readonly names: Readonly<Record<'type' | 'parameter' | 'container', ReadonlySet<string>>>
  readonly unsupported: Unsupported[]
  /** Types by key, for those that others build on. */
  readonly typeElements: ReadonlyMap<string, XmlElement>
  /** Names of members that aggregates have. */
  readonly members: ReadonlySet<string>
  /** What integer encodings mean that the standard does not have. */
  readonly integerWords: Readonly<Record<string, IntegerCoding>>
  /** Bits that one count of a string's size tag stands for. */
  readonly sizeTags: 1 | 8
  /** The thing being read, for messages. */
  readonly where: string
  /** The type or container being read, which cannot be decoded if something decisive in it is not supported. */
  readonly subject?: string
}

export const keyOf = (path: readonly string[], name: string): string => [...path, name].join('/')

/** Notes a construct that is not supported, so that load names it; `decisive` when values would come out wrong without it. */
export function note(scope: Scope, element: XmlElement, construct: string, decisive = false): void {
  const affects = decisive ? scope.subject : undefined
  scope.unsupported.push({ construct, where: scope.where, line: element.line, ...(affects === undefined ? {} : { affects }) })
}

export const refuse = (scope: Scope, element: XmlElement, message: string): never => {
  throw new SdcError('xtce/invalid', `${scope.where}, line ${element.line}: ${message}`, { line: element.line })
}

/** An attribute that must be there. */
export const needAttribute = (scope: Scope, element: XmlElement, name: string): string =>
  element.attributes[name] ?? refuse(scope, element, `${element.name} has no ${name}`)

/** A finite number from text. */
export function readNumber(scope: Scope, element: XmlElement, text: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text)
  return Number.isFinite(value) ? value : refuse(scope, element, `"${text}" is not a number`)
}

export function findKey(scope: Scope, kind: keyof Scope['names'], ref: string): string | undefined {
  const names = scope.names[kind]
  const absolute = ref.startsWith('/')
  const parts = ref.split('/').filter(part => part !== '' && part !== '.')
  if (absolute) return [parts.slice(parts[0] === scope.root ? 1 : 0).join('/')].find(key => names.has(key))
  const base = [...scope.path]
  while (parts[0] === '..') {
    parts.shift()
    base.pop()
  }
  for (let depth = base.length; depth >= 0; depth--) {
    const key = [...base.slice(0, depth), ...parts].join('/')
    if (names.has(key)) return key
  }
  return undefined
}

/** The key that a reference means: in the system itself, then in those around it. Throws `xtce/invalid` when there is none. */
export const resolveKey = (scope: Scope, element: XmlElement, kind: keyof Scope['names'], ref: string): string =>
  findKey(scope, kind, ref) ?? refuse(scope, element, `there is no ${kind} "${ref}"`)

/**
 * The members that a reference means when it stands in a type and names a member of the record that is being read, which XTCE has no
 * word for: said by an attribute aggregateMember, or by a name that is no parameter but a member somewhere.
 */
function findMember(scope: Scope, element: XmlElement, ref: string): readonly string[] | undefined {
  if (scope.subject?.startsWith('type ') !== true || ref.startsWith('/')) return undefined
  const parts = ref.split(/[/.]/)
  const said = element.attributes['aggregateMember'] === 'true'
  const meant = findKey(scope, 'parameter', parts[0]!) === undefined && findKey(scope, 'parameter', ref) === undefined
  return said || (meant && scope.members.has(parts[0]!)) ? parts : undefined
}

/** A parameter reference; what cannot be found whole is tried as member of an aggregate (`POS/X` or `POS.X`). */
export function resolveParameterRef(scope: Scope, element: XmlElement, calibratedByDefault = true): ParameterRef {
  // An element of an array is followed like a member: POS[1]/X.
  const ref = needAttribute(scope, element, 'parameterRef').replaceAll(/\[(\d+)\]/g, '.$1')
  const calibrated = (element.attributes['useCalibratedValue'] ?? String(calibratedByDefault)) !== 'false'
  if ((element.attributes['instance'] ?? '0') !== '0') note(scope, element, 'a reference to an earlier instance of a parameter', true)
  const member = findMember(scope, element, ref)
  if (member !== undefined) return { parameter: ref, path: member, calibrated: false, member: true }
  const path: string[] = []
  let name = ref
  for (;;) {
    const parameter = findKey(scope, 'parameter', name)
    if (parameter !== undefined) return { parameter, path, calibrated }
    const cut = Math.max(name.lastIndexOf('/'), name.lastIndexOf('.'))
    if (cut <= 0) return refuse(scope, element, `there is no parameter "${ref}"`)
    path.unshift(name.slice(cut + 1))
    name = name.slice(0, cut)
  }
}
